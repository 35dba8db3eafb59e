//! Objects as programs write them, and worse.

use greffon_sdk::calendar;
use greffon_sdk::practice::Span;
use greffon_sdk::testing::at;
use proptest::prelude::*;

use super::object::object;
use super::patch::{Change, change};
use super::write::{Booking, absence, booking};
use super::zone::Zones;
use crate::mirror::object::{Content, Item, Mark, Period};

fn paris() -> Zones {
    Zones::new("Europe/Paris")
}

fn event(lines: &str) -> Vec<u8> {
    let lines = lines.trim().lines().map(str::trim).collect::<Vec<_>>().join("\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
        .into_bytes()
}

fn read(lines: &str) -> Content {
    object(&event(lines), &paris())
}

fn local(from: &str, to: &str) -> Period {
    Period(at(from, "Europe/Paris"), at(to, "Europe/Paris"))
}

fn once(content: &Content) -> Period {
    assert!(content.is_clear(), "{content:?}");
    match content.busy.as_slice() {
        [Item::Once(period)] => *period,
        other => panic!("{other:?}"),
    }
}

/// When an object is busy in 2026, as the host expands it.
fn busy_in_2026(content: &Content) -> Vec<Period> {
    let window = Span { start: at("2026-01-01T00:00:00", "UTC"), end: at("2027-01-01T00:00:00", "UTC") };
    let mut all = Vec::new();
    for item in &content.busy {
        match item {
            Item::Once(period) | Item::Instead(period, _) => all.push(*period),
            Item::Series(series) => {
                let spans = calendar::expand_all(&series.rule_set(), window, 1000).unwrap();
                all.extend(spans.into_iter().filter(|span| !series.replaced.contains(&span.start)).map(Period::from));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn the_time_of_an_event_is_read_in_every_form() {
    let nine = local("2026-03-12T09:00:00", "2026-03-12T09:15:00");
    for lines in [
        "DTSTART;TZID=Europe/Paris:20260312T090000\nDTEND;TZID=Europe/Paris:20260312T091500",
        "DTSTART:20260312T090000\nDTEND:20260312T091500",
        "DTSTART:20260312T080000Z\nDTEND:20260312T081500Z",
        "DTSTART:20260312T080000Z\nDURATION:PT15M",
        "dtstart;tzid=\"Romance Standard Time\":20260312T090000\nduration:PT15M",
        "DTSTART;TZID=Europe/London:20260312T080000\nDTEND;TZID=Europe/Paris:20260312T091500",
        "DTSTART;TZID=Europe/Paris:20260312T090000\nDTEND:20260312T081500Z",
        "DTSTART;X-P=\"a:b\";TZID=Europe/Paris:20260312T090000\nDTEND;TZID=/x/Europe/Paris:20260312T091500",
    ] {
        assert_eq!(once(&read(lines)), nine, "{lines}");
    }
}

#[test]
fn whole_days_are_those_of_the_agendas_zone() {
    let day = local("2026-03-12T00:00:00", "2026-03-13T00:00:00");
    for lines in [
        "DTSTART;VALUE=DATE:20260312\nDTEND;VALUE=DATE:20260313",
        "DTSTART;VALUE=DATE:20260312",
        "DTSTART:20260312",
        "DTSTART;VALUE=DATE:20260312\nDURATION:P1D",
        "DTSTART;VALUE=DATE:20260312\nDTEND;VALUE=DATE:20260312",
    ] {
        assert_eq!(once(&read(lines)), day, "{lines}");
    }
    let over_the_change = local("2026-03-28T00:00:00", "2026-03-30T00:00:00");
    assert_eq!(once(&read("DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330")), over_the_change);
    assert_eq!(over_the_change.1 - over_the_change.0, 47 * 3_600_000);
}

#[test]
fn times_that_clocks_skip_or_show_twice_are_those_of_the_standard() {
    let skipped = once(&read("DTSTART;TZID=Europe/Paris:20260329T023000\nDURATION:PT30M"));
    assert_eq!(skipped, Period(at("2026-03-29T01:30:00", "UTC"), at("2026-03-29T02:00:00", "UTC")));
    let twice = once(&read("DTSTART;TZID=Europe/Paris:20261025T023000\nDURATION:PT30M"));
    assert_eq!(twice.0, at("2026-10-25T00:30:00", "UTC"));
    let nominal = once(&read("DTSTART;TZID=Europe/Paris:20260328T120000\nDURATION:P1D"));
    assert_eq!(nominal, local("2026-03-28T12:00:00", "2026-03-29T12:00:00"));
    let exact = once(&read("DTSTART;TZID=Europe/Paris:20260328T120000\nDURATION:PT24H"));
    assert_eq!(exact, local("2026-03-28T12:00:00", "2026-03-29T13:00:00"));
}

#[test]
fn an_event_without_length_blocks_the_minute_it_stands_in() {
    let minute = local("2026-03-12T09:00:00", "2026-03-12T09:01:00");
    assert_eq!(once(&read("DTSTART:20260312T090000")), minute);
    assert_eq!(once(&read("DTSTART:20260312T090000\nDTEND:20260312T090000")), minute);
    assert_eq!(once(&read("DTSTART:20260312T090000\nDURATION:PT0S")), minute);
}

#[test]
fn what_is_transparent_or_cancelled_is_free() {
    let time = "DTSTART:20260312T080000Z\nDTEND:20260312T081500Z";
    for more in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED", "status: cancelled", "TRANSP:transparent\nRRULE:FREQ=DAILY"]
    {
        let content = read(&format!("{time}\n{more}"));
        assert!(content.busy.is_empty() && content.is_clear(), "{more}: {content:?}");
    }
    for more in ["TRANSP:OPAQUE", "STATUS:TENTATIVE", "CLASS:PRIVATE"] {
        once(&read(&format!("{time}\n{more}")));
    }
    assert!(read("TRANSP:TRANSPARENT\nDTSTART:nonsense").is_clear(), "a free event may be as broken as it likes");
}

#[test]
fn tasks_and_journals_are_nothing() {
    for name in ["VTODO", "VJOURNAL", "VFREEBUSY"] {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:{name}\nDTSTART:20260312T080000Z\nDURATION:PT1H\nEND:{name}\nEND:VCALENDAR\n"
        );
        assert_eq!(object(text.as_bytes(), &paris()), Content::default());
    }
}

#[test]
fn a_series_keeps_its_civil_time_over_the_change_of_clocks() {
    let content = read(
        "DTSTART;TZID=Europe/Paris:20260312T090000\nDTEND;TZID=Europe/Paris:20260312T091500\nRRULE:FREQ=WEEKLY;COUNT=5",
    );
    let starts: Vec<i64> = busy_in_2026(&content).into_iter().map(|period| period.0).collect();
    let expected = ["12T08", "19T08", "26T08"].map(|hour| format!("2026-03-{hour}:00:00"));
    let later = ["02T07", "09T07"].map(|hour| format!("2026-04-{hour}:00:00"));
    assert_eq!(starts, expected.iter().chain(&later).map(|civil| at(civil, "UTC")).collect::<Vec<_>>());
    assert!(content.recurs());
}

#[test]
fn exceptions_and_additions_of_a_series_are_followed() {
    let text = "BEGIN:VCALENDAR
        BEGIN:VEVENT
        UID:1
        DTSTART;TZID=Europe/Paris:20260105T090000
        DURATION:PT30M
        RRULE:FREQ=WEEKLY;COUNT=6
        EXDATE;TZID=Europe/Paris:20260112T090000
        EXDATE:20260119T080000Z
        EXDATE;TZID=Europe/Paris:nonsense
        RDATE;TZID=Europe/Paris:20260107T100000
        RDATE;VALUE=PERIOD:20260108T100000Z/PT2H,20260109T100000Z/20260109T101000Z
        END:VEVENT
        BEGIN:VEVENT
        UID:1
        RECURRENCE-ID;TZID=Europe/Paris:20260126T090000
        DTSTART;TZID=Europe/Paris:20260126T140000
        DURATION:PT1H
        END:VEVENT
        BEGIN:VEVENT
        UID:1
        RECURRENCE-ID:20260202T080000Z
        DTSTART:20260202T080000Z
        STATUS:CANCELLED
        END:VEVENT
        END:VCALENDAR"
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("\n");
    let content = object(text.as_bytes(), &paris());
    assert!(content.is_clear());
    assert_eq!(
        busy_in_2026(&content),
        [
            local("2026-01-05T09:00:00", "2026-01-05T09:30:00"),
            local("2026-01-07T10:00:00", "2026-01-07T10:30:00"),
            local("2026-01-08T11:00:00", "2026-01-08T13:00:00"),
            local("2026-01-09T11:00:00", "2026-01-09T11:10:00"),
            local("2026-01-26T14:00:00", "2026-01-26T15:00:00"),
            local("2026-02-09T09:00:00", "2026-02-09T09:30:00"),
        ]
    );
}

#[test]
fn a_series_ends_where_its_rule_says() {
    let floor = at("2026-06-01T00:00:00", "UTC");
    let rule = |until: &str| read(&format!("DTSTART:20260105T080000Z\nDURATION:PT15M\nRRULE:FREQ=DAILY;UNTIL={until}"));
    assert!(!rule("20260201T080000Z").reaches(floor));
    assert!(rule("20260601T080000Z").reaches(floor));
    assert!(rule("20260531").reaches(floor), "a day may end later elsewhere");
    assert!(read("DTSTART:20260105T080000Z\nRRULE:FREQ=DAILY;COUNT=2").reaches(floor), "the host knows, not we");
}

#[test]
fn what_cannot_be_read_keeps_its_days_busy() {
    let day = local("2026-03-12T00:00:00", "2026-03-13T00:00:00");
    for lines in [
        "DTSTART:20260312T0900",
        "DTSTART:20260312T250000",
        "DTSTART;TZID=Nowhere:20260312T090000",
        "DTSTART:20260312T090000\nDURATION:nonsense",
        "DTSTART:20260312T090000\nDTEND:nonsense",
        "DTSTART:20260312T090000\nDTEND:20260312T080000",
        "DTSTART;VALUE=DATE:2026-03-12",
    ] {
        let content = read(lines);
        assert_eq!(content.unclear, [day], "{lines}: {content:?}");
        assert!(content.busy.is_empty());
    }
    let three = read("DTSTART:20260312T0900\nDTEND:20260314T1000");
    assert_eq!(three.unclear, [local("2026-03-12T00:00:00", "2026-03-15T00:00:00")]);
    let cut_off = object(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260312T080000Z\nDTEND:2026031", &paris());
    assert_eq!(cut_off.unclear, [day]);
    for blind in ["DTSTART:notadate", "SUMMARY:no start", "DTSTART:99990101T000000Z\nDURATION:P3650D"] {
        assert!(!read(blind).is_clear(), "{blind}");
    }
    assert!(object(b"\xff\xfe hello", &paris()).blind);
    assert!(object(b"", &paris()).blind);
}

#[test]
fn a_series_with_an_unknown_zone_keeps_all_its_days_busy() {
    let content = read("DTSTART;TZID=Nowhere:20260312T090000\nDURATION:PT15M\nRRULE:FREQ=WEEKLY;COUNT=2");
    assert!(!content.is_clear());
    assert_eq!(
        busy_in_2026(&content),
        [local("2026-03-12T00:00:00", "2026-03-13T00:00:00"), local("2026-03-19T00:00:00", "2026-03-20T00:00:00")]
    );
}

#[test]
fn one_unreadable_event_does_not_hide_the_others_of_its_object() {
    let text = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260312T0900\nEND:VEVENT\nBEGIN:VEVENT\nDTSTART:20260313T080000Z\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n";
    let content = object(text, &paris());
    assert_eq!((content.busy.len(), content.unclear.len()), (1, 1));
}

fn span() -> Span {
    Span { start: at("2026-03-12T09:00:00", "Europe/Paris"), end: at("2026-03-12T09:15:00", "Europe/Paris") }
}

fn sample() -> Vec<u8> {
    let note = "Première fois ; voir la lettre, merci\nàé".repeat(4);
    let what = Booking {
        op: "op-1",
        span: span(),
        summary: "RDV",
        class: "CONFIDENTIAL",
        motive: Some("cs; a"),
        note: Some(&note),
    };
    booking(&what, 0)
}

#[test]
fn what_greffon_writes_it_reads() {
    let bytes = sample();
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 76));
    assert!(bytes.ends_with(b"END:VCALENDAR\r\n"));
    let content = object(&bytes, &paris());
    assert_eq!(once(&content), span().into());
    assert_eq!(
        (content.mark, content.op.as_deref(), content.motive.as_deref()),
        (Mark::Booking, Some("op-1"), Some("cs; a"))
    );
    assert_eq!(content.first, Some(span().into()));
    let content = object(&absence("op-2", span(), "Congés, formation", 0), &paris());
    assert_eq!((content.mark, content.op.as_deref()), (Mark::Absence, Some("op-2")));
}

#[test]
fn a_copy_of_a_booking_is_not_the_booking() {
    let copy = String::from_utf8(sample()).unwrap().replace("UID:op-1@greffon", "UID:copy-1");
    let content = object(copy.as_bytes(), &paris());
    assert_eq!((content.mark, content.op), (Mark::Foreign, None));
    let hostile = String::from_utf8(sample()).unwrap().replace("UID:op-1@greffon", "UID:../../x@greffon");
    assert_eq!(object(hostile.as_bytes(), &paris()).mark, Mark::Foreign);
}

#[test]
fn a_move_changes_the_time_and_keeps_what_others_added() {
    let text = String::from_utf8(sample()).unwrap().replace(
        "END:VEVENT",
        "DURATION:PT5M\r\nX-OTHER;P=\"a;b\":kept\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nDTSTART:20200101T000000Z\r\nEND:VALARM\r\nEND:VEVENT",
    );
    let to = Span { start: span().start + 3_600_000, end: span().end + 3_600_000 };
    let moved = change(text.as_bytes(), &Change::Moved(to), "op-9", 86_400_000).unwrap();
    let content = object(&moved, &paris());
    assert_eq!(once(&content), to.into());
    assert_eq!((content.op.as_deref(), content.last_op.as_deref()), (Some("op-1"), Some("op-9")));
    assert_eq!(content.changed, Some(86_400_000));
    let text = String::from_utf8(moved.clone()).unwrap();
    assert!(text.contains("X-OTHER;P=\"a;b\":kept\r\n") && text.contains("SEQUENCE:1\r\n"));
    assert!(text.contains("DTSTART:20200101T000000Z"), "an alarm's lines are not the event's");
    assert_eq!(text.matches("\nDTSTART").count(), 2);
    assert!(!text.contains("\nDURATION"));
    let again = change(&moved, &Change::Moved(span()), "op-10", 0).unwrap();
    assert!(String::from_utf8(again).unwrap().contains("SEQUENCE:2\r\n"));
}

#[test]
fn a_cancelled_booking_is_free_and_still_known() {
    let cancelled = change(&sample(), &Change::Cancelled, "op-9", 0).unwrap();
    let content = object(&cancelled, &paris());
    assert!(content.busy.is_empty() && content.cancelled && content.is_clear());
    assert_eq!((content.first, content.op.as_deref()), (Some(span().into()), Some("op-1")));
}

#[test]
fn what_a_person_made_a_series_is_not_changed() {
    let text = String::from_utf8(sample()).unwrap();
    let series = text.replace("END:VEVENT", "RRULE:FREQ=DAILY\r\nEND:VEVENT");
    assert_eq!(change(series.as_bytes(), &Change::Cancelled, "op-9", 0), None);
    let two = text.replace("END:VEVENT\r\n", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\n");
    assert_eq!(change(two.as_bytes(), &Change::Cancelled, "op-9", 0), None);
    assert_eq!(change(b"nonsense", &Change::Cancelled, "op-9", 0), None);
}

fn line() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "DTSTART",
        "DTEND",
        "DURATION",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
        "STATUS",
        "TRANSP",
        "UID",
        "BEGIN",
        "END",
        "SUMMARY",
    ]);
    let param = prop::sample::select(vec![
        "",
        ";TZID=Europe/Paris",
        ";VALUE=DATE",
        ";TZID=X",
        ";VALUE=PERIOD",
        ";RANGE=THISANDFUTURE",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "20260312T090000",
            "20260312T090000Z",
            "20260329T023000",
            "20260312",
            "00010101T000000",
            "99991231T235959Z",
            "PT15M",
            "P1D",
            "FREQ=DAILY",
            "FREQ=WEEKLY;COUNT=3;UNTIL=20260401",
            "20260312T090000Z/PT1H",
            "CANCELLED",
            "VEVENT",
            "VCALENDAR",
            "P99999D",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,20}",
    ];
    (name, param, value).prop_map(|(name, param, value)| format!("{name}{param}:{value}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_object_makes_the_reader_panic_and_no_readable_event_is_free(lines in prop::collection::vec(line(), 0..12)) {
        let content = object(&event(&lines.join("\n")), &paris());
        for item in &content.busy {
            if let Item::Once(period) | Item::Instead(period, _) = item {
                prop_assert!(period.0 < period.1);
            }
        }
        let free = lines.iter().any(|line| {
            let upper = line.to_ascii_uppercase();
            upper.starts_with("STATUS") || upper.starts_with("TRANSP") || upper.starts_with("BEGIN") || upper.starts_with("END:")
        });
        prop_assert!(free || !content.busy.is_empty() || !content.is_clear(), "{lines:?}: {content:?}");
        let _ = change(&event(&lines.join("\n")), &Change::Cancelled, "op-1", 0);
    }
}
