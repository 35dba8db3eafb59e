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
pub(crate) fn fold(tokens: &mut Vec<Token>) {
    let mut kept = 0;
    let mut at = 0;
    while let Some(first) = tokens.get(at) {
        let may_begin = first.is_number() || first.word == "+";
        let end = at + if may_begin { run(&tokens[at..]) } else { 1 };
        let begins = if may_begin { at + begin(&tokens[at..end]) } else { end };
        for other in at..begins {
            tokens.swap(kept, other);
            kept += 1;
        }
        if begins < end {
            tokens[kept] = Token { word: WORD, end: tokens[end - 1].end, ..tokens[begins] };
            kept += 1;
        }
        at = end;
    }
    tokens.truncate(kept);
}

/// How many figures stand one right behind the other, the first token among them.
fn run(tokens: &[Token]) -> usize {
    1 + tokens.windows(2).take_while(|two| two[1].is_number() && follows(&two[0], &two[1])).count()
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
    next.start.saturating_sub(before.end) <= 2
}

fn digits_of(word: &str) -> usize {
    word.bytes().filter(u8::is_ascii_digit).count()
}
