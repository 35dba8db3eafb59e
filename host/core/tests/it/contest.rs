use futures::executor::block_on;
use futures::future::join_all;
use greffon_core::flow::FlowError;
use greffon_core::model::intent::IntentState;

use crate::office::{Office, booking, secretary};

#[test]
fn of_64_clients_on_one_slot_one_wins_and_the_others_cost_the_agenda_one_read() {
    let office = Office::crowded(|_| {});
    let contacts: Vec<_> = (0..64).map(|_| office.triaged()).collect();
    let slot = office.slots(contacts[0]).remove(4);
    let reads = office.plugins.calls("find-slots");
    let secretary = secretary();
    let outcomes = block_on(join_all(contacts.iter().enumerate().map(|(index, contact)| {
        let new = booking(&slot, &format!("op-{index}"));
        office.reception.bookings.book(&office.practice, *contact, new, &secretary)
    })));
    let mut won = 0;
    for outcome in outcomes {
        match outcome {
            Ok(outcome) => {
                assert_eq!(outcome.booking.state, IntentState::Confirmed);
                won += 1;
            }
            Err(FlowError::SlotTaken { alternatives }) => {
                assert_eq!(alternatives.len(), 5);
                assert!(!alternatives.iter().any(|other| other.slot.span.overlaps(&slot.slot.span)));
            }
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!((office.plugins.calls("book"), office.agenda.live().len()), (1, 1));
    let reads = office.plugins.calls("find-slots") - reads;
    assert!(reads <= 2, "{reads} reads of the agenda for 63 losers");
    office.news_leaves();
    assert_eq!(office.sent_to("jeanne@dupont.example").len(), 1);
}

#[test]
fn a_double_click_is_one_booking_for_both_windows() {
    let office = Office::crowded(|_| {});
    let contact = office.triaged();
    let slot = office.slots(contact).remove(0);
    let secretary = secretary();
    let outcomes = block_on(join_all(
        (0..8).map(|_| office.reception.bookings.book(&office.practice, contact, booking(&slot, "op-1"), &secretary)),
    ));
    let intents: Vec<_> = outcomes.into_iter().map(|outcome| outcome.unwrap().booking).collect();
    assert!(intents.iter().all(|one| one.intent == intents[0].intent && one.state == IntentState::Confirmed));
    assert_eq!((office.plugins.calls("book"), office.agenda.live().len()), (1, 1));
}

#[test]
fn neighbours_in_one_agenda_wait_for_each_other_and_both_get_theirs() {
    let office = Office::crowded(|_| {});
    let contacts: Vec<_> = (0..6).map(|_| office.triaged()).collect();
    let slots = office.slots(contacts[0]);
    let secretary = secretary();
    let outcomes = block_on(join_all(contacts.iter().zip(&slots).enumerate().map(|(index, (contact, slot))| {
        let new = booking(slot, &format!("op-{index}"));
        office.reception.bookings.book(&office.practice, *contact, new, &secretary)
    })));
    for outcome in outcomes {
        assert_eq!(outcome.unwrap().booking.state, IntentState::Confirmed);
    }
    assert_eq!(office.agenda.live().len(), 6);
    // Those who waited left a job that lets an abandoned claim go: it finds nothing to do.
    office.wait_s(300);
    assert_eq!(office.agenda.live().len(), 6);
    assert!(office.rows().intents.values().all(|intent| intent.state == IntentState::Confirmed));
}
