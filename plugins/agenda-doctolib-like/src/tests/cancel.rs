//! Cancelling, and moving, which is not done here.

use greffon_sdk::agenda::Status;
use serde_json::json;

use super::*;

#[test]
fn a_booking_is_cancelled_once_and_again() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    let cancelled = practice.cancel(&booked.id, booked.version.as_deref()).unwrap();
    assert_eq!((cancelled.id, cancelled.status, cancelled.ours), (booked.id.clone(), Status::Cancelled, true));
    assert!(practice.server.standing().is_empty());
    assert_eq!(practice.cancel(&booked.id, booked.version.as_deref()).unwrap().status, Status::Cancelled);
    assert_eq!(practice.count("DELETE"), 1);
    assert_eq!(practice.find(tuesday("09:00"), tuesday("09:15")).unwrap().slots.len(), 1);
}

#[test]
fn a_version_that_was_not_seen_is_told_and_can_be_cancelled_then() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    practice.server.move_to(booked.id.parse().unwrap(), tuesday("10:00"));
    let Err(Error::Stale(now)) = practice.cancel(&booked.id, booked.version.as_deref()) else { panic!() };
    assert_eq!(now.span.start, tuesday("10:00"));
    assert_eq!(practice.count("DELETE"), 0);
    practice.cancel(&booked.id, now.version.as_deref()).unwrap();
}

#[test]
fn what_was_never_there_is_not_found_and_what_just_went_is_gone() {
    let practice = practice();
    for id in ["1", "", "abc", "-1", "99999999999999999999999", "dr-martin/50001"] {
        assert_eq!(practice.cancel(id, None), Err(Error::NotFound), "{id}");
    }
    let booked = practice.book("op-1", "09:00").unwrap();
    let id: u64 = booked.id.parse().unwrap();
    practice.server.before("DELETE", move |server| server.strike_out(id));
    assert_eq!(practice.cancel(&booked.id, None).unwrap().status, Status::Cancelled);
}

#[test]
fn only_what_greffon_booked_is_cancelled() {
    let practice = practice();
    let foreign = practice.server.put("appointment", tuesday("09:00"), tuesday("09:15"));
    let block = practice.server.put("block", tuesday("10:00"), tuesday("10:15"));
    for id in [foreign, block] {
        assert!(matches!(practice.cancel(&id.to_string(), None), Err(Error::Denied(_))));
    }
    practice.server.change(foreign, &[("agenda_id", json!(999))]);
    assert_eq!(practice.cancel(&foreign.to_string(), None), Err(Error::NotFound), "no agenda of this practice");
    let booked = practice.book("op-1", "11:00").unwrap();
    practice.fakes.set_installation("another");
    assert!(matches!(practice.cancel(&booked.id, None), Err(Error::Denied(_))));
    assert_eq!(practice.count("DELETE"), 0);
}

#[test]
fn a_lost_answer_is_settled_by_what_stands_there() {
    for (fault, known) in [("error-after-commit", true), ("answer-lost", true), ("request-lost", false)] {
        let practice = practice();
        let booked = practice.book("op-1", "09:00").unwrap();
        practice.server.fault(fault, "DELETE", 1);
        let result = practice.cancel(&booked.id, booked.version.as_deref());
        assert_eq!(result.is_ok(), known, "{fault}: {result:?}");
        assert_eq!(is_unknown(&result), !known, "{fault}");
        practice.cancel(&booked.id, None).unwrap();
    }
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    practice.server.fault("rate-limited", "DELETE", 1);
    assert_eq!(practice.cancel(&booked.id, None), Err(Error::RateLimited(Some(9))));
    practice.server.fault("token-expires", "DELETE", 1);
    practice.cancel(&booked.id, None).unwrap();
}

#[test]
fn a_move_is_the_host_s_in_two_steps() {
    let practice = practice();
    let booked = practice.book("op-1", "09:00").unwrap();
    let moved = practice.plugin.move_to(&"op-2".to_owned(), &booked.id, None, &request("10:00"));
    assert!(matches!(moved, Err(Error::Unsupported(_))));
    let new = practice.book("op-2", "10:00").unwrap();
    practice.cancel(&booked.id, booked.version.as_deref()).unwrap();
    let standing = practice.server.standing();
    assert_eq!((standing.len(), standing[0]["id"].to_string()), (1, new.id));
    assert_eq!(practice.server.patients().len(), 1);
}
