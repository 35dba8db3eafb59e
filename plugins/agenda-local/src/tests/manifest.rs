//! The manifest's schema, the README and the plugin agree.

use serde_json::{Value, json};

use crate::settings::Settings;

fn accepts(settings: &Value) -> bool {
    let manifest: Value = toml::from_str(include_str!("../../plugin.toml")).unwrap();
    jsonschema::draft202012::new(&manifest["settings-schema"]).unwrap().is_valid(settings)
}

fn reads(settings: &Value) -> bool {
    serde_json::from_value::<Settings>(settings.clone()).is_ok()
}

#[test]
fn the_example_of_the_readme_is_accepted() {
    let readme = include_str!("../../README.md");
    let example = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let file: Value = toml::from_str(example).unwrap();
    let settings = &file["features"]["agenda"]["settings"];
    assert!(accepts(settings) && reads(settings), "{settings}");
}

#[test]
fn what_the_schema_accepts_the_plugin_reads() {
    let full = json!({
        "zone": "Indian/Reunion", "max-hold-s": 60, "keep-months": 12,
        "agendas": { "a": { "label": "A", "zone": "Europe/Paris", "rpps": "10003456789", "site": "nord" } },
        "motives": { "m": { "label": "M", "duration-min": 15, "before-min": 5, "after-min": 5, "seats": 2, "agendas": ["a"] } }
    });
    for settings in [full, json!({ "agendas": { "a": { "label": "A" } } })] {
        assert!(accepts(&settings) && reads(&settings), "{settings}");
    }
}

#[test]
fn the_schema_refuses_what_cannot_work() {
    let with = |key: &str, value: Value| {
        let mut settings = json!({ "agendas": { "a": { "label": "A" } } });
        settings[key] = value;
        settings
    };
    for settings in [
        json!({}),
        with("agendas", json!({})),
        with("agendas", json!({ "a/b": { "label": "A" } })),
        with("agendas", json!({ "a": {} })),
        with("agendas", json!({ "a": { "label": "A", "rpps": "1" } })),
        with("agenda", json!({})),
        with("motives", json!({ "m": {} })),
        with("motives", json!({ "m": { "duration-min": 0 } })),
        with("max-hold-s", json!(0)),
    ] {
        assert!(!accepts(&settings), "{settings}");
    }
}
