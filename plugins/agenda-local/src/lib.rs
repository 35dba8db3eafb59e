//! greffon plugin `agenda-local`: a complete agenda for practices that have none, in the plugin's own keyvalue space.
//!
//! It refuses overlaps by itself: see [`register`].

mod archive;
mod desk;
mod item;
mod listing;
mod page;
mod register;
mod rows;
mod settings;
mod space;
mod status;
mod told;

#[cfg(test)]
mod tests;

use greffon_sdk::agenda::{
    Agenda, AgendaId, AgendaInfo, Appointment, AppointmentId, ByWhom, Caps, Delta, Descriptor, Error, Found, Hold,
    Motive, OpId, Probed, Request, Result, SlotPage, SlotQuery, Span, Status, Version,
};
use greffon_sdk::keyvalue::Bucket;
use greffon_sdk::{calendar, export_agenda};

use crate::desk::Desk;
use crate::settings::Settings;

/// The bucket of the plugin's space that holds everything.
const BUCKET: &str = "agenda";

/// The agendas of one practice.
struct Local {
    settings: Settings,
}

impl Local {
    fn at_the_desk<T>(&self, work: impl FnOnce(&Desk<'_, Bucket>) -> Result<T>) -> Result<T> {
        let space = Bucket::open(BUCKET).map_err(|error| Error::read_failed(&error))?;
        work(&Desk { settings: &self.settings, space: &space, now: calendar::now() })
    }
}

impl Agenda for Local {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self> {
        if settings.agendas.is_empty() {
            return Err(Error::Invalid(("settings/agendas".to_owned(), "name at least one agenda".to_owned())));
        }
        Ok(Self { settings })
    }

    fn describe(&self) -> Descriptor {
        Descriptor {
            name: "greffon".to_owned(),
            standard: "proprietary".to_owned(),
            caps: Caps::REFUSES_OVERLAP
                | Caps::NATIVE_HOLD
                | Caps::IDEMPOTENT_CREATE
                | Caps::CONDITIONAL_WRITE
                | Caps::DELTA
                | Caps::MOVES
                | Caps::ABSENCES
                | Caps::STATUSES
                | Caps::SEATS,
            max_lookback_s: 14 * 24 * 60 * 60,
            min_poll_s: 0,
            calls_per_min: None,
            write_timeout_ms: 3_000,
        }
    }

    fn probe(&self) -> Result<Probed> {
        let clock = self.at_the_desk(|desk| Ok(desk.now))?;
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        Ok(Probed { clock, product: Some("greffon agenda-local".to_owned()), version })
    }

    fn agendas(&self) -> Result<Vec<AgendaInfo>> {
        Ok(self.settings.describe_agendas())
    }

    fn motives(&self, of: &AgendaId) -> Result<Vec<Motive>> {
        if !self.settings.agendas.contains_key(of) {
            return Err(Error::NotFound);
        }
        Ok(self.settings.describe_motives(of))
    }

    fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage> {
        self.at_the_desk(|desk| desk.find_slots(query))
    }

    fn changes(&self, of: &AgendaId, cursor: Option<&str>, window: Span, limit: u32) -> Result<Delta> {
        self.at_the_desk(|desk| desk.changes(of, cursor, window, limit))
    }

    fn place_hold(&self, op: &OpId, what: &Request, ttl_s: u32) -> Result<Hold> {
        self.at_the_desk(|desk| desk.place_hold(op, what, ttl_s))
    }

    fn release_hold(&self, _op: &OpId, token: &str) -> Result<()> {
        self.at_the_desk(|desk| desk.release_hold(token))
    }

    fn book(&self, op: &OpId, what: &Request, held: Option<&Hold>) -> Result<Appointment> {
        self.at_the_desk(|desk| desk.book(op, what, held.map(|hold| hold.token.as_str())))
    }

    fn look_up(&self, op: &OpId, what: &Request) -> Result<Found> {
        self.at_the_desk(|desk| desk.look_up(op, what))
    }

    fn move_to(&self, op: &OpId, id: &AppointmentId, expected: Option<&Version>, to: &Request) -> Result<Appointment> {
        self.at_the_desk(|desk| desk.move_to(op, id, expected.map(String::as_str), to))
    }

    fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&Version>,
        by: ByWhom,
        _reason: &str,
    ) -> Result<Appointment> {
        self.at_the_desk(|desk| desk.cancel(op, id, expected.map(String::as_str), by))
    }

    fn set_status(&self, op: &OpId, id: &AppointmentId, expected: Option<&Version>, to: Status) -> Result<Appointment> {
        self.at_the_desk(|desk| desk.set_status(op, id, expected.map(String::as_str), to))
    }

    fn block(&self, op: &OpId, of: &AgendaId, over: Span, label: &str) -> Result<String> {
        self.at_the_desk(|desk| desk.block(op, of, over, label))
    }

    fn unblock(&self, _op: &OpId, block_id: &str) -> Result<()> {
        self.at_the_desk(|desk| desk.unblock(block_id))
    }
}

export_agenda!(Local);
