//! Whether a contact may have an appointment, move one, or anything at all.

use super::{Flow, FlowError};
use crate::model::care::Nature;
use crate::model::contact::{Contact, ContactState};
use crate::model::practice::Motive;

/// No appointment before a conclusion, and none instead of an emergency call
/// (S13). A medical motive is not booked on the conclusion of a paper request.
pub(super) fn may_book(contact: &Contact, motive: Option<&Motive>) -> Flow<()> {
    let not_allowed = |code, remedy: &str| Err(FlowError::NotAllowed { code, remedy: remedy.to_owned() });
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

/// Nothing is changed for a contact that is closed.
pub(super) fn is_open(contact: &Contact) -> Flow<()> {
    if contact.state != ContactState::Closed {
        return Ok(());
    }
    Err(FlowError::NotAllowed {
        code: "contact-closed",
        remedy: "Cette demande est close : ouvrez-en une nouvelle.".to_owned(),
    })
}

/// An open contact that is no emergency may move an appointment; that asks for
/// no triage.
pub(super) fn may_move(contact: &Contact) -> Flow<()> {
    is_open(contact)?;
    if contact.forbids_appointments() {
        return Err(FlowError::NotAllowed {
            code: "emergency",
            remedy: "Urgence vitale : un rendez-vous ne remplace pas l'appel aux secours.".to_owned(),
        });
    }
    Ok(())
}
