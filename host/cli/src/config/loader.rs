//! One practice file while it is read: where errors are told, which other files
//! it names and may name.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::approval::{Approval, Approvals};
use greffon_core::model::pin::{MAX_SETTINGS_BYTES, SettingsDigest};
use greffon_core::ports::clock::Clock;
use greffon_core::ports::plugins::Problem;
use greffon_core::time::Instant;
use greffon_runtime::{PluginFiles, nearest};
use secrecy::SecretString;

use super::approvals::KnownApprovals;
use super::confined::{Content, Folder, Refused};
use super::diagnostic::{Diagnostic, Findings, Source};
use super::environment;
use super::plugin_files::{self, Found};
use super::plugins::Plugins;
use super::practice_file::PracticeFile;
use super::secret::{self, SecretEnv, SecretFile, SecretRef};
use super::shared::{self, Named, SharedFolders};
use super::watched::Watched;
use crate::signature::{self, Refusal, Signatures, Signer};

/// A part of a practice, or the first thing that is wrong with it.
pub(super) type Loaded<T> = Result<T, Diagnostic>;

/// What practices are read with, besides their own folders.
pub struct Surroundings {
    /// What is known of plugins.
    pub plugins: Box<dyn Plugins + Send + Sync>,
    /// The folders that the operator opens.
    pub shared: SharedFolders,
    /// Whether the operator has supervisors, who are told of every alert at last.
    pub supervised: bool,
    /// Whose signatures count.
    pub signers: Vec<Signer>,
    /// Tells which signatures and approvals hold.
    pub clock: Arc<dyn Clock>,
    /// What the installation remembers and attests of grids and scripts.
    pub approvals: Arc<KnownApprovals>,
}

/// The file and what was read of it.
pub(super) struct Loader<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) file: &'a PracticeFile,
    pub(super) around: &'a Surroundings,
    /// The practice's folder.
    pub(super) own: Rc<Folder>,
    pub(super) practice: PracticeId,
    pub(super) watched: RefCell<Watched>,
    /// What is no error.
    pub(super) warnings: RefCell<Vec<Diagnostic>>,
    /// Permissions that plugins ask for, are not granted, and may do without.
    pub(super) ungranted: RefCell<Vec<Diagnostic>>,
    /// The refresh tokens that were read, by the keys of their credentials.
    pub(super) refresh_tokens: RefCell<Vec<(String, SecretString)>>,
    /// Settings files by the names that are written: a place in one is looked
    /// for in what was read, not in what the file has become.
    pub(super) settings: RefCell<BTreeMap<String, Rc<Content>>>,
    /// Whether an approval has ended: then no earlier configuration goes on.
    pub(super) lapsed: Cell<bool>,
    /// Of each feature whose content is to be signed, the settings whose signature holds now.
    pub(super) signed: RefCell<Vec<(FeatureId, Vec<SettingsDigest>)>>,
    /// What is remembered and attested of its grids and scripts.
    pub(super) known: Arc<Approvals>,
    /// What its files of signatures say that is not remembered yet.
    pub(super) seen: RefCell<Vec<Approval>>,
    /// When the first approval ends that holds now.
    pub(super) until: Cell<Option<Instant>>,
    /// What was found in the practice's own texts.
    pub(super) findings: RefCell<Findings>,
}

impl<'a> Loader<'a> {
    /// Of the file that was read in a folder.
    pub(super) fn new(
        source: &'a Source<'a>,
        file: &'a PracticeFile,
        around: &'a Surroundings,
        own: Rc<Folder>,
    ) -> Self {
        let practice = PracticeId(file.id.clone());
        Self {
            source,
            file,
            around,
            own,
            known: around.approvals.of(&practice),
            seen: RefCell::default(),
            practice,
            watched: RefCell::default(),
            warnings: RefCell::default(),
            ungranted: RefCell::default(),
            refresh_tokens: RefCell::default(),
            settings: RefCell::default(),
            lapsed: Cell::default(),
            signed: RefCell::default(),
            until: Cell::default(),
            findings: RefCell::default(),
        }
    }

    /// An error at a key.
    pub(super) fn fail<T>(&self, key: &str, message: impl Into<String>, hint: impl Into<String>) -> Loaded<T> {
        Err(self.source.at_key(key, message.into(), Some(hint.into())))
    }

    /// The folder that a name is below, and its name there.
    fn located<'w>(&self, key: &str, written: &'w str) -> Loaded<(Rc<Folder>, &'w str)> {
        match shared::locate(written, &self.practice, &self.around.shared) {
            Err((message, hint)) => self.fail(key, message, hint),
            Ok(Named::Own(name)) => Ok((Rc::clone(&self.own), name)),
            Ok(Named::Shared(path, name)) => match Folder::open(path) {
                Ok(folder) => Ok((Rc::new(folder), name)),
                Err(error) => {
                    let message = format!("the shared folder {} cannot be opened: {error}", path.display());
                    self.fail(key, message, "the operator names it in greffon.toml, [shared]")
                }
            },
        }
    }

    /// Reads a file that the practice's file names, from where it may.
    fn read(&self, key: &str, what: &str, written: &str, most_bytes: u64, hint: &str) -> Loaded<Content> {
        let (folder, name) = self.located(key, written)?;
        let content = folder.read(name, most_bytes).or_else(|refused| {
            let hint = match &refused {
                Refused::Outside { .. } => format!(
                    "put a copy into {}; what practices have in common is in a shared folder of greffon.toml",
                    self.own.path().display()
                ),
                _ => hint.to_owned(),
            };
            self.fail(key, format!("{what} {written:?} {refused}"), hint)
        })?;
        self.watched.borrow_mut().note(folder.path(), Path::new(name), &content);
        Ok(content)
    }

    /// Reads a file of settings.
    pub(super) fn settings_file(&self, key: &str, written: &str) -> Loaded<Rc<Content>> {
        if let Some(content) = self.settings.borrow().get(written) {
            return Ok(Rc::clone(content));
        }
        // What is no TOML is shown with its line, and the line of a secret must
        // not be.
        if !written.ends_with(".toml") {
            return self.fail(key, format!("settings file {written:?} is not a .toml file"), "name a .toml file");
        }
        let hint = "the path is relative to the practice's folder";
        let content = Rc::new(self.read(key, "settings file", written, MAX_SETTINGS_BYTES as u64, hint)?);
        if let Err(refused) = content.text() {
            return self.fail(key, format!("settings file {written:?} {refused}"), "save it as UTF-8");
        }
        self.settings.borrow_mut().insert(written.to_owned(), Rc::clone(&content));
        Ok(content)
    }

    /// Reads the signatures of a feature, which lie in the practice's own folder.
    ///
    /// # Errors
    /// That there are none, or that what is there is no file of signatures.
    pub(super) fn signatures(&self, feature: &str) -> Result<Signatures, Refusal> {
        let name = signature::name_of(feature);
        let content = match self.own.read(&name, signature::MOST_BYTES) {
            Ok(content) => content,
            Err(refused) if refused.is_absent() => {
                self.watched.borrow_mut().note_absent(self.own.path(), Path::new(&name));
                return Err(Refusal::unsigned(&self.practice));
            }
            Err(refused) => {
                let hint = format!("l'effacer et signer de nouveau : greffon grid sign {}", self.practice);
                let message = format!("le fichier de signatures {name:?} ne peut pas être lu : {refused}");
                return Err(Refusal { passing: true, ..Refusal::lasting(message, hint) });
            }
        };
        self.watched.borrow_mut().note(self.own.path(), Path::new(&name), &content);
        let parsed = content.text().map_err(|refused| refused.to_string()).and_then(Signatures::parse);
        parsed.map_err(|error| {
            let hint = format!("l'effacer et signer de nouveau : greffon grid sign {}", self.practice);
            Refusal::lasting(format!("le fichier de signatures {name:?} n'en est pas un : {error}"), hint)
        })
    }

    /// Reads the files of a plugin; `None` is a bundled one, which has none.
    pub(super) fn plugin_files(&self, key: &str, written: &str) -> Loaded<Option<PluginFiles>> {
        let Some((path, pinned)) = plugin_files::path(written) else { return Ok(None) };
        let (folder, name) = self.located(key, path)?;
        let Found { files, read } =
            plugin_files::read(&folder, name, pinned).map_err(|Problem { message, hint, .. }| {
                self.source.at_key(key, message, Some(hint).filter(|hint| !hint.is_empty()))
            })?;
        for (name, content) in read {
            self.watched.borrow_mut().note(folder.path(), &name, &content);
        }
        Ok(Some(files))
    }

    /// Reads a secret; `called` is what it is for, in one word.
    pub(super) fn secret(&self, key: &str, called: &str, secret: &SecretRef) -> Loaded<SecretString> {
        let read = match secret {
            SecretRef::File(SecretFile { file }) => {
                if file.starts_with(shared::PREFIX) {
                    let hint = format!("put it below {}", self.own.path().display());
                    return self.fail(key, format!("secret file {file:?} is in a shared folder"), hint);
                }
                let content = self.read(key, "secret file", file, secret::MOST_BYTES, secret::FILE_HINT)?;
                if content.open_to_others {
                    let message = format!("secret file {file:?} can be read or written by every account");
                    let hint = format!("chmod o-rwx {}", content.path.display());
                    self.warnings.borrow_mut().push(self.source.at_key(key, message, Some(hint)));
                }
                match String::from_utf8(content.bytes) {
                    Ok(text) => secret::line(text, &format!("secret file {file:?}")),
                    Err(_) => Err((format!("secret file {file:?} is not UTF-8 text"), secret::FILE_HINT.to_owned())),
                }
            }
            SecretRef::Env(SecretEnv { env }) => environment::check(env, &self.practice, called)
                .and_then(|()| environment::variable(env))
                .and_then(|value| secret::line(value, &format!("environment variable {env}"))),
        };
        read.map_err(|(message, hint)| self.source.at_key(key, message, Some(hint)))
    }

    /// Refuses a name that the file does not have, with the nearest one.
    pub(super) fn known<'k>(
        &self,
        key: &str,
        thing: &str,
        name: &str,
        known: impl Iterator<Item = &'k String>,
    ) -> Loaded<()> {
        let known: Vec<&str> = known.map(String::as_str).collect();
        if known.contains(&name) {
            return Ok(());
        }
        let hint = match nearest(name, &known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None if known.is_empty() => format!("the file has no {thing}: add one"),
            None => format!("known: {}", known.join(", ")),
        };
        self.fail(key, format!("unknown {thing} \"{name}\""), hint)
    }

    /// Refuses a number outside of its range.
    pub(super) fn within(&self, key: &str, value: u32, low: u32, high: u32) -> Loaded<()> {
        if (low..=high).contains(&value) {
            return Ok(());
        }
        self.fail(key, format!("{value} is out of range"), format!("write a number from {low} to {high}"))
    }
}
