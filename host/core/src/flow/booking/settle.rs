//! What an intent's new state brings with it: the mirror of the agenda, news for
//! patient and practitioner, work for a person. All in the intent's transaction.

use std::time::Duration;

use super::Bookings;
use super::watch::intent_entry;
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::commitment::Pledge;
use crate::flow::message::Post;
use crate::flow::patient::records_in;
use crate::ids::{ContactId, IntentId};
use crate::model::agenda_mirror::{EntryKind, EntryName};
use crate::model::care::Level;
use crate::model::channel::Address;
use crate::model::commitment::{CHECK_APPOINTMENT, VERIFY_BOOKING, attended, due_at};
use crate::model::contact::{Contact, address_of, opening};
use crate::model::intent::{Appointment, Intent, IntentEvent, IntentKind, decide};
use crate::model::job::{Due, Job, Lane};
use crate::model::message::MessageCause;
use crate::model::person::Person;
use crate::model::practice::Practice;
use crate::model::recipients::{PATIENT, Recipient, first_of, reception};
use crate::model::scheduling::{AgendaAppointment, AppointmentStatus, ByWhom};
use crate::model::standing::{LOOK_AGAIN_MS, Standing};
use crate::model::wording::{self, Happened, Visit};
use crate::ports::storage::{Stored, Transaction};
use crate::time::Instant;

/// News of an appointment that begins at once, or began already, is still worth
/// something for so many minutes.
const NEWS_MIN: i64 = 15;

/// How long after the write news of it may leave, in milliseconds: after the first look.
const NEWS_AFTER_MS: u64 = LOOK_AGAIN_MS[0].unsigned_abs() + 1_000;

/// What becomes of the news of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It is sent.
    Sent,
    /// It may have been sent before the database was restored: a person decides.
    Withheld,
}

impl Bookings {
    /// Whether what was booked has the name of an appointment of another chain.
    pub(super) async fn belongs_to_another(&self, tx: &mut dyn Transaction, intent: &Intent) -> Stored<bool> {
        let Some(held) = &intent.appointment else { return Ok(false) };
        let known = tx.appointment(&intent.feature, &held.id).await?;
        Ok(known.is_some_and(|known| known.chain != intent.chain))
    }

    /// The agenda holds what was asked for: the mirror follows, and those
    /// concerned are told. Now, and not before (I2).
    pub(super) async fn settle(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        intent: &Intent,
        rules: &WriteRules,
        news: News,
    ) -> Stored<()> {
        let Some(held) = intent.appointment.clone() else { return Ok(()) };
        match &intent.kind {
            IntentKind::Book => {
                self.mirror(tx, act, intent, held.clone()).await?;
                self.tell(tx, act, intent, Happened::Booked, &held, news).await
            }
            IntentKind::Move(former) => {
                let old = tx.appointment(&intent.feature, former).await?;
                let renamed = held.id != *former;
                self.mirror(tx, act, intent, held.clone()).await?;
                if let Some(mut old) = old {
                    if renamed && !rules.moves {
                        self.end_old_time(tx, act, intent, &old).await?;
                    } else {
                        self.release(tx, act, &old, intent, rules).await?;
                        if renamed {
                            old.held.status = AppointmentStatus::Cancelled;
                            old.pending = None;
                            old.updated_at = act.now;
                            tx.save_appointment(&mut old).await?;
                        }
                    }
                }
                self.tell(tx, act, intent, Happened::Moved, &held, news).await
            }
            IntentKind::Cancel { appointment, by, .. } => {
                let Some(mut known) = tx.appointment(&intent.feature, appointment).await? else { return Ok(()) };
                if known.held.status == AppointmentStatus::Cancelled {
                    return Ok(());
                }
                // The time it had, for those who are told.
                let was = AgendaAppointment { span: known.held.span, ..held.clone() };
                self.release(tx, act, &known, intent, rules).await?;
                known.held = held;
                known.updated_at = act.now;
                tx.save_appointment(&mut known).await?;
                // The old time of a move: who was told of the new one knows.
                if *by == ByWhom::System {
                    return Ok(());
                }
                self.tell(tx, act, intent, Happened::Cancelled, &was, news).await
            }
        }
    }

    /// Brings the mirror of an appointment up to what the agenda holds.
    async fn mirror(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
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
            standing: Standing::written(act.now),
            updated_at: act.now,
            version: known.map_or(0, |known| known.version),
        };
        tx.save_appointment(&mut appointment).await?;
        let due = Due::After(Duration::from_millis(LOOK_AGAIN_MS[0].unsigned_abs()));
        let look = Job::LookAgain(appointment.feature.clone(), appointment.id.clone());
        self.acts.enqueue(tx, act, &look, Lane::Watch, due).await
    }

    /// Lets the time go that an appointment had until now. If a send of whoever
    /// booked it may still arrive, somebody looks for it.
    async fn release(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        known: &Appointment,
        by: &Intent,
        rules: &WriteRules,
    ) -> Stored<()> {
        if known.intent == by.id {
            return Ok(());
        }
        let entry = EntryName { kind: EntryKind::Appointment, id: known.id.0.clone() };
        tx.unmirror_entry(&known.feature, &known.held.agenda, &entry).await?;
        // Whoever booked it first may have a send under way as well, which comes to
        // nothing only as long as the entry stands.
        let first = Some(known.chain).filter(|first| *first != known.intent && *first != by.id);
        for id in std::iter::once(known.intent).chain(first) {
            self.let_go(tx, act, id, rules, by.updated_at).await?;
        }
        self.let_all_go(tx, act, &known.standing.kept, rules).await
    }

    /// Lets go what keeps other times free for an appointment.
    pub(in crate::flow) async fn let_all_go(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        kept: &[IntentId],
        rules: &WriteRules,
    ) -> Stored<()> {
        for id in kept {
            self.let_go(tx, act, *id, rules, act.now).await?;
        }
        Ok(())
    }

    /// Lets the time of an intent go whose appointment is over, or has another intent. If a
    /// send of it may still arrive, somebody looks for it.
    pub(in crate::flow) async fn let_go(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        id: IntentId,
        rules: &WriteRules,
        at: Instant,
    ) -> Stored<()> {
        let Some(mut holder) = tx.intent(id).await? else { return Ok(()) };
        let before = holder.clone();
        let event = IntentEvent::Superseded(rules.rule(&holder));
        // No state refuses this event.
        if let Ok((next, effects)) = decide(&holder, event, at) {
            holder = next;
            if !effects.is_empty() {
                self.watch(tx, act, &holder, rules).await?;
            }
        }
        holder.claims.clear();
        if holder != before {
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
        act: Act<'_>,
        moved: &Intent,
        old: &Appointment,
    ) -> Stored<()> {
        let id = IntentId(self.acts.id(act.now));
        let kind = IntentKind::Cancel { appointment: old.id.clone(), by: ByWhom::System, reason: "moved".to_owned() };
        let Intent { practice, feature, request, by, .. } = moved.clone();
        let mut cancel = Intent {
            contact: moved.contact,
            chain: moved.chain,
            ..Intent::drafted(id, practice, kind, feature, request, by, act.now)
        };
        tx.save_intent(&mut cancel).await?;
        let mut old = old.clone();
        old.pending = Some(id);
        old.updated_at = act.now;
        tx.save_appointment(&mut old).await?;
        self.acts.note(tx, act, intent_entry(&cancel)).await?;
        self.acts.enqueue(tx, act, &Job::ReconcileBooking(id), Lane::Urgent, Due::NOW).await
    }

    /// The appointment may be changed again.
    pub(super) async fn end_pending(&self, tx: &mut dyn Transaction, act: Act<'_>, intent: &Intent) -> Stored<()> {
        let (IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. }) = &intent.kind else { return Ok(()) };
        if let Some(mut known) = tx.appointment(&intent.feature, id).await?
            && known.pending == Some(intent.id)
        {
            known.pending = None;
            known.updated_at = act.now;
            tx.save_appointment(&mut known).await?;
        }
        Ok(())
    }

    /// Tells patient and practitioner what happened to an appointment.
    async fn tell(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        intent: &Intent,
        happened: Happened,
        held: &AgendaAppointment,
        news: News,
    ) -> Stored<()> {
        let practice = act.practice;
        let seat = practice.agenda_of(&intent.feature, &held.agenda);
        let visit = visit_of(practice, intent, held);
        let patient: &Person = &intent.request.patient;
        let mut posts = Vec::new();
        if let Some(address) = self.address_of(tx, intent).await? {
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
        // News of what was written waits until it was looked for once more.
        let due = match happened {
            Happened::Cancelled => Due::NOW,
            Happened::Booked | Happened::Moved => Due::After(Duration::from_millis(NEWS_AFTER_MS)),
        };
        for (to, letter) in posts {
            let post = Post {
                to,
                letter,
                level: Level::Routine,
                valid_until: Some(held.span.start.max(act.now.plus_minutes(NEWS_MIN))),
                cause: MessageCause::Intent(intent.id),
                contact: intent.contact,
            };
            match news {
                News::Sent => self.messages.post_at(tx, act, post, due).await?,
                News::Withheld => self.messages.withhold(tx, act, post).await?,
            };
        }
        Ok(())
    }

    /// Where the patient of an intent is written to, as they have said by now.
    pub(in crate::flow) async fn address_of(
        &self,
        tx: &mut dyn Transaction,
        intent: &Intent,
    ) -> Stored<Option<Address>> {
        let contact = match intent.contact {
            Some(id) => tx.contact(id).await?,
            None => None,
        };
        let known = contact.and_then(|contact| contact.patient.patient());
        Ok(address_of(&intent.request.patient, &records_in(tx, known).await?))
    }

    /// It had been called uncertain, and came to nothing: somebody calls back.
    pub(super) async fn refused_late(&self, tx: &mut dyn Transaction, act: Act<'_>, intent: &Intent) -> Stored<()> {
        let letter = wording::booking_failed(act.practice, intent);
        self.put_on_desk(tx, act, intent, "callback", letter).await
    }

    /// Only a person can tell whether it stands.
    pub(super) async fn ask_human(&self, tx: &mut dyn Transaction, act: Act<'_>, intent: &Intent) -> Stored<()> {
        let letter = wording::booking_to_verify(act.practice, intent);
        self.put_on_desk(tx, act, intent, VERIFY_BOOKING, letter).await
    }

    /// Somebody put back in the agenda what had been called off there, and of which the patient
    /// may have been told.
    pub(super) async fn ask_whether_back(&self, tx: &mut dyn Transaction, act: Act<'_>, intent: &Intent) -> Stored<()> {
        let Some(held) = &intent.appointment else { return self.ask_human(tx, act, intent).await };
        let visit = visit_of(act.practice, intent, held);
        let letter = wording::appointment_back(act.practice, &intent.request.patient, visit);
        self.put_on_desk(tx, act, intent, CHECK_APPOINTMENT, letter).await
    }

    /// A promise of the reception to the patient, and the message that says so.
    async fn put_on_desk(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        intent: &Intent,
        what: &str,
        letter: wording::Letter,
    ) -> Stored<()> {
        let work = Work { what, said: None, level: Level::SameDay, before: None, letter };
        self.leave_work(tx, act, intent, intent.contact, work).await
    }

    /// Work of the reception about an appointment: a promise in the contact that it came from,
    /// and a message.
    pub(in crate::flow) async fn leave_work(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        intent: &Intent,
        contact: Option<ContactId>,
        work: Work<'_>,
    ) -> Stored<()> {
        let practice = act.practice;
        let to = first_of(practice, &reception());
        let Work { what, said, level, before, letter } = work;
        if let Some(id) = contact
            && let Some(mut contact) = tx.contact(id).await?
        {
            let due = desk_due(practice, &contact, act.now, level, before);
            let pledge = Pledge { what: what.to_owned(), said, owner: to.name.clone(), level, due };
            self.commitments.pledge(tx, act, &mut contact, pledge).await?;
            tx.save_contact(&mut contact).await?;
        }
        let cause = MessageCause::Intent(intent.id);
        self.messages.post(tx, act, Post { to, letter, level, valid_until: None, cause, contact }).await?;
        Ok(())
    }
}

/// An appointment as letters speak of it.
pub(in crate::flow) fn visit_of<'a>(practice: &'a Practice, intent: &Intent, held: &AgendaAppointment) -> Visit<'a> {
    let seat = practice.agenda_of(&intent.feature, &held.agenda);
    Visit {
        start: held.span.start,
        practitioner: seat.map(|(practitioner, _)| practitioner),
        site: seat.and_then(|(_, agenda)| practice.site(&agenda.site)),
        motive: practice.motive(&intent.request.motive),
    }
}

/// What somebody at the reception is to do.
pub(in crate::flow) struct Work<'a> {
    /// The promise's word.
    pub(in crate::flow) what: &'a str,
    /// What is to be said to the patient; the host's words for the promise when absent.
    pub(in crate::flow) said: Option<String>,
    pub(in crate::flow) level: Level,
    /// It is worth nothing after this instant.
    pub(in crate::flow) before: Option<Instant>,
    pub(in crate::flow) letter: wording::Letter,
}

/// When somebody at the desk must have looked at it: before this instant, while somebody is there,
/// and now when that is past.
fn desk_due(practice: &Practice, contact: &Contact, now: Instant, level: Level, before: Option<Instant>) -> Instant {
    let opening = opening(practice, &contact.facts, now);
    let due = due_at(now, practice.delays.decision_min.max(1), level, &opening);
    before.map_or(due, |before| due.min(attended(before, now, &opening)).max(now))
}
