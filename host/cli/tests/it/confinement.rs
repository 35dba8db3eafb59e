//! A practice's file names what is its own, and nothing else: `practice check`
//! refuses the rest at its line.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{SECRET, greffon, greffon_with, installation, put, put_secret, replace, succeeds};

const FILE: &str = "practices/maison-des-remparts/practice.toml";
const SETTINGS: &str = "\"shared:grilles/medecine-generale.toml\"";
const PASSWORD: &str = "{ file = \"secrets/dav\" }";
const PLUGIN: &str = "\"agenda-caldav\"";

/// The one error in the practice, whose place must be that of `written`. What
/// plugins merely warn of comes after it.
#[track_caller]
fn finding(folder: &TempDir, written: &str, environment: &[(&str, &str)]) -> Value {
    let text = std::fs::read_to_string(folder.path().join(FILE)).expect("read");
    let line = text.lines().position(|line| line.contains(written)).expect("written") + 1;
    let checked = greffon_with(folder.path(), &["practice", "check", "maison-des-remparts", "--json"], environment);
    assert_eq!(checked.status.code(), Some(1), "{}", String::from_utf8_lossy(&checked.stderr));
    let reports: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    let findings = reports[0]["findings"].as_array().expect("findings");
    let errors = findings.iter().filter(|one| one["severity"] == "error").count();
    assert_eq!(errors, 1, "{findings:#?}");
    let found = findings[0].clone();
    assert_eq!((found["severity"].as_str(), found["line"].as_u64()), (Some("error"), Some(line as u64)), "{found:#}");
    assert!(found["file"].as_str().is_some_and(|file| Path::new(file).ends_with(FILE)), "{found:#}");
    // For people, on one screen.
    let shown = greffon_with(folder.path(), &["practice", "check", "maison-des-remparts"], environment);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let screen: Vec<&str> = shown.lines().take(14).collect();
    assert!(screen.join("\n").contains(&format!("practice.toml:{line}:")), "{shown}");
    found
}

/// What is said when `from` is written as `to`.
#[track_caller]
fn refused(from: &str, to: &str, said: &[&str]) {
    let folder = installation();
    put(folder.path(), "practices/autre/secrets/dav", "another practice's secret");
    replace(folder.path(), FILE, from, to);
    let found = finding(&folder, to, &[]);
    let message = format!("{}\n{}", found["message"].as_str().unwrap_or(""), found["hint"].as_str().unwrap_or(""));
    for word in said {
        assert!(message.contains(word), "no {word:?} in:\n{message}");
    }
    assert!(!message.contains("PRIVATE KEY") && !message.contains("another practice's secret"), "{message}");
}

#[test]
fn the_operators_key_is_no_password() {
    let to = "{ file = \"../../signing.pem\" }";
    refused(PASSWORD, to, &["../../signing.pem", "leads out of practices/maison-des-remparts", "put a copy into"]);
}

#[test]
fn an_absolute_path_is_refused_wherever_a_file_is_named() {
    let folder = installation();
    let key = folder.path().join("signing.pem").display().to_string();
    refused(PASSWORD, &format!("{{ file = \"{key}\" }}"), &["leads out of"]);
    refused(SETTINGS, "\"/etc/greffon/a.toml\"", &["/etc/greffon/a.toml", "leads out of"]);
    refused(PLUGIN, "\"/usr/lib/greffons/x\"", &["leads out of"]);
}

#[test]
fn another_practices_files_are_refused() {
    refused(PASSWORD, "{ file = \"../autre/secrets/dav\" }", &["leads out of"]);
    refused(SETTINGS, "\"../cabinet-morel/grids/medecine-generale.toml\"", &["leads out of", "shared folder"]);
    refused(PLUGIN, "\"../autre/greffons/x\"", &["leads out of"]);
}

#[test]
fn a_shared_folder_is_open_to_those_whom_the_operator_names_and_never_to_secrets() {
    refused(
        SETTINGS,
        "\"shared:grille/medecine-generale.toml\"",
        &["\"grille\"", "did you mean \"shared:grilles/…\"?"],
    );
    refused(SETTINGS, "\"shared:grilles/../signing.pem.toml\"", &["leads out of grilles"]);
    refused(SETTINGS, "\"shared:grilles/absent.toml\"", &["cannot be read"]);
    refused(PLUGIN, "\"shared:grilles/greffon\"", &["greffon", "cannot be read"]);
    refused(PASSWORD, "{ file = \"shared:grilles/medecine-generale.toml\" }", &["shared folder", "put it below"]);

    let folder = installation();
    replace(folder.path(), "greffon.toml", ", \"maison-des-remparts\"", "");
    let found = finding(&folder, SETTINGS, &[]);
    assert!(
        found["message"].as_str().is_some_and(|said| said.contains("not open to maison-des-remparts")),
        "{found:#}"
    );
    let line = "[shared.grilles] practices = [\"maison-des-remparts\", …]";
    assert!(found["hint"].as_str().is_some_and(|hint| hint.contains(line)), "{found:#}");
    replace(folder.path(), "greffon.toml", "[\"centre-des-lilas\"]", "\"*\"");
    succeeds(&greffon(folder.path(), &["practice", "check", "maison-des-remparts"]));
}

#[test]
fn names_of_no_file_are_refused() {
    for name in ["", "\\u0000", "secrets", "secrets/", ".", "secrets/dav/", "secrets/été\\u001b[2J"] {
        refused(PASSWORD, &format!("{{ file = \"{name}\" }}"), &["secret file"]);
    }
    refused(SETTINGS, "\"secrets/dav\"", &["not a .toml file"]);
    // Written another way, it is the same file.
    let folder = installation();
    replace(folder.path(), FILE, PASSWORD, "{ file = \"./secrets/../secrets//dav\" }");
    succeeds(&greffon(folder.path(), &["practice", "check", "maison-des-remparts"]));
}

#[test]
fn a_variable_of_another_name_is_refused_with_the_name_that_would_be_its_own() {
    let own = "call it GREFFON_SECRET__MAISON_DES_REMPARTS__DAV";
    for name in [
        "PATH",
        "GREFFON_SECRET__MAISON__DAV",
        "GREFFON_SECRET__MAISON_DES_REMPARTS_2__DAV",
        "GREFFON_SECRET__CABINET_MOREL__DAV",
        "GREFFON_SECRET__MAISON_DES_REMPARTS__",
    ] {
        let folder = installation();
        let to = format!("{{ env = \"{name}\" }}");
        replace(folder.path(), FILE, PASSWORD, &to);
        // What it holds is neither looked at nor said.
        let found = finding(&folder, &to, &[(name, "canary")]);
        assert!(found["message"].as_str().is_some_and(|said| said.contains(name)), "{found:#}");
        assert!(found["hint"].as_str().is_some_and(|hint| hint.contains(own)), "{found:#}");
        assert!(!found.to_string().contains("canary"), "{found:#}");
    }
}

#[test]
fn a_variable_with_the_practices_prefix_is_its_secret_and_no_key_of_the_operators_file() {
    let folder = installation();
    let name = "GREFFON_SECRET__MAISON_DES_REMPARTS__DAV";
    let to = format!("{{ env = \"{name}\" }}");
    replace(folder.path(), FILE, PASSWORD, &to);
    let check = |environment| greffon_with(folder.path(), &["practice", "check"], environment);
    succeeds(&check(&[(name, "secret")]));
    for (environment, said) in [(&[][..], "is not set"), (&[(name, "")][..], "is empty")] {
        let found = finding(&folder, &to, environment);
        assert!(found["message"].as_str().is_some_and(|message| message.contains(said)), "{found:#}");
    }
}

#[test]
fn the_flat_form_says_how_to_move_it() {
    let folder = installation();
    put(folder.path(), "practices/port.toml", "id = \"port\"\n");
    for arguments in [&["practice", "check"][..], &["practice", "check", "port"]] {
        let checked = greffon(folder.path(), arguments);
        assert_eq!(checked.status.code(), Some(1));
        let shown = [checked.stdout, checked.stderr].concat();
        let shown = String::from_utf8_lossy(&shown);
        assert!(shown.contains("mv practices/port.toml practices/port/practice.toml"), "{shown}");
    }
    let checked = greffon(folder.path(), &["practice", "check", "--json"]);
    let reports: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    let port = reports.as_array().into_iter().flatten().find(|one| one["practice"] == "port").expect("a report");
    assert_eq!(port["findings"][0]["severity"], "error", "{port:#}");
    let doctor = greffon(folder.path(), &["doctor"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("mv practices/port.toml"), "the doctor says so too");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// What is said when a file of the practice is something else.
    #[track_caller]
    fn refused_file(name: &str, written: &str, said: &str, make: impl FnOnce(&Path)) {
        let folder = installation();
        replace(folder.path(), FILE, SETTINGS, "\"grids/mine.toml\"");
        let grid = std::fs::read(folder.path().join("grilles/medecine-generale.toml")).expect("read");
        let mine = folder.path().join("practices/maison-des-remparts");
        put(&mine, "grids/mine.toml", &String::from_utf8(grid).expect("text"));
        succeeds(&greffon(folder.path(), &["practice", "check", "maison-des-remparts"]));
        let path = mine.join(name);
        std::fs::remove_file(&path).expect("removed");
        make(&path);
        let found = finding(&folder, written, &[]);
        assert!(found["message"].as_str().is_some_and(|message| message.contains(said)), "{found:#}");
        assert!(!found.to_string().contains("PRIVATE KEY"), "{found:#}");
    }

    #[test]
    fn a_link_out_is_refused() {
        let to = |target: &'static str| move |path: &Path| symlink(target, path).expect("a link");
        refused_file("secrets/dav", PASSWORD, "leads out of", to("../../../signing.pem"));
        refused_file("grids/mine.toml", "grids/mine.toml", "leads out of", to("../../../greffon.toml"));
        refused_file("grids/mine.toml", "grids/mine.toml", "leads out of", to("/proc/self/environ"));
    }

    #[test]
    fn what_is_no_regular_file_is_refused_without_waiting() {
        let fifo = |path: &Path| {
            let made = std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
            assert!(made.success());
        };
        refused_file("secrets/dav", PASSWORD, "not a regular file", fifo);
        refused_file("grids/mine.toml", "grids/mine.toml", "not a regular file", fifo);
        refused_file("secrets/dav", PASSWORD, "not a regular file", |path| {
            std::fs::create_dir(path).expect("a folder");
        });
    }

    #[test]
    fn one_byte_more_than_the_most_is_refused() {
        let of = |size: usize| move |path: &Path| std::fs::write(path, "a".repeat(size)).expect("written");
        refused_file("secrets/dav", PASSWORD, "more than 65536 bytes", of((64 << 10) + 1));
        refused_file("grids/mine.toml", "grids/mine.toml", "more than 1048576 bytes", of((1 << 20) + 1));
    }

    #[test]
    fn a_secret_that_everybody_can_read_is_a_warning() {
        let folder = installation();
        let path = folder.path().join(SECRET);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("permissions");
        let shown = succeeds(&greffon(folder.path(), &["practice", "check", "maison-des-remparts"]));
        assert!(
            shown.contains("can be read or written by every account")
                && shown.contains(&format!("chmod o-rwx {SECRET}")),
            "{shown}"
        );
        put_secret(folder.path(), SECRET, "demo\n");
        let shown = succeeds(&greffon(folder.path(), &["practice", "check", "maison-des-remparts"]));
        assert!(!shown.contains("every account"), "{shown}");
    }
}
