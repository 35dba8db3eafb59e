//! Facts and their values.

use greffon_core::{flow, model::care};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mirrored;
use super::time::Timestamp;

mirrored! {
    /// Where a fact comes from.
    Source = care::Source {
        Caller, Patient, Operator, Clinician, Agenda, MedicalRecord, Telephony, Plugin,
    }
}

/// An answer: a word such as `"yes"`, or an object of one key such as
/// `{"choice": "renewal"}`. `unknown`, `refused` and a missing fact are never
/// `no`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Value {
    /// A positive answer.
    Yes,
    /// An explicit negative answer.
    No,
    /// Asked; the caller does not know.
    Unknown,
    /// Asked; the caller does not want to say.
    Refused,
    /// A whole number.
    Number(i64),
    /// A decimal number.
    Decimal(f64),
    /// One of the offered choices.
    Choice(String),
    /// Several of the offered choices.
    Choices(Vec<String>),
    /// Free words.
    Text(String),
    /// A civil date, `2026-11-21`.
    Date(String),
    /// A phone number.
    Phone(String),
}

impl From<care::Value> for Value {
    fn from(core: care::Value) -> Self {
        match core {
            care::Value::Yes => Self::Yes,
            care::Value::No => Self::No,
            care::Value::Unknown => Self::Unknown,
            care::Value::Refused => Self::Refused,
            care::Value::Number(number) => Self::Number(number),
            care::Value::Decimal(number) => Self::Decimal(number),
            care::Value::Choice(choice) => Self::Choice(choice),
            care::Value::Choices(choices) => Self::Choices(choices),
            care::Value::Text(text) => Self::Text(text),
            care::Value::Date(date) => Self::Date(date),
            care::Value::Phone(phone) => Self::Phone(phone),
        }
    }
}

impl From<Value> for care::Value {
    fn from(shape: Value) -> Self {
        match shape {
            Value::Yes => Self::Yes,
            Value::No => Self::No,
            Value::Unknown => Self::Unknown,
            Value::Refused => Self::Refused,
            Value::Number(number) => Self::Number(number),
            Value::Decimal(number) => Self::Decimal(number),
            Value::Choice(choice) => Self::Choice(choice),
            Value::Choices(choices) => Self::Choices(choices),
            Value::Text(text) => Self::Text(text),
            Value::Date(date) => Self::Date(date),
            Value::Phone(phone) => Self::Phone(phone),
        }
    }
}

/// An answer that was written down. Facts are append-only: a correction is a
/// new fact under the same key.
#[derive(Serialize, ToSchema)]
pub(crate) struct Fact {
    /// What was asked.
    key: String,
    /// The answer.
    value: Value,
    /// Who gave it.
    source: Source,
    /// When it was written down.
    at: Timestamp,
    /// Who wrote it: the subject of a token, or a plugin's feature.
    by: String,
}

impl From<care::Fact> for Fact {
    fn from(core: care::Fact) -> Self {
        Self { key: core.key, value: core.value.into(), source: core.source.into(), at: core.at.into(), by: core.by }
    }
}

/// An answer to be written down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFact {
    /// The key of the question, or one of the well-known keys such as
    /// `request.motive`.
    key: String,
    /// The answer.
    value: Value,
    /// Who gave it; the caller when absent.
    #[serde(default)]
    source: Option<Source>,
}

impl From<NewFact> for flow::NewFact {
    fn from(shape: NewFact) -> Self {
        Self { key: shape.key, value: shape.value.into(), source: shape.source.map(Into::into) }
    }
}
