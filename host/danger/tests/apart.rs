//! What is measured was never trained with, however it is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The texts of a folder, by what is left of them without case, accents and punctuation, each
/// with its place.
fn texts(folder: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for file in files(folder) {
        let lines = std::fs::read_to_string(&file).expect("text");
        for (number, line) in (1..).zip(lines.lines()) {
            // The last field of five, or all of it.
            let text = line.rsplit('\t').next().unwrap_or_default();
            texts.entry(bare(text)).or_insert_with(|| format!("{}:{number}", file.display()));
        }
    }
    texts
}

fn bare(text: &str) -> String {
    let plain = text.nfkd().flat_map(char::to_lowercase);
    let words: String = plain.filter(|sign| !('\u{300}'..='\u{36f}').contains(sign)).collect();
    words.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn nothing_that_is_measured_was_trained_with() {
    let training = texts("training");
    assert!(training.len() > 15_000, "{}", training.len());
    for folder in ["measured", "measured-2", "short"] {
        let measured = texts(folder);
        assert!(measured.len() > 150, "{folder}: {}", measured.len());
        let both: Vec<String> = measured
            .iter()
            .filter_map(|(text, place)| Some(format!("{place} stands in {} too", training.get(text)?)))
            .collect();
        assert!(both.is_empty(), "{}", both.join("\n"));
    }
}

#[test]
fn a_sentence_is_known_again_however_it_is_written() {
    assert_eq!(bare("Allô… vous m’ENTENDEZ ?"), bare("allo, vous m'entendez"));
    assert_ne!(bare("vous m'entendez"), bare("vous entendez"));
}
