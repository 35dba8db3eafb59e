use std::sync::atomic::Ordering;

use futures::FutureExt;
use futures::executor::block_on;
use greffon_core::model::commitment::CommitmentState;
use greffon_core::model::intent::IntentState;
use greffon_core::model::script::BookingProgress;
use greffon_core::model::view::ContactView;
use greffon_core::ports::plugins::Agenda as _;
use greffon_simulation::{AgendaStyle, Effect, Fault};

use crate::office::{Office, booking, code, secretary};

fn state(view: &ContactView) -> IntentState {
    view.bookings[0].state
}

#[test]
fn an_answer_lost_after_the_commit_is_found_out_and_only_then_told() {
    for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore, AgendaStyle::NoId] {
        let office = Office::with(style, |_| {});
        let contact = office.triaged();
        let slot = office.slots(contact).remove(4);
        office.plan.next(Effect::AgendaWrite, Fault::ResponseLost);
        let outcome = office.book(contact, booking(&slot, "op-1")).unwrap();
        assert_eq!(
            (outcome.booking.state, outcome.booking.progress),
            (IntentState::Unknown, BookingProgress::ToVerify)
        );
        let view = office.look(contact);
        assert!(view.banners.iter().any(|banner| banner.code == "booking-to-verify"));
        office.work();
        assert!(office.sent.lock().unwrap().is_empty(), "I2: nothing is told before it is confirmed");
        let rival = office.triaged();
        assert_eq!(code(&office.book(rival, booking(&slot, "op-2")).unwrap_err()), "slot-taken", "I3: the claim holds");
        office.wait_s(2);
        assert_eq!(state(&office.look(contact)), IntentState::Confirmed, "{style:?}");
        office.news_leaves();
        assert_eq!(office.sent_to("jeanne@dupont.example").len(), 1);
        assert_eq!((office.plugins.calls("book"), office.agenda.live().len()), (1, 1), "looked up, not sent again");
        office.wait_s(3600);
        assert_eq!(office.sent_to("jeanne@dupont.example").len(), 1);
    }
}

#[test]
fn a_request_that_never_arrived_is_sent_again_only_where_that_is_harmless() {
    for style in [AgendaStyle::Arbitrated, AgendaStyle::FreeStore] {
        let office = Office::with(style, |_| {});
        let contact = office.triaged();
        let slot = office.slots(contact).remove(4);
        office.plan.next(Effect::AgendaWrite, Fault::Lost);
        office.book(contact, booking(&slot, "op-1")).unwrap();
        office.wait_s(8);
        assert_eq!(
            (state(&office.look(contact)), office.plugins.calls("book")),
            (IntentState::Unknown, 1),
            "{style:?}"
        );
        office.wait_s(10);
        assert_eq!((state(&office.look(contact)), office.plugins.calls("book")), (IntentState::Confirmed, 2));
        assert_eq!(office.agenda.live().len(), 1);
    }
    let office = Office::with(AgendaStyle::NoId, |_| {});
    let contact = office.triaged();
    let slot = office.slots(contact).remove(4);
    office.plan.next(Effect::AgendaWrite, Fault::Lost);
    office.book(contact, booking(&slot, "op-1")).unwrap();
    office.wait_s(60);
    let view = office.look(contact);
    assert_eq!((state(&view), office.plugins.calls("book")), (IntentState::NeedsHuman, 1));
    assert_eq!(view.commitments.len(), 1);
    assert_eq!(
        (view.commitments[0].what.as_str(), view.commitments[0].state),
        ("verify-booking", CommitmentState::Promised)
    );
    assert_eq!(office.sent_to("secretariat@tilleuls.example").len(), 1);
    assert!(office.sent_to("jeanne@dupont.example").is_empty());
    assert!(office.rows().live_claims().count() > 0, "nobody else gets the time while nobody knows");
}

#[test]
fn half_an_hour_without_an_answer_goes_to_a_person_and_the_agenda_may_be_down_for_ten_minutes() {
    for (minutes, end) in [(10, IntentState::Confirmed), (60, IntentState::NeedsHuman)] {
        let office = Office::open();
        let contact = office.triaged();
        let slot = office.slots(contact).remove(6);
        office.plan.next(Effect::AgendaWrite, Fault::ResponseLost);
        office.book(contact, booking(&slot, "op-1")).unwrap();
        office.agenda.down_until(crate::office::NOW.plus_minutes(minutes));
        office.wait_s(45 * 60);
        assert_eq!(state(&office.look(contact)), end, "down for {minutes} minutes");
    }
}

#[test]
fn a_refusal_that_comes_late_is_told_to_somebody_who_calls_back() {
    let office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(4);
    office.plan.next(Effect::AgendaWrite, Fault::Lost);
    office.book(contact, booking(&slot, "op-1")).unwrap();
    office.agenda.enter(&slot.slot.agenda, slot.slot.span);
    office.wait_s(60);
    let view = office.look(contact);
    assert_eq!((state(&view), view.bookings[0].refusal.as_deref()), (IntentState::Refused, Some("slot-taken")));
    assert_eq!(view.commitments[0].what, "callback");
    assert_eq!(office.sent_to("secretariat@tilleuls.example")[0].template.id, "host.booking-failed");
    assert!(office.sent_to("jeanne@dupont.example").is_empty());
}

#[test]
fn a_process_that_dies_while_it_sends_leaves_nothing_open() {
    for arrived in [true, false] {
        let mut office = Office::open();
        let contact = office.triaged();
        let slot = office.slots(contact).remove(4);
        office.plugins.hangs.store(true, Ordering::SeqCst);
        let secretary = secretary();
        let under_way = office
            .reception
            .bookings
            .book(&office.practice, contact, booking(&slot, "op-1"), &secretary)
            .now_or_never();
        assert!(under_way.is_none(), "it was being sent");
        assert_eq!(state(&office.look(contact)), IntentState::Sending);
        office.plugins.hangs.store(false, Ordering::SeqCst);
        if arrived {
            let rows = office.rows();
            let request = rows.intents.values().next().unwrap().request.clone();
            block_on(office.agenda.book(&"op-1".into(), &request, None)).unwrap();
        }
        office.restart();
        office.wait_s(60);
        assert_eq!(state(&office.look(contact)), IntentState::Confirmed, "arrived: {arrived}");
        assert_eq!(office.agenda.live().len(), 1);
        assert_eq!(office.sent_to("jeanne@dupont.example").len(), 1);
    }
}

#[test]
fn a_client_that_asks_again_after_a_crash_gets_the_truth() {
    let mut office = Office::open();
    let contact = office.triaged();
    let slot = office.slots(contact).remove(4);
    office.plugins.hangs.store(true, Ordering::SeqCst);
    let secretary = secretary();
    let new = || booking(&slot, "op-1");
    assert!(office.reception.bookings.book(&office.practice, contact, new(), &secretary).now_or_never().is_none());
    office.plugins.hangs.store(false, Ordering::SeqCst);
    office.restart();
    let pending = office.book(contact, new()).unwrap();
    assert_eq!((pending.booking.progress, pending.replayed), (BookingProgress::Pending, true), "nothing is sent again");
    office.wait_s(60);
    assert_eq!(office.book(contact, new()).unwrap().booking.state, IntentState::Confirmed);
    assert_eq!(office.agenda.live().len(), 1);
}
