//! The API's own description.

use serde_json::Value;

#[test]
fn the_description_changes_only_on_purpose() {
    insta::assert_snapshot!("openapi", greffon_server::openapi());
}

#[test]
fn everything_is_described() {
    let description: Value = serde_json::from_str(greffon_server::openapi()).unwrap();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["operationId"].is_string(), "{method} {path} has no name");
        }
    }
    for (name, schema) in description["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string() || name.starts_with("Page_"), "{name} has no description");
        for (field, of) in schema["properties"].as_object().into_iter().flatten() {
            let described = of["description"].is_string() || of["oneOf"][0]["description"].is_string();
            assert!(described, "{name}.{field} has no description");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let description: Value = serde_json::from_str(greffon_server::openapi()).unwrap();
    let mut found = Vec::new();
    references(&description, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
}
