//! What came of a message.

/// Why a message was not taken, in the contract's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Denied(String),
    Rejected(String),
    Transient(String),
    Uncertain(String),
    TooLarge(u64),
}

/// What the relay said when it took a message.
#[derive(Debug)]
pub(super) struct Taken {
    pub reply: String,
    pub refused: Vec<(String, String)>,
}
