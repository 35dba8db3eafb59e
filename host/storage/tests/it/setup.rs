use std::time::Duration;

use greffon_core::ports::storage::Storage as _;
use greffon_storage::{SetupError, StorageOptions, connect, migrate, pending};
use tempfile::TempDir;

use crate::samples;
use crate::support::{Fixture, nord, on_empty_postgres, options, raw, runtime};

databases! {
    a_migrated_database_is_ready_and_nothing_is_pending,
    a_schema_newer_than_the_binary_is_refused,
    an_edited_migration_is_refused,
    debug_and_display_show_no_password,
}

async fn a_migrated_database_is_ready_and_nothing_is_pending(f: Fixture) {
    f.db.ready().await.unwrap();
    assert!(pending(f.database()).await.unwrap().is_empty());
    assert!(migrate(f.database()).await.unwrap().is_empty(), "there is nothing to do a second time");
}

async fn a_schema_newer_than_the_binary_is_refused(f: Fixture) {
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 99990101000000, 'tomorrow', success, checksum, 0 FROM _sqlx_migrations LIMIT 1";
    f.raw(newer).await.unwrap();
    for outcome in [migrate(f.database()).await, pending(f.database()).await] {
        assert!(matches!(outcome, Err(SetupError::SchemaNewer { found: 99_990_101_000_000, .. })), "{outcome:?}");
    }
    let said = std::error::Error::source(&f.database().ready().await.unwrap_err()).unwrap().to_string();
    assert!(said.contains("run the greffon that wrote it"), "{said}");
}

async fn an_edited_migration_is_refused(f: Fixture) {
    let other = if f.is_postgres() { "'\\x00'" } else { "x'00'" };
    f.raw(&format!("UPDATE _sqlx_migrations SET checksum = {other}")).await.unwrap();
    let outcome = migrate(f.database()).await;
    assert!(matches!(outcome, Err(SetupError::MigrationEdited { .. })), "{outcome:?}");
}

async fn debug_and_display_show_no_password(f: Fixture) {
    let shown = format!("{:?} {}", f.database(), f.database());
    assert!(shown.contains(if f.is_postgres() { "postgres://" } else { "sqlite:/" }), "{shown}");
    assert!(!shown.contains('?'), "no parameters: {shown}");
}

/// Two processes start at once on a database that has nothing yet.
async fn migrate_twice_at_once(url: String) {
    let nodes = [connect(&url, options()).await.unwrap(), connect(&url, options()).await.unwrap()];
    let said = std::error::Error::source(&nodes[0].ready().await.unwrap_err()).unwrap().to_string();
    assert!(said.contains("run \"greffon migrate\""), "{said}");
    let all = pending(&nodes[0]).await.unwrap();
    assert_eq!(all.first().map(String::as_str), Some("20261121100000 contacts"));

    let (one, other) = tokio::join!(migrate(&nodes[0]), migrate(&nodes[1]));
    let mut applied = [one.unwrap(), other.unwrap()];
    applied.sort();
    assert_eq!(applied, [Vec::new(), all], "one of them does it all");
    for node in nodes {
        node.ready().await.unwrap();
        node.close().await;
    }
}

#[test]
fn sqlite_two_that_migrate_at_once_do_it_once() {
    let folder = TempDir::new().unwrap();
    let url = format!("sqlite:{}", folder.path().join("greffon.db").display());
    runtime().block_on(migrate_twice_at_once(url));
}

#[test]
fn postgres_two_that_migrate_at_once_do_it_once() {
    on_empty_postgres(migrate_twice_at_once);
}

#[test]
fn postgres_a_role_that_may_not_create_the_extension_is_told_what_to_do() {
    on_empty_postgres(|url| async move {
        let role = url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
        raw(&url, &format!("CREATE ROLE {role} NOLOGIN; GRANT CREATE ON SCHEMA public TO {role}")).await.unwrap();
        // Every connection of this URL acts as that role.
        let separator = if url.contains('?') { '&' } else { '?' };
        let limited = format!("{url}{separator}options[role]={role}");
        let db = connect(&limited, options()).await.unwrap();
        let outcome = migrate(&db).await;
        db.close().await;
        raw(&url, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();

        let error = outcome.unwrap_err();
        assert!(matches!(error, SetupError::ExtensionNotPermitted { .. }), "{error:?}");
        let said = error.to_string();
        assert!(said.contains(&format!("CREATE EXTENSION btree_gist; in database \"{role}\"")), "{said}");
    });
}

#[test]
fn sqlite_a_file_outlives_its_process_and_is_for_this_user_only() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("new").join("greffon.db");
    let url = format!("sqlite:{}", path.display());
    runtime().block_on(async {
        let mut contact = samples::contact();
        let db = connect(&url, options()).await.unwrap();
        migrate(&db).await.unwrap();
        let mut tx = db.begin(&nord()).await.unwrap();
        tx.save_contact(&mut contact).await.unwrap();
        tx.commit().await.unwrap();
        db.close().await;

        let db = connect(&url, options()).await.unwrap();
        db.ready().await.unwrap();
        assert_eq!(db.contact(&nord(), contact.id).await.unwrap(), Some(contact));
        #[cfg(unix)]
        for name in ["greffon.db", "greffon.db-wal"] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(path.with_file_name(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        db.close().await;
    });
}

#[test]
fn sqlite_memory_is_a_database_of_its_own() {
    runtime().block_on(async {
        let first = connect("sqlite::memory:", options()).await.unwrap();
        migrate(&first).await.unwrap();
        first.ready().await.unwrap();
        let second = connect("sqlite::memory:", options()).await.unwrap();
        assert!(!pending(&second).await.unwrap().is_empty());
    });
}

#[test]
fn sqlite_a_file_that_is_no_database_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notes.txt");
    std::fs::write(&path, "Lundi : rappeler Mme Durand. ".repeat(100)).unwrap();
    runtime().block_on(async {
        let error = connect(&format!("sqlite:{}", path.display()), options()).await.unwrap_err().to_string();
        assert!(error.contains("cannot open sqlite:") && error.contains("not a database"), "{error}");
    });
}

#[test]
fn sqlite_a_folder_that_cannot_be_made_is_named() {
    runtime().block_on(async {
        let error = connect("sqlite:/proc/greffon/greffon.db", options()).await.unwrap_err().to_string();
        assert!(error.starts_with("cannot create /proc/greffon/greffon.db"), "{error}");
        assert!(error.contains("create the folder"), "{error}");
    });
}

#[test]
fn postgres_a_server_that_does_not_answer_is_named_without_its_password() {
    runtime().block_on(async {
        let impatient = StorageOptions { wait: Duration::from_secs(2), ..options() };
        // Nothing listens on port 1.
        let error = connect("postgres://g:s3cret@127.0.0.1:1/greffon", impatient).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(said.contains("cannot open postgres://g@127.0.0.1:1/greffon"), "{said}");
        assert!(!said.contains("s3cret"), "{said}");
    });
}
