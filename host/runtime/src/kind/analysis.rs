//! What a plugin thinks of its settings, before they go live: the static
//! analysis of triage grids and of scripts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use futures::future::BoxFuture;
use greffon_core::ids::PracticeId;
use greffon_core::model::practice::Binding;
use greffon_core::model::triage::Finding;
use wasmtime::Store;

use super::intake;
use crate::bound;
use crate::inline::Pace;
use crate::instance::Answer;
use crate::limits::Limits;
use crate::problem::Problem;
use crate::registry::Compiled;
use crate::runtime::Runtime;
use crate::state::{Bound, CallState, Granted};

impl Runtime {
    /// Asks the plugin of a binding what is wrong with its settings. Agendas
    /// and channels have no such analysis, and nothing to say.
    ///
    /// Nobody waits on the line for this: the analysis has the operator's caps
    /// of time, and this thread is blocked for as long.
    ///
    /// # Errors
    /// What is wrong with the binding, or that the plugin gave no answer.
    pub fn analyse(&self, practice: &PracticeId, binding: &Binding) -> Result<Vec<Finding>, Problem> {
        let (plugin, checked) = bound::check(binding, &self.registry).map_err(bound::first)?;
        let settings = checked.settings.clone();
        let caps = self.registry.caps();
        let bound = Arc::new(Bound {
            practice: practice.clone(),
            feature: binding.feature.clone(),
            plugin: plugin.manifest.id.to_string(),
            kind: plugin.manifest.kind,
            settings: checked.settings,
            granted: Granted::default(),
            credentials: BTreeMap::new(),
            mail: None,
            opened: Vec::new(),
            limits: Limits { deadline: caps.deadline, cpu: caps.cpu, ..plugin.limits.clone() },
            pace: Pace::default(),
        });
        let answer = match plugin.compiled.clone() {
            Compiled::Triage(guest) => self.blocking(&bound, "triage.check", move |store| {
                Box::pin(async move {
                    let guest = guest.instantiate_async(&mut *store).await?;
                    let returned = guest.greffon_triage_triage().call_check(&mut *store, &settings).await?;
                    Ok(intake(store).take(returned)?)
                })
            }),
            Compiled::Script(guest) => self.blocking(&bound, "script.check", move |store| {
                Box::pin(async move {
                    let guest = guest.instantiate_async(&mut *store).await?;
                    let returned = guest.greffon_script_script().call_check(&mut *store, &settings).await?;
                    Ok(intake(store).take(returned)?)
                })
            }),
            Compiled::Agenda(_) | Compiled::Notification(_) => return Ok(Vec::new()),
        };
        answer.map_err(|failure| Problem {
            key: "plugin".to_owned(),
            message: format!("the analysis of its settings gave no answer: {}", failure.of_feature(&binding.feature)),
            hint: "tell the plugin's author; until then the settings cannot be used".to_owned(),
        })
    }

    fn blocking<F>(&self, bound: &Arc<Bound>, function: &'static str, run: F) -> Answer<Vec<Finding>>
    where
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<Vec<Finding>>> + Send + 'static,
    {
        let call = || self.caller.guests.block_on(self.caller.call(bound, function, run));
        // A thread of its own: the caller's may be one of those that must not
        // block on a future.
        thread::scope(|scope| scope.spawn(call).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}
