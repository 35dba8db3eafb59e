//! What the installation remembers and attests of grids and scripts, between the database
//! and the practices' files.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use greffon_core::flow::ContentApprovals;
use greffon_core::model::approval::{Approval, Content, Standing};
use greffon_core::model::civil::Zone;
use greffon_core::ports::storage::Storage as _;
use greffon_storage::StorageOptions;

use crate::config::approvals::KnownApprovals;
use crate::config::directory::{Directory, Refresh};
use crate::storage_url::sqlite_file;

/// No mark of the database: everything is read.
const NOTHING: i64 = -1;

/// Looks at the practices' files with what the database knows of their grids and scripts,
/// and writes down what the files say that it does not know.
pub struct Lookout {
    directory: Arc<Directory>,
    known: Arc<KnownApprovals>,
    approvals: ContentApprovals,
    mark: AtomicI64,
    /// Whether it writes: a command beside the process that works does not.
    remembers: bool,
}

impl Lookout {
    /// Over the practices of a host.
    pub fn new(
        directory: Arc<Directory>,
        known: Arc<KnownApprovals>,
        approvals: ContentApprovals,
        remembers: bool,
    ) -> Self {
        Self { directory, known, approvals, mark: AtomicI64::new(NOTHING), remembers }
    }

    /// One look; `None` when the process ends meanwhile. A database that does not answer
    /// leaves what was known in place.
    pub async fn look(&self) -> Option<Refresh> {
        self.learn().await;
        let directory = Arc::clone(&self.directory);
        let refreshed = tokio::task::spawn_blocking(move || directory.refresh()).await.ok()?;
        if self.remembers {
            self.remember().await;
        }
        Some(refreshed)
    }

    /// Takes in what the database knows, when it is more than before.
    async fn learn(&self) {
        match self.approvals.known_since(self.mark.load(Ordering::Relaxed)).await {
            Ok(None) => {}
            Ok(Some((mark, rows))) => {
                self.known.replace(rows);
                self.mark.store(mark, Ordering::Relaxed);
            }
            Err(error) => tracing::warn!(error = %error, "what is known of grids and scripts cannot be read"),
        }
    }

    /// What was not written is written at the next look.
    async fn remember(&self) {
        for (practice, rows) in self.directory.seen() {
            match self.approvals.remember(&practice, &rows).await {
                Ok(()) => self.directory.remembered(&practice, &rows),
                Err(error) => {
                    tracing::warn!(practice.id = %practice, error = %error, "what was signed cannot be remembered yet");
                }
            }
        }
    }
}

/// What a database that is there knows of all practices: none is made, and none is changed.
/// `None` when there is none, or it does not answer.
pub async fn kept(storage: &str) -> Option<Vec<Approval>> {
    if sqlite_file(storage).is_some_and(|file| !file.exists()) {
        return None;
    }
    let database = greffon_storage::connect(storage, StorageOptions::default()).await.ok()?;
    let kept = database.approvals().await.ok();
    database.close().await;
    kept
}

/// Who approved a content and until when, for people; nothing in a demonstration practice,
/// and of what is refused, which is told elsewhere.
#[must_use]
pub fn said(content: &Content, zone: &Zone) -> Option<String> {
    let Standing::Approved { by, rpps, attested, until, .. } = &content.standing else { return None };
    let how = if *attested { "approved, as greffon attests, by" } else { "signed by" };
    Some(format!("{how} {by} (RPPS {rpps}) until {}", zone.date(*until)))
}
