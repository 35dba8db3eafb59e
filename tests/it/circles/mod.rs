//! Files of a crate import in one direction: no circles between them, and in
//! the domain no arrow against the plan.

mod graph;
mod names;
mod small;
mod source;
mod tokens;

use std::path::{Path, PathBuf};

use graph::Graph;
use serde_json::Value;
use source::Source;

use crate::architecture::metadata;

/// The domain.
const CORE: &str = "host/core/src";

/// The folders of the domain: each may name those before it.
const LAYERS: [&str; 4] = ["model", "ports", "flow", "jobs"];

/// The root files of every crate of the workspace, below its folder: libraries,
/// programs and build scripts. What is measured against (`benches`) is made of the
/// plugins' own files.
fn roots() -> (PathBuf, Vec<PathBuf>) {
    let metadata = metadata();
    let workspace = PathBuf::from(metadata["workspace_root"].as_str().expect("a path"));
    let packages = metadata["packages"].as_array().expect("packages are listed");
    let targets = packages.iter().flat_map(|package| package["targets"].as_array().expect("targets are listed"));
    let product = |target: &&Value| {
        let kinds = target["kind"].as_array().expect("a target has kinds");
        !kinds.iter().any(|kind| ["test", "bench", "example"].iter().any(|other| kind == other))
    };
    let files = targets.filter(product).map(|target| Path::new(target["src_path"].as_str().expect("a path")));
    let below = files.map(|path| path.strip_prefix(&workspace).expect("the workspace's own").to_owned());
    let roots = below.filter(|path| !path.starts_with("tests/benches")).collect();
    (workspace, roots)
}

/// The imports between the files of a crate.
fn graph(workspace: &Path, root: &Path) -> Graph {
    Source::read(root, &|path| std::fs::read_to_string(workspace.join(path)).ok()).graph()
}

#[test]
fn files_import_each_other_in_one_direction() {
    let (workspace, roots) = roots();
    let mut circles = Vec::new();
    for root in roots {
        circles.extend(graph(&workspace, &root).circles());
    }
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn the_domain_s_folders_import_downwards_only() {
    let core = Path::new(CORE);
    let (workspace, _) = roots();
    let layer = |file: &Path| {
        let below = file.strip_prefix(core).expect("a file of core").with_extension("");
        LAYERS.iter().position(|layer| below.starts_with(layer))
    };
    let graph = graph(&workspace, &core.join("lib.rs"));
    let upwards: Vec<String> = graph
        .arrows()
        .filter(|(from, to, _)| layer(from) < layer(to))
        .map(|(from, to, names)| format!("{} → {} ({names})", from.display(), to.display()))
        .collect();
    assert!(upwards.is_empty(), "{} arrows against the plan:\n{}", upwards.len(), upwards.join("\n"));
}
