//! Functions of triage plugins.

use anyhow::bail;
use greffon_core::ports::plugins::Triage;

use super::fields::Arguments;
use super::said::{Said, pure};

pub(super) const FUNCTIONS: &[(&str, &str)] =
    &[("prepare", ""), ("protocols", ""), ("next", "{\"motive\": …, \"facts\": [{\"key\": …, \"value\": …}]}")];

pub(super) async fn call(bound: &dyn Triage, function: &str, arguments: Arguments) -> anyhow::Result<Said> {
    match function {
        "protocols" => {
            arguments.none()?;
            Ok(Ok(serde_json::to_value(bound.protocols())?))
        }
        "next" => pure(bound.next(&arguments.case(&[])?).await),
        _ => bail!("triage.{function} cannot be called"),
    }
}
