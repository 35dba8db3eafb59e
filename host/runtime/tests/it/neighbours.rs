//! One practice's plugin does not keep the others waiting.

use std::time::Duration;

use greffon_core::model::practice::PluginKind::{Agenda, Triage};
use greffon_core::model::scheduling::AgendaError;
use greffon_core::ports::plugins::PluginFailure;
use greffon_core::time::Instant;
use greffon_runtime::RuntimeConfig;

use crate::guest::{Guest, ZEROES};
use crate::host::{Host, encounter};

const SPIN: &str = "(loop $again (br $again)) unreachable";

/// Registers `spin`, which spins for two seconds when it is asked, and `calm`,
/// which answers.
fn register(host: &Host) {
    host.register("spin", Triage, "[limits]\ndeadline-ms = 20000\ncpu-ms = 2000", &Guest::triage(SPIN));
    let bodies = &[("probe", ZEROES)];
    host.register("calm", Agenda, "", &Guest { world: "agenda-plugin", fields: "", bodies }.component());
}

const ANSWER: Result<Instant, AgendaError> = Ok(Instant(0));

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
    register(&host);
    let (noisy, quiet, asked) = (host.triage("noisy", "spin"), host.agenda("quiet", "calm"), encounter());

    // More spinning guests than threads for guests.
    let spinning = futures::future::join_all((0..4).map(|_| noisy.next(&asked)));
    let calls = async {
        for _ in 0..20 {
            assert_eq!(quiet.probe().await.map(|probed| probed.clock), ANSWER);
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
    register(&host);
    let (spin, calm, asked) = (host.triage("a", "spin"), host.agenda("a", "calm"), encounter());

    let spinning = tokio::time::timeout(Duration::from_millis(50), spin.next(&asked)).await;
    assert!(spinning.is_err(), "it spins still: {spinning:?}");
    assert_eq!(calm.probe().await.map(|probed| probed.clock), ANSWER);
}

#[tokio::test]
async fn a_practice_that_is_full_is_busy_and_another_is_not() {
    let host =
        Host::with(RuntimeConfig { concurrent_calls: 2, concurrent_calls_per_practice: 1, ..RuntimeConfig::default() });
    register(&host);
    let (spin, calm, other) = (host.triage("full", "spin"), host.agenda("full", "calm"), host.agenda("other", "calm"));
    let encounter = encounter();

    let spinning = spin.next(&encounter);
    let asked = async { (calm.probe().await, other.probe().await) };
    futures::pin_mut!(spinning, asked);
    let futures::future::Either::Right(((refused, served), _)) = futures::future::select(spinning, asked).await else {
        panic!("the spinning guest ended first");
    };
    assert_eq!(refused.map(|probed| probed.clock), Err(AgendaError::Unavailable(PluginFailure::Busy.to_string())));
    assert_eq!(served.map(|probed| probed.clock), ANSWER);
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
    for id in ["a", "b", "a"] {
        assert_eq!(host.agenda(id, "guest").probe().await.map(|probed| probed.clock), ANSWER, "practice {id}");
    }
}
