//! A bound feature, whatever its kind: its calls, and what is asked of it while
//! it is bound.

use std::sync::Arc;
use std::thread;

use futures::future::BoxFuture;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::PluginFailure;
use wasmtime::Store;

use crate::breaker::{Breaker, Outcome};
use crate::failure::Failure;
use crate::failures::Failures;
use crate::instance::Caller;
use crate::limits::Limits;
use crate::plugin::Plugin;
use crate::prepared::PreparedSettings;
use crate::problem::Problem;
use crate::state::{Bound, CallState};
use crate::trail::{End, Trail};

/// A feature that can be called. Each kind builds its calls on one.
pub(crate) struct Ready {
    pub bound: Arc<Bound>,
    pub plugin: Arc<Plugin>,
    pub breaker: Breaker,
    pub failures: Failures,
    pub prepared: Arc<PreparedSettings>,
    pub caller: Arc<Caller>,
    /// What the operator allows at most.
    pub caps: Limits,
}

impl Ready {
    /// The clock that all calls share.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.caller.services.clock)
    }

    /// Calls the guest, if its breaker lets the call through.
    pub(crate) async fn call<T, F>(&self, function: &'static str, run: F) -> Result<T, PluginFailure>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        self.call_seen(&Arc::default(), function, run).await
    }

    /// The same for a guest that asks something outside, and learns from it. `hint` reads what the guest itself says
    /// in its answer: `None` when that is no failure of anything outside.
    pub(crate) async fn call_outside<T, F>(
        &self,
        function: &'static str,
        hint: impl FnOnce(&T) -> Option<End>,
        run: F,
    ) -> Result<T, PluginFailure>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        let trail = Arc::new(Trail::default());
        let answer = self.call_seen(&trail, function, run).await;
        let end = match &answer {
            Ok(answer) => hint(answer).unwrap_or(End::Answered),
            Err(failure) if failure.nothing_ran() => return answer,
            Err(PluginFailure::LimitReached(limit)) if limit == "deadline" => End::Late,
            Err(_) => End::Cut,
        };
        self.failures.learn(&self.bound, function, &trail.conclude(end), self.caller.services.clock.now());
        answer
    }

    async fn call_seen<T, F>(&self, trail: &Arc<Trail>, function: &'static str, run: F) -> Result<T, PluginFailure>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        let clock = self.caller.services.clock.as_ref();
        if !self.breaker.admits(clock) {
            return Err(PluginFailure::Suspended);
        }
        let answer = self.caller.call(&self.bound, trail, function, run).await;
        let outcome = match &answer {
            Ok(_) => Outcome::Answered,
            Err(Failure::Busy) => Outcome::NotRun,
            Err(Failure::Trapped(_) | Failure::Limit(_)) => Outcome::Failed,
        };
        if self.breaker.report(outcome, clock) {
            tracing::error!(
                practice.id = %self.bound.practice, feature = %self.bound.feature, plugin.name = self.bound.plugin,
                "calls of feature \"{}\" are suspended after repeated failures of its plugin", self.bound.feature
            );
        }
        answer.map_err(PluginFailure::from)
    }

    /// Asks the guest something while it is bound. Nobody waits on the line: it
    /// has the operator's caps of time, and this thread is blocked for as long.
    /// What comes of it says nothing about later calls, so the breaker hears
    /// nothing of it.
    pub(crate) fn ask<T, F>(&self, function: &'static str, run: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        let unhurried = Arc::new(self.bound.within(Limits {
            deadline: self.caps.deadline,
            cpu: self.caps.cpu,
            output_bytes: self.caps.output_bytes,
            transfer_bytes: self.caps.transfer_bytes,
            ..self.bound.limits.clone()
        }));
        let trail = Arc::default();
        let call = || self.caller.guests.block_on(self.caller.call(&unhurried, &trail, function, run));
        // A thread of its own: the caller's may be one of those that must not
        // block on a future.
        let answer =
            thread::scope(|scope| scope.spawn(call).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        answer.map_err(|failure| {
            let message = format!("{function} gave no answer: {}", PluginFailure::from(failure));
            Problem::passing("plugin", message, "it is tried again; if it stays, tell the plugin's author")
        })
    }
}
