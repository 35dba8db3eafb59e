//! What a plugin of any kind tells of itself.

use super::problem::Problem;
use crate::model::outside_failure::{LastFailure, Resting};

/// What every bound plugin can tell of itself without being called.
pub trait Health: Send + Sync {
    /// Whether calls are refused for now, after repeated failures.
    fn is_suspended(&self) -> bool;

    /// What somebody must mend before it does all of its work, although it is
    /// bound; found out in use, so that nothing is known before.
    fn problem(&self) -> Option<Problem> {
        None
    }

    /// The last failure that the host saw of what its calls ask outside. It is of the feature as a whole: another
    /// call may have failed since the one that somebody asks about.
    fn last_failure(&self) -> Option<LastFailure> {
        None
    }

    /// The origins that it may not ask now, and until when: its calls that need them are told so at once.
    fn resting(&self) -> Vec<Resting> {
        Vec::new()
    }
}
