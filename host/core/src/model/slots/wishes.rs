//! What somebody wishes of the time of an appointment. No rule: whoever then takes another
//! one may have it.

use jiff::civil::Date;

use super::super::civil::{MINUTES_PER_DAY, Zone, monday_first};
use crate::time::{Instant, Span};

/// One half of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HalfDay {
    /// Starts before noon.
    Morning,
    /// Starts at noon or later.
    Afternoon,
}

/// A day of the week, 0 to 6, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekday(u8);

impl Weekday {
    /// The names that [`Self::named`] reads, Monday first.
    pub const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// The day of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let place = Self::NAMES.iter().position(|one| *one == name)?;
        u8::try_from(place).ok().map(Self)
    }
}

/// When an appointment is wished for, by the practice's clock. What is not said is all the
/// same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotWishes {
    /// In which half of a day.
    pub half_day: Option<HalfDay>,
    /// On which days of the week; on any when empty.
    pub weekdays: Vec<Weekday>,
    /// On no day before this one.
    pub not_before: Option<Date>,
    /// On no day earlier than so many minutes after midnight.
    pub from_minute: Option<u16>,
}

impl SlotWishes {
    /// Whether a start is as it is wished for.
    #[must_use]
    pub fn are_met(&self, zone: &Zone, start: Instant) -> bool {
        let civil = zone.civil(start);
        let minute = u16::try_from(i32::from(civil.hour()) * 60 + i32::from(civil.minute())).unwrap_or(MINUTES_PER_DAY);
        let noon = MINUTES_PER_DAY / 2;
        let half = match self.half_day {
            None => true,
            Some(HalfDay::Morning) => minute < noon,
            Some(HalfDay::Afternoon) => minute >= noon,
        };
        let day = monday_first(civil.date().weekday());
        half && (self.weekdays.is_empty() || self.weekdays.iter().any(|one| usize::from(one.0) == day))
            && self.not_before.is_none_or(|first| civil.date() >= first)
            && self.from_minute.is_none_or(|first| minute >= first)
    }

    /// The part of a window in which a start can be as it is wished for.
    #[must_use]
    pub fn within(&self, zone: &Zone, window: Span) -> Option<Span> {
        let first = self.not_before.map_or(window.start, |day| zone.day(day).start.max(window.start));
        Span::new(first, window.end)
    }
}
