//! Numbers in sentences.

use std::fmt;

use crate::Locale;

/// A whole number in a sentence, which may choose its plural form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(u64);

impl Number {
    /// Whether a language speaks of so many in the singular: French of 0 and 1,
    /// English of 1 (CLDR, plural rules for cardinals). The third French form is
    /// for millions written as a word, which greffon never does.
    pub(crate) fn is_singular_in(self, locale: Locale) -> bool {
        match locale {
            Locale::Fr => self.0 <= 1,
            Locale::En => self.0 == 1,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<u16> for Number {
    fn from(number: u16) -> Self {
        Self(number.into())
    }
}

impl From<u32> for Number {
    fn from(number: u32) -> Self {
        Self(number.into())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<usize> for Number {
    fn from(number: usize) -> Self {
        // No platform counts further than 64 bits.
        Self(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::Number;
    use crate::{Locale, rules};

    #[test]
    fn french_has_two_singulars_and_english_one() {
        for (number, french, english) in
            [(0_u32, true, false), (1, true, true), (2, false, false), (u32::MAX, false, false)]
        {
            assert_eq!(Number::from(number).is_singular_in(Locale::Fr), french, "{number}");
            assert_eq!(Number::from(number).is_singular_in(Locale::En), english, "{number}");
        }
    }

    #[test]
    fn each_language_chooses_its_own_form() {
        let none = rules::horizon(0_u32);
        assert_eq!(none.fr(), "Ce motif se réserve au plus 0 jour à l'avance.");
        assert_eq!(none.of(Locale::En), "This reason can be booked at most 0 days ahead.");
        let many = rules::horizon(2_000_u32);
        assert_eq!(many.fr(), "Ce motif se réserve au plus 2000 jours à l'avance.");
    }
}
