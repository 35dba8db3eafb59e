//! Takes over what somebody else wrote into an agenda, because a person of the practice says what
//! it is. Nothing is written there by that; it can be moved and cancelled like any other
//! appointment from then on, on condition of what was seen. That is done in a contact, so that what
//! becomes of it later is somebody's work, and what is kept of it goes with that contact.

use greffon_words::{fields, refusals};
use serde::{Deserialize, Serialize};

use super::Appointments;
use crate::flow::act::Act;
use crate::flow::booking::{
    APPOINTMENT_CHANGED, BookingOutcome, MAX_TRIES, check_op, check_text, declared, digest_of, operator, unavailable,
};
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::ids::{AgendaId, AppointmentId, ContactId, FeatureId, IntentId, MotiveId, OpId, PracticeId};
use crate::model::audit::{Actor, Role};
use crate::model::contact::{Contact, is_open, patient_of};
use crate::model::intent::{Appointment, Intent, IntentEvent, IntentKind, decide};
use crate::model::person::Person;
use crate::model::scheduling::{AgendaAppointment, AgendaError, BookingRequest, Found, VisitMode};
use crate::model::standing::{Standing, is_gone};
use crate::model::view::BookingView;
use crate::ports::practices::LivePractice;
use crate::ports::storage::StorageError;
use crate::time::{Instant, Span};

/// An entry of somebody else's, and what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewTakeOver {
    /// Idempotency key.
    pub op_id: OpId,
    /// The binding that serves the agenda.
    pub feature: FeatureId,
    /// The agenda.
    pub agenda: AgendaId,
    /// Which entry, as the agenda calls it.
    pub entry: AppointmentId,
    /// Its version, as whoever decides has seen it.
    pub version: String,
    /// What for.
    pub motive: MotiveId,
    /// For whom; from the contact's facts when absent.
    #[serde(default)]
    pub patient: Option<Person>,
}

impl Appointments {
    /// Takes an entry over. The agenda is asked whether it is still as it was seen.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed("practice-decides" | "takes-nothing-over" | "entry-unfit" | "already-known" |
    /// "appointment-changed" | "appointment-over")`, `OpIdReused`, `AgendaUnavailable`, `Storage`.
    pub async fn take_over(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewTakeOver,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.acts.practice(practice)?;
        check_op(&new.op_id)?;
        check_text("version", Some(&new.version))?;
        // Nobody can be asked who they are: the agenda does not say whose entry it is.
        if actor.role == Role::Secretary {
            return Err(FlowError::NotAllowed { code: "practice-decides", remedy: refusals::practice_decides() });
        }
        let digest = digest_of(&("take-over", contact, &new));
        for _ in 0..MAX_TRIES {
            if let Some(earlier) = self.storage.intent_by_op(&practice.id, &new.op_id).await? {
                return self.bookings.replay(&practice, earlier, &digest).await;
            }
            match self.try_take_over(&practice, contact, &new, &digest, actor).await {
                // Somebody booked beside it, or took it over, meanwhile.
                Err(
                    FlowError::Conflict
                    | FlowError::Storage(StorageError::ClaimTaken { .. } | StorageError::Exists { .. }),
                ) => {}
                done => {
                    self.contacts.refresh_after(&practice.id, Some(contact), actor).await;
                    return done;
                }
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_take_over(
        &self,
        practice: &LivePractice,
        contact: ContactId,
        new: &NewTakeOver,
        digest: &str,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        self.gate.pass(&practice.id).await?;
        let act = Act::new(practice, actor, self.acts.now());
        let contact = self.storage.contact(&practice.id, contact).await?;
        let mut contact = contact.ok_or(FlowError::NotFound(Thing::Contact))?;
        is_open(&contact)?;
        let draft = self.taking_over(act, &contact, new, digest)?;
        let agenda = practice.agenda(&new.feature).map_err(|_| unavailable(practice, &new.feature))?;
        if !agenda.descriptor().caps.takes_over {
            return Err(FlowError::NotAllowed { code: "takes-nothing-over", remedy: refusals::takes_nothing_over() });
        }
        let found = agenda.look_up(&new.op_id, &draft.request).await;
        let found = found.map_err(|error| match error {
            AgendaError::NotFound => FlowError::NotFound(Thing::Appointment),
            _ => unavailable(practice, &new.feature),
        })?;
        let held = AgendaAppointment {
            motive: Some(new.motive.clone()),
            patient: Some(draft.request.patient.clone()),
            ..as_seen(new, found, act.now)?
        };
        let motive = practice.motive(&new.motive);
        let request = BookingRequest { span: held.span, ..draft.request.clone() };
        let agenda = (&new.feature, &new.agenda);
        let claims = self.agendas.claims_of_standing(practice, motive, agenda, held.span, &[]).await?;
        let draft = Intent { request, claims, ..draft };
        let (mut intent, _) = decide(&draft, IntentEvent::TakenOver(Box::new(held.clone())), act.now)?;
        let mut tx = self.storage.begin(&practice.id).await?;
        let known = tx.appointment(&new.feature, &new.entry).await?;
        if known.as_ref().is_some_and(|known| !is_gone(known.held.status)) {
            return Err(FlowError::NotAllowed { code: "already-known", remedy: refusals::already_known() });
        }
        let mut appointment = Appointment {
            id: held.id.clone(),
            practice: practice.id.clone(),
            feature: new.feature.clone(),
            intent: intent.id,
            chain: intent.chain,
            pending: None,
            contact: Some(contact.id),
            held,
            standing: Standing::default(),
            updated_at: act.now,
            // One that was called off, and that somebody has put back under its name.
            version: known.map_or(0, |known| known.version),
        };
        contact.intents.push(intent.id);
        tx.save_contact(&mut contact).await?;
        tx.save_intent(&mut intent).await?;
        tx.save_appointment(&mut appointment).await?;
        let entry = Entry::new("appointment.taken-over")
            .in_contact(Some(contact.id))
            .about("intent", intent.id)
            .field("feature", &new.feature)
            .field("agenda", &new.agenda);
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        Ok(BookingOutcome { booking: BookingView::of(&intent), replayed: false })
    }

    /// The wish that the entry is, as the person says. Its time is the agenda's to tell.
    fn taking_over(&self, act: Act<'_>, contact: &Contact, new: &NewTakeOver, digest: &str) -> Flow<Intent> {
        let practice = act.practice;
        let patient = declared(new.patient.clone().unwrap_or_else(|| patient_of(&contact.facts)))?;
        let motive = practice.motive(&new.motive).ok_or_else(|| FlowError::invalid("motive", fields::motive()))?;
        if practice.agenda_of(&new.feature, &new.agenda).is_none() {
            return Err(FlowError::invalid("agenda", fields::agenda()));
        }
        let request = BookingRequest {
            agenda: new.agenda.clone(),
            span: Span { start: act.now, end: act.now },
            motive: motive.id.clone(),
            mode: motive.modes.first().copied().unwrap_or(VisitMode::Office),
            patient,
            resources: Vec::new(),
            slot_handle: None,
            slot_version: None,
            note: None,
            operator: operator(act.actor),
            allow_overlap: false,
            entry: Some(new.entry.clone()),
        };
        let id = IntentId(self.acts.id(act.now));
        let by = act.actor.subject.clone();
        let drafted =
            Intent::drafted(id, practice.id.clone(), IntentKind::Book, new.feature.clone(), request, by, act.now);
        Ok(Intent { contact: Some(contact.id), op: new.op_id.clone(), request_digest: digest.to_owned(), ..drafted })
    }
}

/// The entry that a person has seen, if it is still that, and one that can be an appointment.
fn as_seen(new: &NewTakeOver, found: Found, now: Instant) -> Flow<AgendaAppointment> {
    let refused = |code, remedy| Err(FlowError::NotAllowed { code, remedy });
    let held = match found {
        Found::Absent => return Err(FlowError::NotFound(Thing::Appointment)),
        Found::Present(held) => Some(held),
        // Whoever else has a part of its time does not make it another one.
        Found::Ambiguous(all) => all.into_iter().find(|one| one.id == new.entry),
    };
    let fits =
        |held: &AgendaAppointment| held.id == new.entry && held.agenda == new.agenda && held.span.start < held.span.end;
    let Some(held) = held.filter(fits) else { return refused("entry-unfit", refusals::entry_unfit()) };
    if is_gone(held.status) {
        return Err(FlowError::NotFound(Thing::Appointment));
    }
    if held.ours {
        return refused("already-known", refusals::already_known());
    }
    if held.version.as_deref() != Some(new.version.as_str()) {
        return refused(APPOINTMENT_CHANGED, refusals::appointment_changed());
    }
    if held.span.end <= now {
        return refused("appointment-over", refusals::appointment_over());
    }
    Ok(held)
}
