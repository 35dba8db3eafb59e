//! Real builds of packages of this workspace.

use std::path::{Path, PathBuf};

use greffon_build::{Target, build_component};
use wit_component::DecodedWasm;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("plugins")
}

#[test]
fn a_pure_plugin_is_a_component_that_imports_no_function() {
    let built = build_component(&workspace(), "triage-minimal", Target::Pure, &target_dir()).unwrap();

    let DecodedWasm::Component(resolve, world) = wit_component::decode(&built.component).unwrap() else {
        panic!("not a component");
    };
    let exports: Vec<String> = resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect();
    assert_eq!(exports, ["greffon:triage/triage@0.1.0"]);

    let section = b"greffon:api-version0.1.0";
    assert!(built.component.windows(section.len()).any(|window| window == section), "the version is stamped");

    for source in ["examples/triage-minimal/src/lib.rs", "sdk/rust/src/lib.rs", "wit/triage/triage.wit", "Cargo.lock"] {
        assert!(built.sources.contains(&workspace().join(source)), "{source} is watched");
    }
}

#[test]
fn a_package_that_does_not_exist_is_an_error() {
    let error = build_component(&workspace(), "no-such-plugin", Target::Pure, &target_dir()).unwrap_err();
    assert!(
        error.to_string().starts_with("cargo could not build no-such-plugin for wasm32-unknown-unknown"),
        "{error}"
    );
}
