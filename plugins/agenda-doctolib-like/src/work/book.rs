//! Booking where nothing makes a second request harmless: read afresh, send once, read again, and yield when somebody
//! else is there. What became of a request without an answer is read in the agenda; it is never sent again before the
//! vendor's lists can be believed.

use greffon_sdk::agenda::{Appointment, Error, Request, Result};
use greffon_sdk::log;
use serde_json::json;

use super::memory::{Memory, Writes};
use super::patient::Traits;
use super::place::{Place, around, checked_time};
use super::told;
use crate::api::failure::Failure;
use crate::api::list::List;
use crate::api::wire::{Entry, Item as _};
use crate::mark;
use crate::time::text;

/// Longest notes that the vendor takes, in characters.
const NOTES: usize = 1_000;

impl Place<'_> {
    /// Books.
    pub fn book(&self, op: &str, what: &Request) -> Result<Appointment> {
        let time = checked_time(what)?;
        if what.slot_handle.as_ref().is_some_and(|handle| *handle != text(time.start)) {
            return Err(Error::Invalid(("slot-handle".to_owned(), "it is that of another start".to_owned())));
        }
        let traits = Traits::of(&what.patient)?;
        let motive = self.motive(&what.motive)?;
        let memory = Memory::open()?;
        let mut writes = memory.writes(op)?;
        let list = self.entries(around(time)).map_err(|failure| failure.of_read())?;
        if let Some(before) = self.booked_before(op, &list, &writes, what)? {
            return self.verify(op, &before, &memory, what);
        }
        if let Some(error) = self.obstacle(&list, what, None) {
            return Err(error);
        }
        let patient = traits.record(self, &memory, op, &mut writes, what)?;
        let is_first = writes.sent.is_none();
        writes.sent = Some(self.now);
        memory.keep(op, &writes, time.end)?;
        let body = json!({
            "agenda_id": self.setting.vendor_id,
            "visit_motive_id": motive,
            "patient_id": patient,
            "start": text(time.start),
            "end": text(time.end),
            "notes": self.notes(op, what),
        });
        let written = match self.client.create("/v1/appointments", &body) {
            Ok(answer) => {
                let written = Entry::read(&answer).filter(|entry| entry.agenda == self.setting.vendor_id);
                written.map_or_else(|| self.settle(op, what, &Failure::Garbage("an appointment")), Ok)?
            }
            Err(failure) if failure.leaves_doubt() => self.settle(op, what, &failure)?,
            // What is in the way may be what was sent before and arrived at last.
            Err(failure) if failure.status() == Some(409) && !is_first => {
                let unsure = "the time is taken, perhaps by what was sent before";
                self.settle(op, what, &failure).map_err(|_| Error::OutcomeUnknown(unsure.to_owned()))?
            }
            Err(failure) => {
                memory.forget(op);
                return Err(self.refusal(&failure, what));
            }
        };
        writes.appointment = Some(written.id);
        if memory.keep(op, &writes, time.end).is_err() {
            log::warn("booking-not-remembered", &[]);
        }
        self.verify(op, &written, &memory, what)
    }

    /// What an earlier send of this op-id left, wherever it stands by now.
    fn booked_before(&self, op: &str, list: &List<Entry>, writes: &Writes, what: &Request) -> Result<Option<Entry>> {
        let of_op = |entry: &&Entry| told::op_of(entry, &self.installation) == Some(op);
        if let Some(found) = list.items.iter().find(of_op) {
            return Ok(Some(found.clone()));
        }
        let Some(sent) = writes.sent else { return Ok(None) };
        if let Some(found) = self.elsewhere(op, writes)?.into_iter().find(|entry| !entry.cancelled) {
            return Ok(Some(found));
        }
        // Of the same patient at the same time, without any mark: only a person can tell whether that is it.
        if !self.alike(list, what).is_empty() {
            return Err(Error::OutcomeUnknown("it was sent before, and something like it is there".to_owned()));
        }
        if self.now < self.shown_from(sent) {
            let why = "it was sent before, and may not be in the vendor's lists yet";
            return Err(Error::OutcomeUnknown(why.to_owned()));
        }
        Ok(None)
    }

    /// Why nothing may be written into the time of a request. None: nothing is in the way.
    fn obstacle(&self, list: &List<Entry>, what: &Request, except: Option<u64>) -> Option<Error> {
        let others = told::others(self, &list.items, what.span, except, what.allow_overlap);
        if !others.is_empty() {
            return Some(told::taken(self, &others));
        }
        (list.unreadable > 0).then(|| Error::Unavailable("an entry of this agenda cannot be read".to_owned()))
    }

    fn notes(&self, op: &str, what: &Request) -> String {
        let mark = mark::of(op, &self.installation);
        let note = what.note.as_deref().filter(|_| self.settings.send_note).map(str::trim).unwrap_or_default();
        if note.is_empty() {
            return mark;
        }
        // The mark comes first: what is cut off is the note, and a mark in it is somebody's text.
        let room = NOTES.saturating_sub(mark.chars().count() + 1);
        format!("{mark}\n{}", note.chars().take(room).collect::<String>())
    }

    /// After a send that was not plainly answered: what stands there and bears the mark.
    fn settle(&self, op: &str, what: &Request, failure: &Failure) -> Result<Entry> {
        let list = self.entries(around(what.span)).map_err(|_| failure.of_write())?;
        let of_op = |entry: &Entry| told::op_of(entry, &self.installation) == Some(op);
        // Not there is no proof: it may still arrive, or be in no list yet.
        list.items.into_iter().find(of_op).ok_or_else(|| failure.of_write())
    }

    /// Reads the agenda again after a write, and yields when somebody else is there too.
    fn verify(&self, op: &str, written: &Entry, memory: &Memory, what: &Request) -> Result<Appointment> {
        let unsure = |why: &str| Error::OutcomeUnknown(format!("the appointment was written, but {why}"));
        let list = self.entries(around(written.span)).map_err(|_| unsure("the agenda could not be read again"))?;
        let listed = list.items.iter().find(|entry| entry.id == written.id).cloned();
        let is_listed = listed.is_some();
        // What is in no list yet is shown by its number.
        let own = match listed {
            Some(own) => own,
            None => match self.entry(written.id) {
                Ok(Some(own)) => own,
                Ok(None) | Err(_) => return Err(unsure("it is not there any more")),
            },
        };
        if own.cancelled {
            return Err(unsure("somebody cancelled it at once"));
        }
        let there = Request { span: own.span, ..what.clone() };
        if let Some(refusal) = self.obstacle(&list, &there, Some(own.id)) {
            if self.client.delete(&format!("/v1/appointments/{}", own.id)).is_err() {
                return Err(unsure("others have the time, and it could not be taken back"));
            }
            memory.forget(op);
            return Err(refusal);
        }
        let is_marked = told::op_of(&own, &self.installation) == Some(op);
        if is_marked && is_listed {
            memory.forget(op);
        } else if self.remember(op, &own, is_marked, memory).is_err() {
            return Err(unsure("nothing but its number tells that greffon wrote it, and that could not be kept"));
        }
        Ok(told::requested(self, op, &own, what))
    }

    /// Keeps the number of an appointment that lists do not show yet, or not as greffon's.
    fn remember(&self, op: &str, own: &Entry, is_marked: bool, memory: &Memory) -> Result<()> {
        memory.sweep(self.now);
        if !is_marked {
            log::warn("mark-not-kept", &[]);
            memory.keep_unmarked(own.id, own.span.end)?;
        }
        let kept = Writes { appointment: Some(own.id), ..memory.writes(op)? };
        memory.keep(op, &kept, own.span.end)
    }

    /// A booking that was refused for certain.
    fn refusal(&self, failure: &Failure, what: &Request) -> Error {
        match failure.status() {
            Some(409) => told::taken(self, &[]),
            Some(404) => Error::Invalid((
                format!("settings/motives/{}", what.motive),
                format!(
                    "the vendor knows no agenda {} or no such motive in it: correct agendas.{}.vendor-id or \
                     motives.{}",
                    self.setting.vendor_id, self.id, what.motive
                ),
            )),
            _ => failure.of_write(),
        }
    }
}
