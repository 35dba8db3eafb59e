//! Finding, refusing and binding plugins.

use std::path::{Path, PathBuf};

use greffon_core::model::practice::PluginKind::{self, Agenda, Triage};
use greffon_core::time::Instant;
use greffon_runtime::{LoadError, Manifest, PackageError, PluginFiles};

use crate::guest::{Guest, ZEROES, stamped};
use crate::host::{Host, binding, manifest};

fn calm() -> Vec<u8> {
    Guest { world: "triage-plugin", fields: "", bodies: &[("protocols", ZEROES)] }.component()
}

fn register(host: &Host, id: &str, kind: PluginKind, component: &[u8]) -> Result<(), LoadError> {
    let manifest = manifest(id, kind, "");
    host.runtime.register_bundled([(id, manifest.as_str(), component)])
}

/// A plugin that is not bundled.
fn files(kind: PluginKind, component: Vec<u8>) -> PluginFiles {
    let text = manifest("from-file", kind, "");
    let manifest = Manifest::parse(Path::new("plugin.toml"), &text, |name| Err(name.to_owned())).expect("manifest");
    PluginFiles { path: PathBuf::from("/practices/a/guest.wasm"), component, pinned: None, manifest }
}

#[test]
fn a_bundled_plugin_is_found_by_its_name() {
    let host = Host::new();
    register(&host, "calm", Triage, &calm()).expect("registers");
    let info = host.runtime.find("calm").expect("found");
    assert_eq!((info.kind, info.reference.as_str(), info.version.as_str()), (Triage, "calm", "0.1.0"));
    assert_eq!(host.runtime.bundled(), [info]);
}

#[test]
fn an_unknown_plugin_is_named_with_the_nearest_one() {
    let host = Host::new();
    register(&host, "calm", Triage, &calm()).expect("registers");
    let error = host.runtime.find("clam").expect_err("unknown");
    assert!(error.to_string().contains("\"clam\""));
    assert!(error.hint().is_some_and(|hint| hint.contains("did you mean \"calm\"?")), "{:?}", error.hint());
}

#[tokio::test]
async fn a_changed_file_is_a_new_plugin_and_the_old_one_goes_on() {
    let host = Host::new();
    let component = |probe| Guest { world: "agenda-plugin", fields: "", bodies: &[("probe", probe)] }.component();
    let first = host.runtime.load(files(Agenda, component(ZEROES))).expect("loads");
    assert!(first.reference.ends_with(&first.digest), "{}", first.reference);
    let old = host.agenda("a", &first.reference);
    assert_eq!(old.probe().await.map(|probed| probed.clock), Ok(Instant(0)));

    let changed = files(Agenda, component("unreachable"));
    let second = host.runtime.load(changed.clone()).expect("loads");
    assert_ne!(first.reference, second.reference);
    assert!(host.agenda("a", &second.reference).probe().await.is_err());
    assert_eq!(old.probe().await.map(|probed| probed.clock), Ok(Instant(0)));
    assert_eq!(
        host.agenda("a", &first.reference).probe().await.map(|probed| probed.clock),
        Ok(Instant(0)),
        "as long as somebody uses it"
    );

    let pinned = PluginFiles { pinned: Some(first.digest.to_uppercase()), ..changed };
    let error = host.runtime.load(pinned).expect_err("changed");
    assert!(matches!(error, LoadError::Digest { .. }), "{error}");
}

#[test]
fn what_cannot_be_a_plugin_is_refused_before_it_is_compiled() {
    let host = Host::new();
    let refused = |component: &[u8], kind| match register(&host, "guest", kind, component) {
        Err(LoadError::Package { source, .. }) => source,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(b"hello", Triage), PackageError::NotWasm);
    assert_eq!(refused(&wat::parse_str("(module)").expect("text"), Triage), PackageError::CoreModule);
    assert!(matches!(refused(&calm(), Agenda), PackageError::MissingExport { .. }));
    let newer = stamped(wat::parse_str("(component)").expect("text"), "0.2.0");
    assert!(matches!(refused(&newer, Triage), PackageError::ApiVersion { .. }));

    let log = r#"(import "greffon:host/log@0.1.0" "log"
        (func $log (param i32 i32 i32 i32 i32)))"#;
    let logging = Guest { world: "agenda-plugin", fields: log, bodies: &[] }.component();
    register(&host, "logging", Agenda, &logging).expect("an agenda may log");
}

#[test]
fn an_agenda_that_wants_sockets_is_refused_by_name() {
    let wants = r#"(component
        (import "wasi:sockets/instance-network@0.2.0" (instance (export "f" (func))))
        (instance $i) (export "greffon:scheduling/agenda@0.1.0" (instance $i)))"#;
    let component = stamped(wat::parse_str(wants).expect("text"), "0.1.0");
    let error = register(&Host::new(), "guest", Agenda, &component).expect_err("no sockets").to_string();
    assert!(error.contains("wasi:sockets/instance-network"), "{error}");
    assert_eq!(error.lines().count(), 1);
}

#[test]
fn an_export_that_lacks_functions_is_refused() {
    let empty = r#"(component (instance $i) (export "greffon:triage/triage@0.1.0" (instance $i)))"#;
    let component = stamped(wat::parse_str(empty).expect("text"), "0.1.0");
    let error = register(&Host::new(), "guest", Triage, &component).expect_err("no functions");
    assert!(matches!(error, LoadError::Link { .. }), "{error}");
}

#[test]
fn a_bundled_plugin_has_the_name_of_its_manifest() {
    let text = manifest("calm", Triage, "");
    let error = Host::new().runtime.register_bundled([("other", text.as_str(), &*calm())]).expect_err("misnamed");
    assert!(matches!(error, LoadError::Misnamed { .. }), "{error}");
}

#[test]
fn a_manifest_that_asks_for_more_than_the_operator_allows_is_refused() {
    let text = manifest("calm", Triage, "[limits]\nmemory-mib = 129");
    let error = Host::new().runtime.register_bundled([("calm", text.as_str(), &*calm())]).expect_err("too much");
    assert!(error.to_string().contains("limits.memory-mib = 129"), "{error}");
}

#[test]
fn a_binding_that_does_not_fit_says_which_line_to_add() {
    let host = Host::new();
    let component = Guest { world: "agenda-plugin", fields: "", bodies: &[] }.component();
    host.register("guest", Agenda, "[asks]\nkeyvalue = true", &component);
    let problem = host.bind("a", "guest").expect_err("not granted");
    assert_eq!((problem.key.as_str(), problem.passing), ("grants.keyvalue", false));
    assert!(problem.hint.contains("grants.keyvalue = true"), "{problem}");

    let mut granted = binding("a", "guest");
    granted.grants.keyvalue = true;
    host.runtime.bind(&granted).expect("fits");
}

#[test]
fn a_plugin_that_was_never_resolved_is_no_plugin() {
    let problem = Host::new().bind("a", "./guest").expect_err("not loaded");
    assert_eq!(problem.key, "plugin");
}

#[tokio::test]
async fn a_plugin_from_the_cache_is_the_plugin() {
    let folder = tempfile::tempdir().expect("folder");
    let config = || greffon_runtime::RuntimeConfig {
        concurrent_calls: 2,
        concurrent_calls_per_practice: 2,
        cache_folder: Some(folder.path().to_path_buf()),
        ..greffon_runtime::RuntimeConfig::default()
    };
    for _ in 0..2 {
        let host = Host::with(config());
        register(&host, "calm", Triage, &calm()).expect("registers");
        assert_eq!(host.triage("a", "calm").protocols(), []);
    }
    let kept = std::fs::read_dir(folder.path()).expect("folder").count();
    assert_eq!(kept, 2, "the key and one component");
}
