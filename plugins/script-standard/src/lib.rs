//! The semi-directed interview: reception and identification, motive with its
//! medical questions, urgency, proposal, what to bring, recap; with a greeting
//! before and a closing after. Required facts, free order: what is answered is
//! not asked again, whoever told it and when.

mod caller;
mod check;
mod effects;
mod facts;
mod fill;
mod french;
mod handoff;
mod interview;
mod motive;
mod packs;
mod phrases;
mod promise;
mod prompts;
mod questions;
mod recap;
mod settings;
#[cfg(test)]
mod testing;
mod tone;
mod view;

use greffon_sdk::practice::{ContentRef, Finding};
use greffon_sdk::script::{Info, Script, ScriptError, Session, View};

use crate::packs::Written;
use crate::settings::Standard;

/// The one script of this plugin.
const SCRIPT: &str = "standard";

/// The plugin.
struct ScriptStandard;

impl Script for ScriptStandard {
    type Settings = Written;
    type Prepared = Standard;

    fn catalogue(settings: &Standard) -> Result<Vec<Info>, ScriptError> {
        Ok(vec![Info {
            ref_: content(settings),
            title: "Entretien standard".to_owned(),
            motives: Vec::new(),
            caller_kinds: Vec::new(),
            needs_skills: Vec::new(),
        }])
    }

    fn render(settings: &Standard, session: &Session) -> Result<View, ScriptError> {
        let asked = &session.script;
        if !asked.id.is_empty() && asked.id != SCRIPT {
            return Err(ScriptError::UnknownScript(asked.id.clone()));
        }
        if !asked.version.is_empty() && asked.version != settings.version {
            return Err(ScriptError::VersionWithdrawn(asked.clone()));
        }
        Ok(view::of(settings, session))
    }

    fn check(settings: &Written) -> Vec<Finding> {
        settings.check()
    }
}

fn content(settings: &Standard) -> ContentRef {
    ContentRef::in_settings(SCRIPT, &settings.version)
}

greffon_sdk::export_script!(ScriptStandard);

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::Call;

    fn schema() -> jsonschema::Validator {
        let manifest: Value = toml::from_str(include_str!("../plugin.toml")).unwrap();
        jsonschema::draft202012::new(&manifest["settings-schema"]).unwrap()
    }

    fn example() -> Value {
        let readme = include_str!("../README.md");
        let file: Value =
            toml::from_str(readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()).unwrap();
        file["features"]["script"]["settings"].clone()
    }

    #[test]
    fn the_schema_and_the_plugin_agree() {
        for settings in [json!({}), example()] {
            let errors: Vec<String> = schema().iter_errors(&settings).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
            let settings: Written = serde_json::from_value(settings).unwrap();
            assert!(settings.check().is_empty(), "{:?}", settings.check());
        }
        for settings in
            [json!({ "greetings": "x" }), json!({ "phrases": { "hello": "x" } }), json!({ "motives": [{}] })]
        {
            assert!(!schema().is_valid(&settings), "{settings}");
            assert!(serde_json::from_value::<Written>(settings).is_err());
        }
    }

    #[test]
    fn every_phrase_and_template_may_be_set() {
        let manifest: Value = toml::from_str(include_str!("../plugin.toml")).unwrap();
        for table in ["phrases", "templates"] {
            let names = manifest["settings-schema"]["properties"][table]["propertyNames"]["enum"].clone();
            for name in names.as_array().unwrap() {
                let settings = json!({ table: { name.as_str().unwrap(): "x" } });
                assert!(serde_json::from_value::<Written>(settings).is_ok(), "{table}.{name}");
            }
        }
    }

    #[test]
    fn a_contact_ends_on_the_version_that_it_began_with() {
        let mut call = Call::new();
        let settings = Standard::default();
        call.session.script = content(&settings);
        assert!(ScriptStandard::render(&settings, &call.session).is_ok());
        call.session.script.version = "0".to_owned();
        assert!(matches!(
            ScriptStandard::render(&settings, &call.session),
            Err(ScriptError::VersionWithdrawn(content)) if content.version == "0"
        ));
        call.session.script.id = "imagerie".to_owned();
        assert!(matches!(ScriptStandard::render(&settings, &call.session), Err(ScriptError::UnknownScript(_))));
    }
}
