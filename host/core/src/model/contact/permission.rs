//! Whether a contact may have an appointment, move one, or anything at all.

use super::{Contact, ContactState};
use crate::model::care::Nature;
use crate::model::practice::Motive;
use crate::model::refusal::Refusal;

/// Whether a contact may have an appointment: none before a conclusion, and none instead of an emergency call
/// (S13). A medical motive is not booked on the conclusion of a paper request.
pub fn may_book(contact: &Contact, motive: Option<&Motive>) -> Result<(), Refusal> {
    let not_allowed = |code, remedy| Err(Refusal::not_allowed(code, remedy));
    if contact.state == ContactState::Closed {
        return not_allowed("contact-closed", "Cette demande est close : ouvrez-en une nouvelle.");
    }
    if contact.forbids_appointments() {
        return not_allowed("emergency", "Urgence vitale : un rendez-vous ne remplace pas l'appel aux secours.");
    }
    let Some(assessment) = contact.assessment.as_ref().filter(|_| contact.state == ContactState::Concluded) else {
        return not_allowed("not-concluded", "Terminez d'abord le tri : signes d'alerte, motif, questions.");
    };
    if motive.is_some_and(|motive| motive.medical) && assessment.nature == Nature::Administrative {
        return not_allowed(
            "not-concluded",
            "Ce motif est médical : notez-le dans la demande pour que le tri soit fait.",
        );
    }
    Ok(())
}

/// Whether anything may still be changed for a contact: nothing is for a contact that is closed.
pub fn is_open(contact: &Contact) -> Result<(), Refusal> {
    if contact.state != ContactState::Closed {
        return Ok(());
    }
    Err(Refusal::not_allowed("contact-closed", "Cette demande est close : ouvrez-en une nouvelle."))
}

/// An open contact that is no emergency may move an appointment; that asks for
/// no triage.
pub fn may_move(contact: &Contact) -> Result<(), Refusal> {
    is_open(contact)?;
    if contact.forbids_appointments() {
        return Err(Refusal::not_allowed(
            "emergency",
            "Urgence vitale : un rendez-vous ne remplace pas l'appel aux secours.",
        ));
    }
    Ok(())
}
