//! The practices of an installation: loaded at start, watched afterwards. A
//! changed practice is taken whole or not at all; a broken one leaves the last
//! good configuration in place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use greffon_core::ids::PracticeId;
use greffon_core::model::practice::Practice;
use greffon_core::ports::practices::Practices;

use super::confined::Folder;
use super::diagnostic::Diagnostic;
use super::loader::Surroundings;
use super::practice::{self, Read};
use super::practice_folders::{self, Listed, unreadable};
use super::watched::Watched;

/// The practices of one installation.
pub struct Directory {
    folder: PathBuf,
    around: Surroundings,
    loaded: RwLock<BTreeMap<PracticeId, Loaded>>,
    refused: Mutex<BTreeMap<PracticeId, Refused>>,
}

struct Loaded {
    practice: Arc<Practice>,
    watched: Watched,
}

/// What a plugin's analysis refused. It is not asked again about the same
/// files: an analysis may take seconds, and this is looked at all the time.
struct Refused {
    watched: Watched,
    errors: Vec<Diagnostic>,
}

/// What one look at the folder did.
#[derive(Debug, Default)]
pub struct Refresh {
    /// Practices that are new or changed.
    pub changed: Vec<PracticeId>,
    /// Practices whose folder, or the file in it, is gone.
    pub removed: Vec<PracticeId>,
    /// What could not be taken.
    pub problems: Vec<Diagnostic>,
}

impl Directory {
    /// An empty directory over the folder of practices.
    pub fn new(folder: PathBuf, around: Surroundings) -> Self {
        Self { folder, around, loaded: RwLock::default(), refused: Mutex::default() }
    }

    /// Looks at the folder and takes what changed: practices, and the files
    /// that they name. A file with which a plugin's own analysis finds an error
    /// is not taken.
    pub fn refresh(&self) -> Refresh {
        let mut refresh = Refresh::default();
        let Listed { practices, problems } = match practice_folders::list(&self.folder) {
            Ok(listed) => listed,
            Err(problem) => {
                refresh.problems.push(problem);
                return refresh;
            }
        };
        refresh.problems = problems;
        for (id, folder) in &practices {
            if self.taken().get(id).is_some_and(|loaded| !loaded.watched.changed()) {
                continue;
            }
            if let Some(errors) = self.refused_before(id) {
                refresh.problems.extend(errors);
                continue;
            }
            match self.examine(folder) {
                // Somebody is writing: what was read may be half of the old
                // and half of the new. The next look takes it.
                Ok(read) if read.watched.changed() => {}
                Ok(read) if read.errors().next().is_some() => {
                    let errors: Vec<Diagnostic> = read.errors().cloned().collect();
                    refresh.problems.extend(errors.iter().cloned());
                    self.refused().insert(id.clone(), Refused { watched: read.watched, errors });
                }
                Ok(Read { practice, watched, .. }) => {
                    let loaded = Loaded { practice: Arc::new(practice), watched };
                    self.loaded.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), loaded);
                    refresh.changed.push(id.clone());
                }
                Err(problem) => refresh.problems.push(*problem),
            }
        }
        self.refused().retain(|id, _| practices.contains_key(id));
        let gone: Vec<PracticeId> = self.taken().keys().filter(|id| !practices.contains_key(*id)).cloned().collect();
        for id in gone {
            self.loaded.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
            refresh.removed.push(id);
        }
        refresh
    }

    fn refused_before(&self, id: &PracticeId) -> Option<Vec<Diagnostic>> {
        let mut refused = self.refused();
        let before = refused.remove(id).filter(|before| !before.watched.changed())?;
        let errors = before.errors.clone();
        refused.insert(id.clone(), before);
        Some(errors)
    }

    fn refused(&self) -> MutexGuard<'_, BTreeMap<PracticeId, Refused>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the practice of one folder as [`refresh`](Self::refresh) would,
    /// and takes nothing.
    ///
    /// # Errors
    /// The first thing that is wrong; what plugins find in their settings is
    /// in the success.
    pub fn examine(&self, folder: &Path) -> Result<Read, Box<Diagnostic>> {
        let opened = Folder::open(folder).map_err(|error| Box::new(unreadable(folder, &error)))?;
        practice::read(opened, &self.around)
    }

    fn taken(&self) -> RwLockReadGuard<'_, BTreeMap<PracticeId, Loaded>> {
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
