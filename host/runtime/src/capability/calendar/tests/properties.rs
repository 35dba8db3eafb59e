//! What holds for every rule and every minute of the nights on which the
//! clocks change.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::{DateTime, Weekday, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

/// Minutes of the two nights of 2026 on which the clocks of Paris change.
fn changing_nights() -> impl Strategy<Value = DateTime> {
    let night = |month, day| date(2026, month, day).at(20, 0, 0, 0);
    let minutes = (0i64..14 * 60).prop_map(i64::minutes);
    (any::<bool>(), minutes).prop_map(move |(spring, minutes)| {
        let from = if spring { night(3, 28) } else { night(10, 24) };
        from.checked_add(minutes).expect("in range")
    })
}

fn rules() -> impl Strategy<Value = String> {
    let frequency = prop_oneof!["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "MINUTELY", "SECONDLY", "X"];
    let part = prop_oneof![
        (0u32..70_000).prop_map(|n| format!("INTERVAL={n}")),
        (0u32..50).prop_map(|n| format!("COUNT={n}")),
        "BYDAY=(-?[0-9]{0,3}(MO|TU|SU),){0,3}FR",
        "(BYMONTH|BYMONTHDAY|BYYEARDAY|BYWEEKNO|BYHOUR|BYMINUTE|BYSECOND|BYSETPOS)=-?[0-9]{1,3}(,-?[0-9]{1,3}){0,4}",
        "UNTIL=20(2[0-9]|99)(0[1-9]|1[0-9])[0-3][0-9](T[0-2][0-9]3000Z?)?",
        "WKST=(MO|SU|XX)",
        "[A-Z=;,0-9-]{0,12}",
    ];
    (frequency, prop::collection::vec(part, 0..4)).prop_map(|(frequency, parts)| {
        let mut parts = parts;
        parts.push(format!("FREQ={frequency}"));
        parts.join(";")
    })
}

proptest! {
    #[test]
    fn every_instant_of_a_civil_time_shows_it(civil in changing_nights()) {
        let text = civil.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let instants = to_instant(&text, PARIS).expect("readable");
        let changing = civil.hour() == 2 && matches!(civil.date().day(), 29 | 25);
        let expected = match (changing, civil.date().month()) {
            (false, _) => 1,
            (true, 3) => 0,
            (true, _) => 2,
        };
        prop_assert_eq!(instants.len(), expected);
        for at in instants {
            prop_assert!(to_civil(at, PARIS).expect("in range").starts_with(&text));
        }
    }

    #[test]
    fn a_daily_appointment_shows_the_same_hour_on_every_day(hour in 0i8..24, minute in 0i8..60, autumn: bool) {
        let (first, days) = if autumn { (date(2026, 10, 1), 61) } else { (date(2026, 3, 1), 61) };
        let start = first.at(hour, minute, 0, 0);
        let daily = set(&start.strftime("%Y%m%dT%H%M%S").to_string(), 10, &["FREQ=DAILY;COUNT=61"]);
        let whole_year = window("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        let spans = expand(&daily, whole_year, 100).expect("expanded");
        prop_assert_eq!(spans.len(), days);
        for (day, span) in spans.iter().enumerate() {
            let shown = to_civil(span.start, PARIS).expect("in range");
            let mut expected = start.checked_add((day as i64).days()).expect("in range");
            if expected.date() == date(2026, 3, 29) && hour == 2 {
                expected = expected.checked_add(1.hour()).expect("in range");
            }
            prop_assert!(shown.starts_with(&expected.strftime("%Y-%m-%dT%H:%M").to_string()), "{} {}", shown, expected);
            prop_assert_eq!(span.end.0 - span.start.0, 600_000);
        }
    }

    #[test]
    fn a_weekly_rule_agrees_with_counting_days(
        interval in 1i64..5, mask in 1u8..128, first in 0i64..365, hour in 0i8..24, from in 0i64..700,
    ) {
        let start = date(2025, 1, 1).checked_add(first.days()).expect("in range").at(hour, 0, 0, 0);
        let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let days: Vec<&str> = (0..7).filter(|day| mask >> day & 1 == 1).map(|day| names[day]).collect();
        let rule = format!("FREQ=WEEKLY;INTERVAL={interval};BYDAY={}", days.join(","));
        let zone = TimeZone::get(PARIS).expect("zone");
        let opens = date(2025, 1, 1).checked_add(from.days()).expect("in range").at(0, 0, 0, 0);
        let closes = opens.checked_add(60.days()).expect("in range");
        let instant = |civil: DateTime| Instant(zone.to_timestamp(civil).expect("in range").as_millisecond());
        let within = Span { start: instant(opens), end: instant(closes) };

        // Weeks begin on Monday (WKST's default).
        let into_week = i64::from(start.date().weekday().since(Weekday::Monday));
        let monday = start.date().checked_sub(into_week.days()).expect("in range");
        let expected: BTreeSet<Instant> = (0..1_200)
            .filter(|day| day / 7 % interval == 0 && mask >> (day % 7) & 1 == 1)
            .map(|day: i64| monday.checked_add(day.days()).expect("in range").at(hour, 0, 0, 0))
            .filter(|civil| *civil > start)
            .chain([start])
            .map(instant)
            .filter(|at| at.0 + 1_800_000 > within.start.0 && *at < within.end)
            .collect();
        let rules = set(&start.strftime("%Y%m%dT%H%M%S").to_string(), 30, &[&rule]);
        let found = expand(&rules, within, 1_000).expect("expanded");
        let found: BTreeSet<Instant> = found.iter().map(|span| span.start).collect();
        prop_assert_eq!(found, expected, "{}", rule);
    }

    #[test]
    fn a_window_shows_what_a_longer_one_shows_of_it(
        rule in "FREQ=(DAILY|HOURLY|WEEKLY|MONTHLY)(;INTERVAL=[1-9][0-9]?)?(;BYDAY=MO,WE)?(;BYHOUR=9,14)?",
        hour in 0u8..24, offset in 0i64..400,
    ) {
        let rules = set(&format!("20250103T{hour:02}1500"), 45, &[&rule]);
        let long = window("2025-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
        let start = Instant(at("2025-01-02T00:00:00Z").0 + offset * 86_400_000);
        let short = Span { start, end: Instant(start.0 + 14 * 86_400_000) };
        let from_long: Vec<Span> = match expand(&rules, long, u32::MAX) {
            Ok(spans) => spans.into_iter().filter(|span| span.overlaps(&short)).collect(),
            Err(_) => return Ok(()),
        };
        let short = Span { start, end: short.end.min(long.end) };
        if short.start < short.end {
            prop_assert_eq!(expand(&rules, short, u32::MAX).expect("expanded"), from_long, "{}", rule);
        }
    }

    #[test]
    fn nothing_that_a_guest_writes_makes_it_panic(
        rule in rules(), more in ".{0,20}", dtstart in "(20[0-9]{6}(T[0-2][0-9]3000Z?)?|.{0,16})",
        duration_s: u32, from in -70_000_000_000_000i64..260_000_000_000_000, length in 0i64..100_000_000_000,
    ) {
        let rules = RuleSet {
            dtstart, zone: PARIS.to_owned(), duration_s, rrules: vec![rule],
            rdates: vec![], exdates: if more.is_empty() { vec![] } else { vec![more] },
        };
        let _ = expand(&rules, Span { start: Instant(from), end: Instant(from + length) }, 50);
    }
}
