//! The pages that somebody opens from a message about an alert.
//!
//! No rule of the field is here: who may open what, how often, and what follows is
//! [`greffon_core::flow::Alerts`]'s to say. This crate shows its answers as pages, and
//! finds out whether a code is the right one.
//!
//! A link is opened by whoever has it, mail gateways and browsers that look ahead among
//! them: `GET` changes nothing and shows nothing but the practice's name. Everything
//! else takes the recipient's own code.

mod around;
mod code;
mod fields;
mod gate;
mod link;
mod page;
mod routes;
mod say;
mod stop;
#[cfg(test)]
mod tests;

pub use code::{CodeProblem, HashError, check_new_code, hash_code};
pub use routes::pages;
