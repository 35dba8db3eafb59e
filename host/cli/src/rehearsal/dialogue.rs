//! `examples/dialogues/*.toml`: who calls when, and what they say to what they are asked.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, bail};
use greffon_core::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Dialogue {
    /// For the reader.
    pub title: String,
    /// What kind of call it is.
    pub class: Class,
    /// Which example practice.
    pub practice: String,
    /// How it arrives.
    #[serde(default = "phone")]
    pub channel: String,
    /// Civil time at the practice: `2026-09-07T09:10`.
    pub at: String,
    /// The number that the screen shows; none: it is hidden.
    pub number: Option<String>,
    /// An appointment that stands before.
    pub before: Option<Standing>,
    /// The first words, and what the secretary notes of them.
    pub opening: Told,
    /// What is answered, by the key of the question; a list where it is asked again.
    #[serde(default)]
    pub answers: BTreeMap<String, Answers>,
    /// What is answered to everything else.
    pub otherwise: Option<Told>,
    /// Somebody else's request in the same call.
    pub second: Option<Second>,
    /// Why the secretary closes with something missing.
    pub closes: Option<Override>,
}

/// What kind of call a dialogue is: how many questions its callers may be asked depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Somebody needs a certificate.
    Certificate,
    /// An appointment is moved, called off or confirmed.
    Change,
    /// Somebody is newly ill.
    Symptom,
    /// Help must be called.
    Emergency,
    /// Anything else.
    Other,
}

/// A reason to close with something missing.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Of the API's list.
    pub code: String,
    /// The same in words.
    pub words: String,
}

/// An appointment that stands before the conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Standing {
    /// When it starts, in civil time.
    pub start: String,
    /// What for.
    pub motive: String,
    /// Who the patient is, and what else a booking asks for: facts.
    pub facts: BTreeMap<String, toml::Value>,
}

/// A second request in the same call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Second {
    /// How it is brought up.
    pub opening: Told,
    /// As above.
    #[serde(default)]
    pub answers: BTreeMap<String, Answers>,
}

/// What is answered to one question.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Answers {
    /// The words alone.
    Words(String),
    /// The words and what they mean.
    One(Told),
    /// One after the other.
    Several(Vec<Told>),
}

/// Something that somebody says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Told {
    /// The words.
    pub says: String,
    /// The answer that they are: `yes`, `no`, `unknown`, `refused`, a choice, a date, a
    /// number. None: as the words begin, or the words themselves.
    pub is: Option<toml::Value>,
    /// What else the secretary notes of them, by key.
    #[serde(default)]
    pub notes: BTreeMap<String, toml::Value>,
    /// The line drops after these words.
    #[serde(default)]
    pub cuts: bool,
}

fn phone() -> String {
    "phone".to_owned()
}

impl Dialogue {
    /// Reads one.
    ///
    /// # Errors
    /// When the file cannot be read or is no dialogue; says where.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        let dialogue: Self = toml::from_str(&text).with_context(|| format!("{shown} is no dialogue"))?;
        if !["phone", "counter", "form", "email", "chat"].contains(&dialogue.channel.as_str()) {
            bail!("{shown}: unknown channel \"{}\": write phone, counter, form, email or chat", dialogue.channel);
        }
        Ok(dialogue)
    }

    /// Whether somebody is there to be asked.
    pub fn is_live(&self) -> bool {
        matches!(self.channel.as_str(), "phone" | "counter")
    }
}

impl Answers {
    /// What is said the n-th time; the last one again after that.
    pub fn nth(&self, n: usize) -> Option<Told> {
        match self {
            Self::Words(says) => Some(Told { says: says.clone(), is: None, notes: BTreeMap::new(), cuts: false }),
            Self::One(told) => Some(told.clone()),
            Self::Several(told) => told.get(n).or(told.last()).cloned(),
        }
    }
}

impl Told {
    /// The answer to a question of this kind.
    pub fn value(&self, key: &str, kind: &str) -> Value {
        match (&self.is, kind) {
            (Some(is), _) => encoded(key, Some(kind), is),
            (None, "text") => json!({ "text": self.says }),
            (None, "phone") => json!({ "phone": self.says }),
            (None, "yes-no-unknown") => json!(self.first_word()),
            (None, _) => json!("unknown"),
        }
    }

    /// Whether it is anything but a refusal.
    pub fn accepts(&self) -> bool {
        match &self.is {
            Some(is) => is.as_str() != Some("no"),
            None => self.first_word() != "no",
        }
    }

    fn first_word(&self) -> &'static str {
        let says = self.says.to_lowercase();
        match says.split(|sign: char| !sign.is_alphanumeric()).next() {
            Some("non") => "no",
            Some("oui") => "yes",
            _ => "unknown",
        }
    }
}

/// Facts as the API takes them.
pub fn facts(notes: &BTreeMap<String, toml::Value>) -> Vec<Value> {
    notes.iter().map(|(key, value)| json!({ "key": key, "value": encoded(key, None, value) })).collect()
}

/// A value of the file as the API takes it: by the kind of the question, or by the key.
fn encoded(key: &str, kind: Option<&str>, value: &toml::Value) -> Value {
    match value {
        toml::Value::Integer(number) => json!({ "number": number }),
        toml::Value::Boolean(flag) => json!(if *flag { "yes" } else { "no" }),
        toml::Value::String(word) => match word.as_str() {
            "yes" | "no" | "unknown" | "refused" => json!(word),
            _ => json!({ (kind.map_or_else(|| usual_kind(key), wire_kind)): word }),
        },
        other => json!(other.to_string()),
    }
}

fn wire_kind(kind: &str) -> &str {
    match kind {
        "single" => "choice",
        "text" | "date" | "phone" => kind,
        _ => "text",
    }
}

fn usual_kind(key: &str) -> &'static str {
    match key {
        "caller.phone" | "patient.phone" => "phone",
        "patient.birth-date" | "request.day" | "certificate.deadline" => "date",
        "caller.kind"
        | "caller.relation"
        | "request.motive"
        | "request.site"
        | "request.practitioner"
        | "request.task"
        | "request.question"
        | "request.half-day"
        | "proposal.outcome" => "choice",
        _ => "text",
    }
}

/// A civil time as an instant of a zone.
///
/// # Errors
/// Names what is no time.
pub fn instant(civil: &str, zone: &str) -> anyhow::Result<Instant> {
    let at: jiff::civil::DateTime =
        civil.parse().with_context(|| format!("\"{civil}\" is no civil time: write 2026-09-07T09:10"))?;
    Ok(Instant(at.in_tz(zone)?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(says: &str) -> Told {
        Answers::Words(says.to_owned()).nth(0).expect("one")
    }

    #[test]
    fn words_mean_what_they_begin_with() {
        for (says, value) in [("Non, rien.", "no"), ("Oui !", "yes"), ("Je ne sais pas.", "unknown"), ("", "unknown")] {
            assert_eq!(told(says).value("k", "yes-no-unknown"), json!(value), "{says}");
        }
        assert_eq!(told("Durand").value("patient.family", "text"), json!({ "text": "Durand" }));
        assert!(told("D'accord.").accepts() && !told("Non, plus tard.").accepts());
    }

    #[test]
    fn notes_are_written_under_the_kind_of_their_key() {
        let notes = BTreeMap::from([
            ("caller.kind".to_owned(), toml::Value::from("patient")),
            ("patient.birth-date".to_owned(), toml::Value::from("1980-01-01")),
            ("red-flag.all".to_owned(), toml::Value::from("no")),
        ]);
        let written = facts(&notes);
        assert_eq!(written[0]["value"], json!({ "choice": "patient" }));
        assert_eq!(written[1]["value"], json!({ "date": "1980-01-01" }));
        assert_eq!(written[2]["value"], json!("no"));
    }
}
