//! Who calls, and what is required of them.

use greffon_sdk::practice::keys;

use crate::facts::{Facts, LABORATORY_READ_BACK, LABORATORY_VALUE, PROFESSIONAL_URGENT, RELATION};
use crate::settings::Standard;
use crate::tone::Tone;

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Patient,
    Relative,
    Professional,
    Laboratory,
    Commercial,
    Internal,
    Unknown,
}

impl Caller {
    pub const ALL: [Self; 7] = [
        Self::Patient,
        Self::Relative,
        Self::Professional,
        Self::Laboratory,
        Self::Commercial,
        Self::Internal,
        Self::Unknown,
    ];

    /// Who calls, as far as it was told. An answer that is none of the kinds is
    /// somebody unknown.
    pub fn of(facts: Facts<'_>) -> Option<Self> {
        facts.value(keys::CALLER_KIND)?;
        let word = facts.text(keys::CALLER_KIND);
        Some(word.and_then(Self::from_word).unwrap_or(Self::Unknown))
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|caller| caller.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Relative => "relative",
            Self::Professional => "professional",
            Self::Laboratory => "laboratory",
            Self::Commercial => "commercial",
            Self::Internal => "internal",
            Self::Unknown => "unknown",
        }
    }

    /// What the operator reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Patient => "Pour moi",
            Self::Relative => "Pour un proche, ou quelqu'un que je représente",
            Self::Professional => "Je suis un confrère, une infirmière, un pharmacien",
            Self::Laboratory => "J'appelle d'un laboratoire",
            Self::Commercial => "Une proposition commerciale",
            Self::Internal => "Je suis du cabinet",
            Self::Unknown => "Autre chose",
        }
    }

    /// Whether they speak for somebody else, to whom nothing of the patient's
    /// health may be confirmed without the frame that the practice sets.
    pub fn is_third_party(self) -> bool {
        matches!(self, Self::Relative | Self::Unknown)
    }

    /// How one speaks to them.
    pub fn tone(self) -> Tone {
        match self {
            Self::Patient => Tone::Patient,
            Self::Relative | Self::Unknown | Self::Commercial => Tone::Relative,
            Self::Professional | Self::Laboratory | Self::Internal => Tone::Professional,
        }
    }

    /// Keys that this caller must answer, in the order of asking. Identity,
    /// motive and a number to call back always; nothing of a sales call.
    pub fn required(self, settings: &Standard) -> Vec<&str> {
        if let Some(keys) = settings.required.get(self.as_str()) {
            return keys.iter().map(String::as_str).collect();
        }
        let identity = [keys::PATIENT_FAMILY, keys::PATIENT_GIVEN, keys::PATIENT_BIRTH_DATE];
        let mut required = match self {
            Self::Commercial => return Vec::new(),
            Self::Internal => return vec![keys::CALLER_NAME, keys::WORDS, keys::MOTIVE],
            Self::Patient | Self::Unknown => vec![keys::CALLER_PHONE],
            Self::Relative => vec![keys::CALLER_PHONE, keys::CALLER_NAME],
            Self::Professional => return vec![keys::CALLER_PHONE, keys::CALLER_NAME, keys::WORDS, keys::MOTIVE],
            Self::Laboratory => vec![keys::CALLER_PHONE, keys::CALLER_NAME],
        };
        required.extend(identity);
        match self {
            // A result is what a laboratory calls for.
            Self::Laboratory => required.extend([LABORATORY_VALUE, LABORATORY_READ_BACK]),
            _ => required.push(keys::MOTIVE),
        }
        required
    }

    /// Keys that are asked of this caller and may stay open.
    pub fn welcome(self) -> &'static [&'static str] {
        match self {
            Self::Patient | Self::Unknown => &[keys::WORDS],
            Self::Relative => &[RELATION, keys::WORDS],
            Self::Professional => &[keys::PATIENT_FAMILY, keys::PATIENT_GIVEN, PROFESSIONAL_URGENT],
            Self::Laboratory | Self::Commercial | Self::Internal => &[],
        }
    }
}
