//! `greffon plugin list|inspect`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use serde_json::json;

use crate::output;

#[derive(Subcommand)]
pub enum Plugin {
    /// List the bundled plugins
    List {
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Say what a component is, before anything is compiled or run
    Inspect {
        /// A .wasm component
        file: PathBuf,
        /// For programs
        #[arg(long)]
        json: bool,
    },
}

impl Plugin {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List { json } => list(json)?,
            Self::Inspect { file, json } => return inspect(&file, json),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(as_json: bool) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    for bundled in greffon_bundled::PLUGINS {
        let found = greffon_runtime::inspect(bundled.component)?;
        let kind = found.kind.map_or("unknown", |kind| kind.as_str());
        rows.push((bundled.id, kind, found.api, found.size_bytes, found.digest));
    }
    if as_json {
        let plugins: Vec<_> = rows
            .iter()
            .map(|(id, kind, api, size, digest)| {
                json!({ "id": id, "kind": kind, "api": api, "size_bytes": size, "digest": digest })
            })
            .collect();
        return output::json(&plugins);
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(id, kind, api, size, digest)| {
            vec![id.to_owned(), kind.to_owned(), api, format!("{} kB", size.div_ceil(1000)), digest[..12].to_owned()]
        })
        .collect();
    output::data(&output::table(&["id", "kind", "api", "size", "sha256"], &rows))
}

fn inspect(file: &std::path::Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let found = greffon_runtime::inspect(&bytes).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
    let verdict = match found.kind {
        Some(kind) => found.check(kind),
        None => Ok(()),
    };
    if as_json {
        output::json(&json!({
            "kind": found.kind,
            "api": found.api,
            "size_bytes": found.size_bytes,
            "digest": found.digest,
            "exports": found.exports,
            "imports": found.imports,
            "usable": verdict.is_ok() && found.kind.is_some(),
        }))?;
    } else {
        output::data(&format!("kind     {}", found.kind.map_or("none of greffon's", |kind| kind.as_str())))?;
        output::data(&format!("api      {}", found.api))?;
        output::data(&format!("size     {} bytes", found.size_bytes))?;
        output::data(&format!("sha256   {}", found.digest))?;
        output::data(&format!("exports  {}", found.exports.join("\n         ")))?;
        output::data(&format!("imports  {}", found.imports.join("\n         ")))?;
    }
    if let Err(error) = verdict {
        anyhow::bail!("{}: {error}", file.display());
    }
    Ok(if found.kind.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
