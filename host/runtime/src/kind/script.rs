//! Script plugins. No answer becomes the built-in script, in the flow.

use std::sync::Arc;

use greffon_core::ids::FeatureId;
use greffon_core::model::practice::{PluginKind, Practice};
use greffon_core::model::script::{ScriptInfo, Session, View};
use greffon_core::ports::plugins::{PluginFailure, Pure};

use super::take_pure;
use crate::bindings::script::ScriptPluginPre;
use crate::bindings::script::greffon::script::types as wit;
use crate::bound::Ready;
use crate::registry::Compiled;
use crate::runtime::Runtime;
use crate::state::CallState;

pub(super) async fn catalogue(runtime: &Runtime, practice: &Practice, feature: &FeatureId) -> Pure<Vec<ScriptInfo>> {
    let (ready, guest) = ready(runtime, practice, feature)?;
    let bound = Arc::clone(&ready.bound);
    runtime
        .call(&ready, "script.catalogue", move |store| {
            Box::pin(async move {
                let guest = guest.instantiate_async(&mut *store).await?;
                let returned = guest.greffon_script_script().call_catalogue(&mut *store, &bound.settings).await?;
                take_pure(store, returned)
            })
        })
        .await
}

pub(super) async fn render(
    runtime: &Runtime,
    practice: &Practice,
    feature: &FeatureId,
    session: &Session,
) -> Pure<View> {
    let (ready, guest) = ready(runtime, practice, feature)?;
    let bound = Arc::clone(&ready.bound);
    let session = wit::Session::from(session.clone());
    runtime
        .call(&ready, "script.render", move |store| {
            Box::pin(async move {
                let guest = guest.instantiate_async(&mut *store).await?;
                let script = guest.greffon_script_script();
                let returned = script.call_render(&mut *store, &bound.settings, &session).await?;
                take_pure(store, returned)
            })
        })
        .await
}

fn ready(
    runtime: &Runtime,
    practice: &Practice,
    feature: &FeatureId,
) -> Result<(Arc<Ready>, ScriptPluginPre<CallState>), PluginFailure> {
    let ready = runtime.ready(practice, feature, PluginKind::Script)?;
    match &ready.plugin.compiled {
        Compiled::Script(guest) => {
            let guest = guest.clone();
            Ok((ready, guest))
        }
        _ => Err(PluginFailure::NotBound(feature.clone())),
    }
}
