//! Tests of the whole agenda on a space in memory.

mod booking;
mod changes;
mod life;
mod manifest;
mod model;
mod past;
mod plugin;
mod races;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use greffon_sdk::agenda::{Appointment, Error, Request, SlotQuery};
use greffon_sdk::keyvalue::{self, Update};
use greffon_sdk::practice::{Identifier, IdentityTrust, Person, Span, VisitMode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::desk::Desk;
use crate::settings::Settings;
use crate::space::Space;

/// 2026-03-02T08:00:00Z, a Monday.
pub const MONDAY: i64 = 1_772_438_400_000;
pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

/// Another writer.
type Meanwhile = Box<dyn FnOnce(&Memory)>;

/// A space in memory. Each write of a key gives it another revision.
#[derive(Default)]
pub struct Memory {
    pub keys: RefCell<BTreeMap<String, (u64, Vec<u8>)>>,
    revision: Cell<u64>,
    /// Operations of the host that a plugin would have cost.
    pub operations: Cell<u32>,
    /// Runs once, between the reading and the writing of the next register.
    pub meanwhile: RefCell<Option<Meanwhile>>,
    pub broken: Cell<Option<Broken>>,
}

/// A fault of the space.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// Every operation fails, nothing is written.
    Down,
    /// A register is written, and the answer is lost.
    AnswerLost,
    /// A register is always written too late.
    AlwaysLate,
}

impl Memory {
    pub fn put(&self, key: &str, value: &[u8]) {
        self.revision.set(self.revision.get() + 1);
        self.keys.borrow_mut().insert(key.to_owned(), (self.revision.get(), value.to_vec()));
    }

    /// Keys that begin so.
    pub fn keys_of(&self, prefix: &str) -> Vec<String> {
        self.keys.borrow().keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }

    fn count(&self) -> Result<(), keyvalue::Error> {
        self.operations.set(self.operations.get() + 1);
        if self.broken.get() == Some(Broken::Down) { Err(storage()) } else { Ok(()) }
    }
}

fn storage() -> keyvalue::Error {
    keyvalue::Error::Storage("down".to_owned())
}

/// A value as the SDK reads it.
pub fn decode<T: DeserializeOwned>(key: &str, value: &[u8]) -> Result<T, keyvalue::Error> {
    serde_json::from_slice(value)
        .map_err(|error| keyvalue::Error::Unreadable { key: key.to_owned(), why: error.to_string() })
}

impl Space for Memory {
    fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, keyvalue::Error> {
        self.count()?;
        self.keys.borrow().get(key).map(|(_, value)| decode(key, value)).transpose()
    }

    fn set<T: Serialize>(&self, key: &str, value: &T) -> Result<(), keyvalue::Error> {
        self.count()?;
        self.put(key, &serde_json::to_vec(value).unwrap());
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<(), keyvalue::Error> {
        self.count()?;
        self.keys.borrow_mut().remove(key);
        Ok(())
    }

    fn update<T, R, E>(&self, key: &str, mut decide: impl FnMut(Option<T>) -> Result<Update<T, R>, E>) -> Result<R, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<keyvalue::Error>,
    {
        let is_register = key.starts_with("register/");
        for _ in 0..10 {
            self.count()?;
            let (revision, value) = self.keys.borrow().get(key).cloned().unzip();
            if is_register && let Some(meanwhile) = self.meanwhile.take() {
                meanwhile(self);
            }
            let (value, answer) = match decide(value.map(|value| decode(key, &value)).transpose()?)? {
                Update::Write(value, answer) => (value, answer),
                Update::Keep(answer) => return Ok(answer),
            };
            self.count()?;
            let present = self.keys.borrow().get(key).map(|(revision, _)| *revision);
            if present == revision && !(is_register && self.broken.get() == Some(Broken::AlwaysLate)) {
                self.put(key, &serde_json::to_vec(&value).unwrap());
                let lost = is_register && self.broken.get() == Some(Broken::AnswerLost);
                return if lost { Err(storage().into()) } else { Ok(answer) };
            }
        }
        Err(keyvalue::Error::Contended(key.to_owned()).into())
    }
}

pub fn settings() -> Settings {
    serde_json::from_str(
        r#"{
            "agendas": { "dr-martin": { "label": "Dr Martin", "rpps": "10003456789" }, "dr-petit": { "label": "Dr Petit" } },
            "motives": {
                "buffered": { "duration-min": 15, "before-min": 5, "after-min": 10 },
                "group": { "duration-min": 60, "seats": 3 }
            }
        }"#,
    )
    .unwrap()
}

pub fn desk<'a>(settings: &'a Settings, space: &'a Memory) -> Desk<'a, Memory> {
    Desk { settings, space, now: MONDAY }
}

pub fn request(start_min: i64, minutes: i64) -> Request {
    let start = MONDAY + start_min * MINUTE;
    Request {
        agenda: "dr-martin".to_owned(),
        span: Span { start, end: start + minutes * MINUTE },
        motive: "consultation".to_owned(),
        mode: VisitMode::Office,
        patient: Person {
            identifiers: Vec::new(),
            family: "Durand".to_owned(),
            given: vec!["Zoé".to_owned()],
            birth_date: Some("1980-02-29".to_owned()),
            phone: Some("+33199000001".to_owned()),
            email: None,
            trust: IdentityTrust::Provisional,
            known_to_practice: Some(true),
        },
        resources: Vec::new(),
        slot_handle: None,
        slot_version: None,
        note: Some("première fois".to_owned()),
        operator: Identifier { system: "urn:x".to_owned(), value: "op".to_owned() },
        allow_overlap: false,
        entry: None,
    }
}

pub fn for_motive(motive: &str, mut request: Request) -> Request {
    request.motive = motive.to_owned();
    request
}

pub fn query(from_min: i64, to_min: i64) -> SlotQuery {
    SlotQuery {
        agendas: vec!["dr-martin".to_owned()],
        motive: None,
        window: Span { start: MONDAY + from_min * MINUTE, end: MONDAY + to_min * MINUTE },
        audience: greffon_sdk::agenda::Audience::empty(),
        modes: Vec::new(),
        known_patient: None,
        limit: 1000,
    }
}

/// The appointments in the way, by id.
pub fn taken(result: Result<Appointment, Error>) -> Vec<String> {
    match result {
        Err(Error::SlotTaken(conflict)) => {
            assert!(conflict.existing.iter().all(|appointment| appointment.patient.is_none()));
            conflict.existing.into_iter().map(|appointment| appointment.id).collect()
        }
        other => panic!("expected slot-taken, got {other:?}"),
    }
}
