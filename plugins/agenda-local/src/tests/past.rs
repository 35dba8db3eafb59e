use greffon_sdk::agenda::{Error, Found};
use greffon_sdk::practice::ByWhom;

use super::*;

#[test]
fn past_appointments_leave_the_register_and_are_still_found() {
    let (settings, space) = (settings(), Memory::default());
    for day in 0..100 {
        let desk = Desk { now: MONDAY + day * DAY, ..desk(&settings, &space) };
        for number in 0..3 {
            let op = format!("op-{day}-{number}");
            desk.book(&op, &request(day * 24 * 60 + number * 30, 15), None).unwrap();
        }
    }
    let now = MONDAY + 100 * DAY;
    let desk = Desk { now, ..desk(&settings, &space) };
    let register = space.keys.borrow()["register/dr-martin"].1.len();
    assert!(register < 6_000, "{register} bytes for 16 days of three appointments");
    let pages = space.keys_of("page/").len();
    assert!(pages < 50, "{pages} pages");
    for day in [0, 50, 99] {
        let what = request(day * 24 * 60, 15);
        let Found::Present(found) = desk.look_up(&format!("op-{day}-0"), &what).unwrap() else {
            panic!("day {day} is lost");
        };
        assert_eq!(found.span, what.span);
        assert_eq!(found.patient.unwrap(), what.patient);
        assert!(matches!(desk.look_up("op-x", &what), Ok(Found::Absent)));
    }
    let mut old = query(0, 600);
    assert!(!desk.find_slots(&old).unwrap().complete, "put away is not free");
    old.window.start = now;
    old.window.end = now + DAY;
    assert!(desk.find_slots(&old).unwrap().complete);
    assert!(matches!(desk.cancel("op-y", "dr-martin/op-0-0", None, ByWhom::Patient), Err(Error::NotFound)));
}

#[test]
fn months_that_the_practice_no_longer_keeps_are_removed() {
    let (mut settings, space) = (settings(), Memory::default());
    settings.keep_months = 3;
    for month in 0..12 {
        let desk = Desk { now: MONDAY + month * 30 * DAY, ..desk(&settings, &space) };
        desk.book(&format!("op-{month}"), &request(month * 30 * 24 * 60, 15), None).unwrap();
    }
    let kept = space.keys_of("past/");
    assert_eq!(kept.first().map(String::as_str), Some("past/dr-martin/2026-10"), "{kept:?}");
}

#[test]
fn a_sweep_that_fails_loses_nothing() {
    let (settings, space) = (settings(), Memory::default());
    desk(&settings, &space).book("old", &request(60, 15), None).unwrap();
    let now = MONDAY + 30 * DAY;
    let later = Desk { now, ..desk(&settings, &space) };
    // The month cannot be read, so nothing may leave the register.
    space.put("past/dr-martin/2026-03", b"nonsense");
    later.book("new", &request(30 * 24 * 60, 15), None).unwrap();
    let found = later.look_up("old", &request(60, 15)).unwrap();
    assert!(matches!(found, Found::Present(appointment) if appointment.patient.is_some()));
}

#[test]
fn what_changes_while_it_is_put_away_keeps_its_patient() {
    let (settings, space) = (settings(), Memory::default());
    desk(&settings, &space).book("old", &request(60, 15), None).unwrap();
    let now = MONDAY + 30 * DAY;
    // The first register that is read is the booking's; the second is the sweep's.
    *space.meanwhile.borrow_mut() = Some(Box::new(move |space: &Memory| {
        *space.meanwhile.borrow_mut() = Some(Box::new(move |space: &Memory| {
            let settings = super::settings();
            let other = Desk { now, ..desk(&settings, space) };
            other.set_status("late", "dr-martin/old", None, greffon_sdk::agenda::Status::Fulfilled).unwrap();
        }));
    }));
    let later = Desk { now, ..desk(&settings, &space) };
    later.book("new", &request(30 * 24 * 60, 15), None).unwrap();
    let Ok(Found::Present(found)) = later.look_up("old", &request(60, 15)) else { panic!() };
    assert_eq!(found.status, greffon_sdk::agenda::Status::Fulfilled);
    assert!(found.patient.is_some());
}
