//! Functions of script plugins.

use anyhow::bail;
use greffon_core::ports::plugins::Script;
use serde_json::json;

use super::fields::Arguments;
use super::said::{Said, pure};

pub(super) const FUNCTIONS: &[(&str, &str)] = &[
    ("prepare", ""),
    ("catalogue", ""),
    ("render", "{\"script\": {\"id\": …, \"version\": …}, \"facts\": [{\"key\": …, \"value\": …}]}"),
];

pub(super) async fn call(bound: &dyn Script, function: &str, arguments: Arguments) -> anyhow::Result<Said> {
    match function {
        "catalogue" => {
            arguments.none()?;
            Ok(Ok(serde_json::to_value(bound.catalogue())?))
        }
        "render" => {
            // The plugin's default script, and nothing done yet.
            let script = json!({ "id": "", "version": "" });
            let session = arguments.case(&[("script", script), ("commitments", json!([])), ("done", json!([]))])?;
            pure(bound.render(&session).await)
        }
        _ => bail!("script.{function} cannot be called"),
    }
}
