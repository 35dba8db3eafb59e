//! `greffon plugin list|inspect|new|build|call`.

mod build;
mod call;
mod inspect;
mod new;

use std::path::PathBuf;
use std::process::ExitCode;

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
    /// Say what a plugin is, before anything is compiled or run
    Inspect {
        /// A plugin's folder, or a .wasm component alone
        path: PathBuf,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Begin a plugin: a folder that builds, is tested and answers
    New(new::New),
    /// Build a plugin written in Rust into a folder that a practice can name
    Build {
        /// The plugin's source: a folder with Cargo.toml and plugin.toml
        source: PathBuf,
        /// Where the component and its manifest go; target/greffon/<id> when absent
        #[arg(long)]
        out: Option<PathBuf>,
        /// Where cargo works
        #[arg(long, default_value = "target/plugins")]
        target_dir: PathBuf,
    },
    /// Call one function of a plugin, under the limits of production
    Call(call::Call),
}

impl Plugin {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List { json } => list(json),
            Self::Inspect { path, json } => inspect::run(&path, json),
            Self::New(new) => new.run(),
            Self::Call(call) => call.run(),
            Self::Build { source, out, target_dir } => build::run(&source, out, &target_dir),
        }
    }
}

fn list(as_json: bool) -> anyhow::Result<ExitCode> {
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
        output::json(&plugins)?;
    } else {
        let rows: Vec<Vec<String>> = rows
            .into_iter()
            .map(|(id, kind, api, size, digest)| {
                vec![
                    id.to_owned(),
                    kind.to_owned(),
                    api,
                    format!("{} kB", size.div_ceil(1000)),
                    digest[..12].to_owned(),
                ]
            })
            .collect();
        output::data(&output::table(&["id", "kind", "api", "size", "sha256"], &rows))?;
    }
    Ok(ExitCode::SUCCESS)
}
