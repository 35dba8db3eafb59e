//! Who is told of what, by when, and when whoever is asked is called back.

use schemars::JsonSchema;
use serde::Deserialize;

use super::places::Hours;
use crate::config::secret::SecretRef;

/// Somebody who is told things: at least one address. An alert uses all of them, any
/// other message the first in this order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RecipientFile {
    /// E-mail address.
    pub mailto: Option<String>,
    /// Phone number.
    pub tel: Option<String>,
    /// The name that a webhook knows them by.
    pub hook: Option<String>,
    /// The argon2id hash of their own code, with which they open a link to an alert;
    /// made by `greffon practice code`.
    pub code: Option<SecretRef>,
}

/// Those who are told of an alert at the same time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RungFile {
    /// Names of recipients; `practitioner` is whoever the contact is for, and whoever is
    /// on call.
    pub persons: Vec<String>,
    /// When they are to be told; always when absent.
    pub hours: Option<Hours>,
}

/// The daily test of the chain of alerts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AlertTestFile {
    /// The time of the day, in the practice's time zone: `10:30`. Everybody of the chain gets
    /// a message then, by all their addresses: choose an hour at which it wakes nobody.
    pub at: String,
}

/// Delays of promises, in minutes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DelaysFile {
    /// A clinician decides, for vital and very urgent.
    pub urgent_decision_min: Option<u32>,
    /// A clinician decides, for the rest.
    pub decision_min: Option<u32>,
    /// A message gets its answer.
    pub answer_min: Option<u32>,
    /// A document is ready.
    pub document_min: Option<u32>,
}

/// When somebody calls patients back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CallbackWindowsFile {
    /// Whose: the name of a recipient, a person's or a role's.
    pub owner: String,
    /// When; not on days on which the site is closed, and not while the owner is away.
    pub hours: Hours,
    /// How many call-backs fit into each period, 1 to 50.
    pub room: u32,
    /// Whose closed days and public holidays hold; the first at which the owner has an agenda
    /// when absent, or else the first.
    pub site: Option<String>,
}
