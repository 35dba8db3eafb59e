//! Arguments: JSON in the words of the contract, with what an author would
//! write every time filled in, and the field named that does not fit.

use anyhow::{Context as _, bail};
use greffon_core::model::care::PracticeContext;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::time::Instant;
use greffon_runtime::nearest;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// Where the cases of an author take place.
const ZONE: &str = "Europe/Paris";

/// What a function is called with.
#[derive(Debug)]
pub(super) struct Arguments(Value);

impl Arguments {
    /// # Errors
    /// The text is not JSON: line and column.
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        serde_json::from_str(text).map(Self).context("the arguments are not JSON")
    }

    /// For a function that takes none.
    ///
    /// # Errors
    /// There are some.
    pub(super) fn none(self) -> anyhow::Result<()> {
        match self.0 {
            Value::Object(fields) if fields.is_empty() => Ok(()),
            _ => bail!("the function takes no arguments\n\nhint: leave them out"),
        }
    }

    /// As the type that the function takes.
    ///
    /// # Errors
    /// Names the first field that does not fit, or that nobody reads.
    pub(super) fn take<T: DeserializeOwned + Serialize>(self) -> anyhow::Result<T> {
        let taken: T =
            serde_path_to_error::deserialize(&self.0).map_err(|error| match error.path().to_string().as_str() {
                "." => anyhow::anyhow!("arguments: {}", error.inner()),
                path => anyhow::anyhow!("arguments: {path}: {}", error.inner()),
            })?;
        match unread(&self.0, &serde_json::to_value(&taken)?, "") {
            Some((path, known)) => {
                let names: Vec<&str> = known.iter().map(String::as_str).collect();
                let name = path.rsplit('.').next().unwrap_or_default();
                let near = nearest(name, &names).map(|near| format!("did you mean \"{near}\"? ")).unwrap_or_default();
                bail!("arguments: {path}: there is no such field\n\nhint: {near}known: {}", names.join(", "))
            }
            None => Ok(taken),
        }
    }

    /// The same for a case of triage or script: where, when and by whom facts
    /// were told need not be written.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(super) fn case<T: DeserializeOwned + Serialize>(mut self, more: &[(&str, Value)]) -> anyhow::Result<T> {
        if let Value::Object(case) = &mut self.0 {
            let now = SystemClock.now();
            default(case, more.iter().map(|(key, value)| (*key, value.clone())));
            default(case, [("facts", json!([])), ("context", json!({}))]);
            if let Some(Value::Object(context)) = case.get_mut("context")
                && let Value::Object(usual) = serde_json::to_value(context_at(now)?)?
            {
                for (key, value) in usual {
                    context.entry(key).or_insert(value);
                }
            }
            for fact in case.get_mut("facts").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Value::Object(fact) = fact {
                    default(fact, [("source", json!("caller")), ("at", json!(now)), ("by", json!("author"))]);
                }
            }
        }
        self.take()
    }
}

fn default<'k>(fields: &mut Map<String, Value>, usual: impl IntoIterator<Item = (&'k str, Value)>) {
    for (key, value) in usual {
        fields.entry(key).or_insert(value);
    }
}

fn context_at(now: Instant) -> anyhow::Result<PracticeContext> {
    let zone = TimeZone::get(ZONE)?;
    let local = Timestamp::from_millisecond(now.0)?.to_zoned(zone).datetime();
    Ok(PracticeContext {
        site: "site".to_owned(),
        practitioner: None,
        speciality: None,
        zone: ZONE.to_owned(),
        now,
        now_local: local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        opening: Vec::new(),
        language: "fr".to_owned(),
    })
}

/// The first field that was written and not read, and those that there are in
/// its place: what is read is written again by the type that read it.
fn unread(written: &Value, read: &Value, at: &str) -> Option<(String, Vec<String>)> {
    let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => written.iter().find_map(|(key, value)| match read.get(key) {
            Some(read) => unread(value, read, &below(key)),
            None => Some((below(key), read.keys().cloned().collect())),
        }),
        (Value::Array(written), Value::Array(read)) => {
            let pairs = written.iter().zip(read).enumerate();
            pairs.into_iter().find_map(|(index, (written, read))| unread(written, read, &below(&index.to_string())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use greffon_core::model::triage::Encounter;

    use super::*;

    fn encounter(text: &str) -> anyhow::Result<Encounter> {
        Arguments::parse(text)?.case(&[])
    }

    #[test]
    fn a_case_needs_what_it_is_about_only() {
        let case = encounter(r#"{"motive":"fever","facts":[{"key":"alert","value":"no"}]}"#).expect("a case");
        assert_eq!((case.facts.len(), case.context.zone.as_str()), (1, ZONE));
        assert!(encounter("{}").expect("a case").facts.is_empty());
    }

    #[test]
    fn the_field_that_does_not_fit_is_named() {
        for (text, words) in [
            (r#"{"motiv":"fever"}"#, &["arguments: motiv:", "did you mean \"motive\"?"][..]),
            (r#"{"context":{"zone":1}}"#, &["arguments: context.zone:", "expected a string"]),
            (r#"{"facts":[{"key":"a","value":"no"},{"key":"a","value":"maybe"}]}"#, &["facts[1].value", "maybe"]),
            (r#"{"facts":[{"key":"a","value":"no","valeu":1}]}"#, &["facts.0.valeu"]),
            (r#"{"facts":[{"value":"no"}]}"#, &["facts[0]", "missing field `key`"]),
            ("[]", &["arguments: "]),
            ("{", &["not JSON"]),
        ] {
            let error = format!("{:#}", encounter(text).expect_err(text));
            assert!(words.iter().all(|word| error.contains(word)), "{text}: {error}");
        }
        assert!(Arguments::parse("{\"a\":1}").expect("JSON").none().is_err());
    }
}
