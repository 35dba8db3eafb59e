//! greffon plugin `agenda-doctolib-like`: agendas at a vendor whose partner interface is of the kind that big vendors
//! have.
//!
//! The vendor keeps no id of ours, deduplicates nothing and may show late what was written: `work/book.rs` tells how a
//! booking stands once all the same.

mod api;
mod mark;
mod names;
mod settings;
mod time;
mod work;

#[cfg(test)]
mod tests;

use std::time::Duration;

use greffon_sdk::agenda::{
    Agenda, AgendaId, AgendaInfo, Appointment, AppointmentId, ByWhom, CallbackError, Caps, Delta, Descriptor, Error,
    Found, Hold, HttpIn, Motive, Notice, OpId, Probed, Request, Result, SlotPage, SlotQuery, Span, Version,
};
use greffon_sdk::{calendar, export_agenda};

use crate::api::client::Client;
use crate::api::place::canonical;
use crate::settings::Settings;
use crate::work::place::Place;
use crate::work::{callback, cancel, catalogue, find};

/// How long each part of a request may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far back the vendor tells changes, in seconds: 30 days.
const LOOKBACK_S: u32 = 30 * 86_400;

/// The agendas of one practice.
struct DoctolibLike {
    settings: Settings,
    client: Client,
}

impl DoctolibLike {
    fn place<'a>(&'a self, agenda: &'a str) -> Result<Place<'a>> {
        Place::of(agenda, &self.settings, &self.client).ok_or(Error::NotFound)
    }

    /// The agenda of a request; where there is none, the line to add.
    fn named<'a>(&'a self, agenda: &'a str) -> Result<Place<'a>> {
        Place::named(agenda, &self.settings, &self.client)
    }
}

impl Agenda for DoctolibLike {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self> {
        let wrong = |key: &str, why: String| Error::Invalid((format!("settings/{key}"), why));
        let base = canonical(&settings.base_url).map_err(|why| wrong("base-url", why.to_owned()))?;
        if settings.agendas.is_empty() {
            return Err(wrong("agendas", "name at least one agenda".to_owned()));
        }
        if let Some((first, second)) = settings.doubled() {
            let why = format!("it has the vendor-id of {first}: one agenda has one name");
            return Err(wrong(&format!("agendas/{second}"), why));
        }
        Ok(Self { settings, client: Client { base, timeout: PATIENCE } })
    }

    fn describe(&self) -> Descriptor {
        let push = if self.settings.account.is_some() { Caps::PUSH } else { Caps::empty() };
        Descriptor {
            name: "Doctolib-like".to_owned(),
            standard: "proprietary".to_owned(),
            caps: Caps::SERVES_SLOTS | Caps::DELTA | push,
            max_lookback_s: LOOKBACK_S,
            min_poll_s: 30,
            calls_per_min: None,
            write_timeout_ms: self.settings.write_timeout_ms,
        }
    }

    fn probe(&self) -> Result<Probed> {
        catalogue::probe(&self.settings, &self.client)
    }

    fn agendas(&self) -> Result<Vec<AgendaInfo>> {
        Ok(catalogue::agendas(&self.settings, &self.client))
    }

    fn motives(&self, of: &AgendaId) -> Result<Vec<Motive>> {
        catalogue::motives(&self.place(of)?)
    }

    fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage> {
        find::find_slots(&self.settings, &self.client, query, calendar::now())
    }

    fn changes(&self, of: &AgendaId, cursor: Option<&str>, window: Span, limit: u32) -> Result<Delta> {
        self.place(of)?.changes(cursor, window, limit)
    }

    fn release_hold(&self, _op: &OpId, _token: &str) -> Result<()> {
        // There are no holds, so every hold is gone.
        Ok(())
    }

    fn book(&self, op: &OpId, what: &Request, _held: Option<&Hold>) -> Result<Appointment> {
        self.named(&what.agenda)?.book(op, what)
    }

    fn look_up(&self, op: &OpId, what: &Request) -> Result<Found> {
        self.named(&what.agenda)?.look_up(op, what)
    }

    fn cancel(
        &self,
        _op: &OpId,
        id: &AppointmentId,
        expected: Option<&Version>,
        _by: ByWhom,
        _reason: &str,
    ) -> Result<Appointment> {
        cancel::cancel(&self.settings, &self.client, id, expected.map(String::as_str))
    }

    fn callback(&self, request: &HttpIn) -> std::result::Result<Notice, CallbackError> {
        callback::callback(&self.settings, request, calendar::now())
    }
}

export_agenda!(DoctolibLike);
