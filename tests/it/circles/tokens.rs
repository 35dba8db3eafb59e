//! What the parser leaves as tokens: the bodies of macros and attributes.
//! Whatever looks like a path there is taken for one.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What is named among tokens.
#[derive(Default)]
pub struct Found {
    pub paths: BTreeSet<Vec<String>>,
    /// Macros that are called by one word.
    pub calls: BTreeSet<String>,
}

/// All that is named: paths of several words, and single words that are types,
/// called functions or called macros.
pub fn paths(tokens: TokenStream) -> Found {
    let mut found = Found::default();
    collect(tokens, &mut found);
    found
}

/// The paths that begin with `crate`, or `$crate`.
pub fn crate_paths(tokens: TokenStream) -> BTreeSet<Vec<String>> {
    let mut found = paths(tokens).paths;
    found.retain(|path| path[0] == "crate");
    found
}

/// Every word that has the form of a type's or a constant's name.
pub fn type_names(tokens: TokenStream) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => names.extend(type_names(group.stream())),
            TokenTree::Ident(word) if is_type(&word.to_string()) => {
                names.insert(word.to_string());
            }
            _ => {}
        }
    }
    names
}

fn is_type(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_uppercase())
}

fn is_punct(tree: Option<&TokenTree>, wanted: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn collect(tokens: TokenStream, found: &mut Found) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let colons = |at: usize| is_punct(trees.get(at), ':') && is_punct(trees.get(at + 1), ':');
    let mut at = 0;
    while at < trees.len() {
        match &trees[at] {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(first) => {
                let begin = at;
                let mut path = vec![first.to_string()];
                while colons(at + 1)
                    && let Some(TokenTree::Ident(word)) = trees.get(at + 3)
                {
                    path.push(word.to_string());
                    at += 3;
                }
                if begins_a_path(&trees, begin) {
                    let next = trees.get(at + 1);
                    let called =
                        matches!(next, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
                    let word = path.len() == 1;
                    if word && is_punct(next, '!') {
                        found.calls.insert(path.remove(0));
                    } else if !word || called || is_type(&path[0]) {
                        found.paths.insert(path);
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Not a field or method, a lifetime, a variable of a macro, another crate's.
fn begins_a_path(trees: &[TokenTree], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| trees.get(before));
    let is_crate = matches!(&trees[at], TokenTree::Ident(word) if word == "crate");
    match before {
        Some(TokenTree::Punct(punct)) => match punct.as_char() {
            '\'' => false,
            '$' => is_crate,
            // `0..super::LAST` is a range.
            '.' => at >= 2 && is_punct(trees.get(at - 2), '.'),
            ':' => !(at >= 2 && is_punct(trees.get(at - 2), ':')),
            _ => true,
        },
        _ => true,
    }
}
