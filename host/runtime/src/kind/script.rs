//! Script plugins. No answer becomes the built-in script, in the flow.

use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::Finding;
use greffon_core::ports::plugins::{Bound, Health, Pure, Script};
use greffon_kinds::PluginKind;

use super::{Served, intake, refused, take_pure, typed};
use crate::bind::Ready;
use crate::bindings::script::ScriptPluginPre;
use crate::bindings::script::greffon::script::types as wit;
use crate::problem::Problem;
use crate::state::CallState;

pub(super) const SERVED: Served = Served {
    kind: PluginKind::Script,
    capabilities: &[],
    fits: |guest| ScriptPluginPre::new(guest.clone()).map(drop),
    bind,
    analyse: Some(analyse),
};

struct ScriptCalls {
    ready: Ready,
    guest: ScriptPluginPre<CallState>,
    catalogue: Vec<ScriptInfo>,
}

fn bind(ready: Ready) -> Result<Bound, Problem> {
    let guest = typed(&ready, ScriptPluginPre::new)?;
    let (asked, bound) = (guest.clone(), ready.bound.clone());
    let said: Result<Vec<ScriptInfo>, _> = ready.ask("script.catalogue", move |store| {
        Box::pin(async move {
            let guest = asked.instantiate_async(&mut *store).await?;
            let returned = guest.greffon_script_script().call_catalogue(&mut *store, &bound.settings).await?;
            take_pure(store, returned)
        })
    })?;
    let catalogue = said.map_err(|error| refused(&error))?;
    Ok(Bound::Script(Arc::new(ScriptCalls { ready, guest, catalogue })))
}

fn analyse(ready: &Ready) -> Result<Vec<Finding>, Problem> {
    let guest = typed(ready, ScriptPluginPre::new)?;
    let bound = ready.bound.clone();
    ready.ask("script.check", move |store| {
        Box::pin(async move {
            let guest = guest.instantiate_async(&mut *store).await?;
            let returned = guest.greffon_script_script().call_check(&mut *store, &bound.settings).await?;
            Ok(intake(store).take(returned)?)
        })
    })
}

impl Health for ScriptCalls {
    fn is_suspended(&self) -> bool {
        self.ready.breaker.is_open()
    }
}

#[async_trait]
impl Script for ScriptCalls {
    fn catalogue(&self) -> &[ScriptInfo] {
        &self.catalogue
    }

    async fn render(&self, session: &Session) -> Pure<View> {
        let (guest, bound) = (self.guest.clone(), self.ready.bound.clone());
        let session = wit::Session::from(session.clone());
        self.ready
            .call("script.render", move |store| {
                Box::pin(async move {
                    let guest = guest.instantiate_async(&mut *store).await?;
                    let script = guest.greffon_script_script();
                    let returned = script.call_render(&mut *store, &bound.settings, &session).await?;
                    take_pure(store, returned)
                })
            })
            .await
    }
}
