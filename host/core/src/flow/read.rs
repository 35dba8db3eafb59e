//! What is only read: no plugin is asked, and nothing changes.

mod agendas;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::ToSpan as _;

pub use self::agendas::{ForeignEntry, ReadAgenda, ReadEntry};
use super::act::Acts;
use super::error::{Flow, FlowError, Thing};
use super::patient::records_of;
use crate::ids::{AlertId, AppointmentId, CommitmentId, ContactId, JobId, PracticeId};
use crate::model::alert::{Alert, AlertState, LiveState};
use crate::model::audit::AuditEvent;
use crate::model::civil::Zone;
use crate::model::commitment::{
    CHECK_APPOINTMENT, CallbackWindow, Commitment, CommitmentState, MOVE_APPOINTMENT, VERIFY_BOOKING, callback_windows,
};
use crate::model::contact::{Contact, ContactState};
use crate::model::dead_letter::{DeadLetter, DeadLetterState};
use crate::model::intent::Appointment;
use crate::model::job::{Due, Job, Lane};
use crate::model::known_agendas::KnownAgendas;
use crate::model::message::{Message, MessageState};
use crate::model::patient::Patient;
use crate::model::view::{ContactView, Said, Sequel, Told, assemble};
use crate::model::wording;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{Listed, Page, Storage, StorageError, Stored};
use crate::time::Span;

/// How many days ahead windows for call-backs are told, with today.
const WINDOW_DAYS: i64 = 7;

/// More contacts than this are not remembered at once.
const MAX_CONTACTS: usize = 4_096;

/// Reads.
#[derive(Clone)]
pub struct Reads {
    acts: Acts,
    storage: Arc<dyn Storage>,
    /// Whose contacts these are, which never changes.
    owners: Arc<Mutex<HashMap<ContactId, PracticeId>>>,
}

/// A contact with what comes next.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadContact {
    /// As it is stored.
    pub contact: Contact,
    /// What the person who holds the line sees.
    pub view: ContactView,
}

/// An alert with what it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadAlert {
    /// As it is stored.
    pub alert: Alert,
    /// Its contact.
    pub contact: Contact,
    /// Which signs, who, where, which number, since when: as its recipients are told.
    pub text: String,
}

/// A window in which an owner calls back, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadWindow {
    /// Whose, when, and what is promised in it.
    pub window: CallbackWindow,
    /// How many more may be promised in it.
    pub left: u32,
}

/// What came of a contact so far.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn sequel_of(storage: &dyn Storage, contact: &Contact) -> Stored<Sequel> {
    let records = records_of(storage, &contact.practice, contact.patient.patient()).await?;
    sequel_with(storage, contact, records).await
}

/// The same, when the records of its patient were read already.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn sequel_with(storage: &dyn Storage, contact: &Contact, records: Vec<Patient>) -> Stored<Sequel> {
    let intents = storage.intents_of(contact).await?;
    let named = async |ids: &[CommitmentId]| match ids {
        [] => Ok(Vec::new()),
        ids => storage.commitments_named(&contact.practice, ids).await,
    };
    let commitments = named(&contact.commitments).await?;
    let open = |one: &Commitment| {
        !one.state.is_final() && ![VERIFY_BOOKING, CHECK_APPOINTMENT, MOVE_APPOINTMENT].contains(&one.what.as_str())
    };
    let mut owed = named(&contact.earlier.commitments).await?;
    owed.retain(open);
    let mut owed_at_origin = named(&contact.earlier.of_origin).await?;
    owed_at_origin.retain(open);
    let alert = match contact.alert {
        Some(id) => storage.alert(&contact.practice, id).await?,
        None => None,
    };
    Ok(Sequel { intents, commitments, owed, owed_at_origin, alert, records })
}

impl Reads {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>) -> Self {
        Self { acts, storage, owners: Arc::default() }
    }

    pub(super) fn over(&self, storage: Arc<dyn Storage>) -> Self {
        Self { storage, ..self.clone() }
    }

    /// The practice, in its latest good configuration.
    #[must_use]
    pub fn practice(&self, id: &PracticeId) -> Option<Arc<LivePractice>> {
        self.acts.practice(id).ok()
    }

    /// The names of all practices, sorted.
    #[must_use]
    pub fn practices(&self) -> Vec<PracticeId> {
        self.acts.practices()
    }

    /// A contact, with what grids and script last said of it. When something has
    /// changed since, the view says so, and a job asks them again.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub async fn contact(&self, practice: &PracticeId, id: ContactId) -> Flow<ReadContact> {
        let practice = self.acts.practice(practice)?;
        let contact = self.storage.contact(&practice.id, id).await?.ok_or(FlowError::NotFound(Thing::Contact))?;
        let sequel = sequel_of(self.storage.as_ref(), &contact).await?;
        let now = Told::of(&practice.revision, &contact, &sequel);
        let said = self.storage.said(&practice.id, id).await?;
        let is_current = said.as_ref().is_some_and(|said| said.of == now);
        if !is_current && contact.state != ContactState::Closed {
            self.ask_again(&practice, id, &now).await;
        }
        let said = said.unwrap_or_else(|| Said::nothing(now));
        let view = assemble(&practice, &contact, &said, is_current, &sequel, self.acts.now());
        Ok(ReadContact { contact, view })
    }

    /// Writes the job that asks grids and script again; once for each change. Whoever
    /// reads is shown the contact whatever comes of it, and the next one tries again.
    async fn ask_again(&self, practice: &LivePractice, contact: ContactId, told: &Told) {
        let queued = async {
            let mut tx = self.storage.begin(&practice.id).await?;
            tx.enqueue(told.job_of(contact), &Job::RefreshView(contact), Lane::Urgent, Due::NOW).await?;
            tx.commit().await
        };
        match queued.await {
            // In the second case, somebody who read it before has asked.
            Ok(()) | Err(StorageError::Exists { .. }) => {}
            Err(error) => {
                tracing::warn!(contact.id = %contact, error = %error, "the view of a contact will not be refreshed yet");
            }
        }
    }

    /// Whose contact this is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn practice_of_contact(&self, id: ContactId) -> Stored<Option<PracticeId>> {
        let known = self.owners.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if known.is_some() {
            return Ok(known);
        }
        let practice = self.storage.practice_of_contact(id).await?;
        if let Some(practice) = &practice {
            self.note_owner(id, practice);
        }
        Ok(practice)
    }

    /// Remembers whose contact this is: it was just stored.
    pub fn note_owner(&self, id: ContactId, practice: &PracticeId) {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        if owners.len() >= MAX_CONTACTS {
            // Those that are still spoken of come back.
            owners.clear();
        }
        owners.insert(id, practice.clone());
    }

    /// Whose commitment this is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn practice_of_commitment(&self, id: CommitmentId) -> Stored<Option<PracticeId>> {
        self.storage.practice_of_commitment(id).await
    }

    /// Whose alert this is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn practice_of_alert(&self, id: AlertId) -> Stored<Option<PracticeId>> {
        self.storage.practice_of_alert(id).await
    }

    /// Whose dead letter this is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn practice_of_dead_letter(&self, id: JobId) -> Stored<Option<PracticeId>> {
        self.storage.practice_of_dead_letter(id).await
    }

    /// Who holds an appointment of this name; several practices may have one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn practices_of_appointment(&self, id: &AppointmentId) -> Stored<Vec<PracticeId>> {
        self.storage.practices_of_appointment(id).await
    }

    /// Contacts, newest first.
    ///
    /// # Errors
    /// `InvalidCursor`, or when the database does not answer.
    pub async fn contacts(
        &self,
        practice: &PracticeId,
        state: Option<ContactState>,
        page: &Page,
    ) -> Stored<Listed<Contact>> {
        self.storage.contacts(practice, state, page).await
    }

    /// Whether a contact is stored.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_contact(&self, practice: &PracticeId, id: ContactId) -> Stored<bool> {
        Ok(self.storage.contact(practice, id).await?.is_some())
    }

    /// Appointments that overlap `window`, earliest first.
    ///
    /// # Errors
    /// `InvalidCursor`, or when the database does not answer.
    pub async fn appointments(&self, practice: &PracticeId, window: Span, page: &Page) -> Stored<Listed<Appointment>> {
        self.storage.appointments(practice, window, page).await
    }

    /// Messages, newest first.
    ///
    /// # Errors
    /// `InvalidCursor`, or when the database does not answer.
    pub async fn messages(
        &self,
        practice: &PracticeId,
        state: Option<MessageState>,
        page: &Page,
    ) -> Stored<Listed<Message>> {
        self.storage.messages(practice, state, page).await
    }

    /// Commitments, earliest due first.
    ///
    /// # Errors
    /// `InvalidCursor`, or when the database does not answer.
    pub async fn commitments(
        &self,
        practice: &PracticeId,
        state: Option<CommitmentState>,
        page: &Page,
    ) -> Stored<Listed<Commitment>> {
        self.storage.commitments(practice, state, page).await
    }

    /// The windows of the coming week in which owners of promises call back, earliest first,
    /// each with what is promised in it.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Storage`.
    pub async fn callback_windows(&self, practice: &PracticeId) -> Flow<Vec<ReadWindow>> {
        let practice = self.acts.practice(practice)?;
        if practice.callback_windows.is_empty() {
            return Ok(Vec::new());
        }
        let (zone, now) = (Zone::of(&practice), self.acts.now());
        let today = zone.date(now);
        let end = zone.day(today.saturating_add(WINDOW_DAYS.days())).start;
        let since = zone.day(today).start;
        let open = self.storage.open_commitments(&practice.id, Span { start: since, end: end.plus_millis(1) }).await?;
        let time = Span { start: now, end };
        let told = self.storage.absences(&practice.id, time).await?;
        let windows = callback_windows(&practice, None, time, &open, &told);
        let read = |window: CallbackWindow| ReadWindow { left: u32::try_from(window.left(now)).unwrap_or(0), window };
        Ok(windows.into_iter().map(read).collect())
    }

    /// An alert, with what it is about as it is now.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub async fn alert(&self, practice: &PracticeId, id: AlertId) -> Flow<ReadAlert> {
        let practice = self.acts.practice(practice)?;
        let alert = self.storage.alert(&practice.id, id).await?.ok_or(FlowError::NotFound(Thing::Alert))?;
        self.with_contact(&practice, alert).await
    }

    /// Alerts, newest first, each with what it is about as it is now.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Storage`.
    pub async fn alerts(
        &self,
        practice: &PracticeId,
        state: Option<AlertState>,
        page: &Page,
    ) -> Flow<Listed<ReadAlert>> {
        let practice = self.acts.practice(practice)?;
        let Listed { items, next } = self.storage.alerts(&practice.id, state, page).await?;
        let mut read = Vec::with_capacity(items.len());
        for alert in items {
            read.push(self.with_contact(&practice, alert).await?);
        }
        Ok(Listed { items: read, next })
    }

    /// Alerts of these practices that wait for somebody, the most urgent first and among those
    /// the oldest, each with what it is about as it is now. A practice that is not served here
    /// has none.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn live_alerts(
        &self,
        practices: &[PracticeId],
        state: LiveState,
        page: &Page,
    ) -> Flow<Listed<ReadAlert>> {
        let served: HashMap<PracticeId, Arc<LivePractice>> =
            practices.iter().filter_map(|id| Some((id.clone(), self.practice(id)?))).collect();
        let mut ids: Vec<PracticeId> = served.keys().cloned().collect();
        ids.sort();
        let Listed { items, next } = self.storage.live_alerts(&ids, state, page).await?;
        let mut read = Vec::with_capacity(items.len());
        for alert in items {
            let Some(practice) = served.get(&alert.practice) else { continue };
            read.push(self.with_contact(practice, alert).await?);
        }
        Ok(Listed { items: read, next })
    }

    async fn with_contact(&self, practice: &LivePractice, alert: Alert) -> Flow<ReadAlert> {
        let contact = self.storage.contact(&practice.id, alert.contact).await?;
        let contact = contact.ok_or(FlowError::NotFound(Thing::Contact))?;
        let text = wording::alert(practice, &contact, &alert, None, self.acts.now()).body;
        Ok(ReadAlert { alert, contact, text })
    }

    /// Dead letters, newest first.
    ///
    /// # Errors
    /// `InvalidCursor`, or when the database does not answer.
    pub async fn dead_letters(
        &self,
        practice: &PracticeId,
        state: Option<DeadLetterState>,
        page: &Page,
    ) -> Stored<Listed<DeadLetter>> {
        self.storage.dead_letters(practice, state, page).await
    }

    /// The journal, newest first; of one contact when given.
    ///
    /// # Errors
    /// `InvalidCursor`, or when the database does not answer.
    pub async fn audit(
        &self,
        practice: &PracticeId,
        contact: Option<ContactId>,
        page: &Page,
    ) -> Stored<Listed<AuditEvent>> {
        self.storage.audit(practice, contact, page).await
    }

    /// What the agendas of a practice last told of themselves, each with its age.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_agendas(&self, practice: &PracticeId) -> Stored<Vec<KnownAgendas>> {
        self.storage.known_agendas(practice).await
    }

    /// Whether the database answers and its schema is the one of this binary.
    ///
    /// # Errors
    /// When it does not, or is not.
    pub async fn ready(&self) -> Stored<()> {
        self.storage.ready().await
    }
}
