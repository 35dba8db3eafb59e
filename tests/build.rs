//! Builds the guests for wasm and tells `src/lib.rs` where they are.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use greffon_build::{Package, build_components, nested_target_dir};

fn main() -> Result<()> {
    // Asked when it runs: the program may have been compiled for another checkout.
    let package = env::var_os("CARGO_MANIFEST_DIR").context("CARGO_MANIFEST_DIR is set by cargo")?;
    let tests = Path::new(&package);
    let workspace = tests.parent().context("the tests stand in a workspace")?;
    let out_dir = env::var_os("OUT_DIR").context("OUT_DIR is set by cargo")?;
    let out_dir = Path::new(&out_dir);

    let guests = tests.join("guests");
    let mut folders = Vec::new();
    for entry in fs::read_dir(&guests).with_context(|| guests.display().to_string())? {
        folders.push(entry?.path());
    }
    folders.retain(|folder| folder.is_dir());
    folders.sort();

    let mut packages = Vec::new();
    let mut manifests = Vec::new();
    for folder in &folders {
        let package = Package::in_folder(folder)?.with_context(|| format!("{}: no plugin.toml", folder.display()))?;
        manifests.push(folder.join("plugin.toml"));
        packages.push(package);
    }
    ensure!(!packages.is_empty(), "{}: no guests", guests.display());

    let mut consts = String::new();
    for (built, manifest) in
        build_components(workspace, &packages, &nested_target_dir(out_dir))?.into_iter().zip(&manifests)
    {
        built.watch();
        println!("cargo::rerun-if-changed={}", manifest.display());
        let file = out_dir.join(&built.package).with_extension("wasm");
        fs::write(&file, &built.component).with_context(|| file.display().to_string())?;
        let name = built.package.to_uppercase().replace('-', "_");
        writeln!(consts, "/// Component of `{}`.", built.package)?;
        writeln!(consts, "pub const {name}: &[u8] = include_bytes!({file:?});")?;
        writeln!(consts, "/// Manifest of `{}`.", built.package)?;
        writeln!(consts, "pub const {name}_MANIFEST: &str = include_str!({manifest:?});")?;
    }
    let nested = nested_target_dir(out_dir);
    writeln!(consts, "/// Where plugins are compiled, beside this build.")?;
    writeln!(consts, "pub const NESTED_TARGET_DIR: &str = {nested:?};")?;
    println!("cargo::rerun-if-changed={}", guests.display());
    let file = out_dir.join("guests.rs");
    fs::write(&file, consts).with_context(|| file.display().to_string())
}
