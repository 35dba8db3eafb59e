//! A person says which patient of the registry a contact is about.

use greffon_words::refusals;

use super::{Contacts, NewPatientChoice};
use crate::flow::act::Act;
use crate::flow::error::Flow;
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;
use crate::model::contact::{Contact, Earlier, can_be_registered, is_open};
use crate::model::patient::Link;
use crate::model::refusal::Refusal;
use crate::model::view::ContactView;

impl Contacts {
    /// Says which patient a contact is about: it stands until what is told of the patient
    /// changes. What they asked before is shown from then on.
    ///
    /// # Errors
    /// `NotFound(Contact)`, `NotFound(Patient)`, `NotAllowed("contact-closed")`,
    /// `NotAllowed("patient-unidentified")` when too little is told of a patient who is in no
    /// record, `Conflict`, `Storage`.
    pub async fn choose_patient(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        choice: NewPatientChoice,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let chosen = match choice {
            NewPatientChoice::Somebody => None,
            NewPatientChoice::Known(patient) => {
                let patient = self.patients.standing(&practice.id, patient).await?;
                let records = patient.all_names();
                let before = self.stored(&practice, contact).await?;
                let origin = before.origin.as_deref();
                let contacts = self.storage.contacts_of(&practice.id, origin, &records, Earlier::MAX).await?;
                let others = contacts.iter().filter(|one| one.id != contact);
                Some((patient.id, Earlier::of(others, &records)))
            }
        };
        let decision = |before: &Contact| {
            is_open(before)?;
            let mut after = before.clone();
            match &chosen {
                Some((patient, earlier)) => {
                    after.patient = Link::Known { patient: *patient, by: Some(actor.subject.clone()) };
                    after.earlier = earlier.clone();
                }
                None if can_be_registered(&before.facts) => {
                    let not = match &before.patient {
                        Link::Doubtful { candidates } => candidates.iter().map(|one| one.patient).collect(),
                        Link::Known { patient, .. } => vec![*patient],
                        Link::Somebody { not, .. } => not.clone(),
                        Link::Unknown => Vec::new(),
                    };
                    after.patient = Link::Somebody { by: actor.subject.clone(), not };
                }
                None => {
                    let remedy = refusals::patient_unidentified();
                    return Err(Refusal::not_allowed("patient-unidentified", remedy));
                }
            }
            Ok((after, Vec::new()))
        };
        let word = if chosen.is_some() { "known" } else { "somebody" };
        let contact =
            self.change(act, contact, decision, |entry| entry.field("patient", word), "contact.patient-chosen").await?;
        self.look_at(&practice, contact, actor).await
    }
}
