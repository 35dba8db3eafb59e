//! Agendas, with what takes time in them.

use greffon_core::flow::{ReadAgenda, ReadEntry};
use serde::Serialize;
use utoipa::ToSchema;

use super::each;
use super::time::Timestamp;

/// An agenda of a practitioner.
#[derive(Serialize, ToSchema)]
pub(crate) struct Agenda {
    /// Which feature of the practice serves it.
    feature: String,
    /// Its name there.
    agenda: String,
    /// Whose.
    practitioner: String,
    /// When it was last read; null while it is not known in full, and nothing is listed.
    as_of: Option<Timestamp>,
    /// What takes time in it, earliest first.
    entries: Vec<AgendaEntry>,
}

impl From<ReadAgenda> for Agenda {
    fn from(core: ReadAgenda) -> Self {
        Self {
            feature: core.feature.0,
            agenda: core.agenda.0,
            practitioner: core.practitioner.0,
            as_of: core.as_of.map(Into::into),
            entries: each(core.entries),
        }
    }
}

/// What takes time in an agenda.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgendaEntry {
    /// First instant.
    start: Timestamp,
    /// First instant after.
    end: Timestamp,
    /// The appointment that it is; null when somebody wrote it there by hand.
    appointment: Option<String>,
    /// What somebody wrote there by hand, as it is named to take it over; null for appointments and
    /// absences, and where the agenda has no versions.
    foreign: Option<ForeignEntry>,
}

/// The name of an entry in its agenda.
#[derive(Serialize, ToSchema)]
pub(crate) struct ForeignEntry {
    /// As the agenda calls it.
    entry: String,
    /// Its version there.
    version: String,
}

impl From<ReadEntry> for AgendaEntry {
    fn from(core: ReadEntry) -> Self {
        let foreign = core.foreign.map(|one| ForeignEntry { entry: one.entry.0, version: one.version });
        let appointment = core.appointment.map(|id| id.0);
        Self { start: core.span.start.into(), end: core.span.end.into(), appointment, foreign }
    }
}
