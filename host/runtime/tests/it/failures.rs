//! Each way of misbehaving ends as its own typed failure.

use greffon_core::model::practice::PluginKind::Triage;
use greffon_core::ports::plugins::{PluginFailure, Problem};
use greffon_runtime::RuntimeConfig;

use crate::guest::{Guest, ZEROES};
use crate::host::{Host, encounter};

/// A deadline that a busy machine does not reach before the budget of CPU.
const PATIENT: &str = "[limits]\ndeadline-ms = 20000";

/// Registers a triage guest with this `next` and asks it.
async fn next_of(body: &str) -> PluginFailure {
    failure_of(&Guest::triage(body), "").await
}

async fn failure_of(component: &[u8], manifest: &str) -> PluginFailure {
    let host = Host::new();
    host.register("guest", Triage, manifest, component);
    host.triage("a", "guest").next(&encounter()).await.expect_err("no answer")
}

/// What keeps a guest from being bound.
fn problem_of(component: &[u8], manifest: &str) -> Problem {
    let host = Host::with(RuntimeConfig { most_cpu_ms: 100, ..RuntimeConfig::default() });
    host.register("guest", Triage, manifest, component);
    host.bind("a", "guest").expect_err("not bound")
}

fn limit(name: &str) -> PluginFailure {
    PluginFailure::LimitReached(name.to_owned())
}

fn trapped(code: &str) -> PluginFailure {
    PluginFailure::Trapped(code.to_owned())
}

#[tokio::test]
async fn a_guest_that_loops_reaches_its_limit_of_cpu() {
    let component = Guest::triage("(loop $again (br $again)) unreachable");
    assert_eq!(failure_of(&component, PATIENT).await, limit("cpu"));
}

#[tokio::test]
async fn a_guest_that_loops_while_it_starts_is_not_bound() {
    let fields = "(func $start (loop $again (br $again))) (start $start)";
    let component = Guest { world: "triage-plugin", fields, bodies: &[("next", ZEROES)] }.component();
    let problem = problem_of(&component, "");
    assert!(problem.passing && problem.message.contains("limit of cpu"), "{problem}");
}

#[tokio::test]
async fn the_deadline_ends_what_the_cpu_budget_would_allow() {
    let component = Guest::triage("(loop $again (br $again)) unreachable");
    assert_eq!(failure_of(&component, "[limits]\ndeadline-ms = 20\ncpu-ms = 2000").await, limit("deadline"));
}

#[tokio::test]
async fn a_guest_that_allocates_without_end_reaches_its_limit_of_memory() {
    let grow = "(loop $more (br_if $more (i32.ge_s (memory.grow (i32.const 16)) (i32.const 0)))) unreachable";
    assert_eq!(next_of(grow).await, limit("memory"));
}

#[tokio::test]
async fn a_guest_that_is_born_too_large_is_not_bound() {
    let problem = problem_of(&Guest::triage(ZEROES), "[limits]\nmemory-mib = 1");
    assert!(problem.passing && problem.message.contains("limit of memory"), "{problem}");
}

#[tokio::test]
async fn a_guest_that_recurses_without_end_reaches_its_limit_of_stack() {
    let fields = "(func $deep (param i32) (result i32) (i32.add (local.get 0) (call $deep (local.get 0))))";
    let bodies = &[("next", "(call $deep (i32.const 1))")];
    let component = Guest { world: "triage-plugin", fields, bodies }.component();
    assert_eq!(failure_of(&component, "").await, limit("stack"));
}

#[tokio::test]
async fn a_guest_that_panics_is_trapped() {
    assert_eq!(next_of("unreachable").await, trapped("unreachable"));
}

#[tokio::test]
async fn a_guest_that_reads_beyond_its_memory_is_trapped() {
    assert_eq!(next_of("(i32.load (i32.const -8))").await, trapped("out-of-bounds"));
}

#[tokio::test]
async fn a_guest_that_divides_by_zero_is_trapped() {
    assert_eq!(next_of("(i32.div_u (i32.const 1) (i32.const 0))").await, trapped("arithmetic"));
}

#[tokio::test]
async fn an_answer_that_lies_outside_of_the_memory_is_trapped() {
    let failure = next_of("(i32.const -16)").await;
    assert!(matches!(failure, PluginFailure::Trapped { .. }), "{failure:?}");
}

/// `ok(ask(list))`, the list being 60 000 questions of zeroes.
const FLOOD: &str = "(i32.store8 (i32.const 1028) (i32.const 0))
    (i32.store (i32.const 1032) (i32.const 4096))
    (i32.store (i32.const 1036) (i32.const 60000))
    (drop (memory.grow (i32.const 40)))
    (i32.const 1024)";

#[tokio::test]
async fn an_answer_that_is_too_large_reaches_its_limit_of_output() {
    assert_eq!(next_of(FLOOD).await, limit("output"));
}

#[tokio::test]
async fn an_answer_against_the_contract_is_trapped() {
    // `ok(ask([]))`: nothing to ask and no conclusion.
    assert_eq!(next_of(ZEROES).await, trapped("contract"));
}

/// On a server of several threads these begin on the caller's thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_the_same_on_the_caller_s_thread() {
    assert_eq!(next_of("unreachable").await, trapped("unreachable"));
    assert_eq!(next_of("(i32.load (i32.const -8))").await, trapped("out-of-bounds"));
    assert_eq!(next_of(FLOOD).await, limit("output"));
    assert_eq!(failure_of(&Guest::triage("(loop $again (br $again)) unreachable"), PATIENT).await, limit("cpu"));
    let fields = "(func $deep (param i32) (result i32) (i32.add (local.get 0) (call $deep (local.get 0))))";
    let bodies = &[("next", "(call $deep (i32.const 1))")];
    let deep = Guest { world: "triage-plugin", fields, bodies }.component();
    assert_eq!(failure_of(&deep, "").await, limit("stack"));
}

#[tokio::test]
async fn a_failure_names_its_code_and_nothing_of_the_guest() {
    let text = next_of("unreachable").await.to_string();
    assert_eq!(text, "the plugin trapped (unreachable)");
}

#[tokio::test]
async fn failures_in_a_row_suspend_the_feature_until_a_call_is_tried() {
    let host = Host::new();
    host.register("guest", Triage, "", &Guest::triage("unreachable"));
    let (triage, asked) = (host.triage("a", "guest"), encounter());
    for _ in 0..5 {
        assert_eq!(triage.next(&asked).await, Err(trapped("unreachable")));
    }
    assert_eq!(triage.next(&asked).await, Err(PluginFailure::Suspended));
    assert!(triage.is_suspended());

    let other = host.triage("b", "guest");
    assert_eq!(other.next(&asked).await, Err(trapped("unreachable")), "another practice has its own breaker");

    host.clock.advance(greffon_runtime::BreakerConfig::default().cool_down);
    assert_eq!(triage.next(&asked).await, Err(trapped("unreachable")), "one call is tried");
    assert_eq!(triage.next(&asked).await, Err(PluginFailure::Suspended));
}
