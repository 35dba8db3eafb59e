use super::*;

/// A component from text, stamped with a version.
fn component(version: Option<&str>, body: &str) -> Vec<u8> {
    let stamp =
        version.map_or_else(String::new, |version| format!("(@custom \"{API_VERSION_SECTION}\" \"{version}\")"));
    wat::parse_str(format!("(component {stamp} {body})")).expect("text")
}

const TRIAGE: &str = r#"(instance $i) (export "greffon:triage/triage@0.1.0" (instance $i))"#;

#[test]
fn a_component_tells_its_kind_and_version() {
    let bytes = component(Some("0.1.0"), TRIAGE);
    let inspection = inspect(&bytes).expect("a plugin");
    assert_eq!(inspection.kind, Some(PluginKind::Triage));
    assert_eq!(inspection.api, "0.1.0");
    assert_eq!(inspection.digest.len(), 64);
    inspection.check(PluginKind::Triage).expect("a triage plugin");
}

#[test]
fn the_version_may_stand_in_the_module_that_a_compiler_made() {
    let bytes = component(
        None,
        &format!("(core module (@custom \"{API_VERSION_SECTION}\" \"0.1.0\") (func (export \"f\"))) {TRIAGE}"),
    );
    assert_eq!(inspect(&bytes).expect("a plugin").api, "0.1.0");
}

#[test]
fn what_is_not_a_component_is_refused_with_a_remedy() {
    assert_eq!(inspect(b""), Err(PackageError::NotWasm));
    assert_eq!(inspect(b"(component)"), Err(PackageError::NotWasm));
    assert_eq!(inspect(&wat::parse_str("(module)").expect("text")), Err(PackageError::CoreModule));
    let mut cut = component(Some("0.1.0"), TRIAGE);
    cut.pop();
    assert!(matches!(inspect(&cut), Err(PackageError::Unreadable(_))));
    assert!(matches!(inspect(b"\0asm\x0d\0\x01\0\xff\xff\xff"), Err(PackageError::Unreadable(_))));
    assert_eq!(inspect(&vec![0; LARGEST_BYTES + 1]), Err(PackageError::TooLarge(LARGEST_BYTES + 1)));
}

#[test]
fn a_component_without_a_version_is_refused() {
    assert_eq!(inspect(&component(None, TRIAGE)), Err(PackageError::NoApiVersion));
    assert!(matches!(inspect(&component(Some("one"), TRIAGE)), Err(PackageError::BadApiVersion(_))));
    assert!(matches!(inspect(&component(Some("0.1.00.1.0"), TRIAGE)), Err(PackageError::BadApiVersion(_))));
}

#[test]
fn another_version_is_one_line_with_both_versions_and_the_fix() {
    let newer = inspect(&component(Some("0.2.0"), TRIAGE)).expect_err("newer").to_string();
    assert!(newer.contains("0.2.0") && newer.contains(&SERVED.to_string()) && newer.contains("update greffon"));
    assert_eq!(newer.lines().count(), 1);
    let older = inspect(&component(Some("0.0.9"), TRIAGE)).expect_err("older").to_string();
    assert!(older.contains("build the plugin again"), "{older}");
}

#[test]
fn a_missing_export_is_named_with_what_is_there() {
    let inspection = inspect(&component(Some("0.1.0"), TRIAGE)).expect("a plugin");
    let error = inspection.check(PluginKind::Agenda).expect_err("a triage plugin").to_string();
    assert!(error.contains("greffon:scheduling/agenda@0.1.0") && error.contains("greffon:triage/triage@0.1.0"));
    let newer = TRIAGE.replace("0.1.0", "0.1.9");
    let inspection = inspect(&component(Some("0.1.0"), &newer)).expect("readable");
    assert_eq!(inspection.kind, None);
}

#[test]
fn a_pure_plugin_may_import_types_but_no_function() {
    let types = r#"(import "greffon:practice/types@0.1.0" (instance (type u32) (export "level" (type (eq 0)))))"#;
    let inspection = inspect(&component(Some("0.1.0"), &format!("{types} {TRIAGE}"))).expect("readable");
    assert!(inspection.imports.is_empty());
    inspection.check(PluginKind::Triage).expect("types give no power");

    for (import, name) in [
        (r#"(import "greffon:host/log@0.1.0" (instance (export "log" (func))))"#, "greffon:host/log@0.1.0"),
        (r#"(import "x:y/z" (instance (export "r" (type (sub resource)))))"#, "x:y/z"),
        (r#"(import "m" (core module))"#, "m"),
        (r#"(import "wasi:http/outgoing-handler@0.2.0" (instance (export "handle" (func))))"#, "wasi:http/outgoing"),
    ] {
        let inspection = inspect(&component(Some("0.1.0"), &format!("{import} {TRIAGE}"))).expect("readable");
        let error = inspection.check(PluginKind::Triage).expect_err(import).to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn a_pure_plugin_may_import_the_wasi_that_its_language_starts_with() {
    let import = r#"(import "wasi:cli/exit@0.2.0" (instance (export "exit" (func))))"#;
    let inspection = inspect(&component(Some("0.1.0"), &format!("{import} {TRIAGE}"))).expect("readable");
    assert_eq!(inspection.imports, ["wasi:cli/exit@0.2.0"]);
    inspection.check(PluginKind::Triage).expect("inert");
}
