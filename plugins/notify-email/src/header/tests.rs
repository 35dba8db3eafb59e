use proptest::prelude::*;

use super::*;
use crate::body::tests::read as read_quoted;

/// Reads the words of a header back, encoded or not.
pub fn read(words: &[String]) -> String {
    let mut text = String::new();
    let mut after_encoded = true;
    for word in words {
        let payload = word.strip_prefix("=?utf-8?q?").and_then(|rest| rest.strip_suffix("?="));
        let joined = text.is_empty() || (after_encoded && payload.is_some());
        if !joined {
            text.push(' ');
        }
        after_encoded = payload.is_some();
        match payload {
            // Strict: each encoded word is whole UTF-8 by itself.
            Some(payload) => text.push_str(&read_quoted(&payload.replace('_', " "))),
            None => text.push_str(word),
        }
    }
    text
}

fn written(name: &'static str, words: &[String]) -> String {
    let mut headers = Headers::default();
    headers.add(name, words).unwrap();
    headers.as_str().to_owned()
}

fn address(text: &str) -> AddrSpec {
    AddrSpec::parse(text).unwrap_or_else(|problem| panic!("{problem}"))
}

#[test]
fn a_plain_subject_stays_as_it_is() {
    assert_eq!(written("Subject", &text("Rappel : lundi (9h)").unwrap()), "Subject: Rappel : lundi (9h)\r\n");
}

#[test]
fn accents_become_encoded_words() {
    let words = text("Rendez-vous confirmé").unwrap();
    assert_eq!(words, ["=?utf-8?q?Rendez=2Dvous_confirm=C3=A9?="]);
    let from = mailbox(Some("Centre de santé"), &address("accueil@lilas.example")).unwrap();
    assert_eq!(written("From", &from), "From: =?utf-8?q?Centre_de_sant=C3=A9?= <accueil@lilas.example>\r\n");
}

#[test]
fn a_name_with_specials_is_encoded() {
    let from = mailbox(Some("Dr. \"X\" <a@b.example>, Y"), &address("c@d.example")).unwrap();
    assert_eq!(from.len(), 2);
    assert!(from[0].starts_with("=?utf-8?q?"), "{from:?}");
    assert_eq!(mailbox(Some("Cabinet Morel"), &address("c@d.example")).unwrap(), ["Cabinet", "Morel", "<c@d.example>"]);
    assert_eq!(mailbox(Some(" "), &address("c@d.example")).unwrap(), ["c@d.example"]);
}

#[test]
fn what_looks_encoded_is_encoded() {
    let words = text("=?utf-8?q?x?=").unwrap();
    assert_eq!(read(&words), "=?utf-8?q?x?=");
}

#[test]
fn a_header_cannot_be_injected() {
    for line_end in ["\r\n", "\n", "\r", "\0", "\u{85}"] {
        let hostile = format!("Bonjour{line_end}Bcc: victime@b.example");
        assert_eq!(text(&hostile), Err(ControlCharacter("Subject")), "{line_end:?}");
        assert!(mailbox(Some(&hostile), &address("c@d.example")).is_err());
        assert!(file_name(&hostile).is_err());
        assert!(Headers::default().add("X", [&hostile]).is_err());
    }
    assert!(Headers::default().add("X", ["é"]).is_err());
}

#[test]
fn file_names_are_encoded_in_numbered_pieces() {
    assert_eq!(file_name("bilan 2026.pdf").unwrap(), ["filename=\"bilan 2026.pdf\""]);
    assert_eq!(file_name("résumé.pdf").unwrap(), ["filename*=utf-8''r%C3%A9sum%C3%A9.pdf"]);
    assert_eq!(file_name("a\"; x=\"b").unwrap(), ["filename*=utf-8''a%22%3B%20x%3D%22b"]);
    let pieces = file_name(&"é".repeat(9)).unwrap();
    let eight = "%C3%A9".repeat(8);
    assert_eq!(pieces, [format!("filename*0*=utf-8''{eight};"), "filename*1*=%C3%A9".to_owned()]);
}

proptest! {
    #[test]
    fn any_subject_comes_back_from_short_lines(subject in "\\PC{0,200}") {
        prop_assume!(!subject.contains(char::is_control));
        let words = text(&subject).unwrap();
        prop_assert_eq!(read(&words), subject);
        let written = written("Subject", &words);
        let mut lines = written.strip_suffix("\r\n").unwrap().split("\r\n");
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~');
        prop_assert!(lines.clone().all(|line| line.len() <= LINE && line.bytes().all(is_plain)));
        lines.next();
        // A line that begins with no blank would be another header.
        prop_assert!(lines.all(|line| line.starts_with(' ') && !line.trim().is_empty()));
    }

    #[test]
    fn any_file_name_fits_in_short_lines(name in "\\PC{1,200}") {
        prop_assume!(!name.contains(char::is_control));
        let mut words = vec!["attachment;".to_owned()];
        words.extend(file_name(&name).unwrap());
        let written = written("Content-Disposition", &words);
        prop_assert!(written.split("\r\n").all(|line| line.len() <= LINE));
    }
}
