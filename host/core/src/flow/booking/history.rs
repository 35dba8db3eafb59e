//! What the practice has with the patient of a contact already: whether it knows them, and
//! which of their appointments are to come.

use std::cmp::Reverse;

use super::Bookings;
use super::search::asker_of;
use crate::flow::error::Flow;
use crate::flow::patient::records_of;
use crate::ids::PatientId;
use crate::model::contact::{Contact, patient_of};
use crate::model::intent::{Appointment, Intent, IntentKind, IntentState};
use crate::model::patient::{Match, Patient, recognise, terms_of};
use crate::model::person::Person;
use crate::model::plain::plain;
use crate::model::practice::{Motive, Practice};
use crate::model::scheduling::{AppointmentStatus, PatientRule};
use crate::model::slots::Asker;
use crate::model::standing::is_gone;
use crate::model::view::{BookingView, KnownVisit};
use crate::ports::storage::Stored;
use crate::time::Instant;

/// So many of a patient's contacts are looked through, the latest.
const MAX_CONTACTS: u32 = 20;

/// Most patients that a name is compared with.
const MAX_FOUND: u32 = 50;

/// Who a booking is for, as the registry has them.
#[derive(Debug)]
enum Whose {
    /// Nobody that it knows.
    Nobody,
    /// This one.
    Patient(PatientId),
    /// One of these, or none.
    Doubtful(Vec<PatientId>),
}

/// What a patient has to come for a motive.
pub(super) struct ToCome {
    /// Earliest first: theirs, and those of patients who may be the same.
    pub(super) visits: Vec<KnownVisit>,
    /// The record that stands for the patient, when it is certain who it is.
    pub(super) patient: Option<PatientId>,
}

/// A booking of a patient, with the appointment that it made.
struct Visit {
    intent: Intent,
    appointment: Option<Appointment>,
    /// Whether it is certain that it is theirs.
    certain: bool,
}

impl Visit {
    fn took_place(&self, now: Instant) -> bool {
        let Some(known) = self.appointment.as_ref().filter(|_| self.certain) else { return false };
        match known.held.status {
            AppointmentStatus::Arrived | AppointmentStatus::Fulfilled => true,
            AppointmentStatus::Booked => known.held.span.end <= now,
            _ => false,
        }
    }

    /// Whether it stands, or may, and is not over.
    fn is_to_come(&self, now: Instant) -> bool {
        match &self.appointment {
            Some(known) => !is_gone(known.held.status) && known.held.span.end > now,
            None => self.intent.state != IntentState::Confirmed && self.intent.request.span.end > now,
        }
    }

    fn view(&self) -> KnownVisit {
        let mut booking = BookingView::of(&self.intent);
        if let Some(known) = &self.appointment {
            booking.span = known.held.span;
            booking.agenda = known.held.agenda.clone();
        }
        KnownVisit { booking, certain: self.certain }
    }
}

impl Bookings {
    /// What of a contact, or of the patient who is named, counts for the rules of a motive.
    /// Whom the registry knows to have been here is known, whatever was said; as long as
    /// there is a doubt who it is, nobody is known and nobody is new.
    pub(super) async fn asker(
        &self,
        practice: &Practice,
        contact: &Contact,
        motive: &Motive,
        named: Option<&Person>,
        now: Instant,
    ) -> Flow<Asker> {
        let told = asker_of(contact);
        let told = Asker { known: named.and_then(|one| one.known_to_practice).or(told.known), ..told };
        if !matches!(motive.patients, PatientRule::KnownOnly | PatientRule::NewOnly) {
            return Ok(told);
        }
        let whose = self.whose(practice, contact, named).await?;
        match whose {
            Whose::Nobody => Ok(told),
            Whose::Doubtful(_) => Ok(Asker { known: None, doubtful: true, ..told }),
            Whose::Patient(_) => {
                let records = self.records(practice, &whose).await?;
                let visits = self.visits(practice, contact, &whose, &records, named, |_| true).await?;
                let came = visits.iter().any(|visit| visit.took_place(now));
                Ok(Asker { known: if came { Some(true) } else { told.known }, ..told })
            }
        }
    }

    /// The appointments to come of the patient for this motive.
    pub(super) async fn already(
        &self,
        practice: &Practice,
        contact: &Contact,
        motive: &Motive,
        named: Option<&Person>,
        now: Instant,
    ) -> Flow<ToCome> {
        let whose = self.whose(practice, contact, named).await?;
        let records = self.records(practice, &whose).await?;
        let same = |intent: &Intent| intent.request.motive == motive.id;
        let visits = self.visits(practice, contact, &whose, &records, named, same).await?;
        let to_come = |visit: &&Visit| visit.is_to_come(now);
        let mut visits: Vec<KnownVisit> = visits.iter().filter(to_come).map(Visit::view).collect();
        visits.sort_by_key(|visit| (visit.booking.span.start, visit.booking.intent.0));
        let patient = match whose {
            Whose::Patient(_) => records.first().copied(),
            Whose::Nobody | Whose::Doubtful(_) => None,
        };
        Ok(ToCome { visits, patient })
    }

    /// All records of whoever it is or may be; of one patient, the one that stands for them first.
    async fn records(&self, practice: &Practice, whose: &Whose) -> Stored<Vec<PatientId>> {
        let patients: &[PatientId] = match whose {
            Whose::Nobody => &[],
            Whose::Patient(patient) => std::slice::from_ref(patient),
            Whose::Doubtful(candidates) => candidates,
        };
        let mut records: Vec<PatientId> = Vec::new();
        for patient in patients {
            let of_one = records_of(self.storage.as_ref(), &practice.id, Some(*patient)).await?;
            records.extend(of_one.iter().map(|one| one.id));
        }
        Ok(records)
    }

    async fn whose(&self, practice: &Practice, contact: &Contact, named: Option<&Person>) -> Stored<Whose> {
        let Some(named) = named else {
            return Ok(match (contact.patient.patient(), contact.patient.may_be()) {
                (Some(patient), _) => Whose::Patient(patient),
                (None, may_be) if may_be.is_empty() => Whose::Nobody,
                (None, may_be) => Whose::Doubtful(may_be),
            });
        };
        let found: Vec<Patient> = self.storage.patients_with(&practice.id, &terms_of(named), MAX_FOUND).await?;
        Ok(match recognise(named, &found) {
            Match::Nobody => Whose::Nobody,
            Match::One(patient) => Whose::Patient(patient),
            Match::Several(candidates) => Whose::Doubtful(candidates.iter().map(|one| one.patient).collect()),
        })
    }

    /// Bookings that were made in the contact or for the patient, are live or confirmed and pass
    /// `matters`, each appointment once.
    async fn visits(
        &self,
        practice: &Practice,
        contact: &Contact,
        whose: &Whose,
        records: &[PatientId],
        named: Option<&Person>,
        matters: impl Fn(&Intent) -> bool + Send,
    ) -> Stored<Vec<Visit>> {
        let told = named.cloned().unwrap_or_else(|| patient_of(&contact.facts));
        let certain = !matches!(whose, Whose::Doubtful(_));
        let mut made = self.storage.intents_of(contact).await?;
        let mut others = self.storage.intents_about(&practice.id, records, MAX_CONTACTS).await?;
        others.retain(|intent| !contact.intents.contains(&intent.id));
        // Of an appointment that was moved the latest tells.
        others.sort_by_key(|intent| Reverse(intent.id));
        made.append(&mut others);
        // Whoever calls may book for several.
        let is_theirs =
            |intent: &Intent| !contact.intents.contains(&intent.id) || same_names(&told, &intent.request.patient);
        made.retain(|intent| {
            let cancels = matches!(intent.kind, IntentKind::Cancel { .. });
            let books = !cancels && intent.state.is_live() && !intent.only_keeps_free();
            books && matters(intent) && is_theirs(intent)
        });
        let names: Vec<_> =
            made.iter().filter_map(|intent| Some((&intent.feature, &intent.appointment.as_ref()?.id))).collect();
        let known = self.storage.appointments_named(&practice.id, &names).await?;
        let mut visits: Vec<Visit> = Vec::new();
        for intent in made {
            let is_its = |one: &&Appointment| {
                one.feature == intent.feature && intent.appointment.as_ref().is_some_and(|held| held.id == one.id)
            };
            let appointment = known.iter().find(is_its).cloned();
            // An appointment that was moved was made by several intents.
            let same = |one: &Visit| match (&one.appointment, &appointment) {
                (Some(one), Some(other)) => (&one.feature, &one.id) == (&other.feature, &other.id),
                _ => one.intent.id == intent.id,
            };
            if !visits.iter().any(same) {
                let own = contact.intents.contains(&intent.id);
                visits.push(Visit { intent, appointment, certain: certain || own });
            }
        }
        Ok(visits)
    }
}

fn same_names(one: &Person, other: &Person) -> bool {
    let names = |person: &Person| (plain(&person.family), plain(&person.given.join(" ")));
    names(one) == names(other)
}
