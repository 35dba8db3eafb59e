//! Which protocols serve a case, and what they are.

use greffon_sdk::practice::Instant;
use greffon_sdk::triage::{Encounter, Protocol as Described, TriageError};

use crate::prepared::{Entry, Prepared, validation};
use crate::settings::Protocol;

/// What a protocol is, for the host. The title of a demonstration says so.
pub(crate) fn describe(protocol: Protocol) -> Described {
    Described {
        ref_: protocol.content(),
        title: if protocol.demo { format!("[DÉMO] {}", protocol.title) } else { protocol.title },
        motives: protocol.motives,
        min_age_days: protocol.min_age_days,
        max_age_days: protocol.max_age_days,
        floor: protocol.floor,
        content_validation: protocol.validation.as_ref().and_then(validation),
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
    serving.into_iter().map(|entry| signed(entry, encounter.context.now)).collect()
}

fn serves_age(entry: &Entry, days: u32) -> bool {
    entry.min_age_days.is_none_or(|least| days >= least) && entry.max_age_days.is_none_or(|most| days <= most)
}

/// Reads a protocol whose signature holds.
fn signed(entry: &Entry, now: Instant) -> Result<Protocol, TriageError> {
    let protocol = entry.protocol.read()?;
    match entry.signature {
        None if entry.demo => Ok(protocol),
        Some(signature) if signature.ended(now) => Err(TriageError::ProtocolExpired(protocol.content())),
        Some(signature) if signature.began(now) => Ok(protocol),
        _ => Err(TriageError::ProtocolUnvalidated(protocol.content())),
    }
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
        assert!(described.content_validation.is_none());
    }

    #[test]
    fn an_unsigned_protocol_is_refused() {
        let mut settings = fever();
        settings["protocols"][0]["demo"] = false.into();
        assert!(matches!(Case::new("fever").step(&settings), Err(TriageError::ProtocolUnvalidated(_))));
    }

    #[test]
    fn a_signature_holds_until_the_first_instant_of_its_end() {
        let mut settings = fever();
        settings["protocols"][0]["validation"] = serde_json::json!({
            "author": "dr-martin", "validator-rpps": "10003456789",
            "validated-at": "2026-09-01", "expires-at": "2026-11-21T08:30:00Z", "signature": "0aff"
        });
        let mut case = Case::new("fever");
        case.encounter.context.now -= 1;
        assert!(matches!(case.step(&settings), Ok(Step::Ask(_))));
        case.encounter.context.now += 1;
        assert!(matches!(case.step(&settings), Err(TriageError::ProtocolExpired(_))));
        let described = describe(grid(settings).protocols.remove(0));
        assert_eq!(described.content_validation.unwrap().signature, [0x0a, 0xff]);
    }

    #[test]
    fn a_protocol_whose_dates_are_none_is_not_signed() {
        let mut settings = fever();
        settings["protocols"][0]["validation"] = serde_json::json!({
            "author": "dr-martin", "validator-rpps": "1", "validated-at": "2026-09-31", "expires-at": "2027-01-01"
        });
        settings["protocols"][0]["demo"] = false.into();
        assert!(matches!(Case::new("fever").step(&settings), Err(TriageError::ProtocolUnvalidated(_))));
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
