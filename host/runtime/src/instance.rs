//! One call: a permit, a store, an instance, an answer or a failure within the
//! limits. The store is dropped with the call.

use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::runtime::{Handle, Runtime};
use tokio::task::AbortHandle;
use tracing::Instrument;
use wasmtime::{Engine, Store, UpdateDeadline};

use crate::capability::http::Egress;
use crate::cpu::CpuMeter;
use crate::failure::{Failure, Stopped, classify};
use crate::inline::{Inline, Panicked};
use crate::metrics;
use crate::panic::Panic;
use crate::places::{Held, Permits};
use crate::state::{Bound, CallState, Services};
use crate::stats::CallTimes;
use crate::trail::Trail;

/// Handles to resources that one store may hold.
const HANDLES: usize = 1_000;
/// How much later than the guest's own runtime the caller gives up waiting:
/// only a host function that blocks a thread comes this far.
const GRACE: Duration = Duration::from_secs(1);

/// A call that used less than this of a processor when the first tick comes is
/// about to end: to make it yield would hand over each call that a tick happens
/// to hit.
const ABOUT_TO_END: Duration = Duration::from_millis(2);

/// Makes calls.
pub(crate) struct Caller {
    pub engine: Engine,
    /// The guests' own runtime: a spinning guest must not stop the server's
    /// timers.
    pub guests: Handle,
    /// Calls that begin on the server's threads nevertheless.
    pub inline: Inline,
    /// They end with the last binding.
    pub _threads: Threads,
    pub services: Arc<Services>,
    pub egress: Egress,
    pub permits: Permits,
    pub times: CallTimes,
    /// Whether the log gets all that a panic says.
    pub panics_in_full: bool,
}

/// The threads that guests run on.
pub(crate) struct Threads(Option<Runtime>);

impl Threads {
    pub(crate) fn of(runtime: Runtime) -> Self {
        Self(Some(runtime))
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(guests) = self.0.take() {
            // Waiting for guests here would block whoever drops us.
            guests.shutdown_background();
        }
    }
}

/// What a call of one function came to.
pub(crate) type Answer<T> = Result<T, Failure>;

impl Caller {
    /// Calls a guest. `run` instantiates it and calls its function; `function`
    /// names that for logs. What becomes of what it asks outside is in `trail`,
    /// however the call ends.
    pub(crate) async fn call<T, F>(
        &self,
        bound: &Arc<Bound>,
        trail: &Arc<Trail>,
        function: &'static str,
        run: F,
    ) -> Answer<T>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        let began = Instant::now();
        let answer = match self.permits.take(&bound.places, bound.kind).await {
            Some(permits) => self.run(bound, trail, function, permits, run).await,
            None => Err(Failure::Busy),
        };
        self.times.record(bound.kind, began.elapsed());
        metrics::called(bound.kind, answer.as_ref().err(), began.elapsed().as_secs_f64());
        if let Err(failure) = answer {
            tracing::warn!(
                practice.id = %bound.practice, feature = %bound.feature, plugin.name = bound.plugin, function,
                failure = ?failure, duration_ms = began.elapsed().as_millis(),
                "plugin \"{}\" gave no answer", bound.plugin,
            );
        }
        answer
    }

    async fn run<T, F>(
        &self,
        bound: &Arc<Bound>,
        trail: &Arc<Trail>,
        function: &'static str,
        permits: Held,
        run: F,
    ) -> Answer<T>
    where
        T: Send + 'static,
        F: for<'s> FnOnce(&'s mut Store<CallState>) -> BoxFuture<'s, wasmtime::Result<T>> + Send + 'static,
    {
        let span = tracing::debug_span!(
            "runtime.plugin.call", practice.id = %bound.practice, feature = %bound.feature,
            plugin.name = bound.plugin, function, cpu_us = tracing::field::Empty, log_lines = tracing::field::Empty,
            keyvalue_operations = tracing::field::Empty,
        );
        let limits = &bound.limits;
        let give_up = limits.deadline + GRACE;
        let transfer_bytes = usize::try_from(limits.transfer_bytes).unwrap_or(usize::MAX);
        let engine = self.engine.clone();
        let egress = self.egress.hooks_with(bound, trail);
        let is_pure = bound.kind.spec().pure;
        let pace = &bound.pace;
        let panics_in_full = self.panics_in_full;
        let (bound, services, trail) = (Arc::clone(bound), Arc::clone(&self.services), Arc::clone(trail));
        let recorded = span.clone();
        let task = async move {
            let meter = CpuMeter::default();
            let mut state = CallState::new(bound, services, egress);
            state.trail = trail;
            let mut store = Store::new(&engine, state);
            store.limiter(|state| &mut state.limiter);
            store.set_hostcall_fuel(transfer_bytes);
            store.set_max_component_handles(HANDLES);
            watch(&mut store, &meter);
            let deadline = store.data().deadline;
            let called = tokio::time::timeout_at(deadline.into(), meter.meter(run(&mut store))).await;
            let answer = match called {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(error)) => {
                    let failure = classify(&error, store.data());
                    tracing::debug!(error = %error.root_cause(), "guest failed");
                    if let Some(panic) = Panic::left(&error, &store) {
                        panic.tell(&store.data().bound, function, panics_in_full);
                    }
                    Err(failure)
                }
                Err(_) => Err(Failure::Limit("deadline")),
            };
            let counters = store.data().counters;
            // The slot of the pool is free before the permit is.
            drop(store);
            drop(permits);
            recorded.record("cpu_us", meter.spent().as_micros());
            recorded.record("log_lines", counters.log_lines);
            recorded.record("keyvalue_operations", counters.keyvalue_operations);
            answer
        };
        let mut task = Box::pin(task.instrument(span));
        if is_pure && let Some(turn) = self.inline.turn(pace) {
            match turn.poll(&self.guests, task.as_mut()) {
                Ok(Poll::Ready(answer)) => {
                    // A caller with many such calls lets others run in between.
                    tokio::task::coop::consume_budget().await;
                    return answer;
                }
                Ok(Poll::Pending) => {}
                Err(Panicked) => return Err(Failure::Trapped("host")),
            }
        }
        let task = self.guests.spawn(task);
        // A caller that goes away frees the place at the guest's next tick.
        let _abort = AbortOnDrop(task.abort_handle());
        match tokio::time::timeout(give_up, task).await {
            Ok(Ok(answer)) => answer,
            // A host function panicked, or the runtime is shutting down.
            Ok(Err(_)) => Err(Failure::Trapped("host")),
            Err(_) => Err(Failure::Limit("deadline")),
        }
    }
}

/// Looks at the guest once a tick: ends it, or lets others run for a moment. At
/// the second tick at the latest a call that began on its caller's thread leaves
/// it.
fn watch(store: &mut Store<CallState>, meter: &CpuMeter) {
    let meter = meter.clone();
    let mut first = true;
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |cx| {
        let state = cx.data();
        let spent = meter.inside();
        if spent > state.bound.limits.cpu {
            return Err(Stopped::Cpu.into());
        }
        if state.time_left().is_zero() {
            return Err(Stopped::Deadline.into());
        }
        if std::mem::take(&mut first) && spent < ABOUT_TO_END {
            return Ok(UpdateDeadline::Continue(1));
        }
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    });
}

struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
