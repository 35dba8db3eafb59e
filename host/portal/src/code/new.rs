//! Whether a code that somebody wants is one that others would not guess.
//!
//! A link takes five tries, so a code needs not withstand millions of them; it must not be
//! among the first ones that anybody would try.

use std::collections::BTreeSet;

use thiserror::Error;

use super::plain::plain;

/// Fewest characters of a code.
const MIN_CODE: usize = 6;
/// Most characters of a code.
pub const MAX_CODE: usize = 64;
/// Fewest characters of it that differ.
const MIN_DIFFERENT: usize = 4;
/// A stretch of this length is a sequence, and no longer chance.
const SEQUENCE: usize = 4;
/// Fewest characters that must be left without the sequence.
const MIN_BESIDE: usize = 3;

/// What people type without thinking: keys as they lie (France, then elsewhere).
const ROWS: [&str; 6] = ["azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// What people take first, and what stands around them here. Digits and signs around it
/// make it no better.
const OBVIOUS: [&str; 26] = [
    "admin",
    "alerte",
    "astreinte",
    "bonjour",
    "cabinet",
    "changeme",
    "changezmoi",
    "docteur",
    "doctolib",
    "greffon",
    "iloveyou",
    "infirmiere",
    "letmein",
    "medecin",
    "monmotdepasse",
    "motdepasse",
    "password",
    "patient",
    "rappel",
    "sante",
    "secret",
    "secretaire",
    "secretariat",
    "soleil",
    "urgence",
    "welcome",
];

/// Why a code is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CodeProblem {
    /// It is too short or too long.
    #[error("the code must have {MIN_CODE} to {MAX_CODE} characters")]
    Length,
    /// It holds characters that nobody can type.
    #[error("the code holds control characters")]
    Unprintable,
    /// It is the same few characters again and again.
    #[error("the code must have at least {MIN_DIFFERENT} different characters")]
    FewDifferent,
    /// It is a sequence, such as 123456, azerty or 12341234.
    #[error("the code is a sequence that others would try")]
    Sequence,
    /// It is among the first that anybody would try.
    #[error("the code is a word that others would try")]
    Obvious,
}

/// Whether a new code may be taken. Looks at the code alone: it knows neither its owner nor
/// the practice.
///
/// # Errors
/// What is wrong with it; never the code itself.
pub fn check_new_code(code: &str) -> Result<(), CodeProblem> {
    let plain = plain(code);
    if !(MIN_CODE..=MAX_CODE).contains(&plain.chars().count()) {
        return Err(CodeProblem::Length);
    }
    if plain.chars().any(char::is_control) {
        return Err(CodeProblem::Unprintable);
    }
    let small: Vec<char> = plain.to_lowercase().chars().collect();
    if small.iter().collect::<BTreeSet<_>>().len() < MIN_DIFFERENT {
        return Err(CodeProblem::FewDifferent);
    }
    if is_repeated(&small) || is_mostly_a_sequence(&small) {
        return Err(CodeProblem::Sequence);
    }
    if is_obvious(&small) { Err(CodeProblem::Obvious) } else { Ok(()) }
}

/// `12341234`, `rosarosa` with its end cut off or not: the same few characters twice.
fn is_repeated(code: &[char]) -> bool {
    (1..=code.len() / 2).any(|length| (length..code.len()).all(|at| code[at] == code[at - length]))
}

/// Whether little is left of it without its longest sequence.
fn is_mostly_a_sequence(code: &[char]) -> bool {
    let longest = longest_run(code, 1).max(longest_run(code, -1));
    longest >= SEQUENCE && code.len() - longest < MIN_BESIDE
}

/// The longest stretch in which each character is the next one in a direction.
fn longest_run(code: &[char], step: i32) -> usize {
    let mut longest = 1;
    let mut run = 1;
    for pair in code.windows(2) {
        run = if is_next(pair[0], pair[1], step) { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    longest
}

/// Whether `other` is next to `one`: in the alphabet, among the digits, where nine and
/// nought are neighbours, or on a row of keys.
fn is_next(one: char, other: char, step: i32) -> bool {
    let place = |row: &str, key: char| row.chars().position(|at| at == key).and_then(|at| i32::try_from(at).ok());
    let on_row = |row: &&str| matches!((place(row, one), place(row, other)), (Some(at), Some(to)) if to == at + step);
    match (one.to_digit(10), other.to_digit(10)) {
        (Some(at), Some(to)) => to.checked_add_signed(10 - step).is_some_and(|back| back % 10 == at),
        _ => ROWS.iter().chain([&"abcdefghijklmnopqrstuvwxyz"]).any(on_row),
    }
}

fn is_obvious(code: &[char]) -> bool {
    let letters: String = code.iter().filter(|one| one.is_alphabetic()).map(|one| without_accent(*one)).collect();
    OBVIOUS.contains(&letters.as_str())
}

fn without_accent(letter: char) -> char {
    match letter {
        'à' | 'â' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{CodeProblem, OBVIOUS, check_new_code};

    #[test]
    fn a_code_of_one_s_own_is_taken() {
        for good in [
            "4071-93",
            "739150",
            "Béa&ses3chats",
            "1234rose",
            "lune-azerty",
            "urgences-de-nuit",
            "trois cafés",
            "наш-код",
        ] {
            assert_eq!(check_new_code(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn six_characters_are_enough_and_sixty_four_are_the_most() {
        let long = "il-etait-3-petits-chats-qui-dormaient-sous-le-vieux-toit-rouge9";
        for (code, problem) in [
            ("", Some(CodeProblem::Length)),
            ("4071x", Some(CodeProblem::Length)),
            ("  4071x  ", Some(CodeProblem::Length)),
            ("4071xé", None),
            (&format!("{long}é"), None),
            (&format!("{long}éé"), Some(CodeProblem::Length)),
        ] {
            assert_eq!(check_new_code(code).err(), problem, "{code}");
        }
    }

    #[test]
    fn few_different_characters_are_refused() {
        for code in ["000000", "121212", "112233", "aAbBaB", "éèéèéé"] {
            assert_eq!(check_new_code(code), Err(CodeProblem::FewDifferent), "{code}");
        }
        assert_eq!(check_new_code("113357"), Ok(()), "four differ");
    }

    #[test]
    fn sequences_are_refused_in_both_directions_with_little_beside_them() {
        for code in [
            "123456",
            "012345",
            "567890",
            "654321",
            "098765",
            "abcdef",
            "fedcba",
            "ABCDEF",
            "azerty",
            "AZERTY12",
            "qwerty",
            "ytreza",
            "qsdfgh",
            "123456a!",
            "x12345",
            "12341234",
            "98749874",
            "ab12ab12ab1",
        ] {
            assert_eq!(check_new_code(code), Err(CodeProblem::Sequence), "{code}");
        }
    }

    #[test]
    fn words_that_stand_around_are_refused_whatever_is_put_around_them() {
        for code in ["password", "Motdepasse1!", "mot-de-passe-2026", "greffon", "Médecin75", "99urgence99"] {
            assert_eq!(check_new_code(code), Err(CodeProblem::Obvious), "{code}");
        }
        assert!(OBVIOUS.iter().all(|word| word.chars().all(|one| one.is_ascii_lowercase())));
    }

    #[test]
    fn control_characters_are_refused_and_no_problem_repeats_the_code() {
        assert_eq!(check_new_code("4071\u{0}93"), Err(CodeProblem::Unprintable));
        for problem in [CodeProblem::Length, CodeProblem::Sequence, CodeProblem::Obvious] {
            assert!(problem.to_string().starts_with("the code"), "{problem}");
        }
    }
}
