//! Triage plugins: the practice's own grids.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::imports::greffon::practice::types::Prepared;
pub use crate::bindings::imports::greffon::triage::types::{
    AnswerKind, Assessment, Choice, EmergencyService, Encounter, Orientation, Protocol, Question, Reason, Step,
    TriageError,
};
use crate::practice::Finding;
use crate::prepared::{self, Unreadable};

/// A triage plugin. Pure: the same settings and encounter always give the same
/// step, and nothing but the parameters is known.
pub trait Triage {
    /// The practice's settings, as its file writes them;
    /// [`Empty`](crate::settings::Empty) for a plugin without any.
    type Settings: DeserializeOwned;

    /// The settings as calls get them: the same type, or one that is made of
    /// them once and quicker to use. See [`prepared`](crate::prepared) for what
    /// it may hold.
    type Prepared: From<Self::Settings> + Serialize + DeserializeOwned;

    /// Analyses the settings without any case; an error keeps them from going
    /// live. By default finds nothing.
    fn check(settings: &Self::Settings) -> Vec<Finding> {
        let _ = settings;
        Vec::new()
    }

    /// Returns the protocols that the settings hold, in the practice's order.
    /// By default none: every case goes to a human.
    ///
    /// # Errors
    /// The host answers each with a human decision.
    fn protocols(prepared: &Self::Prepared) -> Result<Vec<Protocol>, TriageError> {
        let _ = prepared;
        Ok(Vec::new())
    }

    /// Returns what to ask or conclude next. Adding facts may only keep or
    /// raise a concluded level.
    ///
    /// # Errors
    /// The host answers each with a human decision at or above the floor.
    fn next(prepared: &Self::Prepared, encounter: &Encounter) -> Result<Step, TriageError>;
}

/// What [`export_triage!`](crate::export_triage) exports.
#[doc(hidden)]
#[derive(Debug)]
pub struct Export<T>(PhantomData<T>);

impl<T: Triage> crate::bindings::triage::exports::greffon::triage::triage::Guest for Export<T> {
    fn prepare(json: String) -> Result<Prepared, Vec<Finding>> {
        prepared::prepare::<T::Settings, T::Prepared>(&json, T::check)
    }

    fn protocols(bytes: Vec<u8>) -> Result<Vec<Protocol>, TriageError> {
        T::protocols(&prepared::read(&bytes)?)
    }

    fn next(bytes: Vec<u8>, encounter: Encounter) -> Result<Step, TriageError> {
        T::next(&prepared::read(&bytes)?, &encounter)
    }
}

impl From<Unreadable> for TriageError {
    fn from(_: Unreadable) -> Self {
        Self::NotPrepared
    }
}

/// Exports a type with the trait [`Triage`](crate::triage::Triage) as the
/// triage plugin of this crate, and stamps the contract's version. Once a crate.
#[macro_export]
macro_rules! export_triage {
    ($plugin:ty) => {
        $crate::__export!($plugin, triage, $crate::triage::Triage);
    };
}
