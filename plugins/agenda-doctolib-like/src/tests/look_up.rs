//! What became of an op-id.

use greffon_sdk::agenda::Status;
use serde_json::json;

use super::*;

#[test]
fn what_was_never_written_is_absent_after_a_whole_reading() {
    let practice = practice();
    practice.server.put("appointment", tuesday("09:00"), tuesday("09:15"));
    assert_eq!(practice.look_up("op-1", "09:00"), Ok(Found::Absent));
    practice.server.put("appointment", tuesday("10:00"), tuesday("10:15"));
    practice.server.fault("truncated-page", "/v1/appointments?", 2);
    assert!(matches!(practice.look_up("op-1", "09:00"), Err(Error::Unavailable(_))));
    let unreadable = practice.server.put("block", tuesday("11:00"), tuesday("11:15"));
    practice.server.change(unreadable, &[("start", json!("?"))]);
    assert!(matches!(practice.look_up("op-1", "09:00"), Err(Error::Unavailable(_))));
}

#[test]
fn an_instance_that_never_saw_the_booking_finds_it() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    practice.fakes.deny_keyvalue();
    assert_eq!(practice.look_up("op-1", "09:00"), Ok(Found::Present(booked)));
}

#[test]
fn what_was_moved_to_another_day_or_cancelled_there_is_found() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    let id = booked.id.parse().unwrap();
    practice.server.move_to(id, tuesday("09:00") + 20 * DAY_MS);
    let Ok(Found::Present(moved)) = practice.look_up("op-1", "09:00") else { panic!() };
    assert_eq!((moved.id.clone(), moved.span.start), (booked.id.clone(), tuesday("09:00") + 20 * DAY_MS));
    assert_ne!(moved.version, booked.version);
    practice.server.strike_out(id);
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Present(gone)) if gone.status == Status::Cancelled));
    practice.server.lose(id);
    assert_eq!(practice.look_up("op-1", "09:00"), Ok(Found::Absent));
}

#[test]
fn whoever_lies_over_it_comes_with_it() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    practice.server.put("block", tuesday("09:10"), tuesday("10:00"));
    let Ok(Found::Ambiguous(all)) = practice.look_up("op-1", "09:00") else { panic!() };
    assert_eq!((all.len(), all[0].id.as_str(), all[0].ours, all[1].ours), (2, booked.id.as_str(), true, false));
    let id = booked.id.parse().unwrap();
    practice.server.move_to(id, tuesday("14:00") + 3 * DAY_MS);
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Present(_))), "there it is alone");
    practice.server.put("appointment", tuesday("14:00") + 3 * DAY_MS, tuesday("15:00") + 3 * DAY_MS);
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Ambiguous(all)) if all.len() == 2));
}

#[test]
fn a_mark_that_somebody_copied_is_a_person_s_to_tell() {
    let practice = practice();
    practice.book("op-1", "09:00").unwrap();
    let copy = practice.server.put("appointment", tuesday("16:00"), tuesday("16:15"));
    practice.server.change(copy, &[("notes", json!("[greffon op-1 installation-of-a-test]"))]);
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Ambiguous(all)) if all.len() == 2));
}

#[test]
fn a_mark_of_another_installation_is_somebody_else_s() {
    let practice = practice();
    practice.fakes.set_installation("another");
    practice.book("op-1", "09:00").unwrap();
    practice.fakes.set_installation("installation-of-a-test");
    assert_eq!(practice.look_up("op-1", "09:00"), Ok(Found::Absent));
    assert_eq!(taken(practice.book("op-1", "09:00")).len(), 1);
}

#[test]
fn notes_that_somebody_rewrote_leave_the_mark_or_a_doubt() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    let id = booked.id.parse().unwrap();
    practice.server.change(id, &[("notes", json!("vu le 2 mars\n[greffon op-1 installation-of-a-test] rappeler"))]);
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Present(_))));
    practice.server.change(id, &[("notes", json!("rappeler"))]);
    assert!(matches!(practice.look_up("op-1", "09:00"), Ok(Found::Ambiguous(all)) if all.len() == 1));
    let mut other = request("09:00");
    other.patient.family = "Petit".to_owned();
    assert_eq!(practice.plugin.look_up(&"op-1".to_owned(), &other), Ok(Found::Absent));
}

#[test]
fn entries_that_others_wrote_are_not_looked_for() {
    let practice = practice();
    let mut what = request("09:00");
    what.entry = Some("50001".to_owned());
    assert!(matches!(practice.plugin.look_up(&"op-1".to_owned(), &what), Err(Error::Unsupported(_))));
}
