//! The database in memory.

use std::cmp::Reverse;
use std::collections::BTreeMap;
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
use greffon_core::model::intent::{Appointment, Claim, Intent, IntentState};
use greffon_core::model::job::{Lane, LaneDepth, LeasedJob};
use greffon_core::model::known_agendas::{KnownAgendas, MAX_KNOWN_BYTES};
use greffon_core::model::message::{Message, MessageState};
use greffon_core::model::patient::{Patient, Term};
use greffon_core::model::pin::SettingsDigest;
use greffon_core::model::recovery::{Recovery, Restore, UnderWay};
use greffon_core::model::view::Said;
use greffon_core::ports::storage::{Listed, Page, Storage, StorageError, Stored, Transaction};
use greffon_core::time::{Instant, Span};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Sabotage;
use super::faults::Effect;
use super::mirrors;
use super::rows::{Rows, by_age, check_key, open_commitments, overlapping, patients_with};

mod agenda_turns;
mod backup;
mod memory;
mod transaction;
mod turns;

pub use backup::MemoryBackup;
use memory::JobRow;
pub use memory::MemoryStorage;
use transaction::MemoryTransaction;

/// Pages are no longer than this, as the port says.
const PAGE_MAX: u32 = 200;

/// Most jobs of one lease, as in the databases.
const MAX_LEASED: u32 = 1000;

/// The page of a list that its cursor names: what comes behind it. `place` is
/// where a row stands in the order of the list.
fn listed<'r, T: Clone + 'r, P: Ord + Serialize + DeserializeOwned>(
    list: &str,
    rows: impl Iterator<Item = &'r T>,
    place: impl Fn(&T) -> P,
    page: &Page,
) -> Stored<Listed<T>> {
    let after = page.cursor.as_deref().map(|cursor| read_cursor::<P>(list, cursor)).transpose()?;
    let mut behind: Vec<(P, &T)> = rows
        .map(|row| (place(row), row))
        .filter(|(place, _)| after.as_ref().is_none_or(|after| place > after))
        .collect();
    behind.sort_by(|(one, _), (other, _)| one.cmp(other));
    let limit = usize::try_from(page.limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    let more = behind.len() > limit;
    behind.truncate(limit);
    let next = behind.last().filter(|_| more).map(|(place, _)| cursor(list, place));
    Ok(Listed { items: behind.into_iter().map(|(_, row)| row.clone()).collect(), next })
}

/// Hexadecimal, so that a client may put it into an address as it is.
fn cursor<P: Serialize>(list: &str, place: &P) -> String {
    let json = serde_json::to_vec(&(list, place)).expect("ids, texts and numbers always become JSON");
    json.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_cursor<P: DeserializeOwned>(list: &str, cursor: &str) -> Stored<P> {
    let digits = |at: usize| cursor.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let json: Option<Vec<u8>> = (0..cursor.len()).step_by(2).map(digits).collect();
    match json.and_then(|json| serde_json::from_slice::<(String, P)>(&json).ok()) {
        Some((of, place)) if of == list => Ok(place),
        _ => Err(StorageError::InvalidCursor),
    }
}

#[async_trait]
impl Storage for MemoryStorage {
    async fn begin(&self, practice: &PracticeId) -> Stored<Box<dyn Transaction>> {
        self.effect(Effect::StorageRead).await?;
        let writer = self.lock().writers.entry(practice.clone()).or_default().clone();
        let guard = writer.lock_owned().await;
        Ok(Box::new(MemoryTransaction::new(self.clone(), practice.clone(), guard)))
    }

    async fn practice_of_contact(&self, id: ContactId) -> Stored<Option<PracticeId>> {
        self.effect(Effect::StorageRead).await?;
        let tables = self.lock();
        let mut all = tables.practices.iter();
        Ok(all.find(|(_, rows)| rows.contacts.contains_key(&id)).map(|(practice, _)| practice.clone()))
    }

    async fn practice_of_commitment(&self, id: CommitmentId) -> Stored<Option<PracticeId>> {
        self.effect(Effect::StorageRead).await?;
        let tables = self.lock();
        let mut all = tables.practices.iter();
        Ok(all.find(|(_, rows)| rows.commitments.contains_key(&id)).map(|(practice, _)| practice.clone()))
    }

    async fn practice_of_alert(&self, id: AlertId) -> Stored<Option<PracticeId>> {
        self.effect(Effect::StorageRead).await?;
        let tables = self.lock();
        let mut all = tables.practices.iter();
        Ok(all.find(|(_, rows)| rows.alerts.contains_key(&id)).map(|(practice, _)| practice.clone()))
    }

    async fn practice_of_dead_letter(&self, id: JobId) -> Stored<Option<PracticeId>> {
        self.effect(Effect::StorageRead).await?;
        let tables = self.lock();
        let mut all = tables.practices.iter();
        Ok(all.find(|(_, rows)| rows.dead_letters.contains_key(&id)).map(|(practice, _)| practice.clone()))
    }

    async fn practices_of_appointment(&self, id: &AppointmentId) -> Stored<Vec<PracticeId>> {
        self.effect(Effect::StorageRead).await?;
        let tables = self.lock();
        let holds = |rows: &Rows| rows.appointments.keys().any(|(_, held)| held == id);
        Ok(tables.practices.iter().filter(|(_, rows)| holds(rows)).map(|(practice, _)| practice.clone()).collect())
    }

    async fn contact(&self, practice: &PracticeId, id: ContactId) -> Stored<Option<Contact>> {
        self.read(practice, |rows| rows.contacts.get(&id).cloned()).await
    }

    async fn contacts(
        &self,
        practice: &PracticeId,
        state: Option<ContactState>,
        page: &Page,
    ) -> Stored<Listed<Contact>> {
        self.read(practice, |rows| {
            let wanted = |contact: &&Contact| state.is_none_or(|state| contact.state == state);
            let newest = |contact: &Contact| Reverse((contact.received_at, contact.id));
            listed("contacts", rows.contacts.values().filter(wanted), newest, page)
        })
        .await?
    }

    async fn contacts_of(
        &self,
        practice: &PracticeId,
        origin: Option<&str>,
        patients: &[PatientId],
        limit: u32,
    ) -> Stored<Vec<Contact>> {
        self.read(practice, |rows| {
            let same = |contact: &&Contact| {
                (origin.is_some() && contact.origin.as_deref() == origin)
                    || contact.patient.patient().is_some_and(|patient| patients.contains(&patient))
            };
            let mut found: Vec<&Contact> = rows.contacts.values().filter(same).collect();
            found.sort_by_key(|contact| Reverse((contact.received_at, contact.id)));
            found.into_iter().take(limit as usize).cloned().collect()
        })
        .await
    }

    async fn patient(&self, practice: &PracticeId, id: PatientId) -> Stored<Option<Patient>> {
        self.read(practice, |rows| rows.patients.get(&id).cloned()).await
    }

    async fn patients_with(&self, practice: &PracticeId, terms: &[Term], limit: u32) -> Stored<Vec<Patient>> {
        self.read(practice, |rows| patients_with(&rows.patients, terms, limit)).await
    }

    async fn doubtful_patients(&self, practice: &PracticeId, page: &Page) -> Stored<Listed<Patient>> {
        self.read(practice, |rows| {
            let doubtful = rows.patients.values().filter(|one| one.is_doubtful());
            listed("patients", doubtful, |one| (one.created_at, one.id), page)
        })
        .await?
    }

    async fn old_contacts(&self, practice: &PracticeId, before: Instant, page: &Page) -> Stored<Listed<Contact>> {
        self.read(practice, |rows| {
            let old = |one: &&Contact| one.state == ContactState::Closed && one.received_at < before;
            listed("old contacts", rows.contacts.values().filter(old), |one| (one.received_at, one.id), page)
        })
        .await?
    }

    async fn old_patients(&self, practice: &PracticeId, before: Instant, page: &Page) -> Stored<Listed<Patient>> {
        self.read(practice, |rows| {
            let old = |one: &&Patient| one.merged_into.is_none() && one.last_heard_of() < before;
            listed("old patients", rows.patients.values().filter(old), |one| (one.last_heard_of(), one.id), page)
        })
        .await?
    }

    async fn said(&self, practice: &PracticeId, contact: ContactId) -> Stored<Option<Said>> {
        self.read(practice, |rows| rows.views.get(&contact).cloned()).await
    }

    async fn keep_said(&self, practice: &PracticeId, contact: ContactId, said: &Said) -> Stored<()> {
        self.effect(Effect::StorageWrite).await?;
        let mut tables = self.lock();
        let Some(rows) = tables.practices.get_mut(practice) else { return Ok(()) };
        if rows.contacts.get(&contact).is_some_and(|stored| stored.version == said.of.contact) {
            rows.views.insert(contact, said.clone());
        }
        Ok(())
    }

    async fn settings(&self, practice: &PracticeId, digest: SettingsDigest) -> Stored<Option<String>> {
        self.read(practice, |rows| rows.settings.get(&digest).cloned()).await
    }

    async fn forget_settings(&self) -> Stored<u64> {
        self.effect(Effect::StorageWrite).await?;
        Ok(self.lock().practices.values_mut().map(Rows::forget_settings).sum())
    }

    async fn intent(&self, practice: &PracticeId, id: IntentId) -> Stored<Option<Intent>> {
        self.read(practice, |rows| rows.intents.get(&id).cloned()).await
    }

    async fn intents_of(&self, contact: &Contact) -> Stored<Vec<Intent>> {
        if contact.intents.is_empty() {
            return Ok(Vec::new());
        }
        self.read(&contact.practice, |rows| {
            contact.intents.iter().filter_map(|id| rows.intents.get(id).cloned()).collect()
        })
        .await
    }

    async fn intents_about(&self, practice: &PracticeId, patients: &[PatientId], contacts: u32) -> Stored<Vec<Intent>> {
        if patients.is_empty() {
            return Ok(Vec::new());
        }
        self.read(practice, |rows| {
            let is_about = |one: &&Contact| one.patient.patient().is_some_and(|patient| patients.contains(&patient));
            let mut about: Vec<&Contact> = rows.contacts.values().filter(is_about).collect();
            about.sort_by_key(|one| Reverse((one.received_at, one.id)));
            about.truncate(usize::try_from(contacts).unwrap_or(usize::MAX));
            let is_of = |intent: &&Intent| intent.contact.is_some_and(|id| about.iter().any(|one| one.id == id));
            rows.intents.values().filter(is_of).cloned().collect()
        })
        .await
    }

    async fn intent_by_op(&self, practice: &PracticeId, op: &OpId) -> Stored<Option<Intent>> {
        self.read(practice, |rows| rows.ops.get(op).and_then(|id| rows.intents.get(id)).cloned()).await
    }

    async fn claims(&self, practice: &PracticeId, resource: &str, window: Span) -> Stored<Vec<Claim>> {
        self.read(practice, |rows| {
            let wanted = |claim: &&Claim| claim.resource == resource && claim.span.overlaps(&window);
            let mut claims: Vec<Claim> = rows.live_claims().map(|(_, claim)| claim).filter(wanted).cloned().collect();
            claims.sort_by_key(|claim| (claim.span.start, claim.span.end, claim.seat));
            claims
        })
        .await
    }

    async fn appointment(
        &self,
        practice: &PracticeId,
        feature: Option<&FeatureId>,
        id: &AppointmentId,
    ) -> Stored<Option<Appointment>> {
        self.read(practice, |rows| {
            let wanted = |one: &&Appointment| one.id == *id && feature.is_none_or(|feature| one.feature == *feature);
            let mut found = rows.appointments.values().filter(wanted);
            // Of two it would be a guess.
            found.next().filter(|_| found.next().is_none()).cloned()
        })
        .await
    }

    async fn appointments_named(
        &self,
        practice: &PracticeId,
        names: &[(&FeatureId, &AppointmentId)],
    ) -> Stored<Vec<Appointment>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.read(practice, |rows| {
            let is_named = |one: &&Appointment| names.contains(&(&one.feature, &one.id));
            rows.appointments.values().filter(is_named).cloned().collect()
        })
        .await
    }

    async fn appointments(&self, practice: &PracticeId, window: Span, page: &Page) -> Stored<Listed<Appointment>> {
        self.read(practice, |rows| {
            let inside = rows.appointments.values().filter(|one| one.held.span.overlaps(&window));
            let earliest = |one: &Appointment| (one.held.span.start, one.feature.clone(), one.id.clone());
            listed("appointments", inside, earliest, page)
        })
        .await?
    }

    async fn approvals(&self) -> Stored<Vec<Approval>> {
        self.inner.pace.point().await;
        let tables = self.lock();
        Ok(tables.practices.values().flat_map(|rows| rows.approvals.values().cloned()).collect())
    }

    async fn approvals_mark(&self) -> Stored<i64> {
        Ok(self.approvals().await?.iter().map(|one| one.version).sum())
    }

    async fn inbound_addresses(&self, practice: &PracticeId) -> Stored<Vec<InboundAddress>> {
        self.read(practice, |rows| by_age(rows.inbound.values().cloned().collect())).await
    }

    async fn inbound_address(&self, digest: &str) -> Stored<Option<InboundAddress>> {
        self.inner.pace.point().await;
        let tables = self.lock();
        Ok(tables.practices.values().flat_map(|rows| rows.inbound.values()).find(|one| one.digest == digest).cloned())
    }

    async fn known_agendas(&self, practice: &PracticeId) -> Stored<Vec<KnownAgendas>> {
        self.read(practice, |rows| rows.agendas.values().cloned().collect()).await
    }

    async fn intents_to_verify(&self, practice: &PracticeId, page: &Page) -> Stored<Listed<Intent>> {
        self.read(practice, |rows| {
            let waits = |intent: &&Intent| intent.state == IntentState::NeedsHuman;
            listed("intents", rows.intents.values().filter(waits), |intent| Reverse(intent.id), page)
        })
        .await?
    }

    async fn agenda_watches(&self, practice: &PracticeId) -> Stored<Vec<AgendaWatch>> {
        self.read(practice, |rows| rows.watches.values().cloned().collect()).await
    }

    async fn mirrored(
        &self,
        practice: &PracticeId,
        feature: &FeatureId,
        binding: &str,
        agendas: &[AgendaId],
        window: Span,
    ) -> Stored<Option<Mirrored>> {
        self.read(practice, |rows| mirrors::read(&rows.mirrors, feature, binding, agendas, window)).await
    }

    async fn absences(&self, practice: &PracticeId, window: Span) -> Stored<Vec<ReportedAbsence>> {
        self.read(practice, |rows| overlapping(rows.absences.values(), window)).await
    }

    async fn keep_agendas(&self, practice: &PracticeId, known: &KnownAgendas) -> Stored<()> {
        self.effect(Effect::StorageWrite).await?;
        check_key("feature", known.feature.as_str())?;
        if serde_json::to_vec(known).map_or(usize::MAX, |doc| doc.len()) > MAX_KNOWN_BYTES {
            let why = "they are described with more than 1 MiB";
            return Err(StorageError::NotStorable { thing: "agendas", why });
        }
        let mut tables = self.lock();
        let rows = tables.practices.entry(practice.clone()).or_default();
        rows.agendas.insert(known.feature.clone(), known.clone());
        Ok(())
    }

    async fn message(&self, practice: &PracticeId, id: MessageId) -> Stored<Option<Message>> {
        self.readable(practice, id)?;
        self.read(practice, |rows| rows.messages.get(&id).cloned()).await
    }

    async fn messages(
        &self,
        practice: &PracticeId,
        state: Option<MessageState>,
        page: &Page,
    ) -> Stored<Listed<Message>> {
        self.read(practice, |rows| {
            let wanted = |message: &&Message| state.is_none_or(|state| message.state == state);
            let newest = |message: &Message| Reverse((message.created_at, message.id));
            listed("messages", rows.messages.values().filter(wanted), newest, page)
        })
        .await?
    }

    async fn commitment(&self, practice: &PracticeId, id: CommitmentId) -> Stored<Option<Commitment>> {
        self.read(practice, |rows| rows.commitments.get(&id).cloned()).await
    }

    async fn commitments_named(&self, practice: &PracticeId, ids: &[CommitmentId]) -> Stored<Vec<Commitment>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.read(practice, |rows| ids.iter().filter_map(|id| rows.commitments.get(id).cloned()).collect()).await
    }

    async fn alert(&self, practice: &PracticeId, id: AlertId) -> Stored<Option<Alert>> {
        let looks_ended = self.inner.sabotage == Some(Sabotage::AlertsLookEnded);
        self.read(practice, |rows| {
            let alert = rows.alerts.get(&id).cloned()?;
            let state = if looks_ended { AlertState::Ended } else { alert.state };
            Some(Alert { state, ..alert })
        })
        .await
    }

    async fn alerts(&self, practice: &PracticeId, state: Option<AlertState>, page: &Page) -> Stored<Listed<Alert>> {
        let listing = |rows: &Rows| {
            let wanted = |one: &&Alert| state.is_none_or(|state| one.state == state);
            listed("alerts", rows.alerts.values().filter(wanted), |one| (Reverse(one.raised_at), Reverse(one.id)), page)
        };
        self.read(practice, listing).await?
    }

    async fn live_alerts(&self, practices: &[PracticeId], state: LiveState, page: &Page) -> Stored<Listed<Alert>> {
        self.effect(Effect::StorageRead).await?;
        let tables = self.lock();
        let of_these = tables.practices.iter().filter(|(practice, _)| practices.contains(practice));
        let live = of_these.flat_map(|(_, rows)| rows.alerts.values()).filter(|one| one.state == state.into());
        listed("live alerts", live, |one| (one.level, one.raised_at, one.id), page)
    }

    async fn commitments(
        &self,
        practice: &PracticeId,
        state: Option<CommitmentState>,
        page: &Page,
    ) -> Stored<Listed<Commitment>> {
        self.read(practice, |rows| {
            let wanted = |one: &&Commitment| state.is_none_or(|state| one.state == state);
            listed("commitments", rows.commitments.values().filter(wanted), |one| (one.due, one.id), page)
        })
        .await?
    }

    async fn open_commitments(&self, practice: &PracticeId, due: Span) -> Stored<Vec<Commitment>> {
        self.read(practice, |rows| open_commitments(&rows.commitments, due)).await
    }

    async fn audit(
        &self,
        practice: &PracticeId,
        contact: Option<ContactId>,
        page: &Page,
    ) -> Stored<Listed<AuditEvent>> {
        self.read(practice, |rows| {
            let wanted = |event: &&AuditEvent| contact.is_none() || event.contact == contact;
            listed("audit", rows.audit.iter().filter(wanted), |event| Reverse((event.at, event.id)), page)
        })
        .await?
    }

    async fn lease_jobs(&self, lane: Lane, limit: u32, per_practice: u32, lease: Duration) -> Stored<Vec<LeasedJob>> {
        self.effect(Effect::StorageWrite).await?;
        let now = self.now();
        let mut tables = self.lock();
        let of_lane = |row: &&JobRow| row.lane == lane;
        let mut held: BTreeMap<PracticeId, u32> = BTreeMap::new();
        for row in tables.jobs.values().filter(of_lane).filter(|row| row.leased_until.is_some_and(|until| until > now))
        {
            *held.entry(row.practice.clone()).or_default() += 1;
        }
        let mut due: Vec<_> = tables.jobs.iter().filter(|(_, row)| row.lane == lane && row.free_at() <= now).collect();
        due.retain(|(_, row)| held.get(&row.practice).is_none_or(|held| *held < per_practice));
        due.sort_by_key(|(id, row)| (row.run_at, **id));
        due.truncate(usize::try_from(limit.min(MAX_LEASED)).unwrap_or(usize::MAX));
        due.retain(|(_, row)| {
            let held = held.entry(row.practice.clone()).or_default();
            *held += 1;
            *held <= per_practice
        });
        let ids: Vec<JobId> = due.into_iter().map(|(id, _)| *id).collect();
        let mut leased = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(row) = tables.jobs.get_mut(&id) else { continue };
            row.attempt += 1;
            row.failures += u32::from(row.leased_until.is_some());
            row.leased_until = Some(now + lease);
            leased.push(LeasedJob {
                id,
                practice: row.practice.clone(),
                job: row.job.clone(),
                lane,
                attempt: row.attempt,
                failures: row.failures,
                waited: now.since(row.run_at),
            });
        }
        Ok(leased)
    }

    async fn renew_jobs(&self, held: &[(JobId, u32)], lease: Duration) -> Stored<Vec<JobId>> {
        self.effect(Effect::StorageWrite).await?;
        let until = self.now() + lease;
        let mut tables = self.lock();
        let mut renewed = Vec::new();
        for (id, attempt) in held {
            let row = tables.jobs.get_mut(id).filter(|row| row.attempt == *attempt && row.leased_until.is_some());
            if let Some(row) = row {
                row.leased_until = Some(until);
                renewed.push(*id);
            }
        }
        Ok(renewed)
    }

    async fn next_job_in(&self, lane: Lane) -> Stored<Option<Duration>> {
        self.effect(Effect::StorageRead).await?;
        let next = self.lock().jobs.values().filter(|row| row.lane == lane).map(JobRow::free_at).min();
        Ok(next.map(|at| at.since(self.now())))
    }

    async fn lane_depths(&self) -> Stored<Vec<LaneDepth>> {
        self.effect(Effect::StorageRead).await?;
        let now = self.now();
        let tables = self.lock();
        let depth = |lane| {
            let waiting = || tables.jobs.values().filter(|row| row.lane == lane && row.free_at() <= now);
            let oldest = waiting().map(|row| now.since(row.run_at)).max().unwrap_or_default();
            LaneDepth { lane, waiting: waiting().count() as u64, oldest }
        };
        Ok(Lane::ALL.map(depth).to_vec())
    }

    async fn finish_job(&self, id: JobId, attempt: u32) -> Stored<()> {
        self.effect(Effect::StorageWrite).await?;
        let mut tables = self.lock();
        if tables.jobs.get(&id).is_some_and(|row| row.attempt == attempt) {
            tables.jobs.remove(&id);
        }
        Ok(())
    }

    async fn retry_job(&self, id: JobId, attempt: u32, failures: u32, after: Duration) -> Stored<()> {
        self.effect(Effect::StorageWrite).await?;
        let run_at = self.now() + after;
        if let Some(row) = self.lock().jobs.get_mut(&id).filter(|row| row.attempt == attempt) {
            row.run_at = run_at;
            row.failures = failures;
            row.leased_until = None;
        }
        Ok(())
    }

    async fn dead_letter(&self, practice: &PracticeId, id: JobId) -> Stored<Option<DeadLetter>> {
        self.read(practice, |rows| rows.dead_letters.get(&id).cloned()).await
    }

    async fn dead_letters(
        &self,
        practice: &PracticeId,
        state: Option<DeadLetterState>,
        page: &Page,
    ) -> Stored<Listed<DeadLetter>> {
        self.read(practice, |rows| {
            let wanted = |one: &&DeadLetter| state.is_none_or(|state| one.state == state);
            listed(
                "dead letters",
                rows.dead_letters.values().filter(wanted),
                |one| Reverse((one.died_at, one.id)),
                page,
            )
        })
        .await?
    }

    async fn mark_restored(&self, at: Instant, taken_at: Option<Instant>) -> Stored<Restore> {
        self.effect(Effect::StorageWrite).await?;
        Ok(self.note_restore(at, taken_at))
    }

    async fn recovery(&self, practice: &PracticeId) -> Stored<Option<Recovery>> {
        let stored = self.read(practice, |rows| rows.recovery.clone()).await?;
        Ok(self.recovery_of(practice, stored))
    }

    async fn under_way(&self, practice: &PracticeId, limit: u32) -> Stored<Vec<UnderWay>> {
        self.read(practice, |rows| rows.under_way.iter().take(limit as usize).copied().collect()).await
    }

    async fn is_under_way(&self, practice: &PracticeId, what: UnderWay) -> Stored<bool> {
        self.read(practice, |rows| rows.under_way.contains(&what)).await
    }

    async fn ready(&self) -> Stored<()> {
        self.effect(Effect::StorageRead).await
    }
}

#[cfg(test)]
mod tests;
