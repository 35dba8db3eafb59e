//! Triage plugins. No answer becomes a human decision, in the flow.

use std::sync::Arc;

use greffon_core::ids::FeatureId;
use greffon_core::model::practice::{PluginKind, Practice};
use greffon_core::model::triage::{Encounter, Protocol, Step};
use greffon_core::ports::plugins::{PluginFailure, Pure};

use super::take_pure;
use crate::bindings::triage::TriagePluginPre;
use crate::bindings::triage::greffon::triage::types as wit;
use crate::bound::Ready;
use crate::registry::Compiled;
use crate::runtime::Runtime;
use crate::state::CallState;

pub(super) async fn protocols(runtime: &Runtime, practice: &Practice, feature: &FeatureId) -> Pure<Vec<Protocol>> {
    let (ready, guest) = ready(runtime, practice, feature)?;
    let bound = Arc::clone(&ready.bound);
    runtime
        .call(&ready, "triage.protocols", move |store| {
            Box::pin(async move {
                let guest = guest.instantiate_async(&mut *store).await?;
                let returned = guest.greffon_triage_triage().call_protocols(&mut *store, &bound.settings).await?;
                take_pure(store, returned)
            })
        })
        .await
}

pub(super) async fn next(
    runtime: &Runtime,
    practice: &Practice,
    feature: &FeatureId,
    encounter: &Encounter,
) -> Pure<Step> {
    let (ready, guest) = ready(runtime, practice, feature)?;
    let bound = Arc::clone(&ready.bound);
    let encounter = wit::Encounter::from(encounter.clone());
    runtime
        .call(&ready, "triage.next", move |store| {
            Box::pin(async move {
                let guest = guest.instantiate_async(&mut *store).await?;
                let triage = guest.greffon_triage_triage();
                let returned = triage.call_next(&mut *store, &bound.settings, &encounter).await?;
                take_pure(store, returned)
            })
        })
        .await
}

fn ready(
    runtime: &Runtime,
    practice: &Practice,
    feature: &FeatureId,
) -> Result<(Arc<Ready>, TriagePluginPre<CallState>), PluginFailure> {
    let ready = runtime.ready(practice, feature, PluginKind::Triage)?;
    match &ready.plugin.compiled {
        Compiled::Triage(guest) => {
            let guest = guest.clone();
            Ok((ready, guest))
        }
        _ => Err(PluginFailure::NotBound(feature.clone())),
    }
}
