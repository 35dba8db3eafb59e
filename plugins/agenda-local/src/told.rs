//! The register's items in the words of the contract.

use greffon_sdk::agenda::{Appointment, EntryRef};
use greffon_sdk::practice::{ByWhom, Span};

use crate::item::{Entry, Period};
use crate::page::Page;

const BY: [ByWhom; 5] = [ByWhom::Patient, ByWhom::Practitioner, ByWhom::Secretary, ByWhom::Agenda, ByWhom::System];

/// Position in the register's list of who changes things.
pub fn by_code(by: ByWhom) -> u8 {
    BY.iter().position(|known| *known == by).and_then(|position| u8::try_from(position).ok()).unwrap_or(3)
}

/// The id of an item, unique over all agendas. Op-ids have no slash.
pub fn id(agenda: &str, local: &str) -> String {
    format!("{agenda}/{local}")
}

/// Agenda and local part of an id; none for what `id` did not make.
pub fn split(id: &str) -> Option<(&str, &str)> {
    id.rsplit_once('/').filter(|(_, local)| !local.is_empty())
}

/// A period of the contract.
pub fn span(period: Period) -> Span {
    Span { start: period.start, end: period.end }
}

/// An appointment; without a page, its patient is not told.
pub fn appointment(agenda: &str, entry: &Entry, page: Option<&Page>) -> Appointment {
    let occupied = entry.place.occupied();
    Appointment {
        id: id(agenda, entry.id()),
        op: Some(entry.id().to_owned()),
        version: Some(entry.seq.to_string()),
        agenda: agenda.to_owned(),
        span: span(entry.place.period),
        buffer: (occupied != entry.place.period).then(|| span(occupied)),
        motive: Some(entry.place.motive.clone()),
        status: entry.status.told(),
        patient: page.map(Page::patient),
        resources: page.map(Page::resources).unwrap_or_default(),
        replaces: None,
        series: None,
        entry: Some(EntryRef { object: entry.id().to_owned(), recurrence: None }),
        last_change: Some(entry.changed_at),
        by: BY.get(usize::from(entry.by)).copied().unwrap_or(ByWhom::Agenda),
        ours: true,
    }
}
