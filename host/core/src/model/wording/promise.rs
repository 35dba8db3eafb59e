//! A promise with its hour, as it is said and written.

use super::offer::spoken_name;
use super::promised::{promised_for, window};
use super::{Letter, letter, promise_words, zone};
use crate::ids::PractitionerId;
use crate::model::care::Sensitivity;
use crate::model::commitment::{CALLBACK, Commitment, VERIFY_BOOKING};
use crate::model::practice::Practice;

/// What is said to the patient about a promise: « Le docteur Claire Martin vous rappelle lundi
/// 30 novembre 2026, entre 12 h et 13 h. »
#[must_use]
pub fn said(practice: &Practice, promise: &Commitment) -> String {
    let by = hour(practice, promise);
    match promise.what.as_str() {
        CALLBACK => format!("{} vous rappelle {by}.", who(practice, &promise.owner)),
        "document" => format!("Votre document est préparé {by}."),
        "decision" => format!("Un professionnel étudie votre demande ; vous avez une réponse {by}."),
        VERIFY_BOOKING => format!("Nous vérifions votre rendez-vous et vous rappelons {by}."),
        _ => format!("Votre demande est transmise ; vous avez une réponse {by}."),
    }
}

/// Tells those above an owner that a call-back was promised without room. Says nothing of the
/// patient.
#[must_use]
pub fn beyond_room(practice: &Practice, promise: &Commitment) -> Letter {
    let why = match promise.window {
        Some(_) => "Ce créneau de rappel était déjà complet.",
        None => "Aucun créneau de rappel n'est prévu dans le délai.",
    };
    let lines = vec![
        format!("Rappel promis en plus : {}", promise_words(&promise.what)),
        why.to_owned(),
        promised_for(practice, promise),
        format!("Responsable : {}", promise.owner),
        "Déplacez l'engagement après accord du patient, ou prévoyez quelqu'un pour le tenir.".to_owned(),
        format!("Engagement : {}", promise.id),
        format!("Demande : {}", promise.contact),
    ];
    let subject = "Rappel promis en plus des créneaux".to_owned();
    letter(practice, "host.callback-beyond-room", subject, lines, Sensitivity::Personal)
}

/// « avant lundi 30 novembre 2026 à 13 h », « lundi 30 novembre 2026, entre 12 h et 13 h ».
fn hour(practice: &Practice, promise: &Commitment) -> String {
    window(practice, promise).unwrap_or_else(|| format!("avant {}", zone(practice).spoken(promise.due)))
}

fn who(practice: &Practice, owner: &str) -> String {
    let Some(practitioner) = practice.practitioner(&PractitionerId::from(owner)) else {
        return "Un professionnel".to_owned();
    };
    let name = spoken_name(&practitioner.name);
    let mut letters = name.chars();
    letters.next().map_or(name.clone(), |first| first.to_uppercase().chain(letters).collect())
}
