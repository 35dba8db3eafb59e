//! Reads agendas in full, as far as the practice books and a while back.

use std::collections::BTreeMap;

use super::Recoveries;
use crate::ids::{AgendaId, AppointmentId, FeatureId};
use crate::model::recovery::Restore;
use crate::model::scheduling::{AgendaAppointment, AgendaError, Change};
use crate::ports::plugins::Agenda;
use crate::ports::practices::LivePractice;
use crate::time::{Instant, Span};

/// Entries of one answer.
const PAGE: u32 = 500;

/// More answers than this are of an agenda that does not come to an end.
const MAX_PAGES: usize = 200;

/// More entries than this are no practitioner's.
const MAX_ENTRIES: usize = 50_000;

const MINUTES_PER_DAY: i64 = 24 * 60;

/// How far back a backup's days are read at most: agendas keep less of the past.
const MAX_BACK_DAYS: i64 = 30;

/// How far ahead it is read at least, and at most: plugins read no more than three years.
const AHEAD_DAYS: std::ops::RangeInclusive<i64> = 90..=1_000;

/// An agenda that was read in full.
pub(super) struct ReadAgenda {
    pub(super) agenda: AgendaId,
    pub(super) entries: Vec<AgendaAppointment>,
    /// It is kept in this database.
    pub(super) own: bool,
    pub(super) at: Instant,
}

/// One that could not be: a code.
pub(super) struct UnreadAgenda {
    pub(super) agenda: AgendaId,
    pub(super) code: &'static str,
}

impl Recoveries {
    /// Reads these agendas of a feature.
    pub(super) async fn read(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agendas: &[AgendaId],
        window: Span,
    ) -> (Vec<ReadAgenda>, Vec<UnreadAgenda>) {
        let (mut read, mut unread) = (Vec::new(), Vec::new());
        for agenda in agendas {
            let entries = match practice.agenda(feature) {
                Ok(bound) => read_all(bound, agenda, window).await,
                Err(failure) => Err(failure.code()),
            };
            match entries {
                Ok(entries) => {
                    let identity = self.agendas.identity(practice, feature, agenda).await;
                    let own = identity.is_ok_and(|identity| identity.is_own());
                    read.push(ReadAgenda { agenda: agenda.clone(), entries, own, at: self.acts.now() });
                }
                Err(code) => unread.push(UnreadAgenda { agenda: agenda.clone(), code }),
            }
        }
        (read, unread)
    }
}

/// From the day before the backup to the last day that can be booked.
pub(super) fn window(practice: &LivePractice, restore: Restore, now: Instant) -> Span {
    let since = restore.taken_at.unwrap_or(restore.restored_at).min(now);
    let start = since.plus_minutes(-MINUTES_PER_DAY).max(now.plus_minutes(-MAX_BACK_DAYS * MINUTES_PER_DAY));
    let furthest = practice.motives.iter().map(|motive| i64::from(motive.max_horizon_days)).max().unwrap_or(0);
    let ahead = (furthest + 1).clamp(*AHEAD_DAYS.start(), *AHEAD_DAYS.end());
    Span { start, end: now.plus_minutes(ahead * MINUTES_PER_DAY) }
}

async fn read_all(agenda: &dyn Agenda, of: &AgendaId, window: Span) -> Result<Vec<AgendaAppointment>, &'static str> {
    let mut entries: BTreeMap<AppointmentId, AgendaAppointment> = BTreeMap::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MAX_PAGES {
        let page = agenda.changes(of, cursor.as_deref(), window, PAGE).await.map_err(|error| code(&error))?;
        for change in page.changes {
            match change {
                Change::Reset => entries.clear(),
                Change::Upsert(held) if held.agenda == *of => drop(entries.insert(held.id.clone(), held)),
                Change::Removed(id) => drop(entries.remove(&id)),
                Change::Upsert(_) | Change::Absence(_) | Change::AbsenceRemoved(_) => {}
            }
        }
        if entries.len() > MAX_ENTRIES {
            return Err("too-long");
        }
        if !page.more {
            return Ok(entries.into_values().collect());
        }
        cursor = Some(page.cursor);
    }
    Err("too-long")
}

/// Why an agenda was not read, for the journal and for people.
fn code(error: &AgendaError) -> &'static str {
    match error {
        AgendaError::Unavailable(_) => "unavailable",
        AgendaError::RateLimited(_) => "rate-limited",
        AgendaError::Denied(_) => "denied",
        AgendaError::NotFound => "not-found",
        AgendaError::Unsupported(_) => "unsupported",
        AgendaError::CursorExpired => "cursor-expired",
        AgendaError::OutcomeUnknown(_) => "no-answer",
        _ => "other",
    }
}
