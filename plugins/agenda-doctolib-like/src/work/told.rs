//! The vendor's entries in the words of the contract.

use greffon_sdk::agenda::{Absence, Appointment, Conflict, EntryRef, Error, Request, Status};
use greffon_sdk::practice::{ByWhom, Span};

use super::place::Place;
use crate::api::wire::Entry;
use crate::mark;

/// The op-id that an entry was written with. None: somebody else wrote it, or another installation.
pub fn op_of<'e>(entry: &'e Entry, installation: &str) -> Option<&'e str> {
    mark::op_in(&entry.notes, installation).filter(|_| !entry.is_block)
}

/// An entry as it stands. Nothing of its patient is repeated.
pub fn entry(place: &Place<'_>, entry: &Entry) -> Appointment {
    let op = op_of(entry, &place.installation).map(str::to_owned);
    Appointment {
        id: entry.id.to_string(),
        version: Some(entry.updated_at.clone()),
        agenda: place.id.to_owned(),
        span: entry.span,
        buffer: None,
        motive: None,
        status: if entry.cancelled { Status::Cancelled } else { Status::Booked },
        patient: None,
        resources: Vec::new(),
        replaces: None,
        series: None,
        entry: Some(EntryRef { object: entry.id.to_string(), recurrence: None }),
        last_change: Some(entry.changed),
        by: ByWhom::Agenda,
        ours: op.is_some(),
        op,
    }
}

/// What an op-id asked for, as it stands: whoever asks knows for whom and what for.
pub fn requested(place: &Place<'_>, op: &str, found: &Entry, what: &Request) -> Appointment {
    Appointment {
        op: Some(op.to_owned()),
        ours: true,
        motive: Some(what.motive.clone()),
        patient: Some(what.patient.clone()),
        ..entry(place, found)
    }
}

/// An appointment that is gone now. Its new version is not known.
pub fn cancelled(place: &Place<'_>, found: &Entry) -> Appointment {
    Appointment { status: Status::Cancelled, version: None, ours: true, ..entry(place, found) }
}

/// Time that the practitioner keeps.
pub fn absence(found: &Entry) -> Absence {
    let id = found.id.to_string();
    Absence { span: found.span, label: None, entry: Some(EntryRef { object: id.clone(), recurrence: None }), id }
}

/// That somebody has the time.
pub fn taken(place: &Place<'_>, others: &[&Entry]) -> Error {
    let existing = others.iter().map(|other| entry(place, other)).collect();
    Error::SlotTaken(Conflict { existing, alternatives: Vec::new() })
}

/// What is in the way of a time, but for one entry. `together`: patients of one group share it, so that greffon's own
/// bookings that begin with it are not in the way; whatever else stands there is.
pub fn others<'e>(
    place: &Place<'_>,
    entries: &'e [Entry],
    time: Span,
    except: Option<u64>,
    together: bool,
) -> Vec<&'e Entry> {
    let joined = |entry: &Entry| op_of(entry, &place.installation).is_some() && entry.span.start == time.start;
    let in_the_way = |entry: &&Entry| entry.takes(time) && Some(entry.id) != except && !(together && joined(entry));
    entries.iter().filter(in_the_way).collect()
}
