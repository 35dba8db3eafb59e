use std::collections::{BTreeMap, BTreeSet};

use greffon_sdk::agenda::{Change, Delta};

use super::server::Dialect;
use super::*;

impl Practice {
    fn changes(&self, cursor: Option<&str>, limit: u32) -> Result<Delta, Error> {
        let window = Span { start: tuesday("00:00"), end: tuesday("00:00") + 30 * 86_400_000 };
        self.plugin.changes(&"dr-martin".to_owned(), cursor, window, limit)
    }
}

fn told(delta: &Delta) -> Vec<String> {
    let name = |id: &str| id.replace("dr-martin/", "");
    delta
        .changes
        .iter()
        .map(|change| match change {
            Change::Upsert(appointment) => name(&appointment.id),
            Change::Removed(id) => format!("-{}", name(id)),
            Change::Absence(absence) => format!("absence {}", name(&absence.id)),
            Change::AbsenceRemoved(id) => format!("-absence {}", name(id)),
            Change::Reset => "reset".to_owned(),
        })
        .collect()
}

#[test]
fn changes_are_told_from_token_to_token() {
    let practice = practice();
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    practice.book("op-1", "10:00", "10:15").unwrap();
    let first = practice.changes(None, 100).unwrap();
    assert_eq!(told(&first), ["reset", "a.ics", "greffon-op-1.ics"]);
    let none = practice.changes(Some(&first.cursor), 100).unwrap();
    assert!(none.changes.is_empty() && !none.more);
    practice.server.remove("a.ics");
    practice.server.put("b.ics", &event("b", "11:00", "11:30"));
    practice.server.put("far.ics", &object("f", "DTSTART:20270101T090000Z\r\nDTEND:20270101T100000Z"));
    let absence =
        practice.plugin.block(&"op-2".to_owned(), &"dr-martin".to_owned(), request("14:00", "15:00").span, "").unwrap();
    let second = practice.changes(Some(&none.cursor), 100).unwrap();
    assert_eq!(told(&second), ["-a.ics", "b.ics", "-far.ics", "absence greffon_absence-op-2.ics"]);
    practice.plugin.unblock(&"op-3".to_owned(), &absence).unwrap();
    assert_eq!(told(&practice.changes(Some(&second.cursor), 100).unwrap()), ["-absence greffon_absence-op-2.ics"]);
}

#[test]
fn pages_hold_no_more_than_the_limit_and_miss_nothing() {
    for limit in [0, 1, 2, 3, 7, 8, 9, 100] {
        let practice = practice();
        let fill = |from: u32, to: u32| {
            for number in from..to {
                let (start, end) = (format!("{number:02}:00"), format!("{number:02}:30"));
                practice.server.put(&format!("{number:02}.ics"), &event(&number.to_string(), &start, &end));
            }
        };
        let read = |mut cursor: Option<String>| {
            let mut all = Vec::new();
            for page in 0.. {
                let delta = practice.changes(cursor.as_deref(), limit).unwrap();
                assert!(delta.changes.len() <= usize::try_from(limit.max(1)).unwrap());
                assert!(delta.cursor.len() <= 4096);
                all.extend(told(&delta));
                cursor = Some(delta.cursor);
                if !delta.more {
                    return (all, cursor);
                }
                assert!(page < 50);
            }
            unreachable!()
        };
        fill(0, 7);
        let (all, cursor) = read(None);
        assert_eq!(all.len(), 8, "limit {limit}: {all:?}");
        fill(5, 12);
        let (all, _) = read(cursor);
        assert_eq!(all.len(), 7, "limit {limit}: {all:?}");
    }
}

#[test]
fn what_changes_between_two_pages_is_told_after_the_last() {
    let practice = practice();
    for name in ["a", "b", "c"] {
        practice.server.put(&format!("{name}.ics"), &event(name, "09:00", "09:30"));
    }
    let first = practice.changes(None, 3).unwrap();
    assert_eq!(told(&first), ["reset", "a.ics", "b.ics"]);
    practice.server.remove("a.ics");
    let second = practice.changes(Some(&first.cursor), 3).unwrap();
    assert_eq!((told(&second), second.more), (vec!["c.ics".to_owned()], false));
    assert_eq!(told(&practice.changes(Some(&second.cursor), 3).unwrap()), ["-a.ics"]);
}

fn weekly(count: u32, more: &str) -> String {
    let rule =
        format!("DTSTART;TZID=Europe/Paris:20260303T090000\r\nDURATION:PT15M\r\nRRULE:FREQ=WEEKLY;COUNT={count}");
    object("w", &format!("{rule}{more}"))
}

/// The id of the occurrence on a day of March.
fn on(day: &str) -> String {
    format!("w.ics#{}", at(&format!("2026-03-{day}T09:00:00"), "Europe/Paris"))
}

#[test]
fn a_changed_series_is_told_occurrence_by_occurrence() {
    let practice = practice();
    practice.server.put("w.ics", &weekly(3, ""));
    let first = practice.changes(None, 100).unwrap();
    assert_eq!(told(&first), ["reset".to_owned(), on("03"), on("10"), on("17")]);
    practice.server.put("w.ics", &weekly(4, "\r\nEXDATE;TZID=Europe/Paris:20260310T090000"));
    // A search in between takes nothing away from whoever asks later.
    practice.find("08:00", "18:00").unwrap();
    let second = practice.changes(Some(&first.cursor), 100).unwrap();
    let gone = |id: String| format!("-{id}");
    let all = told(&second);
    assert_eq!(all, ["-w.ics".to_owned(), gone(on("10")), on("03"), on("17"), on("24")]);
    practice.server.remove("w.ics");
    let third = practice.changes(Some(&second.cursor), 100).unwrap();
    let told_third: BTreeSet<String> = told(&third).into_iter().collect();
    let expected = ["03", "10", "17", "24"].map(|day| gone(on(day))).into_iter().chain(["-w.ics".to_owned()]);
    assert_eq!(told_third, expected.collect());
    assert!(practice.changes(Some(&third.cursor), 100).unwrap().changes.is_empty());
}

/// Whoever applies the differences of a series in pages of any size knows what is there.
#[test]
fn whoever_follows_a_series_knows_its_occurrences() {
    for limit in [1, 2, 3, 100] {
        let practice = practice();
        let mut known: BTreeMap<String, i64> = BTreeMap::new();
        let mut cursor: Option<String> = None;
        let moved = "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:w\r\nRECURRENCE-ID;TZID=Europe/Paris:20260310T090000\r\n\
                     DTSTART;TZID=Europe/Paris:20260311T140000\r\nDURATION:PT15M";
        let once = event("w", "10:00", "10:30");
        for text in [weekly(3, ""), weekly(5, moved), once, weekly(2, ""), weekly(2, moved)] {
            practice.server.put("w.ics", &text);
            practice.find("08:00", "18:00").unwrap();
            loop {
                let delta = practice.changes(cursor.as_deref(), limit).unwrap();
                assert!(delta.changes.len() <= limit as usize);
                for change in delta.changes {
                    match change {
                        Change::Reset => known.clear(),
                        Change::Upsert(entry) => drop(known.insert(entry.id, entry.span.start)),
                        Change::Removed(id) => drop(known.remove(&id)),
                        other => panic!("{other:?}"),
                    }
                }
                cursor = Some(delta.cursor);
                if !delta.more {
                    break;
                }
            }
            let window = Span { start: tuesday("00:00"), end: tuesday("00:00") + 30 * 86_400_000 };
            let page = practice.plugin.find_slots(&query(window)).unwrap();
            let there: BTreeSet<i64> = page.slots.iter().map(|slot| slot.span.start).collect();
            assert_eq!(known.values().copied().collect::<BTreeSet<_>>(), there, "{limit} {text}");
        }
    }
}

#[test]
fn what_the_mirror_forgot_of_a_series_is_told_by_beginning_again() {
    let practice = practice();
    practice.server.put("w.ics", &weekly(3, ""));
    let first = practice.changes(None, 100).unwrap();
    for count in 0..120 {
        practice.server.put("w.ics", &weekly(4 + count % 2, ""));
        practice.find("08:00", "18:00").unwrap();
    }
    assert_eq!(told(&practice.changes(Some(&first.cursor), 100).unwrap())[0], "reset");
}

#[test]
fn what_a_window_that_moved_on_uncovers_is_told() {
    let practice = practice();
    let day = 86_400_000;
    practice.server.put("e.ics", &weekly(50, ""));
    practice.server.put("far.ics", &object("f", "DTSTART:20260320T090000Z\r\nDTEND:20260320T100000Z"));
    let changes = |cursor: Option<&str>, days: i64| {
        let window = Span { start: tuesday("00:00"), end: tuesday("00:00") + days * day };
        practice.plugin.changes(&"dr-martin".to_owned(), cursor, window, 100).unwrap()
    };
    let first = changes(None, 8);
    assert_eq!(first.changes.len(), 3);
    let second = changes(Some(&first.cursor), 18);
    assert_eq!(told(&second).len(), 2, "{:?}", told(&second));
    assert!(told(&second).contains(&"far.ics".to_owned()));
    assert!(changes(Some(&second.cursor), 18).changes.is_empty());
}

#[test]
fn a_poll_at_rest_is_one_request_and_writes_nothing() {
    let practice = practice();
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    let mut cursor = practice.changes(None, 100).unwrap().cursor;
    for _ in 0..3 {
        practice.server.requests();
        cursor = practice.changes(Some(&cursor), 100).unwrap().cursor;
        assert_eq!(practice.server.requests(), ["REPORT"]);
    }
    // Searches in between leave the way back open.
    practice.server.put("b.ics", &event("b", "10:00", "10:30"));
    practice.find("08:00", "18:00").unwrap();
    practice.server.requests();
    let next = practice.changes(Some(&cursor), 100).unwrap();
    assert_eq!((told(&next), practice.server.requests()), (vec!["b.ics".to_owned()], vec!["REPORT".to_owned()]));
}

/// The second of three is moved alone: its start by the rule still names it.
#[test]
fn every_entry_tells_its_object_and_which_occurrence_it_is() {
    let practice = practice();
    let weekly = "DTSTART:20260303T090000Z\r\nDURATION:PT15M\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT\r\n\
                  BEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID:20260310T090000Z\r\nDTSTART:20260311T140000Z\r\nDURATION:PT15M";
    practice.server.put("s.ics", &object("s", weekly));
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    let utc = |text: &str| Some(at(text, "UTC"));
    let series = [
        ("s.ics", utc("2026-03-03T09:00:00")),
        ("s.ics", utc("2026-03-10T09:00:00")),
        ("s.ics", utc("2026-03-17T09:00:00")),
    ];
    let known: BTreeSet<_> = series.into_iter().chain([("a.ics", None)]).collect();
    let delta = practice.changes(None, 100).unwrap();
    let entries = delta.changes.iter().filter_map(|change| match change {
        Change::Upsert(appointment) => appointment.entry.as_ref(),
        _ => None,
    });
    assert_eq!(entries.map(|entry| (entry.object.as_str(), entry.recurrence)).collect::<BTreeSet<_>>(), known);
    let window = Span { start: tuesday("00:00"), end: tuesday("00:00") + 30 * 86_400_000 };
    let page = practice.plugin.find_slots(&query(window)).unwrap();
    let entries = page.slots.iter().filter_map(|slot| slot.entry.as_ref());
    assert_eq!(entries.map(|entry| (entry.object.as_str(), entry.recurrence)).collect::<BTreeSet<_>>(), known);
}

#[test]
fn cursors_that_are_of_no_use_are_expired() {
    let practice = practice();
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    let first = practice.changes(None, 100).unwrap();
    practice.server.forget_tokens();
    assert!(matches!(practice.changes(Some(&first.cursor), 100), Err(Error::CursorExpired)));
    for cursor in ["", "x", "null", "[]", r#"{"from":"nope","next":null,"after":null}"#, &"x".repeat(5000)] {
        assert!(matches!(practice.changes(Some(cursor), 100), Err(Error::CursorExpired)), "{cursor}");
    }
}

#[test]
fn a_server_without_tokens_tells_everything_each_time() {
    let practice = practice();
    practice.server.speak(Dialect { syncs: false, ..Dialect::default() });
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    let first = practice.changes(None, 100).unwrap();
    assert_eq!(told(&first), ["reset", "a.ics"]);
    practice.server.put("b.ics", &event("b", "10:00", "10:30"));
    let first = practice.changes(Some(&first.cursor), 1).unwrap();
    assert_eq!((told(&first), first.more), (vec!["reset".to_owned()], true));
    let second = practice.changes(Some(&first.cursor), 1).unwrap();
    assert_eq!((told(&second), second.more), (vec!["a.ics".to_owned()], true));
    let third = practice.changes(Some(&second.cursor), 1).unwrap();
    assert_eq!((told(&third), third.more), (vec!["b.ics".to_owned()], false));
    assert_eq!(told(&practice.changes(Some(&third.cursor), 100).unwrap()), ["reset", "a.ics", "b.ics"]);
}

/// What is not free by what was told, in any order.
fn not_free(known: &BTreeMap<(bool, String), (i64, i64)>, window: Span) -> Vec<(i64, i64)> {
    let overlaps = |span: &&(i64, i64)| span.0 < window.end && span.1 > window.start;
    let mut spans: Vec<(i64, i64)> = known.values().filter(overlaps).copied().collect();
    spans.sort_unstable();
    spans
}

/// Whoever follows the changes knows what a search would tell: the host offers times by that alone.
#[test]
fn what_the_changes_come_to_is_what_a_search_tells() {
    let practice = practice();
    let window = Span { start: tuesday("00:00"), end: tuesday("00:00") + 30 * 86_400_000 };
    let mut known: BTreeMap<(bool, String), (i64, i64)> = BTreeMap::new();
    let mut cursor: Option<String> = None;
    let mut follow = |expected: bool, step: &str| {
        loop {
            let delta = practice.changes(cursor.as_deref(), 3).unwrap();
            for change in &delta.changes {
                match change {
                    Change::Reset => known.clear(),
                    Change::Upsert(one) => {
                        known.insert((false, one.id.clone()), (one.span.start, one.span.end));
                    }
                    Change::Absence(one) => {
                        known.insert((true, one.id.clone()), (one.span.start, one.span.end));
                    }
                    Change::Removed(id) => drop(known.remove(&(false, id.clone()))),
                    Change::AbsenceRemoved(id) => drop(known.remove(&(true, id.clone()))),
                }
            }
            cursor = Some(delta.cursor);
            if !delta.more {
                assert_eq!(delta.complete, expected, "{step}");
                break;
            }
        }
        let page = practice.plugin.find_slots(&query(window)).unwrap();
        assert_eq!(page.complete, expected, "{step}");
        let mut told: Vec<(i64, i64)> = page.slots.iter().map(|slot| (slot.span.start, slot.span.end)).collect();
        told.sort_unstable();
        assert_eq!(not_free(&known, window), told, "{step}");
    };
    follow(true, "nothing");
    practice.server.put("a.ics", &event("a", "09:00", "09:30"));
    practice.book("op-1", "10:00", "10:15").unwrap();
    practice.server.put("w.ics", &weekly(4, "\r\nEXDATE;TZID=Europe/Paris:20260310T090000"));
    practice.server.put("leave.ics", &object("l", "DTSTART;VALUE=DATE:20260305\r\nDTEND;VALUE=DATE:20260307"));
    practice.server.put("free.ics", &object("f", "DTSTART;VALUE=DATE:20260309\r\nTRANSP:TRANSPARENT"));
    practice.server.put("odd.ics", &object("o", "DTSTART:20260312T0900\r\nDURATION:PT1H"));
    follow(true, "of every kind");
    practice.server.put("w.ics", &weekly(3, ""));
    practice.server.put("a.ics", &event("a", "11:00", "11:30"));
    practice.server.remove("leave.ics");
    practice.plugin.block(&"op-2".to_owned(), &"dr-martin".to_owned(), request("14:00", "15:00").span, "").unwrap();
    follow(true, "moved, shortened, taken out, closed");
    practice.server.put("lost.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    follow(false, "an entry without any day");
    practice.server.remove("lost.ics");
    practice.server.remove("w.ics");
    practice.server.remove("odd.ics");
    follow(true, "all of it is known again");
}
