use greffon_core::ids::{CommitmentId, ContactId, PatientId};
use greffon_core::model::contact::{Contact, ContactState};
use greffon_core::model::intent::IntentState;
use greffon_core::model::message::MessageState;
use greffon_core::model::patient::{Link, Patient};
use greffon_core::model::person::Person;
use greffon_core::model::trail::Trail;
use greffon_core::ports::storage::{Page, StorageError};
use greffon_core::time::Instant;

use crate::samples::{self, minute};
use crate::support::{Fixture, nord, page};

contract! {
    old_contacts_are_the_closed_ones_oldest_first,
    a_contact_goes_with_all_of_its_trail,
    a_contact_that_was_changed_stays,
    a_patient_goes_when_no_contact_is_about_any_of_the_records,
    old_patients_stand_for_themselves,
    messages_go_oldest_first_and_only_those_that_are_over,
    what_was_removed_without_a_commit_is_there,
    ; databases:
    what_was_removed_stands_in_no_file,
}

fn closed(at: i64) -> Contact {
    Contact { state: ContactState::Closed, received_at: minute(at), ..samples::contact() }
}

async fn save(f: &Fixture, contact: &mut Contact) {
    let mut tx = f.begin().await;
    tx.save_contact(contact).await.unwrap();
    tx.commit().await.unwrap();
}

async fn old(f: &Fixture, before: Instant, limit: u32) -> Vec<ContactId> {
    let mut found = Vec::new();
    let mut next = Some(page(limit));
    while let Some(page) = next {
        let listed = f.db.old_contacts(&nord(), before, &page).await.unwrap();
        found.extend(listed.items.into_iter().map(|one| one.id));
        next = listed.next.map(|cursor| Page { limit, cursor: Some(cursor) });
    }
    found
}

async fn old_contacts_are_the_closed_ones_oldest_first(f: Fixture) {
    let (mut third, mut first, mut second) = (closed(30), closed(10), closed(20));
    let mut open = Contact { state: ContactState::Open, received_at: minute(5), ..samples::contact() };
    for contact in [&mut third, &mut first, &mut second, &mut open] {
        save(&f, contact).await;
    }
    assert_eq!(old(&f, minute(30), 10).await, [first.id, second.id]);
    assert_eq!(old(&f, minute(31), 1).await, [first.id, second.id, third.id]);
    assert_eq!(old(&f, minute(10), 10).await, []);
}

/// A contact with a booking that was confirmed, another one that claims its time still, a
/// promise, an alert and an appointment.
async fn trail(f: &Fixture) -> Trail {
    let mut alert = samples::alert(minute(0));
    let mut contact = Contact { alert: Some(alert.id), ..closed(0) };
    alert.contact = contact.id;
    let mut intents = vec![samples::intent(0, 15), samples::intent(30, 45)];
    let mut commitment = samples::commitment(minute(60));
    let mut appointment = samples::appointment("rdv-1", samples::minutes(0, 15));
    let mut tx = f.begin().await;
    tx.save_contact(&mut contact).await.unwrap();
    for intent in &mut intents {
        (intent.contact, intent.state) = (Some(contact.id), IntentState::Confirmed);
        tx.save_intent(intent).await.unwrap();
    }
    tx.save_commitment(&mut commitment).await.unwrap();
    tx.save_alert(&mut alert).await.unwrap();
    tx.save_appointment(&mut appointment).await.unwrap();
    tx.commit().await.unwrap();
    Trail { contact, intents, commitments: vec![commitment], appointments: vec![appointment] }
}

async fn a_contact_goes_with_all_of_its_trail(f: Fixture) {
    let trail = trail(&f).await;
    let mut other = samples::intent(100, 115);
    let mut tx = f.begin().await;
    tx.save_intent(&mut other).await.unwrap();
    let mut found: Vec<_> = tx.intents_in(trail.contact.id).await.unwrap().into_iter().map(|one| one.id).collect();
    found.sort();
    let mut made: Vec<_> = trail.intents.iter().map(|one| one.id).collect();
    made.sort();
    assert_eq!(found, made);
    tx.commit().await.unwrap();
    let claimed =
        || async { f.db.claims(&nord(), &trail.intents[0].claims[0].resource, samples::minutes(0, 200)).await };
    assert_eq!(claimed().await.unwrap().len(), 3);

    let mut tx = f.begin().await;
    tx.remove_contact(&trail).await.unwrap();
    tx.commit().await.unwrap();
    let id = trail.contact.id;
    assert_eq!(f.db.contact(&nord(), id).await.unwrap(), None);
    assert_eq!(f.db.practice_of_contact(id).await.unwrap(), None);
    for intent in &trail.intents {
        assert_eq!(f.db.intent(&nord(), intent.id).await.unwrap(), None);
        assert_eq!(f.db.intent_by_op(&nord(), &intent.op).await.unwrap(), None);
    }
    assert_eq!(claimed().await.unwrap(), other.claims, "the time of the other one is still claimed");
    let promises: Vec<CommitmentId> = trail.commitments.iter().map(|one| one.id).collect();
    assert_eq!(f.db.commitments_named(&nord(), &promises).await.unwrap(), []);
    assert_eq!(f.db.alert(&nord(), trail.contact.alert.unwrap()).await.unwrap(), None);
    assert_eq!(f.db.appointment(&nord(), None, &"rdv-1".into()).await.unwrap(), None);
    assert!(f.db.intent(&nord(), other.id).await.unwrap().is_some());
}

async fn a_contact_that_was_changed_stays(f: Fixture) {
    let trail = trail(&f).await;
    let mut changed = trail.contact.clone();
    save(&f, &mut changed).await;
    let mut tx = f.begin().await;
    assert!(matches!(tx.remove_contact(&trail).await, Err(StorageError::Stale { thing: "contact" })));
    drop(tx);
    assert!(f.db.contact(&nord(), trail.contact.id).await.unwrap().is_some());
}

async fn what_was_removed_without_a_commit_is_there(f: Fixture) {
    let trail = trail(&f).await;
    let mut tx = f.begin().await;
    tx.remove_contact(&trail).await.unwrap();
    drop(tx);
    assert!(f.db.contact(&nord(), trail.contact.id).await.unwrap().is_some());
    assert!(f.db.intent(&nord(), trail.intents[0].id).await.unwrap().is_some());
}

fn petit(at: i64) -> Patient {
    let told = Person {
        family: "Petit".to_owned(),
        given: vec!["Jean".to_owned()],
        birth_date: Some("1950-01-02".to_owned()),
        ..Person::default()
    };
    Patient::told(PatientId(samples::id()), nord(), &told, Vec::new(), minute(at))
}

async fn register(f: &Fixture, patients: &mut [&mut Patient]) {
    let mut tx = f.begin().await;
    for patient in patients {
        tx.save_patient(patient).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn remove(f: &Fixture, patient: &Patient) -> bool {
    let mut tx = f.begin().await;
    let removed = tx.remove_patient(patient).await.unwrap();
    tx.commit().await.unwrap();
    removed
}

async fn a_patient_goes_when_no_contact_is_about_any_of_the_records(f: Fixture) {
    let (mut whole, mut part, mut other) = (petit(0), petit(1), petit(2));
    part.merged_into = Some(whole.id);
    whole.absorbed = vec![part.id];
    register(&f, &mut [&mut whole, &mut part, &mut other]).await;
    let mut contact = Contact { patient: Link::Known { patient: part.id, by: None }, ..closed(0) };
    save(&f, &mut contact).await;
    assert!(!remove(&f, &whole).await, "a contact is about a record that was found to be it");
    contact.patient = Link::Unknown;
    save(&f, &mut contact).await;
    let stale = Patient { version: whole.version + 1, ..whole.clone() };
    assert!(!remove(&f, &stale).await, "it is another one by now");
    assert!(remove(&f, &whole).await);
    assert_eq!(f.db.patient(&nord(), whole.id).await.unwrap(), None);
    assert_eq!(f.db.patient(&nord(), part.id).await.unwrap(), None);
    let terms = greffon_core::model::patient::terms_of_patient(&whole);
    let found: Vec<_> = f.db.patients_with(&nord(), &terms, 10).await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(found, [other.id], "nothing finds who is gone");
}

async fn old_patients_stand_for_themselves(f: Fixture) {
    let (mut old, mut heard_of, mut part, mut new) = (petit(0), petit(1), petit(2), petit(50));
    heard_of.heard_of_at = Some(minute(40));
    part.merged_into = Some(old.id);
    register(&f, &mut [&mut old, &mut heard_of, &mut part, &mut new]).await;
    let found = |before| {
        let f = &f;
        async move {
            let listed = f.db.old_patients(&nord(), before, &page(10)).await.unwrap();
            listed.items.into_iter().map(|one| one.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(found(minute(40)).await, [old.id]);
    assert_eq!(found(minute(41)).await, [old.id, heard_of.id]);
    // What is heard of a patient again counts from the next save on.
    old.heard_of_at = Some(minute(60));
    register(&f, &mut [&mut old]).await;
    assert_eq!(found(minute(61)).await, [heard_of.id, new.id, old.id]);
}

async fn messages_go_oldest_first_and_only_those_that_are_over(f: Fixture) {
    let mut saved = Vec::new();
    for (at, state) in
        [(3, MessageState::Sent), (1, MessageState::Failed), (2, MessageState::Queued), (9, MessageState::Sent)]
    {
        let mut message = samples::message();
        (message.created_at, message.state) = (minute(at), state);
        let mut tx = f.begin().await;
        tx.save_message(&mut message).await.unwrap();
        tx.commit().await.unwrap();
        saved.push(message);
    }
    let remove = |limit| {
        let f = &f;
        async move {
            let mut tx = f.begin().await;
            let count = tx.remove_messages(minute(9), limit).await.unwrap();
            tx.commit().await.unwrap();
            count
        }
    };
    assert_eq!(remove(1).await, 1);
    let there = |index: usize| {
        let (f, id) = (&f, saved[index].id);
        async move { f.db.message(&nord(), id).await.unwrap().is_some() }
    };
    assert!(there(0).await && !there(1).await, "the oldest went first");
    assert_eq!(remove(10).await, 1);
    assert!(!there(0).await && there(2).await && there(3).await);
    assert_eq!(remove(10).await, 0);
}

/// A row that is gone leaves its bytes in a page that is only free, where nothing overwrites
/// them. PostgreSQL lets that to its vacuum.
async fn what_was_removed_stands_in_no_file(f: Fixture) {
    let Some(path) = f.file() else { return };
    let name = "Lefèvre-Bonnet-de-la-Source";
    let stands = |path: &std::path::Path| {
        let bytes = std::fs::read(path).unwrap();
        bytes.windows(name.len()).any(|window| window == name.as_bytes())
    };
    let mut trail = trail(&f).await;
    let mut tx = f.begin().await;
    trail.contact.origin = Some(name.to_owned());
    tx.save_contact(&mut trail.contact).await.unwrap();
    tx.commit().await.unwrap();
    f.raw("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    assert!(stands(&path), "the test would see it");
    let mut tx = f.begin().await;
    tx.remove_contact(&trail).await.unwrap();
    tx.commit().await.unwrap();
    f.raw("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    assert!(!stands(&path));
}
