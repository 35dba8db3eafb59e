//! Checks what people write down, before it becomes a fact.

use greffon_words::{Text, fields};

use super::NewFact;
use crate::flow::error::{Flow, FlowError};
use crate::ids::{MotiveId, PractitionerId, SiteId};
use crate::model::audit::{Actor, Role};
use crate::model::care::{Fact, Source, Value, keys};
use crate::model::channel::{is_email, is_phone};
use crate::model::civil::parse_date;
use crate::model::contact::{CALLER_KINDS, EMERGENCY_LINE, EMERGENCY_OUTCOMES};
use crate::model::practice::Practice;
use crate::time::Instant;

/// Most facts in one request.
const MAX_AT_ONCE: usize = 200;
/// Longest text, in characters.
const MAX_TEXT: usize = 4000;
/// Most choices in one answer.
const MAX_CHOICES: usize = 50;

/// The facts as they will be kept.
///
/// # Errors
/// `Invalid` with the path of the field; never the value.
pub(super) fn checked(practice: &Practice, new: Vec<NewFact>, actor: &Actor, now: Instant) -> Flow<Vec<Fact>> {
    if new.len() > MAX_AT_ONCE {
        return Err(FlowError::invalid("facts", fields::too_many(MAX_AT_ONCE)));
    }
    new.into_iter().enumerate().map(|(index, fact)| one(practice, index, fact, actor, now)).collect()
}

fn one(practice: &Practice, index: usize, new: NewFact, actor: &Actor, now: Instant) -> Flow<Fact> {
    let at = |field: &str| format!("facts.{index}.{field}");
    if !keys::is_plain(&new.key) {
        return Err(FlowError::invalid(at("key"), fields::fact_key()));
    }
    let source = new.source.unwrap_or(Source::Caller);
    if source == Source::Clinician && actor.role != Role::Practitioner {
        return Err(FlowError::invalid(at("source"), fields::clinician_only()));
    }
    let value = fitting(practice, &new.key, new.value).map_err(|why| FlowError::invalid(at("value"), why))?;
    Ok(Fact { key: new.key, value, source, at: now, by: actor.subject.clone() })
}

/// The value, normalised, when it can stand under this key.
fn fitting(practice: &Practice, key: &str, value: Value) -> Result<Value, Text> {
    bounded(&value)?;
    // Not knowing and not wanting to say are answers to every question (S3).
    if matches!(value, Value::Unknown | Value::Refused) {
        return Ok(value);
    }
    let text = value.as_text();
    let known = |known: bool, why: Text| if known { Ok(()) } else { Err(why) };
    match key {
        keys::CALLER_KIND => known(text.is_some_and(|kind| CALLER_KINDS.contains(&kind)), fields::caller_kind())?,
        keys::EMERGENCY_OUTCOME => {
            let listed = matches!(&value, Value::Choice(outcome) if EMERGENCY_OUTCOMES.contains(&outcome.as_str()));
            known(listed, fields::emergency_outcome())?;
        }
        keys::EMERGENCY_LINE => {
            let listed = matches!(&value, Value::Choice(line) if EMERGENCY_LINE.contains(&line.as_str()));
            known(listed, fields::emergency_line())?;
        }
        keys::MOTIVE => known(text.is_some_and(|id| practice.motive(&MotiveId::from(id)).is_some()), fields::motive())?,
        // However a client calls them, they are listened to.
        keys::WORDS => return Ok(text.map_or(value.clone(), |words| Value::Text(words.to_owned()))),
        keys::SITE => {
            known(text.is_some_and(|id| practice.site(&SiteId::from(id)).is_some()), fields::site())?;
        }
        keys::PRACTITIONER => known(
            text.is_some_and(|id| practice.practitioner(&PractitionerId::from(id)).is_some()),
            fields::practitioner(),
        )?,
        keys::PATIENT_BIRTH_DATE => {
            known(text.is_some_and(is_birth_date), fields::birth_date())?;
        }
        keys::PATIENT_EMAIL => known(text.is_some_and(is_email), fields::email())?,
        keys::CALLER_PHONE | keys::PATIENT_PHONE => {
            let number = text.and_then(normalised_phone).ok_or_else(fields::phone)?;
            return Ok(Value::Phone(number));
        }
        _ => {}
    }
    Ok(value)
}

fn bounded(value: &Value) -> Result<(), Text> {
    let short = |text: &str| text.chars().count() <= MAX_TEXT;
    match value {
        Value::Choice(text) | Value::Text(text) | Value::Date(text) | Value::Phone(text) if !short(text) => {
            Err(fields::too_long(MAX_TEXT))
        }
        Value::Choices(choices) if choices.len() > MAX_CHOICES || !choices.iter().all(|text| short(text)) => {
            Err(fields::too_many(MAX_CHOICES))
        }
        Value::Decimal(number) if !number.is_finite() => Err(fields::finite_number()),
        Value::Date(text) if !is_birth_date(text) => Err(fields::date()),
        _ => Ok(()),
    }
}

/// `1958-04-30`, or `1958-04` or `1958` when only that is known.
fn is_birth_date(text: &str) -> bool {
    match text.len() {
        10 => parse_date(text).is_ok(),
        7 => parse_date(&format!("{text}-01")).is_ok(),
        4 => parse_date(&format!("{text}-01-01")).is_ok(),
        _ => false,
    }
}

/// E.164 where it can be told: French numbers lose their 0 (ITU-T E.164,
/// country code 33). `None` for what is no number.
fn normalised_phone(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|sign| !matches!(sign, ' ' | '.' | '-' | '(' | ')' | '\u{a0}')).collect();
    let number = match (bare.strip_prefix("00"), bare.strip_prefix('0')) {
        (Some(rest), _) => format!("+{rest}"),
        (None, Some(rest)) if rest.len() == 9 => format!("+33{rest}"),
        _ => bare,
    };
    is_phone(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_e164_where_that_can_be_told() {
        for (said, kept) in [
            ("01 99 00 00 01", Some("+33199000001")),
            ("01.99.00.00.01", Some("+33199000001")),
            ("+33 1 99 00 00 01", Some("+33199000001")),
            ("0041 22 000 00 00", Some("+41220000000")),
            ("15", Some("15")),
            ("mon numéro", None),
            ("", None),
            ("+", None),
            ("1234567890123456", None),
        ] {
            assert_eq!(normalised_phone(said).as_deref(), kept, "{said}");
        }
    }

    #[test]
    fn a_birth_date_may_be_known_in_part_and_must_exist() {
        for text in ["1958-04-30", "1958-04", "1958"] {
            assert!(is_birth_date(text), "{text}");
        }
        for text in ["1958-02-30", "58", "30/04/1958", "1958-4-3", "", "xxxx"] {
            assert!(!is_birth_date(text), "{text}");
        }
    }

    #[test]
    fn hostile_values_are_refused() {
        assert!(bounded(&Value::Decimal(f64::NAN)).is_err());
        assert!(bounded(&Value::Text("é".repeat(MAX_TEXT))).is_ok());
        assert!(bounded(&Value::Text("é".repeat(MAX_TEXT + 1))).is_err());
        assert!(bounded(&Value::Choices(vec![String::new(); MAX_CHOICES + 1])).is_err());
    }
}
