//! Whether the windows of whoever calls back come often enough for what is promised.

use super::window::LEAST_MIN;
use crate::model::civil::MINUTES_PER_DAY;
use crate::model::practice::{Practice, WeekHours};

const WEEK_MIN: i64 = 7 * MINUTES_PER_DAY as i64;

/// Hours of opening are looked at in steps of so many minutes.
const STEP_MIN: usize = 5;

/// A day of the week on which most call-backs come on top of their owner's windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallbackGap {
    /// Which day, Monday first.
    pub day: usize,
    /// When, on that day, whoever calls waits the longest, in civil minutes since midnight.
    pub from_min: u16,
    /// Until the owner's next window ends, in minutes from then on.
    pub wait_min: i64,
}

/// The day on which this owner's windows are the sparsest for call-backs that are promised
/// within so many minutes: for more than half of the hours at which the sites of the windows
/// answer, none ends in time. `None` when there is no such day, and for an owner without
/// windows, whose call-backs wait for none. Holidays and absences are passed over.
#[must_use]
pub fn callback_gap(practice: &Practice, owner: &str, within_min: u32) -> Option<CallbackGap> {
    let windows = || practice.callback_windows.iter().filter(|one| one.owner == owner);
    let sites: Vec<&WeekHours> = windows().filter_map(|one| practice.site(&one.site)).map(|site| &site.hours).collect();
    gap(&windows().map(|one| &one.hours).collect::<Vec<_>>(), &sites, within_min)
}

fn gap(windows: &[&WeekHours], sites: &[&WeekHours], within_min: u32) -> Option<CallbackGap> {
    let of_week = |day: usize, minute: u16| WEEK_MIN / 7 * i64::try_from(day).unwrap_or(0) + i64::from(minute);
    let ends: Vec<i64> = windows
        .iter()
        .flat_map(|hours| hours.0.iter().enumerate())
        .flat_map(|(day, periods)| periods.iter().map(move |(_, end)| of_week(day, *end)))
        .collect();
    let wait_min = |now: i64| ends.iter().map(|end| LEAST_MIN + (end - now - LEAST_MIN).rem_euclid(WEEK_MIN)).min();
    let gap_of = |day: usize| {
        let is_open = |minute: &u16| {
            sites.iter().any(|hours| hours.0[day].iter().any(|(start, end)| (start..end).contains(&minute)))
        };
        let open: Vec<u16> = (0..MINUTES_PER_DAY).step_by(STEP_MIN).filter(is_open).collect();
        let late: Vec<CallbackGap> = open
            .iter()
            .filter_map(|from_min| {
                let wait_min = wait_min(of_week(day, *from_min))?;
                Some(CallbackGap { day, from_min: *from_min, wait_min })
            })
            .filter(|gap| gap.wait_min > i64::from(within_min))
            .collect();
        late.iter().rev().max_by_key(|gap| gap.wait_min).copied().filter(|_| late.len() * 2 > open.len())
    };
    (0..7).rev().filter_map(gap_of).max_by_key(|gap| gap.wait_min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(days: &[usize], periods: &[(u16, u16)]) -> WeekHours {
        let mut week = WeekHours::default();
        days.iter().for_each(|day| week.0[*day] = periods.to_vec());
        week
    }

    /// The gap of these windows where somebody answers from 8 to 12 and from 14 to 18, from
    /// Monday to Friday.
    fn of(days: &[usize], periods: &[(u16, u16)], within_min: u32) -> Option<CallbackGap> {
        let site = week(DAYS, &[(8 * 60, 12 * 60), (14 * 60, 18 * 60)]);
        gap(&[&week(days, periods)], &[&site], within_min)
    }

    const DAYS: &[usize] = &[0, 1, 2, 3, 4];

    #[test]
    fn one_window_in_the_evening_is_too_rare_for_four_hours() {
        let (but_wednesday, evening) = ([0, 1, 3, 4], [(18 * 60, 19 * 60)]);
        let wednesday = CallbackGap { day: 2, from_min: 8 * 60, wait_min: 35 * 60 };
        assert_eq!(of(&but_wednesday, &evening, 4 * 60), Some(wednesday));
        assert_eq!(of(&but_wednesday, &evening, 24 * 60).map(|gap| gap.day), Some(2));
        assert_eq!(of(&but_wednesday, &evening, 36 * 60), None);
        assert_eq!(of(DAYS, &evening, 11 * 60), None, "every day");
    }

    #[test]
    fn windows_in_time_for_half_of_a_day_are_enough() {
        let twice = [(11 * 60, 12 * 60), (17 * 60, 18 * 60)];
        assert_eq!(of(DAYS, &twice, 4 * 60), None);
        assert_eq!(of(DAYS, &twice, 2 * 60 + 10), None);
        // The last call before the weekend, and after the last minute that still fits.
        let friday = CallbackGap { day: 4, from_min: 17 * 60 + 55, wait_min: (2 * 24 + 18) * 60 + 5 };
        assert_eq!(of(DAYS, &twice, 60), Some(friday));
    }

    #[test]
    fn who_has_no_windows_has_no_gap() {
        assert_eq!(of(&[], &[], 15), None);
        assert_eq!(gap(&[&week(DAYS, &[(0, 60)])], &[], 15), None);
    }
}
