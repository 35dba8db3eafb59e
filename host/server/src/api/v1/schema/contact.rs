//! Contacts.

use greffon_core::model::contact;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::time::Timestamp;
use super::triage::{ContentRef, Level};
use super::{each, mirrored};

mirrored! {
    /// How a contact arrived.
    ContactChannel = contact::ContactChannel { Phone, Form, Chat, Email, Counter }
}

mirrored! {
    /// Life of a contact.
    ContactState = contact::ContactState { Received, Open, Concluded, Closed }
}

mirrored! {
    /// What the caller said to the recap.
    RecapOutcome = contact::RecapOutcome { Confirmed, Corrected, NotReached }
}

mirrored! {
    /// Why a contact was closed although something was missing.
    OverrideCode = contact::OverrideCode { CutOff, CallerRefuses, FollowedElsewhere, Other }
}

/// A clinician lowered the level.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lowering {
    /// To what.
    to: Level,
    /// From what.
    from: Level,
    /// Who.
    by: String,
    /// Why.
    reason: String,
    /// When.
    at: Timestamp,
}

impl From<contact::Lowering> for Lowering {
    fn from(core: contact::Lowering) -> Self {
        Self { to: core.to.into(), from: core.from.into(), by: core.by, reason: core.reason, at: core.at.into() }
    }
}

/// Something that was told to the patient.
#[derive(Serialize, ToSchema)]
pub(crate) struct Statement {
    /// Its name.
    id: Uuid,
    /// The approved instruction; null for free words.
    instruction: Option<ContentRef>,
    /// The words, when free.
    text: Option<String>,
    /// When.
    at: Timestamp,
    /// Who said it.
    by: String,
}

impl From<contact::Statement> for Statement {
    fn from(core: contact::Statement) -> Self {
        Self {
            id: core.id.0,
            instruction: core.instruction.map(Into::into),
            text: core.text,
            at: core.at.into(),
            by: core.by,
        }
    }
}

/// How a contact ended.
#[derive(Serialize, ToSchema)]
pub(crate) struct Outcome {
    /// What the caller said to the recap.
    recap: RecapOutcome,
    /// Why it was closed with something missing, of the list.
    override_code: Option<OverrideCode>,
    /// The same in words.
    override_reason: Option<String>,
}

impl From<contact::CloseOutcome> for Outcome {
    fn from(core: contact::CloseOutcome) -> Self {
        let override_code = core.override_code.map(Into::into);
        Self { recap: core.recap.into(), override_code, override_reason: core.override_reason }
    }
}

/// A contact, without its facts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Contact {
    /// Its name.
    id: Uuid,
    /// Whose.
    practice: String,
    /// How it arrived.
    channel: ContactChannel,
    /// Number or address that it came from: a hint, never an identity.
    origin: Option<String>,
    /// Where it is.
    state: ContactState,
    /// The final level so far.
    level: Option<Level>,
    /// When it arrived.
    received_at: Timestamp,
    /// When it ended.
    closed_at: Option<Timestamp>,
    /// The last lowering by a clinician.
    lowered: Option<Lowering>,
    /// The script that it began with.
    script: Option<ContentRef>,
    /// Things told to the patient.
    statements: Vec<Statement>,
    /// The appointment that it is about.
    about: Option<String>,
    /// Other open contacts of the same origin in the 24 hours before.
    repeated: u32,
    /// How it ended.
    outcome: Option<Outcome>,
}

impl From<contact::Contact> for Contact {
    fn from(core: contact::Contact) -> Self {
        Self {
            id: core.id.0,
            practice: core.practice.0,
            channel: core.channel.into(),
            origin: core.origin,
            state: core.state.into(),
            level: core.level.map(Into::into),
            received_at: core.received_at.into(),
            closed_at: core.closed_at.map(Into::into),
            lowered: core.lowered.map(Into::into),
            script: core.script.map(Into::into),
            statements: each(core.statements),
            about: core.about.map(|one| one.0),
            repeated: core.repeated,
            outcome: core.outcome.map(Into::into),
        }
    }
}
