//! Where a call runs. The clock stands still here: guests tick it
//! themselves, so that what happens at which tick is the same on any machine.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use greffon_core::model::practice::PluginKind;
use greffon_core::time;
use greffon_simulation::{ManualClock, MemoryKeyValue};
use wasmtime::{Engine, Linker, Module};

use super::*;
use crate::capability::http::Egress;
use crate::capability::testing::grant_nothing;
use crate::engine::{self, EngineSize};
use crate::failure::Failure;
use crate::instance::{Answer, Caller, Threads};
use crate::places::Permits;
use crate::state::{Bound, Services};
use crate::stats::CallTimes;

#[test]
fn one_thread_of_the_caller_s_runtime_is_left_free() {
    let (inline, pace) = (Inline::default(), Pace::default());
    assert!(inline.turn_among(0, &pace).is_none(), "no runtime");
    assert!(inline.turn_among(1, &pace).is_none(), "its only thread");
    let first = inline.turn_among(3, &pace).expect("the first of three");
    let _second = inline.turn_among(3, &pace).expect("the second of three");
    assert!(inline.turn_among(3, &pace).is_none(), "the last thread");
    drop(first);
    assert!(inline.turn_among(3, &pace).is_some());
}

#[tokio::test]
async fn the_only_thread_of_a_runtime_has_no_turn() {
    assert!(Inline::default().turn(&Pace::default()).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_threads_of_a_runtime_has_a_turn() {
    let (inline, pace) = (Inline::default(), Pace::default());
    let _turn = inline.turn(&pace).expect("one of two");
    assert!(inline.turn(&pace).is_none());
}

#[test]
fn a_proven_feature_may_have_the_last_thread_until_it_is_handed_over() {
    let (inline, pace) = (Inline::default(), Pace::default());
    for _ in 0..PROVEN {
        let _one = inline.turn_among(2, &pace).expect("one of two");
        assert!(inline.turn_among(2, &pace).is_none(), "not proven yet");
        pace.ended_in_time();
    }
    let first = inline.turn_among(2, &pace).expect("one of two");
    let second = inline.turn_among(2, &pace).expect("the last one");
    assert!(inline.turn_among(2, &pace).is_none(), "there is no third");
    drop((first, second));
    assert!(inline.turn_among(1, &pace).is_none(), "the only thread of a runtime");
    assert!(inline.turn_among(0, &pace).is_none(), "no runtime");
    pace.handed_over();
    assert!(inline.turn_among(3, &pace).is_none(), "the next call goes to the guests");
    let _one = inline.turn_among(2, &pace).expect("one of two");
    assert!(inline.turn_among(2, &pace).is_none());
}

/// How many calls in a row go to the guests' threads at once.
fn apart(pace: &Pace) -> u32 {
    (0..).take_while(|_| pace.is_apart()).map(|_| 1).sum()
}

#[test]
fn a_feature_that_is_handed_over_again_and_again_stays_apart_for_longer_and_not_for_ever() {
    let pace = Pace::default();
    let lengths = std::array::from_fn(|_| {
        pace.handed_over();
        apart(&pace)
    });
    assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
}

#[test]
fn a_feature_that_ends_in_time_is_forgiven() {
    let pace = Pace::default();
    for _ in 0..9 {
        pace.handed_over();
    }
    apart(&pace);
    for _ in 0..7 {
        pace.ended_in_time();
    }
    pace.handed_over();
    assert_eq!(apart(&pace), 1);
}

/// A guest that calls `tick` as often as it was told, in a loop: each turn of
/// it is a point where the host may look at it.
const TICKS: &str = r#"(module
    (import "host" "tick" (func $tick))
    (func (export "run") (param $left i32)
        (loop $again
            (call $tick)
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $again (local.get $left)))))"#;

/// Name of the guests' threads.
const GUESTS: &str = "guests";

/// A host of two threads for guests, and a practice that it calls.
struct Bench {
    caller: Caller,
    guest: Module,
    bound: Arc<Bound>,
}

impl Bench {
    fn new(kind: PluginKind) -> Self {
        let size = EngineSize { calls: 8, memory_bytes: 1 << 20 };
        let engine = Engine::new(&engine::config(size)).expect("a small engine");
        let guest = Module::new(&engine, wat::parse_str(TICKS).expect("text")).expect("a module");
        let guests = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name(GUESTS)
            .enable_all()
            .build()
            .expect("threads");
        let services = Services {
            clock: Arc::new(ManualClock::at(time::Instant(0))),
            keyvalue: Arc::new(MemoryKeyValue::default()),
            installation: String::new(),
            mail_folder: None,
        };
        let caller = Caller {
            engine,
            guests: guests.handle().clone(),
            _threads: Threads::of(guests),
            inline: Inline::default(),
            services: Arc::new(services),
            egress: Egress::default(),
            permits: Permits::new(8, 8, Duration::ZERO),
            times: CallTimes::default(),
            panics_in_full: false,
        };
        let bound = Arc::new(Bound { kind, ..grant_nothing() });
        Self { caller, guest, bound }
    }

    /// Calls a guest that ticks so often; for each tick whether it was on a
    /// thread of the server.
    async fn ticks(&self, count: i32) -> (Answer<()>, Vec<bool>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (engine, guest, by_guest) = (self.caller.engine.clone(), self.guest.clone(), Arc::clone(&seen));
        let trail = Arc::default();
        let run = self.caller.call(&self.bound, &trail, "test.ticks", move |store| {
            Box::pin(async move {
                let mut linker = Linker::new(&engine);
                let ticked = engine.clone();
                linker.func_wrap("host", "tick", move || {
                    by_guest.lock().expect("whole").push(thread::current().name() != Some(GUESTS));
                    ticked.increment_epoch();
                })?;
                let instance = linker.instantiate_async(&mut *store, &guest).await?;
                let function = instance.get_typed_func::<i32, ()>(&mut *store, "run")?;
                function.call_async(&mut *store, count).await
            })
        });
        let answer = run.await;
        let seen = seen.lock().expect("whole").clone();
        (answer, seen)
    }
}

/// How many ticks were on the server's threads: the first ones, and none later.
#[track_caller]
fn on_the_server(ticks: &[bool]) -> usize {
    let first = ticks.iter().take_while(|on_server| **on_server).count();
    assert!(ticks[first..].iter().all(|on_server| !on_server), "it came back: {ticks:?}");
    first
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_pure_call_stays_on_its_caller_s_thread() {
    let bench = Bench::new(PluginKind::Triage);
    let (answer, ticks) = bench.ticks(1).await;
    assert_eq!((answer, on_the_server(&ticks)), (Ok(()), 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pure_call_leaves_its_caller_s_thread_at_the_second_tick() {
    let bench = Bench::new(PluginKind::Script);
    let (answer, ticks) = bench.ticks(50).await;
    assert_eq!(answer, Ok(()));
    // One, where the first tick finds a machine so busy that 2 ms are over.
    assert!((1..=2).contains(&on_the_server(&ticks)), "{ticks:?}");
    assert_eq!(ticks.len(), 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feature_that_was_handed_over_begins_among_the_guests_until_it_is_tried_again() {
    let bench = Bench::new(PluginKind::Triage);
    let begins_here = async || on_the_server(&bench.ticks(50).await.1) > 0;
    let mut begun = Vec::new();
    for _ in 0..10 {
        begun.push(begins_here().await);
    }
    assert_eq!(begun, [true, false, true, false, false, true, false, false, false, false]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agenda_s_call_never_runs_on_its_caller_s_thread() {
    let bench = Bench::new(PluginKind::Agenda);
    let (answer, ticks) = bench.ticks(3).await;
    assert_eq!((answer, on_the_server(&ticks)), (Ok(()), 0));
}

#[tokio::test]
async fn a_server_of_one_thread_runs_no_guest() {
    let bench = Bench::new(PluginKind::Triage);
    let (answer, ticks) = bench.ticks(3).await;
    assert_eq!((answer, on_the_server(&ticks)), (Ok(()), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn spinning_guests_hold_each_thread_of_a_server_for_two_ticks_at_most() {
    let bench = Arc::new(Bench::new(PluginKind::Triage));
    let call = |_| {
        let bench = Arc::clone(&bench);
        tokio::spawn(async move { bench.ticks(200).await })
    };
    let calls: Vec<_> = (0..8).map(call).collect();
    for call in calls {
        let (answer, ticks) = call.await.expect("no panic");
        assert_eq!(answer, Ok(()));
        assert!(on_the_server(&ticks) <= 2, "{ticks:?}");
    }
    assert_eq!(bench.caller.inline.running(), 0, "each turn ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_function_that_panics_on_the_caller_s_thread_is_a_trap_and_frees_its_place() {
    let bench = Bench::new(PluginKind::Triage);
    for _ in 0..20 {
        let answer: Answer<()> = bench
            .caller
            .call(&bench.bound, &Arc::default(), "test.panics", |_| Box::pin(async { panic!("a bug of the host") }))
            .await;
        assert_eq!(answer, Err(Failure::Trapped("host")));
    }
    assert_eq!(bench.caller.inline.running(), 0);
    assert_eq!(bench.ticks(1).await.0, Ok(()));
}
