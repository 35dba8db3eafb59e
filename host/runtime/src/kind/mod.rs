//! How each kind of plugin is called, and what the domain is told when there is
//! no answer.

mod agenda;
mod analysis;
mod notification;
mod script;
mod triage;

use async_trait::async_trait;
use greffon_core::ids::FeatureId;
use greffon_core::model::practice::Practice;
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::{Encounter, Protocol, Step};
use greffon_core::ports::plugins::{Agenda, Channel, GuestError, PluginStatus, Plugins, Pure};
use wasmtime::Store;

use crate::convert::{Breach, FromGuest, Intake};
use crate::runtime::Runtime;
use crate::state::CallState;

#[async_trait]
impl Plugins for Runtime {
    async fn status(&self, practice: &Practice) -> Vec<PluginStatus> {
        self.statuses(practice)
    }

    async fn triage_protocols(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<Protocol>> {
        triage::protocols(self, practice, feature).await
    }

    async fn triage_next(&self, practice: &Practice, feature: &FeatureId, encounter: &Encounter) -> Pure<Step> {
        triage::next(self, practice, feature, encounter).await
    }

    async fn script_catalogue(&self, practice: &Practice, feature: &FeatureId) -> Pure<Vec<ScriptInfo>> {
        script::catalogue(self, practice, feature).await
    }

    async fn script_render(&self, practice: &Practice, feature: &FeatureId, session: &Session) -> Pure<View> {
        script::render(self, practice, feature, session).await
    }

    fn agenda<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Agenda + 'a> {
        Box::new(agenda::AgendaCalls::new(self, practice, feature))
    }

    fn channel<'a>(&'a self, practice: &'a Practice, feature: &'a FeatureId) -> Box<dyn Channel + 'a> {
        Box::new(notification::ChannelCalls::new(self, practice, feature))
    }
}

/// An intake of the size that the call's limits allow.
fn intake(store: &Store<CallState>) -> Intake {
    Intake::new(store.data().bound.limits.output_bytes)
}

/// Takes in what a function with `result` returned.
fn take<T, E, W, F>(intake: &mut Intake, returned: Result<W, F>) -> Result<Result<T, E>, Breach>
where
    T: FromGuest<W>,
    E: FromGuest<F>,
{
    Ok(match returned {
        Ok(value) => Ok(intake.take(value)?),
        Err(error) => Err(intake.take(error)?),
    })
}

/// Takes in what a pure function returned.
fn take_pure<T, W, F>(store: &Store<CallState>, returned: Result<W, F>) -> wasmtime::Result<Result<T, GuestError>>
where
    T: FromGuest<W>,
    GuestError: FromGuest<F>,
{
    Ok(take(&mut intake(store), returned)?)
}
