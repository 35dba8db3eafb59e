//! What the interface tells, as far as it is believed. Everything in it may be anything.

use greffon_sdk::agenda::{Instant, Span};
use serde_json::Value;

use crate::time::{Day, instant};

/// Longest text that is kept of a name or a version, in characters.
const TEXT: usize = 200;

/// Longest entry, in milliseconds: a year.
const LONGEST_MS: i64 = 366 * 86_400_000;

/// Longest motive, in minutes: a day.
const LONGEST_MIN: u64 = 24 * 60;

/// Something that can be read from an item of a list.
pub trait Item: Sized {
    /// None: it cannot be read.
    fn read(item: &Value) -> Option<Self>;
    /// What tells it from others in a list.
    fn key(&self) -> (u64, Instant);
}

/// An agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agenda {
    pub id: u64,
    pub name: String,
    /// None: not told.
    pub zone: Option<String>,
}

/// A visit motive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Motive {
    pub id: u64,
    pub name: String,
    pub minutes: u32,
    /// Numbers of the agendas that offer it.
    pub agendas: Vec<u64>,
}

/// A start that can be booked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    pub agenda: u64,
    pub motive: u64,
    pub span: Span,
}

/// A patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    pub id: u64,
    pub family: String,
    pub given: String,
    pub born: String,
}

/// Something that takes time, or took it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub id: u64,
    pub agenda: u64,
    pub span: Span,
    /// Time that the practitioner keeps, and no appointment.
    pub is_block: bool,
    /// It takes no time any more.
    pub cancelled: bool,
    /// Empty: none.
    pub notes: String,
    /// None: not told, or a block.
    pub patient: Option<Patient>,
    /// As the vendor writes it: the version.
    pub updated_at: String,
    /// The same as an instant.
    pub changed: Instant,
}

fn text(item: &Value, name: &str) -> String {
    item[name].as_str().unwrap_or_default().chars().take(TEXT).collect()
}

/// A time of an entry. None: none that makes sense.
fn span(item: &Value) -> Option<Span> {
    let at = |name: &str| item[name].as_str().and_then(instant);
    let (start, end) = (at("start")?, at("end")?);
    (start < end && end - start <= LONGEST_MS).then_some(Span { start, end })
}

impl Item for Agenda {
    fn read(item: &Value) -> Option<Self> {
        let zone = Some(text(item, "time_zone")).filter(|zone| !zone.is_empty());
        Some(Self { id: item["id"].as_u64()?, name: text(item, "name"), zone })
    }

    fn key(&self) -> (u64, Instant) {
        (self.id, 0)
    }
}

impl Item for Motive {
    fn read(item: &Value) -> Option<Self> {
        let minutes = item["duration_minutes"].as_u64().filter(|minutes| (1..=LONGEST_MIN).contains(minutes))?;
        let agendas = item["agenda_ids"].as_array()?.iter().filter_map(Value::as_u64).collect();
        let minutes = u32::try_from(minutes).ok()?;
        Some(Self { id: item["id"].as_u64()?, name: text(item, "name"), minutes, agendas })
    }

    fn key(&self) -> (u64, Instant) {
        (self.id, 0)
    }
}

impl Item for Offer {
    fn read(item: &Value) -> Option<Self> {
        let (agenda, motive) = (item["agenda_id"].as_u64()?, item["visit_motive_id"].as_u64()?);
        Some(Self { agenda, motive, span: span(item)? })
    }

    fn key(&self) -> (u64, Instant) {
        (self.agenda, self.span.start)
    }
}

impl Item for Patient {
    fn read(item: &Value) -> Option<Self> {
        let born = text(item, "birth_date");
        Day::read(&born)?;
        Some(Self { id: item["id"].as_u64()?, family: text(item, "last_name"), given: text(item, "first_name"), born })
    }

    fn key(&self) -> (u64, Instant) {
        (self.id, 0)
    }
}

impl Item for Entry {
    fn read(item: &Value) -> Option<Self> {
        let updated_at = text(item, "updated_at");
        let changed = instant(&updated_at)?;
        Some(Self {
            id: item["id"].as_u64()?,
            agenda: item["agenda_id"].as_u64()?,
            span: span(item)?,
            is_block: item["kind"] == "block",
            // A state that is not known takes time.
            cancelled: item["status"] == "cancelled",
            notes: item["notes"].as_str().unwrap_or_default().to_owned(),
            patient: Patient::read(&item["patient"]),
            updated_at,
            changed,
        })
    }

    fn key(&self) -> (u64, Instant) {
        (self.id, 0)
    }
}

impl Entry {
    /// Whether it takes time of a period.
    pub fn takes(&self, of: Span) -> bool {
        !self.cancelled && self.span.start < of.end && of.start < self.span.end
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_of_an_unknown_state_takes_time() {
        let item = json!({
            "id": 1, "agenda_id": 2, "start": "2026-03-03T09:00:00+01:00", "end": "2026-03-03T09:15:00+01:00",
            "status": "in_consultation", "updated_at": "2026-03-02T09:00:00Z", "kind": "party",
        });
        let entry = Entry::read(&item).unwrap();
        assert!(!entry.cancelled && entry.takes(entry.span) && entry.patient.is_none());
    }

    #[test]
    fn what_makes_no_sense_is_not_read() {
        let good = json!({
            "id": 1, "agenda_id": 2, "start": "2026-03-03T09:00:00+01:00", "end": "2026-03-03T09:15:00+01:00",
            "status": "booked", "updated_at": "2026-03-02T09:00:00Z",
        });
        assert!(Entry::read(&good).is_some());
        for (key, value) in [
            ("id", json!(-1)),
            ("id", json!("1")),
            ("start", json!("2026-03-03T09:15:00+01:00")),
            ("end", json!("2030-03-03T09:15:00+01:00")),
            ("end", json!(null)),
            ("updated_at", json!("hier")),
            ("agenda_id", json!(1.5)),
        ] {
            let mut item = good.clone();
            item[key] = value.clone();
            assert!(Entry::read(&item).is_none(), "{key} {value}");
        }
        let motive = json!({ "id": 1, "name": "x", "duration_minutes": 0, "agenda_ids": [] });
        assert!(Motive::read(&motive).is_none());
        assert!(Entry::read(&json!([])).is_none() && Entry::read(&json!(null)).is_none());
    }
}
