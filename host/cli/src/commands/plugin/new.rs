//! `greffon plugin new`: a project that stands alone.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use greffon_bundled::kit;
use greffon_core::model::practice::PluginKind;

use crate::commands::sdk;
use crate::config::practice_id;
use crate::output;

/// Longest name that is plain.
const LONGEST_NAME: usize = 63;

#[derive(Args)]
pub struct New {
    /// What it is: triage, script, agenda or notification
    #[arg(long, value_parser = kind)]
    kind: PluginKind,
    /// What it is written in
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    lang: Language,
    /// A folder that `greffon sdk export` made, instead of a copy in the project
    #[arg(long)]
    sdk: Option<PathBuf>,
    /// A folder that `cargo vendor` made: the first build needs no network
    #[arg(long)]
    vendor: Option<PathBuf>,
    /// The plugin, and the folder that is made for it: a-z, 0-9, single hyphens
    name: String,
}

/// A language that there is an SDK for.
#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Rust,
}

fn kind(word: &str) -> Result<PluginKind, String> {
    let known: Vec<&str> = kit::TEMPLATES.iter().map(|(word, _)| *word).collect();
    PluginKind::named(word).ok_or_else(|| format!("known: {}", known.join(", ")))
}

impl New {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let Language::Rust = self.lang;
        let name = self.name.as_str();
        let starts_with_a_letter = name.starts_with(|c: char| c.is_ascii_lowercase());
        ensure!(
            practice_id::is_plain(name) && starts_with_a_letter && name.len() <= LONGEST_NAME,
            "\"{name}\" is no name of a plugin\n\nhint: 1 to {LONGEST_NAME} of a-z and 0-9, single hyphens between, a letter \
             first, such as {}-mine",
            self.kind.as_str()
        );
        if kit::LOCKED.iter().any(|(taken, _)| *taken == name) {
            bail!("{name} is a crate that plugins are made with\n\nhint: choose another name");
        }
        let folder = Path::new(name);
        if folder.symlink_metadata().is_ok() {
            bail!("{name} is there already\n\nhint: choose another name, or remove it");
        }
        let outside = self.sdk.as_deref().map(sdk_of).transpose()?;
        let vendored = self.vendor.as_deref().map(vendored).transpose()?;

        let word = self.kind.as_str();
        let template = kit::template(word).with_context(|| format!("there is no template for {word}"))?;
        let crate_folder = outside.as_ref().map_or_else(|| "sdk/rust".to_owned(), |path| path.display().to_string());
        let quoted = format!("{:?}", kit::SDK_PATH);
        sdk::write(folder, template, |text| {
            let own = text.replace(&format!("{word}-template"), name);
            own.replace(&quoted, &toml::Value::String(crate_folder.clone()).to_string())
        })?;
        let manifest = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest)?;
        // A project is nobody's member, wherever it is made.
        sdk::put(&manifest, &format!("{text}\n[workspace]\n"))?;
        sdk::put(&folder.join("Cargo.lock"), &lock(name, &text)?)?;
        sdk::put(&folder.join(".gitignore"), "/target\n")?;
        if outside.is_none() {
            sdk::export(&folder.join("sdk"))?;
        }
        if let Some(vendored) = vendored {
            sdk::put(&folder.join(".cargo/config.toml"), &vendored)?;
        }
        output::note(&format!("next: cd {name} && cargo test, then what {name}/README.md says"));
        output::data(name)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The crate in a folder that `greffon sdk export` made.
fn sdk_of(folder: &Path) -> anyhow::Result<PathBuf> {
    let at = folder.join("rust");
    ensure!(
        at.join("Cargo.toml").is_file(),
        "{} holds no rust/Cargo.toml\n\nhint: make the folder with: greffon sdk export {}",
        folder.display(),
        folder.display()
    );
    std::fs::canonicalize(&at).with_context(|| at.display().to_string())
}

/// Cargo's configuration for a folder of vendored crates.
fn vendored(folder: &Path) -> anyhow::Result<String> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot use {}", folder.display()))?;
    let any = entries.flatten().any(|entry| entry.path().join(".cargo-checksum.json").is_file());
    ensure!(
        any,
        "{} holds no vendored crates\n\nhint: where there is a network, run in a project of greffon plugin new: cargo vendor",
        folder.display()
    );
    let folder = std::fs::canonicalize(folder)?;
    let directory = toml::Value::String(folder.display().to_string());
    Ok(format!("[source.crates-io]\nreplace-with = \"vendored\"\n\n[source.vendored]\ndirectory = {directory}\n"))
}

/// The lock file of a project: the versions that greffon itself is tested with.
fn lock(name: &str, manifest: &str) -> anyhow::Result<String> {
    let manifest: toml::Table = manifest.parse()?;
    let needs = manifest["dependencies"].as_table().context("a template has dependencies")?;
    let needs: String = needs.keys().map(|needed| format!(" {needed:?},\n")).collect();
    let own = format!("[[package]]\nname = {name:?}\nversion = \"0.1.0\"\ndependencies = [\n{needs}]\n");
    let mut entries: Vec<(&str, &str)> = kit::LOCKED.to_vec();
    entries.push((name, &own));
    // Stable: two versions of one name stay in their order.
    entries.sort_by_key(|(name, _)| *name);
    let entries: Vec<&str> = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(format!(
        "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\nversion = 4\n\n{}",
        entries.join("\n")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_file_has_the_project_in_its_place() {
        let text = lock("script-x", "[dependencies]\ngreffon-sdk = \"1\"\nserde = \"1\"\n").expect("a lock file");
        let lock: toml::Table = text.parse().expect("TOML");
        let names: Vec<&str> =
            lock["package"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str()).collect();
        assert!(names.is_sorted() && names.contains(&"script-x") && names.contains(&"wit-bindgen"), "{names:?}");
        assert!(!names.contains(&"wasmtime"), "only what the SDK uses: {names:?}");
    }
}
