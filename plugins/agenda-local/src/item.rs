//! What stands in a register.

use serde::{Deserialize, Serialize};

use crate::rows;
use crate::status::Status;

/// Most op-ids remembered for one appointment: the booking and the latest changes.
const MAX_OPS: usize = 12;

const MINUTE_MS: i64 = 60_000;

/// A half-open period `[start, end)` in Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First instant inside.
    pub start: i64,
    /// First instant after.
    pub end: i64,
}

impl Period {
    /// Whether both share an instant; touching is not sharing.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    fn widened(&self, before_min: u32, after_min: u32) -> Self {
        Self {
            start: self.start.saturating_sub(i64::from(before_min) * MINUTE_MS),
            end: self.end.saturating_add(i64::from(after_min) * MINUTE_MS),
        }
    }
}

/// Time that is taken, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// When, buffers excluded.
    pub period: Period,
    /// Minutes kept free before.
    pub before_min: u32,
    /// Minutes kept free after.
    pub after_min: u32,
    /// For which motive.
    pub motive: String,
}

impl Place {
    /// When, buffers included.
    pub fn occupied(&self) -> Period {
        self.period.widened(self.before_min, self.after_min)
    }

    /// Whether two patients may sit in this place together, if it has seats for both.
    pub fn same_session(&self, other: &Self) -> bool {
        self.motive == other.motive && self.period == other.period
    }
}

/// One appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "rows::EntryRow", into = "rows::EntryRow")]
pub struct Entry {
    /// Op-ids that wrote it: the booking's first, then the latest changes.
    pub ops: Vec<String>,
    /// Where it stands.
    pub place: Place,
    /// How far it is.
    pub status: Status,
    /// Number of its last change in this register: its version.
    pub seq: u64,
    /// When it was last changed.
    pub changed_at: i64,
    /// Who changed it last: a position in the contract's `by-whom`.
    pub by: u8,
    /// Which page holds its patient.
    pub page: u64,
}

impl Entry {
    /// The op-id that booked it, which is its id in this register.
    pub fn id(&self) -> &str {
        self.ops.first().map_or("", String::as_str)
    }

    /// Notes that `op` changed it.
    pub fn note(&mut self, op: &str, seq: u64, now: i64, by: u8) {
        self.ops.push(op.to_owned());
        if self.ops.len() > MAX_OPS {
            self.ops.remove(1);
        }
        self.seq = seq;
        self.changed_at = now;
        self.by = by;
    }
}

/// A place kept for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "rows::HoldRow", into = "rows::HoldRow")]
pub struct Hold {
    /// The op-id that placed it, which is its token.
    pub op: String,
    /// Where.
    pub place: Place,
    /// First instant at which it no longer holds.
    pub expires: i64,
}

/// A period in which nobody receives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "rows::AbsenceRow", into = "rows::AbsenceRow")]
pub struct Absence {
    /// The op-id that wrote it, which is its id in this register.
    pub op: String,
    /// When.
    pub period: Period,
    /// Why.
    pub label: String,
    /// Number of its last change.
    pub seq: u64,
}

/// An absence that was taken away: (number of the change, its id).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone(pub u64, pub String);
