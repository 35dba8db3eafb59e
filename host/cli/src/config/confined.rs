//! Files that somebody else names, read below one folder and nowhere else.
//!
//! What is checked is the file that was opened, not its name: the kernel
//! resolves the name below the folder (`openat2` with `RESOLVE_BENEATH` and
//! `RESOLVE_NO_MAGICLINKS`), so that no link, `..` or absolute path leads out,
//! and a file that is swapped meanwhile changes nothing: type, size and content
//! come from the one handle that was opened. Where the kernel, or a seccomp
//! filter, has no `openat2`, `cap_primitives` walks the name component by
//! component with `O_NOFOLLOW`, which is slower and no less strict; so no
//! system is refused, and none is served without the check.
//!
//! A hard link cannot be told from its file. Making one to a file of somebody
//! else is what the kernel's `fs.protected_hardlinks` forbids.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use cap_primitives::ambient_authority;
use cap_primitives::fs::{OpenOptions, open, open_ambient_dir, open_dir, read_base_dir};
use thiserror::Error;

use super::stamp::Stamp;

/// A folder, held open.
#[derive(Debug)]
pub struct Folder {
    handle: File,
    path: PathBuf,
}

/// A file below a folder, as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Where it is, for messages.
    pub path: PathBuf,
    /// All of it.
    pub bytes: Vec<u8>,
    /// Tells this state of the file from a later one. Taken before the bytes,
    /// so that what is written meanwhile counts as later.
    pub stamp: Stamp,
    /// Whether every account of the machine may read or write it.
    pub open_to_others: bool,
}

/// Why a name is not read. The text goes on after the name.
#[derive(Debug, Error)]
pub enum Refused {
    /// By `..`, by an absolute path, or by a link.
    #[error("leads out of {}", folder.display())]
    Outside {
        /// Where it should have stayed.
        folder: PathBuf,
    },
    /// A folder, FIFO, socket or device.
    #[error("is not a regular file")]
    NotAFile,
    /// No file has such a name.
    #[error("is no name of a file")]
    NoName,
    /// More bytes than anybody needs.
    #[error("has more than {most_bytes} bytes")]
    TooLarge {
        /// The most that is read.
        most_bytes: u64,
    },
    /// Bytes that are no text.
    #[error("is not UTF-8 text")]
    NotText,
    /// What the system says.
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
}

impl Refused {
    /// Whether there is nothing of that name.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Unreadable(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

impl Folder {
    /// Opens a folder that the operator names. It may be, and be reached by, a
    /// link: only what is below it is confined.
    ///
    /// # Errors
    /// When it is not there, not a folder, or not to be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        // An empty path is the folder that a bare file name is in.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Ok(Self { handle: open_ambient_dir(path, ambient_authority())?, path: path.to_path_buf() })
    }

    /// Where it is, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A folder below this one; what is below that one is confined to it.
    ///
    /// # Errors
    /// When it is not there, not a folder, or not below this one.
    pub fn folder(&self, name: &str) -> Result<Self, Refused> {
        let handle = open_dir(&self.handle, checked(name)?).map_err(|error| self.refused(error))?;
        Ok(Self { handle, path: self.path.join(name) })
    }

    /// The names of what is in it, sorted; those that are no text are left out.
    ///
    /// # Errors
    /// When it cannot be listed.
    pub fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in read_base_dir(&self.handle)? {
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Reads a regular file of at most so many bytes.
    ///
    /// # Errors
    /// When it is none, is larger, or is not below this folder. Never waits for
    /// the other end of a FIFO.
    pub fn read(&self, name: &str, most_bytes: u64) -> Result<Content, Refused> {
        let (file, stamp) = self.file(name)?;
        let open_to_others = stamp.open_to_others();
        if stamp.bytes() > most_bytes {
            return Err(Refused::TooLarge { most_bytes });
        }
        let mut bytes = Vec::new();
        // It may have grown since.
        file.take(most_bytes + 1).read_to_end(&mut bytes).map_err(Refused::Unreadable)?;
        if bytes.len() as u64 > most_bytes {
            return Err(Refused::TooLarge { most_bytes });
        }
        Ok(Content { path: self.path.join(name), bytes, stamp, open_to_others })
    }

    /// The state of a regular file, without its content.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn stamp(&self, name: &str) -> Result<Stamp, Refused> {
        Ok(self.file(name)?.1)
    }

    fn file(&self, name: &str) -> Result<(File, Stamp), Refused> {
        let file = open(&self.handle, checked(name)?, &reading()).map_err(|error| self.refused(error))?;
        let metadata = file.metadata().map_err(Refused::Unreadable)?;
        if !metadata.is_file() {
            return Err(Refused::NotAFile);
        }
        Ok((file, Stamp::of(&metadata)))
    }

    fn refused(&self, error: io::Error) -> Refused {
        // Its own error, not one of the system: there is nothing else to tell
        // it by.
        if error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none() {
            return Refused::Outside { folder: self.path.clone() };
        }
        match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => Refused::NoName,
            _ if is_of_no_file(&error) => Refused::NotAFile,
            _ => Refused::Unreadable(error),
        }
    }
}

impl Content {
    /// The text.
    ///
    /// # Errors
    /// When it is none.
    pub fn text(&self) -> Result<&str, Refused> {
        std::str::from_utf8(&self.bytes).map_err(|_| Refused::NotText)
    }
}

fn checked(name: &str) -> Result<&Path, Refused> {
    if name.is_empty() || name.contains('\0') { Err(Refused::NoName) } else { Ok(Path::new(name)) }
}

/// To read, without waiting: the open of a FIFO that nobody writes to would
/// never return.
fn reading() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use cap_primitives::fs::OpenOptionsExt as _;
        use rustix::fs::OFlags;
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    options
}

/// What the open of a socket, or of a device without a driver, ends with.
#[cfg(unix)]
fn is_of_no_file(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error())
}

#[cfg(not(unix))]
fn is_of_no_file(_: &io::Error) -> bool {
    false
}

#[cfg(test)]
#[path = "confined_tests.rs"]
mod tests;
