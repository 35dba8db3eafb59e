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
pub(crate) fn folded(tokens: Vec<Token>) -> Vec<Token> {
    let mut folded: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(first) = tokens.next() {
        let plus = first.word == "+";
        if !plus && first.number.is_none() {
            folded.push(first);
            continue;
        }
        let mut run = vec![first];
        while let Some(next) = tokens.next_if(|next| next.number.is_some() && follows(&run, next)) {
            run.push(next);
        }
        let begins = run.iter().position(|one| one.word == "+" || one.word.starts_with('0'));
        let digits = |from: usize| run[from..].iter().map(|one| digits_of(&one.word)).sum::<usize>();
        let from = if digits(0) >= LONG { Some(0) } else { begins.filter(|from| digits(*from) >= LEAST) };
        let number = from.map(|from| run.split_off(from)).unwrap_or_default();
        folded.extend(run);
        if let (Some(first), Some(last)) = (number.first(), number.last()) {
            let span = first.span.start..last.span.end;
            folded.push(Token { word: WORD.to_owned(), span, part: first.part, number: None });
        }
    }
    folded
}

/// Whether a group stands right behind the others: one or two signs between them.
fn follows(run: &[Token], next: &Token) -> bool {
    run.last().is_some_and(|last| next.span.start.saturating_sub(last.span.end) <= 2)
}

fn digits_of(word: &str) -> usize {
    word.bytes().filter(u8::is_ascii_digit).count()
}
