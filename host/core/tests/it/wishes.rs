//! What a patient allows of messages is obeyed, by whatever way and until the last moment.

use futures::executor::block_on;
use greffon_core::flow::NewCancellation;
use greffon_core::ids::ContactId;
use greffon_core::model::care::{Value, keys};
use greffon_core::model::message::{Message, MessageState};
use greffon_core::model::patient::{Preferences, Relation};
use greffon_core::model::scheduling::ByWhom;

use crate::office::{Office, doctor, everything, fact, text};

const MAIL: &str = "jeanne@dupont.example";

/// A contact of Jeanne, who is in the registry.
fn registered(office: &Office) -> ContactId {
    let born = fact(keys::PATIENT_BIRTH_DATE, Value::Date("1988-03-07".to_owned()));
    let all = || everything("consultation").into_iter().chain([born.clone()]).collect();
    let first = office.receive(all()).contact;
    office.close(first).expect("closed");
    office.receive(all()).contact
}

fn to_patient(office: &Office) -> Vec<Message> {
    office.rows().messages.into_values().filter(|one| one.recipient == "patient").collect()
}

fn wants(office: &Office, contact: ContactId, preferences: Preferences) {
    office.write_record(contact, |record| record.preferences = preferences);
}

const NO: Option<bool> = Some(false);

#[test]
fn whoever_wants_no_message_gets_none_and_somebody_calls_when_nobody_told_them() {
    let office = Office::open();
    let contact = registered(&office);
    wants(&office, contact, Preferences { messages: NO, voicemail: NO, ..Preferences::default() });
    let appointment = office.booked(contact, "op-1").booking.appointment.expect("confirmed");
    office.news_leaves();
    let message = to_patient(&office).remove(0);
    assert_eq!((message.state, message.failure.as_deref()), (MessageState::Failed, Some("patient-refuses")));
    let work =
        |office: &Office| office.rows().commitments.into_values().filter(|one| one.what == "tell-patient").count();
    assert_eq!(work(&office), 0, "she heard it at the desk");
    office.close(contact).expect("closed");
    office.wait_s(60);
    let new = NewCancellation {
        op_id: "op-2".into(),
        contact: None,
        by: ByWhom::Practitioner,
        reason: "practitioner-away".to_owned(),
    };
    block_on(office.reception.appointments.cancel(&office.practice, &appointment, new, &doctor())).expect("cancelled");
    office.news_leaves();
    assert!(office.sent_to(MAIL).is_empty(), "nothing left");
    assert_eq!(work(&office), 1, "somebody calls her");
    let told = office.sent_to("secretariat@tilleuls.example");
    let told = told.iter().find(|one| one.body.contains("vive voix")).expect("the reception is told");
    assert!(told.body.contains("Ne laissez pas de message sur son répondeur."), "{}", told.body);
}

#[test]
fn as_long_as_there_is_a_doubt_whose_matter_it_is_the_no_of_each_counts() {
    let office = Office::open();
    let known = registered(&office);
    wants(&office, known, Preferences { messages: NO, ..Preferences::default() });
    let born = fact(keys::PATIENT_BIRTH_DATE, Value::Date("1988-03-07".to_owned()));
    let number = text(keys::CALLER_PHONE, "06 39 98 00 09");
    let doubtful = office.receive(everything("consultation").into_iter().chain([born, number]).collect()).contact;
    assert_eq!(office.rows().contacts[&doubtful].patient.patient(), None);
    office.booked(doubtful, "op-1");
    office.news_leaves();
    assert_eq!(to_patient(&office).remove(0).failure.as_deref(), Some("patient-refuses"));
}

#[test]
fn another_way_is_taken_where_one_is_allowed() {
    let office = Office::open();
    let contact = registered(&office);
    wants(&office, contact, Preferences { email: NO, ..Preferences::default() });
    office.booked(contact, "op-1");
    let message = to_patient(&office).remove(0);
    assert_eq!((message.to.scheme.as_str(), message.to.value.as_str()), ("tel", "+33612345678"));
    wants(&office, contact, Preferences { sms: NO, ..Preferences::default() });
    office.news_leaves();
    let message = to_patient(&office).remove(0);
    assert_eq!(message.failure.as_deref(), Some("patient-refuses"), "said after it was written, before it left");
}

#[test]
fn a_message_that_may_not_name_the_practice_goes_by_no_mail_and_says_nothing() {
    let office = Office::open();
    let contact = registered(&office);
    wants(&office, contact, Preferences { naming: NO, ..Preferences::default() });
    office.booked(contact, "op-1");
    office.news_leaves();
    assert!(office.sent_to(MAIL).is_empty(), "a mail names its sender");
    for sent in office.sent.lock().unwrap().iter().filter(|one| one.to.value == "+33612345678") {
        assert!(!sent.body.contains("tilleuls") && !sent.body.contains("Martin"), "{}", sent.body);
    }
}

#[test]
fn nothing_goes_to_the_telephone_of_whoever_is_not_to_be_told() {
    let office = Office::open();
    let contact = registered(&office);
    office.write_record(contact, |record| {
        record.preferences.email = NO;
        record.relations = vec![Relation {
            kind: "spouse".to_owned(),
            name: "Marc Durand".to_owned(),
            phone: Some("06 12 34 56 78".to_owned()),
            may_be_told: false,
            must_not_be_told: true,
        }];
    });
    office.booked(contact, "op-1");
    office.news_leaves();
    let message = to_patient(&office).remove(0);
    assert_eq!((message.state, message.failure.as_deref()), (MessageState::Failed, Some("patient-refuses")));
}

#[test]
fn nothing_is_sent_to_the_dead_and_nobody_is_asked_to_tell_them() {
    let office = Office::open();
    let contact = registered(&office);
    let appointment = office.booked(contact, "op-1").booking.appointment.expect("confirmed");
    office.news_leaves();
    office.close(contact).expect("closed");
    let before = office.sent_to(MAIL).len();
    office.write_record(contact, |record| record.deceased = true);
    office.wait_s(60);
    let new = NewCancellation {
        op_id: "op-2".into(),
        contact: None,
        by: ByWhom::Practitioner,
        reason: "patient-deceased".to_owned(),
    };
    block_on(office.reception.appointments.cancel(&office.practice, &appointment, new, &doctor())).expect("cancelled");
    office.news_leaves();
    assert_eq!(office.sent_to(MAIL).len(), before);
    assert!(to_patient(&office).iter().any(|one| one.failure.as_deref() == Some("patient-deceased")));
    assert!(!office.rows().commitments.into_values().any(|one| one.what == "tell-patient"));
    let told = office.sent_to("secretariat@tilleuls.example");
    assert!(told.iter().all(|one| !one.body.contains("vive voix")));
}
