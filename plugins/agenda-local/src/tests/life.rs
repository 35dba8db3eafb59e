use greffon_sdk::agenda::{Error, Rule, Status};
use greffon_sdk::practice::ByWhom;

use super::*;

#[test]
fn a_move_keeps_the_id_and_frees_the_old_time() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &request(60, 15), None).unwrap();
    let moved = desk.move_to("op-2", &booked.id, booked.version.as_deref(), &request(65, 15)).unwrap();
    assert_eq!((&moved.id, moved.span), (&booked.id, request(65, 15).span));
    assert_eq!(moved.patient, booked.patient);
    assert_ne!(moved.version, booked.version);
    assert_eq!(desk.move_to("op-2", &booked.id, booked.version.as_deref(), &request(65, 15)).unwrap(), moved);
    assert_eq!(taken(desk.book("op-3", &request(60, 15), None)), ["dr-martin/op-1"]);
    desk.book("op-3", &request(50, 15), None).unwrap();
}

#[test]
fn a_move_to_a_taken_time_changes_nothing() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &request(60, 15), None).unwrap();
    desk.book("op-2", &request(90, 15), None).unwrap();
    assert_eq!(taken(desk.move_to("op-3", &booked.id, None, &request(80, 15))), ["dr-martin/op-2"]);
    assert_eq!(desk.book("op-1", &request(60, 15), None).unwrap(), booked);
}

#[test]
fn a_move_to_another_agenda_is_left_to_the_host() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &request(60, 15), None).unwrap();
    let mut elsewhere = request(60, 15);
    elsewhere.agenda = "dr-petit".to_owned();
    assert!(matches!(desk.move_to("op-2", &booked.id, None, &elsewhere), Err(Error::Unsupported(_))));
}

#[test]
fn a_write_on_a_version_that_is_gone_says_how_it_is_now() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &request(60, 15), None).unwrap();
    let moved = desk.move_to("op-2", &booked.id, None, &request(90, 15)).unwrap();
    let old = booked.version.as_deref();
    let stale = |error: Error| match error {
        Error::Stale(now) => assert_eq!((now.version, now.span), (moved.version.clone(), moved.span)),
        other => panic!("{other:?}"),
    };
    stale(desk.move_to("op-3", &booked.id, old, &request(120, 15)).unwrap_err());
    stale(desk.cancel("op-4", &booked.id, old, ByWhom::Patient).unwrap_err());
    stale(desk.set_status("op-5", &booked.id, old, Status::Arrived).unwrap_err());
    desk.set_status("op-5", &booked.id, moved.version.as_deref(), Status::Arrived).unwrap();
}

#[test]
fn a_cancelled_appointment_frees_its_time_and_stays_known() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &request(60, 15), None).unwrap();
    let cancelled = desk.cancel("op-2", &booked.id, None, ByWhom::Patient).unwrap();
    assert_eq!((cancelled.status, cancelled.by), (Status::Cancelled, ByWhom::Patient));
    assert_eq!(desk.cancel("op-2", &booked.id, booked.version.as_deref(), ByWhom::Patient).unwrap(), cancelled);
    assert_eq!(desk.cancel("op-3", &booked.id, None, ByWhom::Secretary).unwrap(), cancelled);
    desk.book("op-4", &request(60, 15), None).unwrap();
    assert!(matches!(
        desk.move_to("op-5", &booked.id, None, &request(90, 15)),
        Err(Error::RuleBroken((Rule::StatusTransition, _)))
    ));
}

#[test]
fn states_follow_each_other_as_in_life() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let id = desk.book("op-1", &request(60, 15), None).unwrap().id;
    let set = |op: &str, to| desk.set_status(op, &id, None, to).map(|appointment| appointment.status);
    assert_eq!(set("op-2", Status::Noshow), Ok(Status::Noshow));
    assert_eq!(set("op-3", Status::Arrived), Ok(Status::Arrived), "late, but there");
    assert_eq!(set("op-3", Status::Arrived), Ok(Status::Arrived));
    assert_eq!(set("op-4", Status::Arrived), Ok(Status::Arrived), "again with another op-id");
    assert_eq!(set("op-5", Status::Fulfilled), Ok(Status::Fulfilled));
    for impossible in [Status::Noshow, Status::Booked, Status::Cancelled] {
        match set("op-6", impossible) {
            Err(Error::RuleBroken((Rule::StatusTransition, text))) => assert!(text.contains("honoré"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
    for unknown in [Status::Proposed, Status::Pending, Status::Waitlist] {
        assert!(matches!(set("op-7", unknown), Err(Error::RuleBroken((Rule::StatusTransition, _)))));
    }
}

#[test]
fn what_does_not_exist_is_not_found() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.book("op-1", &request(60, 15), None).unwrap();
    for id in ["", "dr-martin", "dr-martin/", "dr-martin/op-2", "dr-nobody/op-1", "/op-1", "dr-petit/op-1"] {
        assert!(matches!(desk.cancel("op-9", id, None, ByWhom::Patient), Err(Error::NotFound)), "{id}");
        assert!(matches!(desk.set_status("op-9", id, None, Status::Arrived), Err(Error::NotFound)), "{id}");
        let moved = desk.move_to("op-9", id, None, &request(90, 15));
        assert!(matches!(moved, Err(Error::NotFound | Error::Unsupported(_))), "{id}");
    }
}

#[test]
fn an_appointment_remembers_its_booking_however_often_it_changes() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &request(0, 15), None).unwrap();
    for number in 0..50 {
        desk.move_to(&format!("move-{number}"), &booked.id, None, &request(number * 20, 15)).unwrap();
    }
    assert_eq!(desk.book("op-1", &request(0, 15), None).unwrap().id, booked.id);
    let again = desk.move_to("move-45", &booked.id, None, &request(900, 15)).unwrap();
    assert_eq!(again.span, request(980, 15).span, "a late repeat moves nothing");
}
