//! Script plugins. No answer becomes the built-in script, in the flow.

use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::model::triage::Finding;
use greffon_core::ports::plugins::{Bound, Health, Pure, Script};
use greffon_kinds::PluginKind;
use wasmtime::component::{ComponentExportIndex, InstancePre};

use super::calls::{refused, take_pure, typed};
use super::pure;
use super::served::Served;
use crate::bindings::script::greffon::script::types as wit;
use crate::guest::PureGuest;
use crate::prepared::Prepared;
use crate::problem::Problem;
use crate::ready::Ready;
use crate::state::CallState;

pub(super) const SERVED: Served = Served {
    kind: PluginKind::Script,
    capabilities: &[],
    fits: |linked| ScriptGuest::new(linked.clone()).map(drop),
    bind,
    analyse: Some(analyse),
};

struct ScriptCalls {
    ready: Ready,
    guest: Arc<ScriptGuest>,
    prepared: Arc<Prepared>,
    catalogue: Vec<ScriptInfo>,
}

struct ScriptGuest {
    pure: PureGuest,
    catalogue: ComponentExportIndex,
    render: ComponentExportIndex,
}

impl ScriptGuest {
    fn new(linked: InstancePre<CallState>) -> wasmtime::Result<Self> {
        let pure = PureGuest::new(linked, "greffon:script/script@0.1.0")?;
        Ok(Self { catalogue: pure.function("catalogue")?, render: pure.function("render")?, pure })
    }
}

fn bind(ready: Ready) -> Result<Bound, Problem> {
    let guest = Arc::new(typed(&ready, ScriptGuest::new)?);
    let prepared = pure::prepared(&ready, &guest.pure, "script.prepare")?;
    let (asked, settings) = (Arc::clone(&guest), Arc::clone(&prepared));
    let said: Result<Vec<ScriptInfo>, _> = ready.ask("script.catalogue", move |store| {
        Box::pin(async move {
            type Returned = Result<Vec<wit::Info>, wit::ScriptError>;
            let returned: Returned = asked.pure.call(&asked.catalogue, store, (settings.bytes(),)).await?;
            take_pure(store, returned)
        })
    })?;
    let catalogue = said.map_err(|error| refused(&error))?;
    Ok(Bound::Script(Arc::new(ScriptCalls { ready, guest, prepared, catalogue })))
}

fn analyse(ready: &Ready) -> Result<Vec<Finding>, Problem> {
    let guest = typed(ready, ScriptGuest::new)?;
    pure::findings(ready, &guest.pure, "script.prepare")
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
        let (guest, prepared) = (Arc::clone(&self.guest), Arc::clone(&self.prepared));
        let session = wit::Session::from(session.clone());
        self.ready
            .call("script.render", move |store| {
                Box::pin(async move {
                    type Returned = Result<wit::View, wit::ScriptError>;
                    let params = (prepared.bytes(), &session);
                    let returned: Returned = guest.pure.call(&guest.render, store, params).await?;
                    take_pure(store, returned)
                })
            })
            .await
    }
}
