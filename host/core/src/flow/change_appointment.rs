//! Moves, cancels and marks appointments, through the same intents.

use super::agenda_calls::Sent;
use super::intents::{Manners, intent_entry};
use super::journal::Entry;
use super::outcome::{refusal, unavailable};
use super::permission::{is_open, may_move};
use super::request::{MAX_TRIES, check_op, check_text, digest_of, invalid, operator};
use super::search_slots::asker_of;
use super::take_place::{Begun, Place};
use super::turn::{cancelled, still_stands, take_turn};
use super::write_turn::{Asking, Calls, Writing};
use super::{BookingOutcome, Flow, FlowError, NewCancellation, NewMove, NewStatus, Reception, Scene};
use crate::ids::{AppointmentId, ContactId, IntentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::contact::Contact;
use crate::model::intent::{Appointment, Intent, IntentEvent, IntentKind, IntentState, OpenSends, decide};
use crate::model::practice::Practice;
use crate::model::scheduling::{AgendaError, AppointmentStatus, BookingRequest, ByWhom};
use crate::model::slots::Asker;
use crate::model::view::BookingView;
use crate::ports::practices::LivePractice;
use crate::ports::storage::StorageError;
use crate::time::Span;

/// Longest reason code, in bytes.
const MAX_REASON: usize = 64;

impl Reception {
    /// Gives an appointment another time. The old time is released only when
    /// the new one is confirmed.
    ///
    /// # Errors
    /// As [`Reception::book_appointment`].
    pub async fn move_appointment(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewMove,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.practice(practice)?;
        check_op(&new.op_id)?;
        check_text("slot_handle", new.slot_handle.as_deref())?;
        check_text("slot_version", new.slot_version.as_deref())?;
        let digest = digest_of(&("move", appointment, &new));
        for _ in 0..MAX_TRIES {
            if let Some(earlier) = self.storage.intent_by_op(&practice.id, &new.op_id).await? {
                return self.replay(&practice, earlier, &digest).await;
            }
            match self.try_move(&practice, appointment, &new, &digest, actor).await? {
                Begun::Done(outcome) => return Ok(outcome),
                Begun::Again => {}
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_move(
        &self,
        practice: &LivePractice,
        appointment: &AppointmentId,
        new: &NewMove,
        digest: &str,
        actor: &Actor,
    ) -> Flow<Begun> {
        let scene = Scene::new(practice, actor, self.clock.now());
        let (known, holder) = self.changeable(practice, appointment).await?;
        let contact = self.changing_contact(practice, new.contact).await?;
        contact.as_ref().map_or(Ok(()), may_move)?;
        let motive = practice.motive(&holder.request.motive);
        let motive = motive.ok_or_else(|| invalid("appointment", "its motive is no longer offered by the practice"))?;
        let manners = Manners::of(practice, &known.feature)?;
        let asker = Asker {
            known: holder.request.patient.known_to_practice,
            ..contact.as_ref().map(asker_of).unwrap_or_default()
        };
        let request = BookingRequest {
            agenda: new.agenda.clone().unwrap_or_else(|| known.held.agenda.clone()),
            span: Span { start: new.start, end: new.start.plus_minutes(i64::from(motive.duration_min)) },
            slot_handle: new.slot_handle.clone(),
            slot_version: new.slot_version.clone(),
            operator: operator(actor),
            ..holder.request.clone()
        };
        let place = Place {
            motive,
            asker,
            start: new.start,
            handle: new.slot_handle.clone(),
            contact: None,
            without: Some(&holder),
        };
        let kind = IntentKind::Move(known.id.clone());
        let mut draft = self.draft(scene, &known, &holder, contact.as_ref(), kind, digest);
        draft.op = new.op_id.clone();
        draft.request = request;
        self.take_place(scene, draft, &place, &manners).await
    }

    /// Calls an appointment off.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed`, `OpIdReused`, `AgendaUnavailable`, `Storage`.
    pub async fn cancel_appointment(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewCancellation,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.practice(practice)?;
        check_op(&new.op_id)?;
        let code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if new.reason.is_empty() || new.reason.len() > MAX_REASON || !new.reason.bytes().all(code) {
            return Err(invalid("reason", "expected a code such as patient-request"));
        }
        // Only greffon itself acts as the system.
        if new.by == ByWhom::System {
            return Err(invalid("by", "expected patient, practitioner, secretary or agenda"));
        }
        let digest = digest_of(&("cancel", appointment, &new));
        for _ in 0..MAX_TRIES {
            if let Some(earlier) = self.storage.intent_by_op(&practice.id, &new.op_id).await? {
                return self.replay(&practice, earlier, &digest).await;
            }
            match self.try_cancel(&practice, appointment, &new, &digest, actor).await? {
                Begun::Done(outcome) => return Ok(outcome),
                Begun::Again => {}
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_cancel(
        &self,
        practice: &LivePractice,
        appointment: &AppointmentId,
        new: &NewCancellation,
        digest: &str,
        actor: &Actor,
    ) -> Flow<Begun> {
        let (known, holder) = self.changeable(practice, appointment).await?;
        let contact = self.changing_contact(practice, new.contact).await?;
        let manners = Manners::of(practice, &known.feature)?;
        let asking = self.asking(practice, &known.feature, &[&known.held.agenda], &manners, Calls::One).await?;
        let scene = Scene::new(practice, actor, self.clock.now());
        let kind = IntentKind::Cancel { appointment: known.id.clone(), by: new.by, reason: new.reason.clone() };
        let mut draft = self.draft(scene, &known, &holder, contact.as_ref(), kind, digest);
        draft.op = new.op_id.clone();
        let (intent, writing) = match self.begin_cancel(scene, &draft, &manners, &asking).await {
            Ok(begun) => begun,
            Err(FlowError::Storage(StorageError::Exists { .. }) | FlowError::Conflict) => return Ok(Begun::Again),
            Err(error) => return Err(error),
        };
        let Sent { intent, said } = self.send(practice, actor, &intent, &manners, &writing).await?;
        if intent.state == IntentState::Refused {
            return Err(refusal_of_change(&intent, said.as_ref()));
        }
        Ok(Begun::Done(BookingOutcome { booking: BookingView::of(&intent), replayed: false }))
    }

    /// Stores the cancellation as a send, in the agenda's turn. It claims nothing,
    /// so that nothing is kept while it waits: a busy agenda is for the desk to try
    /// again.
    async fn begin_cancel(
        &self,
        scene: Scene<'_>,
        draft: &Intent,
        manners: &Manners,
        asking: &Asking,
    ) -> Flow<(Intent, Writing)> {
        if let Some(begun) = self.store_cancel(scene, draft, manners, asking, None).await? {
            return Ok(begun);
        }
        let writing = self.turn_at(asking, manners).await?.ok_or_else(busy)?;
        let begun = self.store_cancel(scene, draft, manners, asking, Some(&writing)).await;
        if !matches!(begun, Ok(Some(_))) {
            self.end_turn(&writing).await;
        }
        begun?.ok_or(FlowError::Conflict)
    }

    /// `None` when the turn is another's.
    async fn store_cancel(
        &self,
        scene: Scene<'_>,
        draft: &Intent,
        manners: &Manners,
        asking: &Asking,
        held: Option<&Writing>,
    ) -> Flow<Option<(Intent, Writing)>> {
        let mut tx = self.storage.begin(&scene.practice.id).await?;
        let writing = match held {
            Some(writing) if tx.holds_turn(&writing.turn).await? => writing.clone(),
            Some(_) => return Ok(None),
            None => {
                let asking = asking.again(self.clock.boot());
                let Some(turn) = tx.take_turn(&asking.request).await? else { return Ok(None) };
                asking.given(turn, self.clock.boot())
            }
        };
        let (mut intent, _) = decide(draft, IntentEvent::Send, self.lease_now(&writing))?;
        if let Some(id) = intent.contact {
            let mut contact = tx.contact(id).await?.ok_or(FlowError::NotFound("contact"))?;
            is_open(&contact)?;
            contact.intents.push(intent.id);
            tx.save_contact(&mut contact).await?;
        }
        if let IntentKind::Cancel { appointment, .. } = &intent.kind {
            take_turn(tx.as_mut(), scene, &intent, appointment).await?;
        }
        self.note(tx.as_mut(), scene, intent_entry(&intent).by_plugin(&manners.stamp)).await?;
        self.watch(tx.as_mut(), scene, &intent, manners).await?;
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok(Some((intent, writing)))
    }

    /// Marks an appointment arrived, fulfilled or no-show.
    ///
    /// # Errors
    /// `NotFound`, `NotAllowed`, `AgendaUnavailable`, `Conflict`, `Storage`.
    pub async fn set_appointment_status(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewStatus,
        actor: &Actor,
    ) -> Flow<Appointment> {
        let practice = self.practice(practice)?;
        check_op(&new.op_id)?;
        let marks = [AppointmentStatus::Arrived, AppointmentStatus::Fulfilled, AppointmentStatus::Noshow];
        if !marks.contains(&new.status) {
            return Err(invalid("status", "expected arrived, fulfilled or noshow"));
        }
        let known = self.known(&practice, appointment).await?;
        if known.held.status == AppointmentStatus::Cancelled {
            return Err(cancelled());
        }
        let manners = Manners::of(&practice, &known.feature)?;
        let agendas = [&known.held.agenda];
        let asking = self.asking(&practice, &known.feature, &agendas, &manners, Calls::One).await?;
        let writing = self.turn_at(&asking, &manners).await?.ok_or_else(busy)?;
        let marked = self.mark(&practice, known, &new, actor, &manners, &writing).await;
        if marked.is_err() {
            self.end_turn(&writing).await;
        }
        marked
    }

    /// Marks an appointment in the agenda, then in the mirror, and gives the turn
    /// back with that.
    async fn mark(
        &self,
        practice: &LivePractice,
        known: Appointment,
        new: &NewStatus,
        actor: &Actor,
        manners: &Manners,
        writing: &Writing,
    ) -> Flow<Appointment> {
        let feature = &known.feature;
        let agenda = practice.agenda(feature).map_err(|_| unavailable(feature))?;
        let mut held = known.held.clone();
        held.status = new.status;
        if agenda.descriptor().caps.statuses {
            let agenda = agenda.within(writing.window);
            let version = known.held.version.as_deref();
            held = match agenda.set_status(&new.op_id, &known.id, version, new.status).await {
                Ok(held) | Err(AgendaError::Already(held)) => held,
                // Setting a status again is a success by contract: one more try tells.
                Err(AgendaError::OutcomeUnknown(_)) => {
                    let again = agenda.set_status(&new.op_id, &known.id, None, new.status).await;
                    again.map_err(|error| status_refused(&known, error))?
                }
                Err(error) => return Err(status_refused(&known, error)),
            };
        }
        if held.id != known.id {
            return Err(unavailable(feature));
        }
        let scene = Scene::new(practice, actor, self.clock.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let mut stored = tx.appointment(feature, &known.id).await?.ok_or(FlowError::NotFound("appointment"))?;
        stored.held = held;
        stored.updated_at = scene.now;
        let entry = Entry::new("appointment.status")
            .in_contact(stored.contact)
            .about("appointment", stored.intent)
            .field("status", format!("{:?}", new.status).to_lowercase())
            .by_plugin(&manners.stamp);
        self.note(tx.as_mut(), scene, entry).await?;
        tx.save_appointment(&mut stored).await?;
        // What was marked is marked, whoever has the turn by now.
        tx.give_back_turn(&writing.turn).await?;
        tx.commit().await?;
        Ok(stored)
    }

    async fn known(&self, practice: &Practice, id: &AppointmentId) -> Flow<Appointment> {
        self.storage.appointment(&practice.id, None, id).await?.ok_or(FlowError::NotFound("appointment"))
    }

    /// An appointment that can be moved or cancelled, and the intent that holds
    /// it.
    async fn changeable(&self, practice: &Practice, id: &AppointmentId) -> Flow<(Appointment, Intent)> {
        let known = self.known(practice, id).await?;
        let holder = self.storage.intent(&practice.id, known.intent).await?;
        let holder = holder.ok_or(FlowError::NotFound("appointment"))?;
        still_stands(&known)?;
        Ok((known, holder))
    }

    async fn changing_contact(&self, practice: &Practice, id: Option<ContactId>) -> Flow<Option<Contact>> {
        let Some(id) = id else { return Ok(None) };
        let contact = self.stored_contact(practice, id).await?;
        is_open(&contact)?;
        Ok(Some(contact))
    }

    fn draft(
        &self,
        scene: Scene<'_>,
        known: &Appointment,
        holder: &Intent,
        contact: Option<&Contact>,
        kind: IntentKind,
        digest: &str,
    ) -> Intent {
        Intent {
            id: IntentId(self.ids.next(scene.now)),
            practice: scene.practice.id.clone(),
            contact: contact.map(|contact| contact.id),
            op: holder.op.clone(),
            request_digest: digest.to_owned(),
            kind,
            feature: known.feature.clone(),
            request: BookingRequest {
                agenda: known.held.agenda.clone(),
                span: known.held.span,
                ..holder.request.clone()
            },
            state: IntentState::Drafted,
            claims: Vec::new(),
            chain: known.chain,
            sends: 0,
            lookups: 0,
            absent_since: None,
            sent_at: None,
            open: OpenSends::default(),
            appointment: None,
            refusal: None,
            created_at: scene.now,
            updated_at: scene.now,
            by: scene.actor.subject.clone(),
            version: 0,
        }
    }
}

/// Others write to the agenda, for longer than somebody waits at a desk.
fn busy() -> FlowError {
    FlowError::NotAllowed {
        code: "agenda-busy",
        remedy: "D'autres demandes sont en cours dans cet agenda : recommencez dans un instant.".to_owned(),
    }
}

fn refusal_of_change(intent: &Intent, said: Option<&AgendaError>) -> FlowError {
    if intent.refusal.as_deref() == Some("stale") {
        return FlowError::NotAllowed {
            code: "appointment-changed",
            remedy: "Ce rendez-vous a changé dans l'agenda : relisez-le avant de recommencer.".to_owned(),
        };
    }
    refusal(intent, said, Vec::new())
}

fn status_refused(known: &Appointment, error: AgendaError) -> FlowError {
    match error {
        AgendaError::NotFound => FlowError::NotFound("appointment"),
        AgendaError::Stale(_) => FlowError::Conflict,
        AgendaError::RuleBroken(rule, why) => FlowError::RuleBroken { rule, why: why.chars().take(300).collect() },
        AgendaError::Unavailable(_) | AgendaError::RateLimited(_) | AgendaError::OutcomeUnknown(_) => {
            unavailable(&known.feature)
        }
        _ => FlowError::NotAllowed {
            code: "agenda-refused",
            remedy: "L'agenda refuse ce changement : prévenez le cabinet.".to_owned(),
        },
    }
}
