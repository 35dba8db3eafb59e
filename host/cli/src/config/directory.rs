//! The folder of practice files: loaded at start, watched afterwards. A changed
//! file is taken whole or not at all; a broken one leaves the last good
//! configuration in place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use greffon_core::ids::PracticeId;
use greffon_core::model::practice::Practice;
use greffon_core::ports::practices::Practices;

use super::diagnostic::Diagnostic;
use super::others::Others;
use super::plugins::Plugins;
use super::practice::{self, Read};

/// The practices of one installation.
pub struct Directory {
    folder: PathBuf,
    plugins: Box<dyn Plugins + Send + Sync>,
    loaded: RwLock<BTreeMap<PracticeId, Loaded>>,
    refused: Mutex<BTreeMap<PracticeId, Refused>>,
}

struct Loaded {
    practice: Arc<Practice>,
    text: String,
    others: Others,
}

/// What a plugin's analysis refused. It is not asked again about the same
/// files: an analysis may take seconds, and this is looked at all the time.
struct Refused {
    text: String,
    others: Others,
    errors: Vec<Diagnostic>,
}

/// What one look at the folder did.
#[derive(Debug, Default)]
pub struct Refresh {
    /// Practices that are new or changed.
    pub changed: Vec<PracticeId>,
    /// Practices whose file is gone.
    pub removed: Vec<PracticeId>,
    /// Files that could not be taken.
    pub problems: Vec<Diagnostic>,
}

impl Directory {
    /// An empty directory over a folder.
    pub fn new(folder: PathBuf, plugins: Box<dyn Plugins + Send + Sync>) -> Self {
        Self { folder, plugins, loaded: RwLock::default(), refused: Mutex::default() }
    }

    /// Looks at the folder and takes what changed: a practice file, or a file
    /// that it names. A file with which a plugin's own analysis finds an error
    /// is not taken.
    pub fn refresh(&self) -> Refresh {
        let mut refresh = Refresh::default();
        let files = match practice_files(&self.folder) {
            Ok(files) => files,
            Err(problem) => {
                refresh.problems.push(problem);
                return refresh;
            }
        };
        for (id, file) in &files {
            let text = match std::fs::read_to_string(file) {
                Ok(text) => text,
                Err(error) => {
                    refresh.problems.push(unreadable(file, &error));
                    continue;
                }
            };
            if self.taken().get(id).is_some_and(|loaded| loaded.text == text && !loaded.others.changed()) {
                continue;
            }
            if let Some(errors) = self.refused_before(id, &text) {
                refresh.problems.extend(errors);
                continue;
            }
            match practice::parse(file, &text, self.plugins.as_ref()) {
                Ok(read) if read.errors().next().is_some() => {
                    let errors: Vec<Diagnostic> = read.errors().cloned().collect();
                    refresh.problems.extend(errors.iter().cloned());
                    self.refused().insert(id.clone(), Refused { text, others: read.others, errors });
                }
                Ok(Read { practice, others, .. }) => {
                    let loaded = Loaded { practice: Arc::new(practice), text, others };
                    self.loaded.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), loaded);
                    refresh.changed.push(id.clone());
                }
                Err(problem) => refresh.problems.push(*problem),
            }
        }
        self.refused().retain(|id, _| files.contains_key(id));
        let gone: Vec<PracticeId> = self.taken().keys().filter(|id| !files.contains_key(*id)).cloned().collect();
        for id in gone {
            self.loaded.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
            refresh.removed.push(id);
        }
        refresh
    }

    fn refused_before(&self, id: &PracticeId, text: &str) -> Option<Vec<Diagnostic>> {
        let mut refused = self.refused();
        let before = refused.remove(id).filter(|before| before.text == text && !before.others.changed())?;
        let errors = before.errors.clone();
        refused.insert(id.clone(), before);
        Some(errors)
    }

    fn refused(&self) -> MutexGuard<'_, BTreeMap<PracticeId, Refused>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one file as [`refresh`](Self::refresh) would, and takes nothing.
    ///
    /// # Errors
    /// The first thing that is wrong; what plugins find in their settings is
    /// in the success.
    pub fn examine(&self, file: &Path) -> Result<Read, Box<Diagnostic>> {
        let text = std::fs::read_to_string(file).map_err(|error| Box::new(unreadable(file, &error)))?;
        practice::parse(file, &text, self.plugins.as_ref())
    }

    fn taken(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<PracticeId, Loaded>> {
        self.loaded.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Practices for Directory {
    fn get(&self, id: &PracticeId) -> Option<Arc<Practice>> {
        self.taken().get(id).map(|loaded| Arc::clone(&loaded.practice))
    }

    fn list(&self) -> Vec<PracticeId> {
        self.taken().keys().cloned().collect()
    }
}

/// The practice files of a folder by the practice's id.
///
/// # Errors
/// When the folder cannot be listed.
pub fn practice_files(folder: &Path) -> Result<BTreeMap<PracticeId, PathBuf>, Diagnostic> {
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut files = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        if let (true, Some(stem)) = (is_toml, path.file_stem().and_then(|stem| stem.to_str())) {
            files.insert(PracticeId::from(stem), path.clone());
        }
    }
    Ok(files)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic {
        file: path.to_path_buf(),
        place: None,
        message: format!("cannot be read: {error}"),
        hint: Some("check the path and the rights of greffon's user".to_owned()),
    }
}
