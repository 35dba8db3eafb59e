//! The `Storage` port: reads outside a transaction, and the queue.

use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ids::{
    AgendaId, AlertId, AppointmentId, CommitmentId, ContactId, FeatureId, IntentId, JobId, MessageId, OpId, PatientId,
    PracticeId,
};
use greffon_core::model::absence::ReportedAbsence;
use greffon_core::model::agenda_mirror::Mirrored;
use greffon_core::model::agenda_watch::AgendaWatch;
use greffon_core::model::alert::{Alert, AlertState, LiveState};
use greffon_core::model::approval::Approval;
use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::{Commitment, CommitmentState};
use greffon_core::model::contact::{Contact, ContactState};
use greffon_core::model::dead_letter::{DeadLetter, DeadLetterState};
use greffon_core::model::inbound::InboundAddress;
use greffon_core::model::intent::{Appointment, Claim, Intent};
use greffon_core::model::job::{Lane, LaneDepth, LeasedJob};
use greffon_core::model::known_agendas::KnownAgendas;
use greffon_core::model::message::{Message, MessageState};
use greffon_core::model::patient::{Patient, Term};
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::recovery::{Recovery, Restore, UnderWay};
use greffon_core::model::view::Said;
use greffon_core::ports::storage::{Listed, Page, Storage, Stored, Transaction};
use greffon_core::time::{Instant, Span};

use crate::database::Database;
use crate::error::{SetupError, unavailable};
use crate::repository::{
    absences, agenda_mirrors, agenda_watches, alerts, appointments, approvals, audit, claims, commitments,
    contact_views, contacts, dead_letters, inbound, intents, jobs, kept_settings, known_agendas, messages, patients,
    recoveries, retention,
};
use crate::{migrations, transaction};

#[async_trait]
impl Storage for Database {
    async fn begin(&self, practice: &PracticeId) -> Stored<Box<dyn Transaction>> {
        transaction::begin(self, practice).await
    }

    async fn practice_of_contact(&self, id: ContactId) -> Stored<Option<PracticeId>> {
        contacts::practice_of(self.reader().await?.on(), id).await
    }

    async fn practice_of_commitment(&self, id: CommitmentId) -> Stored<Option<PracticeId>> {
        commitments::practice_of(self.reader().await?.on(), id).await
    }

    async fn practice_of_alert(&self, id: AlertId) -> Stored<Option<PracticeId>> {
        alerts::practice_of(self.reader().await?.on(), id).await
    }

    async fn practice_of_dead_letter(&self, id: JobId) -> Stored<Option<PracticeId>> {
        dead_letters::practice_of(self.reader().await?.on(), id).await
    }

    async fn practices_of_appointment(&self, id: &AppointmentId) -> Stored<Vec<PracticeId>> {
        appointments::practices_of(self.reader().await?.on(), id).await
    }

    async fn contact(&self, practice: &PracticeId, id: ContactId) -> Stored<Option<Contact>> {
        contacts::get(self.reader().await?.on(), practice, id).await
    }

    async fn contacts(
        &self,
        practice: &PracticeId,
        state: Option<ContactState>,
        page: &Page,
    ) -> Stored<Listed<Contact>> {
        contacts::list(self.reader().await?.on(), practice, state, page).await
    }

    async fn contacts_of(
        &self,
        practice: &PracticeId,
        origin: Option<&str>,
        patients: &[PatientId],
        limit: u32,
    ) -> Stored<Vec<Contact>> {
        contacts::latest_of(self.reader().await?.on(), practice, origin, patients, limit).await
    }

    async fn patient(&self, practice: &PracticeId, id: PatientId) -> Stored<Option<Patient>> {
        patients::get(self.reader().await?.on(), practice, id).await
    }

    async fn patients_with(&self, practice: &PracticeId, terms: &[Term], limit: u32) -> Stored<Vec<Patient>> {
        let key = self.lookup_key().await?;
        patients::with_terms(self.reader().await?.on(), &key, practice, terms, limit).await
    }

    async fn doubtful_patients(&self, practice: &PracticeId, page: &Page) -> Stored<Listed<Patient>> {
        patients::doubtful(self.reader().await?.on(), practice, page).await
    }

    async fn old_contacts(&self, practice: &PracticeId, before: Instant, page: &Page) -> Stored<Listed<Contact>> {
        retention::old_contacts(self.reader().await?.on(), practice, before, page).await
    }

    async fn old_patients(&self, practice: &PracticeId, before: Instant, page: &Page) -> Stored<Listed<Patient>> {
        retention::old_patients(self.reader().await?.on(), practice, before, page).await
    }

    async fn inbound_addresses(&self, practice: &PracticeId) -> Stored<Vec<InboundAddress>> {
        inbound::of_practice(self.reader().await?.on(), practice).await
    }

    async fn inbound_address(&self, digest: &str) -> Stored<Option<InboundAddress>> {
        inbound::of_digest(self.reader().await?.on(), digest).await
    }

    async fn approvals(&self) -> Stored<Vec<Approval>> {
        approvals::all(self.reader().await?.on()).await
    }

    async fn approvals_mark(&self) -> Stored<i64> {
        approvals::mark(self.reader().await?.on()).await
    }

    async fn said(&self, practice: &PracticeId, contact: ContactId) -> Stored<Option<Said>> {
        contact_views::get(self.reader().await?.on(), practice, contact).await
    }

    async fn keep_said(&self, practice: &PracticeId, contact: ContactId, said: &Said) -> Stored<()> {
        contact_views::keep(self.writer().await?.on(), practice, contact, said).await
    }

    async fn settings(&self, practice: &PracticeId, digest: SettingsDigest) -> Stored<Option<String>> {
        kept_settings::get(self.reader().await?.on(), practice, digest).await
    }

    async fn forget_settings(&self) -> Stored<u64> {
        let practices = kept_settings::unnamed(self.reader().await?.on()).await?;
        let mut forgotten = 0;
        for practice in &practices {
            let (mut open, turn) = self.open_for(practice).await?;
            let removed = kept_settings::forget(open.on(), practice).await?;
            open.commit().await?;
            drop(turn);
            forgotten += removed;
        }
        Ok(forgotten)
    }

    async fn intent(&self, practice: &PracticeId, id: IntentId) -> Stored<Option<Intent>> {
        intents::get(self.reader().await?.on(), practice, id).await
    }

    async fn intents_of(&self, contact: &Contact) -> Stored<Vec<Intent>> {
        if contact.intents.is_empty() {
            return Ok(Vec::new());
        }
        intents::get_all(self.reader().await?.on(), &contact.practice, &contact.intents).await
    }

    async fn intents_about(&self, practice: &PracticeId, patients: &[PatientId], contacts: u32) -> Stored<Vec<Intent>> {
        if patients.is_empty() {
            return Ok(Vec::new());
        }
        intents::about(self.reader().await?.on(), practice, patients, contacts).await
    }

    async fn intent_by_op(&self, practice: &PracticeId, op: &OpId) -> Stored<Option<Intent>> {
        intents::get_by_op(self.reader().await?.on(), practice, op).await
    }

    async fn claims(&self, practice: &PracticeId, resource: &str, window: Span) -> Stored<Vec<Claim>> {
        claims::overlapping(self.reader().await?.on(), practice, resource, window).await
    }

    async fn appointment(
        &self,
        practice: &PracticeId,
        feature: Option<&FeatureId>,
        id: &AppointmentId,
    ) -> Stored<Option<Appointment>> {
        appointments::get(self.reader().await?.on(), practice, feature, id).await
    }

    async fn appointments_named(
        &self,
        practice: &PracticeId,
        names: &[(&FeatureId, &AppointmentId)],
    ) -> Stored<Vec<Appointment>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        appointments::get_all(self.reader().await?.on(), practice, names).await
    }

    async fn appointments(&self, practice: &PracticeId, window: Span, page: &Page) -> Stored<Listed<Appointment>> {
        appointments::list(self.reader().await?.on(), practice, window, page).await
    }

    async fn known_agendas(&self, practice: &PracticeId) -> Stored<Vec<KnownAgendas>> {
        known_agendas::list(self.reader().await?.on(), practice).await
    }

    async fn intents_to_verify(&self, practice: &PracticeId, page: &Page) -> Stored<Listed<Intent>> {
        intents::to_verify(self.reader().await?.on(), practice, page).await
    }

    async fn absences(&self, practice: &PracticeId, window: Span) -> Stored<Vec<ReportedAbsence>> {
        absences::overlapping(self.reader().await?.on(), practice, window).await
    }

    async fn agenda_watches(&self, practice: &PracticeId) -> Stored<Vec<AgendaWatch>> {
        agenda_watches::list(self.reader().await?.on(), practice).await
    }

    async fn mirrored(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        binding: &str,
        agendas: &[AgendaId],
        window: Span,
    ) -> Stored<Option<Mirrored>> {
        agenda_mirrors::get(self.reader().await?.on(), practice, feature, binding, agendas, window).await
    }

    async fn keep_agendas(&self, practice: &PracticeId, known: &KnownAgendas) -> Stored<()> {
        known_agendas::keep(self.writer().await?.on(), practice, known).await
    }

    async fn message(&self, practice: &PracticeId, id: MessageId) -> Stored<Option<Message>> {
        messages::get(self.reader().await?.on(), practice, id).await
    }

    async fn messages(
        &self,
        practice: &PracticeId,
        state: Option<MessageState>,
        page: &Page,
    ) -> Stored<Listed<Message>> {
        messages::list(self.reader().await?.on(), practice, state, page).await
    }

    async fn commitment(&self, practice: &PracticeId, id: CommitmentId) -> Stored<Option<Commitment>> {
        commitments::get(self.reader().await?.on(), practice, id).await
    }

    async fn commitments_named(&self, practice: &PracticeId, ids: &[CommitmentId]) -> Stored<Vec<Commitment>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        commitments::get_all(self.reader().await?.on(), practice, ids).await
    }

    async fn alert(&self, practice: &PracticeId, id: AlertId) -> Stored<Option<Alert>> {
        alerts::get(self.reader().await?.on(), practice, id).await
    }

    async fn alerts(&self, practice: &PracticeId, state: Option<AlertState>, page: &Page) -> Stored<Listed<Alert>> {
        alerts::list(self.reader().await?.on(), practice, state, page).await
    }

    async fn live_alerts(&self, practices: &[PracticeId], state: LiveState, page: &Page) -> Stored<Listed<Alert>> {
        alerts::list_live(self.reader().await?.on(), practices, state, page).await
    }

    async fn commitments(
        &self,
        practice: &PracticeId,
        state: Option<CommitmentState>,
        page: &Page,
    ) -> Stored<Listed<Commitment>> {
        commitments::list(self.reader().await?.on(), practice, state, page).await
    }

    async fn open_commitments(&self, practice: &PracticeId, due: Span) -> Stored<Vec<Commitment>> {
        commitments::open(self.reader().await?.on(), practice, due).await
    }

    async fn audit(
        &self,
        practice: &PracticeId,
        contact: Option<ContactId>,
        page: &Page,
    ) -> Stored<Listed<AuditEvent>> {
        audit::list(self.reader().await?.on(), practice, contact, page).await
    }

    async fn lease_jobs(&self, lane: Lane, limit: u32, per_practice: u32, lease: Duration) -> Stored<Vec<LeasedJob>> {
        jobs::lease(self.writer().await?.on(), &self.lease_clock, lane, limit, per_practice, lease).await
    }

    async fn renew_jobs(&self, held: &[(JobId, u32)], lease: Duration) -> Stored<Vec<JobId>> {
        let mut open = self.open().await?;
        let renewed = jobs::renew(open.on(), &self.lease_clock, held, lease).await?;
        open.commit().await?;
        Ok(renewed)
    }

    async fn next_job_in(&self, lane: Lane) -> Stored<Option<Duration>> {
        jobs::next_in(self.reader().await?.on(), &self.lease_clock, lane).await
    }

    async fn lane_depths(&self) -> Stored<Vec<LaneDepth>> {
        jobs::depths(self.reader().await?.on(), &self.lease_clock).await
    }

    async fn finish_job(&self, id: JobId, attempt: u32) -> Stored<()> {
        jobs::finish(self.writer().await?.on(), id, attempt).await
    }

    async fn retry_job(&self, id: JobId, attempt: u32, failures: u32, after: Duration) -> Stored<()> {
        jobs::retry(self.writer().await?.on(), &self.lease_clock, id, attempt, failures, after).await
    }

    async fn dead_letter(&self, practice: &PracticeId, id: JobId) -> Stored<Option<DeadLetter>> {
        dead_letters::get(self.reader().await?.on(), practice, id).await
    }

    async fn dead_letters(
        &self,
        practice: &PracticeId,
        state: Option<DeadLetterState>,
        page: &Page,
    ) -> Stored<Listed<DeadLetter>> {
        dead_letters::list(self.reader().await?.on(), practice, state, page).await
    }

    async fn mark_restored(&self, at: Instant, taken_at: Option<Instant>) -> Stored<Restore> {
        let mut open = self.open().await?;
        let restore = recoveries::mark(open.on(), at, taken_at).await?;
        open.commit().await?;
        Ok(restore)
    }

    async fn recovery(&self, practice: &PracticeId) -> Stored<Option<Recovery>> {
        recoveries::get(self.reader().await?.on(), practice).await
    }

    async fn under_way(&self, practice: &PracticeId, limit: u32) -> Stored<Vec<UnderWay>> {
        recoveries::under_way(self.reader().await?.on(), practice, limit).await
    }

    async fn is_under_way(&self, practice: &PracticeId, what: UnderWay) -> Stored<bool> {
        recoveries::is_under_way(self.reader().await?.on(), practice, what).await
    }

    async fn ready(&self) -> Stored<()> {
        let pending = migrations::pending(self).await.map_err(unavailable)?;
        match pending.len() {
            0 => Ok(()),
            pending => Err(unavailable(SetupError::SchemaOlder { pending })),
        }
    }
}
