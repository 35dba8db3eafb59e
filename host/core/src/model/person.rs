//! People, and how far their identity is trusted.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An identifier with the authority that gave it (FHIR `Identifier`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// URI of the authority: `urn:oid:1.2.250.1.71.4.2.1` for RPPS.
    pub system: String,
    /// The value.
    pub value: String,
}

/// Trust in an identity (RNIV: provisoire, récupérée, validée, qualifiée).
/// A plugin never raises it; a phone call never gives more than `Provisional`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityTrust {
    /// Declared.
    #[default]
    Provisional,
    /// Found through the INSi service.
    Recovered,
    /// Checked against a document.
    Validated,
    /// Both.
    Qualified,
}

impl IdentityTrust {
    /// The wire word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Recovered => "recovered",
            Self::Validated => "validated",
            Self::Qualified => "qualified",
        }
    }
}

/// A patient, as far as reception needs to know. `Debug` prints no traits.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Official identifiers.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
    /// Family name.
    pub family: String,
    /// Given names.
    #[serde(default)]
    pub given: Vec<String>,
    /// Civil date.
    #[serde(default)]
    pub birth_date: Option<String>,
    /// E.164 where it could be normalised.
    #[serde(default)]
    pub phone: Option<String>,
    /// Address.
    #[serde(default)]
    pub email: Option<String>,
    /// Trust.
    #[serde(default)]
    pub trust: IdentityTrust,
    /// Whether the practice knows them.
    #[serde(default)]
    pub known_to_practice: Option<bool>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("trust", &self.trust).finish_non_exhaustive()
    }
}
