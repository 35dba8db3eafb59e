//! An open transaction: what it wrote lies over what is stored until it
//! commits.

mod open;

use std::collections::BTreeSet;

use async_trait::async_trait;
use greffon_core::ids::{
    AbsenceId, AgendaId, AlertId, AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, JobId, MessageId, OpId,
    PatientId,
};
use greffon_core::model::absence::ReportedAbsence;
use greffon_core::model::agenda_mirror::{EntryName, MirrorChange, MirrorEntry};
use greffon_core::model::agenda_watch::AgendaWatch;
use greffon_core::model::alert::{Alert, AlertTest};
use greffon_core::model::approval::Approval;
use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::Commitment;
use greffon_core::model::contact::Contact;
use greffon_core::model::dead_letter::DeadLetter;
use greffon_core::model::inbound::InboundAddress;
use greffon_core::model::intent::{Appointment, Intent};
use greffon_core::model::job::{Due, Job, Lane};
use greffon_core::model::message::Message;
use greffon_core::model::patient::{Patient, Term};
use greffon_core::model::pin::Pin;
use greffon_core::model::recovery::{Recovery, UnderWay};
use greffon_core::model::trail::Trail;
use greffon_core::ports::agenda_turn::{Turn, TurnRequest};
use greffon_core::ports::storage::{StorageError, Stored, Transaction};
use greffon_core::time::{Instant, Span};

pub(super) use self::open::MemoryTransaction;
use super::memory::JobRow;
use crate::Sabotage;
use crate::faults::{Effect, Fault};
use crate::mirrors::{self, Step};
use crate::rows::{Rows, Versioned, by_age, check_key, check_version, open_commitments, overlapping, patients_with};

#[async_trait]
impl Transaction for MemoryTransaction {
    async fn contact(&mut self, id: ContactId) -> Stored<Option<Contact>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.contacts.get(&id)))
    }

    async fn save_contact(&mut self, contact: &mut Contact) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = contact.id;
        self.check(contact, |rows| rows.contacts.get(&id))?;
        contact.move_on();
        self.written.contacts.insert(id, self.kept_contact(contact));
        Ok(())
    }

    async fn keep_settings(&mut self, contact: ContactId, pins: &[(Pin, &str)]) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let mut named = self.see(|rows| rows.pins.get(&contact)).unwrap_or_default();
        for (pin, settings) in pins {
            let digest = pin.settings;
            // Written again, so that it is there whatever is forgotten meanwhile.
            let kept = match self.see(|rows| rows.settings.get(&digest)) {
                Some(kept) => kept,
                None if pin.names(settings) => (*settings).to_owned(),
                None => {
                    let why = "they are not what the pin names";
                    return Err(StorageError::NotStorable { thing: "settings", why });
                }
            };
            self.written.settings.insert(digest, kept);
            named.insert(digest);
        }
        self.written.pins.insert(contact, named);
        Ok(())
    }

    async fn release_settings(&mut self, contact: ContactId) -> Stored<()> {
        self.storage.inner.pace.point().await;
        self.written.pins.insert(contact, BTreeSet::new());
        Ok(())
    }

    async fn intent(&mut self, id: IntentId) -> Stored<Option<Intent>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.intents.get(&id)))
    }

    async fn intent_by_op(&mut self, op: &OpId) -> Stored<Option<Intent>> {
        self.storage.inner.pace.point().await;
        let id = self.see(|rows| rows.ops.get(op));
        Ok(id.and_then(|id| self.see(|rows| rows.intents.get(&id))))
    }

    async fn save_intent(&mut self, intent: &mut Intent) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = intent.id;
        check_key("op-id", intent.op.as_str())?;
        self.check(intent, |rows| rows.intents.get(&id))?;
        let of_op = self.see(|rows| rows.ops.get(&intent.op));
        match (intent.version, of_op) {
            (0, Some(_)) => return Err(StorageError::Exists { thing: "intent" }),
            (0, None) => {}
            // An op-id is for ever.
            (_, of_op) if of_op != Some(id) => return Err(StorageError::Stale { thing: "intent" }),
            _ => {}
        }
        self.exclude(intent)?;
        intent.move_on();
        self.written.ops.insert(intent.op.clone(), id);
        self.written.intents.insert(id, self.remembered(intent));
        Ok(())
    }

    async fn holders(&mut self, resources: &[String], window: Span) -> Stored<Vec<Intent>> {
        self.storage.inner.pace.point().await;
        let mut all = self.storage.look(&self.practice, |rows| rows.intents.clone());
        all.extend(self.written.intents.clone());
        let holds = |intent: &Intent| {
            let mut claims = intent.claims.iter();
            intent.state.is_live()
                && claims.any(|claim| resources.contains(&claim.resource) && claim.span.overlaps(&window))
        };
        Ok(all.into_values().filter(holds).collect())
    }

    async fn absence(&mut self, id: AbsenceId) -> Stored<Option<ReportedAbsence>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.absences.get(&id)))
    }

    async fn absences(&mut self, window: Span) -> Stored<Vec<ReportedAbsence>> {
        self.storage.inner.pace.point().await;
        let mut all = self.storage.look(&self.practice, |rows| rows.absences.clone());
        all.extend(self.written.absences.clone());
        Ok(overlapping(all.values(), window))
    }

    async fn save_absence(&mut self, absence: &mut ReportedAbsence) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = absence.id;
        self.check(absence, |rows| rows.absences.get(&id))?;
        absence.move_on();
        self.written.absences.insert(id, absence.clone());
        Ok(())
    }

    async fn appointment(&mut self, feature: &FeatureId, id: &AppointmentId) -> Stored<Option<Appointment>> {
        self.storage.inner.pace.point().await;
        let key = (feature.clone(), id.clone());
        Ok(self.see(|rows| rows.appointments.get(&key)))
    }

    async fn save_appointment(&mut self, appointment: &mut Appointment) -> Stored<()> {
        self.storage.inner.pace.point().await;
        check_key("feature", appointment.feature.as_str())?;
        check_key("appointment id", appointment.id.as_str())?;
        self.check_owner(Appointment::THING, &appointment.practice)?;
        let key = (appointment.feature.clone(), appointment.id.clone());
        check_version(appointment, self.see(|rows| rows.appointments.get(&key)).map(|there| there.version))?;
        appointment.move_on();
        self.written.appointments.insert(key, appointment.clone());
        Ok(())
    }

    async fn message(&mut self, id: MessageId) -> Stored<Option<Message>> {
        self.storage.inner.pace.point().await;
        self.storage.readable(&self.practice, id)?;
        Ok(self.see(|rows| rows.messages.get(&id)))
    }

    async fn save_message(&mut self, message: &mut Message) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = message.id;
        self.check(message, |rows| rows.messages.get(&id))?;
        message.move_on();
        self.written.messages.insert(id, message.clone());
        Ok(())
    }

    async fn commitment(&mut self, id: CommitmentId) -> Stored<Option<Commitment>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.commitments.get(&id)))
    }

    async fn open_commitments(&mut self, due: Span) -> Stored<Vec<Commitment>> {
        self.storage.inner.pace.point().await;
        let mut all = self.storage.look(&self.practice, |rows| rows.commitments.clone());
        all.extend(self.written.commitments.clone());
        Ok(open_commitments(&all, due))
    }

    async fn save_commitment(&mut self, commitment: &mut Commitment) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = commitment.id;
        self.check(commitment, |rows| rows.commitments.get(&id))?;
        commitment.move_on();
        self.written.commitments.insert(id, commitment.clone());
        Ok(())
    }

    async fn alert(&mut self, id: AlertId) -> Stored<Option<Alert>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.alerts.get(&id)))
    }

    async fn save_alert(&mut self, alert: &mut Alert) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = alert.id;
        self.check(alert, |rows| rows.alerts.get(&id))?;
        alert.move_on();
        if self.storage.inner.sabotage != Some(Sabotage::AlertsForgotten) {
            self.written.alerts.insert(id, alert.clone());
        }
        Ok(())
    }

    async fn alert_test(&mut self) -> Stored<Option<AlertTest>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.alert_test.as_ref()))
    }

    async fn save_alert_test(&mut self, test: &mut AlertTest) -> Stored<()> {
        self.storage.inner.pace.point().await;
        self.check_owner(AlertTest::THING, &test.practice)?;
        check_version(test, self.see(|rows| rows.alert_test.as_ref()).map(|there| there.version))?;
        test.move_on();
        self.written.alert_test = Some(test.clone());
        Ok(())
    }

    async fn agenda_watch(&mut self, feature: &FeatureId) -> Stored<Option<AgendaWatch>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.watches.get(feature)))
    }

    async fn save_agenda_watch(&mut self, watch: &mut AgendaWatch) -> Stored<()> {
        self.storage.inner.pace.point().await;
        check_key("feature", watch.feature.as_str())?;
        let feature = watch.feature.clone();
        // Another practice may have a feature of this name.
        self.check_owner(AgendaWatch::THING, &watch.practice)?;
        check_version(watch, self.see(|rows| rows.watches.get(&feature)).map(|there| there.version))?;
        watch.move_on();
        self.written.watches.insert(feature, watch.clone());
        Ok(())
    }

    async fn mirror_agenda(&mut self, feature: &FeatureId, agenda: &AgendaId, change: &MirrorChange) -> Stored<()> {
        self.storage.inner.pace.point().await;
        check_key("feature", feature.as_str())?;
        check_mirror(agenda, change)?;
        self.written.mirror_steps.push(Step::Change(feature.clone(), agenda.clone(), change.clone()));
        Ok(())
    }

    async fn unmirror_entry(&mut self, feature: &FeatureId, agenda: &AgendaId, entry: &EntryName) -> Stored<()> {
        self.storage.inner.pace.point().await;
        self.written.mirror_steps.push(Step::TakeOut(feature.clone(), agenda.clone(), entry.clone()));
        Ok(())
    }

    async fn purge_mirrors(&mut self, before: Instant) -> Stored<u64> {
        self.storage.inner.pace.point().await;
        self.written.mirror_steps.push(Step::Purge(before));
        Ok(self.storage.look(&self.practice, |rows| mirrors::old(&rows.mirrors, before)))
    }

    async fn approvals(&mut self) -> Stored<Vec<Approval>> {
        self.storage.inner.pace.point().await;
        let mut approvals = self.storage.look(&self.practice, |rows| rows.approvals.clone());
        approvals.extend(self.written.approvals.clone());
        Ok(approvals.into_values().collect())
    }

    async fn save_approval(&mut self, approval: &mut Approval) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let key = (approval.feature.clone(), approval.settings);
        // Another practice may have the same.
        self.check_owner(Approval::THING, &approval.practice)?;
        check_version(approval, self.see(|rows| rows.approvals.get(&key)).map(|there| there.version))?;
        approval.move_on();
        self.written.approvals.insert(key, approval.clone());
        Ok(())
    }

    async fn inbound_addresses(&mut self) -> Stored<Vec<InboundAddress>> {
        self.storage.inner.pace.point().await;
        let mut addresses = self.storage.look(&self.practice, |rows| rows.inbound.clone());
        addresses.extend(self.written.inbound.clone());
        Ok(by_age(addresses.into_values().collect()))
    }

    async fn save_inbound_address(&mut self, address: &mut InboundAddress) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = address.id;
        self.check(address, |rows| rows.inbound.get(&id))?;
        address.move_on();
        self.written.inbound.insert(id, address.clone());
        Ok(())
    }

    async fn keep_delivery(&mut self, feature: &FeatureId, name: &str, at: Instant) -> Stored<bool> {
        self.storage.inner.pace.point().await;
        let key = (feature.clone(), name.to_owned());
        if self.see(|rows| rows.deliveries.get(&key)).is_some() {
            return Ok(false);
        }
        self.written.deliveries.insert(key, at);
        Ok(true)
    }

    async fn forget_deliveries(&mut self, before: Instant) -> Stored<u64> {
        self.storage.inner.pace.point().await;
        self.gone.deliveries_before = Some(before);
        let is_old = |told: &&Instant| **told < before;
        Ok(self.storage.look(&self.practice, |rows| rows.deliveries.values().filter(is_old).count()) as u64)
    }

    async fn recovery(&mut self) -> Stored<Option<Recovery>> {
        self.storage.inner.pace.point().await;
        let stored = self.see(|rows| rows.recovery.as_ref());
        Ok(self.storage.recovery_of(&self.practice, stored))
    }

    async fn save_recovery(&mut self, recovery: &mut Recovery) -> Stored<()> {
        self.storage.inner.pace.point().await;
        self.check_owner(Recovery::THING, &recovery.practice)?;
        check_version(recovery, self.see(|rows| rows.recovery.as_ref()).map(|there| there.version))?;
        recovery.move_on();
        self.written.recovery = Some(recovery.clone());
        Ok(())
    }

    async fn end_under_way(&mut self, what: UnderWay) -> Stored<()> {
        self.storage.inner.pace.point().await;
        self.gone.under_way.push(what);
        Ok(())
    }

    async fn patient(&mut self, id: PatientId) -> Stored<Option<Patient>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.patients.get(&id)))
    }

    async fn patients_with(&mut self, terms: &[Term], limit: u32) -> Stored<Vec<Patient>> {
        self.storage.inner.pace.point().await;
        let mut patients = self.storage.look(&self.practice, |rows| rows.patients.clone());
        patients.extend(self.written.patients.clone());
        Ok(patients_with(&patients, terms, limit))
    }

    async fn save_patient(&mut self, patient: &mut Patient) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = patient.id;
        self.check(patient, |rows| rows.patients.get(&id))?;
        patient.move_on();
        self.written.patients.insert(id, patient.clone());
        Ok(())
    }

    async fn take_turn(&mut self, wanted: &TurnRequest) -> Stored<Option<Turn>> {
        self.storage.inner.pace.point().await;
        let turn = self.storage.inner.turns.try_take(wanted, self.storage.now());
        self.taken.extend(turn.clone());
        Ok(turn)
    }

    async fn holds_turn(&mut self, turn: &Turn) -> Stored<bool> {
        self.storage.inner.pace.point().await;
        Ok(self.storage.inner.turns.holds(turn))
    }

    async fn give_back_turn(&mut self, turn: &Turn) -> Stored<bool> {
        self.storage.inner.pace.point().await;
        self.given_back.push(turn.clone());
        Ok(self.storage.inner.turns.holds(turn))
    }

    async fn enqueue(&mut self, id: JobId, job: &Job, lane: Lane, due: Due) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let run_at = match due {
            Due::After(delay) => self.storage.now() + delay,
            Due::At(instant) => instant,
        };
        let exists = self.jobs.iter().any(|(other, _)| *other == id) || self.storage.lock().jobs.contains_key(&id);
        if exists {
            return Err(StorageError::Exists { thing: "job" });
        }
        if self.is_lost(job) {
            return Ok(());
        }
        let practice = self.practice.clone();
        self.jobs.push((
            id,
            JobRow { practice, job: job.clone(), lane, run_at, attempt: 0, failures: 0, leased_until: None },
        ));
        Ok(())
    }

    async fn remove_job(&mut self, id: JobId, attempt: u32) -> Stored<bool> {
        self.storage.inner.pace.point().await;
        let mine = |row: &JobRow| row.attempt == attempt && row.practice == self.practice;
        let there = self.storage.lock().jobs.get(&id).is_some_and(mine);
        if there {
            self.removed.push((id, attempt));
        }
        Ok(there)
    }

    async fn dead_letter(&mut self, id: JobId) -> Stored<Option<DeadLetter>> {
        self.storage.inner.pace.point().await;
        Ok(self.see(|rows| rows.dead_letters.get(&id)))
    }

    async fn save_dead_letter(&mut self, letter: &mut DeadLetter) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let id = letter.id;
        self.check(letter, |rows| rows.dead_letters.get(&id))?;
        letter.move_on();
        self.written.dead_letters.insert(id, letter.clone());
        Ok(())
    }

    async fn intents_in(&mut self, contact: ContactId) -> Stored<Vec<Intent>> {
        self.storage.inner.pace.point().await;
        let mut intents = self.storage.look(&self.practice, |rows| rows.intents.clone());
        intents.extend(self.written.intents.clone());
        Ok(intents.into_values().filter(|intent| intent.contact == Some(contact)).collect())
    }

    async fn remove_contact(&mut self, trail: &Trail) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let contact = &trail.contact;
        let stored = self.see(|rows| rows.contacts.get(&contact.id));
        if stored.is_none_or(|stored| stored.version != contact.version) {
            return Err(StorageError::Stale { thing: "contact" });
        }
        self.gone.contact(trail);
        Ok(())
    }

    async fn remove_patient(&mut self, patient: &Patient) -> Stored<bool> {
        self.storage.inner.pace.point().await;
        let names = patient.all_names();
        let named = |rows: &Rows| {
            rows.contacts.values().any(|contact| contact.patient.patient().is_some_and(|one| names.contains(&one)))
        };
        let stored = self.see(|rows| rows.patients.get(&patient.id));
        let is_named = named(&self.written) || self.storage.look(&self.practice, named);
        if is_named || stored.is_none_or(|stored| stored.version != patient.version) {
            return Ok(false);
        }
        self.gone.patients.extend(names);
        Ok(true)
    }

    async fn remove_messages(&mut self, before: Instant, limit: u32) -> Stored<u64> {
        self.storage.inner.pace.point().await;
        let old = |message: &&Message| message.created_at < before && message.state.is_final();
        let mut found: Vec<_> = self.storage.look(&self.practice, |rows| {
            rows.messages.values().filter(old).map(|message| (message.created_at, message.id)).collect()
        });
        found.sort_unstable();
        found.truncate(limit as usize);
        let count = found.len() as u64;
        self.gone.messages.extend(found.into_iter().map(|(_, id)| id));
        Ok(count)
    }

    async fn audit(&mut self, event: &AuditEvent) -> Stored<()> {
        self.storage.inner.pace.point().await;
        self.check_owner("audit event", &event.practice)?;
        check_key("audit action", &event.action)?;
        let known = |rows: &Rows| rows.audit_ids.contains(&event.id);
        if known(&self.written) || self.storage.look(&self.practice, known) {
            return Err(StorageError::Exists { thing: "audit event" });
        }
        self.written.audit_ids.insert(event.id);
        self.written.audit.push(event.clone());
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Stored<()> {
        self.storage.inner.pace.point().await;
        let fault = self.storage.inner.plan.draw(Effect::StorageWrite);
        let (storage, practice) = (self.storage.clone(), self.practice.clone());
        let (written, jobs) = (std::mem::take(&mut self.written), std::mem::take(&mut self.jobs));
        let removed = std::mem::take(&mut self.removed);
        let unanswered = || Err(StorageError::Unavailable("the commit was not answered, on purpose".into()));
        // A connection that breaks during COMMIT leaves either.
        if fault.is_some_and(|fault| fault != Fault::ResponseLost) {
            return unanswered();
        }
        let gone = std::mem::take(&mut self.gone);
        storage.lock().practices.entry(practice).or_default().take(written, &gone);
        self.taken.clear();
        for turn in &self.given_back {
            storage.inner.turns.give_back(turn);
        }
        if storage.inner.sabotage == Some(Sabotage::JobsOutsideTransaction) {
            storage.inner.pace.point().await;
        }
        storage.settle_jobs(&removed, jobs);
        // Others run before the caller learns of it: a crash here comes after
        // the commit.
        storage.inner.pace.point().await;
        if fault.is_some() { unanswered() } else { Ok(()) }
    }
}

/// Refuses what the databases refuse.
fn check_mirror(agenda: &AgendaId, change: &MirrorChange) -> Stored<()> {
    check_key("agenda", agenda.as_str())?;
    for MirrorEntry { name, span, .. } in &change.there {
        if span.start >= span.end {
            return Err(StorageError::NotStorable { thing: "agenda entry", why: "it ends before it begins" });
        }
        check_key("agenda entry", &name.id)?;
    }
    Ok(())
}
