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
    let settings = &file["features"]["agenda-nord"]["settings"];
    assert!(accepts(settings) && reads(settings), "{settings}");
}

#[test]
fn what_the_schema_accepts_the_plugin_reads() {
    let calendar = json!({ "path": "/a/", "name": "A", "label": "A", "zone": "Europe/Paris", "rpps": "10003456789", "site": "nord" });
    let full = json!({
        "base-url": "https://dav.example/x/", "zone": "Indian/Reunion", "summary": "name", "label": "Consult.",
        "class": "private", "cancel": "mark", "read-only": true, "write-timeout-ms": 5000,
        "calendars": { "a": "/a/", "b": calendar, "c": {} }
    });
    for settings in [full, json!({ "base-url": "http://127.0.0.1:5232", "calendars": { "a": "/a/" } })] {
        assert!(accepts(&settings) && reads(&settings), "{settings}");
    }
}

#[test]
fn the_schema_refuses_what_cannot_work() {
    let with = |key: &str, value: Value| {
        let mut settings = json!({ "base-url": "https://dav.example", "calendars": { "a": "/a/" } });
        settings[key] = value;
        settings
    };
    for settings in [
        json!({ "calendars": { "a": "/a/" } }),
        json!({ "base-url": "https://dav.example" }),
        with("base-url", json!("dav.example")),
        with("base-url", json!("https://user:secret@dav.example")),
        with("calendars", json!({})),
        with("calendars", json!({ "a": "" })),
        with("calendars", json!({ "a": 1 })),
        with("calendars", json!({ "a/b": "/a/" })),
        with("calendars", json!({ "a": { "pfad": "/a/" } })),
        with("summary", json!("full")),
        with("write-timeout-ms", json!(0)),
        with("password", json!("secret")),
    ] {
        assert!(!accepts(&settings), "{settings}");
    }
}
