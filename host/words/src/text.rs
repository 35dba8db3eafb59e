//! A sentence in every language.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::Locale;

/// A sentence that people read, in every language.
///
/// Shown and stored without saying in which language, it is French.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    french: Cow<'static, str>,
    english: Cow<'static, str>,
}

impl Text {
    /// A sentence without arguments. For the modules that the build writes.
    pub(crate) const fn fixed(french: &'static str, english: &'static str) -> Self {
        Self { french: Cow::Borrowed(french), english: Cow::Borrowed(english) }
    }

    /// A sentence whose arguments are in their places. For the modules that the
    /// build writes.
    pub(crate) const fn filled(french: String, english: String) -> Self {
        Self { french: Cow::Owned(french), english: Cow::Owned(english) }
    }

    /// The sentence in French.
    #[must_use]
    pub fn fr(&self) -> &str {
        &self.french
    }

    /// The sentence in a language.
    #[must_use]
    pub fn of(&self, locale: Locale) -> &str {
        match locale {
            Locale::Fr => &self.french,
            Locale::En => &self.english,
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.french)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.french)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Locale, refusals, rules};

    #[test]
    fn a_text_is_french_unless_another_language_is_asked_for() {
        let text = refusals::contact_closed();
        assert_eq!(text.fr(), "Cette demande est close : ouvrez-en une nouvelle.");
        assert_eq!(text.of(Locale::Fr), text.fr());
        assert_eq!(text.of(Locale::En), "This request is closed: open a new one.");
        assert_eq!(text.to_string(), text.fr());
        assert_eq!(serde_json::to_value(&text).unwrap(), text.fr());
    }

    #[test]
    fn texts_are_equal_when_key_and_arguments_are() {
        assert_eq!(rules::absent("Dr Martin"), rules::absent("Dr Martin"));
        assert_ne!(rules::absent("Dr Martin"), rules::absent("Dr Petit"));
        assert_ne!(rules::past(), rules::taken());
    }

    #[test]
    fn an_argument_is_never_read_as_a_place_of_another() {
        let text = rules::not_offered("{practitioner} {}", "{motive}");
        assert_eq!(text.fr(), "{motive} ne propose pas le motif « {practitioner} {} ».");
    }

    #[test]
    fn a_text_inside_another_speaks_its_language() {
        let text = rules::notice(&crate::times::minutes(30_u32));
        assert_eq!(text.fr(), "Ce motif se réserve au moins 30 minutes à l'avance.");
        assert_eq!(text.of(Locale::En), "This reason must be booked at least 30 minutes ahead.");
    }
}
