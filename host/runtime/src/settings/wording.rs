//! What does not fit a schema, in words: what is wrong, with the value, and what to write.

use greffon_words::{Text, settings as words};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::nearest::nearest;

/// Characters of a value that are quoted.
const QUOTED: usize = 80;
/// Forms inside forms that are looked into for the mistake that was made.
const DEEPEST: usize = 8;

/// Where, what is wrong, what to write.
pub(super) struct Worded {
    pub(super) key: String,
    pub(super) message: Text,
    pub(super) hint: Text,
}

/// Words what the library found. `schema` is the document that it was compiled from.
pub(super) fn worded(schema: &Value, error: &ValidationError<'_>) -> Worded {
    within(schema, error, 0)
}

fn within(schema: &Value, error: &ValidationError<'_>, depth: usize) -> Worded {
    let (ValidationErrorKind::AnyOf { context: forms } | ValidationErrorKind::OneOfNotValid { context: forms }) =
        error.kind()
    else {
        return alone(schema, error);
    };
    // Whoever wrote one of the forms, with a mistake in it, is told of the mistake.
    let meant = forms.iter().filter_map(|errors| errors.first()).find(|inner| is_meant(error, inner));
    match meant {
        Some(inner) if depth < DEEPEST => within(schema, inner, depth + 1),
        _ => alone(schema, error),
    }
}

/// Whether a form was meant: the mistake is inside of what was written, or not in its type.
fn is_meant(error: &ValidationError<'_>, inner: &ValidationError<'_>) -> bool {
    let deeper = inner.instance_path().as_str().len() > error.instance_path().as_str().len();
    deeper || !matches!(inner.kind(), ValidationErrorKind::Type { .. } | ValidationErrorKind::Constant { .. })
}

fn alone(schema: &Value, error: &ValidationError<'_>) -> Worded {
    use ValidationErrorKind as Kind;
    let instance = error.instance();
    let value = &quoted(instance);
    let mut key = format!("settings{}", error.instance_path().as_str().replace('/', "."));
    let mut named = |name: &str| key = format!("{key}.{name}");
    let rule = Rule { parent: parent(schema, error) };
    let shown = |value: &Value| cut(&value.to_string());
    let (message, hint) = match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let hint =
                rule.about_key(name).map_or_else(|| words::add(name), |about| words::add_described(&about, name));
            (words::missing(name), hint)
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let given = unexpected.first().map_or("", String::as_str);
            named(given);
            (words::unknown(&cut(given)), rule.known_keys(given))
        }
        Kind::PropertyNames { error: name } => {
            let given = name.instance().as_str().unwrap_or_default();
            named(given);
            let Worded { hint, .. } = within(schema, name, DEEPEST);
            (words::not_a_name(&cut(given)), hint)
        }
        Kind::Enum { options } => (words::not_allowed(value), known_values(options, instance)),
        Kind::Constant { expected_value } => (words::not_allowed(value), words::only_value(&shown(expected_value))),
        Kind::Type { .. } => {
            let kind = rule.kind();
            let about = rule.about();
            let hint = about.map_or_else(|| words::write(&kind), |about| words::write_described(&about, &kind));
            (words::wrong_type(&kind, value), hint)
        }
        Kind::Maximum { limit } => (words::above(&shown(limit), value), rule.range()),
        Kind::Minimum { limit } => (words::below(&shown(limit), value), rule.range()),
        Kind::ExclusiveMaximum { limit } => (words::at_or_above(&shown(limit), value), words::less_than(&shown(limit))),
        Kind::ExclusiveMinimum { limit } => (words::at_or_below(&shown(limit), value), words::more_than(&shown(limit))),
        Kind::MultipleOf { multiple_of } => {
            let step = multiple_of.to_string();
            (words::no_multiple(&step, value), words::multiple(&step))
        }
        Kind::MaxLength { limit } => (words::too_long(*limit, value), words::shorten()),
        Kind::MinLength { .. } if instance.as_str() == Some("") => (words::empty_text(), words::fill_text()),
        Kind::MinLength { limit } => (words::too_short(*limit, value), words::lengthen()),
        Kind::Pattern { pattern } => (words::wrong_pattern(&cut(pattern), value), rule.described()),
        Kind::Format { format } => (words::wrong_format(format, value), rule.described()),
        Kind::MaxItems { limit } => (words::too_many_items(count(instance), *limit), words::remove_items()),
        Kind::MinItems { limit } => (words::too_few_items(*limit), words::add_items()),
        Kind::UniqueItems => (words::duplicate(), words::remove_duplicate()),
        Kind::MaxProperties { limit } => (words::too_many_keys(count(instance), *limit), rule.keys()),
        Kind::MinProperties { limit } => (words::too_few_keys(*limit), rule.keys()),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => (words::no_form(value), rule.forms(schema)),
        Kind::OneOfMultipleValid { .. } => (words::several_forms(value), words::one_form()),
        Kind::Not { .. } | Kind::FalseSchema => (words::excluded(value), words::remove()),
        _ => (words::unfit(value), rule.described()),
    };
    Worded { key, message, hint }
}

/// The part of the schema beside the keyword that was broken.
struct Rule<'s> {
    parent: Option<&'s Value>,
}

impl Rule<'_> {
    fn get(&self, keyword: &str) -> Option<&Value> {
        self.parent?.get(keyword)
    }

    fn about(&self) -> Option<String> {
        self.get("description")?.as_str().map(cut)
    }

    fn about_key(&self, name: &str) -> Option<String> {
        self.get("properties")?.get(name)?.get("description")?.as_str().map(cut)
    }

    fn described(&self) -> Text {
        self.about().map_or_else(words::read_me, |about| words::described(&about))
    }

    fn properties(&self) -> Vec<&str> {
        let properties = self.get("properties").and_then(Value::as_object);
        properties.map(|properties| properties.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    fn known_keys(&self, given: &str) -> Text {
        let known = self.properties();
        let list = known.join(", ");
        match nearest(given, &known) {
            Some(near) => words::near_key(&list, near),
            None if known.is_empty() => words::remove(),
            None => words::known_keys(&list),
        }
    }

    /// For a table that has too many or too few keys.
    fn keys(&self) -> Text {
        let known = self.properties();
        if known.is_empty() { self.described() } else { words::known_keys(&known.join(", ")) }
    }

    /// What a value is to be.
    fn kind(&self) -> Text {
        let named = |name: &Value| match name.as_str() {
            Some("string") => words::type_string(),
            Some("integer") => words::type_integer(),
            Some("number") => words::type_number(),
            Some("boolean") => words::type_boolean(),
            Some("array") => words::type_array(),
            Some("object") => words::type_object(),
            _ => words::type_other(),
        };
        match self.get("type") {
            Some(Value::Array(names)) => names
                .iter()
                .map(named)
                .reduce(|first, second| words::either(&first, &second))
                .unwrap_or_else(words::type_other),
            Some(name) => named(name),
            None => words::type_other(),
        }
    }

    fn range(&self) -> Text {
        let limit = |keyword: &str| self.get(keyword).map(ToString::to_string);
        match (limit("minimum"), limit("maximum")) {
            (Some(low), Some(high)) => words::between(&high, &low),
            (Some(low), None) => words::at_least(&low),
            (None, Some(high)) => words::at_most(&high),
            (None, None) => words::read_me(),
        }
    }

    /// The forms that a value may have, as far as they can be said in a word.
    fn forms(&self, schema: &Value) -> Text {
        let forms = self.get("oneOf").or_else(|| self.get("anyOf")).and_then(Value::as_array);
        let mut said: Option<Text> = None;
        for form in forms.into_iter().flatten() {
            let form = form.get("$ref").and_then(Value::as_str).map_or(Some(form), |to| {
                // Of this document: references to others are never followed.
                schema.pointer(to.strip_prefix('#')?)
            });
            let Some(form) = form else { return words::read_me() };
            let word = match form.get("const") {
                Some(only) => words::only(&cut(&only.to_string())),
                None => Rule { parent: Some(form) }.kind(),
            };
            said = Some(match said {
                None => word,
                Some(first) => words::either(&first, &word),
            });
        }
        said.map_or_else(words::read_me, |kinds| words::write(&kinds))
    }
}

fn known_values(options: &Value, instance: &Value) -> Text {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
    let known = options.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match instance.as_str().and_then(|given| nearest(given, &texts)) {
        Some(near) => words::near_value(&known, near),
        None => words::known_values(&known),
    }
}

fn count(value: &Value) -> u64 {
    let size = value.as_array().map(Vec::len).or(value.as_object().map(serde_json::Map::len)).unwrap_or_default();
    u64::try_from(size).unwrap_or(u64::MAX)
}

fn parent<'s>(schema: &'s Value, error: &ValidationError<'_>) -> Option<&'s Value> {
    let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(parent)
}

/// A value as it may be shown: of a table or a list that is long, its beginning.
fn quoted(value: &Value) -> String {
    cut(&value.to_string())
}

/// What was written, not without end and on one line.
pub(super) fn cut(text: &str) -> String {
    let text: String =
        text.chars().map(|sign| if sign.is_control() { '\u{fffd}' } else { sign }).take(QUOTED + 1).collect();
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
