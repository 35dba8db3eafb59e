//! The vendor's record of a patient: found by birth date and name, or created once.

use greffon_sdk::agenda::{Error, Request, Result};
use greffon_sdk::log;
use greffon_sdk::practice::Person;
use serde_json::json;

use super::memory::{Memory, Writes};
use super::place::Place;
use crate::api::failure::Failure;
use crate::api::list::List;
use crate::api::place::encoded;
use crate::api::wire::{Item as _, Patient};
use crate::names::folded;
use crate::time::Day;

/// Who somebody is, as far as the vendor must know: nothing else is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traits<'a> {
    family: &'a str,
    given: &'a str,
    born: &'a str,
}

impl<'a> Traits<'a> {
    /// Reads them from a person.
    ///
    /// # Errors
    /// `Invalid` for one without name or whole birth date: another could be taken for them.
    pub fn of(person: &'a Person) -> Result<Self> {
        let wrong = |field: &str, why: &str| Error::Invalid((format!("patient.{field}"), why.to_owned()));
        let born = person.birth_date.as_deref().filter(|text| Day::read(text).is_some());
        let born = born.ok_or_else(|| wrong("birth-date", "the vendor knows patients by their whole birth date"))?;
        let given = person.given.first().map(|name| name.trim()).filter(|name| !name.is_empty());
        let given = given.ok_or_else(|| wrong("given", "the vendor knows patients by their given name"))?;
        let family = person.family.trim();
        if folded(family).is_empty() {
            return Err(wrong("family", "the vendor knows patients by their family name"));
        }
        Ok(Self { family, given, born })
    }

    /// Whether a record is theirs.
    pub fn are_of(&self, patient: &Patient) -> bool {
        patient.born == self.born
            && folded(&patient.family) == folded(self.family)
            && folded(&patient.given) == folded(self.given)
    }

    /// The number of their record. Of several the oldest. None: there is none in the list.
    fn find(&self, place: &Place<'_>) -> std::result::Result<Option<u64>, Failure> {
        let path = format!("/v1/patients?birth_date={}&last_name={}", self.born, encoded(self.family));
        let list: List<Patient> = List::read(place.client, &path)?;
        let mut theirs: Vec<u64> =
            list.items.iter().filter(|patient| self.are_of(patient)).map(|patient| patient.id).collect();
        theirs.sort_unstable();
        if theirs.len() > 1 {
            log::warn("patient-doubled", &[("records", theirs.len().into())]);
        }
        Ok(theirs.first().copied())
    }

    /// The number of their record, which is created where there is none. Never twice for one op-id: what was sent and
    /// not answered is waited for.
    ///
    /// # Errors
    /// Nothing changed in the agenda, whichever it is.
    pub fn record(
        &self,
        place: &Place<'_>,
        memory: &Memory,
        op: &str,
        writes: &mut Writes,
        what: &Request,
    ) -> Result<u64> {
        if let Some(known) = writes.patient {
            return Ok(known);
        }
        if let Some(found) = self.find(place).map_err(|failure| failure.of_read())? {
            return Ok(found);
        }
        if writes.patient_sent.is_some_and(|sent| place.now < place.shown_from(sent)) {
            return Err(not_seen());
        }
        writes.patient_sent = Some(place.now);
        memory.keep(op, writes, what.span.end)?;
        let body = json!({ "last_name": self.family, "first_name": self.given, "birth_date": self.born });
        let created = match place.client.create("/v1/patients", &body) {
            Ok(answer) => Patient::read(&answer).filter(|patient| self.are_of(patient)).map(|patient| patient.id),
            Err(failure) if failure.leaves_doubt() => self.find(place).ok().flatten(),
            Err(failure) => {
                memory.forget(op);
                return Err(match failure.of_write() {
                    // The vendor has such a path, by its specification; nobody is missing.
                    Error::NotFound => Error::Unavailable("the vendor takes no patients".to_owned()),
                    Error::Invalid((field, why)) => Error::Invalid((format!("patient.{field}"), why)),
                    other => other,
                });
            }
        };
        let created = created.ok_or_else(not_seen)?;
        writes.patient = Some(created);
        memory.keep(op, writes, what.span.end)?;
        Ok(created)
    }
}

fn not_seen() -> Error {
    Error::Unavailable("the patient's record was sent and is not seen yet; nothing was booked".to_owned())
}
