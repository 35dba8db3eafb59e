//! Units, as laboratories write and say them, in one spelling each: `mmol/l`, `g/dl`,
//! `10^9/l`, `/mm3`. What they mean is the analyte's to say: `g/l` counts grams of
//! haemoglobin, and thousands of millions of platelets.

use super::token::Token;

/// The longest unit, in tokens: `x 10 ^ 9 par millimètre cube`.
const LONGEST: usize = 8;

/// The unit that begins at a token, and the first token behind it.
pub(super) fn unit(tokens: &[Token], start: usize) -> Option<(String, usize)> {
    let (power, at) = power(tokens, start);
    let (amount, at) = amount(tokens, at);
    if power.is_none() && amount.is_empty() && !is_per(tokens.get(at)) {
        return None;
    }
    let mut unit = power.map_or_else(String::new, |power| format!("10^{power}"));
    unit.push_str(amount);
    if is_per(tokens.get(at))
        && let Some((volume, next)) = volume(tokens, at + 1)
    {
        unit.push('/');
        unit.push_str(volume);
        return Some((unit, next));
    }
    if amount == "g" && tokens.get(at).is_some_and(|token| token.is('%')) {
        return Some(("g/dl".to_owned(), at + 1));
    }
    // An amount alone is said where everybody knows of how much; a power alone is none.
    let said = !amount.is_empty() && power.is_none() && at <= start + LONGEST;
    said.then_some((unit, at))
}

fn is_per(token: Option<&Token>) -> bool {
    token.is_some_and(|token| token.is('/') || matches!(token.word(), "par" | "per" | "pour"))
}

/// `10^9`, `10*9`, `x 10^9`.
fn power(tokens: &[Token], start: usize) -> (Option<u32>, usize) {
    let times = |token: &Token| matches!(token.word(), "x" | "fois") || token.is('*') || token.is('×');
    let at = start + usize::from(tokens.get(start).is_some_and(times));
    let whole =
        |at: usize| tokens.get(at).and_then(Token::number).filter(|(_, decimals)| !decimals).map(|(value, _)| value);
    let raised = tokens.get(at + 1).is_some_and(|token| token.is('^') || token.is('*'));
    match (whole(at), raised, whole(at + 2)) {
        (Some(10.0), true, Some(3.0)) => (Some(3), at + 3),
        (Some(10.0), true, Some(6.0)) => (Some(6), at + 3),
        (Some(10.0), true, Some(9.0)) => (Some(9), at + 3),
        _ => (None, start),
    }
}

fn amount(tokens: &[Token], at: usize) -> (&'static str, usize) {
    let word = |at: usize| tokens.get(at).map_or("", Token::word);
    let one = match word(at) {
        "mmol" | "mmole" | "mmoles" | "mmols" | "millimol" | "millimole" | "millimoles" => "mmol",
        "umol" | "umole" | "umoles" | "micromol" | "micromole" | "micromoles" => "umol",
        "nmol" | "nanomole" | "nanomoles" => "nmol",
        "meq" | "milliequivalent" | "milliequivalents" => "meq",
        "g" | "gr" | "gramme" | "grammes" | "gram" | "grams" => "g",
        "mg" | "milligramme" | "milligrammes" | "milligram" | "milligrams" => "mg",
        "ug" | "mcg" | "microgramme" | "microgrammes" | "microgram" | "micrograms" => "ug",
        "ng" | "nanogramme" | "nanogrammes" | "nanogram" | "nanograms" => "ng",
        "pg" | "picogramme" | "picogrammes" => "pg",
        "ui" | "iu" | "u" | "unite" | "unites" | "unit" | "units" => "ui",
        "mui" | "miu" | "mu" => "mui",
        "giga" | "gigas" | "milliard" | "milliards" => "giga",
        "kpa" | "kilopascal" | "kilopascals" => "kpa",
        "mmhg" => "mmhg",
        "mm" | "millimetre" | "millimetres" => {
            return match (word(at + 1), word(at + 2)) {
                ("hg" | "mercure", _) => ("mmhg", at + 2),
                ("de", "mercure") => ("mmhg", at + 3),
                _ => ("", at),
            };
        }
        _ => return ("", at),
    };
    (one, at + 1)
}

fn volume(tokens: &[Token], at: usize) -> Option<(&'static str, usize)> {
    let word = |at: usize| tokens.get(at).map_or("", Token::word);
    let hundred = tokens.get(at).and_then(Token::number).is_some_and(|(value, _)| value == 100.0);
    let one = match word(at) {
        "l" | "litre" | "litres" | "liter" | "liters" => "l",
        "dl" | "decilitre" | "decilitres" | "deciliter" => "dl",
        "ml" | "millilitre" | "millilitres" | "milliliter" => "ml",
        "ul" | "mcl" | "microlitre" | "microlitres" | "microliter" | "mm3" | "mmc" => "mm3",
        "millimetre" | "millimetres" | "mm" if matches!(word(at + 1), "cube" | "cubes") => {
            return Some(("mm3", at + 2));
        }
        "" if hundred && matches!(word(at + 1), "ml" | "millilitres") => return Some(("dl", at + 2)),
        _ => return None,
    };
    Some((one, at + 1))
}
