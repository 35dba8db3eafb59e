//! Somebody or something is not there: told, ended, listed. From the commit on nothing more is
//! booked into it, and what stands in it is made work for a person by a job of the same commit.

use std::sync::Arc;

use greffon_words::fields;
use serde::{Deserialize, Serialize};

use super::act::{Act, Acts};
use super::booking::{Bookings, Work, check_text};
use super::error::{Flow, FlowError, Thing};
use super::journal::Entry;
use crate::ids::{AbsenceId, IntentId, PracticeId};
use crate::model::absence::{Missing, ReportedAbsence};
use crate::model::audit::Actor;
use crate::model::care::Level;
use crate::model::claims::{agenda_resource, resource_key};
use crate::model::commitment::MOVE_APPOINTMENT;
use crate::model::intent::{Intent, IntentKind};
use crate::model::job::{Due, Job, Lane};
use crate::model::practice::Practice;
use crate::model::view::BookingView;
use crate::model::wording::{self, Visit};
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Storage, Stored, Transaction};
use crate::time::{Instant, Span};

/// No absence is told for longer than this, in days: whoever leaves for ever leaves the file.
const LONGEST_DAYS: i64 = 730;

/// What begins sooner than this is looked at today, in minutes.
const TODAY_MIN: i64 = 24 * 60;

/// So many appointments become work in one transaction: the desk is never behind all of a long
/// absence.
const AT_ONCE: usize = 50;

/// An absence to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAbsence {
    /// Its name, minted at the first click: a repeat is the same absence.
    pub id: AbsenceId,
    /// Who or what.
    pub missing: Missing,
    /// From when on; from now on when absent.
    pub from: Option<Instant>,
    /// Until when; until somebody ends it when absent.
    pub until: Option<Instant>,
    /// Why, for the desk.
    pub note: Option<String>,
}

/// An absence with what stands in it.
#[derive(Clone, Debug, PartialEq)]
pub struct ToldAbsence {
    /// As it is now.
    pub absence: ReportedAbsence,
    /// Appointments and bookings inside it that are not over, earliest first: each becomes work
    /// of the reception.
    pub affected: Vec<BookingView>,
}

/// Writes down who and what is not there.
#[derive(Clone)]
pub struct Absences {
    acts: Acts,
    storage: Arc<dyn Storage>,
    bookings: Bookings,
}

impl Absences {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>, bookings: Bookings) -> Self {
        Self { acts, storage, bookings }
    }

    /// Tells that a practitioner, a room or a device is not there. What stands in that time
    /// becomes work of the reception, whatever happens to the process; nothing is moved or
    /// cancelled by itself.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Invalid`, `OpIdReused` when the id is another absence's, `Storage`.
    pub async fn tell(&self, practice: &PracticeId, new: NewAbsence, actor: &Actor) -> Flow<ToldAbsence> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut absence = checked(act, new)?;
        let mut tx = self.storage.begin(&practice.id).await?;
        if let Some(before) = tx.absence(absence.id).await? {
            if before.missing != absence.missing {
                return Err(FlowError::OpIdReused);
            }
            let affected = holders(tx.as_mut(), act, &before).await?;
            return Ok(ToldAbsence { affected: affected.iter().map(BookingView::of).collect(), absence: before });
        }
        let affected = holders(tx.as_mut(), act, &absence).await?;
        let entry = about("absence.told", &absence).field("affected", affected.len());
        self.acts.note(tx.as_mut(), act, entry).await?;
        if !affected.is_empty() {
            absence.to_displace = affected.iter().map(|intent| intent.chain).collect();
            let job = Job::DisplaceVisits(absence.id);
            self.acts.enqueue(tx.as_mut(), act, &job, Lane::Normal, Due::NOW).await?;
        }
        tx.save_absence(&mut absence).await?;
        tx.commit().await?;
        Ok(ToldAbsence { affected: affected.iter().map(BookingView::of).collect(), absence })
    }

    /// Makes work of what stood in an absence when it was told, as far as it still does: a part
    /// in each transaction, which says what is left to do.
    ///
    /// # Errors
    /// `Storage`: what was made until then stays, and nothing of it is made again.
    pub(crate) async fn displace(&self, practice: &LivePractice, id: AbsenceId, actor: &Actor) -> Flow<()> {
        loop {
            let act = Act::new(practice, actor, self.acts.now());
            let mut tx = self.storage.begin(&practice.id).await?;
            let Some(mut absence) = tx.absence(id).await? else { return Ok(()) };
            if absence.to_displace.is_empty() {
                return Ok(());
            }
            let part = absence.to_displace.len().min(AT_ONCE);
            let part: Vec<IntentId> = absence.to_displace.drain(..part).collect();
            // As they stand by now: what was called off or moved elsewhere is nobody's work.
            for intent in holders(tx.as_mut(), act, &absence).await? {
                if part.contains(&intent.chain) {
                    self.leave_work(tx.as_mut(), act, &absence, &intent).await?;
                }
            }
            tx.save_absence(&mut absence).await?;
            tx.commit().await?;
        }
    }

    /// They are there again, or it works again: what is free of the rest of the time is
    /// offered at once. The work that it made stays until a person ends it.
    ///
    /// # Errors
    /// `NotFound(Absence)`, `Conflict`, `Storage`.
    pub async fn end(&self, practice: &PracticeId, id: AbsenceId, actor: &Actor) -> Flow<ReportedAbsence> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.absence(id).await?.ok_or(FlowError::NotFound(Thing::Absence))?;
        let mut ended = before.ended(act.now);
        if ended == before {
            return Ok(before);
        }
        self.acts.note(tx.as_mut(), act, about("absence.ended", &ended)).await?;
        tx.save_absence(&mut ended).await?;
        tx.commit().await?;
        Ok(ended)
    }

    /// Absences that were told and are not over, earliest first.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Storage`.
    pub async fn open(&self, practice: &PracticeId) -> Flow<Vec<ReportedAbsence>> {
        let practice = self.acts.practice(practice)?;
        let onward = Span { start: self.acts.now(), end: Instant(i64::MAX) };
        Ok(self.storage.absences(&practice.id, onward).await?)
    }

    async fn leave_work(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        absence: &ReportedAbsence,
        intent: &Intent,
    ) -> Stored<()> {
        let practice = act.practice;
        let seat = practice.agenda_of(&intent.feature, &intent.request.agenda);
        let visit = Visit {
            start: span_of(intent).start,
            practitioner: seat.map(|(practitioner, _)| practitioner),
            site: seat.and_then(|(_, agenda)| practice.site(&agenda.site)),
            motive: practice.motive(&intent.request.motive),
        };
        let name = name_of(practice, &absence.missing);
        let letter = wording::displaced(practice, name, absence.until, &intent.request.patient, visit);
        let level = if visit.start < act.now.plus_minutes(TODAY_MIN) { Level::SameDay } else { Level::Soon };
        let work = Work { what: MOVE_APPOINTMENT, said: None, level, before: None, letter };
        self.bookings.leave_work(tx, act, intent, intent.contact, work).await
    }
}

fn checked(act: Act<'_>, new: NewAbsence) -> Flow<ReportedAbsence> {
    let known = match &new.missing {
        Missing::Practitioner(id) => {
            act.practice.practitioner(id).map(|_| ()).ok_or(("practitioner", fields::practitioner()))
        }
        Missing::Resource(id) => act.practice.resource(id).map(|_| ()).ok_or(("resource", fields::resource())),
    };
    known.map_err(|(field, why)| FlowError::invalid(field, why))?;
    check_text("note", new.note.as_deref())?;
    let from = new.from.unwrap_or(act.now);
    let latest = act.now.plus_minutes(LONGEST_DAYS * 24 * 60);
    if from > latest {
        return Err(FlowError::invalid("from", fields::absence_too_late()));
    }
    if new.until.is_some_and(|until| until <= from || until <= act.now) {
        return Err(FlowError::invalid("until", fields::absence_over()));
    }
    if new.until.is_some_and(|until| until > latest) {
        return Err(FlowError::invalid("until", fields::absence_too_late()));
    }
    Ok(ReportedAbsence {
        id: new.id,
        practice: act.practice.id.clone(),
        missing: new.missing,
        from,
        until: new.until,
        note: new.note,
        by: act.actor.subject.clone(),
        told_at: act.now,
        ended_at: None,
        to_displace: Vec::new(),
        version: 0,
    })
}

/// What stands in an absence and is not over, earliest first: of an appointment that is being
/// moved, the intent that was made last.
async fn holders(tx: &mut dyn Transaction, act: Act<'_>, absence: &ReportedAbsence) -> Stored<Vec<Intent>> {
    let resources: Vec<String> = match &absence.missing {
        Missing::Practitioner(id) => {
            let agendas = act.practice.practitioner(id).map(|one| one.agendas.as_slice()).unwrap_or_default();
            agendas.iter().map(|one| agenda_resource(&one.feature, &one.agenda)).collect()
        }
        Missing::Resource(id) => vec![resource_key(id)],
    };
    let Some(span) = absence.span() else { return Ok(Vec::new()) };
    let mut found = tx.holders(&resources, span).await?;
    found.retain(|intent| {
        !matches!(intent.kind, IntentKind::Cancel { .. })
            && span_of(intent).end > act.now
            && span_of(intent).overlaps(&span)
    });
    let latest: Vec<_> = found
        .iter()
        .filter(|one| !found.iter().any(|other| other.chain == one.chain && other.id > one.id))
        .map(|one| one.id)
        .collect();
    found.retain(|intent| latest.contains(&intent.id));
    found.sort_by_key(|intent| (span_of(intent).start, intent.id));
    Ok(found)
}

fn span_of(intent: &Intent) -> Span {
    intent.appointment.as_ref().map_or(intent.request.span, |held| held.span)
}

fn name_of<'a>(practice: &'a Practice, missing: &'a Missing) -> &'a str {
    match missing {
        Missing::Practitioner(id) => practice.practitioner(id).map_or(id.as_str(), |one| one.name.as_str()),
        Missing::Resource(id) => practice.resource(id).map_or(id.as_str(), |one| one.name.as_str()),
    }
}

fn about(action: &str, absence: &ReportedAbsence) -> Entry {
    let (kind, id) = match &absence.missing {
        Missing::Practitioner(id) => ("practitioner", id.as_str()),
        Missing::Resource(id) => ("resource", id.as_str()),
    };
    let entry = Entry::new(action).about("absence", absence.id).field(kind, id).field("from", absence.from);
    match absence.until {
        Some(until) => entry.field("until", until),
        None => entry,
    }
}
