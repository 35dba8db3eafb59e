//! Script plugins: what to say, ask and do at each moment of a contact.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::imports::greffon::practice::types::Prepared;
pub use crate::bindings::imports::greffon::script::types::{
    AppointmentState, AppointmentSummary, CommitmentDraft, CommitmentSummary, Effect, Info, MessageDraft, Phase,
    Prompt, ReadBack, ScriptError, Session, View,
};
use crate::practice::Finding;
use crate::prepared::{self, Unreadable};
pub use crate::triage::{AnswerKind, Assessment, Choice, EmergencyService, Orientation, Question};

/// A script plugin. Pure: the same settings and session always give the same
/// view, and nothing but the parameters is known.
pub trait Script {
    /// The practice's settings, as its file writes them;
    /// [`Empty`](crate::settings::Empty) for a plugin without any.
    type Settings: DeserializeOwned;

    /// The settings as calls get them: the same type, or one that is made of
    /// them once and quicker to use. See [`prepared`](crate::prepared) for what
    /// it may hold.
    type Prepared: From<Self::Settings> + Serialize + DeserializeOwned;

    /// Analyses the settings without any contact; an error keeps them from
    /// going live. By default finds nothing.
    fn check(settings: &Self::Settings) -> Vec<Finding> {
        let _ = settings;
        Vec::new()
    }

    /// Returns the scripts that the settings hold, in the practice's order. By
    /// default none: the host's built-in script is used.
    ///
    /// # Errors
    /// The host uses its built-in script.
    fn catalogue(prepared: &Self::Prepared) -> Result<Vec<Info>, ScriptError> {
        let _ = prepared;
        Ok(Vec::new())
    }

    /// Returns what to say, ask and do now.
    ///
    /// # Errors
    /// The host answers each with its built-in minimal script.
    fn render(prepared: &Self::Prepared, session: &Session) -> Result<View, ScriptError>;
}

/// What [`export_script!`](crate::export_script) exports.
#[doc(hidden)]
#[derive(Debug)]
pub struct Export<T>(PhantomData<T>);

impl<T: Script> crate::bindings::script::exports::greffon::script::script::Guest for Export<T> {
    fn prepare(json: String) -> Result<Prepared, Vec<Finding>> {
        prepared::prepare::<T::Settings, T::Prepared>(&json, T::check)
    }

    fn catalogue(bytes: Vec<u8>) -> Result<Vec<Info>, ScriptError> {
        T::catalogue(&prepared::read(&bytes)?)
    }

    fn render(bytes: Vec<u8>, session: Session) -> Result<View, ScriptError> {
        T::render(&prepared::read(&bytes)?, &session)
    }
}

impl From<Unreadable> for ScriptError {
    fn from(_: Unreadable) -> Self {
        Self::NotPrepared
    }
}

/// Exports a type with the trait [`Script`](crate::script::Script) as the
/// script plugin of this crate, and stamps the contract's version. Once a crate.
#[macro_export]
macro_rules! export_script {
    ($plugin:ty) => {
        $crate::__export!($plugin, script, $crate::script::Script);
    };
}
