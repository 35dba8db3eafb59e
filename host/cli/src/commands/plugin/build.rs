//! `greffon plugin build`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use greffon_build::Package;

use crate::config::confined::Folder;
use crate::config::plugin_files::{self, Described, MANIFEST};
use crate::output;

pub(super) fn run(source: &Path, out: Option<PathBuf>, target_dir: &Path) -> anyhow::Result<ExitCode> {
    let Some(package) = Package::in_folder(source)? else {
        anyhow::bail!(
            "{} holds no {MANIFEST}\n\nhint: a plugin's source has a Cargo.toml and a {MANIFEST}; make one with: greffon \
             plugin new --kind <kind> <name>",
            source.display()
        );
    };
    let folder = Folder::open(source).with_context(|| format!("cannot open {}", source.display()))?;
    let Described { manifest, read } = plugin_files::describe(&folder)?;
    // Cargo runs in the source's folder.
    fs::create_dir_all(target_dir).with_context(|| format!("cannot make {}", target_dir.display()))?;
    let target_dir = fs::canonicalize(target_dir)?;
    let built = greffon_build::build_component(source, &package.name, package.target, &target_dir)?;
    greffon_runtime::inspect(&built.component)
        .and_then(|found| found.check(manifest.kind))
        .with_context(|| format!("\"{}\" is built, and is no {} plugin", manifest.id, manifest.kind.as_str()))?;

    let out = out.unwrap_or_else(|| Path::new("target/greffon").join(manifest.id.to_string()));
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let component = out.join(format!("{}.wasm", manifest.id));
    fs::write(&component, &built.component).with_context(|| format!("cannot write {}", component.display()))?;
    for (name, content) in read {
        let copy = out.join(&name);
        let folder = copy.parent().unwrap_or(&out);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::write(&copy, content.bytes).with_context(|| format!("cannot write {}", copy.display()))?;
    }
    output::note(&format!(
        "{} bytes; look at it with: greffon plugin inspect {}",
        built.component.len(),
        out.display()
    ));
    output::data(&out.display().to_string())?;
    Ok(ExitCode::SUCCESS)
}
