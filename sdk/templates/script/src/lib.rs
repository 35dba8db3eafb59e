//! greffon plugin `script-template`: greets, asks for the motive, and closes.

use greffon_sdk::practice::{ContentRef, keys, latest};
use greffon_sdk::script::{AnswerKind, Info, Phase, Prompt, Question, Script, ScriptError, Session, View};
use serde::{Deserialize, Serialize};

/// What a practice writes under `settings`, by the schema of plugin.toml.
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    greeting: String,
}

struct Plugin;

impl Script for Plugin {
    type Settings = Settings;
    // What calls get; another type when reading the settings takes long.
    type Prepared = Settings;

    fn catalogue(_: &Settings) -> Result<Vec<Info>, ScriptError> {
        Ok(vec![Info {
            ref_: ContentRef::in_settings("short", "1"),
            title: "Entretien court".to_owned(),
            motives: Vec::new(),
            caller_kinds: Vec::new(),
            needs_skills: Vec::new(),
        }])
    }

    fn render(settings: &Settings, session: &Session) -> Result<View, ScriptError> {
        let mut view = View {
            prompts: vec![prompt(Phase::Greeting, &settings.greeting, Vec::new())],
            missing: Vec::new(),
            may_close: false,
            recap: None,
            effects: Vec::new(),
        };
        if latest(&session.facts, keys::MOTIVE).is_some() {
            view.prompts.push(prompt(Phase::Closing, "C'est noté. Bonne journée.", Vec::new()));
            view.may_close = true;
        } else {
            view.prompts.push(prompt(Phase::Request, "Que puis-je pour vous ?", vec![motive()]));
            view.missing.push(keys::MOTIVE.to_owned());
        }
        Ok(view)
    }
}

fn prompt(phase: Phase, spoken: &str, asks: Vec<Question>) -> Prompt {
    Prompt { phase, spoken: spoken.to_owned(), hint: None, asks, guide_seconds: None }
}

fn motive() -> Question {
    Question {
        key: keys::MOTIVE.to_owned(),
        spoken: "Quel est le motif de votre appel ?".to_owned(),
        why: "il décide de la suite".to_owned(),
        kind: AnswerKind::Text,
        choices: Vec::new(),
        red_flag: false,
        required: true,
    }
}

greffon_sdk::export_script!(Plugin);

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::Value;
    use greffon_sdk::testing::{fact, session};

    use super::*;

    fn view(motive: Option<&str>) -> View {
        let mut session = session();
        session.facts.extend(motive.map(|motive| fact(keys::MOTIVE, Value::Choice(motive.to_owned()))));
        Plugin::render(&Settings { greeting: "Bonjour.".to_owned() }, &session).expect("a view")
    }

    #[test]
    fn the_motive_is_asked_before_anything_is_closed() {
        let first = view(None);
        assert_eq!((first.prompts[0].spoken.as_str(), first.may_close), ("Bonjour.", false));
        assert_eq!(first.missing, [keys::MOTIVE]);
        assert!(view(Some("consultation")).may_close);
    }
}
