//! Everything that can happen next.

use crate::state::RowId;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Somebody asks for the time, at this process.
    Ask(usize),
    /// The turn for which this process waited is free.
    TakeTurn(usize),
    /// This process has waited long enough, and tells so.
    StopWaiting(usize),
    /// The plugin that this process called goes one request further.
    Plugin(usize, Fate),
    /// This process stores what the plugin said, or what it saw.
    Store(usize),
    /// This process dies.
    Crash(usize),
    /// This process runs the job that looks after an intent.
    Reconcile(usize, RowId, Look),
    /// A claim is let go that nobody waits with.
    Expire(RowId),
    /// Somebody calls a confirmed booking off, at this process.
    Cancel(usize, RowId),
    /// Somebody calls a booking off that is not confirmed.
    CallOff(RowId),
    /// A person who looked says how an intent ends.
    Verdict(RowId, Word),
    /// Somebody works in the agenda.
    Hand(Deed),
    /// A request arrives for whose answer nobody waits.
    Arrive(usize),
    /// Whoever follows the agenda comes upon an entry of which nobody knows.
    Watch(RowId),
    /// An appointment is looked at again.
    LookAgain(RowId),
    /// Time passes, until the next thing is due.
    Clock,
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is done and answered.
    Answered,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// Nobody waits for it any more; it arrives later, or never.
    Late,
    /// It is under way for long, and the plugin waits.
    Slow,
}

/// How an intent is looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Look {
    /// Once.
    Once,
    /// To the end of the ladder, always with the same finding.
    ToTheEnd,
    /// To the end of the ladder, and the agenda never answers.
    Down,
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Word {
    /// It is as it was asked for.
    Done,
    /// It was not done, and must not be any more.
    NotDone,
    /// It is there and must not be.
    TakeOut,
    /// It was settled in another way.
    ByHand,
}

/// What somebody does in the agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Writes an entry of their own at the time that is asked for.
    Enter,
    /// Takes their own entry away.
    Leave,
    /// Strikes out what a booking wrote.
    Strike(RowId),
    /// Gives what a booking wrote another time.
    Move(RowId),
    /// Puts back what was struck out there.
    PutBack(RowId),
}
