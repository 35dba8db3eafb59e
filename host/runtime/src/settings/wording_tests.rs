use std::collections::BTreeSet;
use std::path::Path;

use greffon_words::Locale;
use serde_json::{Value, json};

use super::super::Schema;
use crate::problem::Problem;

fn problems(schema: &Value, settings: &Value) -> Vec<Problem> {
    Schema::compile(schema).expect("schema").apply(settings).expect_err("does not fit")
}

/// A setting `x`, its rule, what is wrong and what to write.
fn cases() -> Vec<(Value, Value, &'static str, &'static str)> {
    let table = json!({ "type": "object", "additionalProperties": false, "properties": { "path": {}, "name": {} },
        "minProperties": 1, "maxProperties": 1 });
    let destination = json!({ "type": "object", "additionalProperties": false, "minProperties": 1,
        "properties": { "recontact": { "type": "integer", "minimum": 1 }, "redirect": { "type": "string" } } });
    let forms = json!({ "oneOf": [{ "const": "same-day-slot" }, destination] });
    let words = json!({ "anyOf": [{ "type": "string" },
        { "type": "array", "minItems": 1, "items": { "type": "string" } }] });
    vec![
        (json!({ "type": "string" }), json!(3), "3 n'est pas un texte entre guillemets", "écrire un texte"),
        (json!({ "type": "integer" }), json!("3"), "\"3\" n'est pas un nombre entier", "écrire un nombre entier"),
        (json!({ "type": "number" }), json!(true), "true n'est pas un nombre", "écrire un nombre"),
        (json!({ "type": "boolean" }), json!("oui"), "\"oui\" n'est pas true ou false", "écrire true ou false"),
        (json!({ "type": "array" }), json!("a"), "\"a\" n'est pas une liste entre crochets", "une liste"),
        (json!({ "type": "object" }), json!([]), "[] n'est pas une table entre accolades", "une table"),
        (
            json!({ "type": ["string", "object"], "description": "le chemin du calendrier" }),
            json!(3),
            "3 n'est pas un texte entre guillemets ou une table entre accolades",
            "le chemin du calendrier",
        ),
        (json!({ "enum": ["strict", "souple"] }), json!("strikt"), "\"strikt\" n'est pas", "écrire « strict » ?"),
        (json!({ "enum": ["a", "b"] }), json!(7), "7 n'est pas une valeur possible", "possibles : \"a\", \"b\""),
        (json!({ "const": "v1" }), json!("v2"), "\"v2\" n'est pas une valeur possible", "écrire \"v1\""),
        (
            json!({ "minimum": 1, "maximum": 9 }),
            json!(0),
            "0 est en dessous du minimum, 1",
            "écrire un nombre de 1 à 9",
        ),
        (json!({ "minimum": 1 }), json!(0), "0 est en dessous du minimum, 1", "écrire 1 au moins"),
        (json!({ "maximum": 9 }), json!(10), "10 est au-dessus du maximum, 9", "écrire 9 au plus"),
        (json!({ "exclusiveMaximum": 9 }), json!(9), "9 n'est pas en dessous de 9", "écrire moins de 9"),
        (json!({ "exclusiveMinimum": 9 }), json!(9), "9 n'est pas au-dessus de 9", "écrire plus de 9"),
        (json!({ "multipleOf": 5 }), json!(7), "7 n'est pas un multiple de 5", "écrire un multiple de 5"),
        (json!({ "minLength": 1 }), json!(""), "ce texte est vide", "y écrire quelque chose"),
        (json!({ "minLength": 3 }), json!("ab"), "\"ab\" est trop court : 3 caractères au moins", "l'allonger"),
        (json!({ "maxLength": 1 }), json!("ab"), "\"ab\" est trop long : 1 caractère au plus", "le raccourcir"),
        (
            json!({ "pattern": "^[0-9]{11}$", "description": "numéro RPPS" }),
            json!("12"),
            "\"12\" n'a pas la forme attendue, ^[0-9]{11}$",
            "à écrire : numéro RPPS",
        ),
        (json!({ "type": "string", "format": "uri" }), json!("a b"), "n'est pas de la forme « uri »", "README"),
        (json!({ "minItems": 1 }), json!([]), "la liste est trop courte : 1 élément au moins", "compléter"),
        (json!({ "maxItems": 1 }), json!([1, 2]), "la liste a 2 éléments ; 1 au plus", "en retirer"),
        (json!({ "uniqueItems": true }), json!([1, 1]), "un élément de la liste y est deux fois", "une fois"),
        (table.clone(), json!({}), "la table est incomplète : 1 clé au moins", "connues : name, path"),
        (table, json!({ "path": 1, "name": 2 }), "la table a 2 clés ; 1 au plus", "connues : name, path"),
        (json!({ "required": ["id"] }), json!({}), "la clé « id » manque", "ajouter « id »"),
        (
            json!({ "required": ["id"], "properties": { "id": { "description": "le nom" } } }),
            json!({}),
            "la clé « id » manque",
            "ajouter « id » : le nom",
        ),
        (
            json!({ "additionalProperties": false, "properties": { "zone": {} } }),
            json!({ "zonne": 1 }),
            "clé inconnue « zonne »",
            "vouliez-vous écrire « zone » ?",
        ),
        (
            json!({ "additionalProperties": false, "properties": {} }),
            json!({ "a": 1 }),
            "clé inconnue « a »",
            "la retirer",
        ),
        (
            json!({ "propertyNames": { "enum": ["closing", "greeting"] } }),
            json!({ "closin": "" }),
            "« closin » ne peut pas être une clé ici",
            "écrire « closing » ?",
        ),
        // What was meant is corrected, and not the choice of a form.
        (forms.clone(), json!({ "recontcat": 3 }), "clé inconnue « recontcat »", "écrire « recontact » ?"),
        (forms.clone(), json!({ "recontact": 0 }), "0 est en dessous du minimum, 1", "écrire 1 au moins"),
        (forms, json!(3), "3 n'a aucune des formes possibles", "\"same-day-slot\" ou une table entre accolades"),
        (words.clone(), json!([]), "la liste est trop courte", "compléter"),
        (words.clone(), json!([3]), "3 n'est pas un texte", "écrire un texte"),
        (words, json!(3), "3 n'a aucune des formes possibles", "un texte entre guillemets ou une liste"),
        (json!({ "oneOf": [{}, {}] }), json!(3), "3 a plusieurs formes à la fois", "n'en garder qu'une"),
        (json!({ "not": {} }), json!(3), "3 est exclu ici", "la retirer"),
        // A keyword that nobody has worded.
        (json!({ "contains": { "const": 1 } }), json!([2]), "[2] ne convient pas ici", "README"),
    ]
}

#[test]
fn each_keyword_is_told_in_french_with_the_value_and_what_to_write() {
    for (rule, value, message, hint) in cases() {
        let schema = json!({ "type": "object", "properties": { "x": rule } });
        let found = problems(&schema, &json!({ "x": value }));
        let first = &found[0];
        assert!(first.key.starts_with("settings.x"), "{first:?}");
        assert!(first.message.contains(message), "{rule}: {:?} is not {message:?}", first.message);
        assert!(first.hint.contains(hint), "{rule}: {:?} is not {hint:?}", first.hint);
        let english = Schema::compile(&schema).expect("schema").in_locale(Locale::En).apply(&json!({ "x": value }));
        let english = &english.expect_err("does not fit")[0];
        assert_ne!((&english.message, &english.hint), (&first.message, &first.hint), "{rule}");
        for words in [&first.message, &first.hint] {
            assert!(!words.is_empty() && !words.contains(" is ") && !words.contains(" not "), "{words}");
        }
    }
}

#[test]
fn a_mistake_behind_a_reference_is_found_at_its_place() {
    let schema = json!({
        "type": "object",
        "properties": { "rules": { "type": "array", "items": { "$ref": "#/$defs/rule" } } },
        "$defs": {
            "minutes": { "type": "integer", "minimum": 1, "maximum": 60 },
            "rule": { "type": "object", "additionalProperties": false, "properties": { "within": { "$ref": "#/$defs/minutes" } } },
        },
    });
    let late = &problems(&schema, &json!({ "rules": [{}, { "within": 61 }] }))[0];
    assert_eq!((late.key.as_str(), late.hint.as_str()), ("settings.rules.1.within", "écrire un nombre de 1 à 60"));
    let unknown = &problems(&schema, &json!({ "rules": [{ "witin": 3 }] }))[0];
    assert_eq!(unknown.key, "settings.rules.0.witin");
    assert!(unknown.hint.contains("« within »"), "{unknown:?}");
}

#[test]
fn what_was_written_is_shown_on_one_line_and_not_without_end() {
    let schema = json!({ "type": "object", "properties": { "x": { "maxLength": 3 } }, "additionalProperties": false });
    let long = &problems(&schema, &json!({ "x": format!("\u{1b}[2J{}", "x".repeat(9_000)) }))[0];
    assert!(long.message.chars().count() < 200 && !long.message.contains('\u{1b}'), "{}", long.message);
    let named = &problems(&schema, &json!({ "\u{1b}[2J": 1 }))[0];
    assert!(!named.message.contains('\u{1b}'), "{}", named.message);
}

/// The keywords that a schema uses to say what a value is.
fn keywords(schema: &Value, used: &mut BTreeSet<String>) {
    let Some(rule) = schema.as_object() else { return };
    for (keyword, inside) in rule {
        match keyword.as_str() {
            "properties" | "$defs" | "patternProperties" => {
                inside.as_object().into_iter().flatten().for_each(|(_, rule)| keywords(rule, used));
            }
            "oneOf" | "anyOf" | "allOf" => {
                used.insert(keyword.clone());
                inside.as_array().into_iter().flatten().for_each(|rule| keywords(rule, used));
            }
            "description" | "default" | "$schema" | "$ref" | "title" => {}
            _ => {
                used.insert(keyword.clone());
                keywords(inside, used);
            }
        }
    }
}

#[test]
fn every_keyword_of_the_bundled_schemas_is_worded() {
    let mut worded = BTreeSet::new();
    cases().iter().for_each(|(rule, ..)| keywords(rule, &mut worded));
    // `items` says of each item what other keywords say of a value.
    worded.insert("items".to_owned());
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins");
    let mut schemas = 0;
    for folder in std::fs::read_dir(plugins).expect("plugins are listed").flatten() {
        let Ok(text) = std::fs::read_to_string(folder.path().join("plugin.toml")) else { continue };
        let manifest: Value = toml::from_str(&text).expect("TOML");
        let mut used = BTreeSet::new();
        keywords(&manifest["settings-schema"], &mut used);
        schemas += usize::from(!used.is_empty());
        let unworded: Vec<&String> = used.difference(&worded).collect();
        assert!(unworded.is_empty(), "{}: {unworded:?}", folder.path().display());
    }
    assert!(schemas >= 5, "{schemas}");
}
