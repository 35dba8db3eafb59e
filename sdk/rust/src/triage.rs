//! Triage plugins: the practice's own grids.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

pub use crate::bindings::imports::greffon::triage::types::{
    AnswerKind, Assessment, Choice, Encounter, Orientation, Protocol, Question, Reason, Step, TriageError,
};
use crate::practice::Finding;
use crate::settings;

/// A triage plugin. Pure: the same settings and encounter always give the same
/// step, and nothing but the parameters is known.
pub trait Triage {
    /// The practice's settings; [`settings::Empty`] for a plugin without any.
    type Settings: DeserializeOwned;

    /// Returns the protocols that the settings hold, in the practice's order.
    /// By default none: every case goes to a human.
    ///
    /// # Errors
    /// `InvalidSettings` for a content that cannot be used.
    fn protocols(settings: &Self::Settings) -> Result<Vec<Protocol>, TriageError> {
        let _ = settings;
        Ok(Vec::new())
    }

    /// Returns what to ask or conclude next. Adding facts may only keep or
    /// raise a concluded level.
    ///
    /// # Errors
    /// The host answers each with a human decision at or above the floor.
    fn next(settings: &Self::Settings, encounter: &Encounter) -> Result<Step, TriageError>;

    /// Analyses the settings without any case. By default finds nothing.
    fn check(settings: &Self::Settings) -> Vec<Finding> {
        let _ = settings;
        Vec::new()
    }
}

/// What [`export_triage!`](crate::export_triage) exports.
#[doc(hidden)]
#[derive(Debug)]
pub struct Export<T>(PhantomData<T>);

impl<T: Triage> crate::bindings::triage::exports::greffon::triage::triage::Guest for Export<T> {
    fn protocols(json: String) -> Result<Vec<Protocol>, TriageError> {
        T::protocols(&settings::parse(&json)?)
    }

    fn next(json: String, encounter: Encounter) -> Result<Step, TriageError> {
        T::next(&settings::parse(&json)?, &encounter)
    }

    fn check(json: String) -> Vec<Finding> {
        match settings::parse::<T::Settings>(&json) {
            Ok(settings) => T::check(&settings),
            Err(error) => vec![error.into()],
        }
    }
}

impl From<settings::Error> for TriageError {
    fn from(error: settings::Error) -> Self {
        Self::InvalidSettings((error.pointer, error.problem))
    }
}
