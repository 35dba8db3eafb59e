//! Tests of the whole plugin against the vendor's interface in memory, with its faults by their names.

mod book;
mod cancel;
mod catalogue;
mod changes;
mod find;
mod hostile;
mod look_up;
mod manifest;
mod patient;
mod peer;
mod server;
mod webhook;

use greffon_sdk::agenda::{Agenda, Appointment, Audience, Error, Found, Request, SlotPage, SlotQuery};
use greffon_sdk::practice::{ByWhom, Identifier, IdentityTrust, Person, Span, VisitMode};
use greffon_sdk::testing::{Fakes, at};

pub use self::server::Server;
use crate::DoctolibLike;

pub const MINUTE_MS: i64 = 60_000;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

pub const SETTINGS: &str = r#"{
    "base-url": "https://api.example", "account": 7,
    "agendas": { "dr-martin": { "vendor-id": 101 } },
    "motives": { "consultation": 201 }
}"#;

/// The plugin, a server with one agenda, and the fakes that join them.
pub struct Practice {
    pub fakes: Fakes,
    pub server: Server,
    pub plugin: DoctolibLike,
}

pub fn practice() -> Practice {
    with_settings(SETTINGS)
}

pub fn with_settings(json: &str) -> Practice {
    let fakes = Fakes::new();
    fakes.set_now(noon());
    let server = Server::new();
    let answering = server.clone();
    fakes.serve(move |request| answering.answer(request));
    Practice { fakes, server, plugin: DoctolibLike::new(serde_json::from_str(json).unwrap()).unwrap() }
}

/// Noon of Monday 2 March 2026 in Paris.
pub fn noon() -> i64 {
    at("2026-03-02T12:00:00", "Europe/Paris")
}

/// A time on Tuesday 3 March 2026 in Paris, `HH:MM`.
pub fn tuesday(time: &str) -> i64 {
    at(&format!("2026-03-03T{time}:00"), "Europe/Paris")
}

pub fn durand() -> Person {
    Person {
        identifiers: vec![Identifier { system: "urn:x".to_owned(), value: "secret-number".to_owned() }],
        family: "Durand".to_owned(),
        given: vec!["Zoé".to_owned(), "Marie".to_owned()],
        birth_date: Some("1984-06-01".to_owned()),
        phone: Some("+33612345678".to_owned()),
        email: Some("zoe@example.org".to_owned()),
        trust: IdentityTrust::Provisional,
        known_to_practice: None,
    }
}

/// A quarter of an hour on that Tuesday.
pub fn request(from: &str) -> Request {
    Request {
        agenda: "dr-martin".to_owned(),
        span: Span { start: tuesday(from), end: tuesday(from) + 15 * MINUTE_MS },
        motive: "consultation".to_owned(),
        mode: VisitMode::Office,
        patient: durand(),
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: Some("tousse depuis lundi".to_owned()),
        operator: Identifier { system: "urn:x".to_owned(), value: "op".to_owned() },
        allow_overlap: false,
        entry: None,
    }
}

pub fn query(window: Span) -> SlotQuery {
    SlotQuery {
        agendas: vec!["dr-martin".to_owned()],
        motive: Some("consultation".to_owned()),
        window,
        audience: Audience::empty(),
        modes: Vec::new(),
        known_patient: None,
        limit: 2_000,
    }
}

impl Practice {
    pub fn book(&self, op: &str, from: &str) -> Result<Appointment, Error> {
        self.plugin.book(&op.to_owned(), &request(from), None)
    }

    pub fn look_up(&self, op: &str, from: &str) -> Result<Found, Error> {
        self.plugin.look_up(&op.to_owned(), &request(from))
    }

    pub fn cancel(&self, id: &str, expected: Option<&str>) -> Result<Appointment, Error> {
        let expected = expected.map(str::to_owned);
        self.plugin.cancel(&"op-cancel".to_owned(), &id.to_owned(), expected.as_ref(), ByWhom::Patient, "guéri")
    }

    pub fn find(&self, start: i64, end: i64) -> Result<SlotPage, Error> {
        self.plugin.find_slots(&query(Span { start, end }))
    }

    /// Methods and paths of the requests so far.
    pub fn asked(&self) -> Vec<String> {
        let path = |url: &str| url.trim_start_matches("https://api.example").to_owned();
        self.fakes.requests().iter().map(|request| format!("{} {}", request.method, path(&request.url))).collect()
    }

    pub fn count(&self, beginning: &str) -> usize {
        self.asked().iter().filter(|asked| asked.starts_with(beginning)).count()
    }
}

/// The ids of what is in the way.
pub fn taken(result: Result<Appointment, Error>) -> Vec<String> {
    match result {
        Err(Error::SlotTaken(conflict)) => conflict.existing.into_iter().map(|appointment| appointment.id).collect(),
        other => panic!("expected slot-taken, got {other:?}"),
    }
}

pub fn is_unknown(result: &Result<Appointment, Error>) -> bool {
    matches!(result, Err(Error::OutcomeUnknown(_)))
}
