//! The files of a plugin that is not bundled: a component, `plugin.toml` beside
//! it, and what that names. All of them lie below the plugin's own folder.

use std::path::{Path, PathBuf};

use greffon_core::ports::plugins::Problem;
use greffon_runtime::{LARGEST_COMPONENT_BYTES, Manifest, PluginFiles};

use super::confined::{Content, Folder, Refused};
use super::shared;

/// What says what a plugin is and asks for.
pub const MANIFEST: &str = "plugin.toml";

/// Between a path and the digest that it is pinned to.
const PIN: &str = "#sha256:";

/// Largest manifest, and largest schema beside it.
const MOST_BYTES: u64 = 1 << 20;

/// A plugin, and the files that it was read from, by their names in its folder.
#[derive(Debug)]
pub struct Found {
    /// For the runtime.
    pub files: PluginFiles,
    /// What must be looked at to notice a change: names below the folder that
    /// was asked, with what was read.
    pub read: Vec<(PathBuf, Content)>,
}

/// A manifest, with the text of what it was read from.
#[derive(Debug)]
pub struct Described {
    /// What it says.
    pub manifest: Manifest,
    /// `plugin.toml`, and the schema's file when it stands beside it, by their
    /// names in the plugin's folder.
    pub read: Vec<(String, Content)>,
}

/// What a practice's file writes after `plugin =`: a path and a pinned digest,
/// or `None` for the name of a bundled plugin.
pub fn path(written: &str) -> Option<(&str, Option<String>)> {
    let (path, pinned) = match written.split_once(PIN) {
        Some((path, digest)) => (path, Some(digest.to_owned())),
        None => (written, None),
    };
    let is_path = path.starts_with(shared::PREFIX) || path.contains(['/', '\\']) || path.ends_with(".wasm");
    is_path.then_some((path, pinned))
}

/// Reads a plugin: a folder with `plugin.toml` and one `.wasm` file, or the
/// `.wasm` file itself.
///
/// # Errors
/// What is missing, too large, or not below the folder.
pub fn read(folder: &Folder, name: &str, pinned: Option<String>) -> Result<Found, Problem> {
    let (below, component, plugin) = match folder.folder(name) {
        Ok(plugin) => (PathBuf::from(name), only_component(&plugin)?, plugin),
        Err(Refused::Unreadable(error)) if error.kind() == std::io::ErrorKind::NotADirectory => {
            let path = Path::new(name);
            let below = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let plugin = folder.folder(&below.to_string_lossy()).map_err(|refused| unread(name, &refused))?;
            (below.to_path_buf(), file.to_owned(), plugin)
        }
        Err(refused) => return Err(unread(name, &refused)),
    };
    let content =
        plugin.read(&component, LARGEST_COMPONENT_BYTES as u64).map_err(|refused| unread(&component, &refused))?;
    let Described { manifest, read } = describe(&plugin)?;
    let mut read: Vec<_> = read.into_iter().map(|(name, content)| (below.join(name), content)).collect();
    let files = PluginFiles { path: content.path.clone(), component: content.bytes, pinned, manifest };
    read.push((below.join(component), Content { bytes: Vec::new(), ..content }));
    Ok(Found { files, read })
}

/// Reads the manifest of a plugin's folder, and the schema that it names.
///
/// # Errors
/// What is missing or wrong.
pub fn describe(plugin: &Folder) -> Result<Described, Problem> {
    let content = plugin.read(MANIFEST, MOST_BYTES).map_err(|refused| {
        let hint = format!("a plugin is a folder or a .wasm file with a {MANIFEST} beside it");
        Problem { hint, ..unread(MANIFEST, &refused) }
    })?;
    let text = content.text().map_err(|refused| unread(MANIFEST, &refused))?;
    let mut schema = None;
    let beside = |name: &str| {
        let said = |refused: Refused| format!("{name:?} {refused}");
        let content = plugin.read(name, MOST_BYTES).map_err(said)?;
        let text = content.text().map_err(said)?.to_owned();
        schema = Some((name.to_owned(), content));
        Ok(text)
    };
    let manifest = Manifest::parse(&content.path, text, beside).map_err(|error| problem(error.to_string(), None))?;
    Ok(Described { manifest, read: std::iter::once((MANIFEST.to_owned(), content)).chain(schema).collect() })
}

fn only_component(plugin: &Folder) -> Result<String, Problem> {
    let mut names = plugin.names().map_err(|error| unread(".", &Refused::Unreadable(error)))?;
    names.retain(|name| name.ends_with(".wasm"));
    match names.len() {
        1 => Ok(names.swap_remove(0)),
        count => Err(problem(
            format!("{} holds {count} .wasm files", plugin.path().display()),
            Some(format!(
                "a plugin's folder holds one, beside {MANIFEST}: name the file itself, or make it with: greffon plugin \
                 build <source>"
            )),
        )),
    }
}

fn unread(name: &str, refused: &Refused) -> Problem {
    let hint = match refused {
        Refused::Outside { .. } => "keep the plugin's files in its folder, and the folder in the practice's",
        Refused::TooLarge { .. } => "strip the component of debug information",
        _ => "the path is relative to the practice's folder",
    };
    problem(format!("{name:?} {refused}"), Some(hint.to_owned()))
}

fn problem(message: String, hint: Option<String>) -> Problem {
    Problem::lasting("plugin", message, hint.unwrap_or_default())
}

#[cfg(test)]
#[path = "plugin_files_tests.rs"]
mod tests;
