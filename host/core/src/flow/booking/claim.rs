//! Claims a time in an agenda and brings it there, for a booking or a move: every rule again, the
//! claim in the database, the turn at the agenda, the send, and what to say.

use std::time::Duration;

use greffon_words::{fields, rules};

use super::calls::Sent;
use super::outcome::{is_taken, refusal, unavailable};
use super::pending::begin_change;
use super::watch::intent_entry;
use super::{BookingOutcome, Bookings};
use crate::flow::act::Act;
use crate::flow::agenda::{Asking, Calls, WriteRules, Writing};
use crate::flow::error::{Flow, FlowError, Thing};
use crate::ids::{AgendaId, PatientId};
use crate::model::absence::{Missing, ReportedAbsence, times_of};
use crate::model::civil::Zone;
use crate::model::claims::{claims_of, day_place, is_only_visit, is_time, only_visit, resource_of};
use crate::model::contact::{Contact, may_move};
use crate::model::intent::{Claim, Intent, IntentEvent, IntentKind, IntentState, decide};
use crate::model::job::{Due, Job, Lane};
use crate::model::practice::{Motive, Practice, PractitionerAgenda};
use crate::model::scheduling::{
    AgendaAppointment, AgendaError, AppointmentStatus, Audience, Found, Rule, Slot, SlotState,
};
use crate::model::slots::{Asker, Broken, Desk, Fit, check};
use crate::model::view::{BookingView, OfferedSlot};
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Page, StorageError};
use crate::time::{Instant, Span};

/// How long a claim waits for its turn at the agenda before it is let go.
const CLAIM_TTL: Duration = Duration::from_secs(120);

/// A time that somebody wants in an agenda.
pub(in crate::flow) struct Wanted<'a> {
    pub(in crate::flow) motive: &'a Motive,
    pub(in crate::flow) asker: Asker,
    pub(in crate::flow) start: Instant,
    pub(in crate::flow) handle: Option<String>,
    /// For a booking: the contact that may book it, as it was read.
    pub(in crate::flow) contact: Option<Contact>,
    /// Of whom it must be the only appointment to come for the motive: somebody else may be
    /// booking one for them at this moment.
    pub(in crate::flow) only: Option<PatientId>,
    /// For a move: the intent that holds the time which is given up.
    pub(in crate::flow) without: Option<&'a Intent>,
    /// For a move: what keeps other times free for it.
    pub(in crate::flow) kept: Vec<Intent>,
}

impl Wanted<'_> {
    /// The agendas that are written to: a move also touches the one it leaves.
    fn agendas<'b>(&'b self, intent: &'b Intent) -> Vec<&'b AgendaId> {
        let left = self.without.map(|holder| &holder.request.agenda);
        std::iter::once(&intent.request.agenda).chain(left).collect()
    }
}

/// So many members of a group are looked for in the agenda: one that stands is enough.
const MEMBERS_ASKED: usize = 3;

/// What came of one try.
pub(in crate::flow) enum Begun {
    Done(BookingOutcome),
    /// Somebody else changed the same things: begin again.
    Again,
}

impl Bookings {
    /// Claims the time of a booking or a move and brings it to the agenda.
    pub(in crate::flow) async fn claim_and_send(
        &self,
        act: Act<'_>,
        mut draft: Intent,
        wanted: &Wanted<'_>,
        rules: &WriteRules,
    ) -> Flow<Begun> {
        match self.fit(act, &draft, wanted).await? {
            Ok(claims) => draft.claims = claims,
            Err(rule) => return self.too_late(act, &draft, wanted, rule).await,
        }
        let only = wanted.only.and_then(|one| only_visit(one, &wanted.motive.id, act.now, draft.request.span.end));
        draft.claims.extend(only);
        draft.request.allow_overlap = self.joins_a_group(act.practice, &draft, wanted.motive).await?;
        let agendas = wanted.agendas(&draft);
        let has_buffers = wanted.motive.before_min > 0 || wanted.motive.after_min > 0;
        let calls = if has_buffers { Calls::Two } else { Calls::One };
        let asking = self.agendas.asking(act.practice, &draft.feature, &agendas, rules, calls).await?;
        match self.claim(act, draft.clone(), wanted.contact.clone(), &asking, rules).await {
            Ok((intent, writing)) => self.bring(act, intent, writing, &asking, wanted, rules).await.map(Begun::Done),
            Err(FlowError::Storage(StorageError::Exists { .. })) => Ok(Begun::Again),
            // It has one since it was asked: that one is shown.
            Err(FlowError::Storage(StorageError::ClaimTaken { resource })) if is_only_visit(&resource) => {
                Ok(Begun::Again)
            }
            // Seats of a group and of a quota, rooms and devices are chosen again; a visit's time
            // is gone.
            Err(FlowError::Storage(StorageError::ClaimTaken { .. }))
                if wanted.motive.seats > 1
                    || wanted.motive.max_per_day.is_some()
                    || !wanted.motive.resources.is_empty() =>
            {
                Ok(Begun::Again)
            }
            Err(FlowError::Storage(StorageError::ClaimTaken { .. })) => self.too_late(act, &draft, wanted, None).await,
            Err(FlowError::Conflict) => Ok(Begun::Again),
            Err(FlowError::RuleBroken { rule, why, .. }) => {
                self.too_late(act, &draft, wanted, Some(Broken { rule, why })).await
            }
            Err(error) => Err(error),
        }
    }

    /// Whether others of the same motive are in the agenda at the very same time,
    /// as the practice's file wants it: the agenda itself is asked, as somebody may have
    /// struck them out and written over their time. The first of a group is refused like
    /// anybody else when somebody wrote into the agenda meanwhile.
    async fn joins_a_group(&self, practice: &LivePractice, draft: &Intent, motive: &Motive) -> Flow<bool> {
        if motive.seats <= 1 {
            return Ok(false);
        }
        let together = |held: &AgendaAppointment| {
            held.agenda == draft.request.agenda
                && held.span.start == draft.request.span.start
                && !matches!(held.status, AppointmentStatus::Cancelled | AppointmentStatus::EnteredInError)
        };
        let page = Page { limit: 200, cursor: None };
        let there = self.storage.appointments(&practice.id, draft.request.span, &page).await?;
        let members = there.items.iter().filter(|one| {
            one.feature == draft.feature
                && together(&one.held)
                && one.held.motive.as_ref() == Some(&draft.request.motive)
        });
        let Ok(agenda) = practice.agenda(&draft.feature) else { return Ok(false) };
        for member in members.take(MEMBERS_ASKED) {
            let Some(intent) = self.storage.intent(&practice.id, member.intent).await? else { continue };
            let stands = match agenda.look_up(&intent.op, &intent.request).await {
                Ok(Found::Present(held)) => together(&held),
                Ok(Found::Ambiguous(all)) => all.iter().any(|held| held.id == member.held.id && together(held)),
                Ok(Found::Absent) | Err(_) => false,
            };
            if stands {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Checks every rule again, and says what to claim. The inner error is a
    /// time that is taken, or the rule that forbids it.
    async fn fit(&self, act: Act<'_>, draft: &Intent, wanted: &Wanted<'_>) -> Flow<Result<Vec<Claim>, Option<Broken>>> {
        let practice = act.practice;
        let (feature, agenda) = (&draft.feature, &draft.request.agenda);
        let Some((practitioner, own)) = practice.agenda_of(feature, agenda) else {
            return Err(FlowError::invalid("agenda", fields::agenda()));
        };
        let zone = Zone::of(practice);
        let mut own_claims =
            self.agendas.own_claims(practice, (practitioner, own), wanted.motive, &zone, draft.request.span).await?;
        for own in wanted.without.into_iter().chain(&wanted.kept) {
            own_claims.leave_out(own);
        }
        // Whether the practitioner is there is for the claim itself to say, in its transaction;
        // rooms and devices are chosen here.
        let absences = match wanted.motive.resources.as_slice() {
            [] => Vec::new(),
            _ => self.storage.absences(&practice.id, wide(draft.request.span, wanted.motive)).await?,
        };
        let served = served(practice, own, draft, wanted)?;
        let desk = Desk {
            zone: &zone,
            practitioner,
            agenda: own,
            motive: wanted.motive,
            asker: wanted.asker,
            now: act.now,
            taken: &own_claims.taken,
            reserved: &practice.reserved,
            away: &[],
            resources: &own_claims.choices(practice, wanted.motive, &own.site, &zone, &absences),
            motive_starts: &own_claims.motive_starts,
            served: served.as_ref().map(std::slice::from_ref),
        };
        let fit: Fit = match check(&desk, wanted.start) {
            Ok(fit) => fit,
            Err(broken) if broken.is_taken() => return Ok(Err(None)),
            Err(broken) => return Ok(Err(Some(broken))),
        };
        let quota = wanted.motive.max_per_day.map(|most| {
            let day = zone.day(zone.date(wanted.start));
            let used: Vec<u32> =
                own_claims.places.iter().filter(|claim| claim.span.overlaps(&day)).map(|claim| claim.seat).collect();
            let place = (0..most).find(|seat| !used.contains(seat));
            place.map(|place| day_place(&practitioner.id, &wanted.motive.id, day, place))
        });
        match quota {
            Some(None) => Ok(Err(Some(Broken { rule: Rule::Quota, why: rules::quota() }))),
            quota => Ok(Ok(claims_of(practice, feature, agenda, wanted.motive, &fit, quota.flatten()))),
        }
    }

    /// The first transaction: the claim, the turn at the agenda if nobody has it,
    /// and then the send. The database refuses what overlaps.
    async fn claim(
        &self,
        act: Act<'_>,
        draft: Intent,
        contact: Option<Contact>,
        asking: &Asking,
        rules: &WriteRules,
    ) -> Flow<(Intent, Option<Writing>)> {
        let mut tx = self.storage.begin(&act.practice.id).await?;
        // A sign may have been told since the contact was read: then its version is
        // another one, and all begins again. One that was not read is read now.
        let contact = match (contact, draft.contact) {
            (None, Some(id)) => {
                let read: Contact = tx.contact(id).await?.ok_or(FlowError::NotFound(Thing::Contact))?;
                may_move(&read)?;
                Some(read)
            }
            (known, _) => known,
        };
        refuse_missing(act.practice, &draft, &tx.absences(reach_of(&draft)).await?)?;
        let asking = asking.again(self.acts.boot());
        let turn = tx.take_turn(&asking.request).await?;
        let now = turn.as_ref().map_or(act.now, |turn| turn.taken_at);
        let (mut intent, _) = decide(&draft, IntentEvent::Claim, now)?;
        if turn.is_some() {
            (intent, _) = decide(&intent, IntentEvent::Send, now)?;
        }
        if let Some(mut contact) = contact {
            contact.intents.push(intent.id);
            tx.save_contact(&mut contact).await?;
        }
        if let IntentKind::Move(id) = &intent.kind {
            begin_change(tx.as_mut(), act, &intent, id).await?;
        }
        self.acts.note(tx.as_mut(), act, intent_entry(&intent).by_plugin(&rules.stamp)).await?;
        if turn.is_some() {
            self.watch(tx.as_mut(), act, &intent, rules).await?;
        } else {
            let due = Due::After(CLAIM_TTL);
            self.acts.enqueue(tx.as_mut(), act, &Job::ExpireHold(intent.id), Lane::Urgent, due).await?;
        }
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok((intent, turn.map(|turn| asking.given(turn, self.acts.boot()))))
    }

    /// Calls the agenda in its turn, and says what came of it.
    async fn bring(
        &self,
        act: Act<'_>,
        intent: Intent,
        writing: Option<Writing>,
        asking: &Asking,
        wanted: &Wanted<'_>,
        rules: &WriteRules,
    ) -> Flow<BookingOutcome> {
        let practice = act.practice;
        let begun = match writing {
            Some(writing) => Ok((intent, writing)),
            None => self.wait_and_begin(act, intent, asking, rules).await?,
        };
        let (intent, writing) = match begun {
            Ok(begun) => begun,
            Err(stored) => return self.outcome(act, stored, None, wanted, false).await,
        };
        let Sent { intent, said } = self.send(practice, act.actor, &intent, rules, &writing).await?;
        self.outcome(act, intent, said, wanted, false).await
    }

    /// Waits for the turn at the agenda and makes the claim a send. The inner error
    /// is the intent as it stands when nothing can be sent now: it waits and a job
    /// goes on with it, it waited too long, or another process took it up.
    async fn wait_and_begin(
        &self,
        act: Act<'_>,
        intent: Intent,
        asking: &Asking,
        rules: &WriteRules,
    ) -> Flow<Result<(Intent, Writing), Intent>> {
        let practice = act.practice;
        if let Some(writing) = self.agendas.turn_at(asking, rules).await? {
            let now = Act::new(practice, act.actor, self.acts.now());
            match self.step(now, intent.id, &IntentEvent::Send, rules, Some(&writing)).await {
                Ok(stepped) => return Ok(Ok((stepped.intent, writing))),
                Err(error) => {
                    self.agendas.end_turn(&writing).await;
                    match error {
                        // It was let go or taken up meanwhile, or the turn was lost at once.
                        FlowError::NotAllowed { .. } | FlowError::Conflict => {}
                        error => return Err(error),
                    }
                }
            }
        }
        let now = Act::new(practice, act.actor, self.acts.now());
        let stepped = self.step(now, intent.id, &IntentEvent::Wait, rules, None).await?;
        Ok(Err(stepped.intent))
    }

    async fn outcome(
        &self,
        act: Act<'_>,
        intent: Intent,
        said: Option<AgendaError>,
        wanted: &Wanted<'_>,
        replayed: bool,
    ) -> Flow<BookingOutcome> {
        if intent.state != IntentState::Refused {
            return Ok(BookingOutcome { booking: BookingView::of(&intent), replayed });
        }
        let alternatives =
            if is_taken(&intent) { self.others(act.practice, &intent, wanted).await } else { Vec::new() };
        Err(refusal(&intent, said.as_ref(), alternatives))
    }

    /// The time is gone, or a rule forbids it; unless it went to this very
    /// request, sent twice at once.
    async fn too_late(&self, act: Act<'_>, draft: &Intent, wanted: &Wanted<'_>, rule: Option<Broken>) -> Flow<Begun> {
        if self.storage.intent_by_op(&act.practice.id, &draft.op).await?.is_some() {
            return Ok(Begun::Again);
        }
        match rule {
            Some(Broken { rule, why }) => {
                let elsewhen = rule.is_of_the_time();
                let alternatives = if elsewhen { self.others(act.practice, draft, wanted).await } else { Vec::new() };
                Err(FlowError::RuleBroken { rule, why, alternatives })
            }
            None => Err(FlowError::SlotTaken { alternatives: self.others(act.practice, draft, wanted).await }),
        }
    }

    async fn others(&self, practice: &LivePractice, intent: &Intent, wanted: &Wanted<'_>) -> Vec<OfferedSlot> {
        let (feature, agenda) = (&intent.feature, &intent.request.agenda);
        self.agendas.alternatives(practice, wanted.motive, wanted.asker, feature, agenda, wanted.start).await
    }
}

/// An appointment with its buffers.
fn wide(span: Span, motive: &Motive) -> Span {
    span.widened(motive.before_min, motive.after_min)
}

/// All the time that an intent claims of practitioner, rooms and devices.
fn reach_of(draft: &Intent) -> Span {
    let takes_time = |claim: &&Claim| is_time(claim) || resource_of(claim).is_some();
    let timed = draft.claims.iter().filter(takes_time).map(|claim| claim.span);
    timed.fold(draft.request.span, |all, span| Span { start: all.start.min(span.start), end: all.end.max(span.end) })
}

/// Refuses an intent that takes somebody or something that was told not to be there. Of a room or
/// a device all begins again: another one may be free.
fn refuse_missing(practice: &Practice, draft: &Intent, absences: &[ReportedAbsence]) -> Flow<()> {
    if let Some((practitioner, _)) = practice.agenda_of(&draft.feature, &draft.request.agenda) {
        let missing = Missing::Practitioner(practitioner.id.clone());
        if times_of(absences, &missing).any(|time| time.overlaps(&draft.request.span)) {
            let why = rules::absent(&practitioner.name);
            return Err(FlowError::RuleBroken { rule: Rule::Absence, why, alternatives: Vec::new() });
        }
    }
    let is_missing = |claim: &Claim| {
        resource_of(claim).is_some_and(|resource| {
            times_of(absences, &Missing::Resource(resource)).any(|time| time.overlaps(&claim.span))
        })
    };
    match draft.claims.iter().any(is_missing) {
        true => Err(FlowError::Conflict),
        false => Ok(()),
    }
}

/// An agenda that serves its slots has the last word on its grid: the chosen
/// slot stands for what it served, and the agenda checks the handle. For whom it is
/// served only the agenda could say, in one call more: whoever searched was offered none that is for
/// others (`Rule::Audience`), and of a handle that came another way the agenda's refusal counts.
fn served(
    practice: &LivePractice,
    agenda: &PractitionerAgenda,
    draft: &Intent,
    wanted: &Wanted<'_>,
) -> Flow<Option<Slot>> {
    let described = practice.agenda(&draft.feature).map_err(|_| unavailable(practice, &draft.feature))?.descriptor();
    Ok(described.caps.serves_slots.then(|| Slot {
        agenda: agenda.agenda.clone(),
        span: draft.request.span,
        state: SlotState::Free,
        motives: Vec::new(),
        audience: Audience::default(),
        modes: Vec::new(),
        seats_left: wanted.motive.seats.max(1),
        handle: wanted.handle.clone(),
        version: None,
        booking_url: None,
        entry: None,
    }))
}
