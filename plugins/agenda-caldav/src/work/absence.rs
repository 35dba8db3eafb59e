//! Absences: opaque events of greffon's that are no bookings.

use greffon_sdk::agenda::{Error, Span};

use super::calendar::{Calendar, checked_time};
use super::told;
use crate::dav::client::Condition;
use crate::ical::{object, write};
use crate::mirror::object::Mark;

/// What an absence without a label is called.
const LABEL: &str = "Absence";

/// Longest label that is written, in characters.
const LABEL_CHARS: usize = 200;

impl Calendar<'_> {
    /// Writes an absence. Bookings in it stay.
    pub fn block(&mut self, op: &str, over: Span, label: &str) -> Result<String, Error> {
        checked_time("over", over)?;
        self.writable()?;
        let label: String = label.trim().chars().take(LABEL_CHARS).collect();
        let body = write::absence(op, over, if label.is_empty() { LABEL } else { &label }, self.now);
        let name = told::absence_name(op);
        let path = self.path(&name);
        let id = told::id(self.agenda, &name);
        let Err(failure) = self.client.put(&path, Condition::Absent, body) else { return Ok(id) };
        let refused = failure.status() == Some(412);
        if !refused && !failure.leaves_doubt() {
            return Err(failure.of_write());
        }
        match self.client.get(&path) {
            Ok(Some(got)) if object::object(&got.body, &self.zones).op.as_deref() == Some(op) => Ok(id),
            Ok(_) if refused => Err(Error::Invalid((
                "object".to_owned(),
                "the server does not accept the object (HTTP 412)".to_owned(),
            ))),
            _ => Err(Error::OutcomeUnknown("the absence was sent, and nobody knows what became of it".to_owned())),
        }
    }

    /// Takes an absence of greffon's away.
    pub fn unblock(&mut self, id: &str) -> Result<(), Error> {
        let name = self.name_of(id)?.to_owned();
        self.writable()?;
        let path = self.path(&name);
        let Some(got) = self.client.get(&path).map_err(|failure| failure.of_read())? else { return Ok(()) };
        if object::object(&got.body, &self.zones).mark != Mark::Absence {
            return Err(Error::Denied("only absences that greffon wrote can be taken away".to_owned()));
        }
        match self.client.delete_read(&path, &got) {
            Ok(_) => Ok(()),
            Err(failure) if failure.leaves_doubt() => match self.client.get(&path) {
                Ok(None) => Ok(()),
                _ => Err(failure.of_write()),
            },
            Err(failure) if failure.status() == Some(412) => {
                Err(Error::Unavailable("somebody else changed the absence meanwhile".to_owned()))
            }
            Err(failure) => Err(failure.of_write()),
        }
    }
}
