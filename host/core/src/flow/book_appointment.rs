//! Books, through an intent that ends truthfully whatever happens.

use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::agenda_calls::Sent;
use super::intents::{Manners, expiry_lane, intent_entry};
use super::memory::Writing;
use super::outcome::{is_taken, refusal};
use super::scene::zone;
use super::search_slots::{asker_of, may_book, motive_of};
use super::{BookingOutcome, Flow, FlowError, NewBooking, Reception, Scene, agenda_of};
use crate::ids::{AgendaId, ContactId, IntentId, OpId, PracticeId};
use crate::model::audit::Actor;
use crate::model::claims::{DayPlace, claims_of};
use crate::model::contact::{Contact, patient_of};
use crate::model::intent::{Intent, IntentEvent, IntentKind, IntentState, decide};
use crate::model::job::Job;
use crate::model::person::{Identifier, IdentityTrust, Person};
use crate::model::practice::{Motive, Practice, PractitionerAgenda};
use crate::model::scheduling::{AppointmentStatus, BookingRequest, Rule, Slot, SlotState, VisitMode};
use crate::model::slots::{Asker, Desk, Fit, check};
use crate::model::view::{BookingView, OfferedSlot};
use crate::ports::storage::{Page, StorageError};
use crate::time::{Instant, Span};

/// How often a booking begins again because others changed the same things.
pub(super) const MAX_TRIES: usize = 8;

/// How long a claim waits for its turn at the agenda before it is let go.
const CLAIM_TTL: Duration = Duration::from_secs(120);

/// Longest op-id, by the contract.
const MAX_OP_ID: usize = 64;
/// Longest note, handle and name, in characters.
const MAX_TEXT: usize = 1000;

impl Reception {
    /// Books a slot. The outcome is confirmed, or still unknown and being
    /// looked up; a refusal is an error with alternatives.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed`, `SlotTaken`, `RuleBroken`, `OpIdReused`, `AgendaUnavailable`, `Storage`.
    pub async fn book_appointment(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewBooking,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.practice(practice)?;
        check_op(&new.op_id)?;
        for (field, text) in
            [("note", &new.note), ("slot_handle", &new.slot_handle), ("slot_version", &new.slot_version)]
        {
            check_text(field, text.as_deref())?;
        }
        let digest = digest_of(&("book", contact, &new));
        for _ in 0..MAX_TRIES {
            if let Some(earlier) = self.storage.intent_by_op(&practice.id, &new.op_id).await? {
                return self.replay(&practice, earlier, &digest).await;
            }
            match self.try_book(&practice, contact, &new, &digest, actor).await? {
                Begun::Done(outcome) => return Ok(outcome),
                Begun::Again => {}
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_book(
        &self,
        practice: &Practice,
        contact: ContactId,
        new: &NewBooking,
        digest: &str,
        actor: &Actor,
    ) -> Flow<Begun> {
        let scene = Scene::new(practice, actor, self.clock.now());
        let contact = self.stored_contact(practice, contact).await?;
        let motive = motive_of(practice, &contact, new.motive.as_ref())?;
        may_book(&contact, Some(motive))?;
        let patient = patient(new.patient.as_ref(), &contact)?;
        let mode = mode(motive, new.mode)?;
        if agenda_of(practice, &new.feature, &new.agenda).is_none() {
            return Err(invalid("agenda", "expected an agenda of the practice, as the slot names it"));
        }
        let manners = self.manners(practice, &new.feature).await?;
        let place = Place {
            motive,
            asker: Asker { known: patient.known_to_practice.or(asker_of(&contact).known), ..asker_of(&contact) },
            start: new.start,
            handle: new.slot_handle.clone(),
            without: None,
        };
        let request = BookingRequest {
            agenda: new.agenda.clone(),
            span: Span { start: new.start, end: new.start.plus_minutes(i64::from(motive.duration_min)) },
            motive: motive.id.clone(),
            mode,
            patient,
            resources: Vec::new(),
            slot_handle: new.slot_handle.clone(),
            slot_version: new.slot_version.clone(),
            note: new.note.clone(),
            operator: operator(actor),
            allow_overlap: false,
        };
        let id = IntentId(self.ids.next(scene.now));
        let draft = Intent {
            id,
            practice: practice.id.clone(),
            contact: Some(contact.id),
            op: new.op_id.clone(),
            request_digest: digest.to_owned(),
            kind: IntentKind::Book,
            feature: new.feature.clone(),
            request,
            state: IntentState::Drafted,
            claims: Vec::new(),
            chain: id,
            sends: 0,
            lookups: 0,
            absent_since: None,
            sent_at: None,
            appointment: None,
            refusal: None,
            created_at: scene.now,
            updated_at: scene.now,
            by: actor.subject.clone(),
            version: 0,
        };
        self.take_place(scene, draft, &place, &manners).await
    }

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
        let writing = self.memory.try_writing(&scene.practice.id, &draft.feature, &place.agendas(&draft));
        match self.claim(scene, draft.clone(), writing.is_some(), manners).await {
            Ok(intent) => self.bring(scene, intent, writing, place, manners).await.map(Begun::Done),
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
    ) -> Flow<Result<Vec<crate::model::intent::Claim>, Option<FlowError>>> {
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
        let served = self.served(practice, own, draft, place).await?;
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

    /// An agenda that serves its slots has the last word on its grid: the chosen
    /// slot stands for what it served, and the agenda checks the handle.
    async fn served(
        &self,
        practice: &Practice,
        agenda: &PractitionerAgenda,
        draft: &Intent,
        place: &Place<'_>,
    ) -> Flow<Option<Slot>> {
        let described = self.agenda_descriptor(practice, &draft.feature).await;
        let serves = described.map_err(|_| FlowError::AgendaUnavailable(draft.feature.clone()))?.caps.serves_slots;
        Ok(serves.then(|| Slot {
            agenda: agenda.agenda.clone(),
            span: draft.request.span,
            state: SlotState::Free,
            motives: Vec::new(),
            audience: crate::model::scheduling::Audience::default(),
            modes: Vec::new(),
            seats_left: place.motive.seats.max(1),
            handle: place.handle.clone(),
            version: None,
            booking_url: None,
        }))
    }

    /// The first transaction: the claim, and either the send or its turn in the
    /// queue. The database refuses what overlaps.
    async fn claim(&self, scene: Scene<'_>, draft: Intent, first: bool, manners: &Manners) -> Flow<Intent> {
        let (mut intent, _) = decide(&draft, IntentEvent::Claim, scene.now)?;
        if first {
            (intent, _) = decide(&intent, IntentEvent::Send, scene.now)?;
        }
        let mut tx = self.storage.begin(&scene.practice.id).await?;
        if let Some(id) = intent.contact {
            let mut contact: Contact = tx.contact(id).await?.ok_or(FlowError::NotFound("contact"))?;
            // A sign may have been told since the contact was read.
            let motive = scene.practice.motive(&intent.request.motive);
            match intent.kind {
                IntentKind::Book => may_book(&contact, motive)?,
                _ => super::change_appointment::may_move(&contact)?,
            }
            contact.intents.push(intent.id);
            tx.save_contact(&mut contact).await?;
        }
        if let IntentKind::Move(id) = &intent.kind {
            super::change_appointment::take_turn(tx.as_mut(), scene, &intent, id).await?;
        }
        self.note(tx.as_mut(), scene, intent_entry(&intent).fields(manners.fields.clone())).await?;
        if first {
            self.watch(tx.as_mut(), scene, &intent, manners).await?;
        } else {
            let at = scene.now + CLAIM_TTL;
            self.enqueue(tx.as_mut(), scene, &Job::ExpireHold(intent.id), expiry_lane(), at).await?;
        }
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok(intent)
    }

    /// Waits for the agenda's turn, calls it, and says what came of it.
    async fn bring(
        &self,
        scene: Scene<'_>,
        intent: Intent,
        writing: Option<Writing>,
        place: &Place<'_>,
        manners: &Manners,
    ) -> Flow<BookingOutcome> {
        let practice = scene.practice;
        let (writing, intent) = match writing {
            Some(writing) => (writing, intent),
            None => {
                let writing = self.memory.writing(&practice.id, &intent.feature, &place.agendas(&intent)).await;
                let now = Scene::new(practice, scene.actor, self.clock.now());
                match self.step_intent(now, intent.id, &IntentEvent::Send, manners).await {
                    Ok((intent, _)) => (writing, intent),
                    // It waited too long and was let go, or another process took it up.
                    Err(FlowError::NotAllowed { .. }) => {
                        drop(writing);
                        let stored = self.stored_intent(practice, intent.id).await?;
                        return self.outcome(scene, stored, None, place, false).await;
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        let Sent { intent, said } = self.send(practice, scene.actor, &intent, manners, &writing).await?;
        drop(writing);
        self.outcome(scene, intent, said, place, false).await
    }

    async fn outcome(
        &self,
        scene: Scene<'_>,
        intent: Intent,
        said: Option<crate::model::scheduling::AgendaError>,
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

    async fn others(&self, practice: &Practice, intent: &Intent, place: &Place<'_>) -> Vec<OfferedSlot> {
        let (feature, agenda) = (&intent.feature, &intent.request.agenda);
        self.alternatives(practice, place.motive, place.asker, feature, agenda, place.start).await
    }

    /// The same request again: the same intent, as it stands. One that is being
    /// sent right now is waited for.
    pub(super) async fn replay(&self, practice: &Practice, earlier: Intent, digest: &str) -> Flow<BookingOutcome> {
        if earlier.request_digest != digest {
            return Err(FlowError::OpIdReused);
        }
        let under_way = matches!(earlier.state, IntentState::Claimed | IntentState::Sending);
        let intent = if under_way {
            let agenda = &earlier.request.agenda;
            drop(self.memory.writing(&practice.id, &earlier.feature, &[agenda]).await);
            self.stored_intent(practice, earlier.id).await?
        } else {
            earlier
        };
        if intent.state != IntentState::Refused {
            return Ok(BookingOutcome { booking: BookingView::of(&intent), replayed: true });
        }
        let alternatives = match practice.motive(&intent.request.motive).filter(|_| is_taken(&intent)) {
            Some(motive) => {
                let asker = Asker { known: intent.request.patient.known_to_practice, ..Asker::default() };
                let start = intent.request.span.start;
                self.alternatives(practice, motive, asker, &intent.feature, &intent.request.agenda, start).await
            }
            None => Vec::new(),
        };
        Err(refusal(&intent, None, alternatives))
    }

    pub(super) async fn stored_intent(&self, practice: &Practice, id: IntentId) -> Flow<Intent> {
        self.storage.intent(&practice.id, id).await?.ok_or(FlowError::NotFound("intent"))
    }
}

/// A place that somebody wants in an agenda.
pub(super) struct Place<'a> {
    pub(super) motive: &'a Motive,
    pub(super) asker: Asker,
    pub(super) start: Instant,
    pub(super) handle: Option<String>,
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

/// The patient who was named, or else the contact's. Whoever books by phone has
/// a declared identity and no national identifier (RNIV).
fn patient(named: Option<&Person>, contact: &Contact) -> Flow<Person> {
    let mut patient = named.cloned().unwrap_or_else(|| patient_of(&contact.facts));
    patient.trust = IdentityTrust::Provisional;
    patient.identifiers.retain(|one| !one.system.starts_with(INS_SYSTEMS));
    if patient.family.trim().is_empty() {
        return Err(invalid("patient.family", "a booking needs the name of the patient"));
    }
    let texts = patient.given.iter().map(String::as_str).chain([patient.family.as_str()]);
    if patient.given.len() > 20
        || patient.identifiers.len() > 20
        || texts.into_iter().any(|text| text.chars().count() > MAX_TEXT)
    {
        return Err(invalid("patient", "longer than a name can be"));
    }
    Ok(patient)
}

/// Authorities of the national health identity (ANS: INS-NIR, INS-NIA and their
/// test values).
const INS_SYSTEMS: &str = "urn:oid:1.2.250.1.213.1.4.";

fn mode(motive: &Motive, wanted: Option<VisitMode>) -> Flow<VisitMode> {
    match wanted {
        None => Ok(motive.modes.first().copied().unwrap_or(VisitMode::Office)),
        Some(mode) if motive.modes.contains(&mode) || motive.modes.is_empty() => Ok(mode),
        Some(_) => Err(invalid("mode", "expected one of the motive's modes")),
    }
}

pub(super) fn operator(actor: &Actor) -> Identifier {
    Identifier { system: "urn:greffon:subject".to_owned(), value: actor.subject.clone() }
}

pub(super) fn check_op(op: &OpId) -> Flow<()> {
    let plain = op.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if op.0.is_empty() || op.0.len() > MAX_OP_ID || !plain {
        return Err(invalid("op_id", "expected 1 to 64 letters, digits and -"));
    }
    Ok(())
}

pub(super) fn check_text(field: &str, text: Option<&str>) -> Flow<()> {
    match text {
        Some(text) if text.chars().count() > MAX_TEXT => Err(invalid(field, "at most 1000 characters")),
        _ => Ok(()),
    }
}

/// A digest of a request: another one under the same op-id is an error.
pub(super) fn digest_of(request: &impl Serialize) -> String {
    // Requests are plain data: they always have a JSON form.
    let bytes = serde_json::to_vec(request).unwrap_or_default();
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn invalid(field: &str, why: &str) -> FlowError {
    FlowError::Invalid { field: field.to_owned(), why: why.to_owned() }
}
