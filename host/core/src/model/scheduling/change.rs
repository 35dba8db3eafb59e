//! What changed in an agenda since it was last asked.

use serde::{Deserialize, Serialize};

use super::{AgendaAppointment, EntryRef};
use crate::ids::AppointmentId;
use crate::time::{Instant, Span};

/// A time when nobody is there, as an agenda holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaAbsence {
    /// Its name in the agenda.
    pub id: String,
    /// When.
    pub span: Span,
    /// For the eye.
    pub label: Option<String>,
    /// Which entry of the agenda it is.
    #[serde(default)]
    pub entry: Option<EntryRef>,
}

/// One change of an agenda.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "short-lived, one at a time; a box would only hide it")]
pub enum Change {
    /// New or different.
    Upsert(AgendaAppointment),
    /// Gone.
    Removed(AppointmentId),
    /// Nobody there.
    Absence(AgendaAbsence),
    /// Somebody is there again: the absence's id.
    AbsenceRemoved(String),
    /// Forget what was read; what follows is everything.
    Reset,
}

/// A page of changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delta {
    /// In order.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub cursor: String,
    /// Whether there is more now.
    pub more: bool,
    /// Whether nothing was left out that takes time in the window, told now or before.
    pub complete: bool,
    /// When it was read.
    pub as_of: Instant,
}
