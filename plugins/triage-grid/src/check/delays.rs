//! Delays and destinations that the host would not wait for: it puts a stronger
//! orientation in their place, so that a grid with them says what does not happen.

use greffon_sdk::delays::{DAY_MIN, URGENT_MIN, WEEK_MIN, too_long};
use greffon_sdk::practice::{Finding, Level};

use super::place::Place;
use crate::settings::Destination;

pub(super) fn check(place: &Place<'_>, findings: &mut Vec<Finding>) {
    for (index, flag) in place.protocol.red_flags.iter().enumerate() {
        if let Some(destination) = &flag.orientation {
            late(flag.level, destination, &place.red_flag(index), findings);
        }
    }
    for (index, rule) in place.protocol.rules.iter().enumerate() {
        late(rule.level, &rule.orientation, &place.rule(index), findings);
    }
}

fn late(level: Level, destination: &Destination, path: &str, findings: &mut Vec<Finding>) {
    if let Some(message) = too_late(level, destination) {
        findings.push(Finding::error(format!("{path}/orientation"), message));
    }
}

fn too_late(level: Level, destination: &Destination) -> Option<String> {
    use Destination::{
        ClinicianCallback, EmergencyCall, HumanDecision, LiveTransfer, Recontact, SlotWithin, Teleconsultation,
    };
    let minutes = match destination {
        ClinicianCallback(minutes) | SlotWithin(minutes) | Teleconsultation(minutes) | Recontact(minutes) => *minutes,
        _ => 0,
    };
    let over = |most: u32, said: &str| too_long(minutes, most, said);
    match (level, destination) {
        (Level::Vital, EmergencyCall(_)) => None,
        (Level::Vital, _) => Some(
            "Au niveau vital, le service d'urgence vient d'abord : écrire emergency-call, ou retirer l'orientation."
                .to_owned(),
        ),
        (Level::VeryUrgent, EmergencyCall(_) | LiveTransfer(_) | HumanDecision(_)) => None,
        (Level::VeryUrgent, ClinicianCallback(_)) => over(URGENT_MIN, "un soignant rappelle sous 15 minutes"),
        (Level::VeryUrgent, _) => Some(
            "C'est trop tard pour un niveau très urgent : écrire clinician-callback = 15, live-transfer ou \
             emergency-call."
                .to_owned(),
        ),
        (Level::SameDay, _) | (_, ClinicianCallback(_)) => over(DAY_MIN, "dans les 24 heures"),
        (Level::Soon, _) => over(WEEK_MIN, "dans les 7 jours"),
        (Level::Routine, _) => None,
    }
}
