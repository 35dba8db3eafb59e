//! Why a question about times has no answer.

/// Why there is no answer; the texts are the caller's own, cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not an IANA zone.
    #[error("unknown time zone \"{0}\"")]
    UnknownZone(String),
    /// A rule that cannot be read, and why.
    #[error("rule \"{0}\" cannot be read: {1}")]
    InvalidRule(String, String),
    /// A civil time that cannot be read.
    #[error("civil time \"{0}\" cannot be read")]
    InvalidCivil(String),
    /// An empty window, or a time outside the years 1 to 9999.
    #[error("{0} is out of range")]
    OutOfRange(String),
    /// More work than the host does for one question.
    #[error("{0} costs too much")]
    TooCostly(String),
}
