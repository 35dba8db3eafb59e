use super::*;

const GOOD: &str = r#"
id = "agenda-caldav"
kind = "agenda"
version = "1.2.3"
api = "0.1"
licence = "Apache-2.0"
description = "Agendas on a CalDAV server"
data = ["health", "personal"]

[asks]
http = ["*"]
keyvalue = true
credentials = ["dav"]

[limits]
memory-mib = 32

[settings-schema]
type = "object"
required = ["calendars"]
[settings-schema.properties.calendars]
type = "object"
"#;

fn parse(text: &str) -> Result<Manifest, Box<ManifestError>> {
    Manifest::parse(Path::new("plugin.toml"), text, |name| match name {
        "schema.json" => Ok(r#"{"type":"object","required":["calendars"]}"#.to_owned()),
        "torn.json" => Ok("{".to_owned()),
        _ => Err(format!("{name:?} is not there")),
    })
}

fn error(text: &str) -> ManifestError {
    *parse(text).expect_err("a wrong manifest")
}

#[test]
fn a_manifest_says_what_the_plugin_is_and_asks_for() {
    let manifest = parse(GOOD).expect("good");
    assert_eq!(manifest.kind, PluginKind::Agenda);
    assert_eq!(manifest.asks.http, [OriginAsk::Any]);
    assert_eq!(manifest.asks.credentials, ["dav"]);
    assert_eq!(manifest.limits.memory_mib, Some(32));
    assert!(manifest.settings_schema.is_some());
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_one() {
    let error = error(&GOOD.replace("keyvalue", "keyvalu"));
    let place = error.place.as_ref().expect("a place");
    assert_eq!((place.line, place.column), (12, 1));
    assert_eq!(error.key, "asks.keyvalu");
    assert_eq!(error.message, "unknown key \"keyvalu\"");
    assert!(error.hint.contains("did you mean \"keyvalue\"?"), "{}", error.hint);
}

#[test]
fn a_wrong_kind_is_named_with_the_kinds_that_exist() {
    let error = error(&GOOD.replace("\"agenda\"", "\"agendas\""));
    assert_eq!(error.key, "kind");
    assert!(error.message.contains("\"agendas\"") && error.hint.contains("\"agenda\""), "{error}");
}

#[test]
fn a_missing_key_is_named_with_an_example() {
    let error = error(&GOOD.replace("api = \"0.1\"\n", ""));
    assert!(error.message.contains("\"api\"") && error.hint.contains("api = \"0.1\""), "{error}");
}

#[test]
fn a_wrong_type_and_a_wrong_version_have_a_place() {
    for (from, to, key) in [
        ("keyvalue = true", "keyvalue = \"yes\"", "asks.keyvalue"),
        ("\"1.2.3\"", "\"1.2\"", "version"),
        ("api = \"0.1\"", "api = \"zero\"", "api"),
        ("\"*\"", "\"dav.example\"", "asks.http"),
        ("id = \"agenda-caldav\"", "id = \"Agenda\"", "id"),
    ] {
        let error = error(&GOOD.replace(from, to));
        assert_eq!(error.key, key, "{error}");
        assert!(error.place.is_some(), "{error}");
    }
}

#[test]
fn a_schema_that_is_none_is_refused() {
    let error = error(&GOOD.replace("type = \"object\"\nrequired", "type = \"objet\"\nrequired"));
    assert_eq!(error.key, "settings-schema");
}

#[test]
fn a_pure_plugin_asks_for_nothing() {
    let error = error(&GOOD.replace("\"agenda\"", "\"triage\""));
    assert_eq!(error.key, "asks");
    assert!(error.message.contains("pure"), "{error}");
}

#[test]
fn a_schema_file_is_read_or_named_with_what_is_wrong() {
    let (head, _) = GOOD.split_once("[asks]").expect("asks");
    let with = |name: &str| format!("{head}settings-schema = \"{name}\"\n");
    let manifest = parse(&with("schema.json")).expect("a schema");
    assert_eq!(manifest.settings_schema.expect("a schema")["required"][0], "calendars");
    for (name, said) in [("nowhere.json", "is not there"), ("torn.json", "is not JSON")] {
        let error = error(&with(name));
        assert!(error.message.contains(name) && error.message.contains(said), "{error}");
        assert_eq!(error.key, "settings-schema");
    }
}

#[test]
fn a_file_that_is_not_toml_is_an_error_with_a_place() {
    let error = error("id = \"x");
    assert_eq!(error.place.expect("a place").line, 1);
}
