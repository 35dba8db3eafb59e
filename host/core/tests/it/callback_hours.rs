//! The hour of a call-back, for any windows, closed days, absences, zones, nights on which
//! clocks change, ceilings and loads.

use greffon_core::ids::{CommitmentId, ContactId};
use greffon_core::model::care::Level;
use greffon_core::model::civil::Zone;
use greffon_core::model::commitment::{
    CallbackWindow, Commitment, CommitmentState, callback_hour, callback_windows, longest_callback_min,
};
use greffon_core::model::holidays::{Closures, Territory};
use greffon_core::model::practice::{Absence, CallbackWindows, Practice, WeekHours};
use greffon_core::time::{Instant, Span};
use greffon_simulation::french_practice;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use uuid::Uuid;

const OWNER: &str = "dr-martin";

/// Lord Howe's clocks change by half an hour, Apia's day begins before all others.
const ZONES: [(&str, Territory); 7] = [
    ("Europe/Paris", Territory::AlsaceMoselle),
    ("Indian/Reunion", Territory::Reunion),
    ("America/Martinique", Territory::Martinique),
    ("America/St_Johns", Territory::France),
    ("Australia/Lord_Howe", Territory::None),
    ("Pacific/Apia", Territory::France),
    ("UTC", Territory::None),
];

/// Days around which clocks change in Paris and on Lord Howe, and with public holidays.
const DAYS: [Date; 8] = [
    date(2026, 3, 28),
    date(2026, 10, 24),
    date(2026, 4, 3),
    date(2026, 10, 3),
    date(2026, 12, 24),
    date(2027, 4, 30),
    date(2026, 5, 13),
    date(2026, 11, 24),
];

/// Periods of a day that do not overlap.
fn periods() -> impl Strategy<Value = Vec<(u16, u16)>> {
    proptest::collection::btree_set(0u16..=96, 0..7).prop_map(|edges| {
        let edges: Vec<u16> = edges.into_iter().map(|quarter| quarter * 15).collect();
        edges.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    })
}

fn week() -> impl Strategy<Value = WeekHours> {
    proptest::array::uniform7(periods()).prop_map(WeekHours)
}

#[derive(Clone, Debug)]
struct Case {
    practice: Practice,
    now: Instant,
}

fn cases() -> impl Strategy<Value = Case> {
    let parts = (0..ZONES.len(), 0..DAYS.len(), 0i64..3 * 1440, week(), week(), 1u32..=4);
    let shut = (proptest::collection::vec(0i64..8, 0..3), proptest::option::of((0i64..5000, 1i64..3000)));
    (parts, shut).prop_map(|((zone, day, minutes, hours, opening, room), (closed, absence))| {
        let mut practice = french_practice("tilleuls");
        let (name, holidays) = ZONES[zone];
        practice.time_zone = name.to_owned();
        let zone = Zone::of(&practice);
        let midnight = zone.day(DAYS[day]).start;
        let now = midnight.plus_minutes(minutes);
        let days = closed.into_iter().map(|ahead| DAYS[day].saturating_add(ahead.days())).collect();
        practice.sites[0].closures = Closures { holidays, days };
        practice.sites[0].hours = opening;
        let (owner, site) = (OWNER.to_owned(), practice.sites[0].id.clone());
        practice.callback_windows = vec![CallbackWindows { owner, site, hours, room }];
        practice.practitioners[0].absences = absence
            .map(|(from, long)| Absence {
                from: zone.text(midnight.plus_minutes(from)),
                to: zone.text(midnight.plus_minutes(from + long)),
            })
            .into_iter()
            .collect();
        Case { practice, now }
    })
}

fn promise(number: usize, now: Instant, due: Instant) -> Commitment {
    Commitment {
        id: CommitmentId(Uuid::from_u128(number as u128)),
        practice: "tilleuls".into(),
        contact: ContactId(Uuid::from_u128(1)),
        what: "callback".to_owned(),
        said: String::new(),
        owner: OWNER.to_owned(),
        level: Level::Soon,
        promised_at: now,
        due,
        window: None,
        beyond_room: false,
        state: CommitmentState::Promised,
        rung: 0,
        moves: Vec::new(),
        closing_note: None,
        ended_at: None,
        version: 0,
    }
}

/// Whether a window is written in the file for that day, and nobody is away or closed.
fn is_declared(practice: &Practice, window: &CallbackWindow) -> bool {
    let zone = Zone::of(practice);
    let site = &practice.sites[0];
    let around = [-1i64, 0, 1].map(|days| zone.date(window.span.start).saturating_add(days.days()));
    let mut away = practice.practitioners[0].absences.iter().filter_map(|absence| zone.away(absence));
    let is_written = around.into_iter().any(|day| {
        let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
        let mut written = practice.callback_windows[0].hours.0[weekday].iter();
        !site.closures.hold(day)
            && written.any(|(start, end)| {
                zone.at_minute(day, *start) == window.span.start && zone.at_minute(day, *end) == window.span.end
            })
    });
    is_written && !away.any(|away| away.overlaps(&window.span))
}

fn load(open: &[Commitment], span: Span) -> usize {
    open.iter().filter(|one| span.start < one.due && one.due <= span.end).count()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn an_hour_is_ahead_attended_in_time_and_within_the_room(
        case in cases(),
        asked in proptest::collection::vec((1i64..15_000, 0usize..5, 0i64..200, any::<bool>()), 1..25),
    ) {
        let Case { practice, mut now } = case;
        let zone = Zone::of(&practice);
        let mut open: Vec<Commitment> = Vec::new();
        for (number, (minutes, level, later, keeps)) in asked.into_iter().enumerate() {
            now = now.plus_minutes(later);
            if keeps {
                open.pop();
            }
            let latest = now.plus_minutes(minutes.min(longest_callback_min(Level::ALL[level])));
            let time = Span { start: now, end: latest };
            let windows = callback_windows(&practice, Some(OWNER), time, &open, &[]);
            for window in &windows {
                prop_assert!(is_declared(&practice, window), "{window:?}");
            }
            let opening = zone.open_at(&practice.sites[0], time);
            let hour = callback_hour(now, latest, &windows, &opening);
            prop_assert!(now < hour.due && hour.due <= latest, "{hour:?}");
            let in_time: Vec<_> = windows.iter().filter(|one| one.span.end >= now.plus_minutes(10)).collect();
            open.push(promise(number, now, hour.due));
            match hour.window {
                Some(span) => {
                    prop_assert_eq!(hour.due, span.end);
                    let window = in_time.iter().find(|one| one.span == span);
                    prop_assert!(window.is_some(), "a window of the file: {span:?}");
                    let room = usize::try_from(window.unwrap().room).unwrap();
                    prop_assert!(hour.beyond_room || load(&open, span) <= room, "{open:?}");
                }
                None => {
                    prop_assert!(hour.beyond_room && in_time.is_empty());
                    let attended = opening.iter().any(|open| open.start < hour.due && hour.due <= open.end);
                    let soonest = now.plus_minutes(10);
                    let mut ends = opening.iter().map(|open| open.end.min(latest)).filter(|end| *end <= latest);
                    prop_assert!(attended || (hour.due == latest && !ends.any(|end| end >= soonest)));
                }
            }
            if hour.beyond_room {
                prop_assert!(in_time.iter().all(|one| one.left(now) <= 0), "{in_time:?}");
            }
        }
    }
}

/// On the night on which clocks go forward a window is as long as the hours that there are; on
/// the other night it is one window, an hour longer.
#[test]
fn a_window_of_the_night_follows_the_clocks() {
    let mut practice = french_practice("tilleuls");
    let night = WeekHours(std::array::from_fn(|_| vec![(90, 150), (150, 210)]));
    let (owner, site) = (OWNER.to_owned(), practice.sites[0].id.clone());
    practice.callback_windows = vec![CallbackWindows { owner, site, hours: night, room: 1 }];
    let zone = Zone::of(&practice);
    let lengths = |day: Date| -> Vec<i64> {
        let windows = callback_windows(&practice, None, zone.day(day), &[], &[]);
        windows.iter().map(|one| one.span.end.millis_since(one.span.start) / 60_000).collect()
    };
    assert_eq!(lengths(date(2026, 3, 28)), [60, 60]);
    assert_eq!(lengths(date(2026, 3, 29)), [30, 30], "02:30 is where the clock jumps");
    assert_eq!(lengths(date(2026, 10, 25)), [60, 120]);
}
