//! Plugins under the settings that their practice had before.

use std::fmt;

use async_trait::async_trait;

use super::plugins::{Bound, Problem};

/// Binds the plugin of a feature, in its present component, to settings that the
/// practice had before.
#[async_trait]
pub trait EarlierSettings: fmt::Debug + Send + Sync {
    /// The plugin bound to these settings, canonical as [`KeptSettings`](crate::model::pin::KeptSettings) has them.
    /// Whoever has the same ones bound at the same time shares them; with the last
    /// use they are gone. Never blocks the thread that polls it: the plugin prepares
    /// its settings on another one, within the operator's caps of time, and a practice
    /// waits for itself, not for others. Dropped halfway, nothing is bound.
    ///
    /// # Errors
    /// What keeps the plugin from being used with them. One that is `passing` may be
    /// over at the next try.
    async fn bind(&self, settings: &str) -> Result<Bound, Problem>;
}
