//! Telephone numbers: no figure in one is a measure, and no two callers have the same.

use crate::token::Token;

/// Shortest number, in digits: national ones in France have ten.
const LEAST: usize = 9;

/// A number this long is one of something, whatever it begins with: telephone, social
/// security (15 digits), a file.
const LONG: usize = 13;

/// What stands for a whole number afterwards.
const WORD: &str = "telephone";

/// Puts one word in the place of every telephone number, however it is grouped:
/// "06 39 98 12 34", "06.39.98.12.34", "+33 6 39 98 12 34".
pub(crate) fn folded<'w>(tokens: &[Token<'w>]) -> Vec<Token<'w>> {
    let mut folded = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        if first.number.is_none() && first.word != "+" {
            folded.push(first.clone());
            rest = &rest[1..];
            continue;
        }
        let (run, others) = rest.split_at(run(rest));
        let begins = begin(run);
        folded.extend_from_slice(&run[..begins]);
        if let [first, .., last] | [first @ last] = &run[begins..] {
            let span = first.span.start..last.span.end;
            folded.push(Token { word: WORD, span, part: first.part, number: None });
        }
        rest = others;
    }
    folded
}

/// How many figures stand one right behind the other, the first token among them.
fn run(tokens: &[Token]) -> usize {
    1 + tokens.windows(2).take_while(|two| two[1].number.is_some() && follows(&two[0], &two[1])).count()
}

/// Where a telephone number begins in a run of figures; behind them if there is none.
fn begin(run: &[Token]) -> usize {
    let digits = |from: usize| run[from..].iter().map(|one| digits_of(one.word)).sum::<usize>();
    if digits(0) >= LONG {
        return 0;
    }
    let begins = run.iter().position(|one| one.word == "+" || one.word.starts_with('0'));
    begins.filter(|from| digits(*from) >= LEAST).unwrap_or(run.len())
}

/// Whether a group stands right behind another: one or two signs between them.
fn follows(before: &Token<'_>, next: &Token) -> bool {
    next.span.start.saturating_sub(before.span.end) <= 2
}

fn digits_of(word: &str) -> usize {
    word.bytes().filter(u8::is_ascii_digit).count()
}
