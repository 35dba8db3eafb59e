//! What a process is doing.

use super::names::{RowId, Slot};
use super::sight::Sought;
use crate::time::Ticks;

/// The turn to write to the agenda, as the database has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Turn {
    /// Whose it is; nobody's when its process died.
    pub(crate) node: Option<usize>,
    /// When it may be given to somebody else.
    pub(crate) ends: Ticks,
}

/// One process, or one of the things that it does at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Node {
    Idle,
    /// Claimed a time, and waits for the turn.
    Waiting(RowId),
    /// Writes to the agenda.
    Calling(Call),
    /// Has looked in its turn, and is about to store what it saw. For so long may it write.
    Looked(RowId, Seen, Ticks),
}

/// A write that a plugin does for an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Call {
    pub(crate) row: RowId,
    pub(crate) send: u8,
    pub(crate) what: What,
    pub(crate) step: Step,
    /// For how long writes may begin.
    pub(crate) window: Ticks,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum What {
    Book,
    /// Ends the entry of this booking, known in this version.
    Cancel {
        of: RowId,
        fresh: bool,
        again: bool,
    },
    /// Takes the own entry out, known in this version.
    TakeOut {
        fresh: bool,
    },
}

/// How far the plugin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Nothing was asked yet.
    First,
    /// It looked, and nobody was there.
    Free,
    /// The request is under way, and the plugin waits.
    UnderWay,
    /// It wrote, and looks again next.
    Written,
    /// Somebody else is there: it takes its own back next.
    Yields { fresh: bool },
    /// It said this.
    Over(Said),
}

/// What a plugin says in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Said {
    Done { slot: Slot, fresh: bool },
    Taken,
    Stale { slot: Slot, fresh: bool },
    NotFound,
    Unavailable,
    Unknown,
}

/// What a job is about to store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Seen {
    /// It is its time.
    Send,
    /// Its time is over.
    Overdue,
    /// What became of its sends so far.
    Outcome { found: Sought, send: u8, last: bool },
    /// What it left.
    Remains { found: Sought, wanted: bool, last: bool },
}

impl Node {
    /// Which intent it is busy with.
    pub(crate) fn row(&self) -> Option<RowId> {
        match self {
            Self::Idle => None,
            Self::Waiting(row) | Self::Looked(row, ..) => Some(*row),
            Self::Calling(call) => Some(call.row),
        }
    }

    /// Whether time that passes now finds it in the midst of something.
    pub(crate) fn is_in_its_turn(&self) -> bool {
        matches!(self, Self::Calling(_) | Self::Looked(..))
    }

    /// For how long it may begin to write.
    pub(crate) fn window_mut(&mut self) -> Option<&mut Ticks> {
        match self {
            Self::Idle | Self::Waiting(_) => None,
            Self::Calling(call) => Some(&mut call.window),
            Self::Looked(_, _, window) => Some(window),
        }
    }

    /// What it knows of the entry is old from now on.
    pub(super) fn outdate(&mut self) {
        match self {
            Self::Idle | Self::Waiting(_) => {}
            Self::Calling(call) => {
                match &mut call.what {
                    What::Book => {}
                    What::Cancel { fresh, .. } | What::TakeOut { fresh } => *fresh = false,
                }
                if let Step::Yields { fresh } | Step::Over(Said::Done { fresh, .. } | Said::Stale { fresh, .. }) =
                    &mut call.step
                {
                    *fresh = false;
                }
            }
            Self::Looked(_, Seen::Outcome { found, .. } | Seen::Remains { found, .. }, _) => {
                if let Sought::There { sight, .. } = found {
                    sight.fresh = false;
                }
            }
            Self::Looked(_, Seen::Send | Seen::Overdue, _) => {}
        }
    }
}
