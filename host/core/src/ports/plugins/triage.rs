//! Triage plugins.

use async_trait::async_trait;

use super::{Health, Pure};
use crate::model::triage::{Encounter, Protocol, Step};

/// The triage plugin of a feature. A failure leaves the decision to a person,
/// at or above the floor.
#[async_trait]
pub trait Triage: Health {
    /// The grids that it offers. Asked once, when the feature was bound.
    fn protocols(&self) -> &[Protocol];
    /// The next step of a triage. The same encounter gives the same step.
    async fn next(&self, encounter: &Encounter) -> Pure<Step>;
}
