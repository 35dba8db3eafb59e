//! A contact: everything about one time that somebody reached the practice.

mod decide;
mod findings;
mod people;
mod permission;
mod steps;
mod weigh;

pub use decide::{
    ANSWERED_WITHIN, CloseCheck, Closing, ContactEffect, ContactEvent, Promise, RESULT_WITHIN, close_blockers, decide,
    is_administrative,
};
pub use findings::{CALLER_KINDS, Findings, LABORATORY, find, heard_level, heard_reason, missing_result};
pub use people::{
    address_of, age_days, can_be_registered, identity_of, is_attended, is_identified, is_known, opening, patient_of,
    practitioner_asked, site_of,
};
pub use permission::{is_open, may_book, may_move};
pub use steps::{
    EMERGENCY_LINE, EMERGENCY_OUTCOMES, EmergencyStep, StepTaken, emergency_outcome, emergency_steps, is_cut,
    steps_line,
};
pub use weigh::{
    HostStep, MAX_GRID_QUESTIONS, Outcome, RESERVED_KEY, Report, UNDECIDED, conclude, host_content, host_step,
};

use serde::{Deserialize, Serialize};

use super::care::{ContentRef, Fact, Level};
use super::disclosure::IdentityCheck;
use super::emergency::EmergencyService;
use super::heard::Hearing;
use super::patient::Link;
use super::pin::Pin;
use super::triage::{Assessment, Orientation};
use crate::ids::{AlertId, AppointmentId, CommitmentId, ContactId, IntentId, PatientId, PracticeId, StatementId};
use crate::time::Instant;

/// How a contact arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactChannel {
    /// A call.
    Phone,
    /// A web form.
    Form,
    /// Chat.
    Chat,
    /// E-mail.
    Email,
    /// At the counter.
    Counter,
}

impl ContactChannel {
    /// Whether somebody is there who can be asked.
    #[must_use]
    pub fn can_be_asked(self) -> bool {
        match self {
            Self::Phone | Self::Chat | Self::Counter => true,
            Self::Form | Self::Email => false,
        }
    }
}

/// Life of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactState {
    /// Stored; nothing is known yet.
    Received,
    /// Facts are being gathered.
    Open,
    /// Triage has concluded, by host, plugin or person, on all facts that count
    /// for it. A new one opens the contact again.
    Concluded,
    /// Ended, with a recap or a reason.
    Closed,
}

impl ContactState {
    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Open => "open",
            Self::Concluded => "concluded",
            Self::Closed => "closed",
        }
    }
}

/// One contact. Facts, assessment and level only ever grow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Its name.
    pub id: ContactId,
    /// Whose.
    pub practice: PracticeId,
    /// How it arrived.
    pub channel: ContactChannel,
    /// Number or address it came from, as the network gave it: a hint, never an
    /// identity.
    pub origin: Option<String>,
    /// Where it is.
    pub state: ContactState,
    /// When it arrived.
    pub received_at: Instant,
    /// When it ended.
    pub closed_at: Option<Instant>,
    /// All facts, oldest first.
    pub facts: Vec<Fact>,
    /// What was heard in them.
    #[serde(default)]
    pub hearing: Hearing,
    /// The final level so far: the highest that anybody gave. Nothing lowers it
    /// but a practitioner with a reason, kept in [`Contact::lowered`].
    pub level: Option<Level>,
    /// Set while only uncertain words gave the level, with nobody there to be asked:
    /// what is known beside them. Nobody is woken for more than that.
    #[serde(default)]
    pub supposed: Option<Known>,
    /// The conclusion so far.
    pub assessment: Option<Assessment>,
    /// When the sentence that sends to an emergency service was first shown to whoever
    /// works on it.
    #[serde(default)]
    pub emergency_shown_at: Option<Instant>,
    /// The last lowering by a clinician, with its reason (S2).
    pub lowered: Option<Lowering>,
    /// The script content this contact began with (S9).
    pub script: Option<ContentRef>,
    /// The grids and scripts it began with, as the practice had set them then (S9).
    /// What is not named here follows the present configuration, as everything does
    /// in a contact that was stored before there were pins.
    #[serde(default)]
    pub pins: Vec<Pin>,
    /// Keys of the effects already carried out.
    pub done: Vec<String>,
    /// Things told to the patient.
    pub statements: Vec<Statement>,
    /// Booking intents, oldest first.
    pub intents: Vec<IntentId>,
    /// Promises made in this contact.
    pub commitments: Vec<CommitmentId>,
    /// The alert that its level raised.
    #[serde(default)]
    pub alert: Option<AlertId>,
    /// Which patient of the registry it is about.
    #[serde(default)]
    pub patient: Link,
    /// How somebody at the desk made sure of who is on the line, oldest first.
    #[serde(default)]
    pub checks: Vec<IdentityCheck>,
    /// What the same caller or patient had asked before.
    #[serde(default)]
    pub earlier: Earlier,
    /// The appointment that this contact is about (move, cancel).
    pub about: Option<AppointmentId>,
    /// Other open contacts of the same origin in the last 24 h, at arrival (S12).
    pub repeated: u32,
    /// How it ended.
    pub outcome: Option<CloseOutcome>,
    /// Optimistic lock: the storage refuses a save with another version.
    pub version: i64,
}

impl Contact {
    /// A contact that has just arrived: nothing is known of it yet.
    #[must_use]
    pub fn received(id: ContactId, practice: PracticeId, channel: ContactChannel, at: Instant) -> Self {
        Self {
            id,
            practice,
            channel,
            origin: None,
            state: ContactState::Received,
            received_at: at,
            closed_at: None,
            facts: Vec::new(),
            hearing: Hearing::default(),
            level: None,
            supposed: None,
            assessment: None,
            emergency_shown_at: None,
            lowered: None,
            script: None,
            pins: Vec::new(),
            done: Vec::new(),
            statements: Vec::new(),
            intents: Vec::new(),
            commitments: Vec::new(),
            alert: None,
            patient: Link::Unknown,
            checks: Vec::new(),
            earlier: Earlier::default(),
            about: None,
            repeated: 0,
            outcome: None,
            version: 0,
        }
    }

    /// The emergency service that it is sent to, if any.
    #[must_use]
    pub fn emergency(&self) -> Option<EmergencyService> {
        match self.assessment.as_ref()?.orientation {
            Orientation::EmergencyCall(service) => Some(service),
            _ => None,
        }
    }

    /// Whether it ended with an emergency call: nothing replaces that (S13).
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        self.emergency().is_some()
    }

    /// Whether an appointment would stand where somebody must act at once: an
    /// emergency call, or any other orientation at the vital level (S13).
    #[must_use]
    pub fn forbids_appointments(&self) -> bool {
        self.is_emergency() || self.level == Some(Level::Vital)
    }
}

/// What the same caller or patient had asked before this contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Their contacts, newest first, at most [`Earlier::MAX`].
    pub contacts: Vec<ContactId>,
    /// Promises that were made in those of the same patient.
    pub commitments: Vec<CommitmentId>,
    /// Promises that were made in others of the same number or address, which a family or a
    /// home may share: nobody knows to whom.
    #[serde(default)]
    pub of_origin: Vec<CommitmentId>,
}

impl Earlier {
    /// More are not looked at.
    pub const MAX: u32 = 20;

    /// Of these contacts, newest first, when this one is about a patient of these records, or
    /// about nobody that is known. What is known to be another patient's is left out then.
    #[must_use]
    pub fn of<'c>(contacts: impl Iterator<Item = &'c Contact>, records: &[PatientId]) -> Self {
        let mut earlier = Self::default();
        for one in contacts {
            let patient = one.patient.patient();
            let same = patient.is_some_and(|patient| records.contains(&patient));
            if !same && !records.is_empty() && patient.is_some() {
                continue;
            }
            earlier.contacts.push(one.id);
            let promised = if same { &mut earlier.commitments } else { &mut earlier.of_origin };
            promised.extend(&one.commitments);
        }
        earlier
    }
}

/// The level that is known, beside what is only supposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// `None` when nothing is.
    pub level: Option<Level>,
}

/// A clinician lowered the level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lowering {
    /// To what.
    pub to: Level,
    /// From what.
    pub from: Level,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Instant,
    /// So many facts had been told until then; none in a lowering of before they were
    /// counted.
    #[serde(default)]
    pub facts: Option<usize>,
}

impl Lowering {
    /// Whether the practitioner decided with this fact told: what came later counts in full.
    #[must_use]
    pub fn knew(&self, facts: &[Fact], number: usize) -> bool {
        match self.facts {
            Some(told) => number < told,
            None => facts.get(number).is_some_and(|fact| fact.at <= self.at),
        }
    }
}

/// Something that was told to the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Its name.
    pub id: StatementId,
    /// The approved instruction; `None` for free words (hors consigne).
    pub instruction: Option<ContentRef>,
    /// The words, when free.
    pub text: Option<String>,
    /// When.
    pub at: Instant,
    /// Who said it.
    pub by: String,
}

/// How a contact ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseOutcome {
    /// What the caller said to the recap.
    pub recap: RecapOutcome,
    /// Why it was closed with facts missing, in the words of whoever closed it.
    pub override_reason: Option<String>,
    /// The same, of the list; none for what was closed before there was one.
    #[serde(default)]
    pub override_code: Option<OverrideCode>,
}

/// Why a contact is closed although something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverrideCode {
    /// The line was cut, or the caller hung up.
    CutOff,
    /// The caller does not want to say more.
    CallerRefuses,
    /// The same request is followed elsewhere: in another contact, or by somebody.
    FollowedElsewhere,
    /// Anything else: for a supervisor or a practitioner to say.
    Other,
}

impl OverrideCode {
    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CutOff => "cut-off",
            Self::CallerRefuses => "caller-refuses",
            Self::FollowedElsewhere => "followed-elsewhere",
            Self::Other => "other",
        }
    }
}

/// What the caller said to the recap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecapOutcome {
    /// It is right.
    Confirmed,
    /// It was corrected and said again.
    Corrected,
    /// The caller was gone.
    NotReached,
}
