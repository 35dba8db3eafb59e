//! What changed, page by page.

use std::collections::BTreeMap;

use greffon_sdk::agenda::{Change, Delta};
use serde_json::json;

use super::*;

fn window() -> Span {
    Span { start: tuesday("00:00"), end: tuesday("00:00") + 30 * DAY_MS }
}

/// What somebody knows who applies the changes in their order.
#[derive(Default)]
struct Follower {
    known: BTreeMap<String, i64>,
    cursor: Option<String>,
}

impl Follower {
    fn read(&mut self, practice: &Practice, limit: u32) -> Delta {
        let delta = practice.plugin.changes(&"dr-martin".to_owned(), self.cursor.as_deref(), window(), limit).unwrap();
        assert!(delta.changes.len() <= limit as usize && delta.cursor.len() <= 4_096);
        for change in delta.changes.clone() {
            match change {
                Change::Reset => self.known.clear(),
                Change::Upsert(entry) => drop(self.known.insert(entry.id, entry.span.start)),
                Change::Absence(absence) => drop(self.known.insert(absence.id, absence.span.start)),
                Change::Removed(id) | Change::AbsenceRemoved(id) => drop(self.known.remove(&id)),
            }
        }
        self.cursor = Some(delta.cursor.clone());
        delta
    }

    fn follow(&mut self, practice: &Practice, limit: u32) {
        while self.read(practice, limit).more {}
        let standing: BTreeMap<String, i64> = practice
            .server
            .standing()
            .iter()
            .map(|entry| (entry["id"].to_string(), crate::time::instant(entry["start"].as_str().unwrap()).unwrap()))
            .filter(|(_, start)| (window().start..window().end).contains(start))
            .collect();
        assert_eq!(self.known, standing);
    }
}

#[test]
fn a_follower_knows_what_stands_whatever_the_pages() {
    for (limit, page) in [(1, 1), (2, 3), (500, 50)] {
        let practice = practice();
        practice.server.page_size(page);
        let mut follower = Follower::default();
        let ids: Vec<u64> = (0..7)
            .map(|number| {
                let start = tuesday("09:00") + number * HOUR_MS;
                practice.server.put(if number == 3 { "block" } else { "appointment" }, start, start + 15 * MINUTE_MS)
            })
            .collect();
        follower.follow(&practice, limit);
        practice.server.strike_out(ids[0]);
        practice.server.strike_out(ids[3]);
        practice.server.move_to(ids[1], tuesday("20:00"));
        practice.server.move_to(ids[2], tuesday("20:00") + 40 * DAY_MS);
        practice.server.put("block", tuesday("22:00"), tuesday("23:00"));
        follower.follow(&practice, limit);
        practice.server.move_to(ids[2], tuesday("21:00"));
        follower.follow(&practice, limit);
        assert_eq!(follower.known.len(), 6);
    }
}

#[test]
fn at_rest_nothing_is_told_and_the_cursor_stays() {
    let practice = practice();
    practice.server.put("appointment", tuesday("09:00"), tuesday("09:15"));
    let mut follower = Follower::default();
    assert_eq!(follower.read(&practice, 500).changes.len(), 2);
    practice.server.put("appointment", tuesday("10:00"), tuesday("10:15"));
    follower.read(&practice, 500);
    let cursor = follower.cursor.clone();
    for minutes in 1..10 {
        practice.fakes.set_now(noon() + minutes * MINUTE_MS);
        let delta = follower.read(&practice, 500);
        assert!(delta.changes.is_empty() && delta.complete && !delta.more, "{delta:?}");
        assert_eq!(follower.cursor, cursor);
    }
    let before = practice.asked().len();
    follower.read(&practice, 500);
    assert_eq!(practice.asked().len() - before, 1, "one request at rest");
}

#[test]
fn what_is_shown_later_than_it_is_dated_is_told_all_the_same() {
    let practice = practice();
    let mut follower = Follower::default();
    follower.follow(&practice, 500);
    practice.server.fault("late-visible", "POST /v1/appointments", 1);
    practice.server.fault("answer-lost", "POST /v1/appointments", 1);
    let _ = practice.book("op-1", "09:00");
    practice.fakes.set_now(noon() + 5_000);
    practice.server.put("appointment", tuesday("14:00"), tuesday("14:15"));
    for _ in 0..3 {
        follower.read(&practice, 500);
        assert_eq!(follower.known.len(), 1, "the later one alone");
    }
    practice.fakes.set_now(noon() + 20_000);
    follower.follow(&practice, 500);
    assert_eq!(follower.known.len(), 2);
}

#[test]
fn what_a_window_that_moved_on_uncovers_is_told() {
    let practice = practice();
    practice.server.put("appointment", tuesday("09:00") + 30 * DAY_MS, tuesday("10:00") + 30 * DAY_MS);
    let of = "dr-martin".to_owned();
    let first = practice.plugin.changes(&of, None, window(), 500).unwrap();
    assert_eq!(first.changes, [Change::Reset]);
    practice.fakes.set_now(noon() + DAY_MS);
    let next = Span { start: window().start + DAY_MS, end: window().end + DAY_MS };
    let delta = practice.plugin.changes(&of, Some(&first.cursor), next, 500).unwrap();
    assert!(matches!(delta.changes.as_slice(), [Change::Upsert(_)]), "{delta:?}");
    let again = practice.plugin.changes(&of, Some(&delta.cursor), next, 500).unwrap();
    assert!(again.changes.is_empty());
}

#[test]
fn what_the_vendor_forgot_begins_anew() {
    let practice = practice();
    let of = "dr-martin".to_owned();
    let first = practice.plugin.changes(&of, None, window(), 500).unwrap();
    practice.fakes.set_now(noon() + 31 * DAY_MS);
    let expired = practice.plugin.changes(&of, Some(&first.cursor), window(), 500);
    assert_eq!(expired, Err(Error::CursorExpired));
    for cursor in ["", "{}", "null", "[1]", "\u{0}", &"x".repeat(5_000)] {
        let expired = practice.plugin.changes(&of, Some(cursor), window(), 500);
        assert_eq!(expired, Err(Error::CursorExpired), "{cursor:.20}");
    }
}

#[test]
fn a_cursor_of_somebody_s_making_is_no_way_to_a_panic() {
    let practice = practice();
    practice.server.put("appointment", tuesday("09:00"), tuesday("09:15"));
    let extremes = [i64::MIN, -1, 0, i64::MAX];
    for newest in extremes {
        for edge in extremes {
            for after in [json!(null), json!([edge, 0]), json!([edge, u64::MAX])] {
                for whole in [true, false] {
                    let cursor = json!({
                        "newest": newest, "told": [[edge, 1]], "window": [edge, newest], "whole": whole, "after": after,
                        "blind": false,
                    });
                    let of = "dr-martin".to_owned();
                    let _ = practice.plugin.changes(&of, Some(&cursor.to_string()), window(), 1);
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_placed_makes_it_incomplete_until_all_is_told_anew() {
    let practice = practice();
    let id = practice.server.put("appointment", tuesday("09:00"), tuesday("09:15"));
    practice.server.change(id, &[("start", json!("?"))]);
    let mut follower = Follower::default();
    assert!(!follower.read(&practice, 500).complete);
    practice.fakes.set_now(noon() + HOUR_MS);
    practice.server.put("appointment", tuesday("10:00"), tuesday("10:15"));
    assert!(!follower.read(&practice, 500).complete, "it is still there, and not told again");
    practice.server.strike_out(id);
    practice.server.lose(id);
    assert!(Follower::default().read(&practice, 500).complete);
}

#[test]
fn a_page_that_is_cut_short_is_read_again_or_not_at_all() {
    let practice = practice();
    for hour in ["09:00", "10:00"] {
        practice.server.put("appointment", tuesday(hour), tuesday(hour) + 15 * MINUTE_MS);
    }
    practice.server.fault("truncated-page", "/v1/appointments", 1);
    Follower::default().follow(&practice, 500);
    practice.server.fault("truncated-page", "/v1/appointments", 2);
    let cut = practice.plugin.changes(&"dr-martin".to_owned(), None, window(), 500);
    assert!(matches!(cut, Err(Error::Unavailable(_))));
}

#[test]
fn a_long_window_is_read_by_years() {
    let practice = practice();
    let far = tuesday("09:00") + 800 * DAY_MS;
    practice.server.put("appointment", far, far + HOUR_MS);
    let of = "dr-martin".to_owned();
    let wide = Span { start: tuesday("00:00"), end: tuesday("00:00") + 1_000 * DAY_MS };
    let delta = practice.plugin.changes(&of, None, wide, 500).unwrap();
    assert!(delta.complete && delta.changes.len() == 2);
    assert_eq!(practice.asked().len(), 3);
    let endless = practice.plugin.changes(&of, None, Span { end: i64::MAX, ..wide }, 500).unwrap();
    assert!(!endless.complete);
    assert_eq!(practice.plugin.changes(&"dr-x".to_owned(), None, wide, 500), Err(Error::NotFound));
}

#[test]
fn ours_are_told_as_ours_and_nobody_s_name_is() {
    let practice = practice();
    practice.book("op-1", "09:00").unwrap();
    let delta = Follower::default().read(&practice, 500);
    let Change::Upsert(entry) = &delta.changes[1] else { panic!("{delta:?}") };
    assert!(entry.ours && entry.op.as_deref() == Some("op-1") && entry.patient.is_none());
    assert!(!delta.cursor.contains("Durand"));
}
