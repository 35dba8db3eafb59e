//! Whether a contact may have an appointment, move one, or anything at all.

use greffon_words::refusals;

use super::{Contact, ContactState};
use crate::model::care::Nature;
use crate::model::practice::Motive;
use crate::model::refusal::Refusal;

/// Whether anything may still be changed for a contact: nothing is for a contact that is closed.
pub fn is_open(contact: &Contact) -> Result<(), Refusal> {
    if contact.state != ContactState::Closed {
        return Ok(());
    }
    Err(Refusal::not_allowed("contact-closed", refusals::contact_closed()))
}

/// Whether a contact may move an appointment: an open one that is no emergency
/// may (S13); that asks for no triage.
pub fn may_move(contact: &Contact) -> Result<(), Refusal> {
    is_open(contact)?;
    if contact.forbids_appointments() {
        return Err(Refusal::not_allowed("emergency", refusals::emergency()));
    }
    Ok(())
}

/// Whether a contact may have an appointment: one that may move one, and is
/// concluded. A medical motive is not booked on the conclusion of a paper request.
pub fn may_book(contact: &Contact, motive: Option<&Motive>) -> Result<(), Refusal> {
    may_move(contact)?;
    let Some(assessment) = contact.assessment.as_ref().filter(|_| contact.state == ContactState::Concluded) else {
        return Err(Refusal::not_allowed("not-concluded", refusals::not_triaged()));
    };
    if motive.is_some_and(|motive| motive.medical) && assessment.nature == Nature::Administrative {
        return Err(Refusal::not_allowed("not-concluded", refusals::medical_motive()));
    }
    Ok(())
}
