use greffon_sdk::agenda::{Error, Found, Rule, SlotState, Status};
use greffon_sdk::practice::{ByWhom, Span};

use super::*;

#[test]
fn a_booking_is_what_look_up_finds_on_another_instance() {
    let (settings, space) = (settings(), Memory::default());
    let what = request(60, 15);
    let booked = desk(&settings, &space).book("op-1", &what, None).unwrap();
    assert_eq!(booked.id, "dr-martin/op-1");
    assert_eq!(booked.op.as_deref(), Some("op-1"));
    assert_eq!(booked.status, Status::Booked);
    assert_eq!(booked.patient.as_ref().unwrap(), &what.patient);
    assert_eq!(booked.buffer, None);
    assert!(booked.ours);
    match desk(&settings, &space).look_up("op-1", &what).unwrap() {
        Found::Present(found) => assert_eq!(found, booked),
        other => panic!("{other:?}"),
    }
    assert!(matches!(desk(&settings, &space).look_up("op-2", &what), Ok(Found::Absent)));
}

#[test]
fn a_booking_sent_again_is_the_same_appointment_also_when_its_time_is_taken() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let first = desk.book("op-1", &request(60, 15), None).unwrap();
    assert_eq!(desk.book("op-1", &request(60, 15), None).unwrap(), first);
    let moved = desk.move_to("op-2", &first.id, None, &request(90, 15)).unwrap();
    desk.book("op-3", &request(60, 15), None).unwrap();
    assert_eq!(desk.book("op-1", &request(60, 15), None).unwrap(), moved);
}

#[test]
fn book_refuses_every_kind_of_overlap_and_takes_what_touches() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.book("op-1", &request(60, 30), None).unwrap();
    for (start, minutes) in [(60, 30), (45, 16), (89, 15), (65, 5), (0, 600)] {
        assert_eq!(taken(desk.book("op-x", &request(start, minutes), None)), ["dr-martin/op-1"], "{start}+{minutes}");
    }
    desk.book("op-2", &request(45, 15), None).unwrap();
    desk.book("op-3", &request(90, 15), None).unwrap();
}

#[test]
fn appointments_over_midnight_exclude_those_of_both_days() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let to_midnight = 16 * 60;
    desk.book("night", &request(to_midnight - 30, 60), None).unwrap();
    assert_eq!(taken(desk.book("op-1", &request(to_midnight - 15, 15), None)), ["dr-martin/night"]);
    assert_eq!(taken(desk.book("op-2", &request(to_midnight + 15, 30), None)), ["dr-martin/night"]);
    desk.book("op-3", &request(to_midnight + 30, 30), None).unwrap();
}

#[test]
fn agendas_do_not_exclude_each_other() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.book("op-1", &request(60, 30), None).unwrap();
    let mut other = request(60, 30);
    other.agenda = "dr-petit".to_owned();
    assert_eq!(desk.book("op-2", &other, None).unwrap().id, "dr-petit/op-2");
}

#[test]
fn buffers_keep_their_minutes_free_on_both_sides() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let booked = desk.book("op-1", &for_motive("buffered", request(60, 15)), None).unwrap();
    let minute = |minute: i64| MONDAY + minute * MINUTE;
    assert_eq!(booked.buffer, Some(Span { start: minute(55), end: minute(85) }));
    taken(desk.book("op-2", &request(50, 6), None));
    taken(desk.book("op-3", &request(84, 15), None));
    taken(desk.book("op-4", &for_motive("buffered", request(89, 15)), None));
    desk.book("op-5", &request(45, 10), None).unwrap();
    desk.book("op-6", &for_motive("buffered", request(90, 15)), None).unwrap();
}

#[test]
fn seats_of_one_session_are_counted_and_its_time_is_closed_to_the_rest() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let session = || for_motive("group", request(60, 60));
    for op in ["op-1", "op-2"] {
        desk.book(op, &session(), None).unwrap();
    }
    taken(desk.book("op-x", &for_motive("group", request(90, 60)), None));
    taken(desk.book("op-x", &request(60, 60), None));
    let mut query = query(0, 600);
    query.motive = Some("group".to_owned());
    assert!(desk.find_slots(&query).unwrap().slots.is_empty(), "one seat is left");
    query.motive = Some("consultation".to_owned());
    assert_eq!(desk.find_slots(&query).unwrap().slots.len(), 2);
    desk.book("op-3", &session(), None).unwrap();
    assert_eq!(taken(desk.book("op-4", &session(), None)).len(), 3);
    query.motive = Some("group".to_owned());
    assert_eq!(desk.find_slots(&query).unwrap().slots.len(), 3, "no seat is left");
    desk.cancel("op-5", "dr-martin/op-2", None, ByWhom::Patient).unwrap();
    desk.book("op-6", &session(), None).unwrap();
}

#[test]
fn a_human_may_overlap() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.book("op-1", &request(60, 30), None).unwrap();
    let mut forced = request(60, 30);
    forced.allow_overlap = true;
    desk.book("op-2", &forced, None).unwrap();
    assert_eq!(taken(desk.book("op-3", &request(75, 30), None)), ["dr-martin/op-1", "dr-martin/op-2"]);
}

#[test]
fn a_hold_keeps_others_out_until_it_expires() {
    let (settings, space) = (settings(), Memory::default());
    let early = desk(&settings, &space);
    let hold = early.place_hold("op-1", &request(60, 15), 120).unwrap();
    assert_eq!(hold.expires, MONDAY + 120_000);
    assert_eq!(early.place_hold("op-1", &request(60, 15), 600).unwrap(), hold);
    assert!(taken(early.book("op-2", &request(60, 15), None)).is_empty(), "a hold is nobody's appointment");
    assert!(matches!(early.place_hold("op-2", &request(60, 15), 120), Err(Error::SlotTaken(_))));
    let just_before = Desk { now: hold.expires - 1, ..desk(&settings, &space) };
    taken(just_before.book("op-2", &request(60, 15), None));
    let late = Desk { now: hold.expires, ..desk(&settings, &space) };
    assert!(matches!(late.book("op-1", &request(60, 15), Some(&hold.token)), Err(Error::HoldExpired)));
    late.book("op-2", &request(60, 15), None).unwrap();
}

#[test]
fn the_holder_books_what_it_holds_once() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let hold = desk.place_hold("hold-1", &request(60, 15), 120).unwrap();
    let booked = desk.book("op-1", &request(60, 15), Some(&hold.token)).unwrap();
    assert_eq!(desk.book("op-1", &request(60, 15), Some(&hold.token)).unwrap(), booked, "the hold is used up");
    assert!(matches!(desk.book("op-2", &request(90, 15), Some(&hold.token)), Err(Error::HoldExpired)));
    assert!(matches!(desk.place_hold("op-1", &request(60, 15), 60), Err(Error::Already(_))));
    assert!(matches!(desk.book("op-2", &request(90, 15), Some("dr-petit/hold-1")), Err(Error::HoldExpired)));
}

#[test]
fn an_op_id_is_not_kept_out_by_its_own_hold() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.place_hold("op-1", &request(60, 15), 120).unwrap();
    desk.book("op-1", &request(60, 15), None).unwrap();
    assert!(desk.find_slots(&query(0, 600)).unwrap().slots.iter().all(|slot| slot.state == SlotState::Busy));
}

#[test]
fn a_released_hold_frees_its_time_and_releasing_again_is_a_success() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    let hold = desk.place_hold("op-1", &request(60, 15), 120).unwrap();
    desk.release_hold(&hold.token).unwrap();
    desk.release_hold(&hold.token).unwrap();
    desk.release_hold("nonsense").unwrap();
    desk.release_hold("dr-nobody/op-1").unwrap();
    desk.book("op-2", &request(60, 15), None).unwrap();
}

#[test]
fn holds_are_never_longer_than_the_practice_allows() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    assert_eq!(desk.place_hold("op-1", &request(60, 15), u32::MAX).unwrap().expires, MONDAY + 900_000);
    assert_eq!(desk.place_hold("op-2", &request(90, 15), 0).unwrap().expires, MONDAY + 1_000);
}

#[test]
fn an_absence_keeps_bookings_out_and_leaves_those_in_it() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.book("op-1", &request(60, 15), None).unwrap();
    let over = Span { start: MONDAY, end: MONDAY + 120 * MINUTE };
    let id = desk.block("op-2", "dr-martin", over, "formation").unwrap();
    assert_eq!(desk.block("op-2", "dr-martin", over, "formation").unwrap(), id);
    assert!(matches!(desk.book("op-3", &request(90, 15), None), Err(Error::RuleBroken((Rule::Absence, _)))));
    assert!(matches!(desk.book("op-3", &request(119, 15), None), Err(Error::RuleBroken((Rule::Absence, _)))));
    desk.book("op-4", &request(120, 15), None).unwrap();
    let states: Vec<SlotState> =
        desk.find_slots(&query(0, 600)).unwrap().slots.into_iter().map(|slot| slot.state).collect();
    assert_eq!(states, [SlotState::Unavailable, SlotState::Busy, SlotState::Busy]);
    desk.unblock(&id).unwrap();
    desk.unblock(&id).unwrap();
    desk.unblock("dr-nobody/op-2").unwrap();
    desk.book("op-3", &request(90, 15), None).unwrap();
}

#[test]
fn find_slots_tells_what_is_missing() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    for (op, start) in [("op-1", 60), ("op-2", 90), ("op-3", 120)] {
        desk.book(op, &request(start, 15), None).unwrap();
    }
    let mut asked = query(75, 121);
    let page = desk.find_slots(&asked).unwrap();
    assert_eq!(page.slots.len(), 2, "half-open on both sides");
    assert!(page.complete);
    asked.window = query(0, 600).window;
    asked.limit = 3;
    assert!(desk.find_slots(&asked).unwrap().complete);
    asked.limit = 2;
    let page = desk.find_slots(&asked).unwrap();
    assert_eq!(page.slots.len(), 2);
    assert!(!page.complete);
    asked.agendas.push("dr-nobody".to_owned());
    asked.limit = 100;
    let page = desk.find_slots(&asked).unwrap();
    assert!(!page.complete);
    assert!(
        page.slots.iter().any(|slot| slot.agenda == "dr-nobody"
            && slot.state == SlotState::Unavailable
            && slot.span == asked.window)
    );
    for (start, end) in [(5, 5), (6, 5), (-2, -1), (i64::MAX - 1, i64::MAX)] {
        let empty = SlotQuery { window: Span { start, end }, ..asked.clone() };
        assert!(matches!(desk.find_slots(&empty), Err(Error::Invalid(_))), "{start}");
    }
    asked.agendas = vec!["dr-nobody".to_owned()];
    assert!(matches!(desk.find_slots(&asked), Err(Error::NotFound)));
}

#[test]
fn nonsense_is_refused_before_anything_is_written() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    for (start, end) in [(5, 5), (6, 5), (-1, 5), (0, i64::MAX), (i64::MIN, i64::MAX), (0, 400 * DAY)] {
        let mut wrong = request(0, 1);
        wrong.span = Span { start, end };
        assert!(matches!(desk.book("op-1", &wrong, None), Err(Error::Invalid((field, _))) if field == "span"));
    }
    let mut elsewhere = request(60, 15);
    elsewhere.agenda = "dr-nobody".to_owned();
    assert!(matches!(desk.book("op-1", &elsewhere, None), Err(Error::NotFound)));
    assert!(space.keys.borrow().is_empty());
    desk.book(&"a".repeat(64), &request(60, 15), None).unwrap();
}

#[test]
fn a_register_that_cannot_be_read_is_never_written_over() {
    let (settings, space) = (settings(), Memory::default());
    for nonsense in [
        &b"not json"[..],
        br#"{"format":2,"seq":0,"floor":0,"put_away_until":0,"swept_at":0,"entries":[],"holds":[],"absences":[],"gone":[]}"#,
        b"",
        b"\xff",
    ] {
        space.put("register/dr-martin", nonsense);
        let desk = desk(&settings, &space);
        assert!(matches!(desk.book("op-1", &request(60, 15), None), Err(Error::Unavailable(_))));
        assert!(matches!(desk.find_slots(&query(0, 60)), Err(Error::Unavailable(_))));
        assert_eq!(space.keys.borrow()["register/dr-martin"].1, nonsense);
    }
}

#[test]
fn a_booking_costs_few_operations_and_a_search_one() {
    let (settings, space) = (settings(), Memory::default());
    let desk = desk(&settings, &space);
    desk.book("op-0", &request(0, 15), None).unwrap();
    let count = |call: &dyn Fn()| {
        space.operations.set(0);
        call();
        space.operations.get()
    };
    assert_eq!(count(&|| drop(desk.find_slots(&query(0, 600)).unwrap())), 1);
    assert_eq!(count(&|| drop(desk.book("op-1", &request(60, 15), None).unwrap())), 3);
    assert_eq!(count(&|| drop(desk.book("op-2", &request(60, 15), None).unwrap_err())), 1);
    assert_eq!(count(&|| drop(desk.cancel("op-3", "dr-martin/op-1", None, ByWhom::Patient).unwrap())), 3);
}
