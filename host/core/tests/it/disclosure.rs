//! Whose appointment is changed for whom.

use futures::executor::block_on;
use greffon_core::flow::{Flow, NewCancellation, NewMove};
use greffon_core::ids::{AppointmentId, ContactId};
use greffon_core::model::audit::Actor;
use greffon_core::model::care::{Value, keys};
use greffon_core::model::disclosure::{Information, Needs, Relation};
use greffon_core::model::scheduling::ByWhom;

use crate::office::{Office, choice, code, doctor, everything, fact, secretary, text};

fn born(date: &str) -> greffon_core::flow::NewFact {
    fact(keys::PATIENT_BIRTH_DATE, Value::Date(date.to_owned()))
}

/// An appointment of Jeanne Dupont, born on this day.
fn booked(office: &Office, date: &str) -> AppointmentId {
    let contact = office.receive(everything("consultation").into_iter().chain([born(date)]).collect()).contact;
    let booking = office.booked(contact, &format!("booked-{}", office.rows().intents.len())).booking;
    office.work();
    booking.appointment.expect("confirmed")
}

/// Somebody calls, and says who they are and for whom they call.
fn call(office: &Office, kind: &str, family: &str, given: &str, date: &str) -> ContactId {
    let facts = vec![
        choice(keys::CALLER_KIND, kind),
        text(keys::PATIENT_FAMILY, family),
        text(keys::PATIENT_GIVEN, given),
        born(date),
        text(keys::WORDS, "je ne peux pas venir"),
    ];
    office.receive(facts).contact
}

fn cancel(office: &Office, id: &AppointmentId, contact: Option<ContactId>, op: &str, actor: &Actor) -> Flow<()> {
    let new = NewCancellation { op_id: op.into(), contact, by: ByWhom::Patient, reason: "patient-request".to_owned() };
    block_on(office.reception.appointments.cancel(&office.practice, id, new, actor)).map(drop)
}

fn refused(office: &Office, id: &AppointmentId, contact: Option<ContactId>) -> &'static str {
    code(&cancel(office, id, contact, "op-refused", &secretary()).expect_err("must be refused"))
}

#[test]
fn whoever_holds_the_line_changes_an_appointment_in_a_contact_whose_patient_it_is() {
    let office = Office::open();
    let id = booked(&office, "1988-03-07");
    assert_eq!(refused(&office, &id, None), "contact-needed");
    for (kind, family, given, date, problem) in [
        ("patient", "Dupont", "Jeanne", "1988-07-03", "identity-unproven"),
        ("patient", "Durand", "Jeanne", "1988-03-07", "identity-unproven"),
        ("patient", "Dupont", "Jeannette", "1988-03-07", "identity-unproven"),
        ("unknown", "Dupont", "Jeanne", "1988-03-07", "relation-missing"),
        ("relative", "Dupont", "Jeanne", "1988-03-07", "relation-not-allowed"),
        ("commercial", "Dupont", "Jeanne", "1988-03-07", "relation-not-allowed"),
    ] {
        let contact = call(&office, kind, family, given, date);
        assert_eq!(refused(&office, &id, Some(contact)), problem, "{kind} {family} {given} {date}");
    }
    let unnamed = office.receive(vec![choice(keys::CALLER_KIND, "patient")]).contact;
    assert_eq!(refused(&office, &id, Some(unnamed)), "identity-missing");
    assert_eq!(office.journal("disclosure.refused"), 7, "each refusal in a contact is written down");
    let calls_before = office.agenda.entries().len();
    assert_eq!(calls_before, 1, "nothing was asked of the agenda");
    let contact = call(&office, "patient", "DUPONT", "jeanne", "1988-03-07");
    cancel(&office, &id, Some(contact), "op-2", &secretary()).expect("cancelled");
}

#[test]
fn a_move_asks_the_same() {
    let office = Office::open();
    let id = booked(&office, "1988-03-07");
    let contact = call(&office, "patient", "Martin", "Paul", "1970-01-01");
    let start = office.rows().appointments.values().next().unwrap().held.span.start.plus_minutes(60);
    let new = NewMove {
        op_id: "op-2".into(),
        contact: Some(contact),
        start,
        agenda: None,
        slot_handle: None,
        slot_version: None,
    };
    let moved = block_on(office.reception.appointments.move_to(&office.practice, &id, new, &secretary()));
    assert_eq!(code(&moved.unwrap_err()), "identity-unproven");
}

#[test]
fn a_parent_speaks_for_a_child_and_a_practice_may_let_relatives_speak() {
    let office = Office::open();
    let child = booked(&office, "2020-05-01");
    let parent = call(&office, "relative", "Dupont", "Jeanne", "2020-05-01");
    cancel(&office, &child, Some(parent), "op-2", &secretary()).expect("cancelled");

    let sister = call(&office, "relative", "Dupont", "Jeanne", "2020-05-01");
    office.tell(sister, vec![choice(keys::CALLER_RELATION, "other")]).unwrap();
    let other = booked(&office, "2020-05-01");
    assert_eq!(refused(&office, &other, Some(sister)), "relation-not-allowed", "a sister is no mother");

    let office = Office::open();
    let adult = booked(&office, "1988-03-07");
    let relative = call(&office, "relative", "Dupont", "Jeanne", "1988-03-07");
    assert_eq!(refused(&office, &adult, Some(relative)), "relation-not-allowed");
    office.reload(|live| {
        let rules = &mut live.practice.disclosure;
        *rules = rules.with(Information::Change, Relation::Relative, Needs::Matched);
    });
    cancel(&office, &adult, Some(relative), "op-2", &secretary()).expect("cancelled");
}

#[test]
fn in_the_contact_that_booked_it_and_for_those_who_answer_for_the_practice_nothing_is_asked() {
    let office = Office::open();
    let contact = office.triaged();
    let id = office.booked(contact, "op-1").booking.appointment.expect("confirmed");
    office.work();
    cancel(&office, &id, Some(contact), "op-2", &secretary()).expect("cancelled");

    let office = Office::open();
    let id = booked(&office, "1988-03-07");
    cancel(&office, &id, None, "op-2", &doctor()).expect("cancelled");
}
