//! Moving and cancelling what greffon booked, and what a person took over. What else others wrote is never changed.

use greffon_sdk::agenda::{Appointment, Error, Request, Rule};

use super::calendar::{Calendar, checked_time};
use super::told;
use crate::dav::client::Got;
use crate::dav::failure::Failure;
use crate::ical::object;
use crate::ical::patch::{self, Change};
use crate::mirror::object::{Content, Mark, Object, Period};
use crate::settings::Cancel;

impl Calendar<'_> {
    /// Gives a booking another time. Only the time changes; motive and patient of the request are not written.
    pub fn move_to(&mut self, op: &str, id: &str, expected: Option<&str>, to: &Request) -> Result<Appointment, Error> {
        let period = checked_time("span", to.span)?;
        let name = self.name_of(id)?.to_owned();
        if to.agenda != self.agenda {
            return Err(Error::Unsupported("a move to another agenda".to_owned()));
        }
        self.writable()?;
        self.refresh_wholly(Some(period))?;
        let Some((got, content)) = self.changeable(&name, expected)? else { return Err(Error::NotFound) };
        if content.last_op.as_deref() == Some(op) {
            let object = got.object(&name, String::new(), content);
            let told = told::requested(self.agenda, &object, to);
            self.mirror.put(object);
            return Ok(told);
        }
        if content.cancelled {
            let text = "impossible pour un rendez-vous annulé".to_owned();
            return Err(Error::RuleBroken((Rule::StatusTransition, text)));
        }
        self.as_expected(&name, &got, &content, expected)?;
        if let Some(error) = self.obstacle(period, Some(&name), to.allow_overlap) {
            return Err(error);
        }
        let body = self.patched(&got, &Change::Moved(to.span), op)?;
        self.replace(op, &name, &got, body)?;
        self.verify_move(&name, &got, content.first, to)
    }

    /// Cancels a booking.
    pub fn cancel(&mut self, op: &str, id: &str, expected: Option<&str>) -> Result<Appointment, Error> {
        let name = self.name_of(id)?.to_owned();
        self.writable()?;
        let Some((got, content)) = self.changeable(&name, expected)? else { return self.gone(&name) };
        if content.cancelled {
            return Ok(self.stands(got.object(&name, String::new(), content)));
        }
        self.as_expected(&name, &got, &content, expected)?;
        match self.settings.cancel {
            Cancel::Mark => {
                let body = self.patched(&got, &Change::Cancelled, op)?;
                let content = object::object(&body, &self.zones);
                let etag = self.replace(op, &name, &got, body)?.unwrap_or_default();
                Ok(self.stands(Got { etag, ..got }.object(&name, String::new(), content)))
            }
            Cancel::Delete => {
                let object = got.object(&name, String::new(), content);
                self.mirror.put(object.clone());
                self.delete(&name, &got)?;
                self.mirror.remove(&name, Some(op));
                Ok(told::cancelled(self.agenda, &object))
            }
        }
    }

    /// The object of this name as it is on the server now. None: it is not there.
    pub fn present(&self, name: &str) -> Result<Option<(Got, Content)>, Error> {
        let got = self.client.get(&self.path(name)).map_err(|failure| failure.of_read())?;
        Ok(got.map(|got| {
            let content = object::object(&got.body, &self.zones);
            (got, content)
        }))
    }

    /// The same, for a change: a booking of greffon's, or an event of somebody else's whose version somebody saw.
    fn changeable(&mut self, name: &str, expected: Option<&str>) -> Result<Option<(Got, Content)>, Error> {
        let Some((got, content)) = self.present(name)? else { return Ok(None) };
        let denied = |why: &str| Err(Error::Denied(why.to_owned()));
        // A name that comes from outside is one of this calendar's own, never a way out of it.
        if content.mark == Mark::Foreign && !self.mirror.objects.contains_key(name) {
            self.refresh_wholly(None)?;
            if !self.mirror.objects.contains_key(name) {
                return Ok(None);
            }
        }
        match content.mark {
            Mark::Booking => Ok(Some((got, content))),
            Mark::Foreign if expected.is_some_and(|seen| !seen.is_empty()) && patch::is_private(&got.body) => {
                Ok(Some((got, content)))
            }
            Mark::Foreign if expected.is_some() => {
                denied("it is a series, or people are invited to it: change it by hand")
            }
            Mark::Foreign | Mark::Absence => denied("only what greffon booked can be changed"),
        }
    }

    fn as_expected(&self, name: &str, got: &Got, content: &Content, expected: Option<&str>) -> Result<(), Error> {
        let same = |version| version == got.etag || Some(version) == got.schedule.as_deref();
        if expected.is_none_or(same) {
            return Ok(());
        }
        Err(told::stale(self.agenda, &got.object(name, String::new(), content.clone())))
    }

    fn patched(&self, got: &Got, change: &Change, op: &str) -> Result<Vec<u8>, Error> {
        patch::change(&got.body, change, op, self.now)
            .ok_or_else(|| Error::Denied("somebody made something else of this booking: change it by hand".to_owned()))
    }

    /// Notes a booking in the mirror and tells it.
    fn stands(&mut self, object: Object) -> Appointment {
        let told = told::booking(self.agenda, &object);
        if !object.etag.is_empty() {
            self.mirror.put(object);
        }
        told
    }

    /// A booking that is not there: a success if it was.
    fn gone(&mut self, name: &str) -> Result<Appointment, Error> {
        if self.mirror.objects.get(name).is_some_and(|object| object.content.mark == Mark::Booking) {
            self.mirror.remove(name, None);
        }
        let gone = self.mirror.gone.iter().rev().find(|gone| gone.object.name == name);
        gone.map(|gone| told::cancelled(self.agenda, &gone.object)).ok_or(Error::NotFound)
    }

    /// Writes a new text of a booking over the one that was read. Returns its version, if the server tells it.
    fn replace(&mut self, op: &str, name: &str, before: &Got, body: Vec<u8>) -> Result<Option<String>, Error> {
        let path = self.path(name);
        let failure = match self.client.put_over(&path, before, body) {
            Ok(etag) => return Ok(etag),
            Err(failure) => failure,
        };
        let refused = failure.status() == Some(412);
        if !refused && !failure.leaves_doubt() {
            return Err(refusal_of_change(&failure));
        }
        match self.present(name) {
            Ok(Some((got, content))) if content.last_op.as_deref() == Some(op) => Ok(Some(got.etag)),
            Ok(Some((got, content))) if refused => {
                Err(told::stale(self.agenda, &got.object(name, String::new(), content)))
            }
            Ok(None) if refused => Err(Error::NotFound),
            _ if refused => Err(Error::Unavailable("somebody else changed the booking meanwhile".to_owned())),
            _ => Err(failure.of_write()),
        }
    }

    fn delete(&mut self, name: &str, before: &Got) -> Result<(), Error> {
        let path = self.path(name);
        let Err(failure) = self.client.delete_read(&path, before) else { return Ok(()) };
        let refused = failure.status() == Some(412);
        if !refused && !failure.leaves_doubt() {
            return Err(refusal_of_change(&failure));
        }
        match self.present(name) {
            Ok(None) => Ok(()),
            Ok(Some((got, content))) if refused => {
                Err(told::stale(self.agenda, &got.object(name, String::new(), content)))
            }
            _ if refused => Err(Error::Unavailable("somebody else changed the booking meanwhile".to_owned())),
            _ => Err(failure.of_write()),
        }
    }

    /// Reads the calendar again after a move, and moves back when somebody else is there too.
    fn verify_move(
        &mut self,
        name: &str,
        before: &Got,
        old: Option<Period>,
        to: &Request,
    ) -> Result<Appointment, Error> {
        let moved = |why: &str| Error::OutcomeUnknown(format!("the booking was moved, but {why}"));
        self.reread(to.span.into()).map_err(moved)?;
        let Some(own) = self.mirror.objects.get(name) else { return Err(moved("it is not there any more")) };
        let period = own.content.first.ok_or_else(|| moved("it cannot be read"))?;
        let Some(refusal) = self.obstacle(period, Some(name), to.allow_overlap) else {
            return Ok(told::requested(self.agenda, own, to));
        };
        if old.is_none_or(|old| !self.others(old, Some(name), true).is_empty()) {
            return Err(moved("others have the new time, and now the old one too"));
        }
        let path = self.path(name);
        let mut present = Got { etag: own.etag.clone(), schedule: own.schedule.clone(), body: Vec::new() };
        if present.is_weak()
            && let Ok(Some(got)) = self.client.get(&path)
        {
            present = got;
        }
        match self.client.put_over(&path, &present, before.body.clone()) {
            Ok(_) => Err(refusal),
            Err(_) => Err(moved("others have the new time, and it could not be moved back")),
        }
    }
}

/// A change that was refused for certain.
fn refusal_of_change(failure: &Failure) -> Error {
    match failure.status() {
        Some(404 | 410) => Error::NotFound,
        _ => failure.of_write(),
    }
}
