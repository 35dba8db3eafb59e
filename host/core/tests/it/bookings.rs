use std::future::poll_fn;
use std::task::Poll;

use futures::executor::block_on;
use futures::join;
use greffon_core::flow::{FlowError, NewBooking};
use greffon_core::model::care::{Level, Sensitivity, Value, keys};
use greffon_core::model::intent::IntentState;
use greffon_core::model::outside_failure::FailureClass;
use greffon_core::model::person::{Identifier, IdentityTrust, Person};
use greffon_core::model::scheduling::{AgendaAppointment, Rule, Slot, SlotState};
use greffon_core::model::script::BookingProgress;
use greffon_core::time::{Instant, Span};
use greffon_simulation::{AgendaStyle, Effect, Fault};

use crate::office::{NOW, Office, booking, choice, code, everything, fact, secretary};

#[test]
fn a_booking_is_in_the_agenda_in_the_mirror_and_told_to_both() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    assert_eq!(slot.slot.span.start, NOW, "the first free quarter of an hour is now");
    let slot = office.slots(contact).remove(4);
    let outcome = office.book(contact, booking(&slot, "op-1")).unwrap();
    assert_eq!((outcome.booking.state, outcome.replayed), (IntentState::Confirmed, false));
    let live = office.agenda.live();
    assert_eq!((live.len(), live[0].held.span), (1, slot.slot.span));
    let rows = office.rows();
    let mirrored = rows.appointments.values().next().unwrap();
    assert_eq!((mirrored.held.span, mirrored.contact), (slot.slot.span, Some(contact)));
    office.news_leaves();
    let to_patient = office.sent_to("jeanne@dupont.example");
    assert_eq!(to_patient.len(), 1);
    let body = &to_patient[0].body;
    assert!(body.contains("mardi 24 novembre 2026 à 10 h"), "{body}");
    assert!(body.contains("Dr Claire Martin") && body.contains("carte Vitale"));
    assert!(!body.to_lowercase().contains("consultation"), "no word of health to a patient: {body}");
    assert_eq!(to_patient[0].sensitivity, Sensitivity::Personal);
    let to_doctor = office.sent_to("dr-martin@tilleuls.example");
    assert!(to_doctor[0].body.contains("Jeanne Dupont") && to_doctor[0].body.contains("Consultation"));
    assert_eq!(to_doctor[0].sensitivity, Sensitivity::Health);
    assert!(!office.slots(contact).iter().any(|other| other.slot.span.overlaps(&slot.slot.span)));
    let view = office.look(contact);
    assert_eq!(view.bookings[0].progress, BookingProgress::Confirmed);
    for action in ["intent.sending", "intent.confirmed", "message.queued", "message.sent"] {
        assert!(office.journal(action) > 0, "{action}");
    }
}

#[test]
fn nothing_is_booked_before_a_conclusion_or_instead_of_an_emergency() {
    let office = Office::open();
    let slot = office.slots(office.triaged()).remove(0);
    let open = office.receive(vec![choice(keys::MOTIVE, "consultation")]).contact;
    assert_eq!(code(&office.book(open, booking(&slot, "a")).unwrap_err()), "not-concluded");
    let mut facts = everything("consultation");
    facts.push(fact("red-flag.breathing", Value::Yes));
    let emergency = office.receive(facts).contact;
    assert_eq!(code(&office.book(emergency, booking(&slot, "b")).unwrap_err()), "emergency");
    let paper = office.receive(everything("certificat")).contact;
    let medical = NewBooking { motive: Some("consultation".into()), ..booking(&slot, "c") };
    assert_eq!(code(&office.book(paper, medical).unwrap_err()), "not-concluded", "no triage through the back door");
    let anonymous = office.receive(vec![
        fact(keys::RED_FLAGS_ALL, Value::No),
        choice(keys::MOTIVE, "consultation"),
        fact("grid.worse", Value::No),
    ]);
    assert!(anonymous.may_book);
    assert_eq!(code(&office.book(anonymous.contact, booking(&slot, "d")).unwrap_err()), "invalid");
    assert_eq!(office.plugins.calls("book"), 0);
}

#[test]
fn every_rule_is_checked_again_at_booking() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    let at = |start: Instant, op: &str| office.book(contact, NewBooking { start, ..booking(&slot, op) });
    for (start, rule) in [
        (NOW.plus_minutes(7), Rule::Grid),
        (NOW.plus_minutes(-15), Rule::Notice),
        (NOW.plus_minutes(12 * 60), Rule::Closed),
        (NOW.plus_minutes(61 * 24 * 60), Rule::Horizon),
    ] {
        match at(start, "x") {
            Err(FlowError::RuleBroken { rule: broken, why, .. }) => {
                assert_eq!(broken, rule);
                assert!(!why.fr().is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
    let elsewhere = NewBooking { agenda: "dr-personne".into(), ..booking(&slot, "y") };
    assert_eq!(code(&office.book(contact, elsewhere).unwrap_err()), "invalid");
    let bad_op = booking(&slot, "op with spaces");
    assert_eq!(code(&office.book(contact, bad_op).unwrap_err()), "invalid");
    assert_eq!(office.plugins.calls("book"), 0);
}

#[test]
fn somebody_elses_time_gives_the_nearest_others() {
    let office = Office::open();
    let (first, second) = (office.triaged(), office.triaged());
    let slot = office.slots(first).remove(4);
    office.book(first, booking(&slot, "op-1")).unwrap();
    match office.book(second, booking(&slot, "op-2")) {
        Err(FlowError::SlotTaken { alternatives }) => {
            let minutes: Vec<i64> = alternatives
                .iter()
                .map(|other| other.slot.span.start.millis_since(slot.slot.span.start) / 60_000)
                .collect();
            assert_eq!(minutes, [15, 30, 45, 60, 75]);
            assert!(office.book(second, booking(&alternatives[0], "op-3")).is_ok(), "and they can be had");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(office.agenda.double_bookings(|_| 1), []);
}

#[test]
fn what_was_written_into_the_agenda_by_hand_is_refused_with_others() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.agenda.enter(&slot.slot.agenda, slot.slot.span);
    match office.book(contact, booking(&slot, "op-1")) {
        Err(FlowError::SlotTaken { alternatives }) => assert!(!alternatives.is_empty()),
        other => panic!("{other:?}"),
    }
    let view = office.look(contact);
    assert_eq!(view.bookings[0].refusal.as_deref(), Some("slot-taken"));
    assert_eq!(office.rows().live_claims().count(), 0, "a refused intent holds nothing");
    office.work();
    assert!(office.sent.lock().unwrap().is_empty());
}

#[test]
fn the_minutes_before_and_after_are_free_of_what_others_wrote_too() {
    for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore, AgendaStyle::LookThenWrite] {
        let office = Office::with(style, |practice| {
            practice.motives.iter_mut().for_each(|motive| (motive.before_min, motive.after_min) = (10, 5));
        });
        let contact = office.triaged();
        let slot = office.slots(contact).remove(3);
        let around = |from: i64, to: i64| {
            let Span { start, end } = slot.slot.span;
            Span { start: start.plus_minutes(from), end: end.plus_minutes(to) }
        };
        let minutes = 15;
        let before = office.agenda.enter(&slot.slot.agenda, around(-20, -minutes - 9));
        let refused = office.book(contact, booking(&slot, "op-1"));
        assert_eq!(code(&refused.unwrap_err()), "slot-taken", "{style:?}: one minute within the ten before");
        office.agenda.strike(&before);
        let after = office.agenda.enter(&slot.slot.agenda, around(minutes + 4, 30));
        assert_eq!(code(&office.book(contact, booking(&slot, "op-2")).unwrap_err()), "slot-taken", "{style:?}");
        office.agenda.strike(&after);
        office.agenda.enter(&slot.slot.agenda, around(-25, -minutes - 10));
        office.agenda.enter(&slot.slot.agenda, around(minutes + 5, 30));
        assert!(office.book(contact, booking(&slot, "op-3")).is_ok(), "{style:?}: they touch, and that is all");
    }
}

#[test]
fn a_buffer_that_nobody_can_see_is_none() {
    let office = Office::with(AgendaStyle::FreeStore, |practice| {
        practice.motives.iter_mut().for_each(|motive| motive.before_min = 10);
    });
    let contact = office.triaged();
    let slot = office.slots(contact).remove(3);
    office.agenda.down_until(NOW.plus_minutes(5));
    assert_eq!(code(&office.book(contact, booking(&slot, "op-1")).unwrap_err()), "agenda-unavailable");
    assert_eq!(office.agenda.live().len(), 0);
}

#[test]
fn the_same_op_id_is_the_same_booking_and_another_body_is_an_error() {
    let office = Office::open();
    let contact = office.triaged();
    let slots = office.slots(contact);
    let first = office.book(contact, booking(&slots[0], "op-1")).unwrap();
    let again = office.book(contact, booking(&slots[0], "op-1")).unwrap();
    assert_eq!((again.booking.intent, again.replayed), (first.booking.intent, true));
    let other = office.book(contact, booking(&slots[1], "op-1")).unwrap_err();
    assert_eq!(code(&other), "op-id-reused");
    assert_eq!((office.plugins.calls("book"), office.agenda.live().len()), (1, 1));
    office.news_leaves();
    assert_eq!(office.sent_to("jeanne@dupont.example").len(), 1);
}

#[test]
fn a_refused_op_id_is_refused_again_with_the_same_word() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.plan.next(Effect::AgendaWrite, Fault::Refused);
    let refused = code(&office.book(contact, booking(&slot, "op-1")).unwrap_err());
    assert_eq!(refused, "agenda-unavailable");
    assert_eq!(code(&office.book(contact, booking(&slot, "op-1")).unwrap_err()), refused);
    assert_eq!(office.agenda.live().len(), 0);
    assert!(office.book(contact, booking(&slot, "op-2")).is_ok(), "the time is free again");
}

#[test]
fn an_agenda_that_is_down_is_named_and_the_others_are_searched() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.agenda.down_until(NOW.plus_minutes(10));
    let search = greffon_core::flow::SlotSearch { limit: 5, ..greffon_core::flow::SlotSearch::default() };
    let offer = block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap();
    assert!(offer.slots.is_empty() && !offer.complete, "an empty list does not mean that nothing is free");
    assert_eq!(offer.unavailable, ["agenda".into()]);
    assert!(office.book(contact, booking(&slot, "op-1")).is_err());
}

#[test]
fn why_an_agenda_refuses_is_said_now_and_whenever_it_is_asked_again() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    office.plan.next(Effect::AgendaWrite, Fault::Refused);
    let class = |error: FlowError| match error {
        FlowError::AgendaUnavailable(unreached) => unreached.class,
        other => panic!("{other:?}"),
    };
    let refused = class(office.book(contact, booking(&slot, "op-1")).unwrap_err());
    assert_eq!(refused, None, "the host saw nothing");
    office.plan.next(Effect::AgendaWrite, Fault::Refused);
    office.agenda.fails_with(Some(FailureClass::CredentialsRefused));
    for _ in 0..2 {
        let refused = class(office.book(contact, booking(&slot, "op-2")).unwrap_err());
        assert_eq!(refused, Some(FailureClass::CredentialsRefused));
    }
    office.clock.set(NOW.plus_minutes(10));
    assert!(!office.slots(contact).is_empty());
}

#[test]
fn an_agenda_that_serves_its_slots_gives_its_handles_back() {
    let office = Office::open();
    let contact = office.triaged();
    let span = Span { start: NOW.plus_minutes(37), end: NOW.plus_minutes(52) };
    office.agenda.serve(vec![Slot {
        agenda: "dr-martin".into(),
        span,
        state: SlotState::Free,
        motives: vec![],
        audience: Default::default(),
        modes: vec![],
        seats_left: 1,
        handle: Some("h-1".to_owned()),
        version: None,
        booking_url: None,
        entry: None,
    }]);
    let slots = office.slots(contact);
    assert_eq!((slots.len(), slots[0].slot.handle.as_deref()), (1, Some("h-1")));
    let outcome = office.book(contact, booking(&slots[0], "op-1")).unwrap();
    assert_eq!(outcome.booking.span, span, "its own grid has the last word");
}

#[test]
fn a_daily_quota_holds() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| {
        practice.motives.iter_mut().for_each(|motive| motive.max_per_day = Some(2));
    });
    let contact = office.triaged();
    let today = office.slots(contact);
    for (index, slot) in today.iter().take(2).enumerate() {
        office.book(contact, booking(slot, &format!("op-{index}"))).unwrap();
    }
    match office.book(contact, booking(&today[3], "op-3")) {
        Err(FlowError::RuleBroken { rule: Rule::Quota, .. }) => {}
        other => panic!("{other:?}"),
    }
    let next = office.slots(contact);
    assert!(next[0].slot.span.start > NOW.plus_minutes(12 * 60), "tomorrow is offered");
}

#[test]
fn a_group_fills_its_seats_and_nobody_else_sits_down_beside_it() {
    let office = Office::open();
    let vaccination = office.triaged_for("vaccination");
    let slot = office.slots(vaccination).remove(0);
    for op in ["op-1", "op-2"] {
        office.book(vaccination, booking(&slot, op)).unwrap();
    }
    assert_eq!(code(&office.book(vaccination, booking(&slot, "op-3")).unwrap_err()), "slot-taken");
    let consultation = office.triaged();
    let beside = NewBooking { start: slot.slot.span.start, ..booking(&slot, "op-4") };
    assert_eq!(code(&office.book(consultation, beside).unwrap_err()), "slot-taken");
    assert_eq!(office.agenda.double_bookings(|_| 2), []);
}

/// The practitioner struck the group out and wrote something else over its time: greffon
/// has not heard of it, and does not sit down beside it.
#[test]
fn nobody_joins_a_group_that_is_not_in_the_agenda_any_more() {
    let office = Office::with(AgendaStyle::LookThenWrite, |_| {});
    let vaccination = office.triaged_for("vaccination");
    let slot = office.slots(vaccination).remove(0);
    office.book(vaccination, booking(&slot, "op-1")).unwrap();
    let entry = office.agenda.live().remove(0).held;
    office.agenda.strike(&entry.id);
    office.agenda.enter(&entry.agenda, entry.span);
    assert_eq!(code(&office.book(vaccination, booking(&slot, "op-2")).unwrap_err()), "slot-taken");
    assert_eq!(office.agenda.double_bookings(|_| 2), []);
}

#[test]
fn a_phone_call_gives_a_declared_identity_and_no_national_number() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    let identifier = |system: &str| Identifier { system: system.to_owned(), value: "1".to_owned() };
    let patient = Person {
        family: "Dupont".to_owned(),
        trust: IdentityTrust::Qualified,
        identifiers: vec![identifier("urn:oid:1.2.250.1.213.1.4.8"), identifier("urn:local")],
        ..Person::default()
    };
    office.book(contact, NewBooking { patient: Some(patient), ..booking(&slot, "op-1") }).unwrap();
    let booked = &office.rows().intents.values().next().unwrap().request.patient.clone();
    assert_eq!(booked.trust, IdentityTrust::Provisional);
    assert_eq!(booked.identifiers, [identifier("urn:local")]);
}

#[test]
fn an_agenda_that_answers_garbage_is_believed_only_after_a_look_up() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    let first = office.booked(contact, "op-0");
    let mut garbage: AgendaAppointment = office.agenda.live()[0].held.clone();
    garbage.span = Span { start: Instant(0), end: Instant(1) };
    *office.plugins.garbage.lock().unwrap() = Some(garbage);
    let slots = office.slots(contact);
    assert_ne!(slots[0].slot.span, slot.slot.span);
    let outcome = office.book(contact, booking(&slots[0], "op-1")).unwrap();
    assert_eq!((outcome.booking.state, outcome.booking.progress), (IntentState::Unknown, BookingProgress::ToVerify));
    office.wait_s(2);
    let settled = office.look(contact).bookings;
    assert_eq!((settled[1].state, settled[1].span), (IntentState::Confirmed, slots[0].slot.span));
    assert_eq!(settled[0].intent, first.booking.intent);
}

#[test]
fn an_agenda_cannot_take_over_somebody_elses_appointment() {
    let office = Office::open();
    let contact = office.triaged();
    office.booked(contact, "op-0");
    let slots = office.slots(contact);
    let mut garbage = office.agenda.live()[0].held.clone();
    garbage.span = slots[0].slot.span;
    *office.plugins.garbage.lock().unwrap() = Some(garbage);
    let outcome = office.book(contact, booking(&slots[0], "op-1")).unwrap();
    assert_eq!(outcome.booking.state, IntentState::NeedsHuman);
    let rows = office.rows();
    assert_eq!(rows.appointments.len(), 1);
    assert_ne!(rows.appointments.values().next().unwrap().held.span, slots[0].slot.span);
}

#[test]
fn nothing_is_sent_after_a_sign_however_late_the_sign_is_told() {
    let mut ends = (0, 0);
    for later in 0..24 {
        let office = Office::crowded(|_| {});
        let contact = office.triaged();
        let slot = office.slots(contact).remove(0);
        let sign = async {
            for _ in 0..later {
                others_first().await;
            }
            let sign = vec![fact("red-flag.breathing", Value::Yes)];
            office.reception.contacts.advance(&office.practice, contact, sign, &secretary()).await
        };
        let by = secretary();
        let book = office.reception.bookings.book(&office.practice, contact, booking(&slot, "op"), &by);
        let (told, booked) = block_on(async { join!(sign, book) });
        assert_eq!(told.unwrap().level, Some(Level::Vital), "{later}");
        let rows = office.rows();
        let at = |action: &str| rows.audit.iter().rposition(|line| line.action == action);
        match booked {
            Ok(_) => {
                assert!(at("intent.sending") < at("contact.concluded"), "{later}: sent after the sign");
                ends.0 += 1;
            }
            Err(error) => {
                assert_eq!(code(&error), "emergency", "{later}");
                assert_eq!((office.plugins.calls("book"), at("intent.sending")), (0, None), "{later}");
                ends.1 += 1;
            }
        }
        assert_eq!(rows.contacts[&contact].intents.len(), rows.intents.len(), "{later}");
    }
    assert!(ends.0 > 0 && ends.1 > 0, "{ends:?}: one of the orders never came up");
}

/// Lets whoever else is ready run first.
async fn others_first() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
