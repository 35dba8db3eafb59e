//! `greffon plugin inspect`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use greffon_runtime::binding::Grants;
use greffon_runtime::{Inspection, Manifest, Ungranted, ungranted};
use serde_json::json;

use crate::config::confined::Folder;
use crate::config::plugin_files;
use crate::output;

pub(super) fn run(path: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let (component, bytes, manifest) = if path.is_dir() {
        let folder = Folder::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let files = plugin_files::read(&folder, ".", None)?.files;
        (files.path, files.component, Some(files.manifest))
    } else {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        (path.to_path_buf(), bytes, None)
    };
    let found =
        greffon_runtime::inspect(&bytes).map_err(|error| anyhow::anyhow!("{}: {error}", component.display()))?;
    let verdict = match manifest.as_ref().map(|manifest| manifest.kind).or(found.kind) {
        Some(kind) => found.check(kind).map_err(|error| anyhow::anyhow!("{}: {error}", component.display())),
        None => Err(anyhow::anyhow!(
            "{}: no interface of greffon is exported\n\nhint: export one with the SDK, such as `export_triage!`",
            component.display()
        )),
    };
    let asks = manifest.as_ref().map_or_else(Vec::new, |one| ungranted(one, &Grants::default(), &BTreeMap::new()));
    if as_json {
        let granted_by = |one: &Ungranted| json!({ "asked": one.asked, "needed": one.needed, "granted_by": one.line });
        output::json(&json!({
            "id": manifest.as_ref().map(|manifest| manifest.id.to_string()),
            "version": manifest.as_ref().map(|manifest| manifest.version.to_string()),
            "kind": found.kind,
            "api": found.api,
            "size_bytes": found.size_bytes,
            "digest": found.digest,
            "exports": found.exports,
            "imports": found.imports,
            "asks": asks.iter().map(granted_by).collect::<Vec<_>>(),
            "usable": verdict.is_ok(),
        }))?;
    } else {
        print(&found, manifest.as_ref(), &asks)?;
    }
    verdict.map(|()| ExitCode::SUCCESS)
}

fn print(found: &Inspection, manifest: Option<&Manifest>, asks: &[Ungranted]) -> anyhow::Result<()> {
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
    output::data(&format!("imports  {imports}"))?;
    for (index, Ungranted { asked, line, needed, .. }) in asks.iter().enumerate() {
        let head = if index == 0 { "asks" } else { "" };
        let or = if *needed { "" } else { " (may be left out)" };
        output::data(&format!("{head:8} {asked}{or}; granted under [features.<name>] by:\n         {line}"))?;
    }
    Ok(())
}
