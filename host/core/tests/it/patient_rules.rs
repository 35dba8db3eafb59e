//! What the practice has with a patient already counts: whether it knows them, and which of
//! their appointments are to come.

use futures::executor::block_on;
use futures::future::join_all;
use greffon_core::flow::{FlowError, NewBooking, NewCancellation, NewFact, SlotSearch};
use greffon_core::ids::ContactId;
use greffon_core::model::care::{Value, keys};
use greffon_core::model::person::Person;
use greffon_core::model::scheduling::{ByWhom, PatientRule, Rule};
use greffon_core::model::view::{KnownVisit, OfferedSlot, SlotOffer};
use greffon_simulation::AgendaStyle;

use crate::office::{Office, booking, code, doctor, everything, fact, secretary, text};

/// All that Jeanne Dupont tells, with her birth date.
fn jeanne(motive: &str, more: Vec<NewFact>) -> Vec<NewFact> {
    let born = fact(keys::PATIENT_BIRTH_DATE, Value::Date("1988-03-07".to_owned()));
    everything(motive).into_iter().chain([born]).chain(more).collect()
}

/// The same from another number: perhaps her, perhaps not.
fn perhaps_jeanne(motive: &str) -> Vec<NewFact> {
    jeanne(motive, vec![text(keys::CALLER_PHONE, "06 39 98 00 09")])
}

fn offer(office: &Office, contact: ContactId) -> SlotOffer {
    let search = SlotSearch { practitioner: Some("dr-martin".into()), limit: 10, ..SlotSearch::default() };
    block_on(office.reception.bookings.search(&office.practice, contact, search)).unwrap()
}

fn once(slot: &OfferedSlot, op: &str) -> NewBooking {
    NewBooking { again: false, ..booking(slot, op) }
}

/// `suivi` is for those whom the practice follows, `certificat` for those whom it does not.
fn office() -> Office {
    Office::with(AgendaStyle::Arbitrated, |practice| {
        let motive = practice.motives.iter_mut().find(|one| one.id.as_str() == "certificat").unwrap();
        motive.patients = PatientRule::NewOnly;
    })
}

/// Jeanne has been here: her appointment is over.
fn seen(office: &Office) {
    let first = office.receive(jeanne("consultation", vec![])).contact;
    office.booked(first, "op-seen");
    office.close(first).expect("closed");
    office.wait_s(24 * 3600);
}

fn refused(office: &Office, contact: ContactId, slot: &OfferedSlot, op: &str) -> String {
    match office.book(contact, booking(slot, op)) {
        Err(FlowError::RuleBroken { rule: Rule::PatientType, why, alternatives }) => {
            assert!(alternatives.is_empty(), "no other time helps");
            why.fr().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_was_here_is_known_whatever_is_said() {
    let office = office();
    seen(&office);
    let says_no = |motive| office.receive(jeanne(motive, vec![fact(keys::PATIENT_KNOWN, Value::No)])).contact;
    let follow_up = says_no("suivi");
    let slot = offer(&office, follow_up).slots.remove(0);
    let booked = office.book(follow_up, booking(&slot, "op-1")).expect("she is followed").booking;
    assert_eq!(office.rows().intents[&booked.intent].request.patient.known_to_practice, Some(true));
    let new = says_no("certificat");
    let found = offer(&office, new);
    let why = found.not_offered.expect("said").why;
    assert!(found.slots.is_empty() && why.contains("réservé aux nouveaux patients"), "{why}");
    assert_eq!(refused(&office, new, &slot, "op-2"), why, "and again at the booking");
}

#[test]
fn whoever_only_called_before_is_what_they_say_and_nobody_when_they_were_not_asked() {
    let office = office();
    let first = office.receive(jeanne("consultation", vec![])).contact;
    office.close(first).expect("closed");
    assert!(!offer(&office, office.receive(jeanne("suivi", vec![])).contact).slots.is_empty(), "she says so");
    let unasked = office.receive(jeanne("suivi", vec![fact(keys::PATIENT_KNOWN, Value::Unknown)])).contact;
    let why = offer(&office, unasked).not_offered.expect("said").why;
    assert!(why.starts_with("Demandez d'abord si le patient est déjà suivi"), "{why}");
}

#[test]
fn as_long_as_there_is_a_doubt_who_it_is_nobody_is_known_and_nobody_is_new() {
    let office = office();
    seen(&office);
    let slot = offer(&office, office.triaged()).slots.remove(0);
    for (motive, op) in [("suivi", "op-1"), ("certificat", "op-2")] {
        let contact = office.receive(perhaps_jeanne(motive)).contact;
        assert_eq!(office.rows().contacts[&contact].patient.patient(), None);
        let found = offer(&office, contact);
        let why = found.not_offered.expect("said").why;
        assert!(found.slots.is_empty() && why.starts_with("Choisissez d'abord de quel patient il s'agit"), "{why}");
        assert_eq!(refused(&office, contact, &slot, op), why);
    }
}

#[test]
fn a_second_appointment_for_one_motive_is_shown_first_and_booked_when_it_is_wanted() {
    let office = Office::open();
    let first = office.receive(jeanne("consultation", vec![])).contact;
    let found = offer(&office, first);
    assert!(found.already.is_empty());
    let booked = office.book(first, once(&found.slots[0], "op-1")).expect("the first").booking;
    office.close(first).expect("closed");
    let second = office.receive(jeanne("consultation", vec![])).contact;
    let found = offer(&office, second);
    let shown: Vec<_> = found.already.iter().map(|one| (one.booking.appointment.clone(), one.certain)).collect();
    assert_eq!(shown, [(booked.appointment.clone(), true)]);
    assert!(!found.slots.is_empty(), "shown, not forbidden");
    match office.book(second, once(&found.slots[0], "op-2")) {
        Err(FlowError::SecondAppointment { already }) => assert_eq!(already, found.already),
        other => panic!("{other:?}"),
    }
    assert_eq!(office.agenda.live().len(), 1);
    let again = NewBooking { again: true, ..once(&found.slots[0], "op-2") };
    office.book(second, again).expect("the same click, once it was seen");
    assert_eq!(offer(&office, second).already.len(), 2);
    let other = office.receive(jeanne("certificat", vec![])).contact;
    let slot = offer(&office, other);
    assert!(slot.already.is_empty(), "another motive is another matter");
    office.book(other, once(&slot.slots[0], "op-3")).expect("booked");
}

#[test]
fn of_many_who_book_for_one_patient_at_once_one_books_and_the_others_are_shown_it() {
    let office = Office::crowded(|_| {});
    let first = office.receive(jeanne("certificat", vec![])).contact;
    office.close(first).expect("closed");
    let contacts: Vec<_> = (0..4).map(|_| office.receive(jeanne("consultation", vec![])).contact).collect();
    let slots = offer(&office, contacts[0]).slots;
    let secretary = secretary();
    // No two want the same time.
    let outcomes = block_on(join_all(contacts.iter().zip(&slots).enumerate().map(|(index, (contact, slot))| {
        let new = once(slot, &format!("op-{index}"));
        office.reception.bookings.book(&office.practice, *contact, new, &secretary)
    })));
    let (won, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), office.agenda.live().len()), (1, 1));
    for refused in refused {
        match refused {
            Err(FlowError::SecondAppointment { already }) => {
                assert!(matches!(already.as_slice(), [KnownVisit { certain: true, .. }]), "{already:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    let again = booking(&slots[5], "op-again");
    office.book(contacts[1], again).expect("seen and wanted");
}

#[test]
fn an_appointment_that_turns_out_to_be_somebody_elses_keeps_nobody_from_a_first_one() {
    let office = Office::open();
    let first = office.receive(jeanne("consultation", vec![])).contact;
    office.close(first).expect("closed");
    let mistaken = office.receive(jeanne("consultation", vec![])).contact;
    let slot = offer(&office, mistaken).slots.remove(0);
    office.book(mistaken, once(&slot, "op-1")).expect("booked as Jeanne's");
    let names =
        vec![text(keys::PATIENT_GIVEN, "Paul"), fact(keys::PATIENT_BIRTH_DATE, Value::Date("1951-01-09".to_owned()))];
    office.tell(mistaken, names).expect("it was Paul after all");
    let hers = office.receive(jeanne("consultation", vec![])).contact;
    let found = offer(&office, hers);
    assert!(found.already.is_empty());
    office.book(hers, once(&found.slots[0], "op-2")).expect("her first");
}

#[test]
fn what_is_over_cancelled_or_somebody_elses_is_no_second_appointment() {
    let office = Office::open();
    let first = office.receive(jeanne("consultation", vec![])).contact;
    let slot = offer(&office, first).slots.remove(0);
    let booked = office.book(first, once(&slot, "op-1")).unwrap().booking.appointment.expect("confirmed");
    assert_eq!(
        code(&office.book(first, once(&offer(&office, first).slots[0], "op-2")).unwrap_err()),
        "second-appointment"
    );
    let new = NewCancellation {
        op_id: "op-3".into(),
        contact: None,
        by: ByWhom::Patient,
        reason: "patient-request".to_owned(),
    };
    block_on(office.reception.appointments.cancel(&office.practice, &booked, new, &doctor())).expect("cancelled");
    assert!(offer(&office, first).already.is_empty());
    let slot = offer(&office, first).slots.remove(0);
    office.book(first, once(&slot, "op-4")).expect("the first was called off");
    let paul =
        vec![text(keys::PATIENT_GIVEN, "Paul"), fact(keys::PATIENT_BIRTH_DATE, Value::Date("1951-01-09".to_owned()))];
    let paul = office.receive(jeanne("consultation", paul)).contact;
    let found = offer(&office, paul);
    assert!(found.already.is_empty());
    office.book(paul, once(&found.slots[0], "op-5")).expect("another Dupont");
    office.close(first).expect("closed");
    office.wait_s(24 * 3600);
    let later = office.receive(jeanne("consultation", vec![])).contact;
    assert!(offer(&office, later).already.is_empty(), "it is over");
}

#[test]
fn an_appointment_of_somebody_who_may_be_the_same_is_shown_as_such() {
    let office = Office::open();
    let first = office.receive(jeanne("consultation", vec![])).contact;
    office.booked(first, "op-1");
    office.close(first).expect("closed");
    let doubtful = office.receive(perhaps_jeanne("consultation")).contact;
    let found = offer(&office, doubtful);
    assert!(matches!(found.already.as_slice(), [KnownVisit { certain: false, .. }]), "{:?}", found.already);
    let refused = office.book(doubtful, once(&found.slots[0], "op-2")).unwrap_err();
    assert_eq!(code(&refused), "second-appointment");
    office.book(doubtful, booking(&found.slots[0], "op-3")).expect("seen and wanted");
}

#[test]
fn a_mother_who_books_for_two_children_in_one_call_books_one_appointment_each() {
    let office = Office::open();
    let call = office.receive(jeanne("consultation", vec![])).contact;
    let child = |given: &str| Person {
        family: "Dupont".to_owned(),
        given: vec![given.to_owned()],
        birth_date: Some("2019-05-02".to_owned()),
        ..Person::default()
    };
    let for_child = |given: &str, slot: &OfferedSlot, op: &str| {
        let new = NewBooking { patient: Some(child(given)), ..once(slot, op) };
        office.book(call, new)
    };
    let slots = offer(&office, call).slots;
    for_child("Anna", &slots[0], "op-1").expect("the first");
    for_child("Paul", &slots[1], "op-2").expect("the second");
    assert_eq!(code(&for_child("ANNA", &slots[2], "op-3").unwrap_err()), "second-appointment");
    office.book(call, once(&slots[3], "op-4")).expect("and one for herself");
}
