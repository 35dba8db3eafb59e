//! Removes what has been kept for long enough. What is old is decided by
//! [`crate::model::retention`]; here it is found, looked at again in the transaction that
//! removes it, and counted in the journal, which keeps ids, codes and numbers only.

use std::sync::Arc;
use std::time::Duration;

use super::act::{Act, Acts};
use super::error::Flow;
use super::journal::Entry;
use crate::ids::{AppointmentId, ContactId, FeatureId, JobId, PatientId, PracticeId};
use crate::model::agenda_mirror::KEPT_AFTER_END_MS;
use crate::model::audit::Actor;
use crate::model::civil::{MINUTES_PER_DAY, Zone};
use crate::model::inbound::KNOWN_FOR_MS;
use crate::model::intent::{Appointment, Intent, IntentKind};
use crate::model::job::{Due, Job, Lane};
use crate::model::patient::{Patient, terms_of_patient};
use crate::model::trail::Trail;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Page, Storage, StorageError, Stored, Transaction};
use crate::time::Instant;

/// Contacts and patients that are read at once.
const AT_ONCE: u32 = 100;

/// Messages that are removed at once.
const MESSAGES_AT_ONCE: u32 = 1000;

/// More records that may resemble one are not looked at.
const MAX_ALIKE: u32 = 200;

/// Minute of the night at which it is done, when nobody calls.
const NIGHT_MIN: u16 = 3 * 60 + 20;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Contacts, each with all that was kept about it.
    pub contacts: u64,
    /// Messages.
    pub messages: u64,
    /// Patients, each with the records that were found to be it.
    pub patients: u64,
}

impl Removed {
    /// Whether it was nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.contacts + self.messages + self.patients == 0
    }
}

/// What the practices have kept for long enough.
#[derive(Clone)]
pub struct Retention {
    acts: Acts,
    storage: Arc<dyn Storage>,
}

impl Retention {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>) -> Self {
        Self { acts, storage }
    }

    /// Removes all that a practice has kept for long enough; nothing while it holds. Each
    /// contact and each patient is a transaction, so that the desk is never behind all of them.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Storage`: what was removed until then stays so.
    pub async fn purge(&self, practice: &PracticeId, actor: &Actor) -> Flow<Removed> {
        let practice = self.acts.practice(practice)?;
        let rules = &practice.retention;
        if rules.hold {
            return Ok(Removed::default());
        }
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        tx.purge_mirrors(act.now.plus_millis(-KEPT_AFTER_END_MS)).await?;
        tx.forget_deliveries(act.now.plus_millis(-KNOWN_FOR_MS)).await?;
        tx.commit().await?;
        // A patient is named by contacts: those go first.
        Ok(Removed {
            contacts: self.purge_contacts(act, rules.contacts_before(act.now)).await?,
            messages: self.purge_messages(act, rules.messages_before(act.now)).await?,
            patients: self.purge_patients(act, rules.patients_before(act.now)).await?,
        })
    }

    /// Writes the job that does so every night, where a practice has none. Says whether.
    pub(crate) async fn enqueue(&self, practice: &PracticeId) -> Stored<bool> {
        let Ok(practice) = self.acts.practice(practice) else { return Ok(false) };
        let id = JobId::named(&format!("purge {}", practice.id));
        let written = async {
            let mut tx = self.storage.begin(&practice.id).await?;
            tx.enqueue(id, &Job::Purge, Lane::Bulk, Due::After(self.until_night(&practice))).await?;
            tx.commit().await
        };
        match written.await {
            Ok(()) => Ok(true),
            Err(StorageError::Exists { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How long it is until the practice's next night.
    pub(crate) fn until_night(&self, practice: &LivePractice) -> Duration {
        let (zone, now) = (Zone::of(practice), self.acts.now());
        let night = |minute| zone.at_minute(zone.date(now), minute);
        let next = if night(NIGHT_MIN) > now { night(NIGHT_MIN) } else { night(NIGHT_MIN + MINUTES_PER_DAY) };
        next.since(now)
    }

    async fn purge_contacts(&self, act: Act<'_>, before: Instant) -> Flow<u64> {
        let mut removed = 0;
        let mut page = Page { limit: AT_ONCE, cursor: None };
        loop {
            let old = self.storage.old_contacts(&act.practice.id, before, &page).await?;
            for contact in &old.items {
                removed += u64::from(self.purge_contact(act, contact.id, before).await?);
            }
            match old.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(removed),
            }
        }
    }

    /// Removes a contact that is over. Says whether.
    async fn purge_contact(&self, act: Act<'_>, id: ContactId, before: Instant) -> Flow<bool> {
        let mut tx = self.storage.begin(&act.practice.id).await?;
        let Some(trail) = trail_of(tx.as_mut(), id).await?.filter(|trail| trail.is_over(before)) else {
            return Ok(false);
        };
        if let Some(patient) = trail.contact.patient.patient()
            && let Some(mut known) = tx.patient(patient).await?
            && known.heard_of_at.is_none_or(|at| at < trail.contact.received_at)
        {
            known.heard_of_at = Some(trail.contact.received_at);
            tx.save_patient(&mut known).await?;
        }
        tx.remove_contact(&trail).await?;
        let entry = Entry::new("contact.removed")
            .in_contact(Some(id))
            .field("bookings", trail.intents.len())
            .field("promises", trail.commitments.len());
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    async fn purge_messages(&self, act: Act<'_>, before: Instant) -> Flow<u64> {
        let mut all = 0;
        loop {
            let mut tx = self.storage.begin(&act.practice.id).await?;
            let removed = tx.remove_messages(before, MESSAGES_AT_ONCE).await?;
            if removed > 0 {
                self.acts.note(tx.as_mut(), act, Entry::new("messages.removed").field("count", removed)).await?;
                tx.commit().await?;
            }
            all += removed;
            if removed < u64::from(MESSAGES_AT_ONCE) {
                return Ok(all);
            }
        }
    }

    async fn purge_patients(&self, act: Act<'_>, before: Instant) -> Flow<u64> {
        let mut removed = 0;
        let mut page = Page { limit: AT_ONCE, cursor: None };
        loop {
            let old = self.storage.old_patients(&act.practice.id, before, &page).await?;
            for patient in &old.items {
                removed += u64::from(self.purge_patient(act, patient.id, before).await?);
            }
            match old.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(removed),
            }
        }
    }

    /// Removes a patient whom no contact names. Says whether.
    async fn purge_patient(&self, act: Act<'_>, id: PatientId, before: Instant) -> Flow<bool> {
        let mut tx = self.storage.begin(&act.practice.id).await?;
        let Some(patient) = tx.patient(id).await? else { return Ok(false) };
        let heard_of = last_heard_of(tx.as_mut(), &patient).await?;
        if patient.merged_into.is_some() || heard_of >= before || !tx.remove_patient(&patient).await? {
            return Ok(false);
        }
        let names = patient.all_names();
        for mut other in tx.patients_with(&terms_of_patient(&patient), MAX_ALIKE).await? {
            let before = other.resembles.len();
            other.resembles.retain(|name| !names.contains(name));
            if other.resembles.len() < before && !names.contains(&other.id) {
                tx.save_patient(&mut other).await?;
            }
        }
        let entry = Entry::new("patient.removed").about("patient", id).field("records", names.len());
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// When somebody last told of a patient, under any of its records.
async fn last_heard_of(tx: &mut dyn Transaction, patient: &Patient) -> Stored<Instant> {
    let mut last = patient.last_heard_of();
    for name in &patient.absorbed {
        last = last.max(tx.patient(*name).await?.map_or(last, |one| one.last_heard_of()));
    }
    Ok(last)
}

/// All that is kept about a contact.
async fn trail_of(tx: &mut dyn Transaction, id: ContactId) -> Stored<Option<Trail>> {
    let Some(contact) = tx.contact(id).await? else { return Ok(None) };
    let mut intents = tx.intents_in(id).await?;
    let mut commitments = Vec::new();
    for id in &contact.commitments {
        commitments.extend(tx.commitment(*id).await?);
    }
    let mut appointments: Vec<Appointment> = Vec::new();
    let mut names: Vec<(FeatureId, AppointmentId)> = intents.iter().flat_map(names_of).collect();
    names.sort_unstable();
    names.dedup();
    for (feature, name) in names {
        let Some(one) = tx.appointment(&feature, &name).await? else { continue };
        let is_own = intents.iter().any(|intent| intent.id == one.intent);
        let holder = if is_own { None } else { tx.intent(one.intent).await? };
        match holder {
            // What another contact moved since goes with that one.
            Some(Intent { contact: Some(_), .. }) => {}
            // What somebody moved without a contact goes with the first.
            holder => {
                intents.extend(holder);
                appointments.push(one);
            }
        }
    }
    Ok(Some(Trail { contact, intents, commitments, appointments }))
}

/// The appointments that an intent made or changed.
fn names_of(intent: &Intent) -> Vec<(FeatureId, AppointmentId)> {
    let changed = match &intent.kind {
        IntentKind::Book => None,
        IntentKind::Move(appointment) | IntentKind::Cancel { appointment, .. } => Some(appointment),
    };
    let names = intent.appointment.iter().map(|held| &held.id).chain(changed);
    names.map(|name| (intent.feature.clone(), name.clone())).collect()
}
