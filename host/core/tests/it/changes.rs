use std::sync::atomic::Ordering;

use futures::FutureExt;
use futures::executor::block_on;
use greffon_core::flow::{BookingOutcome, Flow, FlowError, NewCancellation, NewMove, NewStatus};
use greffon_core::ids::AppointmentId;
use greffon_core::model::intent::{Appointment, IntentState};
use greffon_core::model::scheduling::{AppointmentStatus, ByWhom, Rule};
use greffon_core::ports::plugins::Agenda as _;
use greffon_core::time::Instant;
use greffon_simulation::{AgendaStyle, Effect, Fault};

use crate::office::{NOW, Office, booking, code, doctor};

fn moving(office: &Office, id: &AppointmentId, start: Instant, op: &str) -> Flow<BookingOutcome> {
    let new = NewMove { op_id: op.into(), contact: None, start, agenda: None, slot_handle: None, slot_version: None };
    block_on(office.reception.appointments.move_to(&office.practice, id, new, &doctor()))
}

fn cancellation(op: &str) -> NewCancellation {
    NewCancellation { op_id: op.into(), contact: None, by: ByWhom::Patient, reason: "patient-request".to_owned() }
}

fn cancelling(office: &Office, id: &AppointmentId, op: &str) -> Flow<BookingOutcome> {
    block_on(office.reception.appointments.cancel(&office.practice, id, cancellation(op), &doctor()))
}

/// An appointment at 10:00.
fn at_ten(office: &Office) -> AppointmentId {
    let contact = office.triaged();
    let slot = office.slots(contact).remove(4);
    office.book(contact, booking(&slot, "op-1")).unwrap().booking.appointment.unwrap()
}

fn mirrored(office: &Office, id: &AppointmentId) -> Appointment {
    office.rows().appointments.values().find(|one| one.id == *id).unwrap().clone()
}

fn claimed(office: &Office) -> Vec<Instant> {
    let mut starts: Vec<Instant> = office.rows().live_claims().map(|(_, claim)| claim.span.start).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

const TEN: Instant = Instant(NOW.0 + 60 * 60_000);

#[test]
fn a_move_keeps_the_appointment_and_frees_its_old_time() {
    for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore] {
        let office = Office::with(style, |_| {});
        let id = at_ten(&office);
        let to = TEN.plus_minutes(30);
        let outcome = moving(&office, &id, to, "op-2").unwrap();
        assert_eq!((outcome.booking.state, outcome.booking.span.start), (IntentState::Confirmed, to));
        assert_eq!(claimed(&office), [to]);
        let appointment = mirrored(&office, &id);
        assert_eq!((appointment.held.span.start, appointment.pending), (to, None));
        assert_ne!(appointment.intent, appointment.chain, "the chain stays");
        office.news_leaves();
        let news = office.sent_to("jeanne@dupont.example");
        assert_eq!(news.len(), 1, "the first news is not true any more, and is not told");
        assert!(news[0].body.contains("10 h 30"), "{}", news[0].body);
        assert!(moving(&office, &id, TEN, "op-3").is_ok(), "and back again, to the freed time");
    }
}

#[test]
fn a_move_may_overlap_the_time_it_gives_up_but_nobody_elses() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        practice.motives.iter_mut().for_each(|motive| motive.grid_min = 5);
    });
    let id = at_ten(&office);
    let start = mirrored(&office, &id).held.span.start;
    assert!(moving(&office, &id, start.plus_minutes(5), "op-2").is_ok());
    let other = office.triaged();
    let slot = office.slots(other).remove(0);
    office.book(other, booking(&slot, "op-3")).unwrap();
    assert_eq!(code(&moving(&office, &id, slot.slot.span.start, "op-4").unwrap_err()), "slot-taken");
    assert_eq!(mirrored(&office, &id).held.span.start, start.plus_minutes(5));
    match moving(&office, &id, NOW.plus_minutes(15 * 60), "op-5") {
        Err(FlowError::RuleBroken { rule: Rule::Closed, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_agenda_that_cannot_move_books_the_new_time_and_then_ends_the_old_one() {
    for fault in [None, Some(Fault::ResponseLost)] {
        let office = Office::with(AgendaStyle::NoId, |_| {});
        let id = at_ten(&office);
        let to = TEN.plus_minutes(30);
        let outcome = moving(&office, &id, to, "op-2").unwrap();
        assert_eq!(outcome.booking.state, IntentState::Confirmed);
        assert_eq!(claimed(&office), [TEN, to], "the old time is held until it is really free");
        let pending = cancelling(&office, &id, "op-3").unwrap_err();
        assert_eq!(code(&pending), "change-pending", "the end of the old time is under way");
        if let Some(fault) = fault {
            office.plan.next(Effect::AgendaWrite, fault);
        }
        office.wait_s(60);
        assert_eq!(claimed(&office), [to]);
        let live = office.agenda.live();
        assert_eq!((live.len(), live[0].held.span.start), (1, to));
        assert_eq!(mirrored(&office, &id).held.status, AppointmentStatus::Cancelled);
        let news = office.sent_to("jeanne@dupont.example");
        assert!(news.iter().all(|one| one.template.id != "host.appointment-cancelled"), "one move, one message");
    }
}

#[test]
fn a_move_whose_answer_is_lost_is_found_out() {
    for fault in [Fault::ResponseLost, Fault::Lost] {
        for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore] {
            let office = Office::with(style, |_| {});
            let id = at_ten(&office);
            let to = TEN.plus_minutes(30);
            office.plan.next(Effect::AgendaWrite, fault);
            let outcome = moving(&office, &id, to, "op-2").unwrap();
            assert_eq!(outcome.booking.state, IntentState::Unknown);
            assert_eq!(claimed(&office), [TEN, to], "both times are held while nobody knows");
            assert_eq!(code(&moving(&office, &id, to, "op-3").unwrap_err()), "slot-taken");
            assert_eq!(code(&cancelling(&office, &id, "op-4").unwrap_err()), "change-pending");
            office.wait_s(60);
            assert_eq!(
                (claimed(&office), mirrored(&office, &id).held.span.start),
                (vec![to], to),
                "{fault:?} {style:?}"
            );
            assert_eq!(office.agenda.live().len(), 1);
        }
    }
}

#[test]
fn a_cancellation_frees_the_time_and_tells_both_once() {
    for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore, AgendaStyle::NoId] {
        let office = Office::with(style, |_| {});
        let id = at_ten(&office);
        office.news_leaves();
        let outcome = cancelling(&office, &id, "op-2").unwrap();
        assert_eq!(outcome.booking.state, IntentState::Confirmed);
        assert_eq!((claimed(&office).len(), office.agenda.live().len()), (0, 0));
        let again = cancelling(&office, &id, "op-2").unwrap();
        assert!(again.replayed);
        assert_eq!(code(&cancelling(&office, &id, "op-3").unwrap_err()), "appointment-cancelled");
        assert_eq!(code(&moving(&office, &id, TEN, "op-4").unwrap_err()), "appointment-cancelled");
        office.news_leaves();
        let news = office.sent_to("jeanne@dupont.example");
        assert_eq!(news.len(), 2);
        assert!(news[1].body.contains("annulé") && news[1].body.contains("10 h"), "{}", news[1].body);
        let contact = office.triaged();
        assert!(office.slots(contact).iter().any(|slot| slot.slot.span.start == TEN), "the time can be had again");
    }
}

#[test]
fn a_cancellation_whose_answer_is_lost_is_found_out() {
    for fault in [Fault::ResponseLost, Fault::Lost] {
        for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore, AgendaStyle::NoId] {
            let office = Office::with(style, |_| {});
            let id = at_ten(&office);
            office.plan.next(Effect::AgendaWrite, fault);
            assert_eq!(cancelling(&office, &id, "op-2").unwrap().booking.state, IntentState::Unknown);
            assert_eq!(claimed(&office), [TEN], "the time is nobody's until that is known");
            office.wait_s(60);
            assert_eq!((claimed(&office).len(), office.agenda.live().len()), (0, 0), "{fault:?} {style:?}");
            assert_eq!(mirrored(&office, &id).held.status, AppointmentStatus::Cancelled);
        }
    }
}

#[test]
fn a_process_that_dies_while_it_moves_leaves_nothing_open() {
    let mut office = Office::open();
    let id = at_ten(&office);
    office.plugins.hangs.store(true, Ordering::SeqCst);
    let to = TEN.plus_minutes(30);
    let new =
        NewMove { op_id: "op-2".into(), contact: None, start: to, agenda: None, slot_handle: None, slot_version: None };
    let doctor = doctor();
    let under_way = office.reception.appointments.move_to(&office.practice, &id, new, &doctor).now_or_never();
    assert!(under_way.is_none());
    office.plugins.hangs.store(false, Ordering::SeqCst);
    office.restart();
    office.wait_s(120);
    assert_eq!((claimed(&office), mirrored(&office, &id).pending), (vec![to], None));
}

/// A send of the booking was never answered, and another one was. While the entry
/// stands, the first comes to nothing; once it was moved and called off, its name is
/// free again.
#[test]
fn after_a_move_and_a_cancellation_what_the_first_booking_still_has_under_way_is_looked_for() {
    let office = Office::with(AgendaStyle::FreeStore, |_| {});
    let contact = office.triaged();
    let slot = office.slots(contact).remove(4);
    office.plan.next(Effect::AgendaWrite, Fault::Lost);
    let booked = office.book(contact, booking(&slot, "op-1")).unwrap().booking.intent;
    office.wait_s(300);
    let intent = |office: &Office| office.rows().intents[&booked].clone();
    assert_eq!((intent(&office).state, intent(&office).open.count), (IntentState::Confirmed, 1));
    let id = intent(&office).appointment.unwrap().id;
    moving(&office, &id, slot.slot.span.start.plus_minutes(60), "op-2").unwrap();
    office.wait_s(300);
    assert_eq!((intent(&office).open.count, intent(&office).open.look_at), (1, None), "it stands, and is wanted");
    cancelling(&office, &id, "op-3").unwrap();
    assert!(intent(&office).open.look_at.is_some());
}

#[test]
fn an_appointment_that_was_changed_by_hand_is_read_again_before_anything() {
    let office = Office::open();
    let id = at_ten(&office);
    let held = mirrored(&office, &id).held;
    let agenda = office.agenda.clone();
    block_on(agenda.set_status(&"hand".into(), &id, held.version.as_deref(), AppointmentStatus::Arrived)).unwrap();
    assert_eq!(code(&cancelling(&office, &id, "op-2").unwrap_err()), "appointment-changed");
    assert_eq!(office.agenda.live().len(), 1);
}

#[test]
fn a_status_is_set_in_the_agenda_and_ends_changes() {
    let office = Office::open();
    let id = at_ten(&office);
    let set = |status, op: &str| {
        let new = NewStatus { op_id: op.into(), status };
        block_on(office.reception.appointments.set_status(&office.practice, &id, new, &doctor()))
    };
    assert_eq!(code(&set(AppointmentStatus::Cancelled, "s-0").unwrap_err()), "invalid");
    assert_eq!(set(AppointmentStatus::Arrived, "s-1").unwrap().held.status, AppointmentStatus::Arrived);
    assert_eq!(office.agenda.live()[0].held.status, AppointmentStatus::Arrived);
    assert_eq!(code(&moving(&office, &id, TEN.plus_minutes(30), "op-2").unwrap_err()), "appointment-over");
    office.plan.next(Effect::AgendaWrite, Fault::ResponseLost);
    assert_eq!(set(AppointmentStatus::Fulfilled, "s-2").unwrap().held.status, AppointmentStatus::Fulfilled);
    let unknown = NewStatus { op_id: "s-3".into(), status: AppointmentStatus::Arrived };
    let error = block_on(office.reception.appointments.set_status(&office.practice, &"x".into(), unknown, &doctor()));
    assert_eq!(code(&error.unwrap_err()), "appointment");
}

#[test]
fn requests_are_checked() {
    let office = Office::open();
    let id = at_ten(&office);
    let cancel = |new| block_on(office.reception.appointments.cancel(&office.practice, &id, new, &doctor()));
    for new in [
        NewCancellation { reason: "Mme Dupont est malade".to_owned(), ..cancellation("a") },
        NewCancellation { reason: String::new(), ..cancellation("b") },
        NewCancellation { by: ByWhom::System, ..cancellation("c") },
        cancellation(""),
        cancellation(&"o".repeat(65)),
    ] {
        assert_eq!(code(&cancel(new).unwrap_err()), "invalid");
    }
    let open =
        cancel(NewCancellation { contact: Some(greffon_core::ids::ContactId(uuid::Uuid::nil())), ..cancellation("d") });
    assert_eq!(code(&open.unwrap_err()), "contact");
    assert_eq!(code(&cancelling(&office, &"x".into(), "e").unwrap_err()), "appointment");
}
