//! The arrows of host/README.md, read from `cargo metadata`, and what every
//! folder owes its reader.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Who may use whom, among the workspace's own crates.
const ARROWS: [(&str, &[&str]); 16] = [
    ("greffon-kinds", &[]),
    ("greffon-words", &[]),
    ("greffon-danger", &[]),
    ("greffon-core", &["greffon-danger", "greffon-kinds", "greffon-words"]),
    ("greffon-build", &["greffon-kinds"]),
    ("greffon-sdk", &[]),
    ("greffon-simulation", &["greffon-core", "greffon-danger"]),
    ("greffon-model-check", &["greffon-core"]),
    ("greffon-storage", &["greffon-core"]),
    ("greffon-runtime", &["greffon-core", "greffon-kinds", "greffon-words"]),
    ("greffon-server", &["greffon-core", "greffon-words"]),
    ("greffon-portal", &["greffon-core", "greffon-words"]),
    ("greffon-peer", &[]),
    ("greffon-bundled", &["greffon-build", "greffon-kinds"]),
    (
        "greffon",
        &[
            "greffon-build",
            "greffon-bundled",
            "greffon-core",
            "greffon-peer",
            "greffon-portal",
            "greffon-runtime",
            "greffon-server",
            "greffon-storage",
            "greffon-words",
        ],
    ),
    (
        "greffon-tests",
        &[
            "greffon",
            "greffon-build",
            "greffon-bundled",
            "greffon-core",
            "greffon-peer",
            "greffon-portal",
            "greffon-runtime",
            "greffon-server",
            "greffon-simulation",
            "greffon-storage",
        ],
    ),
];

/// Trees that stay behind one crate each.
const BEHIND: [(&str, &[&str]); 4] = [
    ("wasmtime", &["greffon-runtime", "greffon-tests"]),
    ("sqlx", &["greffon-storage", "greffon-tests"]),
    ("lettre", &["greffon-runtime"]),
    ("utoipa", &["greffon-server"]),
];

/// What cargo says about the workspace's own packages.
pub fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let output = command.args(["metadata", "--no-deps", "--format-version", "1"]).output().expect("cargo answers");
    serde_json::from_slice(&output.stdout).expect("cargo answers in JSON")
}

/// The workspace's packages by name, with the names of what each uses. What is
/// used by tests alone counts for the crate of tests only.
fn workspace() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages are listed");
    let name = |one: &Value| one["name"].as_str().expect("a name").to_owned();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies are listed");
            let counts = |one: &&Value| one["kind"] != "dev" || package["name"] == "greffon-tests";
            (name(package), dependencies.iter().filter(counts).map(name).collect())
        })
        .collect()
}

#[test]
fn crates_use_each_other_along_the_arrows_only() {
    let packages = workspace();
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    for (package, uses) in &packages {
        let allowed = arrows.get(package.as_str()).copied().unwrap_or(&["greffon-sdk"]);
        for used in uses.iter().filter(|used| packages.contains_key(*used)) {
            assert!(allowed.contains(&used.as_str()), "{package} must not use {used}");
        }
    }
}

#[test]
fn heavy_trees_stay_behind_one_crate() {
    let packages = workspace();
    for (tree, allowed) in BEHIND {
        for (package, _) in packages.iter().filter(|(_, uses)| uses.contains(tree)) {
            assert!(allowed.contains(&package.as_str()), "{package} must not use {tree}");
        }
    }
}

#[test]
fn every_mandated_folder_has_a_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in a workspace");
    for folder in [
        "",
        "wit",
        "sdk",
        "sdk/rust",
        "sdk/templates",
        "plugins",
        "examples",
        "host",
        "host/kinds",
        "host/words",
        "host/core",
        "host/danger",
        "host/portal",
        "host/peer",
        "host/simulation",
        "host/model-check",
        "host/storage",
        "host/runtime",
        "host/bundled",
        "host/server",
        "host/cli",
        "tests",
    ] {
        assert!(root.join(folder).join("README.md").is_file(), "{folder}/README.md is missing");
    }
    for plugin in std::fs::read_dir(root.join("plugins")).expect("plugins are listed").flatten() {
        if plugin.path().is_dir() {
            assert!(plugin.path().join("README.md").is_file(), "{} has no README.md", plugin.path().display());
        }
    }
}

#[test]
fn migrations_have_the_same_names_on_both_databases() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/storage/migrations");
    let names = |database: &str| -> BTreeSet<String> {
        std::fs::read_dir(root.join(database))
            .expect("migrations are listed")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}
