//! How the register's items are written: as JSON arrays, a third of the size of objects.

use serde::{Deserialize, Serialize};

use crate::item::{Absence, Entry, Hold, Period, Place};
use crate::status::Status;

/// Start, end, minutes before, minutes after, motive.
#[derive(Serialize, Deserialize)]
struct PlaceRow(i64, i64, u32, u32, String);

impl From<PlaceRow> for Place {
    fn from(PlaceRow(start, end, before_min, after_min, motive): PlaceRow) -> Self {
        Self { period: Period { start, end }, before_min, after_min, motive }
    }
}

impl From<Place> for PlaceRow {
    fn from(place: Place) -> Self {
        Self(place.period.start, place.period.end, place.before_min, place.after_min, place.motive)
    }
}

/// Op-ids, place, status, version, time of the last change, by whom, page.
#[derive(Serialize, Deserialize)]
pub struct EntryRow(Vec<String>, PlaceRow, Status, u64, i64, u8, u64);

impl From<EntryRow> for Entry {
    fn from(EntryRow(ops, place, status, seq, changed_at, by, page): EntryRow) -> Self {
        Self { ops, place: place.into(), status, seq, changed_at, by, page }
    }
}

impl From<Entry> for EntryRow {
    fn from(entry: Entry) -> Self {
        Self(entry.ops, entry.place.into(), entry.status, entry.seq, entry.changed_at, entry.by, entry.page)
    }
}

/// Op-id, place, end of the hold.
#[derive(Serialize, Deserialize)]
pub struct HoldRow(String, PlaceRow, i64);

impl From<HoldRow> for Hold {
    fn from(HoldRow(op, place, expires): HoldRow) -> Self {
        Self { op, place: place.into(), expires }
    }
}

impl From<Hold> for HoldRow {
    fn from(hold: Hold) -> Self {
        Self(hold.op, hold.place.into(), hold.expires)
    }
}

/// Op-id, start, end, label, version.
#[derive(Serialize, Deserialize)]
pub struct AbsenceRow(String, i64, i64, String, u64);

impl From<AbsenceRow> for Absence {
    fn from(AbsenceRow(op, start, end, label, seq): AbsenceRow) -> Self {
        Self { op, period: Period { start, end }, label, seq }
    }
}

impl From<Absence> for AbsenceRow {
    fn from(absence: Absence) -> Self {
        Self(absence.op, absence.period.start, absence.period.end, absence.label, absence.seq)
    }
}
