//! A contact goes on with the grid that it began with, whatever is written into the
//! practice's file meanwhile.

use std::sync::Arc;
use std::time::Duration;

use greffon_core::model::pin::{MAX_SETTINGS_BYTES, Pin};
use greffon_core::model::practice::PluginKind::{Agenda, Notification, Triage};
use greffon_core::model::practice::Serves;
use greffon_core::ports::pinned::PinProblem;
use greffon_core::ports::plugins::{Bound, PluginFailure, Stamp};
use greffon_core::ports::practices::{Feature, LivePractice};
use greffon_runtime::RuntimeConfig;
use greffon_runtime::binding::Binding;
use greffon_simulation::french_practice;
use serde_json::{Value, json};

use crate::guest::Guest;
use crate::host::{Host, binding, encounter};

const SCHEMA: &str = "[settings-schema]\ntype = \"object\"\n";

/// Prepares its settings as they are.
const ECHO: &str = "(i32.store (i32.const 1028) (local.get 0)) (i32.store (i32.const 1032) (local.get 1))
    (i32.const 1024)";

/// Traps for settings that begin with `{"v":1`, and asks nothing for others, which is
/// against the contract.
const BY_VERSION: &str = r#"(if (i32.eq (i32.load8_u (i32.add (i32.load (local.get 0)) (i32.const 5))) (i32.const 49))
    (then unreachable)) (i32.const 1024)"#;

fn grid() -> Vec<u8> {
    Guest { world: "triage-plugin", fields: "", bodies: &[("prepare", ECHO), ("next", BY_VERSION)] }.component()
}

fn host() -> Host {
    let host = Host::new();
    host.register("guest", Triage, SCHEMA, &grid());
    host
}

fn with(settings: Value) -> Binding {
    Binding { settings, ..binding("a", "guest") }
}

/// The practice whose file has these settings now.
fn practice(host: &Host, settings: Value) -> LivePractice {
    let info = host.runtime.find("guest").expect("registered");
    let binding = with(settings);
    let feature = Feature {
        stamp: Stamp { feature: "guest".into(), plugin: info.id, version: info.version, digest: info.digest },
        kind: Some(info.kind),
        serves: Serves::default(),
        bound: host.runtime.bind(&binding),
        settings: host.runtime.kept_settings(&binding),
        earlier: host.runtime.earlier_settings(&binding.practice, &binding.feature, &info.reference),
    };
    LivePractice { features: vec![feature], ..LivePractice::from(french_practice("a")) }
}

/// What a contact that begins now is pinned to, and the text that storage keeps.
fn begins(practice: &LivePractice) -> (Pin, String) {
    let feature = &practice.features[0];
    let settings = feature.settings.as_ref().expect("a pure kind has settings");
    (feature.pin().expect("it is bound"), settings.text().to_owned())
}

async fn answer(feature: &Feature) -> PluginFailure {
    feature.triage().expect("a grid").next(&encounter()).await.expect_err("it never answers")
}

fn old() -> PluginFailure {
    PluginFailure::Trapped("unreachable".to_owned())
}

fn new() -> PluginFailure {
    PluginFailure::Trapped("contract".to_owned())
}

fn calls(host: &Host) -> u64 {
    host.runtime.call_stats().iter().map(|kind| kind.count).sum()
}

#[tokio::test]
async fn the_grid_of_then_answers_as_before_beside_the_one_of_now() {
    let host = host();
    let before = practice(&host, json!({ "v": 1 }));
    let (pin, text) = begins(&before);
    assert_eq!(text, r#"{"v":1}"#);
    assert_eq!(answer(&before.features[0]).await, old());
    drop(before);

    let now = practice(&host, json!({ "v": 2 }));
    let pinned = now.pinned(&pin, &text).await.expect("bound");
    assert_eq!(answer(&pinned).await, old());
    assert_eq!(answer(&now.features[0]).await, new());
    assert_eq!(answer(&pinned).await, old());
    assert_eq!(pinned.pin(), Some(pin), "with the digest of then");
    assert_eq!(pinned.stamp, now.features[0].stamp, "under the component of now");
}

#[tokio::test]
async fn contacts_with_the_same_grid_of_then_share_it_until_the_last_use() {
    let host = host();
    let (pin, text) = begins(&practice(&host, json!({ "v": 1 })));
    let now = practice(&host, json!({ "v": 2 }));
    let before = calls(&host);
    let (first, second) = futures::future::join(now.pinned(&pin, &text), now.pinned(&pin, &text)).await;
    let bound = |feature: &Feature| match &feature.bound {
        Ok(Bound::Triage(triage)) => Arc::clone(triage),
        other => panic!("{other:?}"),
    };
    let (first, second) = (bound(&first.expect("bound")), bound(&second.expect("bound")));
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(calls(&host) - before, 3, "prepared twice, and asked for its protocols");
    let gone = Arc::downgrade(&first);
    drop((first, second));
    assert!(gone.upgrade().is_none(), "nothing else holds it");
}

#[tokio::test]
async fn a_grid_that_was_not_edited_is_the_present_one_and_is_asked_nothing() {
    let host = host();
    let now = practice(&host, json!({ "v": 1 }));
    let (pin, _) = begins(&now);
    let before = calls(&host);
    let pinned = now.pinned(&pin, "not looked at").await.expect("bound");
    let (Ok(Bound::Triage(one)), Ok(Bound::Triage(other))) = (&pinned.bound, &now.features[0].bound) else {
        panic!("bound")
    };
    assert!(Arc::ptr_eq(one, other));
    assert_eq!(calls(&host), before);
}

#[tokio::test]
async fn after_a_restart_the_text_is_enough() {
    let (pin, text) = begins(&practice(&host(), json!({ "v": 1, "x": 1e17, "y": "\u{0}é" })));
    let elsewhere = host();
    let now = practice(&elsewhere, json!({ "v": 2 }));
    let pinned = now.pinned(&pin, &text).await.expect("bound");
    assert_eq!(answer(&pinned).await, old());
}

#[tokio::test]
async fn what_storage_or_the_practice_has_no_more_is_a_problem() {
    let host = host();
    let (pin, text) = begins(&practice(&host, json!({ "v": 1 })));
    let now = practice(&host, json!({ "v": 2 }));
    for damaged in ["", "{", r#"{"v":1} "#, r#"{"v":2}"#] {
        assert_eq!(now.pinned(&pin, damaged).await.err(), Some(PinProblem::SettingsDamaged), "{damaged}");
    }
    let gone = LivePractice { features: Vec::new(), ..now.clone() };
    assert_eq!(gone.pinned(&pin, &text).await.err(), Some(PinProblem::FeatureGone));
    let mut other = now.clone();
    other.features[0].stamp.plugin = "another".to_owned();
    assert_eq!(other.pinned(&pin, &text).await.err(), Some(PinProblem::OtherPlugin));
}

#[tokio::test]
async fn the_component_of_now_serves_the_settings_of_then_or_says_what_is_wrong() {
    let host = host();
    let (pin, text) = begins(&practice(&host, json!({ "v": 1 })));

    // A newer one, which has a setting more.
    let schema = format!("{SCHEMA}properties.max = {{ type = \"integer\", default = 12 }}");
    let newer = Guest { world: "triage-plugin", fields: "", bodies: &[("prepare", ECHO), ("next", "unreachable")] };
    host.register("guest", Triage, &schema, &newer.component());
    let now = practice(&host, json!({ "v": 2 }));
    let pinned = now.pinned(&pin, &text).await.expect("bound");
    assert_eq!(pinned.pin(), Some(pin.clone()), "the contact's pin stays");
    assert_eq!(pinned.stamp.digest, host.runtime.find("guest").expect("registered").digest);

    // One that does not take them any more.
    let schema = format!("{SCHEMA}properties.v = {{ type = \"integer\", minimum = 2 }}");
    host.register("guest", Triage, &schema, &grid());
    let now = practice(&host, json!({ "v": 2 }));
    let refused = now.pinned(&pin, &text).await.expect_err("refused");
    let PinProblem::NotUsable(problem) = &refused else { panic!("{refused:?}") };
    assert!(problem.key == "settings.v" && !refused.passing(), "{problem}");

    // One that gives no answer may give one the next time.
    let silent = Guest { world: "triage-plugin", fields: "", bodies: &[("prepare", "unreachable")] };
    host.register("guest", Triage, SCHEMA, &silent.component());
    let refused = practice(&host, json!({ "v": 2 })).pinned(&pin, &text).await.expect_err("no answer");
    assert!(refused.passing(), "{refused}");
}

#[tokio::test]
async fn a_grid_whose_edit_is_refused_goes_on_for_who_began_before() {
    let host = Host::new();
    host.register("guest", Triage, &format!("{SCHEMA}properties.v = {{ maximum = 1 }}"), &grid());
    let (pin, text) = begins(&practice(&host, json!({ "v": 1 })));
    let now = practice(&host, json!({ "v": 2 }));
    assert!(now.features[0].bound.is_err() && now.features[0].settings.is_none() && now.features[0].pin().is_none());
    assert_eq!(answer(&now.pinned(&pin, &text).await.expect("bound")).await, old());
}

#[tokio::test]
async fn binding_to_settings_of_then_blocks_nobody() {
    let host = Host::with(RuntimeConfig { concurrent_calls: 8, most_cpu_ms: 1_000, ..RuntimeConfig::default() });
    host.register("guest", Triage, SCHEMA, &grid());
    let (pin, text) = begins(&practice(&host, json!({ "v": 1 })));
    let now = practice(&host, json!({ "v": 2 }));
    let spins =
        Guest { world: "triage-plugin", fields: "", bodies: &[("prepare", "(loop $again (br $again)) unreachable")] };
    host.register("guest", Triage, SCHEMA, &spins.component());
    let binding = now.pinned(&pin, &text);
    let ticks = async {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    futures::pin_mut!(binding, ticks);
    match futures::future::select(binding, ticks).await {
        futures::future::Either::Right(((), _)) => {
            // A practice waits for itself alone.
            let other = host.runtime.earlier_settings(&"b".into(), &"guest".into(), "guest").expect("a grid");
            host.register("guest", Triage, SCHEMA, &grid());
            assert!(other.bind(&text).await.is_ok());
        }
        futures::future::Either::Left((answer, _)) => panic!("it held the thread: {answer:?}"),
    }
}

#[test]
fn only_pure_kinds_have_settings_of_then_and_no_more_than_may_be_kept() {
    let host = host();
    let large = json!({ "v": "x".repeat(MAX_SETTINGS_BYTES) });
    let problem = host.runtime.bind(&with(large.clone())).expect_err("too large");
    assert!(problem.key == "settings" && problem.message.contains("1048576") && !problem.passing, "{problem}");
    assert_eq!(host.runtime.kept_settings(&with(large)), None);
    let fits = json!({ "v": "x".repeat(MAX_SETTINGS_BYTES - 8) });
    let kept = host.runtime.kept_settings(&with(fits)).expect("fits");
    assert_eq!(kept.text().len(), MAX_SETTINGS_BYTES);

    let has = |host: &Host, plugin: &str| {
        let kept = host.runtime.kept_settings(&binding("a", plugin)).is_some();
        (kept, host.runtime.earlier_settings(&"a".into(), &"f".into(), plugin).is_some())
    };
    for (kind, world) in [(Agenda, "agenda-plugin"), (Notification, "channel-plugin")] {
        host.register(kind.as_str(), kind, "", &Guest { world, fields: "", bodies: &[] }.component());
        assert_eq!(has(&host, kind.as_str()), (false, false));
    }
    assert_eq!(has(&host, "guest"), (true, true));
    assert_eq!(has(&host, "not-loaded"), (false, false));
}
