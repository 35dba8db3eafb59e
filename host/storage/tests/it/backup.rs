//! Backups of a file that is being written, and their way back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use greffon_core::ids::IntentId;
use greffon_core::model::intent::IntentState;
use greffon_core::ports::storage::Storage as _;
use greffon_storage::{BackupError, Database, SetupError, back_up, connect, migrate, restore};
use tempfile::TempDir;

use crate::samples::{self, minute};
use crate::support::{nord, on_empty_postgres, options, raw, runtime};

/// A folder with a database in it, and the names of files beside it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn url(&self) -> String {
        url(&self.path("greffon.db"))
    }

    async fn open(&self) -> Arc<Database> {
        let db = connect(&self.url(), options()).await.unwrap();
        migrate(&db).await.unwrap();
        db
    }

    async fn back_up(&self, name: &str) -> PathBuf {
        let to = self.path(name);
        back_up(&self.url(), &to, "0.1.0", minute(5), |_, _| {}).await.unwrap();
        to
    }

    async fn restore(&self, from: &Path) -> Result<greffon_storage::Restored, BackupError> {
        restore(&self.url(), from, minute(10)).await
    }

    /// Names of the files in the folder, sorted.
    fn names(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// Books once; the intent's name after the commit was acknowledged.
async fn book(db: &Database, number: i64) -> IntentId {
    let mut intent = samples::intent(number * 15, number * 15 + 15);
    intent.state = IntentState::Confirmed;
    let mut tx = db.begin(&nord()).await.unwrap();
    tx.save_intent(&mut intent).await.unwrap();
    tx.audit(&samples::audit_event(minute(number), None)).await.unwrap();
    tx.commit().await.unwrap();
    intent.id
}

async fn count(url: &str, sql: &str) -> i64 {
    use sqlx::Connection as _;
    let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    let counted = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    counted
}

#[test]
fn a_backup_under_load_has_all_that_was_committed_before_it_and_keeps_no_writer_waiting() {
    runtime().block_on(async {
        let place = Place::new();
        let db = place.open().await;
        db.take_role().unwrap();
        let mut acknowledged = Vec::new();
        for number in 0..300 {
            acknowledged.push(book(&db, number).await);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (db, stop) = (Arc::clone(&db), Arc::clone(&stop));
                tokio::spawn(async move {
                    let mut number = 1_000 * (writer + 1);
                    while !stop.load(Ordering::SeqCst) {
                        book(&db, number).await;
                        number += 1;
                    }
                    number - 1_000 * (writer + 1)
                })
            })
            .collect();
        for round in 0..5 {
            // Acknowledged before this backup begins, in the middle of the others.
            acknowledged.push(book(&db, 10_000 + round).await);
            let backup = place.back_up(&format!("{round}.backup")).await;
            let copy = connect(&url(&place.path(&format!("{round}.copy"))), options());
            drop(copy.await.unwrap());
            let target = Place::new();
            let restored = target.restore(&backup).await.unwrap();
            assert_eq!((restored.mark.version.as_str(), restored.mark.taken_at), ("0.1.0", minute(5)));
            let copy = target.open().await;
            for id in &acknowledged {
                assert!(copy.intent(&nord(), *id).await.unwrap().is_some(), "{id:?} is not in the backup");
            }
            copy.close().await;
            let (intents, lines) = (
                count(&target.url(), "SELECT COUNT(*) FROM intents").await,
                count(&target.url(), "SELECT COUNT(*) FROM audit").await,
            );
            assert_eq!(intents, lines, "each transaction whole or not at all");
        }
        stop.store(true, Ordering::SeqCst);
        let mut written = 0;
        for writer in writers {
            written += writer.await.unwrap();
        }
        assert!(written > 0);
        db.close().await;
    });
}

#[test]
fn a_backup_is_for_this_user_only_says_what_it_is_and_is_never_written_over() {
    runtime().block_on(async {
        let place = Place::new();
        let db = place.open().await;
        book(&db, 0).await;
        let backup = place.back_up("b").await;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let read = "SELECT COUNT(*) FROM backup_mark, installation WHERE backup_mark.installation = installation.id
                    AND version = '0.1.0' AND schema_version = (SELECT MAX(version) FROM _sqlx_migrations)";
        assert_eq!(count(&url(&backup), read).await, 1);
        assert_eq!(count(&place.url(), "SELECT COUNT(*) FROM backup_mark").await, 0, "the database itself is none");
        let before = std::fs::read(&backup).unwrap();
        let again = back_up(&place.url(), &backup, "0.1.0", minute(6), |_, _| {}).await;
        assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
        assert_eq!(std::fs::read(&backup).unwrap(), before);
        db.close().await;
        assert!(!place.names().iter().any(|name| name.starts_with(".greffon")), "{:?}", place.names());
    });
}

#[test]
fn what_cannot_be_copied_is_named_with_the_remedy() {
    runtime().block_on(async {
        let place = Place::new();
        let to = place.path("b");
        let refused = async |url: &str| back_up(url, &to, "0", minute(0), |_, _| {}).await.unwrap_err().to_string();
        assert!(refused(&place.url()).await.contains("there is no database at"));
        assert!(refused("sqlite::memory:").await.contains("give `storage` a file"));
        assert!(refused("postgres://g:s3cret@db/greffon").await.contains("its own tools"));
        assert!(!refused("postgres://g:s3cret@db/greffon").await.contains("s3cret"));
        drop(connect(&place.url(), options()).await.unwrap());
        assert!(refused(&place.url()).await.contains("greffon migrate"));
        assert!(!to.exists());
    });
}

#[test]
fn a_restore_puts_the_backup_in_place_and_moves_what_was_there_aside() {
    runtime().block_on(async {
        let place = Place::new();
        let db = place.open().await;
        let kept = book(&db, 0).await;
        let backup = place.back_up("b").await;
        let lost = book(&db, 1).await;
        let installation = db.installation().await.unwrap();
        // A killed process leaves its log: what it holds is moved aside with it.
        let crashed = Place::new();
        for suffix in ["", "-wal"] {
            let name = format!("greffon.db{suffix}");
            std::fs::copy(place.path(&name), crashed.path(&name)).unwrap();
        }
        db.close().await;

        let restored = crashed.restore(&backup).await.unwrap();
        let aside = restored.aside.unwrap();
        let db = crashed.open().await;
        db.ready().await.unwrap();
        assert_eq!(db.installation().await.unwrap(), installation);
        assert!(db.intent(&nord(), kept).await.unwrap().is_some());
        assert!(db.intent(&nord(), lost).await.unwrap().is_none());
        let recovery = db.recovery(&nord()).await.unwrap().unwrap();
        assert_eq!((recovery.restore.restored_at, recovery.restore.taken_at), (minute(10), Some(minute(5))));
        assert_eq!(count(&crashed.url(), "SELECT COUNT(*) FROM backup_mark").await, 0);
        db.close().await;
        let old = connect(&url(&aside), options()).await.unwrap();
        assert!(old.intent(&nord(), lost).await.unwrap().is_some(), "with its log");
        old.close().await;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(crashed.path("greffon.db")).unwrap().permissions().mode() & 0o777, 0o600);
        }
    });
}

#[test]
fn a_restore_is_refused_while_a_process_works_on_the_database() {
    runtime().block_on(async {
        let place = Place::new();
        let db = place.open().await;
        db.take_role().unwrap();
        book(&db, 0).await;
        let backup = place.back_up("b").await;
        let later = book(&db, 1).await;
        let refused = place.restore(&backup).await.unwrap_err();
        assert!(matches!(refused, BackupError::Setup(SetupError::InUse { .. })), "{refused:?}");
        assert!(db.intent(&nord(), later).await.unwrap().is_some());
        db.close().await;
        place.restore(&backup).await.unwrap();
    });
}

#[test]
fn a_file_that_is_no_backup_or_not_whole_is_refused_and_nothing_is_changed() {
    runtime().block_on(async {
        let place = Place::new();
        let db = place.open().await;
        let own = book(&db, 0).await;
        let backup = place.back_up("b").await;
        db.close().await;
        let before = place.names();

        let text = place.path("notes.txt");
        std::fs::write(&text, "Lundi : rappeler Mme Durand.").unwrap();
        let raw_copy = place.path("copied.db");
        std::fs::copy(place.path("greffon.db"), &raw_copy).unwrap();
        let foreign = place.path("foreign.db");
        raw(&format!("sqlite:{}?mode=rwc", foreign.display()), "CREATE TABLE a (b TEXT)").await.unwrap();
        let newer = place.path("newer");
        std::fs::copy(&backup, &newer).unwrap();
        let tomorrow = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                        SELECT 99990101000000, 'tomorrow', success, checksum, 0 FROM _sqlx_migrations LIMIT 1";
        raw(&url(&newer), tomorrow).await.unwrap();
        let broken = place.path("broken");
        let mut bytes = std::fs::read(&backup).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 4096].fill(0x5a);
        std::fs::write(&broken, bytes).unwrap();
        let cut = place.path("cut");
        std::fs::write(&cut, &std::fs::read(&backup).unwrap()[..8192]).unwrap();

        for (file, said) in [
            (&text, "it is no SQLite database"),
            (&raw_copy, "it was copied by hand"),
            (&foreign, "no database of greffon's"),
            (&newer, "run the greffon that wrote it"),
            (&broken, "is damaged"),
            (&cut, "is damaged"),
            (&place.path("nowhere"), "cannot read"),
        ] {
            let refused = place.restore(file).await.unwrap_err().to_string();
            assert!(refused.contains(said), "{}: {refused}", file.display());
            std::fs::remove_file(file).ok();
        }
        std::fs::remove_file(place.path("greffon.db.lock")).unwrap();
        assert_eq!(place.names(), before);
        let db = place.open().await;
        assert!(db.intent(&nord(), own).await.unwrap().is_some());
        assert_eq!(db.recovery(&nord()).await.unwrap(), None, "it was not restored");
        db.close().await;
    });
}

#[test]
fn a_backup_of_another_installation_is_refused() {
    runtime().block_on(async {
        let (place, other) = (Place::new(), Place::new());
        place.open().await.close().await;
        other.open().await.close().await;
        let backup = other.back_up("b").await;
        let refused = place.restore(&backup).await.unwrap_err();
        assert!(matches!(refused, BackupError::OtherInstallation { .. }), "{refused:?}");
        // On a new machine there is none to compare with.
        Place::new().restore(&backup).await.unwrap();
    });
}

#[test]
fn a_restore_that_was_interrupted_lets_nobody_in_until_it_has_its_end() {
    runtime().block_on(async {
        let place = Place::new();
        let db = place.open().await;
        let kept = book(&db, 0).await;
        let backup = place.back_up("b").await;
        let lost = book(&db, 1).await;
        db.close().await;
        // As a power cut leaves it: the copy is ready, the database in place half moved.
        let prepared = Place::new();
        prepared.restore(&backup).await.unwrap();
        let begun = place.path("greffon.db.restoring-20261130T101112Z");
        std::fs::copy(prepared.path("greffon.db"), &begun).unwrap();
        for moved in [false, true] {
            if moved {
                std::fs::rename(place.path("greffon.db"), place.path("greffon.db.before-restore-20261130T101112Z"))
                    .unwrap();
            }
            let refused = connect(&place.url(), options()).await.unwrap_err();
            assert!(matches!(refused, SetupError::RestoreUnfinished { .. }), "{refused:?}");
        }
        let restored = place.restore(&backup).await.unwrap();
        assert!(restored.aside.is_some());
        let db = place.open().await;
        assert!(db.intent(&nord(), kept).await.unwrap().is_some());
        db.close().await;
        let old = connect(&url(&place.path("greffon.db.before-restore-20261130T101112Z")), options()).await.unwrap();
        assert!(old.intent(&nord(), lost).await.unwrap().is_some(), "what was in place is still there");
        old.close().await;
    });
}

#[test]
fn postgres_is_marked_as_restored_only_while_no_node_is_connected() {
    on_empty_postgres(|url| async move {
        let db = connect(&url, options()).await.unwrap();
        migrate(&db).await.unwrap();
        let node = connect(&url, options()).await.unwrap();
        node.ready().await.unwrap();
        let refused = db.work_alone().await.unwrap_err();
        assert!(matches!(refused, SetupError::InUseByNodes { .. }), "{refused:?}");
        node.close().await;
        db.work_alone().await.unwrap();
        assert_eq!(db.mark_restored(minute(1), None).await.unwrap().number, 1);
        db.close().await;
    });
}
