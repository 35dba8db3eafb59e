//! The road of a plugin's author, outside the repository and without a network:
//! from the SDK's export to an answer.
//!
//! What it takes is printed: `cargo test -p greffon --test it kit -- --nocapture`.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use serde_json::Value;

use crate::support::{fails, greffon, greffon_with, put, replace, succeeds};

/// The message of the panics that these tests put into a plugin.
const PANIC: &str = "\"no rule for day {}\"";

/// Where crates are compiled: beside the bundled plugins, which use the same.
fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("plugins")
}

/// Builds the plugin of a folder, with the crates that this machine has.
fn build(folder: &Path) -> Output {
    let target = target_dir();
    let target = target.to_str().expect("UTF-8");
    greffon_with(folder, &["plugin", "build", ".", "--target-dir", target], &[("CARGO_NET_OFFLINE", "true")])
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&succeeds(output)).expect("JSON")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_first_plugin_of_each_kind_answers_outside_the_repository() {
    let began = Instant::now();
    let commands = Cell::new(0);
    let folder = tempfile::tempdir().expect("a folder");
    let run = |folder: &Path, arguments: &[&str]| {
        commands.set(commands.get() + 1);
        println!("greffon {}", arguments.join(" "));
        greffon(folder, arguments)
    };

    // All that a triage plugin needs: four commands.
    succeeds(&run(folder.path(), &["plugin", "new", "--lang", "rust", "--kind", "triage", "triage-mine"]));
    let triage = folder.path().join("triage-mine");
    succeeds(&build(&triage));
    succeeds(&run(&triage, &["plugin", "inspect", "target/greffon/triage-mine"]));
    let call = ["plugin", "call", "target/greffon/triage-mine", "next"];
    let asked = json(&run(&triage, &call));
    assert_eq!(asked["ask"][0]["spoken"], "Avez-vous du mal à respirer ?");
    println!("the first answer took {:.1} s and {} commands", began.elapsed().as_secs_f32(), commands.get() + 1);
    let concluded = json(&greffon(&triage, &[&call[..], &["@calls/next.json"]].concat()));
    assert_eq!(concluded["conclude"]["level"], "routine");

    // The others share one SDK; two of them only where there is time.
    succeeds(&run(folder.path(), &["sdk", "export", "sdk"]));
    let full = std::env::var_os("GREFFON_TEST_FULL").is_some();
    for (kind, function, options) in [
        ("agenda", "agendas", &["--settings", "calls/settings.toml", "--grant", "http=https://agenda.example"][..]),
        ("script", "render", &["@calls/render.json"]),
        (
            "notification",
            "normalise",
            &["@calls/normalise.json", "--settings", "calls/settings.toml", "--grant", "http=https://sms.example"],
        ),
    ] {
        let name = format!("{kind}-mine");
        succeeds(&run(folder.path(), &["plugin", "new", "--kind", kind, "--sdk", "sdk", &name]));
        let project = folder.path().join(&name);
        // Its README's commands are those that are run here.
        let built = format!("target/greffon/{name}");
        let readme = std::fs::read_to_string(project.join("README.md")).expect("a README");
        assert!(readme.contains(&format!("greffon plugin call {built} {function} {}", options.join(" "))), "{readme}");
        if kind != "agenda" && !full {
            continue;
        }
        if kind == "agenda" {
            let first = "if let Some(agenda) = self.settings";
            replace(
                &project,
                "src/lib.rs",
                first,
                &format!("assert!(self.settings.agendas.is_empty(), {PANIC}, 40);\n        {first}"),
            );
        }
        succeeds(&build(&project));
        let answer = json(&run(&project, &[&["plugin", "call", &built, function], options].concat()));
        let expected = match kind {
            "script" => answer["may_close"] == true,
            "agenda" => answer[0]["label"] == "Dr Martin",
            _ => answer["value"] == "+33639980001",
        };
        assert!(expected, "{kind}: {answer}");
    }
    let agenda = folder.path().join("agenda-mine");
    wrong_calls_are_told(&triage, &agenda);
    a_panic_is_told(&agenda, "probe", &["--settings", "calls/settings.toml", "--grant", "http=https://agenda.example"]);
    replace(
        &triage,
        "src/lib.rs",
        "None => return",
        &format!("None if settings.question.len() == 40 => panic!({PANIC}, 40),\n            None => return"),
    );
    put(&triage, "forty.json", &format!("{{ \"question\": \"{}?\" }}", "x".repeat(39)));
    succeeds(&build(&triage));
    a_panic_is_told(&triage, "next", &["--settings", "forty.json"]);
    println!("all of it took {:.1} s", began.elapsed().as_secs_f32());
}

/// Function, arguments, settings, grants: each named with what to do.
fn wrong_calls_are_told(triage: &Path, agenda: &Path) {
    let call =
        |arguments: &[&str]| greffon(triage, &[&["plugin", "call", "target/greffon/triage-mine"], arguments].concat());
    fails(&call(&["nxt"]), &["no function \"nxt\"", "did you mean \"next\"?", "prepare, protocols, next"]);
    fails(&call(&["next", "{\"facts\":[{\"value\":\"no\"}]}"]), &["facts[0]", "missing field `key`"]);
    fails(&call(&["next", "{\"motif\":\"fièvre\"}"]), &["motif: there is no such field", "did you mean \"motive\"?"]);
    fails(&call(&["next", "{"]), &["the arguments are not JSON"]);
    fails(&greffon(triage, &["plugin", "call", "nowhere", "next"]), &["cannot read nowhere"]);
    fails(&greffon(triage, &["plugin", "call", "src", "next"]), &["0 .wasm files", "greffon plugin build"]);
    put(triage, "wrong.json", "{ \"question\": \"Saignement\" }");
    fails(&call(&["next", "--settings", "wrong.json"]), &["settings.question", "point d'interrogation"]);
    put(triage, "unknown.toml", "queston = \"Saignez-vous ?\"\n");
    fails(&call(&["next", "--settings", "unknown.toml"]), &["queston"]);

    let call = |options: &[&str]| {
        let built = ["plugin", "call", "target/greffon/agenda-mine", "agendas", "--settings", "calls/settings.toml"];
        greffon(agenda, &[&built, options].concat())
    };
    fails(&call(&[]), &["asks for http *", "--grant http=<origin>", "grants.http = [\"https://server.example\"]"]);
    fails(&call(&["--grant", "clock"]), &["nothing is granted by \"clock\"", "keyvalue, mail or http="]);
    // A permission that may be left out is said too, and keeps nothing back.
    let answered = call(&["--grant", "http=https://agenda.example"]);
    let told = stderr(&answered);
    assert!(
        answered.status.success() && told.contains("warning: \"agenda-mine\" asks for credential server"),
        "{told}"
    );
    assert!(told.contains("credentials.server = { scheme = \"bearer\""), "{told}");
    let inspected = succeeds(&greffon(agenda, &["plugin", "inspect", "target/greffon/agenda-mine"]));
    assert!(inspected.contains("grants.http = [\"https://server.example\"]"), "{inspected}");
}

/// A call that panics is told with message, file and line.
fn a_panic_is_told(project: &Path, function: &str, options: &[&str]) {
    let name = project.file_name().and_then(|name| name.to_str()).expect("a name");
    let built = format!("target/greffon/{name}");
    let called = greffon(project, &[&["plugin", "call", &built, function], options].concat());
    assert_eq!(called.status.code(), Some(1));
    assert!(called.stdout.is_empty());
    let text = std::fs::read_to_string(project.join("src/lib.rs")).expect("read");
    let line = 1 + text.lines().position(|line| line.contains("no rule for")).expect("the line");
    let told = stderr(&called);
    let place = format!("\"{name}\" panicked at src/lib.rs:{line}:");
    assert!(told.contains(&place) && told.contains(": no rule for day 40"), "no {place} in:\n{told}");
}

#[test]
fn nothing_that_is_there_is_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "mine/notes.txt", "mine");
    fails(&greffon(folder.path(), &["sdk", "export", "mine"]), &["mine is not empty", "name another folder"]);
    let new = |name: &str| greffon(folder.path(), &["plugin", "new", "--kind", "script", name]);
    fails(&new("mine"), &["mine is there already", "choose another name"]);
    assert_eq!(std::fs::read_dir(folder.path().join("mine")).expect("a folder").count(), 1);
    for name in ["Mine", "a--b", "../a", "9a", "a/b", "é", "", &"a".repeat(64)] {
        fails(&new(name), &["is no name of a plugin"]);
    }
    fails(&new("serde"), &["serde is a crate"]);
    for (option, path) in [("--sdk", "mine"), ("--vendor", "mine")] {
        let new = ["plugin", "new", "--kind", "script", option, path, "yours"];
        fails(&greffon(folder.path(), &new), &[path, "hint: "]);
    }
    assert!(!folder.path().join("yours").exists(), "nothing is left of what was refused");
}

#[test]
fn a_vendored_project_takes_its_crates_from_the_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "crates/one/.cargo-checksum.json", "{}");
    succeeds(&greffon(folder.path(), &["plugin", "new", "--kind", "script", "--vendor", "crates", "mine"]));
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let tree =
        cargo.args(["tree", "--offline"]).current_dir(folder.path().join("mine")).output().expect("cargo starts");
    // There is nothing in the folder, and nowhere else is looked.
    let told = stderr(&tree);
    let crates = std::fs::canonicalize(folder.path().join("crates")).expect("a folder");
    assert!(!tree.status.success() && told.contains(&crates.display().to_string()), "{told}");
}
