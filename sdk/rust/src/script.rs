//! Script plugins: what to say, ask and do at each moment of a contact.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

pub use crate::bindings::imports::greffon::script::types::{
    AppointmentState, AppointmentSummary, CommitmentDraft, CommitmentSummary, Effect, Info, MessageDraft, Phase,
    Prompt, ReadBack, ScriptError, Session, View,
};
use crate::practice::Finding;
use crate::settings;
pub use crate::triage::{AnswerKind, Assessment, Choice, Orientation, Question};

/// A script plugin. Pure: the same settings and session always give the same
/// view, and nothing but the parameters is known.
pub trait Script {
    /// The practice's settings; [`settings::Empty`] for a plugin without any.
    type Settings: DeserializeOwned;

    /// Returns the scripts that the settings hold, in the practice's order. By
    /// default none: the host's built-in script is used.
    ///
    /// # Errors
    /// `InvalidSettings` for a content that cannot be used.
    fn catalogue(settings: &Self::Settings) -> Result<Vec<Info>, ScriptError> {
        let _ = settings;
        Ok(Vec::new())
    }

    /// Returns what to say, ask and do now.
    ///
    /// # Errors
    /// The host answers each with its built-in minimal script.
    fn render(settings: &Self::Settings, session: &Session) -> Result<View, ScriptError>;

    /// Analyses the settings without any contact. By default finds nothing.
    fn check(settings: &Self::Settings) -> Vec<Finding> {
        let _ = settings;
        Vec::new()
    }
}

/// What [`export_script!`](crate::export_script) exports.
#[doc(hidden)]
#[derive(Debug)]
pub struct Export<T>(PhantomData<T>);

impl<T: Script> crate::bindings::script::exports::greffon::script::script::Guest for Export<T> {
    fn catalogue(json: String) -> Result<Vec<Info>, ScriptError> {
        T::catalogue(&settings::parse(&json)?)
    }

    fn render(json: String, session: Session) -> Result<View, ScriptError> {
        T::render(&settings::parse(&json)?, &session)
    }

    fn check(json: String) -> Vec<Finding> {
        match settings::parse::<T::Settings>(&json) {
            Ok(settings) => T::check(&settings),
            Err(error) => vec![error.into()],
        }
    }
}

impl From<settings::Error> for ScriptError {
    fn from(error: settings::Error) -> Self {
        Self::InvalidSettings((error.pointer, error.problem))
    }
}
