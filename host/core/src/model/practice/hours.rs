//! When somebody is there, and when not.

/// A time away, in civil time of the practice: whole days or part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// First civil minute, `2026-11-21T00:00`.
    pub from: String,
    /// First civil minute after.
    pub to: String,
}

/// Periods per weekday, in civil minutes since midnight, `[start, end)`,
/// Monday first, sorted and not overlapping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WeekHours(pub [Vec<(u16, u16)>; 7]);
