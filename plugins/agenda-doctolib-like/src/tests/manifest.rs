//! The manifest's schema, the README and the plugin agree.

use serde_json::{Value, json};

use crate::settings::Settings;

fn manifest() -> Value {
    toml::from_str(include_str!("../../plugin.toml")).unwrap()
}

fn accepts(settings: &Value) -> bool {
    jsonschema::draft202012::new(&manifest()["settings-schema"]).unwrap().is_valid(settings)
}

fn reads(settings: &Value) -> bool {
    serde_json::from_value::<Settings>(settings.clone()).is_ok()
}

#[test]
fn the_example_of_the_readme_is_accepted() {
    let readme = include_str!("../../README.md");
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let file: Value = toml::from_str(example).unwrap();
    let settings = &file["features"]["agenda-nord"]["settings"];
    assert!(accepts(settings) && reads(settings), "{settings}");
}

#[test]
fn every_setting_stands_in_the_readme() {
    let readme = include_str!("../../README.md");
    for key in manifest()["settings-schema"]["properties"].as_object().unwrap().keys() {
        assert!(readme.contains(&format!("| `{key}")), "{key}");
    }
}

#[test]
fn what_the_schema_accepts_the_plugin_reads() {
    let agenda = json!({
        "vendor-id": 101, "label": "A", "zone": "Indian/Reunion", "rpps": "10003456789", "site": "nord",
        "motives": { "consultation": 301 },
    });
    let full = json!({
        "base-url": "https://api.example/partner/", "zone": "Europe/Paris", "account": 7, "send-note": true,
        "list-lag-s": 0, "write-timeout-ms": 5000, "motives": { "consultation": 201 },
        "agendas": { "a": agenda, "b": { "vendor-id": 102 } },
    });
    let least = json!({ "base-url": "http://127.0.0.1:8090", "agendas": { "a": { "vendor-id": 1 } } });
    for settings in [full, least] {
        assert!(accepts(&settings) && reads(&settings), "{settings}");
    }
}

#[test]
fn the_schema_refuses_what_cannot_work() {
    let with = |key: &str, value: Value| {
        let mut settings = json!({ "base-url": "https://api.example", "agendas": { "a": { "vendor-id": 1 } } });
        settings[key] = value;
        settings
    };
    for settings in [
        json!({ "agendas": { "a": { "vendor-id": 1 } } }),
        json!({ "base-url": "https://api.example" }),
        with("base-url", json!("api.example")),
        with("base-url", json!("https://user:secret@api.example")),
        with("agendas", json!({})),
        with("agendas", json!({ "a": {} })),
        with("agendas", json!({ "a": 101 })),
        with("agendas", json!({ "a/b": { "vendor-id": 1 } })),
        with("agendas", json!({ "a": { "vendor-id": 0 } })),
        with("agendas", json!({ "a": { "vendor-id": 1, "number": 2 } })),
        with("motives", json!({ "consultation": "201" })),
        with("account", json!(0)),
        with("list-lag-s", json!(601)),
        with("write-timeout-ms", json!(999)),
        with("write-timeout-ms", json!(30_001)),
        with("token-url", json!("https://api.example/oauth/token")),
    ] {
        assert!(!accepts(&settings), "{settings}");
    }
}
