//! Collects what a plugin's author needs without the repository: the SDK's
//! crate, the contract, what `greffon plugin new` begins with, and the versions
//! that all of it was tested with.
//!
//! The exported SDK stands in one folder: `rust/`, `wit/` and `README.md`. What
//! its files take from this workspace is written out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use greffon_kinds::KINDS;
use toml::{Table, Value};

use crate::lock;

/// What a project's `Cargo.toml` has in place of where the SDK is.
const SDK_PATH: &str = "SDK_PATH";

/// Writes `kit.rs`.
pub(crate) fn embed(workspace: &Path, out_dir: &Path) -> Result<()> {
    let folder = out_dir.join("kit");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let manifest = read(&workspace.join("Cargo.toml"))?.parse()?;
    let kit = Kit { workspace, folder, manifest };

    let mut sdk = Vec::new();
    kit.take("LICENSE", "LICENSE", &mut sdk)?;
    kit.take("sdk/README.md", "README.md", &mut sdk)?;
    kit.take_folder("sdk/rust", "rust", &mut sdk)?;
    kit.take_folder("wit", "wit", &mut sdk)?;
    let mut text = format!("/// The exported SDK.\npub const SDK: &[KitFile] = {};\n\n", listed(&sdk)?);

    text.push_str("/// By the kind's word, what a new plugin begins with.\n");
    text.push_str("pub const TEMPLATES: &[(&str, &[KitFile])] = &[\n");
    for spec in KINDS {
        let from = format!("sdk/templates/{}", spec.word);
        ensure!(workspace.join(&from).is_dir(), "{from} is missing: a new plugin of the kind begins with it");
        let mut files = Vec::new();
        kit.take_folder(&from, "", &mut files)?;
        writeln!(text, "({:?}, {}),", spec.word, listed(&files)?)?;
    }
    text.push_str("];\n\n/// Names and entries of a `Cargo.lock`: the SDK and what it uses.\n");
    let entries = lock::closure(&read(&workspace.join("Cargo.lock"))?, &["greffon-sdk", "serde", "serde_json"])?;
    writeln!(text, "pub const LOCKED: &[(&str, &str)] = &{entries:?};")?;
    let file = out_dir.join("kit.rs");
    fs::write(&file, text).with_context(|| file.display().to_string())
}

/// A file of the kit: its name there, and where its text is now.
type Taken = (String, PathBuf);

struct Kit<'a> {
    workspace: &'a Path,
    /// Where files go that are not taken as they are.
    folder: PathBuf,
    manifest: Table,
}

impl Kit<'_> {
    fn take_folder(&self, from: &str, to: &str, files: &mut Vec<Taken>) -> Result<()> {
        let folder = self.workspace.join(from);
        // A new file belongs to it too.
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| from.to_owned())? {
            names.push(entry?.file_name().into_string().map_err(|name| anyhow::anyhow!("{name:?} is not UTF-8"))?);
        }
        names.sort();
        for name in names.iter().filter(|name| *name != "target") {
            let below = |folder: &str| if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if folder.join(name).is_dir() {
                self.take_folder(&below(from), &below(to), files)?;
            } else {
                self.take(&below(from), &below(to), files)?;
            }
        }
        Ok(())
    }

    fn take(&self, from: &str, to: &str, files: &mut Vec<Taken>) -> Result<()> {
        let path = self.workspace.join(from);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = read(&path)?;
        let written = if from.ends_with("Cargo.toml") {
            self.standing_alone(&text).with_context(|| from.to_owned())?
        } else {
            // The contract is one folder nearer than in the repository.
            text.replace("\"../../wit/", "\"../wit/").replace("](../wit/", "](wit/")
        };
        let at = if written == text {
            path
        } else {
            let at = self.folder.join(from);
            fs::create_dir_all(at.parent().context("a folder")?)?;
            fs::write(&at, written).with_context(|| at.display().to_string())?;
            at
        };
        files.push((to.to_owned(), at));
        Ok(())
    }

    /// A package's manifest with what it takes from the workspace written out.
    fn standing_alone(&self, text: &str) -> Result<String> {
        let mut manifest: Table = text.parse()?;
        let shared = self.manifest["workspace"].as_table().context("a workspace")?;
        manifest.remove("lints");
        let package = manifest["package"].as_table_mut().context("a package")?;
        for (key, value) in package.iter_mut().filter(|(_, value)| is_shared(value)) {
            *value = shared["package"][key.as_str()].clone();
        }
        let mut tables = vec![&mut manifest];
        while let Some(table) = tables.pop() {
            for (name, inner) in table {
                let Value::Table(inner) = inner else { continue };
                match name.as_str() {
                    "dependencies" => written_out(inner, &shared["dependencies"])?,
                    "target" => tables.extend(inner.iter_mut().filter_map(|(_, one)| one.as_table_mut())),
                    _ => {}
                }
            }
        }
        let mut text = format!("# Written by greffon {}.\n", env::var("CARGO_PKG_VERSION")?);
        // In the order in which people look for them.
        let known = ["package", "lib", "features", "dependencies"];
        let others = manifest.keys().map(String::as_str).filter(|name| !known.contains(name));
        for name in known.into_iter().chain(others).filter(|name| manifest.contains_key(*name)) {
            writeln!(text, "\n[{name}]")?;
            for (key, value) in manifest[name].as_table().with_context(|| format!("{name} is no table"))? {
                writeln!(text, "{} = {value}", quoted(key))?;
            }
        }
        Ok(text)
    }
}

/// A key of TOML.
fn quoted(key: &str) -> String {
    let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if bare { key.to_owned() } else { Value::from(key).to_string() }
}

fn is_shared(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// Writes the workspace's dependencies where a package names them.
fn written_out(dependencies: &mut Table, shared: &Value) -> Result<()> {
    for (name, value) in dependencies.iter_mut().filter(|(_, value)| is_shared(value)) {
        let own = value.get("features").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut dependency = match shared.get(name).with_context(|| format!("{name} is none of the workspace"))? {
            Value::Table(table) => table.clone(),
            version => Table::from_iter([("version".to_owned(), version.clone())]),
        };
        if dependency.contains_key("path") {
            dependency.insert("path".to_owned(), SDK_PATH.into());
        }
        if !own.is_empty() {
            let features = dependency.entry("features").or_insert_with(|| Value::Array(Vec::new()));
            features.as_array_mut().context("a list of features")?.extend(own);
        }
        *value = Value::Table(dependency);
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

fn listed(files: &[Taken]) -> Result<String> {
    let mut text = "&[\n".to_owned();
    for (name, at) in files {
        writeln!(text, "    KitFile {{ name: {name:?}, text: include_str!({at:?}) }},")?;
    }
    text.push(']');
    Ok(text)
}
