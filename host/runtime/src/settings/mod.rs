//! A plugin's settings: checked against the JSON Schema of its manifest, filled
//! up with the schema's defaults, handed over as canonical JSON.

mod canonical;
mod defaults;

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::nearest::nearest;
use crate::problem::Problem;

/// A compiled schema, or none: a plugin without a schema takes no settings.
#[derive(Debug)]
pub struct Schema {
    document: Option<Value>,
    validator: Option<Validator>,
}

/// Findings reported at once; one mistake may make many.
const PROBLEMS: usize = 10;
/// Characters of a value that are quoted.
const QUOTED: usize = 80;

impl Schema {
    /// Compiles a schema. References outside the document are never fetched.
    ///
    /// # Errors
    /// Why it is no JSON Schema.
    pub fn compile(document: &Value) -> Result<Self, String> {
        let validator = jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .should_validate_formats(true)
            .build(document)
            .map_err(|error| {
                let at = error.instance_path().as_str().to_owned();
                if at.is_empty() { error.to_string() } else { format!("{at}: {error}") }
            })?;
        Ok(Self { document: Some(document.clone()), validator: Some(validator) })
    }

    /// The schema of a plugin that takes no settings.
    #[must_use]
    pub fn none() -> Self {
        Self { document: None, validator: None }
    }

    /// Checks settings and returns them with the schema's defaults, as
    /// canonical JSON (RFC 8785). `null` counts as no settings.
    ///
    /// # Errors
    /// What does not fit, with keys below `settings`.
    pub fn apply(&self, settings: &Value) -> Result<String, Vec<Problem>> {
        let mut settings = if settings.is_null() { Value::Object(serde_json::Map::new()) } else { settings.clone() };
        let (Some(document), Some(validator)) = (&self.document, &self.validator) else {
            return match settings.as_object() {
                Some(table) if table.is_empty() => Ok("{}".to_owned()),
                _ => Err(vec![Problem::lasting("settings", "the plugin takes no settings", "remove the settings")]),
            };
        };
        defaults::fill(document, &mut settings);
        let problems: Vec<Problem> =
            validator.iter_errors(&settings).take(PROBLEMS).map(|error| problem(document, &error)).collect();
        if problems.is_empty() { Ok(canonical::json(&settings)) } else { Err(problems) }
    }
}

fn problem(schema: &Value, error: &jsonschema::ValidationError<'_>) -> Problem {
    let value = quoted(error.instance());
    let mut key = format!("settings{}", error.instance_path().as_str().replace('/', "."));
    let (message, hint) = match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            (format!("\"{name}\" is missing"), describe(schema, error, name))
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let given = unexpected.first().map_or("", String::as_str);
            key = format!("{key}.{given}");
            let known = siblings(schema, error);
            let hint = match nearest(given, &known) {
                Some(near) => format!("did you mean \"{near}\"? known: {}", known.join(", ")),
                None if known.is_empty() => "remove it".to_owned(),
                None => format!("known: {}", known.join(", ")),
            };
            (format!("unknown setting \"{given}\""), hint)
        }
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let texts: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
            let known = options.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let near = error.instance().as_str().and_then(|given| nearest(given, &texts));
            let hint = near.map_or_else(String::new, |near| format!("did you mean \"{near}\"? "));
            (format!("{value} is not allowed here"), format!("{hint}allowed: {known}"))
        }
        // The library's own words, which name what is expected. They may quote
        // a whole document, hence the cut.
        _ => (cut(&error.to_string()), "see the settings in the plugin's README".to_owned()),
    };
    Problem::lasting(key, message, hint)
}

/// What the schema says about a property beside the failing keyword.
fn describe(schema: &Value, error: &jsonschema::ValidationError<'_>, name: &str) -> String {
    let description =
        parent(schema, error).and_then(|parent| parent.get("properties")?.get(name)?.get("description")?.as_str());
    match description {
        Some(text) => format!("add \"{name}\": {}", cut(text)),
        None => format!("add \"{name}\""),
    }
}

fn siblings<'s>(schema: &'s Value, error: &jsonschema::ValidationError<'_>) -> Vec<&'s str> {
    let properties = parent(schema, error).and_then(|parent| parent.get("properties")?.as_object());
    properties.map(|properties| properties.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn parent<'s>(schema: &'s Value, error: &jsonschema::ValidationError<'_>) -> Option<&'s Value> {
    let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(parent)
}

fn quoted(value: &Value) -> String {
    cut(&value.to_string())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        let document = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["calendars"],
            "properties": {
                "calendars": {
                    "type": "object",
                    "description": "path of the calendar, by agenda",
                    "additionalProperties": { "type": "string" }
                },
                "mode": { "enum": ["strict", "lenient"], "default": "strict" },
                "depth": { "type": "integer", "minimum": 1 }
            }
        });
        Schema::compile(&document).expect("schema")
    }

    fn only(settings: &Value) -> Problem {
        let mut problems = schema().apply(settings).expect_err("does not fit");
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.remove(0)
    }

    #[test]
    fn settings_that_fit_come_back_canonical_and_with_defaults() {
        let settings = json!({ "depth": 2, "calendars": { "b": "/b", "a": "/a" } });
        assert_eq!(
            schema().apply(&settings).expect("fits"),
            r#"{"calendars":{"a":"/a","b":"/b"},"depth":2,"mode":"strict"}"#
        );
    }

    #[test]
    fn a_missing_setting_is_named_with_its_description() {
        let problem = only(&json!({}));
        assert_eq!(problem.key, "settings");
        assert_eq!(problem.message, "\"calendars\" is missing");
        assert!(problem.hint.contains("path of the calendar"), "{}", problem.hint);
    }

    #[test]
    fn an_unknown_setting_is_named_with_the_nearest_one() {
        let problem = only(&json!({ "calendars": {}, "mdoe": "strict" }));
        assert_eq!(problem.key, "settings.mdoe");
        assert!(problem.hint.starts_with("did you mean \"mode\"?"), "{}", problem.hint);
    }

    #[test]
    fn a_wrong_value_is_named_with_its_path() {
        let problem = only(&json!({ "calendars": { "a": 3 } }));
        assert_eq!(problem.key, "settings.calendars.a");
        assert!(problem.message.contains('3') && problem.message.contains("string"), "{}", problem.message);
        let problem = only(&json!({ "calendars": {}, "mode": "strikt" }));
        assert!(problem.hint.contains("did you mean \"strict\"?"), "{}", problem.hint);
        let problem = only(&json!({ "calendars": {}, "depth": 0 }));
        assert_eq!(problem.key, "settings.depth");
    }

    #[test]
    fn a_long_value_is_cut() {
        let problem = only(&json!({ "calendars": "x".repeat(10_000) }));
        assert!(problem.message.len() < 200, "{}", problem.message.len());
    }

    #[test]
    fn a_plugin_without_a_schema_takes_no_settings() {
        assert_eq!(Schema::none().apply(&Value::Null).expect("none"), "{}");
        assert!(Schema::none().apply(&json!({ "a": 1 })).is_err());
    }

    #[test]
    fn a_reference_to_elsewhere_is_not_fetched() {
        assert!(Schema::compile(&json!({ "$ref": "https://schemas.example/x.json" })).is_err());
    }
}
