//! The practice's settings, as `plugin.toml` describes them.

use greffon_sdk::channel::{SendError, Sensitivity};
use greffon_sdk::settings::Error;
use serde::Deserialize;

use crate::endpoint::Endpoint;

/// All settings, as written.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    url: String,
    #[serde(default)]
    max_sensitivity: Ceiling,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ceiling {
    Public,
    #[default]
    Personal,
    Health,
}

/// Who receives, and what may be sent there: the settings after reading.
pub struct Receiver {
    /// Where messages go.
    pub endpoint: Endpoint,
    /// The most revealing text that it may see.
    pub max_sensitivity: Sensitivity,
}

impl TryFrom<Settings> for Receiver {
    type Error = SendError;

    fn try_from(written: Settings) -> Result<Self, SendError> {
        let endpoint = Endpoint::parse(&written.url)
            .map_err(|problem| Error::at("/url", format!("this is no endpoint: {problem}")))?;
        let max_sensitivity = match written.max_sensitivity {
            Ceiling::Public => Sensitivity::Public,
            Ceiling::Personal => Sensitivity::Personal,
            Ceiling::Health => Sensitivity::Health,
        };
        Ok(Self { endpoint, max_sensitivity })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(settings: Value) -> Result<Receiver, String> {
        let written: Settings = serde_json::from_value(settings).map_err(|error| error.to_string())?;
        Receiver::try_from(written).map_err(|error| error.to_string())
    }

    fn manifest() -> Value {
        toml::from_str(include_str!("../plugin.toml")).unwrap()
    }

    fn schema() -> jsonschema::Validator {
        jsonschema::draft202012::new(&manifest()["settings-schema"]).unwrap()
    }

    #[test]
    fn schema_and_plugin_agree_on_what_settings_are() {
        let url = "https://astreinte.example/greffon";
        for settings in [
            json!({ "url": url }),
            json!({ "url": url, "max-sensitivity": "public" }),
            json!({ "url": url, "max-sensitivity": "health" }),
        ] {
            assert!(schema().is_valid(&settings), "{settings}");
            assert!(read(settings).is_ok());
        }
        for settings in [
            json!({}),
            json!({ "url": 7 }),
            json!({ "url": url, "max-sensitivity": "secret" }),
            json!({ "url": url, "Url": url }),
            json!({ "url": url, "secret": "whsec_" }),
        ] {
            assert!(!schema().is_valid(&settings), "{settings}");
            assert!(read(settings).is_err());
        }
    }

    #[test]
    fn without_a_word_no_health_data_leaves() {
        let receiver = read(json!({ "url": "https://a.example" })).unwrap();
        assert_eq!(receiver.max_sensitivity, Sensitivity::Personal);
        assert_eq!(manifest()["settings-schema"]["properties"]["max-sensitivity"]["default"], "personal");
    }

    #[test]
    fn a_url_that_cannot_be_used_is_named_by_its_key_with_the_remedy() {
        for (url, remedy) in [
            ("http://a.example", "https://"),
            ("https://user:word@a.example/", "credentials.key"),
            ("https://a.example/#part", "leave out the #"),
            ("https://a.example:0/", "1 to 65535"),
        ] {
            let error = read(json!({ "url": url })).err().unwrap();
            assert!(error.contains("settings/url") && error.contains(remedy), "{error}");
            assert!(!error.contains("word@"), "{error}");
        }
    }

    #[test]
    fn the_example_of_the_readme_is_accepted() {
        let readme = include_str!("../README.md");
        let file: Value =
            toml::from_str(readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()).unwrap();
        let feature = &file["features"]["astreinte"];
        assert!(schema().is_valid(&feature["settings"]));
        let receiver = read(feature["settings"].clone()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(feature["plugin"], manifest()["id"]);
        assert_eq!(feature["grants"]["http"], json!([receiver.endpoint.origin()]));
        let credentials: Vec<&String> = feature["credentials"].as_object().unwrap().keys().collect();
        assert_eq!(json!(credentials), manifest()["asks"]["credentials"]);
        assert_eq!(feature["credentials"]["key"]["scheme"], "key");
    }

    proptest! {
        #[test]
        fn schema_and_plugin_agree_on_what_a_url_is(
            url in "([hH]ttps?://)?[a-zA-Z0-9._é-]{0,4}(\\.[a-z0-9-]{0,3})?(:[0-9]{0,6})?([/?#@:][ -~é\n]{0,6})?\n?"
        ) {
            let accepted = schema().is_valid(&json!({ "url": url }));
            prop_assert_eq!(Endpoint::parse(&url).is_ok(), accepted, "{:?}", url);
        }
    }
}
