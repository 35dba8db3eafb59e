//! What an agenda holds.

use super::names::{RowId, Slot};

/// An entry that takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// Which booking of greffon's wrote it; none when somebody else did.
    pub(crate) op: Option<RowId>,
    pub(crate) slot: Slot,
    pub(crate) hand: Hand,
    /// Somebody else's stood there when greffon wrote it.
    pub(crate) over_another: bool,
}

/// What somebody at the agenda did to an entry since greffon wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Hand {
    Nothing,
    /// They gave it the time that it has.
    Moved,
    /// They struck it out and put it back.
    PutBack,
}

/// A request that is under way and that nobody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Request {
    /// The entry of a booking.
    Book(RowId),
    /// The end of the entry of a booking, if its version is still the one that was known.
    Remove {
        /// Which booking's.
        of: RowId,
        /// Who wants it.
        by: RowId,
        /// Whether the version is still the one that was known.
        fresh: bool,
    },
}
