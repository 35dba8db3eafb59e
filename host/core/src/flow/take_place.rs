//! Takes a place in an agenda, for a booking or a move: every rule again, the
//! claim in the database, the turn at the agenda, the send, and what to say.

use std::time::Duration;

use super::agenda_calls::Sent;
use super::intents::{Manners, intent_entry};
use super::outcome::{is_taken, refusal, unavailable};
use super::permission::may_move;
use super::request::invalid;
use super::scene::zone;
use super::turn::take_turn;
use super::write_turn::{Asking, Calls, Writing};
use super::{BookingOutcome, Flow, FlowError, Reception, Scene, agenda_of};
use crate::ids::AgendaId;
use crate::model::claims::{DayPlace, claims_of};
use crate::model::contact::Contact;
use crate::model::intent::{Claim, Intent, IntentEvent, IntentKind, IntentState, decide};
use crate::model::job::{Due, Job, Lane};
use crate::model::practice::{Motive, Practice, PractitionerAgenda};
use crate::model::scheduling::{AgendaError, AppointmentStatus, Audience, Rule, Slot, SlotState};
use crate::model::slots::{Asker, Desk, Fit, check};
use crate::model::view::{BookingView, OfferedSlot};
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Page, StorageError};
use crate::time::Instant;

/// How long a claim waits for its turn at the agenda before it is let go.
const CLAIM_TTL: Duration = Duration::from_secs(120);

/// A place that somebody wants in an agenda.
pub(super) struct Place<'a> {
    pub(super) motive: &'a Motive,
    pub(super) asker: Asker,
    pub(super) start: Instant,
    pub(super) handle: Option<String>,
    /// For a booking: the contact that may book it, as it was read.
    pub(super) contact: Option<Contact>,
    /// For a move: the intent that holds the time which is given up.
    pub(super) without: Option<&'a Intent>,
}

impl Place<'_> {
    /// The agendas that are written to: a move also touches the one it leaves.
    fn agendas<'b>(&'b self, intent: &'b Intent) -> Vec<&'b AgendaId> {
        let left = self.without.map(|holder| &holder.request.agenda);
        std::iter::once(&intent.request.agenda).chain(left).collect()
    }
}

/// What came of one try.
pub(super) enum Begun {
    Done(BookingOutcome),
    /// Somebody else changed the same things: begin again.
    Again,
}

impl Reception {
    /// Claims the time of a booking or a move and brings it to the agenda.
    pub(super) async fn take_place(
        &self,
        scene: Scene<'_>,
        mut draft: Intent,
        place: &Place<'_>,
        manners: &Manners,
    ) -> Flow<Begun> {
        match self.fit(scene, &draft, place).await? {
            Ok(claims) => draft.claims = claims,
            Err(rule) => return self.too_late(scene, &draft, place, rule).await,
        }
        draft.request.allow_overlap = self.joins_a_group(scene.practice, &draft, place.motive).await?;
        let agendas = place.agendas(&draft);
        let asking = self.asking(scene.practice, &draft.feature, &agendas, manners, Calls::One).await?;
        match self.claim(scene, draft.clone(), place.contact.clone(), &asking, manners).await {
            Ok((intent, writing)) => self.bring(scene, intent, writing, &asking, place, manners).await.map(Begun::Done),
            Err(FlowError::Storage(StorageError::Exists { .. })) => Ok(Begun::Again),
            // Seats of a group and of a quota are chosen again; a visit's time is gone.
            Err(FlowError::Storage(StorageError::ClaimTaken { .. }))
                if place.motive.seats > 1 || place.motive.max_per_day.is_some() =>
            {
                Ok(Begun::Again)
            }
            Err(FlowError::Storage(StorageError::ClaimTaken { .. })) => self.too_late(scene, &draft, place, None).await,
            Err(FlowError::Conflict) => Ok(Begun::Again),
            Err(error) => Err(error),
        }
    }

    /// Whether others of the same motive are in the agenda at the very same time,
    /// as the practice's file wants it. The first of a group is refused like
    /// anybody else when somebody wrote into the agenda meanwhile.
    async fn joins_a_group(&self, practice: &Practice, draft: &Intent, motive: &Motive) -> Flow<bool> {
        if motive.seats <= 1 {
            return Ok(false);
        }
        let page = Page { limit: 200, cursor: None };
        let there = self.storage.appointments(&practice.id, draft.request.span, &page).await?;
        Ok(there.items.iter().any(|one| {
            one.feature == draft.feature
                && one.held.agenda == draft.request.agenda
                && one.held.span.start == draft.request.span.start
                && one.held.motive.as_ref() == Some(&draft.request.motive)
                && !matches!(one.held.status, AppointmentStatus::Cancelled | AppointmentStatus::EnteredInError)
        }))
    }

    /// Checks every rule again, and says what to claim. The inner error is a
    /// time that is taken, or the rule that forbids it.
    async fn fit(
        &self,
        scene: Scene<'_>,
        draft: &Intent,
        place: &Place<'_>,
    ) -> Flow<Result<Vec<Claim>, Option<FlowError>>> {
        let practice = scene.practice;
        let (feature, agenda) = (&draft.feature, &draft.request.agenda);
        let Some((practitioner, own)) = agenda_of(practice, feature, agenda) else {
            return Err(invalid("agenda", "expected an agenda of the practice"));
        };
        let zone = zone(practice);
        let mut held = self.held(practice, feature, agenda, place.motive, &zone, draft.request.span).await?;
        if let Some(without) = place.without {
            held.leave_out(without);
        }
        let served = served(practice, own, draft, place)?;
        let desk = Desk {
            zone: &zone,
            practitioner,
            agenda: own,
            motive: place.motive,
            asker: place.asker,
            now: scene.now,
            taken: &held.taken,
            motive_starts: &held.motive_starts,
            served: served.as_ref().map(std::slice::from_ref),
        };
        let fit: Fit = match check(&desk, place.start) {
            Ok(fit) => fit,
            Err(broken) if broken.is_taken() => return Ok(Err(None)),
            Err(broken) => return Ok(Err(Some(FlowError::RuleBroken { rule: broken.rule, why: broken.why }))),
        };
        let quota = place.motive.max_per_day.map(|most| {
            let day = zone.day(zone.date(place.start));
            let used: Vec<u32> =
                held.places.iter().filter(|claim| claim.span.overlaps(&day)).map(|claim| claim.seat).collect();
            (0..most).find(|seat| !used.contains(seat)).map(|place| DayPlace { day, place })
        });
        match quota {
            Some(None) => {
                let why = "Il n'y a plus de place pour ce motif ce jour-là.".to_owned();
                Ok(Err(Some(FlowError::RuleBroken { rule: Rule::Quota, why })))
            }
            quota => Ok(Ok(claims_of(practice, feature, agenda, place.motive, &fit, quota.flatten()))),
        }
    }

    /// The first transaction: the claim, the turn at the agenda if nobody has it,
    /// and then the send. The database refuses what overlaps.
    async fn claim(
        &self,
        scene: Scene<'_>,
        draft: Intent,
        contact: Option<Contact>,
        asking: &Asking,
        manners: &Manners,
    ) -> Flow<(Intent, Option<Writing>)> {
        let mut tx = self.storage.begin(&scene.practice.id).await?;
        // A sign may have been told since the contact was read: then its version is
        // another one, and all begins again. One that was not read is read now.
        let contact = match (contact, draft.contact) {
            (None, Some(id)) => {
                let read: Contact = tx.contact(id).await?.ok_or(FlowError::NotFound("contact"))?;
                may_move(&read)?;
                Some(read)
            }
            (known, _) => known,
        };
        let asking = asking.again(self.clock.boot());
        let turn = tx.take_turn(&asking.request).await?;
        let now = turn.as_ref().map_or(scene.now, |turn| turn.taken_at);
        let (mut intent, _) = decide(&draft, IntentEvent::Claim, now)?;
        if turn.is_some() {
            (intent, _) = decide(&intent, IntentEvent::Send, now)?;
        }
        if let Some(mut contact) = contact {
            contact.intents.push(intent.id);
            tx.save_contact(&mut contact).await?;
        }
        if let IntentKind::Move(id) = &intent.kind {
            take_turn(tx.as_mut(), scene, &intent, id).await?;
        }
        self.note(tx.as_mut(), scene, intent_entry(&intent).by_plugin(&manners.stamp)).await?;
        if turn.is_some() {
            self.watch(tx.as_mut(), scene, &intent, manners).await?;
        } else {
            let due = Due::After(CLAIM_TTL);
            self.enqueue(tx.as_mut(), scene, &Job::ExpireHold(intent.id), Lane::Urgent, due).await?;
        }
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok((intent, turn.map(|turn| asking.given(turn, self.clock.boot()))))
    }

    /// Calls the agenda in its turn, and says what came of it.
    async fn bring(
        &self,
        scene: Scene<'_>,
        intent: Intent,
        writing: Option<Writing>,
        asking: &Asking,
        place: &Place<'_>,
        manners: &Manners,
    ) -> Flow<BookingOutcome> {
        let practice = scene.practice;
        let begun = match writing {
            Some(writing) => Ok((intent, writing)),
            None => self.wait_and_begin(scene, intent, asking, manners).await?,
        };
        let (intent, writing) = match begun {
            Ok(begun) => begun,
            Err(stored) => return self.outcome(scene, stored, None, place, false).await,
        };
        let Sent { intent, said } = self.send(practice, scene.actor, &intent, manners, &writing).await?;
        self.outcome(scene, intent, said, place, false).await
    }

    /// Waits for the turn at the agenda and makes the claim a send. The inner error
    /// is the intent as it stands when nothing can be sent now: it waits and a job
    /// goes on with it, it waited too long, or another process took it up.
    async fn wait_and_begin(
        &self,
        scene: Scene<'_>,
        intent: Intent,
        asking: &Asking,
        manners: &Manners,
    ) -> Flow<Result<(Intent, Writing), Intent>> {
        let practice = scene.practice;
        if let Some(writing) = self.turn_at(asking, manners).await? {
            let now = Scene::new(practice, scene.actor, self.clock.now());
            match self.step_intent(now, intent.id, &IntentEvent::Send, manners, Some(&writing)).await {
                Ok(stepped) => return Ok(Ok((stepped.intent, writing))),
                Err(error) => {
                    self.end_turn(&writing).await;
                    match error {
                        // It was let go or taken up meanwhile, or the turn was lost at once.
                        FlowError::NotAllowed { .. } | FlowError::Conflict => {}
                        error => return Err(error),
                    }
                }
            }
        }
        let now = Scene::new(practice, scene.actor, self.clock.now());
        let stepped = self.step_intent(now, intent.id, &IntentEvent::Wait, manners, None).await?;
        Ok(Err(stepped.intent))
    }

    async fn outcome(
        &self,
        scene: Scene<'_>,
        intent: Intent,
        said: Option<AgendaError>,
        place: &Place<'_>,
        replayed: bool,
    ) -> Flow<BookingOutcome> {
        if intent.state != IntentState::Refused {
            return Ok(BookingOutcome { booking: BookingView::of(&intent), replayed });
        }
        let alternatives =
            if is_taken(&intent) { self.others(scene.practice, &intent, place).await } else { Vec::new() };
        Err(refusal(&intent, said.as_ref(), alternatives))
    }

    /// The time is gone, or a rule forbids it; unless it went to this very
    /// request, sent twice at once.
    async fn too_late(
        &self,
        scene: Scene<'_>,
        draft: &Intent,
        place: &Place<'_>,
        rule: Option<FlowError>,
    ) -> Flow<Begun> {
        if self.storage.intent_by_op(&scene.practice.id, &draft.op).await?.is_some() {
            return Ok(Begun::Again);
        }
        match rule {
            Some(rule) => Err(rule),
            None => Err(FlowError::SlotTaken { alternatives: self.others(scene.practice, draft, place).await }),
        }
    }

    async fn others(&self, practice: &LivePractice, intent: &Intent, place: &Place<'_>) -> Vec<OfferedSlot> {
        let (feature, agenda) = (&intent.feature, &intent.request.agenda);
        self.alternatives(practice, place.motive, place.asker, feature, agenda, place.start).await
    }
}

/// An agenda that serves its slots has the last word on its grid: the chosen
/// slot stands for what it served, and the agenda checks the handle.
fn served(
    practice: &LivePractice,
    agenda: &PractitionerAgenda,
    draft: &Intent,
    place: &Place<'_>,
) -> Flow<Option<Slot>> {
    let described = practice.agenda(&draft.feature).map_err(|_| unavailable(&draft.feature))?.descriptor();
    Ok(described.caps.serves_slots.then(|| Slot {
        agenda: agenda.agenda.clone(),
        span: draft.request.span,
        state: SlotState::Free,
        motives: Vec::new(),
        audience: Audience::default(),
        modes: Vec::new(),
        seats_left: place.motive.seats.max(1),
        handle: place.handle.clone(),
        version: None,
        booking_url: None,
        entry: None,
    }))
}
