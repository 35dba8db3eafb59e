//! Questions of the settings as questions to ask.

use greffon_sdk::practice::Value;
use greffon_sdk::triage::{AnswerKind, Choice, Question as Asked};

use crate::settings::{self, Kind, Question, RedFlag};

/// Key of the fact that a red flag without an answer was understood.
pub(crate) fn understood(key: &str) -> String {
    format!("{key}.understood")
}

/// Whether an answer is one that the question takes.
pub(crate) fn fits(question: &Question, value: &Value) -> bool {
    let offered = |id: &String| question.choices.iter().any(|choice| choice.id == *id);
    match (question.kind, value) {
        (_, Value::Unknown | Value::Refused)
        | (Kind::YesNo, Value::Yes | Value::No)
        | (Kind::Number, Value::Number(_))
        | (Kind::Text, Value::Text(_))
        | (Kind::Date, Value::Date(_)) => true,
        (Kind::Number, Value::Decimal(number)) => number.is_finite(),
        (Kind::Single, Value::Choice(id)) => offered(id),
        (Kind::Multiple, Value::Choices(ids)) => ids.iter().all(offered),
        _ => false,
    }
}

pub(crate) fn question(question: &Question) -> Asked {
    let choice = |choice: &settings::Choice| Choice { id: choice.id.clone(), label: choice.label.clone() };
    Asked {
        key: question.key.clone(),
        spoken: question.spoken.clone(),
        why: question.why.clone(),
        kind: question.kind.into(),
        choices: question.choices.iter().map(choice).collect(),
        red_flag: false,
        required: question.required,
    }
}

pub(crate) fn red_flag(flag: &RedFlag) -> Asked {
    Asked {
        key: flag.key.clone(),
        spoken: flag.spoken.clone(),
        why: flag.why.clone(),
        kind: AnswerKind::YesNoUnknown,
        choices: Vec::new(),
        red_flag: true,
        required: true,
    }
}

/// The question whether a red flag that got no answer was understood.
pub(crate) fn confirmation(flag: &RedFlag) -> Asked {
    Asked {
        key: understood(&flag.key),
        spoken: format!("Avez-vous bien compris ma question : « {} »", flag.spoken),
        why: "Sans réponse claire, le signe d'alerte compte comme présent. Si la question est comprise, un soignant décide."
            .to_owned(),
        kind: AnswerKind::YesNoUnknown,
        choices: Vec::new(),
        red_flag: false,
        required: true,
    }
}
