//! Tests of the whole plugin against a CalDAV server in memory, with the quirks and faults of real ones.

mod availability;
mod book;
mod change;
mod changes;
mod discovery;
mod find;
mod manifest;
mod peer;
mod server;
mod tags;
mod taken_over;
mod unreadable;
mod whole_days;

use greffon_sdk::agenda::{Agenda, Appointment, Audience, Error, Request, SlotPage, SlotQuery};
use greffon_sdk::practice::{Identifier, IdentityTrust, Person, Span, VisitMode};
use greffon_sdk::testing::{Fakes, at};

pub use self::server::{Fault, Server};
use crate::CalDav;

pub const PATH: &str = "/cabinet/agenda/";

/// The plugin, a server with one calendar, and the fakes that join them.
pub struct Practice {
    pub fakes: Fakes,
    pub server: Server,
    pub plugin: CalDav,
}

pub fn practice() -> Practice {
    with_settings(r#"{"base-url":"https://dav.example","calendars":{"dr-martin":"/cabinet/agenda/"}}"#)
}

pub fn with_settings(json: &str) -> Practice {
    let fakes = Fakes::new();
    fakes.set_now(noon());
    let server = Server::new(PATH);
    let answering = server.clone();
    fakes.serve(move |request| answering.answer(request));
    Practice { fakes, server, plugin: CalDav::new(serde_json::from_str(json).unwrap()).unwrap() }
}

/// Noon of Monday 2 March 2026 in Paris.
pub fn noon() -> i64 {
    at("2026-03-02T12:00:00", "Europe/Paris")
}

/// A time on Tuesday 3 March 2026 in Paris, `HH:MM`.
pub fn tuesday(time: &str) -> i64 {
    at(&format!("2026-03-03T{time}:00"), "Europe/Paris")
}

pub fn request(from: &str, to: &str) -> Request {
    Request {
        agenda: "dr-martin".to_owned(),
        span: Span { start: tuesday(from), end: tuesday(to) },
        motive: "consultation".to_owned(),
        mode: VisitMode::Office,
        patient: Person {
            identifiers: Vec::new(),
            family: "Durand".to_owned(),
            given: vec!["Zoé".to_owned()],
            birth_date: None,
            phone: None,
            email: None,
            trust: IdentityTrust::Provisional,
            known_to_practice: None,
        },
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: Some("tousse depuis lundi".to_owned()),
        operator: Identifier { system: "urn:x".to_owned(), value: "op".to_owned() },
        allow_overlap: false,
        entry: None,
    }
}

/// An event of somebody else, on that Tuesday.
pub fn event(uid: &str, from: &str, to: &str) -> String {
    let utc = |time| crate::ical::civil::utc_text(tuesday(time));
    object(uid, &format!("DTSTART:{}\r\nDTEND:{}", utc(from), utc(to)))
}

pub fn object(uid: &str, lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

impl Practice {
    pub fn book(&self, op: &str, from: &str, to: &str) -> Result<Appointment, Error> {
        self.plugin.book(&op.to_owned(), &request(from, to), None)
    }

    pub fn find(&self, from: &str, to: &str) -> Result<SlotPage, Error> {
        self.plugin.find_slots(&query(Span { start: tuesday(from), end: tuesday(to) }))
    }
}

pub fn query(window: Span) -> SlotQuery {
    SlotQuery {
        agendas: vec!["dr-martin".to_owned()],
        motive: None,
        window,
        audience: Audience::empty(),
        modes: Vec::new(),
        known_patient: None,
        limit: 1000,
    }
}

/// The ids of what is in the way.
pub fn taken(result: Result<Appointment, Error>) -> Vec<String> {
    match result {
        Err(Error::SlotTaken(conflict)) => conflict.existing.into_iter().map(|appointment| appointment.id).collect(),
        other => panic!("expected slot-taken, got {other:?}"),
    }
}
