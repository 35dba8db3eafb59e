//! Which patient a contact is about: looked for while it is told of, written down when it
//! ends. Nothing is ever chosen while there is a doubt.

use super::records::standing_in;
use super::{MAX_FOUND, Patients};
use crate::flow::act::Act;
use crate::flow::journal::Entry;
use crate::ids::{PatientId, PracticeId};
use crate::model::care::Fact;
use crate::model::contact::{Contact, Earlier, can_be_registered, identity_of, patient_of};
use crate::model::patient::{Link, Match, Patient, meet, recognise, terms_of};
use crate::ports::storage::{Stored, Transaction};
use crate::time::Instant;

/// Where the numbers begin in [`identity_of`].
const NUMBERS: usize = 3;

/// What the registry says of the person that facts tell of.
#[derive(Clone, Debug)]
pub(crate) struct Recognised {
    /// What the facts told, by which it was looked for.
    identity: [Option<String>; 5],
    link: Link,
    /// Whether only the numbers are others than when a person chose: the choice stands.
    choice_stands: bool,
    /// The records of that patient.
    records: Vec<PatientId>,
    /// That patient, where it is one record alone.
    alone: Option<Patient>,
    /// Contacts of the same origin or patient, newest first.
    contacts: Vec<Contact>,
}

impl Recognised {
    /// The contact with what was found, if its facts still tell the same.
    pub(crate) fn write_into(&self, contact: &mut Contact) {
        if identity_of(&contact.facts) != self.identity {
            return;
        }
        let chosen = matches!(contact.patient, Link::Known { by: Some(_), .. } | Link::Somebody { .. });
        if chosen && self.choice_stands {
            return;
        }
        contact.patient = self.link.clone();
        contact.earlier = Earlier::of(self.contacts.iter().filter(|one| one.id != contact.id), &self.records);
    }

    /// The records of a contact's patient, if they are among what was read.
    pub(crate) fn records_for(self, contact: &Contact) -> Option<Vec<Patient>> {
        let patient = contact.patient.patient()?;
        self.alone.filter(|known| known.id == patient).map(|known| vec![known])
    }

    /// The same, for facts that were told after others.
    pub(crate) fn after(self, before: &[Fact]) -> Self {
        let choice_stands = identity_of(before)[..NUMBERS] == self.identity[..NUMBERS];
        Self { choice_stands, ..self }
    }

    /// How many others came from this origin since then.
    pub(crate) fn repeated(&self, origin: Option<&str>, since: Instant) -> u32 {
        let Some(origin) = origin else { return 0 };
        let same = |one: &&Contact| one.origin.as_deref() == Some(origin) && one.received_at >= since;
        u32::try_from(self.contacts.iter().filter(same).count()).unwrap_or(u32::MAX)
    }
}

impl Patients {
    /// Looks for the patient that facts tell of, and for what they and the origin asked
    /// before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn recognise(
        &self,
        practice: &PracticeId,
        facts: &[Fact],
        origin: Option<&str>,
    ) -> Stored<Recognised> {
        let told = patient_of(facts);
        let mut records: Vec<PatientId> = Vec::new();
        let mut alone = None;
        let mut link = Link::Unknown;
        if can_be_registered(facts) {
            let found = self.storage.patients_with(practice, &terms_of(&told), MAX_FOUND).await?;
            link = match recognise(&told, &found) {
                Match::Nobody => Link::Unknown,
                Match::Several(candidates) => Link::Doubtful { candidates },
                Match::One(patient) => {
                    let known = found.iter().find(|one| one.id == patient);
                    records = known.map_or_else(Vec::new, Patient::all_names);
                    alone = known.filter(|_| records.len() == 1).cloned();
                    Link::Known { patient, by: None }
                }
            };
        }
        let contacts = if origin.is_none() && records.is_empty() {
            Vec::new()
        } else {
            self.storage.contacts_of(practice, origin, &records, Earlier::MAX).await?
        };
        Ok(Recognised { identity: identity_of(facts), link, choice_stands: false, records, alone, contacts })
    }

    /// Writes the patient of a contact that ends into the registry: as the one that was
    /// recognised, or as a new one, with those that a person should compare it with. `records`
    /// are those of the patient, as they were read before: of one about whom nothing new was told
    /// nothing is written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn register(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        records: &[Patient],
    ) -> Stored<()> {
        if !can_be_registered(&contact.facts) {
            return Ok(());
        }
        if let Some(patient) = contact.patient.patient() {
            let told = patient_of(&contact.facts);
            if records.first().is_some_and(|known| meet(known, &told) == *known) {
                return Ok(());
            }
            return self.met(tx, act, contact, patient).await;
        }
        let told = patient_of(&contact.facts);
        let not: &[PatientId] = match &contact.patient {
            Link::Somebody { not, .. } => not,
            _ => &[],
        };
        // Somebody else may have written them down since.
        let found = tx.patients_with(&terms_of(&told), MAX_FOUND).await?;
        let resembles: Vec<PatientId> = match recognise(&told, &found) {
            Match::One(patient) if !not.contains(&patient) => {
                contact.patient = Link::Known { patient, by: None };
                return self.met(tx, act, contact, patient).await;
            }
            // Several records are quite the same already: one more would help nobody.
            Match::Several(candidates) if not.is_empty() && candidates.iter().any(|one| one.differs.is_empty()) => {
                contact.patient = Link::Doubtful { candidates };
                return Ok(());
            }
            Match::Several(candidates) => {
                candidates.iter().map(|one| one.patient).filter(|one| !not.contains(one)).collect()
            }
            _ => Vec::new(),
        };
        let id = PatientId(self.acts.id(act.now));
        let mut patient = Patient::told(id, act.practice.id.clone(), &told, resembles, act.now);
        patient.distinct = not.to_vec();
        let entry = Entry::new("patient.created")
            .in_contact(Some(contact.id))
            .about("patient", id)
            .field("resembles", patient.resembles.len());
        self.acts.note(tx, act, entry).await?;
        tx.save_patient(&mut patient).await?;
        let by = match &contact.patient {
            Link::Somebody { by, .. } => Some(by.clone()),
            _ => None,
        };
        contact.patient = Link::Known { patient: id, by };
        Ok(())
    }

    async fn met(&self, tx: &mut dyn Transaction, act: Act<'_>, contact: &Contact, patient: PatientId) -> Stored<()> {
        // It may have been joined to another record since it was recognised.
        let Some(known) = standing_in(tx, patient).await? else { return Ok(()) };
        let mut met = meet(&known, &patient_of(&contact.facts));
        if met == known {
            return Ok(());
        }
        let entry = Entry::new("patient.met").in_contact(Some(contact.id)).about("patient", known.id);
        self.acts.note(tx, act, entry).await?;
        tx.save_patient(&mut met).await
    }
}
