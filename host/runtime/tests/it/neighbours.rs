//! One practice's plugin does not keep the others waiting.

use std::time::Duration;

use greffon_core::ids::FeatureId;
use greffon_core::model::practice::PluginKind::{Agenda, Triage};
use greffon_core::ports::plugins::{PluginFailure, Plugins};
use greffon_runtime::RuntimeConfig;

use crate::guest::{Guest, ZEROES};
use crate::host::{Host, practice};

const SPIN: &str = "(loop $again (br $again)) unreachable";

#[tokio::test]
async fn spinning_guests_do_not_keep_another_practice_waiting() {
    spinning_beside_calm().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spinning_guests_on_a_server_of_two_threads_do_not_keep_another_practice_waiting() {
    spinning_beside_calm().await;
}

async fn spinning_beside_calm() {
    let host = Host::new();
    host.register("spin", Triage, "[limits]\ndeadline-ms = 20000\ncpu-ms = 2000", &Guest::triage(SPIN));
    let bodies = &[("protocols", ZEROES)];
    host.register("calm", Triage, "", &Guest { world: "triage-plugin", fields: "", bodies }.component());
    let noisy = practice("noisy", &[("spin", Triage)]);
    let quiet = practice("quiet", &[("calm", Triage)]);
    let feature = FeatureId::from("calm");

    // More spinning guests than threads for guests.
    let spinning = futures::future::join_all((0..4).map(|_| host.next(&noisy, "spin")));
    let calls = async {
        for _ in 0..20 {
            assert_eq!(host.runtime.triage_protocols(&quiet, &feature).await, Ok(Ok(Vec::new())));
        }
    };
    futures::pin_mut!(spinning, calls);
    match futures::future::select(spinning, calls).await {
        futures::future::Either::Right(((), _)) => {}
        futures::future::Either::Left((failures, _)) => panic!("the spinning guests ended first: {failures:?}"),
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_gives_its_place_back() {
    goes_away().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_after_the_call_began_on_its_thread_gives_its_place_back() {
    goes_away().await;
}

async fn goes_away() {
    let host =
        Host::with(RuntimeConfig { concurrent_calls: 1, concurrent_calls_per_practice: 1, ..RuntimeConfig::default() });
    let limits = "[limits]\ndeadline-ms = 20000\ncpu-ms = 2000";
    host.register("spin", Triage, limits, &Guest::triage(SPIN));
    let bodies = &[("protocols", ZEROES)];
    host.register("calm", Triage, "", &Guest { world: "triage-plugin", fields: "", bodies }.component());
    let practice = practice("a", &[("spin", Triage), ("calm", Triage)]);

    let spinning = tokio::time::timeout(Duration::from_millis(50), host.next(&practice, "spin")).await;
    assert!(spinning.is_err(), "it spins still: {spinning:?}");
    let feature = FeatureId::from("calm");
    assert_eq!(host.runtime.triage_protocols(&practice, &feature).await, Ok(Ok(Vec::new())));
}

#[tokio::test]
async fn a_practice_that_is_full_is_busy_and_another_is_not() {
    let host =
        Host::with(RuntimeConfig { concurrent_calls: 2, concurrent_calls_per_practice: 1, ..RuntimeConfig::default() });
    host.register("spin", Triage, "[limits]\ndeadline-ms = 20000\ncpu-ms = 2000", &Guest::triage(SPIN));
    let bodies = &[("protocols", ZEROES)];
    host.register("calm", Triage, "", &Guest { world: "triage-plugin", fields: "", bodies }.component());
    let full = practice("full", &[("spin", Triage), ("calm", Triage)]);
    let other = practice("other", &[("calm", Triage)]);
    let calm = FeatureId::from("calm");

    let spinning = host.next(&full, "spin");
    let asked = async {
        let refused = host.runtime.triage_protocols(&full, &calm).await;
        (refused, host.runtime.triage_protocols(&other, &calm).await)
    };
    futures::pin_mut!(spinning, asked);
    let futures::future::Either::Right(((refused, served), _)) = futures::future::select(spinning, asked).await else {
        panic!("the spinning guest ended first");
    };
    assert_eq!(refused, Err(PluginFailure::Busy("calm".into())));
    assert_eq!(served, Ok(Ok(Vec::new())));
}

#[tokio::test]
async fn nothing_is_left_of_a_call_for_the_next_in_the_same_place() {
    let host = Host::with(RuntimeConfig { concurrent_calls: 1, ..RuntimeConfig::default() });
    // Answers what lies in its memory, and leaves something there.
    let body = "(i64.store (i32.const 1032) (i64.load (i32.const 200000)))
        (i64.store (i32.const 200000) (i64.const 42))
        (i32.const 1024)";
    let component = Guest { world: "agenda-plugin", fields: "", bodies: &[("probe", body)] }.component();
    host.register("guest", Agenda, "", &component);
    let feature = FeatureId::from("guest");
    for id in ["a", "b", "a"] {
        let practice = practice(id, &[("guest", Agenda)]);
        let seen = host.runtime.agenda(&practice, &feature).probe().await;
        assert_eq!(seen, Ok(greffon_core::time::Instant(0)), "practice {id}");
    }
}
