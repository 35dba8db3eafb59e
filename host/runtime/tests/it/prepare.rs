//! Pure plugins prepare their settings once; calls get the bytes.

use greffon_core::model::practice::PluginKind::Triage;
use greffon_core::model::triage::FindingSeverity;
use greffon_core::ports::plugins::PluginFailure;
use greffon_runtime::RuntimeConfig;

use crate::guest::{Guest, ZEROES};
use crate::host::{Host, binding, encounter};

/// So many bytes, of which the first is a 7.
fn bytes(count: u32) -> String {
    format!(
        "(i32.store8 (i32.const 8192) (i32.const 7)) (i32.store (i32.const 1028) (i32.const 8192))
         (i32.store (i32.const 1032) (i32.const {count})) (i32.const 1024)"
    )
}

/// One finding of this severity, without words: as an error, or among the
/// warnings of no bytes.
fn finding(severity: u32, of_result: u32, list_at: u32) -> String {
    format!(
        "(i32.store8 (i32.const 1024) (i32.const {of_result})) (i32.store8 (i32.const 8192) (i32.const {severity}))
         (i32.store (i32.const {list_at}) (i32.const 8192)) (i32.store (i32.const {}) (i32.const 1)) (i32.const 1024)",
        list_at + 4
    )
}

fn registered(prepare: &str, next: &str) -> Host {
    let host = Host::new();
    let bodies = &[("prepare", prepare), ("next", next)];
    host.register("guest", Triage, "", &Guest { world: "triage-plugin", fields: "", bodies }.component());
    host
}

fn calls(host: &Host) -> u64 {
    host.runtime.call_stats().iter().map(|kind| kind.count).sum()
}

#[tokio::test]
async fn every_call_gets_a_copy_of_the_bytes() {
    // Writes over its copy, and ends otherwise when it was not a 7.
    let next = "(if (i32.ne (i32.load8_u (i32.load (local.get 0))) (i32.const 7)) (then unreachable))
        (i32.store8 (i32.load (local.get 0)) (i32.const 8)) (i32.const 1024)";
    let host = registered(&bytes(3), next);
    let triage = host.triage("a", "guest");
    for _ in 0..3 {
        let answer = triage.next(&encounter()).await;
        assert_eq!(answer, Err(PluginFailure::Trapped("contract".to_owned())), "it asks nothing");
    }
}

#[test]
fn practices_with_the_same_settings_share_what_was_prepared_until_the_last_is_gone() {
    let host = registered(&bytes(3), ZEROES);
    let first = host.triage("a", "guest");
    assert_eq!(calls(&host), 3, "prepared twice, and asked for its protocols");
    let second = host.triage("b", "guest");
    assert_eq!(calls(&host), 4, "asked for its protocols");
    drop(first);
    let third = host.triage("c", "guest");
    assert_eq!(calls(&host), 5);
    drop((second, third));
    let _fourth = host.triage("a", "guest");
    assert_eq!(calls(&host), 8, "nobody had it any more");
}

#[test]
fn an_analysis_of_what_is_bound_asks_nothing_again() {
    let host = registered(&finding(1, 0, 1036), ZEROES);
    let _bound = host.triage("a", "guest");
    let found = host.runtime.analyse(&binding("a", "guest")).expect("an analysis");
    assert_eq!(found.iter().map(|one| one.severity).collect::<Vec<_>>(), [FindingSeverity::Warning]);
    assert_eq!(calls(&host), 3);
}

#[test]
fn one_byte_more_than_there_may_be_is_refused() {
    assert!(registered(&bytes(64 << 10), ZEROES).bind("a", "guest").is_ok());
    let problem = registered(&bytes((64 << 10) + 1), ZEROES).bind("a", "guest").expect_err("too many");
    assert!(problem.message.contains("65537") && !problem.passing, "{problem:?}");
}

#[test]
fn all_practices_together_have_what_the_operator_gives_them() {
    let host = Host::with(RuntimeConfig { concurrent_calls: 2, prepared_mib: 0, ..RuntimeConfig::default() });
    let bodies = &[("prepare", &*bytes(1))];
    host.register("guest", Triage, "", &Guest { world: "triage-plugin", fields: "", bodies }.component());
    let problem = host.bind("a", "guest").expect_err("no room");
    assert!(problem.hint.contains("limits.prepared-mib") && problem.passing, "{problem:?}");
}

#[test]
fn an_error_of_the_analysis_keeps_the_settings_from_going_live() {
    let host = registered(&finding(0, 1, 1028), ZEROES);
    let problem = host.bind("a", "guest").expect_err("an error");
    assert!(problem.key == "settings" && !problem.passing, "{problem:?}");
    let found = host.runtime.analyse(&binding("a", "guest")).expect("an analysis");
    assert_eq!(found[0].severity, FindingSeverity::Error);
}

#[test]
fn no_answer_is_no_finding_and_is_tried_again() {
    let against_the_contract = [finding(1, 1, 1028), finding(0, 0, 1036)];
    let traps = "unreachable".to_owned();
    for body in against_the_contract.into_iter().chain([traps]) {
        let host = registered(&body, ZEROES);
        for tries in 1..=2 {
            let problem = host.bind("a", "guest").expect_err("no answer");
            assert!(problem.passing && problem.key == "plugin", "{problem:?}");
            assert_eq!(calls(&host), tries);
        }
        assert!(host.runtime.analyse(&binding("a", "guest")).is_err_and(|problem| problem.passing));
    }
}
