//! Which protocols serve a case, and what they are.

use greffon_sdk::triage::{Encounter, Protocol as Described, TriageError};

use crate::prepared::{Entry, Prepared};
use crate::settings::Protocol;

/// What a protocol is, for the host. The title of a demonstration says so. Who signed it
/// and until when is the host's to know: a signature lies beside the settings.
pub(crate) fn describe(protocol: Protocol) -> Described {
    Described {
        ref_: protocol.content(),
        title: if protocol.demo { format!("[DÉMO] {}", protocol.title) } else { protocol.title },
        motives: protocol.motives,
        min_age_days: protocol.min_age_days,
        max_age_days: protocol.max_age_days,
        floor: protocol.floor,
        content_validation: None,
    }
}

/// The protocols that serve the motive and age of a case, in the practice's
/// order. Several do only when the age is not known, or when bands overlap.
pub(crate) fn serving(grid: &Prepared, encounter: &Encounter) -> Result<Vec<Protocol>, TriageError> {
    let of_motive = |motive: &String| -> Vec<&Entry> {
        grid.protocols.iter().filter(|entry| entry.motives.contains(motive)).collect()
    };
    let mut serving = encounter.motive.as_ref().map(of_motive).unwrap_or_default();
    if serving.is_empty() {
        serving = grid.protocols.iter().filter(|entry| entry.motives.is_empty()).collect();
    }
    if serving.is_empty() {
        return Err(match &encounter.motive {
            Some(motive) => TriageError::UnknownMotive(motive.clone()),
            None => TriageError::NotApplicable,
        });
    }
    serving.retain(|entry| encounter.patient_age_days.is_none_or(|days| serves_age(entry, days)));
    if serving.is_empty() {
        return Err(TriageError::NotApplicable);
    }
    serving.into_iter().map(|entry| Ok(entry.protocol.read()?)).collect()
}

fn serves_age(entry: &Entry, days: u32) -> bool {
    entry.min_age_days.is_none_or(|least| days >= least) && entry.max_age_days.is_none_or(|most| days <= most)
}

#[cfg(test)]
mod tests {
    use greffon_sdk::triage::Step;

    use super::*;
    use crate::testing::{Case, fever, grid};

    #[test]
    fn a_demonstration_is_named_as_such() {
        let described = describe(grid(fever()).protocols.remove(0));
        assert_eq!(described.title, "[DÉMO] Fièvre du nourrisson");
        let mut settings = fever();
        settings["protocols"][0]["demo"] = false.into();
        assert_eq!(describe(grid(settings).protocols.remove(0)).title, "Fièvre du nourrisson");
    }

    #[test]
    fn a_motive_is_served_by_its_own_protocol_then_by_one_for_any_motive() {
        assert!(
            matches!(Case::new("tooth").step(&fever()), Err(TriageError::UnknownMotive(motive)) if motive == "tooth")
        );
        let mut settings = fever();
        settings["protocols"][0]["motives"] = serde_json::json!([]);
        assert!(matches!(Case::new("tooth").step(&settings), Ok(Step::Ask(_))));
    }

    #[test]
    fn an_age_outside_every_band_is_not_applicable_and_an_unknown_age_is() {
        let mut case = Case::new("fever");
        case.encounter.patient_age_days = Some(731);
        assert!(matches!(case.step(&fever()), Err(TriageError::NotApplicable)));
        case.encounter.patient_age_days = Some(730);
        assert!(matches!(case.step(&fever()), Ok(Step::Ask(_))));
        case.encounter.patient_age_days = None;
        assert!(matches!(case.step(&fever()), Ok(Step::Ask(_))));
    }
}
