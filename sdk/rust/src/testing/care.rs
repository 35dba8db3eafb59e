//! Cases for pure plugins: a practice, facts, an encounter, a session.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::at;
use crate::practice::{ContentRef, Fact, PracticeContext, Source, Value};
use crate::prepared;
use crate::script::Session;
use crate::triage::Encounter;

/// When and where the cases take place: a Saturday morning in France.
const NOW_LOCAL: &str = "2026-11-21T09:30:00";
const ZONE: &str = "Europe/Paris";

/// Settings as the calls of a pure plugin get them: read, prepared, written and
/// read again, as the host would do.
///
/// # Panics
/// Settings that cannot be read, or that do not come back: what is wrong.
#[must_use]
pub fn prepared<S, P>(settings: &serde_json::Value) -> P
where
    S: DeserializeOwned,
    P: From<S> + Serialize + DeserializeOwned,
{
    let made = prepared::prepare::<S, P>(&settings.to_string(), |_| Vec::new());
    match made.map(|made| prepared::read(&made.bytes)) {
        Ok(Ok(prepared)) => prepared,
        Ok(Err(error)) => panic!("{error}"),
        Err(findings) => panic!("{findings:?}"),
    }
}

/// A French practice on 2026-11-21 at 09:30, without opening hours.
#[must_use]
pub fn context() -> PracticeContext {
    PracticeContext {
        site: "nord".to_owned(),
        practitioner: None,
        speciality: None,
        zone: ZONE.to_owned(),
        now: at(NOW_LOCAL, ZONE),
        now_local: NOW_LOCAL.to_owned(),
        opening: Vec::new(),
        language: "fr".to_owned(),
    }
}

/// A fact that the caller told just now.
#[must_use]
pub fn fact(key: &str, value: Value) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Caller, at: at(NOW_LOCAL, ZONE), by: "secretary".to_owned() }
}

/// An encounter of which only the motive is known.
#[must_use]
pub fn encounter(motive: &str) -> Encounter {
    Encounter {
        motive: Some(motive.to_owned()),
        context: context(),
        facts: Vec::new(),
        patient_age_days: None,
        previous: None,
    }
}

/// A session of which nothing is known, in the plugin's default script.
#[must_use]
pub fn session() -> Session {
    Session {
        script: ContentRef::in_settings("", ""),
        context: context(),
        facts: Vec::new(),
        assessment: None,
        emergency_call: None,
        done: Vec::new(),
        override_reason: None,
        appointment: None,
        commitments: Vec::new(),
    }
}
