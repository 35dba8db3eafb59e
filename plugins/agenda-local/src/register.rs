//! The register of one agenda: every appointment, hold and absence that is not long past, in one document.
//!
//! One document, so that one compare-and-swap makes any change, and two bookings of the same time exclude each other
//! whatever calls run at once. What only the appointment's own page needs (the patient above all) is not in here.

use serde::{Deserialize, Serialize};

use crate::item::{Absence, Entry, Gone, Hold, Period, Place};
use crate::settings::Room;
use crate::status::Status;

/// Most appointments, holds and absences together: the document stays below 1 MB.
pub const MAX_ITEMS: usize = 8_000;

/// Shape of the document.
pub const FORMAT: u32 = 1;

/// Most taken-away absences remembered for `changes`.
const MAX_GONE: usize = 200;

/// The document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// `FORMAT`.
    pub format: u32,
    /// Number of the last change.
    pub seq: u64,
    /// Changes up to this number may be forgotten.
    pub floor: u64,
    /// Appointments that ended before this instant may have been put away.
    pub put_away_until: i64,
    /// When past appointments were last put away.
    pub swept_at: i64,
    /// Appointments, in order of booking.
    pub entries: Vec<Entry>,
    /// Holds.
    pub holds: Vec<Hold>,
    /// Absences.
    pub absences: Vec<Absence>,
    /// Absences that were taken away, in order.
    pub gone: Vec<Gone>,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            format: FORMAT,
            seq: 0,
            floor: 0,
            put_away_until: i64::MIN,
            swept_at: 0,
            entries: Vec::new(),
            holds: Vec::new(),
            absences: Vec::new(),
            gone: Vec::new(),
        }
    }
}

/// Why the register stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Appointments that are in the way, as positions in `entries`; empty when only a hold is.
    Taken(Vec<usize>),
    /// An absence is in the way.
    Absent,
    /// The hold that was presented does not hold any more.
    HoldExpired,
    /// The appointment has another version.
    Stale(usize),
    /// No such appointment.
    NotFound,
    /// The state asked for does not follow the present one.
    Transition(Status),
    /// `MAX_ITEMS` is reached.
    Full,
}

/// What became of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The appointment at this position was written.
    Written(usize),
    /// The same op-id did it before, or there was nothing to do: how it stands.
    Standing(usize),
}

/// What became of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It was placed, until this instant.
    Written(i64),
    /// The same op-id placed it before, until this instant.
    Standing(i64),
    /// The same op-id booked already: the position of the appointment.
    Booked(usize),
}

/// Who wants a place.
pub struct Claim<'a> {
    /// The op-id of the write; its own hold is not in its way.
    pub op: &'a str,
    /// The hold that is used up.
    pub held: Option<&'a str>,
    /// Where.
    pub place: Place,
    /// Patients who may share it, at least 1.
    pub seats: u32,
    /// A human decided that nothing is in the way.
    pub allow_overlap: bool,
}

impl<'a> Claim<'a> {
    /// A claim on a period for a motive that needs `room`.
    pub fn new(
        op: &'a str,
        held: Option<&'a str>,
        period: Period,
        motive: &str,
        room: Room,
        allow_overlap: bool,
    ) -> Self {
        let place = Place { period, before_min: room.before_min, after_min: room.after_min, motive: motive.to_owned() };
        Self { op, held, place, seats: room.seats, allow_overlap }
    }
}

impl Register {
    fn next(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// Position of the appointment of this id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.id() == id)
    }

    /// Position of the appointment that this op-id wrote, by a booking or a change.
    pub fn written_by(&self, op: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.ops.iter().any(|known| known == op))
    }

    /// Number of live entries of the session that this place belongs to.
    pub fn taken_seats(&self, place: &Place, now: i64) -> usize {
        let entries = self.entries.iter().filter(|entry| entry.status.occupies() && entry.place.same_session(place));
        let holds = self.holds.iter().filter(|hold| hold.expires > now && hold.place.same_session(place));
        entries.count() + holds.count()
    }

    fn refuse_what_is_in_the_way(&self, claim: &Claim<'_>, moving: Option<usize>, now: i64) -> Result<(), Refusal> {
        if claim.allow_overlap {
            return Ok(());
        }
        let wanted = claim.place.occupied();
        if self.absences.iter().any(|absence| absence.period.overlaps(&wanted)) {
            return Err(Refusal::Absent);
        }
        let own = |hold: &Hold| hold.op == claim.op || Some(hold.op.as_str()) == claim.held;
        let mut sharing = 0_usize;
        let mut in_the_way = Vec::new();
        for (position, entry) in self.entries.iter().enumerate() {
            if Some(position) == moving || !entry.status.occupies() || !entry.place.occupied().overlaps(&wanted) {
                continue;
            }
            if claim.seats > 1 && entry.place.same_session(&claim.place) {
                sharing += 1;
            }
            in_the_way.push(position);
        }
        let mut strangers = in_the_way.len() - sharing;
        for hold in self.holds.iter().filter(|hold| hold.expires > now && !own(hold)) {
            if !hold.place.occupied().overlaps(&wanted) {
                continue;
            }
            if claim.seats > 1 && hold.place.same_session(&claim.place) {
                sharing += 1;
            } else {
                strangers += 1;
            }
        }
        let seats = usize::try_from(claim.seats).unwrap_or(usize::MAX);
        if strangers == 0 && (sharing == 0 || sharing < seats) { Ok(()) } else { Err(Refusal::Taken(in_the_way)) }
    }

    fn refuse_when_full(&self) -> Result<(), Refusal> {
        let items = self.entries.len() + self.holds.len() + self.absences.len();
        if items < MAX_ITEMS { Ok(()) } else { Err(Refusal::Full) }
    }

    fn drop_expired_holds(&mut self, now: i64) {
        self.holds.retain(|hold| hold.expires > now);
    }

    /// Books. `page` names the page of the patient; `by` who books.
    pub fn book(&mut self, claim: Claim<'_>, page: u64, by: u8, now: i64) -> Result<Outcome, Refusal> {
        if let Some(position) = self.written_by(claim.op) {
            return Ok(Outcome::Standing(position));
        }
        if let Some(token) = claim.held
            && !self.holds.iter().any(|hold| hold.op == token && hold.expires > now)
        {
            return Err(Refusal::HoldExpired);
        }
        self.refuse_what_is_in_the_way(&claim, None, now)?;
        self.refuse_when_full()?;
        self.drop_expired_holds(now);
        self.holds.retain(|hold| hold.op != claim.op && Some(hold.op.as_str()) != claim.held);
        let seq = self.next();
        self.entries.push(Entry {
            ops: vec![claim.op.to_owned()],
            place: claim.place,
            status: Status::Booked,
            seq,
            changed_at: now,
            by,
            page,
        });
        Ok(Outcome::Written(self.entries.len() - 1))
    }

    /// Gives an appointment another place; it keeps its id.
    pub fn move_to(
        &mut self,
        id: &str,
        claim: Claim<'_>,
        expected: Option<&str>,
        by: u8,
        now: i64,
    ) -> Result<Outcome, Refusal> {
        let position = match self.open(id, claim.op, expected)? {
            Outcome::Standing(position) => return Ok(Outcome::Standing(position)),
            Outcome::Written(position) => position,
        };
        let status = self.entries[position].status;
        if !status.may_move() {
            return Err(Refusal::Transition(status));
        }
        self.refuse_what_is_in_the_way(&claim, Some(position), now)?;
        self.drop_expired_holds(now);
        self.holds.retain(|hold| hold.op != claim.op);
        let seq = self.next();
        let entry = &mut self.entries[position];
        entry.note(claim.op, seq, now, by);
        entry.place = claim.place;
        entry.status = Status::Booked;
        Ok(Outcome::Written(position))
    }

    /// Sets how far an appointment is.
    pub fn set_status(
        &mut self,
        id: &str,
        op: &str,
        expected: Option<&str>,
        to: Status,
        by: u8,
        now: i64,
    ) -> Result<Outcome, Refusal> {
        let position = match self.open(id, op, expected)? {
            Outcome::Standing(position) => return Ok(Outcome::Standing(position)),
            Outcome::Written(position) => position,
        };
        let present = self.entries[position].status;
        if present == to {
            return Ok(Outcome::Standing(position));
        }
        if !present.may_become(to) {
            return Err(Refusal::Transition(present));
        }
        let seq = self.next();
        let entry = &mut self.entries[position];
        entry.note(op, seq, now, by);
        entry.status = to;
        Ok(Outcome::Written(position))
    }

    /// The appointment of this id, `Standing` when `op` changed it before, `Written` when it is to be changed.
    fn open(&self, id: &str, op: &str, expected: Option<&str>) -> Result<Outcome, Refusal> {
        let position = self.find(id).ok_or(Refusal::NotFound)?;
        let entry = &self.entries[position];
        if entry.ops.iter().skip(1).any(|known| known == op) {
            return Ok(Outcome::Standing(position));
        }
        match expected {
            Some(version) if version != entry.seq.to_string() => Err(Refusal::Stale(position)),
            _ => Ok(Outcome::Written(position)),
        }
    }

    /// Keeps a place until `until`.
    pub fn place_hold(&mut self, claim: Claim<'_>, until: i64, now: i64) -> Result<Kept, Refusal> {
        if let Some(position) = self.written_by(claim.op) {
            return Ok(Kept::Booked(position));
        }
        if let Some(hold) = self.holds.iter().find(|hold| hold.op == claim.op && hold.expires > now) {
            return Ok(Kept::Standing(hold.expires));
        }
        self.refuse_what_is_in_the_way(&claim, None, now)?;
        self.refuse_when_full()?;
        self.drop_expired_holds(now);
        self.holds.push(Hold { op: claim.op.to_owned(), place: claim.place, expires: until });
        Ok(Kept::Written(until))
    }

    /// Gives a hold back. Returns whether there was one.
    pub fn release_hold(&mut self, token: &str) -> bool {
        let before = self.holds.len();
        self.holds.retain(|hold| hold.op != token);
        self.holds.len() != before
    }

    /// Writes an absence. Returns whether the register changed.
    pub fn block(&mut self, op: &str, period: Period, label: &str) -> Result<bool, Refusal> {
        if self.absences.iter().any(|absence| absence.op == op) {
            return Ok(false);
        }
        self.refuse_when_full()?;
        let seq = self.next();
        self.absences.push(Absence { op: op.to_owned(), period, label: label.to_owned(), seq });
        Ok(true)
    }

    /// Takes an absence away. Returns whether there was one.
    pub fn unblock(&mut self, id: &str) -> bool {
        let Some(position) = self.absences.iter().position(|absence| absence.op == id) else {
            return false;
        };
        self.absences.remove(position);
        let seq = self.next();
        self.gone.push(Gone(seq, id.to_owned()));
        if self.gone.len() > MAX_GONE {
            let Gone(forgotten, _) = self.gone.remove(0);
            self.floor = self.floor.max(forgotten);
        }
        true
    }

    /// Appointments that ended before `limit`, at most `most`.
    pub fn ended_before(&self, limit: i64, most: usize) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.place.period.end <= limit).take(most)
    }

    /// Takes out appointments that were put away, and absences that ended before `limit`.
    pub fn put_away(&mut self, away: &[&Entry], limit: i64) {
        let mut until = self.put_away_until;
        let mut floor = self.floor;
        self.entries.retain(|entry| {
            let leaves = away.contains(&entry);
            if leaves {
                until = until.max(entry.place.period.end);
                floor = floor.max(entry.seq);
            }
            !leaves
        });
        self.absences.retain(|absence| {
            let leaves = absence.period.end <= limit;
            if leaves {
                until = until.max(absence.period.end);
                floor = floor.max(absence.seq);
            }
            !leaves
        });
        self.put_away_until = until;
        self.floor = floor;
    }
}
