//! Script plugins.

use async_trait::async_trait;

use super::{Health, Pure};
use crate::model::script::{ScriptInfo, Session, View};

/// The script plugin of a feature. After a failure the host's own minimal
/// script stands in.
#[async_trait]
pub trait Script: Health {
    /// The scripts that it offers. Asked once, when the feature was bound.
    fn catalogue(&self) -> &[ScriptInfo];
    /// The view of a session. The same session gives the same view.
    async fn render(&self, session: &Session) -> Pure<View>;
}
