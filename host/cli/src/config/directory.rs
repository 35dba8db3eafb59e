//! The practices of an installation: loaded at start, watched afterwards. A
//! changed practice is taken whole or not at all: with an error in it, or a
//! feature that cannot be bound, it leaves the last good configuration in place.
//! Where there is none, a practice is served without the features that are out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use greffon_core::ids::PracticeId;
use greffon_core::model::approval::{Approval, Approvals, Content};
use greffon_core::ports::practices::{LivePractice, Practices};
use greffon_core::time::Instant;

use super::confined::Folder;
use super::diagnostic::Diagnostic;
use super::loader::Surroundings;
use super::practice::{self, Read};
use super::practice_folders::{self, Listed, unreadable};
use super::signed::Signable;
use super::watched::Watched;

/// The practices of one installation.
pub struct Directory {
    folder: PathBuf,
    around: Surroundings,
    loaded: RwLock<BTreeMap<PracticeId, Loaded>>,
    refused: Mutex<BTreeMap<PracticeId, Refused>>,
    /// The grids and scripts in the files of the last look.
    contents: RwLock<BTreeMap<PracticeId, Vec<Content>>>,
    /// What files of signatures say that is not remembered yet.
    seen: Mutex<BTreeMap<PracticeId, Vec<Approval>>>,
}

struct Loaded {
    practice: Arc<LivePractice>,
    watched: Watched,
    /// What was known of its grids and scripts.
    known: Arc<Approvals>,
    /// What keeps some of its features out.
    errors: Vec<Diagnostic>,
    /// Whether they may be over although no file changed.
    may_pass: bool,
    /// From when on it is to be read again although no file changed.
    until: Option<Instant>,
}

/// What was refused for good. It is not looked at again while the files stay
/// the same: an analysis may take seconds, and this is looked at all the time.
struct Refused {
    watched: Watched,
    known: Arc<Approvals>,
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
    /// What keeps features out of practices that are served without them.
    pub out: Vec<Diagnostic>,
    /// What plugins of practices that are new or changed ask for, are not granted,
    /// and may do without.
    pub ungranted: Vec<Diagnostic>,
}

impl Directory {
    /// An empty directory over the folder of practices.
    pub fn new(folder: PathBuf, around: Surroundings) -> Self {
        Self {
            folder,
            around,
            loaded: RwLock::default(),
            refused: Mutex::default(),
            contents: RwLock::default(),
            seen: Mutex::default(),
        }
    }

    /// Looks at the folder and takes what changed: practices, and the files
    /// that they name. What may be over by itself is tried again.
    ///
    /// Blocks for as long as plugins take to be compiled and bound: not for
    /// async code.
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
            self.refresh_one(id, folder, &mut refresh);
        }
        self.refused().retain(|id, _| practices.contains_key(id));
        let gone: Vec<PracticeId> = self.taken().keys().filter(|id| !practices.contains_key(*id)).cloned().collect();
        for id in gone {
            self.loaded.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
            self.contents.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
            refresh.removed.push(id);
        }
        refresh
    }

    fn refresh_one(&self, id: &PracticeId, folder: &Path, refresh: &mut Refresh) {
        let (mut same, mut whole, mut due) = (false, false, false);
        if let Some(loaded) = self.taken().get(id) {
            same = !loaded.watched.changed() && self.around.approvals.is_current(id, &loaded.known);
            whole = loaded.errors.is_empty();
            due = loaded.until.is_some_and(|until| until <= self.around.clock.now());
            if same && !due && !loaded.may_pass {
                refresh.out.extend(loaded.errors.iter().cloned());
                return;
            }
        }
        if !due && let Some(errors) = self.refused_before(id) {
            refresh.problems.extend(errors);
            return;
        }
        let known = self.around.approvals.of(id);
        let read = match self.examine(folder) {
            // Somebody is writing: what was read may be half of the old and
            // half of the new. The next look takes it.
            Ok(read) if read.watched.changed() => return,
            Ok(read) => read,
            Err(problem) => return refresh.problems.push(*problem),
        };
        let contents = read.signables.iter().map(Signable::content).collect();
        self.contents.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), contents);
        if !read.seen.is_empty() {
            self.unremembered().insert(id.clone(), read.seen.clone());
        }
        let errors: Vec<Diagnostic> = read.errors().cloned().collect();
        let may_pass = read.may_pass();
        // What was signed before may have been withdrawn, and must go then too.
        let keeps = whole && self.get(id).is_some_and(|earlier| read.lets_go_on(&earlier));
        if keeps && !errors.is_empty() {
            refresh.problems.extend(errors.iter().cloned());
            if !may_pass {
                self.refused().insert(id.clone(), Refused { watched: read.watched, known, errors });
            }
            return;
        }
        if !same || errors.is_empty() {
            refresh.changed.push(id.clone());
            refresh.ungranted.extend(read.ungranted.iter().cloned());
        }
        refresh.out.extend(errors.iter().cloned());
        let Read { practice, watched, until, .. } = read;
        let loaded = Loaded { practice: Arc::new(practice), watched, known, errors, may_pass, until };
        self.loaded.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), loaded);
    }

    fn refused_before(&self, id: &PracticeId) -> Option<Vec<Diagnostic>> {
        let mut refused = self.refused();
        let stands =
            |before: &Refused| !before.watched.changed() && self.around.approvals.is_current(id, &before.known);
        let before = refused.remove(id).filter(stands)?;
        let errors = before.errors.clone();
        refused.insert(id.clone(), before);
        Some(errors)
    }

    fn refused(&self) -> MutexGuard<'_, BTreeMap<PracticeId, Refused>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What files of signatures say that is not remembered yet, by practice.
    pub fn seen(&self) -> Vec<(PracticeId, Vec<Approval>)> {
        self.unremembered().iter().map(|(id, rows)| (id.clone(), rows.clone())).collect()
    }

    /// That is remembered now.
    pub fn remembered(&self, id: &PracticeId, rows: &[Approval]) {
        let mut seen = self.unremembered();
        if seen.get(id).is_some_and(|there| there == rows) {
            seen.remove(id);
        }
    }

    fn unremembered(&self) -> MutexGuard<'_, BTreeMap<PracticeId, Vec<Approval>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the practice of one folder as [`refresh`](Self::refresh) would,
    /// and takes nothing.
    ///
    /// # Errors
    /// The first thing that is wrong with the file; what keeps features out is
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
    fn get(&self, id: &PracticeId) -> Option<Arc<LivePractice>> {
        self.taken().get(id).map(|loaded| Arc::clone(&loaded.practice))
    }

    fn list(&self) -> Vec<PracticeId> {
        self.taken().keys().cloned().collect()
    }

    fn contents(&self, id: &PracticeId) -> Vec<Content> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned().unwrap_or_default()
    }
}
