//! Mirrored objects in the words of the contract.

use greffon_sdk::agenda::{Appointment, Conflict, EntryRef, Error, Request, Rule, Status};
use greffon_sdk::practice::{ByWhom, Span};

use crate::mirror::object::{Mark, Object, Period};
use crate::mirror::view::Busy;

/// Longest name in an id, in bytes; the host takes ids of 1,024. greffon's own names are far shorter.
const NAME_BYTES: usize = 700;

/// The id of an object, unique over all calendars. Names are ASCII and have no slash.
pub fn id(agenda: &str, name: &str) -> String {
    format!("{agenda}/{}", shortened(name))
}

fn shortened(name: &str) -> &str {
    name.get(..NAME_BYTES).unwrap_or(name)
}

/// Agenda and name of an id; none for what `id` did not make.
pub fn split(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once('/').filter(|(agenda, name)| !agenda.is_empty() && !name.is_empty())
}

/// The name of the object that an op-id books.
pub fn booking_name(op: &str) -> String {
    format!("greffon-{op}.ics")
}

/// The name of the object of an absence. Op-ids have no underscore, so no booking has such a name.
pub fn absence_name(op: &str) -> String {
    format!("greffon_absence-{op}.ics")
}

/// Whether an object of this name is an absence of greffon's.
pub fn is_absence_name(name: &str) -> bool {
    name.starts_with("greffon_absence-")
}

/// A booking of greffon's, as it stands.
pub fn booking(agenda: &str, object: &Object) -> Appointment {
    let period = object.content.first.unwrap_or(Period(0, 1));
    appointment(agenda, object, id(agenda, &object.name), period)
}

/// A booking that was asked for, as it stands. The server is not told for whom and what for; whoever asks knows it.
pub fn requested(agenda: &str, object: &Object, what: &Request) -> Appointment {
    let booking = booking(agenda, object);
    let motive = booking.motive.or_else(|| Some(what.motive.clone()));
    Appointment { motive, patient: Some(what.patient.clone()), ..booking }
}

/// A booking that is gone.
pub fn cancelled(agenda: &str, object: &Object) -> Appointment {
    Appointment { status: Status::Cancelled, version: None, ..booking(agenda, object) }
}

/// Where in its calendar a time that is not free stands.
pub fn entry(busy: &Busy<'_>) -> EntryRef {
    EntryRef { object: shortened(&busy.object.name).to_owned(), recurrence: busy.recurrence }
}

/// A time that is not free. An occurrence has an id of its own.
pub fn busy(agenda: &str, busy: &Busy<'_>) -> Appointment {
    let series = busy.occurrence.then(|| id(agenda, &busy.object.name));
    Appointment {
        series,
        entry: Some(entry(busy)),
        ..appointment(agenda, busy.object, busy_id(agenda, busy), busy.period)
    }
}

/// The id of a time that is not free: of a series, the same wherever one occurrence was moved to alone.
pub fn busy_id(agenda: &str, busy: &Busy<'_>) -> String {
    let id = id(agenda, &busy.object.name);
    if busy.occurrence { format!("{id}#{}", busy.recurrence.unwrap_or(busy.period.0)) } else { id }
}

fn appointment(agenda: &str, object: &Object, id: String, period: Period) -> Appointment {
    let content = &object.content;
    let ours = content.mark != Mark::Foreign;
    Appointment {
        id,
        op: content.op.clone(),
        version: object.version().map(str::to_owned),
        agenda: agenda.to_owned(),
        span: Span::from(period),
        buffer: None,
        motive: content.motive.clone().filter(|_| ours),
        status: if content.cancelled { Status::Cancelled } else { Status::Booked },
        patient: None,
        resources: Vec::new(),
        replaces: None,
        series: None,
        entry: Some(EntryRef { object: shortened(&object.name).to_owned(), recurrence: None }),
        last_change: content.changed,
        by: if ours { ByWhom::System } else { ByWhom::Agenda },
        ours,
    }
}

/// The refusal of a time that others have.
pub fn taken(agenda: &str, others: &[Busy<'_>]) -> Error {
    let existing = others.iter().map(|other| busy(agenda, other)).collect();
    Error::SlotTaken(Conflict { existing, alternatives: Vec::new() })
}

/// The refusal to write where an entry may stand of which nobody knows when it is.
pub fn unplaced(names: &[&str]) -> Error {
    let shown = names.iter().take(3).map(|name| shortened(name)).collect::<Vec<_>>().join(", ");
    let text = format!(
        "{} entrée(s) de l'agenda sans date lisible ({shown}) : tant qu'elles ne sont pas corrigées ou retirées, une \
         personne doit regarder l'agenda et y écrire elle-même",
        names.len()
    );
    Error::RuleBroken((Rule::Closed, text))
}

/// The refusal of a version that is not the present one.
pub fn stale(agenda: &str, object: &Object) -> Error {
    Error::Stale(booking(agenda, object))
}
