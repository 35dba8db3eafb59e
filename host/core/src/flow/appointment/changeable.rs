//! What can be changed, and the draft of an intent that changes it.

use greffon_words::refusals;

use super::Appointments;
use crate::flow::act::Act;
use crate::flow::booking::still_stands;
use crate::flow::disclosure::about_disclosure;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::patient::records_of;
use crate::ids::{AppointmentId, ContactId, IntentId};
use crate::model::audit::Role;
use crate::model::civil::Zone;
use crate::model::contact::{Contact, is_open};
use crate::model::disclosure::{Information, may_change};
use crate::model::intent::{Appointment, Intent, IntentKind};
use crate::model::patient::Patient;
use crate::model::practice::Practice;
use crate::model::scheduling::BookingRequest;

impl Appointments {
    pub(super) async fn known(&self, practice: &Practice, id: &AppointmentId) -> Flow<Appointment> {
        self.storage.appointment(&practice.id, None, id).await?.ok_or(FlowError::NotFound(Thing::Appointment))
    }

    /// An appointment that can be moved or cancelled, and the intent that holds
    /// it.
    pub(super) async fn changeable(&self, practice: &Practice, id: &AppointmentId) -> Flow<(Appointment, Intent)> {
        let known = self.known(practice, id).await?;
        let holder = self.storage.intent(&practice.id, known.intent).await?;
        let holder = holder.ok_or(FlowError::NotFound(Thing::Appointment))?;
        still_stands(&known)?;
        Ok((known, holder))
    }

    /// The contact in which an appointment is changed. Whoever holds the line changes one
    /// only for somebody who speaks for its patient; those who answer for the practice
    /// decide by themselves, also without a contact.
    pub(super) async fn changing_contact(
        &self,
        act: Act<'_>,
        id: Option<ContactId>,
        holder: &Intent,
    ) -> Flow<Option<Contact>> {
        let practice = act.practice;
        let decides = act.actor.role != Role::Secretary;
        let Some(id) = id else {
            let refused = || FlowError::NotAllowed { code: "contact-needed", remedy: refusals::contact_needed() };
            return if decides { Ok(None) } else { Err(refused()) };
        };
        let contact = self.storage.contact(&practice.id, id).await?.ok_or(FlowError::NotFound(Thing::Contact))?;
        is_open(&contact)?;
        // Whoever has booked it in this same contact has said for whom.
        if !decides && !contact.intents.contains(&holder.id) {
            let today = Zone::named_or_utc(&practice.time_zone).date(act.now);
            let records = self.records(practice, &contact, holder).await?;
            let asked = may_change(&practice.disclosure, &contact, &holder.request.patient, &records, today);
            if let Err((standing, refusal)) = asked {
                let entry = about_disclosure("disclosure.refused", &contact, Information::Change, &standing);
                let mut tx = self.storage.begin(&practice.id).await?;
                self.acts.note(tx.as_mut(), act, entry.about("intent", holder.id)).await?;
                tx.commit().await?;
                return Err(refusal.into());
            }
        }
        Ok(Some(contact))
    }

    /// What the registry has of the patient of an appointment: as the contact knows them in
    /// which it is changed, and the one in which it was booked.
    async fn records(&self, practice: &Practice, contact: &Contact, holder: &Intent) -> Flow<Vec<Patient>> {
        let booked = match holder.contact.filter(|id| *id != contact.id) {
            Some(id) => self.storage.contact(&practice.id, id).await?,
            None => None,
        };
        let here = contact.patient.patient();
        let there = booked.and_then(|booked| booked.patient.patient()).filter(|there| Some(*there) != here);
        let mut records = records_of(self.storage.as_ref(), &practice.id, here).await?;
        for one in records_of(self.storage.as_ref(), &practice.id, there).await? {
            if !records.iter().any(|known| known.id == one.id) {
                records.push(one);
            }
        }
        Ok(records)
    }

    pub(super) fn draft(
        &self,
        act: Act<'_>,
        known: &Appointment,
        holder: &Intent,
        contact: Option<&Contact>,
        kind: IntentKind,
        digest: &str,
    ) -> Intent {
        let request =
            BookingRequest { agenda: known.held.agenda.clone(), span: known.held.span, ..holder.request.clone() };
        let id = IntentId(self.acts.id(act.now));
        let (practice, feature, by) = (act.practice.id.clone(), known.feature.clone(), act.actor.subject.clone());
        Intent {
            contact: contact.map(|contact| contact.id),
            request_digest: digest.to_owned(),
            chain: known.chain,
            ..Intent::drafted(id, practice, kind, feature, request, by, act.now)
        }
    }
}

/// Others write to the agenda, for longer than somebody waits at a desk.
pub(super) fn busy() -> FlowError {
    FlowError::NotAllowed { code: "agenda-busy", remedy: refusals::agenda_busy() }
}
