//! Takes an intent one step further, in one transaction with everything that
//! the step brings with it: mirror, messages, promises, jobs, journal.

use super::journal::Entry;
use super::outbox::{Pledge, Post, lane_of};
use super::scene::opening;
use super::{Flow, FlowError, Reception, Scene, agenda_of};
use crate::ids::{FeatureId, IntentId};
use crate::model::care::Level;
use crate::model::commitment::due_at;
use crate::model::contact::{Contact, address_of};
use crate::model::intent::{
    Appointment, Intent, IntentEffect, IntentEvent, IntentKind, IntentState, ResendRule, decide, next_at,
};
use crate::model::job::{Job, Lane};
use crate::model::message::MessageCause;
use crate::model::person::Person;
use crate::model::practice::Practice;
use crate::model::recipients::{PATIENT, Recipient, first_of, reception};
use crate::model::scheduling::{AgendaAppointment, AgendaDescriptor, AppointmentStatus, ByWhom};
use crate::model::wording::{self, Happened, Visit};
use crate::ports::storage::{StorageError, Stored, Transaction};
use crate::time::Instant;

/// How often a step of an intent begins again because it changed meanwhile.
const MAX_TRIES: usize = 8;

/// How greffon treats an agenda, from what its plugin says of it.
#[derive(Clone, Debug)]
pub(crate) struct Manners {
    /// Moves keep the id; otherwise a move is a booking and a cancellation.
    pub(crate) moves: bool,
    /// The same booking may be sent again.
    idempotent: bool,
    /// A move may be sent again: it is refused or harmless.
    conditional: bool,
    pub(crate) write_timeout_ms: u32,
    /// Feature, plugin and version, for the journal.
    pub(crate) fields: Vec<(String, String)>,
}

impl Manners {
    pub(crate) fn rule(&self, intent: &Intent) -> ResendRule {
        let may_resend = match intent.kind {
            IntentKind::Book => self.idempotent,
            IntentKind::Move(_) if self.moves => self.idempotent || self.conditional,
            IntentKind::Move(_) => self.idempotent,
            // By contract, cancelling again is a success.
            IntentKind::Cancel { .. } => true,
        };
        ResendRule { may_resend, write_timeout_ms: self.write_timeout_ms }
    }
}

/// Longest write that is waited for, in milliseconds, whatever a plugin says.
const MAX_WRITE_TIMEOUT_MS: u32 = 120_000;

/// An agenda whose plugin cannot even say what it is.
const UNDESCRIBED_WRITE_TIMEOUT_MS: u32 = 30_000;

impl Reception {
    /// How to treat the agenda of a feature.
    pub(crate) async fn manners(&self, practice: &Practice, feature: &FeatureId) -> Flow<Manners> {
        let described = self.agenda_descriptor(practice, feature).await;
        let AgendaDescriptor { caps, write_timeout_ms, .. } =
            described.map_err(|_| FlowError::AgendaUnavailable(feature.clone()))?;
        Ok(Manners {
            moves: caps.moves,
            idempotent: caps.idempotent_create,
            conditional: caps.conditional_write,
            write_timeout_ms: write_timeout_ms.min(MAX_WRITE_TIMEOUT_MS),
            fields: self.plugin_fields(practice, feature).await,
        })
    }

    /// The same for an agenda that may be out of reach: the most careful ones.
    pub(crate) async fn manners_or_careful(&self, practice: &Practice, feature: &FeatureId) -> Manners {
        match self.manners(practice, feature).await {
            Ok(manners) => manners,
            Err(_) => Manners {
                moves: true,
                idempotent: false,
                conditional: false,
                write_timeout_ms: UNDESCRIBED_WRITE_TIMEOUT_MS,
                fields: self.plugin_fields(practice, feature).await,
            },
        }
    }

    /// Decides one event and stores what follows from it. Returns the intent as
    /// it then stands, and whether the agenda must be called now.
    pub(crate) async fn step_intent(
        &self,
        scene: Scene<'_>,
        id: IntentId,
        event: &IntentEvent,
        manners: &Manners,
    ) -> Flow<(Intent, bool)> {
        for _ in 0..MAX_TRIES {
            let mut tx = self.storage.begin(&scene.practice.id).await?;
            let before = tx.intent(id).await?.ok_or(FlowError::NotFound("intent"))?;
            let (mut intent, mut effects) = decide(&before, event.clone(), scene.now)?;
            if intent == before && effects.is_empty() {
                return Ok((before, false));
            }
            if effects.contains(&IntentEffect::Settle) && self.belongs_to_another(tx.as_mut(), &intent).await? {
                // The agenda gives the name of somebody else's appointment: no machine sorts that out.
                intent.state = IntentState::NeedsHuman;
                intent.appointment = None;
                effects = vec![IntentEffect::AskHuman];
            }
            let call = effects.contains(&IntentEffect::Call);
            match self.store_step(tx, scene, &before, intent, &effects, manners).await {
                Ok(intent) => return Ok((intent, call)),
                Err(StorageError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(FlowError::Conflict)
    }

    async fn store_step(
        &self,
        mut tx: Box<dyn Transaction>,
        scene: Scene<'_>,
        before: &Intent,
        mut intent: Intent,
        effects: &[IntentEffect],
        manners: &Manners,
    ) -> Stored<Intent> {
        let entry = intent_entry(&intent).field("from", before.state.as_str()).fields(manners.fields.clone());
        self.note(tx.as_mut(), scene, entry).await?;
        for effect in effects {
            match effect {
                IntentEffect::Settle => self.settle(tx.as_mut(), scene, &intent, manners).await?,
                IntentEffect::RefusedLate => self.refused_late(tx.as_mut(), scene, &intent).await?,
                IntentEffect::AskHuman => self.ask_human(tx.as_mut(), scene, &intent).await?,
                IntentEffect::Watch => self.watch(tx.as_mut(), scene, &intent, manners).await?,
                IntentEffect::Call => {}
            }
        }
        if intent.state.is_final() {
            self.end_pending(tx.as_mut(), scene, &intent).await?;
        }
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok(intent)
    }

    /// Writes the job that looks at the intent when its time comes.
    pub(super) async fn watch(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        intent: &Intent,
        manners: &Manners,
    ) -> Stored<()> {
        match next_at(intent, manners.rule(intent)) {
            Some(at) => self.enqueue(tx, scene, &Job::ReconcileBooking(intent.id), Lane::Urgent, at).await,
            None => Ok(()),
        }
    }

    /// Whether what was booked has the name of an appointment of another chain.
    async fn belongs_to_another(&self, tx: &mut dyn Transaction, intent: &Intent) -> Stored<bool> {
        let Some(held) = &intent.appointment else { return Ok(false) };
        let known = tx.appointment(&intent.feature, &held.id).await?;
        Ok(known.is_some_and(|known| known.chain != intent.chain))
    }

    /// The agenda holds what was asked for: the mirror follows, and those
    /// concerned are told. Now, and not before (I2).
    async fn settle(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        intent: &Intent,
        manners: &Manners,
    ) -> Stored<()> {
        let Some(held) = intent.appointment.clone() else { return Ok(()) };
        match &intent.kind {
            IntentKind::Book => {
                self.mirror(tx, scene, intent, held.clone()).await?;
                self.tell(tx, scene, intent, Happened::Booked, &held).await
            }
            IntentKind::Move(former) => {
                let old = tx.appointment(&intent.feature, former).await?;
                let renamed = held.id != *former;
                self.mirror(tx, scene, intent, held.clone()).await?;
                if let Some(mut old) = old {
                    if renamed && !manners.moves {
                        self.end_old_time(tx, scene, intent, &old).await?;
                    } else {
                        self.release(tx, &old, intent.id).await?;
                        if renamed {
                            old.held.status = AppointmentStatus::Cancelled;
                            old.pending = None;
                            old.updated_at = scene.now;
                            tx.save_appointment(&mut old).await?;
                        }
                    }
                }
                self.tell(tx, scene, intent, Happened::Moved, &held).await
            }
            IntentKind::Cancel { appointment, by, .. } => {
                let Some(mut known) = tx.appointment(&intent.feature, appointment).await? else { return Ok(()) };
                if known.held.status == AppointmentStatus::Cancelled {
                    return Ok(());
                }
                // The time it had, for those who are told.
                let was = AgendaAppointment { span: known.held.span, ..held.clone() };
                self.release(tx, &known, intent.id).await?;
                known.held = held;
                known.updated_at = scene.now;
                tx.save_appointment(&mut known).await?;
                // The old time of a move: who was told of the new one knows.
                if *by == ByWhom::System {
                    return Ok(());
                }
                self.tell(tx, scene, intent, Happened::Cancelled, &was).await
            }
        }
    }

    /// Brings the mirror of an appointment up to what the agenda holds.
    async fn mirror(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        intent: &Intent,
        held: AgendaAppointment,
    ) -> Stored<()> {
        let known = tx.appointment(&intent.feature, &held.id).await?;
        let mut appointment = Appointment {
            id: held.id.clone(),
            practice: intent.practice.clone(),
            feature: intent.feature.clone(),
            intent: intent.id,
            chain: intent.chain,
            pending: known.as_ref().and_then(|known| known.pending),
            contact: known.as_ref().and_then(|known| known.contact).or(intent.contact),
            held,
            updated_at: scene.now,
            version: known.map_or(0, |known| known.version),
        };
        tx.save_appointment(&mut appointment).await
    }

    /// Lets the time go that an appointment had until now.
    async fn release(&self, tx: &mut dyn Transaction, known: &Appointment, by: IntentId) -> Stored<()> {
        if known.intent == by {
            return Ok(());
        }
        if let Some(mut holder) = tx.intent(known.intent).await? {
            holder.claims.clear();
            tx.save_intent(&mut holder).await?;
        }
        Ok(())
    }

    /// In an agenda that cannot move, the new time is booked; the old one is
    /// cancelled by an intent of its own, written in the same transaction. Until
    /// that is confirmed the old time stays claimed.
    async fn end_old_time(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        moved: &Intent,
        old: &Appointment,
    ) -> Stored<()> {
        let id = IntentId(self.ids.next(scene.now));
        let mut cancel = Intent {
            id,
            op: format!("{id}").into(),
            request_digest: String::new(),
            kind: IntentKind::Cancel { appointment: old.id.clone(), by: ByWhom::System, reason: "moved".to_owned() },
            state: IntentState::Drafted,
            claims: Vec::new(),
            sends: 0,
            lookups: 0,
            absent_since: None,
            sent_at: None,
            appointment: None,
            refusal: None,
            created_at: scene.now,
            updated_at: scene.now,
            version: 0,
            ..moved.clone()
        };
        tx.save_intent(&mut cancel).await?;
        let mut old = old.clone();
        old.pending = Some(id);
        old.updated_at = scene.now;
        tx.save_appointment(&mut old).await?;
        self.note(tx, scene, intent_entry(&cancel)).await?;
        self.enqueue(tx, scene, &Job::ReconcileBooking(id), Lane::Urgent, scene.now).await
    }

    /// The appointment may be changed again.
    async fn end_pending(&self, tx: &mut dyn Transaction, scene: Scene<'_>, intent: &Intent) -> Stored<()> {
        let (IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. }) = &intent.kind else { return Ok(()) };
        if let Some(mut known) = tx.appointment(&intent.feature, id).await?
            && known.pending == Some(intent.id)
        {
            known.pending = None;
            known.updated_at = scene.now;
            tx.save_appointment(&mut known).await?;
        }
        Ok(())
    }

    /// Tells patient and practitioner what happened to an appointment.
    async fn tell(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        intent: &Intent,
        happened: Happened,
        held: &AgendaAppointment,
    ) -> Stored<()> {
        let practice = scene.practice;
        let seat = agenda_of(practice, &intent.feature, &held.agenda);
        let visit = Visit {
            start: held.span.start,
            practitioner: seat.map(|(practitioner, _)| practitioner),
            site: seat.and_then(|(_, agenda)| practice.site(&agenda.site)),
            motive: practice.motive(&intent.request.motive),
        };
        let patient: &Person = &intent.request.patient;
        let mut posts = Vec::new();
        if let Some(address) = address_of(patient) {
            let to = Recipient { name: PATIENT.to_owned(), address: Some(address) };
            posts.push((to, wording::to_patient(practice, happened, visit)));
        }
        // A practitioner without an address reads the agenda itself.
        if let Some((practitioner, _)) = seat
            && practice.recipients.contains_key(&practitioner.id.0)
        {
            let to = first_of(practice, std::slice::from_ref(&practitioner.id.0));
            posts.push((to, wording::to_practitioner(practice, happened, visit, patient)));
        }
        for (to, letter) in posts {
            let post = Post {
                to,
                letter,
                level: Level::Routine,
                valid_until: Some(held.span.start.max(scene.now.plus_minutes(NEWS_MIN))),
                cause: MessageCause::Intent(intent.id),
                contact: intent.contact,
            };
            self.post(tx, scene, post).await?;
        }
        Ok(())
    }

    /// It had been called uncertain, and came to nothing: somebody calls back.
    async fn refused_late(&self, tx: &mut dyn Transaction, scene: Scene<'_>, intent: &Intent) -> Stored<()> {
        let letter = wording::booking_failed(scene.practice, intent);
        self.put_on_desk(tx, scene, intent, "callback", letter).await
    }

    /// Only a person can tell whether it stands.
    async fn ask_human(&self, tx: &mut dyn Transaction, scene: Scene<'_>, intent: &Intent) -> Stored<()> {
        let letter = wording::booking_to_verify(scene.practice, intent);
        self.put_on_desk(tx, scene, intent, "verify-booking", letter).await
    }

    /// A promise of the reception to the patient, and the message that says so.
    async fn put_on_desk(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        intent: &Intent,
        what: &str,
        letter: wording::Letter,
    ) -> Stored<()> {
        let practice = scene.practice;
        let to = first_of(practice, &reception());
        let level = Level::SameDay;
        if let Some(id) = intent.contact
            && let Some(mut contact) = tx.contact(id).await?
        {
            let due = self.desk_due(practice, &contact, scene.now, level);
            let pledge = Pledge {
                what: what.to_owned(),
                said: wording::said(practice, what, due),
                owner: to.name.clone(),
                level,
                due,
            };
            self.pledge(tx, scene, &mut contact, pledge).await?;
            tx.save_contact(&mut contact).await?;
        }
        let cause = MessageCause::Intent(intent.id);
        self.post(tx, scene, Post { to, letter, level, valid_until: None, cause, contact: intent.contact }).await
    }

    fn desk_due(&self, practice: &Practice, contact: &Contact, now: Instant, level: Level) -> Instant {
        due_at(now, practice.delays.decision_min.max(1), level, &opening(practice, &contact.facts, now))
    }
}

/// News of an appointment that begins at once, or began already, is still worth
/// something for so many minutes.
const NEWS_MIN: i64 = 15;

/// The line of the journal of an intent's new state.
pub(crate) fn intent_entry(intent: &Intent) -> Entry {
    let kind = match intent.kind {
        IntentKind::Book => "book",
        IntentKind::Move(_) => "move",
        IntentKind::Cancel { .. } => "cancel",
    };
    let mut entry = Entry::new(format!("intent.{}", intent.state.as_str()))
        .in_contact(intent.contact)
        .about("intent", intent.id)
        .field("kind", kind)
        .field("op", &intent.op)
        .field("sends", intent.sends);
    if let Some(code) = &intent.refusal {
        entry = entry.field("refusal", code);
    }
    entry
}

/// The lane of the job that expires an abandoned claim.
pub(crate) fn expiry_lane() -> Lane {
    lane_of(Level::Routine)
}
