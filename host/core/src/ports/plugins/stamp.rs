//! Which plugin had a part in something.

use serde::Serialize;

use crate::ids::FeatureId;

/// Which plugin serves a feature: what the journal writes beside everything
/// that the plugin had a part in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stamp {
    /// The practice's name for the binding.
    pub feature: FeatureId,
    /// The plugin's id; as the practice's file writes it when no such plugin
    /// was found.
    pub plugin: String,
    /// The plugin's version; empty when it was not found.
    pub version: String,
    /// SHA-256 of its component, hex; empty when it was not found.
    pub digest: String,
}

impl Stamp {
    /// The stamp of a feature that the practice no longer has.
    #[must_use]
    pub fn of_feature(feature: &FeatureId) -> Self {
        Self { feature: feature.clone(), plugin: String::new(), version: String::new(), digest: String::new() }
    }

    /// As fields of a line of the journal; what is not known is left out.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, String)> {
        let fields = [
            ("feature", &self.feature.0),
            ("plugin", &self.plugin),
            ("plugin-version", &self.version),
            ("plugin-digest", &self.digest),
        ];
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}
