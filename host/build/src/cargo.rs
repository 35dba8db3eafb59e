//! One run of cargo for one target.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::environment::clean;
use crate::{BuildError, Target};

/// How plugins are compiled: small, and without a panic machinery. Given to
/// cargo with each build, so that a plugin's own workspace needs no profile.
const PROFILE: [&str; 6] = [
    "profile.plugin.inherits='release'",
    "profile.plugin.opt-level='s'",
    "profile.plugin.lto=true",
    "profile.plugin.codegen-units=1",
    "profile.plugin.panic='abort'",
    "profile.plugin.strip=true",
];

/// Bytes of the stack of a pure plugin, instead of rustc's 1 MiB. It lies below
/// the plugin's data, so what a call touches lies within the first pages, which
/// the host wipes by hand; and an overflow leaves the memory, which traps.
const PURE_STACK_BYTES: u32 = 32 << 10;

/// A wasm file and what it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Artifact {
    pub package: String,
    pub target: Target,
    pub file: PathBuf,
    /// Manifests of the packages that were compiled for it, those of
    /// registries included.
    pub manifests: Vec<PathBuf>,
}

/// The lines of `--message-format=json` that matter here.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        manifest_path: PathBuf,
        target: ArtifactTarget,
        filenames: Vec<PathBuf>,
        package_id: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct ArtifactTarget {
    crate_types: Vec<String>,
}

/// Builds the packages and returns the wasm files that came of them.
pub(crate) fn build(
    workspace_dir: &Path,
    packages: &[&str],
    target: Target,
    target_dir: &Path,
) -> Result<Vec<Artifact>, BuildError> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let failed = |source| BuildError::Io { what: program.to_string_lossy().into_owned(), source };

    let mut command = Command::new(&program);
    clean(&mut command);
    command
        .current_dir(workspace_dir)
        .args(["build", "--lib", "--profile", "plugin", "--message-format=json-render-diagnostics"])
        .args(["--target", target.triple(), "--target-dir"])
        .arg(target_dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    for setting in PROFILE {
        command.args(["--config", setting]);
    }
    if target == Target::Pure {
        let stack = format!("target.{}.rustflags=['-Clink-arg=-zstack-size={PURE_STACK_BYTES}']", target.triple());
        command.args(["--config", &stack]);
    }
    for package in packages {
        command.args(["--package", package]);
    }

    let mut child = command.spawn().map_err(failed)?;
    let mut manifests = Vec::new();
    let mut files = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            // A line that is no message comes from a program that cargo ran.
            let Ok(Message::CompilerArtifact { manifest_path, target, filenames, package_id }) =
                serde_json::from_str(&line.map_err(failed)?)
            else {
                continue;
            };
            let wasm = filenames.into_iter().find(|file| file.extension().is_some_and(|end| end == "wasm"));
            if let (Some(wasm), true) = (wasm, target.crate_types.iter().any(|kind| kind == "cdylib")) {
                files.push((package_id, wasm));
            }
            manifests.push(manifest_path);
        }
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        let packages = packages.iter().map(|&name| name.to_owned()).collect();
        return Err(BuildError::Cargo { packages, target, status });
    }
    Ok(packages
        .iter()
        .filter_map(|&package| {
            let (_, file) = files.iter().find(|(id, _)| names(id, package))?;
            Some(Artifact { package: package.to_owned(), target, file: file.clone(), manifests: manifests.clone() })
        })
        .collect())
}

/// Whether a package id is the one of a package of the workspace. The folder's
/// name stands for the package's when both are the same:
/// `path+file:///w/plugins/agenda-x#0.1.0`, else `path+file:///w/x#agenda-x@0.1.0`.
fn names(id: &str, package: &str) -> bool {
    let Some((place, rest)) = id.rsplit_once('#') else { return false };
    match rest.split_once('@') {
        Some((name, _)) => name == package,
        None => place.rsplit('/').next() == Some(package),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_found_by_either_form_of_its_id() {
        assert!(names("path+file:///w/plugins/agenda-x#0.1.0", "agenda-x"));
        assert!(names("path+file:///w/tests/guests/spin#guest-spin@0.1.0", "guest-spin"));
        assert!(!names("path+file:///w/plugins/agenda-xy#0.1.0", "agenda-x"));
        assert!(!names("registry+https://registry.example/index#agenda-y@1.0.0", "agenda-x"));
    }

    #[test]
    fn lines_that_are_no_artifact_are_read_over() {
        let line = r#"{"reason":"build-finished","success":true}"#;
        assert!(matches!(serde_json::from_str(line), Ok(Message::Other)));
    }
}
