//! A text as it is heard, sentence by sentence.

use greffon_core::model::plain::plain;

/// One sentence.
pub(super) struct Sentence {
    /// Its words, without what makes two spellings of a word differ, a space before each
    /// and one after the last.
    pub(super) words: String,
    /// The sentence, without its question mark.
    pub(super) text: String,
    /// Whether it asks. A question mark alone makes no question of "prenez deux aspirines".
    pub(super) asks: bool,
}

/// A text without what nobody hears: invisible characters, and digits that look otherwise.
pub(super) fn audible(text: &str) -> String {
    let heard = |sign: char| match sign {
        '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' => None,
        '\u{ff10}'..='\u{ff19}' => char::from_digit(u32::from(sign) - 0xff10, 10),
        sign => Some(sign),
    };
    text.chars().filter_map(heard).collect()
}

/// The sentences of a text.
pub(super) fn sentences(text: &str) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        let end = rest.char_indices().find(|(at, sign)| ends(rest, *at, *sign));
        let (sentence, mark) = end.map_or((rest, None), |(at, sign)| (&rest[..at], Some(sign)));
        rest = end.map_or("", |(at, sign)| &rest[at + sign.len_utf8()..]);
        if !sentence.trim().is_empty() {
            let asks = mark == Some('?') && is_question(sentence);
            sentences.push(Sentence {
                words: format!("{} ", plain(sentence).trim_end()),
                text: sentence.to_owned(),
                asks,
            });
        }
    }
    sentences
}

/// Whether a sentence ends here; the point of 38.5 ends none.
fn ends(text: &str, at: usize, sign: char) -> bool {
    let after = text[at + sign.len_utf8()..].chars().next();
    match sign {
        '?' | '!' | '…' | ';' | '\n' => true,
        '.' => after.is_none_or(char::is_whitespace),
        _ => false,
    }
}

/// Whether a sentence asks by its words: "avez-vous", "est-ce que", "combien".
fn is_question(sentence: &str) -> bool {
    const INVERTED: [&str; 10] =
        ["-vous", "-tu", "-t-il", "-t-elle", "-t-on", "-il", "-elle", "-ils", "-elles", "est-ce"];
    const ASKS: [&str; 16] = [
        " combien ",
        " quel ",
        " quelle ",
        " quels ",
        " quelles ",
        " ou ",
        " quand ",
        " comment ",
        " pourquoi ",
        " depuis ",
        " qui ",
        " que ",
        " a quel ",
        " de quel ",
        " lequel ",
        " laquelle ",
    ];
    let lower = sentence.to_lowercase().replace('’', "'").replace('\u{2011}', "-");
    let said = format!("{} ", plain(sentence).trim_end());
    INVERTED.iter().any(|mark| lower.contains(mark)) && !commands(&said)
        || ASKS.iter().any(|word| said.starts_with(word))
}

/// "Rassurez-vous", "reposez-vous": an order, in the form of a question.
fn commands(said: &str) -> bool {
    [" rassurez vous ", " reposez vous ", " allongez vous ", " couchez vous ", " asseyez vous "]
        .iter()
        .any(|order| said.starts_with(order))
}
