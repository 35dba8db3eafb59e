//! `examples/dialogues`: every conversation is played by the binary through the whole host,
//! and is the page that lies beside it.
//!
//! After a change of what is said, write the pages anew and read each aloud:
//! `cargo run -- script rehearse --examples examples --write examples/dialogues/*.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use greffon_core::model::spoken::{self, Fault};
use serde_json::Value;

use crate::support::{fails, greffon, put, succeeds};

/// At most so many questions in a request of each class. What is asked to learn something
/// counts; a slot that is proposed and the recap do not. A sign that the words bring up is a
/// question like any other.
const BOUNDS: [(&str, usize); 4] = [("certificate", 5), ("change", 4), ("symptom", 9), ("other", 7)];

/// What is an emergency is known to be one after at most so many questions.
const TO_HELP: u64 = 3;

/// What is asked again on purpose: a value that was read back as wrong.
const AGAIN: [&str; 2] = ["laboratory.value", "laboratory.read-back"];

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

/// All dialogues, played once.
fn played() -> &'static BTreeMap<String, Value> {
    static PLAYED: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let examples = examples();
        let folder = examples.join("dialogues");
        let entries = std::fs::read_dir(&folder).expect("the dialogues").map(|entry| entry.expect("an entry").path());
        let mut files: Vec<String> = entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| path.to_str().expect("UTF-8").to_owned())
            .collect();
        files.sort();
        let temporary = tempfile::tempdir().expect("a folder");
        let mut arguments = vec!["script", "rehearse", "--json", "--examples", examples.to_str().expect("UTF-8")];
        arguments.extend(files.iter().map(String::as_str));
        let pages: Vec<Value> = serde_json::from_str(&succeeds(&greffon(temporary.path(), &arguments))).expect("JSON");
        let name = |page: &Value| {
            let file = Path::new(page["file"].as_str().expect("a file"));
            file.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned()
        };
        pages.into_iter().map(|page| (name(&page), page)).collect()
    })
}

fn requests(page: &Value) -> impl Iterator<Item = &Value> {
    page["page"]["requests"].as_array().into_iter().flatten()
}

fn asked(request: &Value) -> Vec<&str> {
    request["asked"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// What the secretary says, sentence by sentence.
fn sentences(page: &Value) -> Vec<String> {
    let turns = page["page"]["turns"].as_array().expect("turns");
    let said = turns.iter().filter(|turn| turn["who"] == "secretary").filter_map(|turn| turn["text"].as_str());
    let mut sentences = Vec::new();
    for text in said {
        let mut sentence = String::new();
        for word in text.split(' ') {
            sentence.push_str(word);
            if word.ends_with(['.', '?', '!']) {
                sentences.push(std::mem::take(&mut sentence));
            } else {
                sentence.push(' ');
            }
        }
        sentences.push(sentence);
    }
    sentences.retain(|sentence| !sentence.trim().is_empty());
    sentences
}

#[test]
fn every_dialogue_is_the_page_beside_it() {
    assert!(played().len() >= 38, "{}", played().len());
    for (name, page) in played() {
        let beside = examples().join("dialogues").join(format!("{name}.txt"));
        let written = std::fs::read_to_string(&beside).unwrap_or_default();
        let text = page["text"].as_str().expect("a page");
        assert!(written == text, "{name}.txt is another page; how to write it anew is at the top of this test\n{text}");
    }
}

#[test]
fn nothing_is_asked_twice() {
    for (name, page) in played() {
        let mut of_the_caller = BTreeSet::new();
        for request in requests(page) {
            let mut once = BTreeSet::new();
            for key in asked(request).into_iter().filter(|key| !AGAIN.contains(key)) {
                assert!(once.insert(key), "{name}: {key} is asked twice");
                let again = key.starts_with("caller.") && !of_the_caller.insert(key);
                assert!(!again, "{name}: {key} is asked again in the second request");
            }
        }
    }
}

#[test]
fn a_conversation_has_few_questions() {
    let mut seen = BTreeSet::new();
    for (name, page) in played() {
        let class = page["page"]["class"].as_str().expect("a class");
        seen.insert(class);
        let most = BOUNDS.iter().find(|(known, _)| *known == class).map(|(_, most)| *most);
        for request in requests(page) {
            let (asked, until) = (asked(request), request["questions_to_orientation"].as_u64());
            match most {
                Some(most) => {
                    assert!(asked.len() <= most, "{name}: {} questions, at most {most}: {asked:?}", asked.len());
                }
                None => assert!(until.is_some_and(|until| until <= TO_HELP), "{name}: {until:?}"),
            }
            let urgent = request["level"] == "urgence vitale";
            assert_eq!(urgent, class == "emergency", "{name} is of another class");
        }
    }
    assert_eq!(seen.len(), BOUNDS.len() + 1, "every class has a dialogue");
}

#[test]
fn no_sentence_advises_reassures_or_names_an_illness() {
    for (name, page) in played() {
        for sentence in sentences(page) {
            let mut faults = spoken::faults(&sentence);
            // The caller's own number is read back.
            faults.retain(|fault| *fault != Fault::Number || !sentence.starts_with("Je peux vous joindre au"));
            assert!(faults.is_empty(), "{name}: {faults:?} in « {sentence} »");
            assert!(!sentence.contains(['{', '}']), "{name}: a placeholder in « {sentence} »");
        }
    }
}

#[test]
fn a_patient_is_told_you_and_a_relative_is_not_taken_for_one() {
    for (name, page) in played() {
        let turns = page["page"]["turns"].as_array().expect("turns");
        let text: String = turns.iter().filter_map(|turn| turn["text"].as_str()).collect();
        let of_somebody =
            ["fievre-nourrisson", "proche-resultats", "vaccin-enfant", "ne-sait-pas"].contains(&name.as_str());
        assert!(!of_somebody || !text.contains("votre date de naissance"), "{name}");
    }
    let relative = played()["proche-resultats"]["text"].as_str().expect("a page");
    assert!(relative.contains("secret médical"), "why nothing can be told");
}

#[test]
fn a_question_without_an_answer_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    put(
        folder.path(),
        "muet.toml",
        "title = \"T\"\nclass = \"other\"\npractice = \"cabinet-morel\"\nat = \"2026-09-07T09:00\"\nopening = { says = \"Bonjour.\" }\n",
    );
    let rehearse = |file| greffon(folder.path(), &["script", "rehearse", file]);
    fails(&rehearse("muet.toml"), &["muet.toml", "no answer to", "[answers]"]);
    put(
        folder.path(),
        "ailleurs.toml",
        "title = \"T\"\nclass = \"other\"\npractice = \"x\"\nat = \"2026-09-07T09:00\"\nopening = { says = \"\" }\n",
    );
    fails(&rehearse("ailleurs.toml"), &["\"x\"", "cabinet-morel"]);
    fails(&rehearse("absent.toml"), &["absent.toml"]);
}
