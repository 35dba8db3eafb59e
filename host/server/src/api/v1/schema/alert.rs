//! Alerts.

use greffon_core::flow::ReadAlert;
use greffon_core::model::alert;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::time::Timestamp;
use super::triage::Level;
use super::{each, mirrored};

mirrored! {
    /// Life of an alert.
    AlertState = alert::AlertState { Open, Acknowledged, Ended }
}

mirrored! {
    /// Where an alert is that waits for somebody.
    LiveState = alert::LiveState { Open, Acknowledged }
}

mirrored! {
    /// What somebody says they do about an alert.
    NextStep = alert::NextStep { CallBack, CallEmergency, SeeNow, GiveAppointment }
}

mirrored! {
    /// What came of an alert.
    AlertOutcome = alert::AlertOutcome {
        SpokenTo, EmergencyServices, Seen, Appointment, Unreachable, NoDanger,
    }
}

/// Somebody was told, by one channel.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertTold {
    /// On which rung; the first is 0.
    rung: u32,
    /// Who.
    person: String,
    /// By which message.
    message: Uuid,
    /// When it was written.
    at: Timestamp,
    /// Whether it did not arrive, or perhaps not.
    lost: bool,
}

impl From<alert::Told> for AlertTold {
    fn from(core: alert::Told) -> Self {
        Self { rung: core.rung, person: core.person, message: core.message.0, at: core.at.into(), lost: core.lost }
    }
}

/// Somebody took an alert in hand.
#[derive(Serialize, ToSchema)]
pub(crate) struct Acknowledgement {
    /// Who.
    by: String,
    /// When.
    at: Timestamp,
    /// What they do next.
    next: NextStep,
    /// Until when; without an outcome the alert opens again.
    until: Timestamp,
}

impl From<alert::Acknowledgement> for Acknowledgement {
    fn from(core: alert::Acknowledgement) -> Self {
        Self { by: core.by, at: core.at.into(), next: core.next.into(), until: core.until.into() }
    }
}

/// The end of an alert.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertEnd {
    /// What came of it.
    outcome: AlertOutcome,
    /// In the words of whoever says so.
    note: Option<String>,
    /// Who.
    by: String,
    /// When.
    at: Timestamp,
}

impl From<alert::End> for AlertEnd {
    fn from(core: alert::End) -> Self {
        Self { outcome: core.outcome.into(), note: core.note, by: core.by, at: core.at.into() }
    }
}

/// What a person must take in hand.
#[derive(Serialize, ToSchema)]
pub(crate) struct Alert {
    /// Its name.
    id: Uuid,
    /// Of which contact.
    contact: Uuid,
    /// How urgent: `vital` or `very-urgent`.
    level: Level,
    /// Since when.
    raised_at: Timestamp,
    /// Until when somebody's call or decision is promised.
    promised: Option<Timestamp>,
    /// Where it is.
    state: AlertState,
    /// When the next rung is told, or an acknowledged alert opens again; null once it
    /// has ended.
    watch_at: Option<Timestamp>,
    /// Who was told, oldest first.
    told: Vec<AlertTold>,
    /// Who took it in hand, oldest first.
    acknowledged: Vec<Acknowledgement>,
    /// What came of it.
    end: Option<AlertEnd>,
}

impl From<alert::Alert> for Alert {
    fn from(core: alert::Alert) -> Self {
        Self {
            id: core.id.0,
            contact: core.contact.0,
            level: core.level.into(),
            raised_at: core.raised_at.into(),
            promised: core.promised.map(Into::into),
            state: core.state.into(),
            watch_at: (core.state != alert::AlertState::Ended).then(|| core.watch_at.into()),
            told: each(core.told),
            acknowledged: each(core.acknowledged),
            end: core.end.map(Into::into),
        }
    }
}

/// An alert with what it is about, as it is now.
#[derive(Serialize, ToSchema)]
pub(crate) struct WholeAlert {
    /// The alert.
    #[serde(flatten)]
    alert: Alert,
    /// Which signs, who, where, which number: in French, as its recipients are told.
    text: String,
}

impl From<ReadAlert> for WholeAlert {
    fn from(core: ReadAlert) -> Self {
        Self { alert: core.alert.into(), text: core.text }
    }
}

/// An alert of one of several practices.
#[derive(Serialize, ToSchema)]
pub(crate) struct PracticeAlert {
    /// Of which practice.
    practice: String,
    /// The alert.
    #[serde(flatten)]
    alert: WholeAlert,
}

impl From<ReadAlert> for PracticeAlert {
    fn from(core: ReadAlert) -> Self {
        Self { practice: core.alert.practice.0.clone(), alert: core.into() }
    }
}
