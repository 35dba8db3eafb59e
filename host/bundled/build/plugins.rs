//! Builds the plugins of `plugins/`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use greffon_build::{Package, build_components, nested_target_dir};

/// Writes `plugins.rs`: the list of the plugins, each with its component.
pub(crate) fn embed(workspace: &Path, out_dir: &Path) -> Result<()> {
    let plugins = workspace.join("plugins");
    // A new folder is a new plugin.
    println!("cargo::rerun-if-changed={}", plugins.display());
    let mut folders = Vec::new();
    for entry in fs::read_dir(&plugins).with_context(|| plugins.display().to_string())? {
        folders.push(entry?.path());
    }
    folders.sort();

    let mut packages = Vec::new();
    let mut manifests = Vec::new();
    for folder in &folders {
        // A folder without a manifest is no plugin yet.
        if let Some(package) = Package::in_folder(folder)? {
            ensure!(
                folder.ends_with(&package.name),
                "{}: the package is named \"{}\"; folder, package and plugin share one name",
                folder.display(),
                package.name
            );
            manifests.push(folder.join("plugin.toml"));
            packages.push(package);
        }
    }

    let mut list = "&[\n".to_owned();
    for (built, manifest) in
        build_components(workspace, &packages, &nested_target_dir(out_dir))?.into_iter().zip(&manifests)
    {
        built.watch();
        let file = out_dir.join(&built.package).with_extension("wasm");
        fs::write(&file, &built.component).with_context(|| file.display().to_string())?;
        writeln!(list, "    BundledPlugin {{")?;
        writeln!(list, "        id: {:?},", built.package)?;
        writeln!(list, "        manifest: include_str!({manifest:?}),")?;
        writeln!(list, "        component: include_bytes!({file:?}),")?;
        writeln!(list, "    }},")?;
    }
    list.push_str("]\n");
    let file = out_dir.join("plugins.rs");
    fs::write(&file, list).with_context(|| file.display().to_string())
}
