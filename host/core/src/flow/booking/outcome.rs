//! How an agenda's answers reach the person who asked.

use greffon_words::{refusals, rules};

use crate::flow::error::{FlowError, Thing, Unreached};
use crate::ids::FeatureId;
use crate::model::intent::{Intent, IntentKind, RULE_BROKEN};
use crate::model::outside_failure::FailureClass;
use crate::model::scheduling::{AgendaError, Rule};
use crate::model::view::OfferedSlot;
use crate::ports::practices::LivePractice;

/// Whether a refusal means that somebody else has the time, so that other times
/// should be offered.
pub(super) fn is_taken(intent: &Intent) -> bool {
    let taken = |code: &str| match code {
        "slot-taken" | "hold-expired" => true,
        // Of a slot; an appointment that is stale was changed.
        "stale" => intent.kind == IntentKind::Book,
        _ => false,
    };
    intent.refusal.as_deref().is_some_and(taken)
}

/// The code of a change that was refused because somebody changed the appointment in the agenda.
pub(in crate::flow) const APPOINTMENT_CHANGED: &str = "appointment-changed";

/// The error of a refused intent.
pub(in crate::flow) fn refusal(
    intent: &Intent,
    said: Option<&AgendaError>,
    alternatives: Vec<OfferedSlot>,
) -> FlowError {
    let code = intent.refusal.as_deref().unwrap_or_default();
    if code == "stale" && intent.kind != IntentKind::Book {
        return FlowError::NotAllowed { code: APPOINTMENT_CHANGED, remedy: refusals::appointment_changed() };
    }
    if is_taken(intent) {
        return FlowError::SlotTaken { alternatives };
    }
    if let Some(word) = code.strip_prefix(RULE_BROKEN)
        && let Some(rule) = Rule::ALL.into_iter().find(|rule| rule.as_str() == word)
    {
        let why = match said {
            Some(AgendaError::RuleBroken(_, why)) => why,
            _ => "",
        };
        return rule_of_the_agenda(rule, why);
    }
    if let Some(class) = FailureClass::of_refusal_code(code) {
        return FlowError::AgendaUnavailable(Unreached { feature: intent.feature.clone(), class: Some(class) });
    }
    match code {
        "unavailable" | "rate-limited" => FlowError::AgendaUnavailable(intent.feature.clone().into()),
        "not-found" => FlowError::NotFound(Thing::Appointment),
        "abandoned" => FlowError::NotAllowed { code: "abandoned", remedy: refusals::request_expired() },
        _ => FlowError::NotAllowed { code: "agenda-refused", remedy: refusals::agenda_refused() },
    }
}

/// Longest of an agenda's own words that an operator is shown, in characters.
const MAX_WHY: usize = 300;

/// The error of a rule that the agenda itself knows, with its own words if it has
/// any.
pub(in crate::flow) fn rule_of_the_agenda(rule: Rule, why: &str) -> FlowError {
    let why: String = why.trim().chars().take(MAX_WHY).collect();
    let why = if why.is_empty() { rules::agenda_refuses() } else { rules::agenda_refuses_because(&why) };
    FlowError::RuleBroken { rule, why, alternatives: Vec::new() }
}

/// The error of an agenda that does not answer, or whose feature is out.
pub(in crate::flow) fn unavailable(practice: &LivePractice, feature: &FeatureId) -> FlowError {
    FlowError::AgendaUnavailable(Unreached { feature: feature.clone(), class: practice.failing(feature) })
}

#[cfg(test)]
mod tests {
    use greffon_words::Locale;

    use super::*;

    #[test]
    fn an_agendas_own_words_are_said_as_its_own_and_cut_short() {
        let why = |said: &str| match rule_of_the_agenda(Rule::Closed, said) {
            FlowError::RuleBroken { rule: Rule::Closed, why, .. } => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why("fermé le lundi").fr(), "L'agenda refuse ce rendez-vous : fermé le lundi");
        assert_eq!(why("fermé le lundi").of(Locale::En), "The agenda refuses this appointment: fermé le lundi");
        assert_eq!(why("  "), rules::agenda_refuses());
        let longest = why(&"é".repeat(10 * MAX_WHY));
        assert_eq!(longest.fr().chars().filter(|sign| *sign == 'é').count(), MAX_WHY);
    }
}
