//! The longest delays that the host waits for, by level: what a content says beyond them
//! does not happen, since the host puts its own in their place.

use crate::practice::Level;

/// Longest minutes to a clinician's word at vital and very urgent.
pub const URGENT_MIN: u32 = 15;
/// Longest minutes of what is to happen within the day.
pub const DAY_MIN: u32 = 24 * 60;
/// Longest minutes of what is to happen soon.
pub const WEEK_MIN: u32 = 7 * DAY_MIN;

/// The longest minutes of a promise at a level; `None` where the host has no ceiling of the
/// level's own.
#[must_use]
pub fn longest_min(level: Level) -> Option<u32> {
    match level {
        Level::Vital | Level::VeryUrgent => Some(URGENT_MIN),
        Level::SameDay => Some(DAY_MIN),
        Level::Soon => Some(WEEK_MIN),
        Level::Routine => None,
    }
}

/// What is wrong with a delay, in French, for the static analysis of a content: `said` says
/// what the ceiling is.
#[must_use]
pub fn too_long(minutes: u32, most: u32, said: &str) -> Option<String> {
    (minutes > most).then(|| format!("{minutes} minutes dépassent ce plafond : {said} au plus, {most} minutes."))
}
