//! How agendas differ.

use greffon_core::model::scheduling::AgendaCaps;

/// What kind of agenda it is: the classes that differ in how they are written
/// to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgendaStyle {
    /// Refuses overlaps, holds, deduplicates: a manager (class C).
    Arbitrated,
    /// Takes whatever it is given under a name derived from the op-id, and
    /// forgets what is cancelled: a CalDAV collection (class D). Overlaps of
    /// greffon's own bookings are not its business.
    FreeStore,
    /// Takes whatever it is given, as [`AgendaStyle::FreeStore`]; its plugin looks
    /// at the agenda, writes, looks again, and takes its own back when somebody
    /// else is there (the bundled agenda-caldav).
    LookThenWrite,
    /// Finds an op-id again only in the note of a booking; sent twice, it books
    /// twice; cannot move: a proprietary agenda (class E).
    NoId,
}

impl AgendaStyle {
    /// What such an agenda says that it can do.
    pub(super) fn caps(self) -> AgendaCaps {
        let common = AgendaCaps { push: true, statuses: true, absences: true, ..AgendaCaps::default() };
        match self {
            Self::Arbitrated => AgendaCaps {
                refuses_overlap: true,
                native_hold: true,
                idempotent_create: true,
                conditional_write: true,
                moves: true,
                ..common
            },
            Self::FreeStore | Self::LookThenWrite => {
                AgendaCaps { idempotent_create: true, conditional_write: true, moves: true, takes_over: true, ..common }
            }
            Self::NoId => AgendaCaps { push: false, ..common },
        }
    }
}
