//! Booking on a server that has no rule against overlaps: read afresh, create under a name that the op-id determines,
//! read again, and yield when somebody else is there. Of two that write at once at least one sees the other, because
//! each reads after it wrote.

use greffon_sdk::agenda::{Appointment, Error, Found, Request};

use super::calendar::{Calendar, checked_time};
use super::told;
use crate::dav::client::{Condition, Got};
use crate::dav::failure::Failure;
use crate::ical::object;
use crate::ical::patch;
use crate::ical::write::{self, Booking};
use crate::mirror::object::{Mark, Object, Period};
use crate::settings::Summary;

impl Calendar<'_> {
    /// Books.
    pub fn book(&mut self, op: &str, what: &Request) -> Result<Appointment, Error> {
        let period = checked_time("span", what.span)?;
        self.writable()?;
        self.refresh_wholly(Some(period))?;
        if let Some(object) = self.mirror.written_by(op).first() {
            let settled = object.content.op.as_deref() != Some(op) || object.content.last_op.is_some();
            if settled {
                return Ok(told::requested(self.agenda, object, what));
            }
            // Whoever asks again was never told the end: it may have been written and never verified.
            let name = object.name.clone();
            return self.verify(&name, what);
        }
        if let Some(error) = self.obstacle(period, None, what.allow_overlap) {
            return Err(error);
        }
        let name = told::booking_name(op);
        let body = self.write_booking(op, what);
        match self.client.put(&self.path(&name), Condition::Absent, body.clone()) {
            Ok(etag) => {
                if let Some(etag) = etag {
                    let content = object::object(&body, &self.zones);
                    self.mirror.put_own(Got { etag, schedule: None, body }.object(&name, String::new(), content));
                }
            }
            Err(failure) => self.settle(op, &name, &failure)?,
        }
        self.verify(&name, what)
    }

    fn write_booking(&self, op: &str, what: &Request) -> Vec<u8> {
        let named = self.settings.summary == Summary::Name;
        let patient = &what.patient;
        let mut summary = self.settings.label.clone();
        if named {
            let given = patient.given.first().map_or("", String::as_str);
            summary = format!("{summary} {} {given}", patient.family).trim_end().to_owned();
        }
        let booking = Booking {
            op,
            span: what.span,
            summary: &summary,
            class: self.settings.class.word(),
            motive: Some(what.motive.as_str()).filter(|_| named),
            note: what.note.as_deref().filter(|_| named),
        };
        write::booking(&booking, self.now)
    }

    /// After a creation that did not plainly succeed: success only if the object is there and is ours.
    fn settle(&mut self, op: &str, name: &str, failure: &Failure) -> Result<(), Error> {
        let refused = matches!(failure.status(), Some(412));
        if !refused && !failure.leaves_doubt() {
            return Err(refusal_of_creation(failure));
        }
        let unknown = || Error::OutcomeUnknown("the booking was sent, and nobody knows what became of it".to_owned());
        match self.client.get(&self.path(name)) {
            Ok(Some(got)) => {
                let content = object::object(&got.body, &self.zones);
                if content.mark == Mark::Booking && content.op.as_deref() == Some(op) {
                    self.mirror.put(got.object(name, String::new(), content));
                    Ok(())
                } else if refused {
                    Err(Error::Other(format!("something else stands at the place of booking {op}")))
                } else {
                    Err(unknown())
                }
            }
            // A refusal without anything there is one of the object itself.
            Ok(None) if refused => Err(refusal_of_creation(failure)),
            // After a lost answer the request may still arrive.
            Ok(None) | Err(_) => Err(unknown()),
        }
    }

    /// Reads the calendar again after writing `name`, and yields when somebody else is there too.
    fn verify(&mut self, name: &str, what: &Request) -> Result<Appointment, Error> {
        let written = |why: &str| Error::OutcomeUnknown(format!("the booking was written, but {why}"));
        self.reread(what.span.into()).map_err(written)?;
        let Some(own) = self.mirror.objects.get(name) else {
            return Err(written("it is not there any more"));
        };
        let period = own.content.first.ok_or_else(|| written("it cannot be read"))?;
        let obstacle = self.obstacle(period, Some(name), what.allow_overlap).filter(|_| !own.content.busy.is_empty());
        let Some(refusal) = obstacle else { return Ok(told::requested(self.agenda, own, what)) };
        match self.take_back(name) {
            Ok(()) => Err(refusal),
            Err(_) => Err(written("others have the time, and it could not be taken back")),
        }
    }

    /// Removes what was written a moment ago.
    fn take_back(&mut self, name: &str) -> Result<(), Failure> {
        let path = self.path(name);
        let known = self.mirror.objects.get(name).map(|own| (own.etag.clone(), own.schedule.clone()));
        let (etag, schedule) = known.unwrap_or_default();
        let mut read = Got { etag, schedule, body: Vec::new() };
        if read.is_weak() {
            // What is there is compared, where its tag may prove nothing.
            read = self.client.get(&path)?.unwrap_or(read);
        }
        self.client.delete_read(&path, &read)?;
        self.mirror.remove(name, None);
        Ok(())
    }

    /// Returns what an op-id wrote, from the calendar alone.
    pub fn look_up(&mut self, op: &str, what: &Request) -> Result<Found, Error> {
        self.refresh_wholly(None)?;
        if let Some(id) = &what.entry {
            return self.look_up_entry(id, what);
        }
        let mut found: Vec<Object> = self.mirror.written_by(op).into_iter().cloned().collect();
        if found.is_empty() {
            let removed = self.mirror.gone.iter().find(|gone| gone.by.as_deref() == Some(op));
            if let Some(gone) = removed {
                return Ok(Found::Present(told::cancelled(self.agenda, &gone.object)));
            }
            // The mirror is a copy; the object itself has the last word.
            let name = told::booking_name(op);
            let got = self.client.get(&self.path(&name)).map_err(|failure| failure.of_read())?;
            let Some(got) = got else { return Ok(Found::Absent) };
            let content = object::object(&got.body, &self.zones);
            if content.mark != Mark::Booking || content.op.as_deref() != Some(op) {
                return Err(Error::Other(format!("something else stands at the place of booking {op}")));
            }
            found.push(got.object(&name, String::new(), content));
        }
        Ok(self.with_others(&found, what))
    }

    /// What the calendar holds of an entry that somebody else wrote.
    fn look_up_entry(&self, id: &str, what: &Request) -> Result<Found, Error> {
        let name = self.name_of(id)?;
        // A name that comes from outside is one of this calendar's own, never a way out of it.
        if !self.mirror.objects.contains_key(name) {
            return Ok(Found::Absent);
        }
        let Some((got, content)) = self.present(name)? else { return Ok(Found::Absent) };
        if content.first.is_none() || content.recurs() || !patch::is_private(&got.body) {
            // It cannot be read, or is no single visit that could be changed: nothing is said of its time.
            return Ok(Found::Ambiguous(Vec::new()));
        }
        Ok(self.with_others(&[got.object(name, String::new(), content)], what))
    }

    /// What was found, and whoever else has a part of its time.
    fn with_others(&self, found: &[Object], what: &Request) -> Found {
        let mut all: Vec<Appointment> = found.iter().map(|object| told::requested(self.agenda, object, what)).collect();
        if let [own] = found
            && !own.content.busy.is_empty()
        {
            let period = own.content.first.unwrap_or(Period(0, 1));
            let others = self.others(period, Some(&own.name), what.allow_overlap);
            all.extend(others.iter().map(|other| told::busy(self.agenda, other)));
        }
        if all.len() == 1 { Found::Present(all.remove(0)) } else { Found::Ambiguous(all) }
    }
}

/// A creation that was refused for certain.
fn refusal_of_creation(failure: &Failure) -> Error {
    let doubled = ["no-uid-conflict", "unique-scheduling-object-resource"].iter().any(|name| failure.names(name));
    if doubled {
        return Error::Other("the server has an object of this booking elsewhere".to_owned());
    }
    match failure.status() {
        Some(412) => {
            Error::Invalid(("object".to_owned(), "the server does not accept the object (HTTP 412)".to_owned()))
        }
        _ => failure.of_write(),
    }
}
