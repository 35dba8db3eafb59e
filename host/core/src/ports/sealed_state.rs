//! States that a part of the host carries from one use to the next and that
//! nobody else may read: it seals them itself, so that a storage keeps bytes and
//! knows nothing of what is in them.
//!
//! Changing one is a matter between the host and the outside world, which must
//! not be done twice at once: a state is held for the while that it takes, by one
//! holder over all nodes.

use std::time::Duration;

use async_trait::async_trait;

use super::storage::Stored;
use crate::ids::{FeatureId, PracticeId};

/// How long a state is kept that nobody writes any more: its feature, or what it
/// was about, is gone.
pub const KEPT_FOR: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Which state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StateName {
    /// The practice.
    pub practice: PracticeId,
    /// The practice's name for the binding.
    pub feature: FeatureId,
    /// Its name inside the feature, at most 1,024 bytes.
    pub name: String,
}

/// The bytes of a state, as whoever sealed them gave them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// How long ago they were written, by the time of leases: equal for all
    /// nodes, whatever their own clocks show.
    pub age: Duration,
}

/// What is known of a state without holding it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// What was written last; `None` when nothing ever was.
    pub sealed: Option<Sealed>,
    /// Whether somebody holds it now.
    pub is_held: bool,
}

/// A state in the hands of its one holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Which.
    pub of: StateName,
    /// Number of the hold; of one state it only grows.
    pub fence: i64,
    /// What was written last.
    pub sealed: Option<Sealed>,
    /// Whether the holder before this one let its time pass without a word, so
    /// that nobody knows how far it came.
    pub was_left_open: bool,
}

/// Keeps sealed states. Every operation is atomic, and durable when it returns.
#[async_trait]
pub trait SealedStates: Send + Sync {
    /// What is there, without waiting for anybody.
    async fn look(&self, of: &StateName) -> Stored<Look>;

    /// Holds a state for at most so long, whether or not it was ever written.
    /// `None` while somebody else does.
    async fn hold(&self, of: &StateName, lasts: Duration) -> Stored<Option<Hold>>;

    /// Writes the state and ends the hold. Says whether it was written: not when
    /// somebody has held the state since, and then nothing is changed. A hold
    /// whose time has passed is still good for this.
    async fn replace(&self, hold: &Hold, bytes: &[u8]) -> Stored<bool>;

    /// Ends the hold and leaves the state as it is. Nothing happens when somebody
    /// has held it since.
    async fn release(&self, hold: &Hold) -> Stored<()>;

    /// Removes, over all practices, what was written longer ago than `age` and is
    /// not held; says how many.
    async fn discard(&self, age: Duration) -> Stored<u64>;
}
