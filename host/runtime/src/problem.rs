//! What keeps a binding of a practice's file from being used.

use std::fmt;

/// Something wrong under `[features.<name>]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Key below the feature: `settings.calendars`, `grants.http.0`.
    pub key: String,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do; names the line to add where one is missing.
    pub hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.key, self.message, self.hint)
    }
}

/// The problems of a binding on one line.
pub(crate) fn on_one_line(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
