use greffon_sdk::agenda::{Change, Error};
use greffon_sdk::practice::{ByWhom, Span};

use super::*;

fn everything() -> Span {
    Span { start: i64::MIN, end: i64::MAX }
}

fn told(changes: &[Change]) -> Vec<String> {
    changes
        .iter()
        .map(|change| match change {
            Change::Upsert(appointment) => format!("{} {:?}", appointment.id, appointment.status),
            Change::Removed(id) => format!("-{id}"),
            Change::Absence(absence) => format!("absence {}", absence.id),
            Change::AbsenceRemoved(id) => format!("-absence {id}"),
            Change::Reset => "reset".to_owned(),
        })
        .collect()
}

#[test]
fn changes_are_told_once_and_in_order() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.book("op-1", &request(60, 15), None).unwrap();
    desk.book("op-2", &request(90, 15), None).unwrap();
    let first = desk.changes("dr-martin", None, everything(), 100).unwrap();
    assert_eq!(told(&first.changes), ["reset", "dr-martin/op-1 Status::Booked", "dr-martin/op-2 Status::Booked"]);
    assert!(!first.more);
    let none = desk.changes("dr-martin", Some(&first.cursor), everything(), 100).unwrap();
    assert!(none.changes.is_empty());
    assert_eq!(none.cursor, first.cursor);
    desk.cancel("op-3", "dr-martin/op-1", None, ByWhom::Patient).unwrap();
    let absence = desk.block("op-4", "dr-martin", request(600, 60).span, "").unwrap();
    desk.unblock(&absence).unwrap();
    let next = desk.changes("dr-martin", Some(&first.cursor), everything(), 100).unwrap();
    assert_eq!(told(&next.changes), ["dr-martin/op-1 Status::Cancelled", "-absence dr-martin/op-4"]);
}

#[test]
fn pages_hold_no_more_than_the_limit_and_miss_nothing() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    for number in 0..7 {
        desk.book(&format!("op-{number}"), &request(number * 30, 15), None).unwrap();
    }
    for limit in [0, 1, 2, 3, 7, 8, 9] {
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let page = desk.changes("dr-martin", cursor.as_deref(), everything(), limit).unwrap();
            assert!(page.changes.len() <= usize::try_from(limit.max(1)).unwrap());
            all.extend(told(&page.changes));
            cursor = Some(page.cursor);
            if !page.more {
                break;
            }
        }
        assert_eq!(all.len(), 8, "limit {limit}: {all:?}");
        assert_eq!(all[0], "reset");
    }
}

#[test]
fn what_leaves_the_window_is_told_as_removed() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &request(60, 15), None).unwrap();
    let window = request(0, 240).span;
    let first = desk.changes("dr-martin", None, window, 100).unwrap();
    desk.move_to("op-2", &booked.id, None, &request(24 * 60, 15)).unwrap();
    let next = desk.changes("dr-martin", Some(&first.cursor), window, 100).unwrap();
    assert_eq!(told(&next.changes), ["-dr-martin/op-1"]);
}

#[test]
fn a_cursor_that_is_too_old_or_not_ours_is_expired() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let first = desk.changes("dr-martin", None, everything(), 100).unwrap();
    for number in 0..202 {
        let id = desk.block(&format!("op-{number}"), "dr-martin", request(600, 60).span, "").unwrap();
        desk.unblock(&id).unwrap();
    }
    for cursor in [first.cursor.as_str(), "", "x", "1", "1.", "9999.0", "0.9999", "-1.0", "1.1.1"] {
        let result = desk.changes("dr-martin", Some(cursor), everything(), 100);
        assert!(matches!(result, Err(Error::CursorExpired)), "{cursor}");
    }
    assert!(matches!(desk.changes("dr-nobody", None, everything(), 100), Err(Error::NotFound)));
}
