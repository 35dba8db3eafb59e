//! Patients.

use greffon_core::model::person;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{each, mirrored};

mirrored! {
    /// Trust in an identity (RNIV).
    IdentityTrust = person::IdentityTrust { Provisional, Recovered, Validated, Qualified }
}

/// An identifier with the authority that gave it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identifier {
    /// URI of the authority.
    system: String,
    /// The value.
    value: String,
}

impl From<person::Identifier> for Identifier {
    fn from(core: person::Identifier) -> Self {
        Self { system: core.system, value: core.value }
    }
}

impl From<Identifier> for person::Identifier {
    fn from(shape: Identifier) -> Self {
        Self { system: shape.system, value: shape.value }
    }
}

/// A patient, as far as reception knows them.
#[derive(Serialize, ToSchema)]
pub(crate) struct Person {
    /// Official identifiers.
    identifiers: Vec<Identifier>,
    /// Family name.
    family: String,
    /// Given names.
    given: Vec<String>,
    /// Civil date.
    birth_date: Option<String>,
    /// Phone number.
    phone: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// How far the identity is trusted.
    trust: IdentityTrust,
    /// Whether the practice knows them.
    known_to_practice: Option<bool>,
}

impl From<person::Person> for Person {
    fn from(core: person::Person) -> Self {
        Self {
            identifiers: each(core.identifiers),
            family: core.family,
            given: core.given,
            birth_date: core.birth_date,
            phone: core.phone,
            email: core.email,
            trust: core.trust.into(),
            known_to_practice: core.known_to_practice,
        }
    }
}

/// A patient, as a request names them. An identity that comes in here is
/// provisional, whatever was checked elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPerson {
    /// Official identifiers.
    #[serde(default)]
    identifiers: Vec<Identifier>,
    /// Family name.
    family: String,
    /// Given names.
    #[serde(default)]
    given: Vec<String>,
    /// Civil date, `1984-02-29`.
    #[serde(default)]
    birth_date: Option<String>,
    /// Phone number.
    #[serde(default)]
    phone: Option<String>,
    /// E-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Whether the practice knows them.
    #[serde(default)]
    known_to_practice: Option<bool>,
}

impl From<NewPerson> for person::Person {
    fn from(shape: NewPerson) -> Self {
        Self {
            identifiers: each(shape.identifiers),
            family: shape.family,
            given: shape.given,
            birth_date: shape.birth_date,
            phone: shape.phone,
            email: shape.email,
            trust: person::IdentityTrust::Provisional,
            known_to_practice: shape.known_to_practice,
        }
    }
}
