//! How an agenda's answers reach the person who asked.

use crate::flow::error::FlowError;
use crate::ids::FeatureId;
use crate::model::intent::{Intent, RULE_BROKEN};
use crate::model::scheduling::{AgendaError, Rule};
use crate::model::view::OfferedSlot;

/// Whether a refusal means that somebody else has the time, so that other times
/// should be offered.
pub(super) fn is_taken(intent: &Intent) -> bool {
    intent.refusal.as_deref().is_some_and(|code| matches!(code, "slot-taken" | "hold-expired" | "stale"))
}

/// The error of a refused intent.
pub(in crate::flow) fn refusal(
    intent: &Intent,
    said: Option<&AgendaError>,
    alternatives: Vec<OfferedSlot>,
) -> FlowError {
    let code = intent.refusal.as_deref().unwrap_or_default();
    if is_taken(intent) {
        return FlowError::SlotTaken { alternatives };
    }
    if let Some(word) = code.strip_prefix(RULE_BROKEN)
        && let Some(rule) = Rule::ALL.into_iter().find(|rule| rule.as_str() == word)
    {
        let why = match said {
            // An agenda's own words, cut short: they are shown to the operator.
            Some(AgendaError::RuleBroken(_, why)) => why.chars().take(300).collect(),
            _ => "L'agenda refuse ce rendez-vous.".to_owned(),
        };
        return FlowError::RuleBroken { rule, why };
    }
    match code {
        "unavailable" | "rate-limited" => FlowError::AgendaUnavailable(intent.feature.clone()),
        "not-found" => FlowError::NotFound("appointment"),
        "abandoned" => FlowError::NotAllowed {
            code: "abandoned",
            remedy: "Cette demande a expiré avant d'être envoyée : recommencez.".to_owned(),
        },
        _ => FlowError::NotAllowed {
            code: "agenda-refused",
            remedy: "L'agenda refuse cette demande : choisissez un autre créneau, ou prévenez le cabinet.".to_owned(),
        },
    }
}

pub(in crate::flow) fn unavailable(feature: &FeatureId) -> FlowError {
    FlowError::AgendaUnavailable(feature.clone())
}
