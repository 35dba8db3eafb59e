//! Folders that the operator opens to practices: `[shared.grilles]` in
//! `greffon.toml`, `shared:grilles/x.toml` in a practice's file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use greffon_core::ids::PracticeId;
use greffon_runtime::nearest;
use schemars::JsonSchema;
use serde::Deserialize;

use super::practice_id;

/// What a name in a practice's file begins with when it is in a shared folder.
pub const PREFIX: &str = "shared:";

/// The shared folders of an installation, by their names.
pub type SharedFolders = BTreeMap<String, SharedFolder>;

/// A folder whose files practices may name: grids, plugins; never secrets.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SharedFolder {
    /// The folder, relative to `greffon.toml`.
    pub path: PathBuf,
    /// The practices that may name its files: a list of ids, or `"*"` for all.
    pub practices: OpenTo,
}

/// The practices that a shared folder is open to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "the practices are a list of ids, or \"*\" for all")]
pub enum OpenTo {
    /// Every practice of the installation.
    All(Star),
    /// These.
    These(Vec<String>),
}

/// `"*"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Star {
    /// The only word there is.
    #[serde(rename = "*")]
    All,
}

impl SharedFolder {
    fn is_open_to(&self, practice: &PracticeId) -> bool {
        match &self.practices {
            OpenTo::All(Star::All) => true,
            OpenTo::These(ids) => ids.iter().any(|id| id == practice.as_str()),
        }
    }
}

/// Where a name leads that a practice's file writes.
#[derive(Debug, PartialEq, Eq)]
pub enum Named<'s, 'w> {
    /// Below the practice's own folder.
    Own(&'w str),
    /// Below a shared folder that is open to the practice.
    Shared(&'s Path, &'w str),
}

/// Finds the folder that a name is below.
///
/// # Errors
/// Message and remedy, when it is below no folder that the practice may use.
pub fn locate<'s, 'w>(
    written: &'w str,
    practice: &PracticeId,
    shared: &'s SharedFolders,
) -> Result<Named<'s, 'w>, (String, String)> {
    let Some(rest) = written.strip_prefix(PREFIX) else { return Ok(Named::Own(written)) };
    let (folder, name) = rest.split_once('/').unwrap_or((rest, "."));
    match shared.get(folder) {
        Some(found) if found.is_open_to(practice) => Ok(Named::Shared(&found.path, name)),
        Some(_) => Err((
            format!("shared folder {folder:?} is not open to {practice}"),
            format!("the operator opens it in greffon.toml: [shared.{folder}] practices = [\"{practice}\", …]"),
        )),
        None => {
            let open = shared.iter().filter(|(_, one)| one.is_open_to(practice));
            let known: Vec<&str> = open.map(|(name, _)| name.as_str()).collect();
            let hint = match nearest(folder, &known) {
                Some(near) => format!("did you mean \"{PREFIX}{near}/…\"?"),
                None if known.is_empty() => format!(
                    "no folder is open to {practice}: the operator opens one in greffon.toml with [shared.<name>] \
                     path = \"…\", practices = [\"{practice}\"]"
                ),
                None => format!("open to {practice}: {}", known.join(", ")),
            };
            Err((format!("unknown shared folder {folder:?}"), hint))
        }
    }
}

/// What is wrong with a shared folder as it is written, and which key below it
/// says so.
pub fn wrong(name: &str, folder: &SharedFolder) -> Option<(&'static str, String, String)> {
    if !practice_id::is_plain(name) {
        let hint = "use lower case letters, digits and single hyphens";
        return Some(("", format!("{name:?} is not a name of a shared folder"), hint.to_owned()));
    }
    if let OpenTo::These(ids) = &folder.practices
        && let Some(id) = ids.iter().find(|id| !practice_id::is_plain(id))
    {
        return Some(("practices", format!("{id:?} is not a practice id"), practice_id::HINT.to_owned()));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> SharedFolders {
        let text =
            "[grilles]\npath = \"g\"\npractices = [\"les-tilleuls\"]\n\n[greffons]\npath = \"p\"\npractices = \"*\"\n";
        toml::from_str(text).expect("reads")
    }

    fn located(written: &str, practice: &str) -> Result<String, String> {
        let folders = folders();
        match locate(written, &practice.into(), &folders) {
            Ok(Named::Own(name)) => Ok(format!("own {name}")),
            Ok(Named::Shared(folder, name)) => Ok(format!("{} {name}", folder.display())),
            Err((message, hint)) => Err(format!("{message}: {hint}")),
        }
    }

    #[test]
    fn a_name_without_the_prefix_is_the_practices_own() {
        for own in ["grids/a.toml", "./shared:grilles/a.toml", "Shared:grilles/a.toml", ""] {
            assert_eq!(located(own, "les-tilleuls"), Ok(format!("own {own}")));
        }
    }

    #[test]
    fn a_shared_name_leads_to_the_folder_that_is_open_to_the_practice() {
        assert_eq!(located("shared:grilles/a/b.toml", "les-tilleuls").as_deref(), Ok("g a/b.toml"));
        assert_eq!(located("shared:greffons/x", "port").as_deref(), Ok("p x"));
        assert_eq!(located("shared:greffons", "port").as_deref(), Ok("p ."));
    }

    #[test]
    fn a_folder_that_is_not_open_names_the_line_that_opens_it() {
        let shown = located("shared:grilles/a.toml", "port").expect_err("not open");
        assert!(shown.contains("not open to port") && shown.contains("[shared.grilles] practices"), "{shown}");
    }

    #[test]
    fn an_unknown_folder_names_the_nearest_that_is_open() {
        let shown = located("shared:grille/a.toml", "les-tilleuls").expect_err("unknown");
        assert!(shown.contains("did you mean \"shared:grilles/…\""), "{shown}");
        let shown = located("shared:grille/a.toml", "port").expect_err("unknown");
        assert!(!shown.contains("grilles"), "what is not open is not named: {shown}");
    }
}
