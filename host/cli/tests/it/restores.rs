//! Backups beside a server that works, and their way back.

use super::support::{fails, greffon, greffon_with, installation, put, succeeds};
use crate::second_process::Serving;

#[test]
fn a_backup_is_taken_beside_a_server_and_restored_when_it_is_stopped() {
    let folder = installation();
    let mut serving = Serving::start(folder.path());
    let said = succeeds(&greffon(folder.path(), &["backup", "monday.greffon"]));
    assert_eq!(said.trim(), "monday.greffon");
    fails(&greffon(folder.path(), &["backup", "monday.greffon"]), &["monday.greffon exists", "another name"]);
    fails(&greffon(folder.path(), &["restore", "monday.greffon"]), &["is in use by process", "stop it first"]);
    serving.signal("-TERM");
    assert!(serving.process.wait().expect("ends").success());

    let doctor = || greffon(folder.path(), &["doctor"]);
    assert!(!succeeds(&doctor()).contains("/ restore"), "it was never restored");
    fails(&greffon(folder.path(), &["restore", "release", "cabinet-morel"]), &["never restored"]);
    let said = succeeds(&greffon(folder.path(), &["restore", "monday.greffon"]));
    assert!(said.starts_with("restored what was stored before "), "{said}");
    let shown = doctor();
    assert_eq!(shown.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let line = shown.lines().find(|line| line.contains("cabinet-morel / restore")).expect("a line");
    assert!(line.starts_with("FAILED") && line.ends_with("greffon restore release cabinet-morel"), "{line}");
    succeeds(&greffon(folder.path(), &["restore", "release", "cabinet-morel"]));
    fails(&greffon(folder.path(), &["restore", "release", "cabinet-morel"]), &["goes on already"]);
    fails(&greffon(folder.path(), &["restore", "release", "nowhere"]), &["no practice \"nowhere\""]);
}

#[test]
fn what_is_no_backup_is_named_with_the_remedy() {
    let folder = installation();
    fails(&greffon(folder.path(), &["backup", "b"]), &["there is no database at", "storage"]);
    put(folder.path(), "notes.txt", "Lundi : rappeler.");
    fails(&greffon(folder.path(), &["restore", "notes.txt"]), &["no backup of greffon's", "greffon backup FILE"]);
    let server = [("GREFFON_STORAGE", "postgres://greffon@db.example/greffon")];
    let backup = greffon_with(folder.path(), &["backup", "b.dump"], &server);
    fails(&backup, &["pg_dump --format=custom --file=b.dump", "pg_restore", "greffon restore --compare"]);
    let restore = greffon_with(folder.path(), &["restore", "b.dump"], &server);
    fails(&restore, &["pg_restore", "greffon restore --compare"]);
}
