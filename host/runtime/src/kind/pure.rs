//! What the pure kinds share: their settings are prepared once.

use std::sync::Arc;

use greffon_core::model::triage::{Finding, FindingSeverity};

use super::calls::{intake, take};
use crate::convert::Breach;
use crate::guest::PureGuest;
use crate::prepared::{Made, Prepared, Verdict};
use crate::problem::Problem;
use crate::ready::Ready;

/// What a plugin makes of the settings of a binding.
pub(super) fn prepared(ready: &Ready, guest: &PureGuest, function: &'static str) -> Result<Arc<Prepared>, Problem> {
    match verdict(ready, guest, function)? {
        Verdict::Ready(prepared) => Ok(prepared),
        Verdict::Refused(findings) => {
            let error = findings.iter().find(|finding| is_error(finding));
            let (path, message) = error.map_or(("", "they are refused"), |error| (&error.path, &error.message));
            Err(Problem::lasting(format!("settings{}", path.replace('/', ".")), message, ""))
        }
    }
}

/// What a plugin finds in the settings of a binding.
pub(super) fn findings(ready: &Ready, guest: &PureGuest, function: &'static str) -> Result<Vec<Finding>, Problem> {
    Ok(match verdict(ready, guest, function)? {
        Verdict::Ready(prepared) => prepared.warnings().to_vec(),
        Verdict::Refused(findings) => findings,
    })
}

fn verdict(ready: &Ready, guest: &PureGuest, function: &'static str) -> Result<Verdict, Problem> {
    ready.prepared.of(&ready.plugin.digest, &ready.bound.settings, || {
        let (guest, bound) = (guest.clone(), Arc::clone(&ready.bound));
        ready.ask(function, move |store| {
            Box::pin(async move {
                let returned = guest.prepare(store, &bound.settings).await?;
                let taken: Result<Made, Vec<Finding>> = take(&mut intake(store), returned)?;
                match &taken {
                    // Refused, and nothing to mend.
                    Err(findings) if !findings.iter().any(is_error) => Err(Breach::Contract.into()),
                    _ => Ok(taken),
                }
            })
        })
    })
}

fn is_error(finding: &Finding) -> bool {
    finding.severity == FindingSeverity::Error
}
