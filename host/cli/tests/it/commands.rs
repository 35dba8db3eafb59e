//! What the commands print: data on stdout, the rest on stderr, and errors on
//! one screen.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Runs the binary in a folder.
fn greffon(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greffon"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GREFFON_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).output().expect("starts")
}

#[track_caller]
fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[track_caller]
fn fails(output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(shown.lines().count() <= 12, "{shown}");
    for word in words {
        assert!(shown.contains(word), "no \"{word}\" in:\n{shown}");
    }
}

/// A folder with the operator's file, a key and the example practices.
fn installation() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/practices");
    copy(&examples, &folder.path().join("practices"));
    put(folder.path(), "practices/secrets/dav", "demo\n");
    put(folder.path(), "signing.pem", &succeeds(&greffon(folder.path(), &["token", "key"])));
    put(folder.path(), "greffon.toml", "[keys]\nsigning = { file = \"signing.pem\" }\n");
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a copy");
        }
    }
}

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, text).expect("written");
}

fn replace(folder: &Path, name: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(folder.join(name)).expect("read");
    assert!(text.contains(from), "{from}");
    put(folder, name, &text.replacen(from, to, 1));
}

#[test]
fn the_example_configuration_is_a_good_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let example = succeeds(&greffon(folder.path(), &["config", "example"]));
    put(folder.path(), "greffon.toml", &example);
    succeeds(&greffon(folder.path(), &["config", "check"]));
}

#[test]
fn a_wrong_key_of_the_operators_file_is_named_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "greffon.toml", "# mine\nlistn = \"127.0.0.1:1\"\n");
    let words = ["greffon.toml:2:1", "unknown key \"listn\"", "did you mean \"listen\"?"];
    fails(&greffon(folder.path(), &["config", "check"]), &words);
}

#[test]
fn the_schemas_describe_both_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for (file, key) in [("practice", "practitioners"), ("operator", "listen")] {
        let schema = succeeds(&greffon(folder.path(), &["config", "schema", file]));
        let schema: Value = serde_json::from_str(&schema).expect("JSON");
        assert!(schema["properties"][key].is_object(), "{file}");
    }
}

#[test]
fn the_bundled_plugins_are_listed_for_people_and_programs() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = succeeds(&greffon(folder.path(), &["plugin", "list"]));
    let listed: Value =
        serde_json::from_str(&succeeds(&greffon(folder.path(), &["plugin", "list", "--json"]))).expect("JSON");
    for id in ["agenda-caldav", "agenda-local", "notify-email", "script-standard", "triage-grid"] {
        assert!(text.contains(id), "{text}");
        assert!(listed.as_array().is_some_and(|all| all.iter().any(|one| one["id"] == id)), "{listed}");
    }
}

#[test]
fn what_is_no_plugin_is_said_in_one_screen() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "page.wasm", "<html>");
    let inspect = |path| greffon(folder.path(), &["plugin", "inspect", path]);
    fails(&inspect("page.wasm"), &["page.wasm", "not WebAssembly", "give the compiled .wasm file"]);
    fails(&inspect("absent.wasm"), &["cannot read absent.wasm"]);
    put(folder.path(), "empty/plugin.toml", "id = 3\n");
    std::fs::create_dir_all(folder.path().join("none")).expect("a folder");
    fails(&inspect("none"), &["0 .wasm files", "greffon plugin build"]);
    fails(&greffon(folder.path(), &["plugin", "build", "none"]), &["none holds no plugin.toml", "triage-minimal"]);
}

#[test]
fn practices_are_checked_down_to_their_grids() {
    let folder = installation();
    let text = succeeds(&greffon(folder.path(), &["practice", "check"]));
    for id in ["cabinet-morel: ok", "centre-des-lilas: ok", "maison-des-remparts: ok"] {
        assert!(text.contains(id), "{text}");
    }

    let grid = "practices/grilles/medecine-generale.toml";
    replace(folder.path(), grid, "level = \"same-day\"", "level = \"routine\"");
    let checked = greffon(folder.path(), &["practice", "check", "--json"]);
    assert_eq!(checked.status.code(), Some(1));
    let reports: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    let findings: Vec<&Value> =
        reports.as_array().into_iter().flatten().filter_map(|one| one["findings"].as_array()).flatten().collect();
    let error = findings.iter().find(|one| one["severity"] == "error").expect("an error");
    assert!(error["file"].as_str().is_some_and(|file| file.ends_with("medecine-generale.toml")), "{error}");
    assert!(error["line"].is_u64(), "{error}");
    let unknown = greffon(folder.path(), &["practice", "check", "autre"]);
    fails(&unknown, &["autre.toml", "cabinet-morel"]);
}

#[test]
fn the_doctor_finds_a_good_installation_good_and_names_what_is_missing() {
    let folder = installation();
    let text = succeeds(&greffon(folder.path(), &["doctor"]));
    assert!(text.lines().all(|line| line.starts_with("ok ")), "{text}");
    assert!(text.contains("storage") && text.contains("cabinet-morel / agenda"), "{text}");

    std::fs::remove_file(folder.path().join("practices/secrets/dav")).expect("removed");
    std::fs::remove_file(folder.path().join("signing.pem")).expect("removed");
    let sick = greffon(folder.path(), &["doctor", "--json"]);
    assert_eq!(sick.status.code(), Some(1));
    let checks: Value = serde_json::from_slice(&sick.stdout).expect("JSON");
    let failed: Vec<String> =
        checks.as_array().into_iter().flatten().filter(|check| check["ok"] == false).map(ToString::to_string).collect();
    assert!(failed.iter().any(|check| check.contains("greffon token key")), "{failed:#?}");
    assert!(failed.iter().any(|check| check.contains("secrets/dav")), "{failed:#?}");
}

#[test]
fn tokens_and_the_schema_are_made_on_the_command_line() {
    let folder = installation();
    let token = succeeds(&greffon(folder.path(), &["token", "--role", "secretary", "--practice", "cabinet-morel"]));
    assert_eq!(token.trim().split('.').count(), 3, "a JWT has three parts");
    fails(&greffon(folder.path(), &["token", "--role", "secretary"]), &["needs practices", "--practice"]);
    assert!(succeeds(&greffon(folder.path(), &["migrate"])).contains("applied 20261121100000 contacts"));
    assert_eq!(succeeds(&greffon(folder.path(), &["migrate"])), "");
}
