use std::time::Duration;

use futures::executor::block_on;

use super::*;
use crate::practices::sample_request;

fn minute(from: i64) -> Span {
    Span { start: Instant(from * 60_000), end: Instant((from + 15) * 60_000) }
}

struct Case {
    clock: Arc<ManualClock>,
    plan: Arc<FaultPlan>,
    agenda: FakeAgenda,
}

fn case(style: AgendaStyle) -> Case {
    let clock = Arc::new(ManualClock::at(Instant(0)));
    let plan = Arc::new(FaultPlan::none());
    let agenda = FakeAgenda::with(style, clock.clone(), plan.clone(), Arc::default());
    Case { clock, plan, agenda }
}

const ALL: [AgendaStyle; 3] = [AgendaStyle::Arbitrated, AgendaStyle::FreeStore, AgendaStyle::NoId];

fn op(text: &str) -> OpId {
    text.into()
}

#[test]
fn books_shows_looks_up_and_cancels() {
    for style in ALL {
        let Case { agenda, .. } = case(style);
        block_on(async {
            let what = sample_request("dr-martin", minute(60));
            let booked = agenda.book(&op("a"), &what, None).await.unwrap();
            assert_eq!(agenda.look_up(&op("a"), &what).await.unwrap(), Found::Present(booked.clone()), "{style:?}");
            assert_eq!(agenda.look_up(&op("b"), &what).await.unwrap(), Found::Absent);
            assert_eq!(agenda.live().len(), 1);
            for _ in 0..2 {
                let version = booked.version.as_deref();
                let cancelled = agenda.cancel(&op("c"), &booked.id, version, ByWhom::Patient, "patient-request").await;
                assert_eq!(cancelled.unwrap().status, AppointmentStatus::Cancelled, "again is a success");
            }
            assert!(agenda.live().is_empty());
        });
    }
}

#[test]
fn a_response_lost_after_the_booking_leaves_the_booking() {
    for style in ALL {
        let Case { agenda, plan, .. } = case(style);
        block_on(async {
            let what = sample_request("dr-martin", minute(60));
            plan.next(Effect::AgendaWrite, Fault::ResponseLost);
            let answer = agenda.book(&op("a"), &what, None).await;
            assert!(matches!(answer, Err(AgendaError::OutcomeUnknown(_))));
            assert!(matches!(agenda.look_up(&op("a"), &what).await.unwrap(), Found::Present(_)));
        });
    }
}

#[test]
fn a_lost_request_leaves_nothing_and_a_late_one_arrives_within_the_write_timeout() {
    let Case { agenda, plan, clock } = case(AgendaStyle::FreeStore);
    block_on(async {
        let what = sample_request("dr-martin", minute(60));
        for fault in [Fault::Lost, Fault::Late] {
            plan.next(Effect::AgendaWrite, fault);
            assert!(matches!(agenda.book(&op("a"), &what, None).await, Err(AgendaError::OutcomeUnknown(_))));
            assert_eq!(agenda.look_up(&op("a"), &what).await.unwrap(), Found::Absent, "{fault:?}");
        }
        clock.advance(Duration::from_millis(u64::from(WRITE_TIMEOUT_MS)));
        assert!(matches!(agenda.look_up(&op("a"), &what).await.unwrap(), Found::Present(_)));
    });
}

#[test]
fn only_an_agenda_without_names_books_one_op_id_twice() {
    for style in ALL {
        let Case { agenda, plan, .. } = case(style);
        block_on(async {
            let what = sample_request("dr-martin", minute(60));
            plan.next(Effect::AgendaWrite, Fault::Doubled);
            agenda.book(&op("a"), &what, None).await.unwrap();
            let again = agenda.book(&op("a"), &what, None).await;
            let twice = style == AgendaStyle::NoId;
            assert_eq!(matches!(again, Err(AgendaError::Already(_))), !twice);
            assert_eq!(agenda.live().len(), 1 + usize::from(twice), "{style:?}");
            assert_eq!(agenda.double_bookings(|_| 1).len(), usize::from(twice));
        });
    }
}

#[test]
fn overlaps_are_refused_by_an_arbitrated_agenda_and_counted_everywhere() {
    for style in ALL {
        let Case { agenda, .. } = case(style);
        block_on(async {
            agenda.book(&op("a"), &sample_request("dr-martin", minute(60)), None).await.unwrap();
            let second = agenda.book(&op("b"), &sample_request("dr-martin", minute(70)), None).await;
            let refused = style == AgendaStyle::Arbitrated;
            assert_eq!(matches!(second, Err(AgendaError::SlotTaken(_))), refused);
            assert_eq!(agenda.double_bookings(|_| 1).len(), usize::from(!refused));
            agenda.book(&op("c"), &sample_request("dr-petit", minute(70)), None).await.unwrap();
            agenda.book(&op("d"), &sample_request("dr-martin", minute(85)), None).await.unwrap();
            assert_eq!(agenda.double_bookings(|_| 1).len(), usize::from(!refused));
        });
    }
}

#[test]
fn a_group_at_the_very_same_time_is_no_double_booking_until_it_is_full() {
    let Case { agenda, .. } = case(AgendaStyle::NoId);
    block_on(async {
        for name in ["a", "b"] {
            agenda.book(&op(name), &sample_request("dr-martin", minute(60)), None).await.unwrap();
        }
        assert!(agenda.double_bookings(|_| 2).is_empty());
        assert_eq!(agenda.double_bookings(|_| 1).len(), 1);
        agenda.book(&op("c"), &sample_request("dr-martin", minute(60)), None).await.unwrap();
        assert_eq!(agenda.double_bookings(|_| 2).len(), 1);
    });
}

#[test]
fn all_refuse_what_somebody_entered_by_hand_and_do_not_blame_greffon_for_hands() {
    for style in ALL {
        let Case { agenda, .. } = case(style);
        block_on(async {
            agenda.enter(&"dr-martin".into(), minute(60));
            let taken = agenda.book(&op("a"), &sample_request("dr-martin", minute(60)), None).await;
            assert!(matches!(taken, Err(AgendaError::SlotTaken(_))));
            agenda.book(&op("b"), &sample_request("dr-martin", minute(90)), None).await.unwrap();
            assert_eq!(agenda.enter_if_free(&"dr-martin".into(), minute(90)), None);
            agenda.enter(&"dr-martin".into(), minute(90));
            assert!(agenda.double_bookings(|_| 1).is_empty());
        });
    }
}

#[test]
fn moves_keep_the_name_and_need_the_version() {
    let Case { agenda, .. } = case(AgendaStyle::FreeStore);
    block_on(async {
        let booked = agenda.book(&op("a"), &sample_request("dr-martin", minute(60)), None).await.unwrap();
        let to = sample_request("dr-martin", minute(120));
        let stale = agenda.move_to(&op("m"), &booked.id, Some("0"), &to).await;
        assert!(matches!(stale, Err(AgendaError::Stale(_))));
        let moved = agenda.move_to(&op("m"), &booked.id, booked.version.as_deref(), &to).await.unwrap();
        assert_eq!((moved.id.clone(), moved.span), (booked.id.clone(), minute(120)));
        let again = agenda.move_to(&op("m"), &booked.id, booked.version.as_deref(), &to).await;
        assert_eq!(again, Err(AgendaError::Already(moved.clone())));
        assert_eq!(agenda.look_up(&op("m"), &to).await.unwrap(), Found::Present(moved));
    });
}

#[test]
fn a_hold_keeps_others_out_until_it_ends() {
    let Case { agenda, clock, .. } = case(AgendaStyle::Arbitrated);
    block_on(async {
        let what = sample_request("dr-martin", minute(60));
        let hold = agenda.place_hold(&op("a"), &what, 60).await.unwrap();
        assert!(matches!(agenda.book(&op("b"), &what, None).await, Err(AgendaError::SlotTaken(_))));
        assert_eq!(agenda.look_up(&op("a"), &what).await.unwrap(), Found::Absent, "a hold is no booking");
        agenda.book(&op("a"), &what, Some(&hold)).await.unwrap();
        let next = sample_request("dr-martin", minute(90));
        agenda.place_hold(&op("c"), &next, 60).await.unwrap();
        clock.advance(Duration::from_secs(60));
        agenda.book(&op("d"), &next, None).await.unwrap();
    });
}

#[test]
fn a_down_agenda_changes_nothing_until_it_is_back() {
    let Case { agenda, clock, .. } = case(AgendaStyle::NoId);
    block_on(async {
        let what = sample_request("dr-martin", minute(60));
        agenda.down_until(Instant(600_000));
        assert!(matches!(agenda.book(&op("a"), &what, None).await, Err(AgendaError::Unavailable(_))));
        clock.set(Instant(600_000));
        agenda.book(&op("a"), &what, None).await.unwrap();
    });
}
