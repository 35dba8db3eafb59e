//! What a plugin of any kind tells of itself.

use super::problem::Problem;

/// What every bound plugin can tell of itself without being called.
pub trait Health: Send + Sync {
    /// Whether calls are refused for now, after repeated failures.
    fn is_suspended(&self) -> bool;

    /// What somebody must mend before it does all of its work, although it is
    /// bound; found out in use, so that nothing is known before.
    fn problem(&self) -> Option<Problem> {
        None
    }
}
