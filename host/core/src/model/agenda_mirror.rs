//! What an agenda holds, as far as it was followed: what takes time in it, without title or name.
//! A search for slots reads it while it is fresh; a booking never does.

use serde::{Deserialize, Serialize};

use crate::ids::AgendaId;
use crate::time::{Instant, Span};

/// So many seconds after an agenda was read a search relies on its mirror, where the practice's
/// file says nothing: agendas are read every minute.
pub const AGENDA_FRESH_S: u32 = 90;

/// How long an entry is kept after its end, in milliseconds: 35 days.
pub const KEPT_AFTER_END_MS: i64 = 35 * 24 * 3_600_000;

/// What takes the time of an agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// An appointment, or anything else that somebody wrote there.
    Appointment,
    /// Nobody is there.
    Absence,
}

impl EntryKind {
    /// The word in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Appointment => "appointment",
            Self::Absence => "absence",
        }
    }

    /// The kind of a word of the database.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Appointment, Self::Absence].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The name of an entry in its agenda. One name may be an appointment's and an absence's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryName {
    /// What it is.
    pub kind: EntryKind,
    /// How the agenda calls it: object and occurrence.
    pub id: String,
}

/// An entry that takes time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MirrorEntry {
    /// Its name.
    pub name: EntryName,
    /// When.
    pub span: Span,
    /// Its version in the agenda, where it has one.
    pub tag: Option<String>,
}

/// What one reading of an agenda changes in its mirror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorChange {
    /// Digest of what decides which agenda it is. What was mirrored of another one counts no more.
    pub binding: String,
    /// When the agenda was read.
    pub read_at: Instant,
    /// In which time everything was told anew, in place of what was known; `None` when only
    /// differences were.
    pub whole: Option<Span>,
    /// Whether all is known that takes time there; a search reads no mirror that is not complete.
    pub complete: bool,
    /// What is not there any more.
    pub gone: Vec<EntryName>,
    /// What is there now.
    pub there: Vec<MirrorEntry>,
}

/// Longest name of an entry that is kept, in bytes.
const MAX_NAME_BYTES: usize = 1_024;

impl EntryName {
    /// Whether it can be kept: not empty, not longer than 1,024 bytes, without NUL.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        !self.id.is_empty() && self.id.len() <= MAX_NAME_BYTES && !self.id.contains('\0')
    }
}

impl MirrorEntry {
    /// Whether it can be kept: with a name that can, and with a beginning before its end.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.name.is_fit() && self.span.start < self.span.end
    }
}

/// What some agendas hold in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// When the one of them was read that was read first.
    pub as_of: Instant,
    /// What takes time there, by agenda, earliest first.
    pub entries: Vec<(AgendaId, MirrorEntry)>,
}
