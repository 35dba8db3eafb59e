//! The practices of this installation.

use std::sync::Arc;

use crate::ids::PracticeId;
use crate::model::practice::Practice;

/// Looks practices up. A changed file shows as a new `Arc`, whole or not at
/// all.
pub trait Practices: Send + Sync {
    /// The practice of this name, in its latest good configuration.
    fn get(&self, id: &PracticeId) -> Option<Arc<Practice>>;

    /// All names, sorted.
    fn list(&self) -> Vec<PracticeId>;
}
