//! The practice that a command is about.

use std::path::PathBuf;

use greffon_core::ids::PracticeId;

use crate::config::practice::Read;
use crate::config::practice_folders::{self, PRACTICE_FILE};
use crate::wire::Wiring;

/// The folder of a practice.
pub(super) fn folder(wiring: &Wiring, practice: &str) -> anyhow::Result<PathBuf> {
    let listed = practice_folders::list(&wiring.config.practices)?;
    if let Some(folder) = listed.practices.get(&PracticeId::from(practice)) {
        return Ok(folder.clone());
    }
    let known: Vec<&str> = listed.practices.keys().map(PracticeId::as_str).collect();
    let folder = wiring.config.practices.join(practice);
    anyhow::bail!("no {PRACTICE_FILE} in {}\n\nhint: practices there: {}", folder.display(), known.join(", "))
}

/// A practice as it would be served.
pub(super) fn read(wiring: &Wiring, practice: &str) -> anyhow::Result<Read> {
    Ok(wiring.directory.examine(&folder(wiring, practice)?)?)
}
