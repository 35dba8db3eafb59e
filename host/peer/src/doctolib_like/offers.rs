//! What an agenda offers.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan as _};

use super::model::{Agenda, Entry, Motive};

/// Starts that are on offer on `days` civil days from `first`, `[start, end)` each, earliest first. Starts follow each
/// other in elapsed time from the opening hour, so that nights in which clocks change have fewer or more of them.
pub(super) fn offers<'a>(
    agenda: &Agenda,
    motive: &Motive,
    first: Date,
    days: u32,
    now: i64,
    taken: &(impl Iterator<Item = &'a Entry> + Clone),
) -> Vec<(i64, i64)> {
    let length = i64::from(motive.minutes) * 60_000;
    let mut all = Vec::new();
    for day in (0..days).filter_map(|after| first.checked_add(i64::from(after).days()).ok()) {
        for (open, close) in opening(agenda, day) {
            let mut start = open;
            while start + length <= close {
                let free = !taken.clone().any(|entry| entry.takes(start, start + length));
                if start > now && free {
                    all.push((start, start + length));
                }
                start += length;
            }
        }
    }
    all.sort_unstable();
    all
}

/// The opening hours of a day, as instants.
fn opening(agenda: &Agenda, day: Date) -> Vec<(i64, i64)> {
    let zone = agenda.time_zone();
    let instant =
        |date: Date, time: Time| zone.to_timestamp(date.to_datetime(time)).ok().map(Timestamp::as_millisecond);
    let of_day = agenda.hours.iter().filter(|hours| hours.weekday == day.weekday().to_monday_one_offset());
    of_day
        .filter_map(|hours| {
            let last = if hours.to == Time::midnight() { day.tomorrow().ok()? } else { day };
            Some((instant(day, hours.from)?, instant(last, hours.to)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::super::seed::{Seed, weekly};
    use super::*;

    fn on(day: Date) -> usize {
        let all_day = [(Time::midnight(), Time::midnight())];
        let seed =
            Seed::empty().agenda(1, "A", "Europe/Paris", None, &weekly(1..=7, &all_day)).motive(2, "M", 30, &[1]);
        offers(&seed.agendas[0], &seed.motives[0], day, 1, 0, &std::iter::empty()).len()
    }

    #[test]
    fn a_day_has_23_24_or_25_hours() {
        assert_eq!((on(date(2026, 3, 29)), on(date(2026, 3, 30)), on(date(2026, 10, 25))), (46, 48, 50));
    }

    #[test]
    fn nothing_is_offered_in_the_past_or_outside_the_hours() {
        let seed = Seed::demo();
        let monday = date(2026, 3, 2);
        let noon = "2026-03-02T12:00:00+01:00".parse::<Timestamp>().unwrap().as_millisecond();
        let found = offers(&seed.agendas[0], &seed.motives[0], monday, 1, noon, &std::iter::empty());
        assert_eq!(found.len(), 16, "14:00 to 18:00 by quarters of an hour");
        let sunday = offers(&seed.agendas[0], &seed.motives[0], date(2026, 3, 1), 1, 0, &std::iter::empty());
        assert!(sunday.is_empty());
        assert_eq!(seed.agendas[0].hours[0].from, time(8, 30, 0, 0));
    }
}
