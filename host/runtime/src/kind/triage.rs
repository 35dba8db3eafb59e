//! Triage plugins. No answer becomes a human decision, in the flow.

use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::model::triage::{Encounter, Finding, Protocol, Step};
use greffon_core::ports::plugins::{Bound, Health, Pure, Triage};
use greffon_kinds::PluginKind;

use super::{Served, intake, refused, take_pure, typed};
use crate::bind::Ready;
use crate::bindings::triage::TriagePluginPre;
use crate::bindings::triage::greffon::triage::types as wit;
use crate::problem::Problem;
use crate::state::CallState;

pub(super) const SERVED: Served = Served {
    kind: PluginKind::Triage,
    capabilities: &[],
    fits: |guest| TriagePluginPre::new(guest.clone()).map(drop),
    bind,
    analyse: Some(analyse),
};

struct TriageCalls {
    ready: Ready,
    guest: TriagePluginPre<CallState>,
    protocols: Vec<Protocol>,
}

fn bind(ready: Ready) -> Result<Bound, Problem> {
    let guest = typed(&ready, TriagePluginPre::new)?;
    let (asked, bound) = (guest.clone(), ready.bound.clone());
    let said: Result<Vec<Protocol>, _> = ready.ask("triage.protocols", move |store| {
        Box::pin(async move {
            let guest = asked.instantiate_async(&mut *store).await?;
            let returned = guest.greffon_triage_triage().call_protocols(&mut *store, &bound.settings).await?;
            take_pure(store, returned)
        })
    })?;
    let protocols = said.map_err(|error| refused(&error))?;
    Ok(Bound::Triage(Arc::new(TriageCalls { ready, guest, protocols })))
}

fn analyse(ready: &Ready) -> Result<Vec<Finding>, Problem> {
    let guest = typed(ready, TriagePluginPre::new)?;
    let bound = ready.bound.clone();
    ready.ask("triage.check", move |store| {
        Box::pin(async move {
            let guest = guest.instantiate_async(&mut *store).await?;
            let returned = guest.greffon_triage_triage().call_check(&mut *store, &bound.settings).await?;
            Ok(intake(store).take(returned)?)
        })
    })
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
        let (guest, bound) = (self.guest.clone(), self.ready.bound.clone());
        let encounter = wit::Encounter::from(encounter.clone());
        self.ready
            .call("triage.next", move |store| {
                Box::pin(async move {
                    let guest = guest.instantiate_async(&mut *store).await?;
                    let triage = guest.greffon_triage_triage();
                    let returned = triage.call_next(&mut *store, &bound.settings, &encounter).await?;
                    take_pure(store, returned)
                })
            })
            .await
    }
}
