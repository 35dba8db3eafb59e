//! The folder of practices: one folder for each, named by its id, with its
//! `practice.toml` beside the grids, plugins and secrets that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use greffon_core::ids::PracticeId;

use super::confined::Refused;
use super::diagnostic::Diagnostic;
use super::practice_file::PracticeFile;
use super::{practice_id, shared};

/// What a practice is described in.
pub const PRACTICE_FILE: &str = "practice.toml";

const READABLE: &str = "check the path and the rights of greffon's user";

/// What is in the folder of practices.
#[derive(Debug, Default)]
pub struct Listed {
    /// The practices' folders.
    pub practices: BTreeMap<PracticeId, PathBuf>,
    /// What was meant as a practice and is none.
    pub problems: Vec<Diagnostic>,
}

/// Looks at the folder of practices. Folders without a `practice.toml` are
/// nobody's: one that is being filled, or what is left over.
///
/// # Errors
/// When it cannot be listed.
pub fn list(folder: &Path) -> Result<Listed, Diagnostic> {
    let unreadable = |error| unreadable(folder, &error);
    let mut listed = Listed::default();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') {
            continue;
        }
        if let Some(id) = name.strip_suffix(".toml")
            && path.is_file()
        {
            listed.problems.push(flat(folder, id, &path));
        } else if holds_a_practice(&path) {
            if practice_id::is_plain(&name) {
                listed.practices.insert(PracticeId(name), path);
            } else {
                listed.problems.push(misnamed(&path, &name));
            }
        }
    }
    listed.problems.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(listed)
}

/// What cannot be looked at counts as a practice: reading it says why, and
/// nobody takes it for removed.
fn holds_a_practice(folder: &Path) -> bool {
    match std::fs::symlink_metadata(folder.join(PRACTICE_FILE)) {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
    }
}

fn misnamed(path: &Path, name: &str) -> Diagnostic {
    Diagnostic {
        file: path.join(PRACTICE_FILE),
        place: None,
        message: format!("the folder's name {name:?} is not a practice id"),
        hint: Some(format!("rename the folder; {}", practice_id::HINT)),
    }
}

/// `practices/<id>.toml`, and the commands that make a folder of it.
fn flat(folder: &Path, id: &str, file: &Path) -> Diagnostic {
    let mut hint;
    if practice_id::is_plain(id) {
        let to = folder.join(id);
        let to_file = to.join(PRACTICE_FILE);
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let named = named_files(&text);
        let mut folders = BTreeSet::from([to.clone()]);
        folders.extend(named.iter().filter_map(|name| to.join(name).parent().map(Path::to_path_buf)));
        let folders: Vec<String> = folders.iter().map(|folder| quoted(folder)).collect();
        hint = format!("mkdir -p {} &&\n  mv {} {}", folders.join(" "), quoted(file), quoted(&to_file));
        for name in named {
            let into = to.join(&name);
            hint += &format!(" &&\n  cp -Rp {} {}", quoted(&folder.join(&name)), quoted(&into));
        }
    } else {
        hint = format!("move it to <id>/{PRACTICE_FILE}; for the id, {}", practice_id::HINT);
    }
    Diagnostic {
        file: file.to_path_buf(),
        place: None,
        message: format!("a practice is a folder with a {PRACTICE_FILE}, not a file beside others"),
        hint: Some(hint),
    }
}

/// What a practice's file names below its own folder, in the order of names.
fn named_files(text: &str) -> BTreeSet<PathBuf> {
    let Ok(file) = toml::from_str::<PracticeFile>(text) else { return BTreeSet::new() };
    let plugins = file.features.values().map(|one| one.plugin.split('#').next().unwrap_or_default());
    // With the manifest beside it.
    let plugins = plugins.filter_map(|plugin| match plugin.rsplit_once('/') {
        Some((folder, file)) if file.ends_with(".wasm") => Some(folder.to_owned()),
        Some(_) => Some(plugin.to_owned()),
        None => None,
    });
    let settings = file.features.values().filter_map(|one| one.settings_file.clone());
    let names = plugins.chain(settings).chain(file.secret_files().map(str::to_owned));
    let plain = |name: &PathBuf| name.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    names.filter(|name| !name.starts_with(shared::PREFIX)).map(PathBuf::from).filter(plain).collect()
}

/// For a POSIX shell.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// What cannot be read of a practice's own file.
pub(super) fn unread(folder: &Path, refused: &Refused) -> Diagnostic {
    let hint = match refused {
        Refused::Outside { .. } => "put the file itself there: a link may not lead out of the practice's folder",
        _ => READABLE,
    };
    Diagnostic {
        file: folder.join(PRACTICE_FILE),
        place: None,
        message: format!("{PRACTICE_FILE} {refused}"),
        hint: Some(hint.to_owned()),
    }
}

/// A folder that cannot be opened or listed.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic {
        file: path.to_path_buf(),
        place: None,
        message: format!("cannot be read: {error}"),
        hint: Some(READABLE.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn put(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    #[test]
    fn every_folder_with_a_practice_file_is_a_practice() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["les-tilleuls/practice.toml", "port/practice.toml", ".git/practice.toml", "README.md"] {
            put(folder.path(), name, "");
        }
        put(folder.path(), "left-over/grids/a.toml", "");
        let listed = list(folder.path()).expect("lists");
        let ids: Vec<&str> = listed.practices.keys().map(PracticeId::as_str).collect();
        assert_eq!(ids, ["les-tilleuls", "port"]);
        assert_eq!(listed.practices[&PracticeId::from("port")], folder.path().join("port"));
        assert!(listed.problems.is_empty(), "{:?}", listed.problems);
        assert!(list(&folder.path().join("nowhere")).is_err());
    }

    #[test]
    fn a_folder_whose_name_is_no_id_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["Les Tilleuls", "a--b", "é", "a_b"] {
            put(folder.path(), &format!("{name}/practice.toml"), "");
        }
        let listed = list(folder.path()).expect("lists");
        assert!(listed.practices.is_empty());
        assert_eq!(listed.problems.len(), 4);
        assert!(listed.problems.iter().all(|one| one.to_string().contains("rename the folder")));
    }

    /// What was written for an older greffon, moved by the commands that the
    /// error names.
    #[cfg(unix)]
    #[test]
    fn the_flat_form_is_one_error_whose_commands_move_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let practices = folder.path().join("les cabinets");
        let text = "id = \"port\"\nname = \"Port\"\ntime-zone = \"Europe/Paris\"\nsites.a = { name = \"A\" }\n\
                    [features.tri]\nplugin = \"greffons/x/x.wasm#sha256:ab\"\nsettings-file = \"grilles/l'été.toml\"\n\
                    credentials.k = { scheme = \"key\", key = { file = \"secrets/k\" } }\n\
                    credentials.o = { scheme = \"key\", key = { file = \"../signing.pem\" } }\n";
        put(&practices, "port.toml", text);
        for name in ["greffons/x/x.wasm", "greffons/x/plugin.toml", "grilles/l'été.toml", "secrets/k"] {
            put(&practices, name, name);
        }
        let listed = list(&practices).expect("lists");
        let [problem] = listed.problems.as_slice() else { panic!("{:?}", listed.problems) };
        assert_eq!(problem.file, practices.join("port.toml"));
        assert!(problem.to_string().lines().count() <= 12, "{problem}");
        let commands = problem.hint.as_ref().expect("commands");
        assert!(!commands.contains("signing.pem"), "{commands}");
        let moved = std::process::Command::new("sh").arg("-c").arg(commands).status().expect("a shell");
        assert!(moved.success(), "{commands}");
        let listed = list(&practices).expect("lists");
        assert!(listed.problems.is_empty() && listed.practices.len() == 1, "{listed:?}");
        for name in ["practice.toml", "greffons/x/x.wasm", "greffons/x/plugin.toml", "grilles/l'été.toml", "secrets/k"]
        {
            assert!(practices.join("port").join(name).is_file(), "{name}");
        }
    }

    #[test]
    fn a_flat_file_that_cannot_be_read_is_said_all_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        put(folder.path(), "port.toml", "nonsense");
        put(folder.path(), "Le Port.toml", "");
        let listed = list(folder.path()).expect("lists");
        let shown: Vec<String> = listed.problems.iter().map(ToString::to_string).collect();
        assert!(shown[0].contains("<id>/practice.toml") && shown[1].contains("mv "), "{shown:#?}");
    }
}
