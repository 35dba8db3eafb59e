//! Which grid or script a contact began with (S9): a contact goes on with it to
//! its end, whatever the practice writes into its files meanwhile.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::practice::PluginKind;
use crate::ids::FeatureId;

/// Most bytes of settings, as they are written and as they are kept: 1 MiB.
pub const MAX_SETTINGS_BYTES: usize = 1 << 20;

/// What names the settings of a plugin: SHA-256 of its id and of their canonical
/// text. Written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SettingsDigest(pub [u8; 32]);

/// Not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a digest has 64 lower-case hexadecimal digits")]
pub struct NotADigest;

impl SettingsDigest {
    /// The digest of the canonical settings of a plugin. The same settings of two
    /// plugins have two.
    #[must_use]
    pub fn of(plugin: &str, settings: &str) -> Self {
        let mut hash = Sha256::new();
        // With its length, so that no two pairs of texts are one.
        hash.update(u64::try_from(plugin.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(plugin.as_bytes());
        hash.update(settings.as_bytes());
        Self(hash.finalize().into())
    }
}

impl fmt::Display for SettingsDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SettingsDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SettingsDigest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NotADigest),
        };
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(NotADigest) };
        let bytes = pairs.iter().map(|[high, low]| Ok(digit(*high)? << 4 | digit(*low)?));
        let bytes: Vec<u8> = bytes.collect::<Result<_, _>>()?;
        bytes.try_into().map(Self).map_err(|_| NotADigest)
    }
}

impl TryFrom<String> for SettingsDigest {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        text.parse()
    }
}

impl From<SettingsDigest> for String {
    fn from(digest: SettingsDigest) -> Self {
        digest.to_string()
    }
}

/// The settings of a pure plugin as its guest gets them: canonical JSON (RFC 8785)
/// with the defaults of their schema. They hold no secret: what a practice's file
/// gives to a plugin as a credential never comes into its settings, and a pure
/// plugin may ask for no credential at all.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptSettings {
    digest: SettingsDigest,
    text: String,
}

impl fmt::Debug for KeptSettings {
    /// Without the text, which may be long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeptSettings").field(&self.digest).finish()
    }
}

impl KeptSettings {
    /// The settings of a plugin; `None` when they have more than
    /// [`MAX_SETTINGS_BYTES`].
    #[must_use]
    pub fn new(plugin: &str, text: String) -> Option<Self> {
        (text.len() <= MAX_SETTINGS_BYTES).then(|| Self { digest: SettingsDigest::of(plugin, &text), text })
    }

    /// What names them.
    #[must_use]
    pub fn digest(&self) -> SettingsDigest {
        self.digest
    }

    /// Their canonical text, at most [`MAX_SETTINGS_BYTES`].
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A grid or a script that a contact began with. Its settings stay in storage until
/// no open contact names them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pin {
    /// The practice's name for the feature.
    pub feature: FeatureId,
    /// What the plugin is: one of the pure kinds.
    pub kind: PluginKind,
    /// The plugin's id. Its component is not pinned: the operator replaces those.
    pub plugin: String,
    /// Its settings, which are what the practice edits.
    pub settings: SettingsDigest,
}

impl Pin {
    /// Whether this is the text of the settings that it names: of the right size and
    /// not a byte otherwise.
    #[must_use]
    pub fn names(&self, settings: &str) -> bool {
        settings.len() <= MAX_SETTINGS_BYTES && SettingsDigest::of(&self.plugin, settings) == self.settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin() -> Pin {
        let settings = SettingsDigest::of("triage-grid", "{}");
        Pin { feature: "tri".into(), kind: PluginKind::Triage, plugin: "triage-grid".to_owned(), settings }
    }

    #[test]
    fn settings_are_named_with_their_plugin() {
        let digest = SettingsDigest::of("triage-grid", "{}");
        assert_ne!(digest, SettingsDigest::of("triage-grid", "{\"a\":1}"));
        assert_ne!(digest, SettingsDigest::of("triage-grid{", "}"));
        assert!(pin().names("{}") && !pin().names("{} "));
        let large = " ".repeat(MAX_SETTINGS_BYTES + 1);
        assert!(!Pin { settings: SettingsDigest::of("triage-grid", &large), ..pin() }.names(&large));
        assert_eq!(KeptSettings::new("triage-grid", large), None);
        assert_eq!(KeptSettings::new("triage-grid", "{}".to_owned()).map(|one| one.digest()), Some(digest));
    }

    #[test]
    fn a_digest_is_written_and_read_as_hexadecimal_digits() {
        let text = serde_json::to_string(&pin()).expect("JSON");
        assert!(text.contains(&format!("\"settings\":\"{}\"", pin().settings)), "{text}");
        assert_eq!(serde_json::from_str::<Pin>(&text).ok(), Some(pin()));
        let good = pin().settings.to_string();
        for bad in [&good[2..], &good[1..], &format!("{good}00"), &good.replace(&good[..1], "G"), "é", ""] {
            assert_eq!(bad.parse::<SettingsDigest>(), Err(NotADigest), "{bad}");
        }
    }
}
