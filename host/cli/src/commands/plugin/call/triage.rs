//! Functions of triage plugins.

use anyhow::bail;
use greffon_core::ports::plugins::{GuestError, PluginFailure, Pure, Triage};
use serde::Serialize;

use super::Said;
use super::fields::Arguments;

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

/// What a pure call came to.
pub(super) fn pure<T: Serialize>(answer: Pure<T>) -> anyhow::Result<Said> {
    Ok(match answer {
        Ok(Ok(value)) => Ok(serde_json::to_value(value)?),
        Ok(Err(error @ GuestError { .. })) => Err(error.to_string()),
        Err(failure @ PluginFailure::Trapped(_)) => Err(format!("{failure}; a panic is told above")),
        Err(failure) => Err(failure.to_string()),
    })
}
