//! The finder of circles, on crates of a few lines.

use std::collections::BTreeMap;
use std::path::Path;

use super::source::Source;

/// The circles of a crate of these files, in one line each.
fn circles<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
    let files = BTreeMap::from(files);
    let load = |path: &Path| files.get(path.to_str().expect("a name of a test")).map(ToString::to_string);
    let graph = Source::read(Path::new("lib.rs"), &load).graph();
    graph.circles().iter().map(|circle| circle.replace("\n    ", " ")).collect()
}

#[test]
fn two_files_that_import_each_other_are_a_circle() {
    let found = circles([
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "use super::a::{self, A as Other}; pub struct B(Box<Other>);"),
    ]);
    assert_eq!(found, ["a.rs → b.rs (B) → a.rs (A)"]);
}

#[test]
fn three_files_that_import_each_other_are_a_circle() {
    let found = circles([
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b; pub fn a() { b::b() }"),
        ("b.rs", "pub fn b() { crate::c::c() }"),
        ("c.rs", "pub fn c() { super::a::a() }"),
    ]);
    assert_eq!(found, ["a.rs → b.rs (b) → c.rs (c) → a.rs (a)"]);
}

#[test]
fn a_circle_is_followed_through_a_re_export() {
    let found = circles([
        ("lib.rs", "mod a; mod b; pub use b::*; pub use a::inner::A;"),
        ("a/mod.rs", "pub mod inner;"),
        ("a/inner.rs", "pub struct A; pub fn of(_: crate::B) {}"),
        ("b.rs", "use crate::A as Whole; pub struct B { whole: Whole }"),
    ]);
    assert_eq!(found, ["a/inner.rs → b.rs (B) → a/inner.rs (A)"]);
}

#[test]
fn a_parent_that_uses_what_it_shows_of_a_child_is_on_a_circle_with_it() {
    let found = circles([
        ("lib.rs", "mod a;"),
        ("a.rs", "mod inner; pub use inner::Inner; pub struct A; pub fn of(_: Inner) {}"),
        ("a/inner.rs", "use super::A; pub struct Inner(A);"),
    ]);
    assert_eq!(found, ["a/inner.rs → a.rs (A) → a/inner.rs (Inner)"]);
}

#[test]
fn a_parent_that_only_shows_its_children_is_on_no_circle() {
    let found = circles([
        ("lib.rs", "pub mod a; pub use a::{A, Inner, other};"),
        ("a/mod.rs", "mod inner; pub mod other; pub use inner::Inner; pub struct A;"),
        ("a/inner.rs", "use super::{A, other::Other}; pub struct Inner(A, Other);"),
        ("a/other.rs", "use crate::A; pub struct Other(A);"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_stands_in_a_macro_is_an_import_too() {
    let found = circles([
        ("lib.rs", "#[macro_use] mod a; mod b;"),
        ("a.rs", "macro_rules! of { () => { 1 } } pub fn a() { assert!(x.b.c(crate::b::b()) == 1, \"{}\", 'a') }"),
        ("b.rs", "pub fn b() -> u8 { of!() }"),
    ]);
    assert_eq!(found, ["a.rs → b.rs (b) → a.rs (of)"]);
}

#[test]
fn a_name_that_a_macro_makes_is_its_caller_s() {
    let found = circles([
        ("lib.rs", "mod a; mod b; pub use a::*;"),
        ("a.rs", "names! { First, Second } pub fn a(_: crate::b::B) {}"),
        ("b.rs", "pub struct B(crate::Second);"),
    ]);
    assert_eq!(found, ["a.rs → b.rs (B) → a.rs (Second)"]);
}

#[test]
fn tests_other_crates_and_modules_of_one_file_are_no_circle() {
    let found = circles([
        ("lib.rs", "mod a; mod b; mod http { pub use super::b::B; pub fn own(_: crate::Own) {} } struct Own;"),
        ("a.rs", "use ::b::c; use http::B; pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
        ("b.rs", "pub struct B(super::a::A); impl B { #[cfg(test)] fn of(_: crate::http::B) {} }"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}
