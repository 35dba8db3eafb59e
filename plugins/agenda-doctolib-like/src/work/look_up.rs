//! What the vendor holds of an op-id. It cannot be asked for that: it is found by its mark among what stands around its
//! time, among what was changed, or by the number that its answer told.

use greffon_sdk::agenda::{Error, Found, Request, Result};

use super::memory::{Memory, Writes};
use super::patient::Traits;
use super::place::{Place, around, checked_time};
use super::told;
use crate::api::list::List;
use crate::api::wire::Entry;
use crate::mark;

/// How far back changes are read, in milliseconds: an hour less than the 30 days that the vendor keeps them.
const LOOKED_BACK_MS: i64 = (30 * 24 - 1) * 3_600_000;

impl Place<'_> {
    /// Returns what an op-id wrote. `Absent` only when everything was read, and late enough that the lists show it.
    pub fn look_up(&self, op: &str, what: &Request) -> Result<Found> {
        let time = checked_time(what)?;
        if what.entry.is_some() {
            return Err(Error::unsupported("entries that somebody else wrote"));
        }
        // Without the memory the answer is the vendor's alone.
        let writes = Memory::open().and_then(|memory| memory.writes(op)).unwrap_or_default();
        let list = self.entries(around(time)).map_err(|failure| failure.of_read())?;
        let of_op = |entry: &&Entry| told::op_of(entry, &self.installation) == Some(op);
        let mut found: Vec<Entry> = list.items.iter().filter(of_op).cloned().collect();
        if found.is_empty() {
            found = self.elsewhere(op, &writes)?;
        }
        if !found.is_empty() {
            return self.among_others(op, &found, list, what);
        }
        if list.unreadable > 0 {
            return Err(Error::Unavailable("an entry of this agenda cannot be read".to_owned()));
        }
        let alike = self.alike(&list, what);
        if !alike.is_empty() {
            return Ok(Found::Ambiguous(alike.iter().map(|entry| told::entry(self, entry)).collect()));
        }
        if writes.sent.is_some_and(|sent| self.now < self.shown_from(sent)) {
            return Err(Error::Unavailable("it may not be in the vendor's lists yet".to_owned()));
        }
        Ok(Found::Absent)
    }

    /// What an op-id wrote and is not around its time: what was answered to it, or what bears its mark among all that was
    /// changed. What stands comes alone.
    pub fn elsewhere(&self, op: &str, writes: &Writes) -> Result<Vec<Entry>> {
        if let Some(id) = writes.appointment
            && let Some(found) = self.entry(id).map_err(|failure| failure.of_read())?
        {
            return Ok(vec![found]);
        }
        let changed = self.changed_since(self.now.saturating_sub(LOOKED_BACK_MS));
        let mut found = changed.map_err(|failure| failure.of_read())?.items;
        found.retain(|entry| told::op_of(entry, &self.installation) == Some(op));
        let stands = found.iter().any(|entry| !entry.cancelled);
        found.retain(|entry| !stands || !entry.cancelled);
        Ok(found)
    }

    /// Appointments without any mark that could be the one that was asked for: of the same patient, at the same time.
    pub fn alike<'e>(&self, list: &'e List<Entry>, what: &Request) -> Vec<&'e Entry> {
        let Ok(traits) = Traits::of(&what.patient) else { return Vec::new() };
        let is_like = |entry: &&Entry| {
            let theirs = entry.patient.as_ref().is_some_and(|patient| traits.are_of(patient));
            theirs && entry.span.start == what.span.start && !mark::is_marked(&entry.notes)
        };
        list.items.iter().filter(is_like).collect()
    }

    /// What was found, and whoever else has a part of its time.
    fn among_others(&self, op: &str, found: &[Entry], mut list: List<Entry>, what: &Request) -> Result<Found> {
        let mut all: Vec<_> = found.iter().map(|entry| told::requested(self, op, entry, what)).collect();
        if let [own] = found
            && !own.cancelled
        {
            if own.span != what.span {
                list = self.entries(around(own.span)).map_err(|failure| failure.of_read())?;
            }
            let others = told::others(self, &list.items, own.span, Some(own.id), what.allow_overlap);
            all.extend(others.iter().map(|other| told::entry(self, other)));
        }
        Ok(if all.len() == 1 { Found::Present(all.remove(0)) } else { Found::Ambiguous(all) })
    }
}
