//! How far the agendas of a feature were followed, and what in them gives reason to look at an
//! appointment. What is suspected here is believed only after the agenda was asked for that very
//! appointment: see [`super::standing`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::agenda_mirror::{EntryKind, EntryName, MirrorChange, MirrorEntry};
use super::intent::Appointment;
use super::scheduling::{AgendaAppointment, Change};
use super::standing::{is_gone, is_same_visit};
use crate::ids::{AgendaId, AppointmentId, FeatureId, PracticeId};
use crate::time::{Instant, Span};

/// So many appointments may vanish from an agenda at once without being a reason to stop.
pub const FEW: usize = 5;

/// Longest place of an agenda to go on from, in bytes. One that is longer is not kept, and
/// everything is compared each time.
pub const MAX_CURSOR_BYTES: usize = 16 * 1024;

/// All of an agenda is compared with what greffon knows at least so often, in milliseconds.
pub const COMPARE_EVERY_MS: i64 = 24 * 3_600_000;

/// How far the agendas of a feature were followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaWatch {
    /// Whose.
    pub practice: PracticeId,
    /// The binding that serves them.
    pub feature: FeatureId,
    /// Digest of what decides which agendas these are; a place in another one says nothing.
    pub binding: String,
    /// By agenda.
    pub agendas: BTreeMap<AgendaId, Followed>,
    /// Optimistic lock.
    pub version: i64,
}

impl AgendaWatch {
    /// Nothing was followed yet.
    #[must_use]
    pub fn new(practice: PracticeId, feature: FeatureId, binding: String) -> Self {
        Self { practice, feature, binding, agendas: BTreeMap::new(), version: 0 }
    }
}

/// How far one agenda was followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Followed {
    /// Where to go on; from the beginning when absent.
    pub cursor: Option<String>,
    /// When it was last read.
    pub read_at: Option<Instant>,
    /// When all of it was last compared.
    pub compared_at: Option<Instant>,
    /// Since when it gives no answer.
    pub unread_since: Option<Instant>,
    /// How many appointments had vanished at once when a person was asked; 0 when nobody was, or
    /// all are there again or called off by people. Until then none is called off here.
    pub vanished: u32,
}

impl Followed {
    /// Where to go on at this instant; `None` when all of it is due to be compared.
    #[must_use]
    pub fn place(&self, now: Instant) -> Option<&str> {
        let compared = self.compared_at.is_some_and(|at| now.millis_since(at) < COMPARE_EVERY_MS);
        self.cursor.as_deref().filter(|_| compared)
    }
}

/// What an agenda told, page by page.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Everything was told anew.
    pub whole: bool,
    entries: BTreeMap<AppointmentId, AgendaAppointment>,
    removed: BTreeSet<AppointmentId>,
    absences: BTreeMap<String, Span>,
    absences_removed: BTreeSet<String>,
}

impl Told {
    /// Takes what one page says, in its order.
    pub fn take(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Reset => *self = Self { whole: true, ..Self::default() },
                Change::Upsert(entry) => {
                    self.removed.remove(&entry.id);
                    self.entries.insert(entry.id.clone(), entry);
                }
                Change::Removed(id) => {
                    self.entries.remove(&id);
                    self.removed.insert(id);
                }
                Change::Absence(absence) => {
                    self.absences_removed.remove(&absence.id);
                    self.absences.insert(absence.id, absence.span);
                }
                Change::AbsenceRemoved(id) => {
                    self.absences.remove(&id);
                    self.absences_removed.insert(id);
                }
            }
        }
    }

    /// Whether nothing has changed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.whole && self.is_empty()
    }

    /// How many entries were told.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() + self.removed.len() + self.absences.len() + self.absences_removed.len()
    }

    /// Whether no entry was told.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What it changes in the mirror of an agenda that was read at this instant: all of it in place
    /// of what was known when `window` is given, in which everything was told. It is not `complete`
    /// either when an entry cannot be kept.
    #[must_use]
    pub fn mirror(&self, binding: &str, read_at: Instant, window: Option<Span>, complete: bool) -> MirrorChange {
        let (there, unfit): (Vec<MirrorEntry>, Vec<MirrorEntry>) = self.there().partition(MirrorEntry::is_fit);
        let complete = complete && unfit.is_empty();
        let gone = self.gone().chain(unfit.into_iter().map(|entry| entry.name)).filter(EntryName::is_fit).collect();
        MirrorChange { binding: binding.to_owned(), read_at, whole: window, complete, gone, there }
    }

    /// What of it takes time now.
    fn there(&self) -> impl Iterator<Item = MirrorEntry> {
        let appointments = self.entries.values().filter(|one| is_live(one)).map(|one| MirrorEntry {
            name: EntryName { kind: EntryKind::Appointment, id: one.id.0.clone() },
            span: one.span,
            tag: one.version.clone(),
        });
        let absences = self.absences.iter().map(|(id, span)| MirrorEntry {
            name: EntryName { kind: EntryKind::Absence, id: id.clone() },
            span: *span,
            tag: None,
        });
        appointments.chain(absences)
    }

    /// What of it takes no time any more.
    fn gone(&self) -> impl Iterator<Item = EntryName> {
        let cancelled = self.entries.values().filter(|one| !is_live(one)).map(|one| &one.id);
        let appointments = self.removed.iter().chain(cancelled).map(|id| (EntryKind::Appointment, id.0.clone()));
        let absences = self.absences_removed.iter().map(|id| (EntryKind::Absence, id.clone()));
        appointments.chain(absences).map(|(kind, id)| EntryName { kind, id })
    }

    /// Entries of greffon's that stand there and are not among these appointments.
    #[must_use]
    pub fn unknown_of_ours<'a>(&'a self, standing: &'a [Appointment]) -> Vec<&'a AgendaAppointment> {
        let known: BTreeSet<&AppointmentId> = standing.iter().map(|one| &one.id).collect();
        self.entries.values().filter(|one| one.ours && is_live(one) && !known.contains(&one.id)).collect()
    }
}

fn is_live(entry: &AgendaAppointment) -> bool {
    !is_gone(entry.status)
}

/// Which appointments there is reason to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suspects {
    /// Those that an entry says something else of, or lies over.
    pub changed: Vec<AppointmentId>,
    /// Those that are not there any more.
    pub vanished: Vec<AppointmentId>,
}

impl Suspects {
    /// Whether so many of `all` have vanished at once that a person is asked, before any of
    /// them counts as called off.
    #[must_use]
    pub fn is_a_mass(&self, all: usize) -> bool {
        self.vanished.len() > FEW.max(all / 10)
    }
}

/// Compares what an agenda told with the appointments of it that stand within `window`, as
/// far as it was read.
#[must_use]
pub fn suspects(standing: &[Appointment], told: &Told, window: Span) -> Suspects {
    let own: BTreeSet<&AppointmentId> = standing.iter().map(|one| &one.id).collect();
    // What greffon wrote may be another practice's: whoever looks finds out.
    let others: Vec<(Option<&AppointmentId>, Span)> = told
        .entries
        .values()
        .filter(|one| is_live(one) && !(one.ours && own.contains(&one.id)))
        .map(|one| (Some(&one.id), one.span))
        .chain(told.absences.values().map(|span| (None, *span)))
        .collect();
    let mut suspects = Suspects::default();
    for known in standing {
        let entry = told.entries.get(&known.id);
        let gone = told.removed.contains(&known.id)
            || entry.is_some_and(|entry| !is_live(entry))
            || (told.whole && entry.is_none() && window.contains(&known.held.span));
        let other = entry.is_some_and(|entry| {
            !is_same_visit(&known.held, entry) || (entry.version.is_some() && entry.version != known.held.version)
        });
        // What was taken over lies over nothing; whoever lay over it may have gone.
        let lies_over =
            |(id, span): &(Option<&AppointmentId>, Span)| *id != Some(&known.id) && span.overlaps(&known.held.span);
        let beneath = others.iter().any(lies_over) != known.standing.double;
        if gone {
            suspects.vanished.push(known.id.clone());
        } else if other || beneath {
            suspects.changed.push(known.id.clone());
        }
    }
    suspects
}

#[cfg(test)]
mod tests;
