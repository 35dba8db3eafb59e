//! An SQLite file has one working process (`serve`, `worker`, `demo`): its clock is
//! the time of leases, and what it holds in memory nobody else knows. A lock of the
//! system on a file beside the database says who it is. It ends with the process,
//! however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::error::SetupError;

/// Longest process number that is read back, in bytes.
const LONGEST_PID: u64 = 20;

/// Takes the lock of the database file at `path`, and writes into its file who has
/// it. Dropped, somebody else may have it.
///
/// # Errors
/// `InUse` with the holder's process number, or `File`.
pub(crate) fn take(path: &Path, shown: &str) -> Result<File, SetupError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed = |source| SetupError::File { path: name.clone().into(), source };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(SetupError::InUse { location: shown.to_owned(), holder: holder(&mut file) });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    file.set_len(0).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    write!(file, "{}", std::process::id()).map_err(failed)?;
    Ok(file)
}

/// What the holder wrote, if it has come to that.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(LONGEST_PID).read_to_string(&mut text);
    match read.ok().and_then(|_| text.trim().parse::<u32>().ok()) {
        Some(pid) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_holder_who_is_named_and_the_next_takes_over_when_it_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("greffon.db");
        let held = take(&path, "sqlite:greffon.db").unwrap();
        let refused = take(&path, "sqlite:greffon.db").unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(held);
        take(&path, "sqlite:greffon.db").unwrap();
    }

    #[test]
    fn what_stands_in_the_file_of_a_holder_that_was_killed_does_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("greffon.db");
        std::fs::write(folder.path().join("greffon.db.lock"), "4194304999999999999999999999").unwrap();
        let _held = take(&path, "sqlite:greffon.db").unwrap();
        let written = std::fs::read_to_string(folder.path().join("greffon.db.lock")).unwrap();
        assert_eq!(written, std::process::id().to_string());
    }
}
