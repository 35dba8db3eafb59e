//! What the server holds.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// An agenda.
#[derive(Clone, Debug)]
pub struct Agenda {
    /// Its number.
    pub id: u64,
    /// Name to show.
    pub name: String,
    /// RPPS number of the practitioner. None: not told.
    pub rpps: Option<String>,
    /// IANA zone.
    pub zone: String,
    /// When it takes appointments, by the clock on the wall.
    pub hours: Vec<Hours>,
}

impl Agenda {
    /// Its zone; UTC for a name that is none.
    pub(super) fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC)
    }
}

/// Opening hours of one day of the week, `[from, to)`; up to midnight where `to` is 00:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Which day: 1 is Monday, 7 is Sunday.
    pub weekday: i8,
    /// First minute.
    pub from: Time,
    /// First minute after.
    pub to: Time,
}

/// A reason to book.
#[derive(Clone, Debug)]
pub struct Motive {
    /// Its number.
    pub id: u64,
    /// Name to show.
    pub name: String,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// Agendas that offer it.
    pub agendas: Vec<u64>,
}

/// A patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// Its number.
    pub id: u64,
    /// Family name.
    pub last_name: String,
    /// Given name.
    pub first_name: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// As it was told. None: not known.
    pub phone_number: Option<String>,
    pub(super) hidden: Option<Hidden>,
}

impl Patient {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id, "last_name": self.last_name, "first_name": self.first_name,
            "birth_date": self.birth_date, "phone_number": self.phone_number,
        })
    }
}

/// Something that takes time in an agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number; appointments and blocks share one sequence.
    pub id: u64,
    /// In which agenda.
    pub agenda: u64,
    /// What it is.
    pub kind: Kind,
    /// First instant, in milliseconds of Unix time.
    pub start: i64,
    /// First instant after.
    pub end: i64,
    /// It was called off, or taken away. It stays, so that changes can be followed.
    pub cancelled: bool,
    /// When it was written.
    pub created_at: i64,
    /// When it was last changed. No two changes have the same.
    pub updated_at: i64,
    pub(super) hidden: Option<Hidden>,
}

/// What takes the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An appointment.
    Appointment {
        /// For which motive.
        motive: u64,
        /// Of which patient.
        patient: u64,
        /// What is written beside it.
        notes: String,
    },
    /// Time that the practitioner keeps.
    Block {
        /// What it is called.
        label: String,
    },
}

/// How long something is not in lists yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    pub(super) until: i64,
    pub(super) reads: Option<u32>,
}

/// Whether something is in a list that is read now, and counts that reading.
pub(super) fn seen(hidden: &mut Option<Hidden>, now: i64) -> bool {
    let Some(one) = hidden else { return true };
    if now >= one.until || one.reads == Some(0) {
        *hidden = None;
        return true;
    }
    one.reads = one.reads.map(|reads| reads - 1);
    false
}

impl Entry {
    /// Whether it takes time of `[start, end)`.
    pub(super) fn takes(&self, start: i64, end: i64) -> bool {
        !self.cancelled && self.start < end && start < self.end
    }

    pub(super) fn to_json(&self, patient: Option<&Patient>, zone: &TimeZone) -> Value {
        let mut json = json!({
            "id": self.id,
            "agenda_id": self.agenda,
            "start": text(self.start, zone),
            "end": text(self.end, zone),
            "status": if self.cancelled { "cancelled" } else { "booked" },
            "created_at": text(self.created_at, &TimeZone::UTC),
            "updated_at": text(self.updated_at, &TimeZone::UTC),
        });
        match &self.kind {
            Kind::Appointment { motive, notes, .. } => {
                json["kind"] = json!("appointment");
                json["visit_motive_id"] = json!(motive);
                json["patient"] = patient.map_or(Value::Null, Patient::to_json);
                json["notes"] = json!(notes);
            }
            Kind::Block { label } => {
                json["kind"] = json!("block");
                json["label"] = json!(label);
            }
        }
        json
    }
}

/// An instant as the interface writes it: RFC 3339 with milliseconds and the zone's offset.
pub(super) fn text(at: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// Reads RFC 3339 with an offset. None: it is not that, or outside the years 1970 to 9998.
pub(super) fn instant(text: &str) -> Option<i64> {
    let at = text.parse::<Timestamp>().ok()?.as_millisecond();
    (0..=253_370_764_799_999).contains(&at).then_some(at)
}
