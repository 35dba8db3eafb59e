//! Triage plugins. No answer becomes a human decision, in the flow.

use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::model::triage::{Encounter, Finding, Protocol, Step};
use greffon_core::ports::plugins::{Bound, Health, Pure, Triage};
use greffon_kinds::PluginKind;
use wasmtime::component::{ComponentExportIndex, InstancePre};

use super::calls::{refused, take_pure, typed};
use super::pure;
use super::served::Served;
use crate::bindings::triage::greffon::triage::types as wit;
use crate::guest::PureGuest;
use crate::prepared::Prepared;
use crate::problem::Problem;
use crate::ready::Ready;
use crate::state::CallState;

pub(super) const SERVED: Served = Served {
    kind: PluginKind::Triage,
    capabilities: &[],
    fits: |linked| TriageGuest::new(linked.clone()).map(drop),
    bind,
    analyse: Some(analyse),
};

struct TriageCalls {
    ready: Ready,
    guest: Arc<TriageGuest>,
    prepared: Arc<Prepared>,
    protocols: Vec<Protocol>,
}

struct TriageGuest {
    pure: PureGuest,
    protocols: ComponentExportIndex,
    next: ComponentExportIndex,
}

impl TriageGuest {
    fn new(linked: InstancePre<CallState>) -> wasmtime::Result<Self> {
        let pure = PureGuest::new(linked, "greffon:triage/triage@0.1.0")?;
        Ok(Self { protocols: pure.function("protocols")?, next: pure.function("next")?, pure })
    }
}

fn bind(ready: Ready) -> Result<Bound, Problem> {
    let guest = Arc::new(typed(&ready, TriageGuest::new)?);
    let prepared = pure::prepared(&ready, &guest.pure, "triage.prepare")?;
    let (asked, settings) = (Arc::clone(&guest), Arc::clone(&prepared));
    let said: Result<Vec<Protocol>, _> = ready.ask("triage.protocols", move |store| {
        Box::pin(async move {
            type Returned = Result<Vec<wit::Protocol>, wit::TriageError>;
            let returned: Returned = asked.pure.call(&asked.protocols, store, (settings.bytes(),)).await?;
            take_pure(store, returned)
        })
    })?;
    let protocols = said.map_err(|error| refused(&error))?;
    Ok(Bound::Triage(Arc::new(TriageCalls { ready, guest, prepared, protocols })))
}

fn analyse(ready: &Ready) -> Result<Vec<Finding>, Problem> {
    let guest = typed(ready, TriageGuest::new)?;
    pure::findings(ready, &guest.pure, "triage.prepare")
}

impl Health for TriageCalls {
    fn is_suspended(&self) -> bool {
        self.ready.breaker.is_open()
    }
}

#[async_trait]
impl Triage for TriageCalls {
    fn protocols(&self) -> &[Protocol] {
        &self.protocols
    }

    async fn next(&self, encounter: &Encounter) -> Pure<Step> {
        let (guest, prepared) = (Arc::clone(&self.guest), Arc::clone(&self.prepared));
        let encounter = wit::Encounter::from(encounter.clone());
        self.ready
            .call("triage.next", move |store| {
                Box::pin(async move {
                    type Returned = Result<wit::Step, wit::TriageError>;
                    let params = (prepared.bytes(), &encounter);
                    let returned: Returned = guest.pure.call(&guest.next, store, params).await?;
                    take_pure(store, returned)
                })
            })
            .await
    }
}
