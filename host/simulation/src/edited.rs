//! Features whose settings somebody edits while contacts are open.

use std::sync::Arc;

use async_trait::async_trait;
use greffon_core::model::pin::KeptSettings;
use greffon_core::ports::earlier::EarlierSettings;
use greffon_core::ports::plugins::{Bound, Problem};
use greffon_core::ports::practices::Feature;

/// A triage or script feature after somebody edited its settings, which are `settings`
/// now: `bound` answers from now on, and what the feature was before answers for
/// contacts that began with that, however many edits ago.
///
/// # Panics
/// When the settings have more bytes than may be kept.
#[must_use]
pub fn edited(before: &Feature, settings: &str, bound: Bound) -> Feature {
    let kept = KeptSettings::new(&before.stamp.plugin, settings.to_owned()).expect("small enough to be kept");
    Feature {
        bound: Ok(bound),
        settings: Some(Arc::new(kept)),
        earlier: Some(Arc::new(Before(before.clone()))),
        ..before.clone()
    }
}

/// What a feature was before an edit.
#[derive(Debug)]
struct Before(Feature);

#[async_trait]
impl EarlierSettings for Before {
    async fn bind(&self, settings: &str) -> Result<Bound, Problem> {
        match (&self.0.settings, &self.0.earlier) {
            (Some(kept), _) if kept.text() == settings => self.0.bound.clone(),
            (_, Some(earlier)) => earlier.bind(settings).await,
            _ => Err(Problem::lasting("settings", "the plugin never had these settings", "")),
        }
    }
}
