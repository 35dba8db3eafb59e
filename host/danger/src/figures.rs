//! Figures, in digits and in words, French and English.

use crate::token::Token;

/// A figure and its tokens, first and last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    pub value: f64,
    pub first: usize,
    pub last: usize,
}

/// What makes the small figure before it one of its own, not a decimal.
const COUNTED: &[&str] = &[
    "ans", "mois", "jours", "fois", "h", "heures", "semaines", "times", "days", "weeks", "months", "hours", "years",
    "week", "month", "day", "hour", "year",
];

/// All figures of a text. A small one right after a temperature's degrees is its
/// decimal: "trente-neuf cinq", "38°5", "thirty-eight point nine".
pub(crate) fn figures(tokens: &[Token]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(figure) = figure_at(tokens, at) else {
            at += 1;
            continue;
        };
        at = figure.last + 1;
        let next = tokens.get(at).map_or("", |next| next.word);
        let decimal = figures.last_mut().filter(|whole| {
            let between = &tokens[whole.last + 1..figure.first];
            let is_point =
                |token: &Token| matches!(token.word, "°" | "virgule" | "et" | "degre" | "degres" | "point" | "degrees");
            let pointed = between.len() == 1 && between[0].word == "point";
            whole.value.fract() == 0.0
                && (pointed || (34.0..43.0).contains(&whole.value) || (97.0..108.0).contains(&whole.value))
                && (0.0..10.0).contains(&figure.value)
                && between.iter().all(is_point)
                && between.len() <= 1
                && !COUNTED.contains(&next)
        });
        if let Some(whole) = decimal {
            whole.value += figure.value / 10.0;
            whole.last = figure.last;
        } else {
            figures.push(figure);
        }
    }
    figures
}

fn figure_at(tokens: &[Token], first: usize) -> Option<Figure> {
    let word = |at: usize| tokens.get(at).map_or("", |token| token.word);
    let with_half = |value: f64, last: usize| {
        if word(last + 1) == "and" && word(last + 2) == "a" && word(last + 3) == "half" {
            return Figure { value: value + 0.5, first, last: last + 3 };
        }
        Figure { value, first, last }
    };
    if let Some(value) = tokens[first].number() {
        return Some(with_half(value, first));
    }
    let mut value = small_number(tokens[first].word)?;
    let mut last = first;
    while let Some(next) = tokens.get(last + 1) {
        let next = next.word;
        // "vingt et un"; "a hundred and two".
        let is_and = (next == "et" && value >= 20.0 && matches!(word(last + 2), "un" | "une" | "onze"))
            || (next == "and" && value % 100.0 == 0.0 && value >= 100.0 && small_number(word(last + 2)).is_some());
        if is_and {
            last += 1;
            continue;
        }
        let Some(more) = small_number(next) else { break };
        let composed = match (value, more) {
            // "cent quatre-vingts" too.
            (v, 20.0) if v % 100.0 == 4.0 && matches!(next, "vingt" | "vingts") => v + 76.0,
            (v, 100.0) if (1.0..10.0).contains(&v) => v * 100.0,
            (v, m) if v >= 20.0 && v % 10.0 == 0.0 && v < 100.0 && m < 10.0 => v + m,
            (60.0 | 80.0, m) if (10.0..20.0).contains(&m) => value + m,
            (v, m) if v >= 100.0 && v % 100.0 == 0.0 && m < 100.0 => v + m,
            _ => break,
        };
        value = composed;
        last += 1;
    }
    Some(with_half(value, last))
}

fn small_number(word: &str) -> Option<f64> {
    Some(match word {
        "zero" => 0.0,
        "un" | "une" | "one" => 1.0,
        "deux" | "two" => 2.0,
        "trois" | "three" => 3.0,
        "quatre" | "four" => 4.0,
        "cinq" | "five" => 5.0,
        "six" => 6.0,
        "sept" | "seven" => 7.0,
        "huit" | "eight" => 8.0,
        "neuf" | "nine" => 9.0,
        "dix" | "ten" => 10.0,
        "onze" | "eleven" => 11.0,
        "douze" | "twelve" => 12.0,
        "treize" | "thirteen" => 13.0,
        "quatorze" | "fourteen" => 14.0,
        "quinze" | "fifteen" => 15.0,
        "seize" | "sixteen" => 16.0,
        "seventeen" => 17.0,
        "eighteen" => 18.0,
        "nineteen" => 19.0,
        "vingt" | "vingts" | "twenty" => 20.0,
        "trente" | "thirty" => 30.0,
        "quarante" | "forty" | "fourty" => 40.0,
        "cinquante" | "fifty" => 50.0,
        "soixante" | "sixty" => 60.0,
        "septante" | "seventy" => 70.0,
        "huitante" | "octante" | "eighty" => 80.0,
        "nonante" | "ninety" => 90.0,
        "cent" | "cents" | "hundred" => 100.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Words;

    fn values(text: &str) -> Vec<f64> {
        figures(&Words::of(text).tokens()).into_iter().map(|figure| (figure.value * 100.0).round() / 100.0).collect()
    }

    #[test]
    fn words_and_digits_come_to_the_same() {
        for (text, value) in [
            ("trente-neuf cinq", 39.5),
            ("39°5", 39.5),
            ("thirty-nine point five", 39.5),
            ("39 and a half", 39.5),
            ("quatre-vingt-douze", 92.0),
            ("ninety two", 92.0),
            ("a hundred and two", 102.0),
            ("one hundred and two point four", 102.4),
            ("two hundred and ten", 210.0),
            ("cent quatre-vingts", 180.0),
            ("two point one", 2.1),
        ] {
            assert_eq!(values(text), [value], "{text}");
        }
        assert_eq!(values("39 two days ago"), [39.0, 2.0]);
        assert_eq!(values("two, twenty"), [2.0, 20.0]);
    }
}
