//! A plugin's settings: checked against the JSON Schema of its manifest, filled
//! up with the schema's defaults, handed over as canonical JSON.

mod defaults;
mod wording;

use greffon_words::{Locale, Text, settings as words};
use jsonschema::Validator;
use serde_json::{Number, Value};

use self::wording::{Worded, cut, worded};
use crate::problem::Problem;

/// A compiled schema, or none: a plugin without a schema takes no settings.
#[derive(Debug)]
pub struct Schema {
    document: Option<Value>,
    validator: Option<Validator>,
    /// What does not fit is said in this language.
    locale: Locale,
}

/// Findings reported at once; one mistake may make many.
const PROBLEMS: usize = 10;

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
        Ok(Self { document: Some(document.clone()), validator: Some(validator), locale: Locale::default() })
    }

    /// The schema of a plugin that takes no settings.
    #[must_use]
    pub fn none() -> Self {
        Self { document: None, validator: None, locale: Locale::default() }
    }

    /// The same, for people who read this language.
    #[must_use]
    pub fn in_locale(self, locale: Locale) -> Self {
        Self { locale, ..self }
    }

    /// What is wrong at a key, in the schema's language.
    pub(crate) fn problem(&self, key: impl Into<String>, message: &Text, hint: &Text) -> Problem {
        Problem::lasting(key, message.of(self.locale), hint.of(self.locale))
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
                _ => Err(vec![self.problem("settings", &words::none(), &words::remove_all())]),
            };
        };
        if let Some((key, message, hint)) = beyond(&settings) {
            return Err(vec![self.problem(key, &message, &hint)]);
        }
        defaults::fill(document, &mut settings);
        let shown = |Worded { key, message, hint }| self.problem(key, &message, &hint);
        let problems: Vec<Problem> =
            validator.iter_errors(&settings).take(PROBLEMS).map(|error| shown(worded(document, &error))).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        canonical(&settings)
            .map_err(|error| vec![self.problem("settings", &words::unreadable(&error.to_string()), &words::read_me())])
    }
}

/// Levels of tables and lists that settings may have. A plugin reads them level
/// by level on its own stack, which is small for pure plugins.
const LEVELS: u32 = 32;
/// The whole numbers that every reader of JSON keeps (RFC 8785 §3.2.2.3, RFC
/// 7493 §2.2).
const LARGEST_WHOLE: u64 = (1 << 53) - 1;

/// Where settings go beyond what can be handed over, and what to do.
fn beyond(settings: &Value) -> Option<(String, Text, Text)> {
    let mut open = vec![("settings".to_owned(), settings, 1)];
    while let Some((key, value, level)) = open.pop() {
        let inside: Vec<(String, &Value)> = match value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(index, item)| (format!("{key}.{index}"), item)).collect()
            }
            Value::Object(table) => table.iter().map(|(name, value)| (format!("{key}.{name}"), value)).collect(),
            Value::Number(number) => {
                if is_beyond(number) {
                    return Some((key, words::too_many_digits(&number.to_string()), words::shorten_number()));
                }
                continue;
            }
            _ => continue,
        };
        if level > LEVELS {
            return Some((cut(&key), words::too_deep(LEVELS), words::flatten()));
        }
        open.extend(inside.into_iter().map(|(key, value)| (key, value, level + 1)));
    }
    None
}

/// Whether a whole number is larger than every reader of JSON keeps.
fn is_beyond(number: &Number) -> bool {
    let size = number.as_i64().map(i64::unsigned_abs).or(number.as_u64());
    !number.is_f64() && size.is_none_or(|size| size > LARGEST_WHOLE)
}

/// Reads settings that were written by [`canonical`], as they were before.
///
/// # Errors
/// When they are no JSON.
pub(crate) fn read(text: &str) -> Result<Value, Problem> {
    /// All numbers of canonical JSON are doubles (RFC 8785 §3.2.2.3), and a large one
    /// has no fraction to show it.
    fn keep_doubles(value: &mut Value) {
        match value {
            Value::Number(number) if is_beyond(number) => {
                if let Some(double) = number.as_f64().and_then(Number::from_f64) {
                    *number = double;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(keep_doubles),
            Value::Object(table) => table.values_mut().for_each(keep_doubles),
            _ => {}
        }
    }
    let mut settings = serde_json::from_str(text)
        .map_err(|error| Problem::lasting("settings", format!("they cannot be read as JSON: {error}"), ""))?;
    keep_doubles(&mut settings);
    Ok(settings)
}

/// The canonical text (RFC 8785): one for one value, so that a pure call can be
/// recorded and compared byte for byte.
fn canonical(settings: &Value) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(settings)
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
        assert_eq!(problem.message, "la clé « calendars » manque");
        assert!(problem.hint.contains("path of the calendar"), "{}", problem.hint);
    }

    #[test]
    fn an_unknown_setting_is_named_with_the_nearest_one() {
        let problem = only(&json!({ "calendars": {}, "mdoe": "strict" }));
        assert_eq!(problem.key, "settings.mdoe");
        assert!(problem.hint.starts_with("vouliez-vous écrire « mode » ?"), "{}", problem.hint);
    }

    #[test]
    fn a_wrong_value_is_named_with_its_path() {
        let problem = only(&json!({ "calendars": { "a": 3 } }));
        assert_eq!(problem.key, "settings.calendars.a");
        assert_eq!(problem.message, "3 n'est pas un texte entre guillemets");
        let problem = only(&json!({ "calendars": {}, "mode": "strikt" }));
        assert!(problem.hint.contains("vouliez-vous écrire « strict » ?"), "{}", problem.hint);
        let problem = only(&json!({ "calendars": {}, "depth": 0 }));
        assert_eq!(problem.key, "settings.depth");
    }

    #[test]
    fn whoever_reads_english_is_told_in_english() {
        let problems =
            schema().in_locale(Locale::En).apply(&json!({ "calendars": {}, "mdoe": 1 })).expect_err("refused");
        assert_eq!(problems[0].message, "unknown setting \"mdoe\"");
        assert!(problems[0].hint.starts_with("did you mean \"mode\"?"), "{}", problems[0].hint);
        let none = Schema::none().in_locale(Locale::En).apply(&json!({ "a": 1 })).expect_err("refused");
        assert_eq!(none[0].message, "the plugin takes no settings");
    }

    #[test]
    fn a_long_value_is_cut() {
        let problem = only(&json!({ "calendars": "x".repeat(10_000) }));
        assert!(problem.message.len() < 200, "{}", problem.message.len());
    }

    #[test]
    fn numbers_and_names_are_written_as_the_rfc_says() {
        let any = Schema::compile(&json!({ "type": "object" })).expect("schema");
        // Appendix B; §3.2.3: by UTF-16, where U+FB33 sorts after U+1F600.
        let settings = json!({ "\u{fb33}": 1e21, "\u{1f600}": 333_333_333.333_333_3, "a": 1e-7, "b": -0.0, "c": 2.0 });
        let text = "{\"a\":1e-7,\"b\":0,\"c\":2,\"\u{1f600}\":333333333.3333333,\"\u{fb33}\":1e+21}";
        assert_eq!(any.apply(&settings).expect("fits"), text);
    }

    #[test]
    fn a_whole_number_that_json_would_round_is_refused() {
        let any = Schema::compile(&json!({ "type": "object" })).expect("schema");
        for kept in [json!(9_007_199_254_740_991_i64), json!(-9_007_199_254_740_991_i64)] {
            assert!(any.apply(&json!({ "a": [kept] })).is_ok());
        }
        for lost in [json!(9_007_199_254_740_992_i64), json!(-9_007_199_254_740_992_i64), json!(u64::MAX)] {
            let problems = any.apply(&json!({ "a": [lost] })).expect_err("refused");
            assert_eq!(problems[0].key, "settings.a.0");
        }
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        let any = Schema::compile(&json!({ "type": "object" })).expect("schema");
        let settings = json!({ "a": [1e17, 1e21, -1e16, 0.1, 9_007_199_254_740_991_i64], "b": { "c": "\u{0}é" } });
        let text = any.apply(&settings).expect("fits");
        assert!(text.contains("100000000000000000"), "{text}");
        assert_eq!(any.apply(&read(&text).expect("JSON")).as_ref(), Ok(&text));
        assert!(read("{").is_err_and(|problem| problem.key == "settings" && !problem.passing));
    }

    #[test]
    fn settings_have_32_levels_at_most() {
        let any = Schema::compile(&json!({ "type": "object" })).expect("schema");
        let deep = |levels: usize| (1..levels).fold(json!({}), |inside, _| json!({ "a": inside }));
        assert!(any.apply(&deep(32)).is_ok());
        let problems = any.apply(&deep(33)).expect_err("refused");
        assert!(
            problems[0].message.contains("32 niveaux") && problems[0].key.starts_with("settings.a.a"),
            "{problems:?}"
        );
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
