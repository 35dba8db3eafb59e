//! Whether a file is what it was.

use std::fs::Metadata;
use std::time::SystemTime;

/// What changes when a file is written or replaced. Contents are not read for
/// it: a plugin is large, and looked at every few seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Device, inode and permissions.
    identity: (u64, u64, u32),
}

impl Stamp {
    /// Of an open file.
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt as _;
            (metadata.dev(), metadata.ino(), metadata.mode())
        };
        #[cfg(not(unix))]
        let identity = (0, 0, 0);
        Self { bytes: metadata.len(), modified: metadata.modified().ok(), identity }
    }

    /// Its size.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether every account of the machine may read or write it.
    pub fn open_to_others(&self) -> bool {
        self.identity.2 & 0o006 != 0
    }
}
