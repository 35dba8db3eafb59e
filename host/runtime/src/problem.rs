//! What keeps a binding of a practice's file from being used: the domain's own
//! word for it.

pub use greffon_core::ports::plugins::Problem;

/// The problem to mend first.
pub(crate) fn first(mut problems: Vec<Problem>) -> Problem {
    problems.swap_remove(0)
}
