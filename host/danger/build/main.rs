//! Trains the model with the sentences of `corpus/training`, and notes which words the
//! everyday ones use: none of these is a misspelling of another.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "../src/features.rs"]
mod features;
#[path = "../src/figures.rs"]
mod figures;
#[expect(dead_code, reason = "whoever listens asks it more")]
#[path = "../src/language.rs"]
mod language;
#[expect(dead_code, reason = "the rules use more of it")]
#[path = "../src/numbers.rs"]
mod numbers;
#[expect(unused_imports, reason = "the rules are read by its macro")]
#[path = "../src/signs.rs"]
mod signs;
#[path = "../src/telephones.rs"]
mod telephones;
#[path = "../src/text.rs"]
mod text;
#[expect(dead_code, reason = "whoever listens says where")]
#[path = "../src/token.rs"]
mod token;
#[path = "../src/train.rs"]
mod train;
#[path = "../src/windows.rs"]
mod windows;

use signs::{ANY, CLASSES, SIGNS};
use text::Words;
use train::Example;

/// Trains without every fifth sentence, this one first: for cross-validation.
const FOLD: &str = "GREFFON_DANGER_FOLD";

fn main() {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says it")).join("corpus/training");
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-env-changed={FOLD}");
    let fold: Option<usize> = env::var(FOLD).ok().and_then(|fold| fold.parse().ok());
    let sentences = read(&folder);
    let kept = || sentences.iter().enumerate().filter(|(at, _)| Some(at % 5) != fold).map(|(_, one)| one);
    let examples: Vec<Example> = kept().flat_map(examples).collect();
    let trained = train::train(&examples, CLASSES);

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says it"));
    let mut model = trained.rarity;
    model.extend(trained.weights.iter().skip(ANY).step_by(CLASSES).map(|weight| weight.cast_unsigned()));
    model.extend(trained.weights.iter().map(|weight| weight.cast_unsigned()));
    for number in trained.bias.iter().chain(&trained.scale) {
        model.extend(number.to_le_bytes());
    }
    fs::write(out.join("model.bin"), model).expect("written");

    let everyday = kept().filter(|one| one.signs.is_empty());
    let mut common = BTreeSet::new();
    for one in everyday {
        let words = Words::of(&one.text);
        common.extend(words.tokens().iter().map(|token| token.word.to_owned()).filter(|word| word.len() >= 6));
    }
    let common: Vec<String> = common.into_iter().collect();
    fs::write(out.join("common.txt"), common.join("\n")).expect("written");
}

struct Sentence {
    is_everyday: bool,
    signs: Vec<usize>,
    text: String,
}

/// The sentences of all files, in the order of names and lines.
fn read(folder: &Path) -> Vec<Sentence> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut sentences = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "tsv")) {
        let lines = fs::read_to_string(file).expect("text");
        for (number, line) in (1..).zip(lines.lines()) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [kind, signs, _, _, text] = fields[..] else { panic!("{}:{number}: five fields", file.display()) };
            let known = |name: &str| {
                let place = SIGNS.iter().position(|sign| *sign == name);
                place.unwrap_or_else(|| panic!("{}:{number}: no sign \"{name}\"", file.display()))
            };
            let signs = if signs == "-" { Vec::new() } else { signs.split(',').map(known).collect() };
            sentences.push(Sentence { is_everyday: kind == "everyday", signs, text: text.to_owned() });
        }
    }
    sentences
}

/// An utterance, and its windows if it is an everyday one: what is harmless as a whole is
/// harmless in each part, unless it is a negation that the part may lack.
fn examples(sentence: &Sentence) -> Vec<Example> {
    let words = Words::of(&sentence.text);
    let tokens = words.tokens();
    let features = features::features(&tokens, &numbers::marks(&tokens));
    let mut classes = sentence.signs.clone();
    if !classes.is_empty() {
        classes.push(ANY);
    }
    let mut examples = vec![Example { features: features::once(&features, &(0..tokens.len())), classes }];
    if sentence.is_everyday {
        let windows = windows::windows(&tokens).into_iter();
        examples.extend(
            windows.map(|window| Example { features: features::once(&features, &window.tokens), classes: Vec::new() }),
        );
    }
    examples
}
