//! The sentences that greffon shows to people.
//!
//! A [`Text`] is one sentence in every language of the [`Locale`]s. Nothing makes
//! one but the functions below, which the build writes from `locales/`: one module
//! an area, one function a key. What a person, a practice's file or a plugin wrote
//! is an argument of a sentence, never a sentence.
//!
//! ```
//! use greffon_words::{Locale, rules};
//!
//! let why = rules::horizon(1_u32);
//! assert_eq!(why.fr(), "Ce motif se réserve au plus 1 jour à l'avance.");
//! assert_eq!(why.of(Locale::En), "This reason can be booked at most 1 day ahead.");
//! ```

mod locale;
mod number;
mod text;

// What build.rs runs, for the tests.
#[cfg(test)]
#[path = "../build/compile/mod.rs"]
mod compile;

pub use locale::Locale;
pub use number::Number;
pub use text::Text;

include!(concat!(env!("OUT_DIR"), "/areas.rs"));
