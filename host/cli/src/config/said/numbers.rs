//! Numbers of telephones that are no ten digits in a row.

use greffon_core::model::plain::plain;

/// Words before a number that is called.
const CALLS: [&str; 12] = [
    "appelez",
    "appeler",
    "appelle",
    "appelons",
    "faites",
    "faire",
    "fais",
    "composez",
    "composer",
    "joindre",
    "joignez",
    "contactez",
];

/// What follows a number that is none of a telephone.
const COUNTED: [&str; 34] = [
    "h",
    "heure",
    "heures",
    "minute",
    "minutes",
    "min",
    "jour",
    "jours",
    "semaine",
    "semaines",
    "mois",
    "an",
    "ans",
    "fois",
    "euros",
    "rue",
    "avenue",
    "boulevard",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "km",
    "kg",
    "cm",
    "personnes",
];

/// French number words.
const NUMBERS: [&str; 26] = [
    "zero",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "quatre vingt",
    "quatre vingts",
    "vingts",
    "cent",
];

/// Number words in a row that are a telephone's.
const SPELLED: usize = 5;

/// The short numbers that a text tells to call: "faites le 15", "appelez le 3624".
pub(super) fn short(text: &str) -> Vec<String> {
    let said = plain(text);
    let words: Vec<&str> = said.split_whitespace().collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let is_number = (2..=6).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
        let counted = words.get(at + 1).is_some_and(|next| COUNTED.contains(next));
        let before = &words[at.saturating_sub(6)..at];
        let named = before.last().is_some_and(|word| matches!(*word, "le" | "au" | "ou" | "numero"));
        let called = before.iter().any(|word| CALLS.contains(word));
        // Past two digits nothing else is called "le".
        let listed = word.len() > 2 || matches!(*word, "15" | "17" | "18");
        if is_number && !counted && named && called && listed {
            found.push((*word).to_owned());
        }
    }
    found.dedup();
    found
}

/// A number that is spelled: "zéro huit quatre-vingt-dix-neuf douze trente-quatre".
pub(super) fn in_words(text: &str) -> bool {
    let said = plain(text);
    let mut row = 0;
    let mut zero = false;
    for word in said.split_whitespace().filter(|word| *word != "et") {
        if NUMBERS.contains(&word) {
            row += 1;
            zero |= word == "zero";
        } else {
            (row, zero) = (0, false);
        }
        if row >= SPELLED && zero {
            return true;
        }
    }
    // A slash or an underscore between pairs of digits.
    let digits = text.replace(['/', '_', '·', '•', '*'], " ");
    !text.contains("/20") && digits != text && {
        use greffon_core::model::spoken::{Fault, faults};
        faults(&digits).contains(&Fault::Number)
    }
}
