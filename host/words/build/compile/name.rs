//! What keys, areas and arguments may be called.

use super::fault::Wrong;

pub(super) fn not_a_name(what: &str) -> Wrong {
    Wrong::new(
        format!("the {what} is no snake_case name"),
        "write it with a-z, 0-9 and single `_`, a letter first, and not as a word of Rust",
    )
}

/// Words of Rust that no function and no argument can be called.
const RUST_WORDS: [&str; 38] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move",
    "mut", "pub", "ref", "return", "self", "static", "struct", "type", "use", "where",
];

pub(super) fn is_name(text: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.split('_').all(part)
        && !RUST_WORDS.contains(&text)
}
