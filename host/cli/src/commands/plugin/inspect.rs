//! `greffon plugin inspect`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use greffon_runtime::{Inspection, Manifest};
use serde_json::json;

use crate::output;

/// The file beside a component that says what it is and asks for.
pub(super) const MANIFEST: &str = "plugin.toml";

pub(super) fn run(path: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let (component, manifest) = if path.is_dir() {
        (only_component(path)?, Some(Manifest::load(&path.join(MANIFEST))?))
    } else {
        (path.to_path_buf(), None)
    };
    let bytes = std::fs::read(&component).with_context(|| format!("cannot read {}", component.display()))?;
    let found =
        greffon_runtime::inspect(&bytes).map_err(|error| anyhow::anyhow!("{}: {error}", component.display()))?;
    let verdict = match manifest.as_ref().map(|manifest| manifest.kind).or(found.kind) {
        Some(kind) => found.check(kind).map_err(|error| anyhow::anyhow!("{}: {error}", component.display())),
        None => Err(anyhow::anyhow!(
            "{}: no interface of greffon is exported\n\nhint: export one with the SDK, such as `export_triage!`",
            component.display()
        )),
    };
    if as_json {
        output::json(&json!({
            "id": manifest.as_ref().map(|manifest| manifest.id.to_string()),
            "version": manifest.as_ref().map(|manifest| manifest.version.to_string()),
            "kind": found.kind,
            "api": found.api,
            "size_bytes": found.size_bytes,
            "digest": found.digest,
            "exports": found.exports,
            "imports": found.imports,
            "usable": verdict.is_ok(),
        }))?;
    } else {
        print(&found, manifest.as_ref())?;
    }
    verdict.map(|()| ExitCode::SUCCESS)
}

fn print(found: &Inspection, manifest: Option<&Manifest>) -> anyhow::Result<()> {
    if let Some(manifest) = manifest {
        output::data(&format!("id       {}", manifest.id))?;
        output::data(&format!("version  {}", manifest.version))?;
        output::data(&format!("does     {}", manifest.description))?;
    }
    output::data(&format!("kind     {}", found.kind.map_or("none of greffon's", |kind| kind.as_str())))?;
    output::data(&format!("api      {}", found.api))?;
    output::data(&format!("size     {} bytes", found.size_bytes))?;
    output::data(&format!("sha256   {}", found.digest))?;
    output::data(&format!("exports  {}", found.exports.join("\n         ")))?;
    let imports = if found.imports.is_empty() { "nothing".to_owned() } else { found.imports.join("\n         ") };
    output::data(&format!("imports  {imports}"))
}

fn only_component(folder: &Path) -> anyhow::Result<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            found.push(path);
        }
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        count => anyhow::bail!(
            "{} holds {count} .wasm files\n\nhint: a plugin's folder holds one, beside {MANIFEST}; make it with: greffon \
             plugin build <source>",
            folder.display()
        ),
    }
}
