//! Follows the agendas of a practice: what practitioners change in their own software is seen
//! within a minute, and everything is compared once a day.

use std::time::Duration;

use super::Appointments;
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::booking::still_stands;
use crate::flow::error::Flow;
use crate::flow::journal::Entry;
use crate::flow::message::Post;
use crate::ids::{AgendaId, FeatureId, JobId, PracticeId};
use crate::model::agenda_mirror::MirrorChange;
use crate::model::agenda_watch::{AgendaWatch, Followed, MAX_CURSOR_BYTES, Told, suspects};
use crate::model::audit::Actor;
use crate::model::care::Level;
use crate::model::intent::{Appointment, IntentEvent};
use crate::model::job::{Due, Job, Lane};
use crate::model::message::MessageCause;
use crate::model::recipients::{first_of, reception};
use crate::model::scheduling::AgendaError;
use crate::model::standing::is_gone;
use crate::model::wording::agenda_emptied;
use crate::ports::plugins::Agenda;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Page, StorageError, Stored};
use crate::time::{Instant, Span};

/// How often the agendas of a feature are asked, unless their plugin wants to be asked less.
const EVERY: Duration = Duration::from_secs(60);

/// After how long what was left is read.
const SOON: Duration = Duration::from_secs(1);

/// How often an agenda that cannot tell what has changed is read whole.
const WHOLE_EVERY: Duration = Duration::from_secs(10 * 60);

/// How far into the past an agenda is followed, in minutes.
const BACK_MIN: i64 = 24 * 60;

/// How far beyond the last day that can be booked, in minutes.
const BEYOND_MIN: i64 = 7 * 24 * 60;

/// How far at least, in minutes.
const AHEAD_MIN: i64 = 90 * 24 * 60;

/// A day of UTC, in milliseconds.
const DAY_MS: i64 = 24 * 3_600_000;

/// Most changes of a page, and most pages of one reading.
const PAGE: u32 = 500;
const MAX_PAGES: usize = 40;

/// Most entries that are looked into because greffon wrote them and nobody knows of them.
const MOST_UNKNOWN: usize = 20;

/// Who acts, in the journal.
const JOB: &str = "watch-agendas";

/// What one reading of an agenda gave.
struct Reading {
    told: Told,
    cursor: Option<String>,
    /// There is more, to be read next time.
    more: bool,
    /// Whether nothing was left out that takes time.
    complete: bool,
    /// Everything is told anew, to its end or not.
    anew: bool,
}

impl Reading {
    /// What it changes in the mirror. What only a person can believe is in no mirror that a search
    /// reads.
    fn mirror(&self, binding: &str, read_at: Instant, window: Span, doubtful: bool) -> MirrorChange {
        let complete = self.complete && !self.more && !doubtful;
        self.told.mirror(binding, read_at, self.anew.then_some(window), complete)
    }
}

/// What is kept of one reading.
struct Kept {
    /// What it went on from.
    before: Followed,
    /// What it came to.
    next: Followed,
    /// How many appointments have vanished, when a person is asked of it.
    ask: Option<u32>,
    mirror: Option<MirrorChange>,
}

impl Appointments {
    /// Writes the job that follows the agendas of each feature of a practice that has none.
    /// Says how many.
    pub(crate) async fn enqueue_watches(&self, practice: &PracticeId) -> Stored<usize> {
        let Ok(practice) = self.acts.practice(practice) else { return Ok(0) };
        let mut written = 0;
        for feature in practice.features.iter().filter(|feature| feature.agenda().is_ok()) {
            let job = Job::WatchAgendas(feature.id().clone());
            written += usize::from(self.enqueue_once(&practice.id, &job).await?);
        }
        Ok(written)
    }

    /// Writes a job that is in the queue once at most. Says whether it was not.
    async fn enqueue_once(&self, practice: &PracticeId, job: &Job) -> Stored<bool> {
        let id = match job {
            Job::LookAgain(feature, id) => JobId::named(&format!("look-again {practice} {feature} {id}")),
            other => JobId::named(&format!("{} {practice} {}", other.name(), other.subject())),
        };
        let written = async {
            let mut tx = self.storage.begin(practice).await?;
            tx.enqueue(id, job, Lane::Watch, Due::NOW).await?;
            tx.commit().await
        };
        match written.await {
            Ok(()) => Ok(true),
            Err(StorageError::Exists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads what has changed in the agendas of a feature, and has every appointment looked at
    /// that it may concern. Says after how long to read again; `None` when the practice has no
    /// such feature any more.
    ///
    /// # Errors
    /// `Storage`: what was read is read again.
    pub(crate) async fn watch_agendas(&self, practice: &LivePractice, feature: &FeatureId) -> Flow<Option<Duration>> {
        let Some(bound) = practice.feature(feature) else { return Ok(None) };
        let Ok(agenda) = bound.agenda() else { return Ok(Some(EVERY)) };
        let descriptor = agenda.descriptor();
        let least = Duration::from_secs(u64::from(descriptor.min_poll_s)).min(EVERY * 60);
        let again = least.max(if descriptor.caps.delta { EVERY } else { WHOLE_EVERY });
        let more = self.follow_agendas(practice, feature, agenda, &practice.agendas_of(feature)).await?;
        Ok(Some(if more { SOON } else { again }))
    }

    /// Reads what has changed in these agendas of a feature, of which somebody told. Says after how
    /// long there is more to read, if there is.
    ///
    /// # Errors
    /// `Storage`: what was read is read again.
    pub(crate) async fn read_changes(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        told: &[AgendaId],
    ) -> Flow<Option<Duration>> {
        let Ok(agenda) = practice.agenda(feature) else { return Ok(None) };
        let mut names = practice.agendas_of(feature);
        names.retain(|name| told.contains(name));
        let more = self.follow_agendas(practice, feature, agenda, &names).await?;
        Ok(more.then_some(SOON))
    }

    /// Says whether there is more to read at once.
    async fn follow_agendas(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agenda: &dyn Agenda,
        names: &[AgendaId],
    ) -> Flow<bool> {
        let binding = agenda.binding();
        let mut more = false;
        for name in names {
            let kept = self.storage.agenda_watches(&practice.id).await?;
            let kept = kept.into_iter().find(|one| one.feature == *feature && one.binding == binding);
            let followed = kept.and_then(|mut watch| watch.agendas.remove(name)).unwrap_or_default();
            more |= self.follow_agenda(practice, feature, agenda, &binding, name, followed).await?;
        }
        Ok(more)
    }

    /// Says whether there is more to read at once.
    async fn follow_agenda(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agenda: &dyn Agenda,
        binding: &str,
        name: &AgendaId,
        before: Followed,
    ) -> Flow<bool> {
        let actor = Actor::job(JOB);
        let now = self.acts.now();
        let act = Act::new(practice, &actor, now);
        let window = window(practice, now);
        let Ok(reading) = read(agenda, name, before.place(now), window).await else {
            if before.unread_since.is_none() {
                let next = Followed { unread_since: Some(now), ..before.clone() };
                let kept = Kept { before, next, ask: None, mirror: None };
                self.keep_followed(act, feature, binding, name, kept).await?;
            }
            return Ok(false);
        };
        let quiet = reading.told.is_nothing() && before.unread_since.is_none();
        if quiet && reading.cursor == before.cursor && reading.cursor.is_some() {
            // At rest nothing is written but that it was read.
            if practice.agenda_fresh_s > 0 {
                let mut tx = self.storage.begin(&practice.id).await?;
                tx.mirror_agenda(feature, name, &reading.mirror(binding, now, window, false)).await?;
                tx.commit().await?;
            }
            return Ok(false);
        }
        let standing =
            if reading.told.is_nothing() { Vec::new() } else { self.standing(practice, feature, name, window).await? };
        let found = suspects(&standing, &reading.told, window);
        // Once a person was asked, nobody's appointment is called off until all are there again, or
        // were called off by people.
        let stopped = before.vanished > 0 && !found.vanished.is_empty();
        let mass = stopped || found.is_a_mass(standing.len());
        for id in found.changed.iter().chain(found.vanished.iter().filter(|_| !mass)) {
            self.enqueue_once(&practice.id, &Job::LookAgain(feature.clone(), id.clone())).await?;
        }
        self.look_into_unknown(act, feature, &reading.told, &standing).await?;
        let vanished = if mass { u32::try_from(found.vanished.len()).unwrap_or(u32::MAX) } else { 0 };
        let ask = mass && !stopped;
        let mirror = reading.mirror(binding, now, window, mass);
        let next = Followed {
            // Of what has vanished the agenda is asked again, from the beginning.
            cursor: reading.cursor.filter(|_| !mass),
            read_at: Some(now),
            compared_at: if reading.told.whole && !mass { Some(now) } else { before.compared_at.filter(|_| !mass) },
            unread_since: None,
            vanished,
        };
        let kept = Kept { before, next, ask: ask.then_some(vanished), mirror: Some(mirror) };
        let kept = self.keep_followed(act, feature, binding, name, kept).await?;
        Ok(reading.more || !kept)
    }

    /// The appointments of an agenda that stand and are not over.
    async fn standing(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agenda: &AgendaId,
        window: Span,
    ) -> Flow<Vec<Appointment>> {
        let now = self.acts.now();
        let mut standing = Vec::new();
        let mut page = Page { limit: 200, cursor: None };
        loop {
            let listed = self.storage.appointments(&practice.id, window, &page).await?;
            let own = |one: &Appointment| {
                one.feature == *feature
                    && one.held.agenda == *agenda
                    && one.held.span.end > now
                    && still_stands(one).is_ok()
            };
            standing.extend(listed.items.into_iter().filter(own));
            match listed.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(standing),
            }
        }
    }

    /// What greffon wrote and does not want is looked for, and taken out by whoever wrote it.
    async fn look_into_unknown(
        &self,
        act: Act<'_>,
        feature: &FeatureId,
        told: &Told,
        standing: &[Appointment],
    ) -> Flow<()> {
        let practice = act.practice;
        for entry in told.unknown_of_ours(standing).into_iter().take(MOST_UNKNOWN) {
            let Some(op) = &entry.op else { continue };
            let Some(intent) = self.storage.intent_by_op(&practice.id, op).await? else { continue };
            if intent.feature != *feature {
                continue;
            }
            let known = self.storage.appointment(&practice.id, Some(feature), &entry.id).await?;
            // It stands, wherever it is by now; also when the patient came.
            if known.as_ref().is_some_and(|known| !is_gone(known.held.status)) {
                continue;
            }
            let struck_out_there = known.is_some_and(|known| known.standing.struck_out);
            let Ok(rules) = WriteRules::of(practice, feature) else { continue };
            let event = IntentEvent::SeenAfterwards { struck_out_there, rule: rules.rule(&intent) };
            self.bookings.step(act, intent.id, &event, &rules, None).await?;
        }
        Ok(())
    }

    /// Says whether it was kept: not when another reading was kept since this one began, which
    /// may have seen what this one has not. What they come to is read again.
    async fn keep_followed(
        &self,
        act: Act<'_>,
        feature: &FeatureId,
        binding: &str,
        name: &AgendaId,
        kept: Kept,
    ) -> Flow<bool> {
        let practice = act.practice;
        let Kept { before, next, ask, mirror } = kept;
        let mut tx = self.storage.begin(&practice.id).await?;
        let kept = tx.agenda_watch(feature).await?;
        let version = kept.as_ref().map_or(0, |watch| watch.version);
        let mut watch = kept.filter(|watch| watch.binding == binding).unwrap_or_else(|| {
            let (practice, feature) = (practice.id.clone(), feature.clone());
            AgendaWatch { version, ..AgendaWatch::new(practice, feature, binding.to_owned()) }
        });
        if watch.agendas.get(name).cloned().unwrap_or_default() != before {
            return Ok(false);
        }
        watch.agendas.insert(name.clone(), next);
        if let Some(vanished) = ask {
            let entry = Entry::new("agenda.emptied")
                .about("feature", feature)
                .field("agenda", name)
                .field("vanished", vanished);
            self.acts.note(tx.as_mut(), act, entry).await?;
            let post = Post {
                to: first_of(practice, &reception()),
                letter: agenda_emptied(practice, feature, name, vanished),
                level: Level::SameDay,
                valid_until: None,
                cause: MessageCause::Agenda(feature.clone()),
                contact: None,
            };
            self.messages.post(tx.as_mut(), act, post).await?;
        }
        tx.save_agenda_watch(&mut watch).await?;
        if let Some(mirror) = mirror {
            tx.mirror_agenda(feature, name, &mirror).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Reads all that an agenda has to tell since `place`, and from the beginning when that place
/// is no more.
async fn read(agenda: &dyn Agenda, name: &AgendaId, place: Option<&str>, window: Span) -> Result<Reading, AgendaError> {
    let mut cursor = place.map(str::to_owned);
    let mut told = Told::default();
    let (mut more, mut complete) = (true, true);
    for _ in 0..MAX_PAGES {
        let delta = match agenda.changes(name, cursor.as_deref(), window, PAGE).await {
            Err(AgendaError::CursorExpired) if cursor.is_some() => {
                cursor = None;
                told = Told::default();
                continue;
            }
            other => other?,
        };
        // An agenda that forgets where it was tells everything.
        if cursor.is_none() {
            told.whole = true;
        }
        told.take(delta.changes);
        more = delta.more;
        complete &= delta.complete;
        cursor = Some(delta.cursor).filter(|cursor| !cursor.is_empty() && cursor.len() <= MAX_CURSOR_BYTES);
        if !more || cursor.is_none() {
            break;
        }
    }
    let anew = told.whole;
    // What was not told to its end says nothing of what is missing.
    if more {
        told.whole = false;
    }
    Ok(Reading { told, cursor, more, complete, anew })
}

/// In which time an agenda is followed: as far as anything can be booked, by whole days, so that
/// an agenda in which nothing happens is asked the same all day long.
fn window(practice: &LivePractice, now: Instant) -> Span {
    let days = practice.motives.iter().map(|motive| motive.max_horizon_days.min(3_660)).max().unwrap_or(0);
    let ahead = AHEAD_MIN.max(i64::from(days) * 24 * 60) + BEYOND_MIN;
    let midnight = Instant(now.0.div_euclid(DAY_MS) * DAY_MS);
    Span { start: midnight.plus_minutes(-BACK_MIN), end: midnight.plus_minutes(ahead) }
}
