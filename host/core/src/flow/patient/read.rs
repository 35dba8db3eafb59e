//! People look into the registry. Who looked for whom by what is a line of the journal.

use greffon_words::fields;
use serde::{Deserialize, Serialize};

use super::records::{records_of, standing_in_storage};
use super::{MAX_FOUND, Patients};
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::ids::{PatientId, PracticeId};
use crate::model::audit::Actor;
use crate::model::commitment::{CHECK_APPOINTMENT, Commitment, MOVE_APPOINTMENT, VERIFY_BOOKING};
use crate::model::contact::Contact;
use crate::model::patient::{Patient, Term, root};
use crate::model::plain::plain;
use crate::ports::storage::{Listed, Page, Stored};

/// Most patients that a search answers.
const MAX_ANSWERED: usize = 50;
/// Most contacts of a patient's history.
const MAX_HISTORY: u32 = 50;

/// What a patient is looked for by (RNIV: birth date and the first letters of the name).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientSearch {
    /// A whole birth date.
    pub birth_date: Option<String>,
    /// The first letters of a family or given name, beside the birth date.
    pub letters: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
}

/// A patient with what they asked before.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadPatient {
    /// The patient; the one that it was found to be, where it was.
    pub patient: Patient,
    /// The records that a person found to be this one.
    pub joined: Vec<Patient>,
    /// Contacts, newest first, at most 50.
    pub contacts: Vec<Contact>,
    /// Promises that are not kept yet.
    pub owed: Vec<Commitment>,
}

impl Patients {
    /// Patients of this birth date, whose names begin with these letters, or of this
    /// telephone; at most 50.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `Invalid` without a whole birth date or a number, `Storage`.
    pub async fn search(&self, practice: &PracticeId, wanted: PatientSearch, actor: &Actor) -> Flow<Vec<Patient>> {
        let practice = self.acts.practice(practice)?;
        // Both narrow; either finds.
        let date = wanted.birth_date.as_deref().and_then(Term::birth_date);
        let Some(term) = date.or_else(|| wanted.phone.as_deref().and_then(Term::phone)) else {
            return Err(FlowError::invalid("birth_date", fields::patient_search()));
        };
        let by = term.kind();
        let found = self.storage.patients_with(&practice.id, &[term], MAX_FOUND).await?;
        let mut patients: Vec<Patient> = Vec::new();
        for one in found.iter().filter(|one| fits(one, &wanted)) {
            let root = root(one, &found);
            if !patients.iter().any(|there| there.id == root.id) {
                patients.push(root.clone());
            }
        }
        patients.sort_by(|one, other| (&one.traits.family, one.id).cmp(&(&other.traits.family, other.id)));
        patients.truncate(MAX_ANSWERED);
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let entry = Entry::new("patient.searched").field("by", by).field("found", patients.len());
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        Ok(patients)
    }

    /// A patient, with what they asked before.
    ///
    /// # Errors
    /// `NotFound(Patient)`, `Storage`.
    pub async fn get(&self, practice: &PracticeId, id: PatientId, actor: &Actor) -> Flow<ReadPatient> {
        let practice = self.acts.practice(practice)?;
        let mut records = records_of(self.storage.as_ref(), &practice.id, Some(id)).await?.into_iter();
        let patient = records.next().ok_or(FlowError::NotFound(Thing::Patient))?;
        let joined: Vec<Patient> = records.collect();
        let contacts = self.storage.contacts_of(&practice.id, None, &patient.all_names(), MAX_HISTORY).await?;
        let promised: Vec<_> = contacts.iter().flat_map(|one| one.commitments.iter().copied()).collect();
        let mut owed = match promised.as_slice() {
            [] => Vec::new(),
            promised => self.storage.commitments_named(&practice.id, promised).await?,
        };
        owed.retain(|one| {
            !one.state.is_final() && ![VERIFY_BOOKING, CHECK_APPOINTMENT, MOVE_APPOINTMENT].contains(&one.what.as_str())
        });
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        self.acts.note(tx.as_mut(), act, Entry::new("patient.read").about("patient", patient.id)).await?;
        tx.commit().await?;
        Ok(ReadPatient { patient, joined, contacts, owed })
    }

    /// Patients of whom a person should say whether they are another one, oldest first.
    ///
    /// # Errors
    /// `InvalidCursor`, or when the database does not answer.
    pub async fn doubtful(&self, practice: &PracticeId, page: &Page) -> Stored<Listed<Patient>> {
        self.storage.doubtful_patients(practice, page).await
    }

    /// A patient as it stands now: the record that it was joined to, where it was.
    ///
    /// # Errors
    /// `NotFound(Patient)`, `Storage`.
    pub(crate) async fn standing(&self, practice: &PracticeId, id: PatientId) -> Flow<Patient> {
        let found = standing_in_storage(self.storage.as_ref(), practice, id).await?;
        found.ok_or(FlowError::NotFound(Thing::Patient))
    }
}

fn fits(patient: &Patient, wanted: &PatientSearch) -> bool {
    let traits = &patient.traits;
    let letters = plain(wanted.letters.as_deref().unwrap_or_default());
    let mut names = std::iter::once(&traits.family).chain(&traits.used).chain(&traits.given);
    let named = names.any(|name| plain(name).starts_with(letters.trim_end()));
    let number = wanted.phone.as_deref().and_then(Term::phone);
    let called = number.is_none() || patient.phones.iter().any(|phone| Term::phone(phone) == number);
    named && called
}
