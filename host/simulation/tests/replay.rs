//! 1,000 contacts that one process records and another replays: levels, alerts, questions,
//! texts and messages are the same.

use std::process::{Command, Output};

/// The example of this name, which cargo builds beside the tests.
fn recorder() -> std::path::PathBuf {
    let own = std::env::current_exe().expect("this test is a file");
    let folder = own.parent().and_then(std::path::Path::parent).expect("target/debug/deps");
    folder.join("examples").join(format!("replay{}", std::env::consts::EXE_SUFFIX))
}
const CONTACTS: &str = "1000";

fn run(arguments: &[&str]) -> Output {
    Command::new(recorder()).args(arguments).output().expect("starts")
}

fn recorded(contacts: &str) -> String {
    let output = run(&["record", "--contacts", contacts, "--seed", "20261130"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn played(recording: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("recording.jsonl");
    std::fs::write(&file, recording).expect("written");
    let output = run(&["play", file.to_str().expect("UTF-8")]);
    let told = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(told).expect("text"))
}

#[test]
fn a_thousand_contacts_are_replayed_by_another_process_and_are_the_same() {
    let recording = recorded(CONTACTS);
    assert!(recording.starts_with(&recorded("20")), "one seed tells the same stories in every process");
    let (status, told) = played(&recording);
    let last = told.lines().last().unwrap_or_default();
    println!("{last}");
    assert_eq!(status, Some(0), "{told}");
    assert!(last.starts_with("contacts 100") && last.ends_with("different 0, lower 0"), "{last}");
}

#[test]
fn whatever_is_seen_otherwise_is_told_and_what_became_lower_is_called_so() {
    let recording = recorded("60");
    let (status, told) =
        played(&recording.replacen("\"level\":\"soon\",\"alert\"", "\"level\":\"same-day\",\"alert\"", 1));
    assert_eq!(status, Some(1));
    assert!(told.contains("LOWER: story") && told.contains("different 1, lower 1"), "{told}");
    let (status, told) = played(&recording.replacen("\"shown\":[", "\"shown\":[\"Bonsoir.\",", 1));
    assert_eq!((status, told.contains("different 1, lower 0")), (Some(1), true), "{told}");
    let (status, told) = played(&format!("{recording}{{\n"));
    assert_eq!(status, Some(2));
    assert!(told.contains("recording.jsonl:"), "{told}");
}
