//! What must not be done, seen in the moment in which it is.

/// What is wrong in the moment in which it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Breach {
    /// The patient was told, and the agenda never held it.
    ToldOfNothing,
    /// The patient was told, after the booking had been called off.
    ToldOfCalledOff,
    /// The patient was told of a time that was somebody else's when greffon wrote it.
    ToldOverAnother,
    /// It was sent again without having been seen absent twice.
    SentBlindly,
    /// A write began without the turn.
    WroteOutOfTurn,
    /// What somebody did in the agenda was undone.
    UndidAHand,
    /// What the patient was told of was taken out.
    TookOutWanted,
}
