//! Fills settings with the `default`s of their schema.

use serde_json::Value;

/// How deep schemas are followed; a recursive one ends here.
const DEPTH: u32 = 32;

/// Adds what is absent and has a default, to any depth of `properties`,
/// `additionalProperties`, `items` and references inside the document. An
/// object that is absent stays absent, whatever defaults it would hold.
pub(super) fn fill(document: &Value, settings: &mut Value) {
    fill_in(document, document, settings, DEPTH);
}

fn fill_in(document: &Value, schema: &Value, value: &mut Value, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else { return };
    if let Some(target) = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'))
        && let Some(target) = document.pointer(target)
    {
        fill_in(document, target, value, depth);
    }
    match value {
        Value::Object(table) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                match table.get_mut(name) {
                    Some(inner) => fill_in(document, property, inner, depth),
                    None => {
                        if let Some(default) = property.get("default") {
                            table.insert(name.clone(), default.clone());
                        }
                    }
                }
            }
            if let Some(others) = schema.get("additionalProperties").filter(|others| others.is_object()) {
                let known = |name: &str| properties.is_some_and(|properties| properties.contains_key(name));
                for (_, inner) in table.iter_mut().filter(|(name, _)| !known(name)) {
                    fill_in(document, others, inner, depth);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                for item in items {
                    fill_in(document, schema, item, depth);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn defaults_are_filled_in_at_any_depth() {
        let schema = json!({
            "properties": {
                "a": { "default": 1 },
                "list": { "items": { "$ref": "#/$defs/entry" } },
                "map": { "additionalProperties": { "$ref": "#/$defs/entry" } }
            },
            "$defs": { "entry": { "properties": { "b": { "default": true } } } }
        });
        let mut settings = json!({ "list": [{}, { "b": false }], "map": { "x": {} } });
        fill(&schema, &mut settings);
        assert_eq!(settings, json!({ "a": 1, "list": [{ "b": true }, { "b": false }], "map": { "x": { "b": true } } }));
    }

    #[test]
    fn a_recursive_schema_ends() {
        let schema = json!({ "$ref": "#", "properties": { "next": { "$ref": "#" } } });
        let mut settings = json!({ "next": { "next": {} } });
        fill(&schema, &mut settings);
        assert_eq!(settings, json!({ "next": { "next": {} } }));
    }
}
