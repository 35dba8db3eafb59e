//! The arrows of host/README.md, read from `cargo metadata`, and what every
//! folder owes its reader.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// Who may use whom, among the workspace's own crates.
const ARROWS: [(&str, &[&str]); 9] = [
    ("greffon-core", &[]),
    ("greffon-build", &[]),
    ("greffon-sdk", &[]),
    ("greffon-storage", &["greffon-core"]),
    ("greffon-runtime", &["greffon-core"]),
    ("greffon-server", &["greffon-core"]),
    ("greffon-bundled", &["greffon-build"]),
    (
        "greffon",
        &["greffon-build", "greffon-bundled", "greffon-core", "greffon-runtime", "greffon-server", "greffon-storage"],
    ),
    (
        "greffon-tests",
        &[
            "greffon",
            "greffon-build",
            "greffon-bundled",
            "greffon-core",
            "greffon-runtime",
            "greffon-server",
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

fn workspace() -> (Vec<Package>, BTreeSet<String>) {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata answers");
    let names = metadata.packages.iter().map(|package| package.name.to_string()).collect();
    (metadata.packages, names)
}

fn used_by(package: &Package) -> BTreeSet<String> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != DependencyKind::Development || package.name.as_str() == "greffon-tests")
        .map(|dependency| dependency.name.clone())
        .collect()
}

#[test]
fn crates_use_each_other_along_the_arrows_only() {
    let (packages, own) = workspace();
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    for package in &packages {
        let allowed = arrows.get(package.name.as_str()).copied().unwrap_or(&["greffon-sdk"]);
        for used in used_by(package).intersection(&own) {
            assert!(allowed.contains(&used.as_str()), "{} must not use {used}", package.name);
        }
    }
}

#[test]
fn heavy_trees_stay_behind_one_crate() {
    let (packages, _) = workspace();
    for (tree, allowed) in BEHIND {
        for package in packages.iter().filter(|package| used_by(package).contains(tree)) {
            assert!(allowed.contains(&package.name.as_str()), "{} must not use {tree}", package.name);
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
        "plugins",
        "examples",
        "host",
        "host/core",
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
