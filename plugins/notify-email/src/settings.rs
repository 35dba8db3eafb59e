//! The practice's settings, as `plugin.toml` describes them.

use greffon_sdk::channel::{Kind, SendError, Sensitivity};
use greffon_sdk::settings::Error;
use serde::Deserialize;

use crate::address::AddrSpec;

/// All settings, as written.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    from: String,
    from_name: Option<String>,
    #[serde(default)]
    kind: MailKind,
    #[serde(default)]
    max_sensitivity: Ceiling,
    reply_to: Option<String>,
    footer: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MailKind {
    #[default]
    Email,
    SecureEmail,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ceiling {
    Public,
    #[default]
    Personal,
    Health,
}

/// Who sends, and what may be sent: the settings after reading.
pub struct Sender {
    /// Sender in the header and in the envelope.
    pub from: AddrSpec,
    /// Name shown beside it, without control characters.
    pub name: Option<String>,
    /// What the channel is.
    pub kind: Kind,
    /// The most revealing text that it carries.
    pub max_sensitivity: Sensitivity,
    /// Where answers go. None: to `from`.
    pub reply_to: Option<AddrSpec>,
    /// Text under every message.
    pub footer: Option<String>,
}

impl TryFrom<Settings> for Sender {
    type Error = SendError;

    fn try_from(written: Settings) -> Result<Self, SendError> {
        let address = |pointer: &str, text: &str| {
            AddrSpec::parse(text).map_err(|problem| Error::at(pointer, format!("this is no e-mail address: {problem}")))
        };
        if written.from_name.as_deref().is_some_and(|name| name.contains(char::is_control)) {
            let problem = "a name has no control characters; write it on one line";
            return Err(Error::at("/from-name", problem).into());
        }
        Ok(Self {
            from: address("/from", &written.from)?,
            name: written.from_name,
            kind: match written.kind {
                MailKind::Email => Kind::Email,
                MailKind::SecureEmail => Kind::SecureEmail,
            },
            max_sensitivity: match written.max_sensitivity {
                Ceiling::Public => Sensitivity::Public,
                Ceiling::Personal => Sensitivity::Personal,
                Ceiling::Health => Sensitivity::Health,
            },
            reply_to: written.reply_to.map(|text| address("/reply-to", &text)).transpose()?,
            footer: written.footer,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(settings: Value) -> Result<Sender, String> {
        let written: Settings = serde_json::from_value(settings).map_err(|error| error.to_string())?;
        Sender::try_from(written).map_err(|error| error.to_string())
    }

    fn accepts(settings: &Value) -> bool {
        let manifest: Value = toml::from_str(include_str!("../plugin.toml")).unwrap();
        jsonschema::draft202012::new(&manifest["settings-schema"]).unwrap().is_valid(settings)
    }

    #[test]
    fn schema_and_plugin_agree_on_what_settings_are() {
        let full = json!({
            "from": "accueil@morel.example", "from-name": "Cabinet du Dr Morel", "kind": "secure-email",
            "max-sensitivity": "health", "reply-to": "secretariat@morel.example", "footer": "En urgence : 15"
        });
        for settings in [json!({ "from": "accueil@morel.example" }), full] {
            assert!(accepts(&settings), "{settings}");
            assert!(read(settings).is_ok());
        }
        for settings in [
            json!({}),
            json!({ "from": "a@b.example", "kind": "sms" }),
            json!({ "from": "a@b.example", "max-sensitivity": "secret" }),
            json!({ "from": "a@b.example", "From": "x" }),
            json!({ "from": "a@b.example", "from-name": "Morel\r\nBcc: x@y.example" }),
        ] {
            assert!(!accepts(&settings), "{settings}");
            assert!(read(settings).is_err());
        }
    }

    #[test]
    fn the_example_of_the_readme_is_accepted() {
        let readme = include_str!("../README.md");
        let file: Value =
            toml::from_str(readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()).unwrap();
        let settings = file["features"]["mail"]["settings"].clone();
        assert!(accepts(&settings));
        assert!(read(settings).is_ok());
    }

    #[test]
    fn an_address_that_cannot_be_used_is_named_by_its_key() {
        let error = read(json!({ "from": "accueil" })).err().unwrap();
        assert!(error.contains("settings/from"), "{error}");
        let error = read(json!({ "from": "a@b.example", "reply-to": "x@y" })).err().unwrap();
        assert!(error.contains("settings/reply-to"), "{error}");
    }
}
