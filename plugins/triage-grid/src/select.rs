//! Which protocols serve a case, and what they are.

use greffon_sdk::practice::{Instant, Validation};
use greffon_sdk::triage::{Encounter, Protocol as Described, TriageError};

use crate::settings::{Grid, Protocol};
use crate::utc;

/// What a protocol is, for the host. The title of a demonstration says so.
pub(crate) fn describe(index: usize, protocol: &Protocol) -> Result<Described, TriageError> {
    let title = if protocol.demo { format!("[DÉMO] {}", protocol.title) } else { protocol.title.clone() };
    Ok(Described {
        ref_: protocol.content(),
        title,
        motives: protocol.motives.clone(),
        min_age_days: protocol.min_age_days,
        max_age_days: protocol.max_age_days,
        floor: protocol.floor,
        content_validation: validation(index, protocol)?,
    })
}

/// The protocols that serve the motive and age of a case, in the practice's
/// order. Several do only when the age is not known, or when bands overlap.
pub(crate) fn serving<'a>(grid: &'a Grid, encounter: &Encounter) -> Result<Vec<&'a Protocol>, TriageError> {
    let all = || grid.protocols.iter().enumerate();
    let mut serving: Vec<(usize, &Protocol)> = match &encounter.motive {
        Some(motive) => all().filter(|(_, protocol)| protocol.motives.contains(motive)).collect(),
        None => Vec::new(),
    };
    if serving.is_empty() {
        serving = all().filter(|(_, protocol)| protocol.motives.is_empty()).collect();
    }
    if serving.is_empty() {
        return Err(match &encounter.motive {
            Some(motive) => TriageError::UnknownMotive(motive.clone()),
            None => TriageError::NotApplicable,
        });
    }
    serving.retain(|(_, protocol)| encounter.patient_age_days.is_none_or(|days| serves_age(protocol, days)));
    if serving.is_empty() {
        return Err(TriageError::NotApplicable);
    }
    for &(index, protocol) in &serving {
        check_signature(index, protocol, encounter.context.now)?;
    }
    Ok(serving.into_iter().map(|(_, protocol)| protocol).collect())
}

fn serves_age(protocol: &Protocol, days: u32) -> bool {
    protocol.min_age_days.is_none_or(|least| days >= least) && protocol.max_age_days.is_none_or(|most| days <= most)
}

fn check_signature(index: usize, protocol: &Protocol, now: Instant) -> Result<(), TriageError> {
    match validation(index, protocol)? {
        None if protocol.demo => Ok(()),
        Some(validation) if now >= validation.expires_at => Err(TriageError::ProtocolExpired(protocol.content())),
        Some(validation) if now >= validation.validated_at => Ok(()),
        _ => Err(TriageError::ProtocolUnvalidated(protocol.content())),
    }
}

fn validation(index: usize, protocol: &Protocol) -> Result<Option<Validation>, TriageError> {
    let Some(written) = &protocol.validation else { return Ok(None) };
    let invalid = |key: &str, why: &str| {
        TriageError::InvalidSettings((format!("/protocols/{index}/validation/{key}"), why.to_owned()))
    };
    let instant = |key: &str, text: &str| {
        utc::parse(text).ok_or_else(|| invalid(key, "expected `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`"))
    };
    Ok(Some(Validation {
        author: written.author.clone(),
        validator_rpps: written.validator_rpps.clone(),
        validated_at: instant("validated-at", &written.validated_at)?,
        expires_at: instant("expires-at", &written.expires_at)?,
        signature: bytes(&written.signature).ok_or_else(|| invalid("signature", "expected hexadecimal digits"))?,
    }))
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hexadecimal.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}

#[cfg(test)]
mod tests {
    use greffon_sdk::triage::Step;

    use super::*;
    use crate::testing::{Case, fever, grid};

    #[test]
    fn a_demonstration_is_named_as_such() {
        let described = describe(0, &grid(fever()).protocols[0]).unwrap();
        assert_eq!(described.title, "[DÉMO] Fièvre du nourrisson");
        assert!(described.content_validation.is_none());
    }

    #[test]
    fn an_unsigned_protocol_is_refused() {
        let mut settings = fever();
        settings["protocols"][0]["demo"] = false.into();
        assert!(matches!(Case::new("fever").step(settings), Err(TriageError::ProtocolUnvalidated(_))));
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
        assert!(matches!(case.step(settings.clone()), Ok(Step::Ask(_))));
        case.encounter.context.now += 1;
        assert!(matches!(case.step(settings.clone()), Err(TriageError::ProtocolExpired(_))));
        let described = describe(0, &grid(settings).protocols[0]).unwrap();
        assert_eq!(described.content_validation.unwrap().signature, [0x0a, 0xff]);
    }

    #[test]
    fn a_date_that_is_none_is_named_with_its_place() {
        let mut settings = fever();
        settings["protocols"][0]["validation"] = serde_json::json!({
            "author": "dr-martin", "validator-rpps": "1", "validated-at": "2026-09-31", "expires-at": "2027-01-01"
        });
        let Err(TriageError::InvalidSettings((path, _))) = Case::new("fever").step(settings) else {
            panic!("the date was accepted");
        };
        assert_eq!(path, "/protocols/0/validation/validated-at");
    }

    #[test]
    fn a_motive_is_served_by_its_own_protocol_then_by_one_for_any_motive() {
        assert!(
            matches!(Case::new("tooth").step(fever()), Err(TriageError::UnknownMotive(motive)) if motive == "tooth")
        );
        let mut settings = fever();
        settings["protocols"][0]["motives"] = serde_json::json!([]);
        assert!(matches!(Case::new("tooth").step(settings), Ok(Step::Ask(_))));
    }

    #[test]
    fn an_age_outside_every_band_is_not_applicable_and_an_unknown_age_is() {
        let mut case = Case::new("fever");
        case.encounter.patient_age_days = Some(731);
        assert!(matches!(case.step(fever()), Err(TriageError::NotApplicable)));
        case.encounter.patient_age_days = Some(730);
        assert!(matches!(case.step(fever()), Ok(Step::Ask(_))));
        case.encounter.patient_age_days = None;
        assert!(matches!(case.step(fever()), Ok(Step::Ask(_))));
    }
}
