//! What stands in the time of somebody or something that is not there, told to those who find
//! another time for it.

use super::agenda::whose;
use super::{Letter, Visit, letter, zone};
use crate::model::care::Sensitivity;
use crate::model::person::Person;
use crate::model::practice::Practice;
use crate::time::Instant;

/// Tells the reception that an appointment cannot take place as it was given.
#[must_use]
pub fn displaced(
    practice: &Practice,
    missing: &str,
    until: Option<Instant>,
    patient: &Person,
    visit: Visit<'_>,
) -> Letter {
    let end = until.map(|until| format!(" jusqu'au {}", zone(practice).spoken(until))).unwrap_or_default();
    let mut lines = vec![
        format!("« {missing} » n'est pas disponible{end}. Ce rendez-vous ne peut pas avoir lieu comme prévu."),
        String::new(),
    ];
    lines.extend(whose(patient, visit));
    lines.push(format!("Heure donnée au patient : {}", zone(practice).spoken(visit.start)));
    lines.push(String::new());
    lines.push("Appelez le patient, proposez-lui une autre heure, et déplacez ou annulez le rendez-vous.".to_owned());
    letter(practice, "host.absence", "Rendez-vous à déplacer".to_owned(), lines, Sensitivity::Personal)
}
