use greffon_core::ids::PatientId;
use greffon_core::model::contact::Contact;
use greffon_core::model::patient::{Link, Patient, Term, terms_of, terms_of_patient};
use greffon_core::model::person::Person;
use greffon_core::ports::storage::{Page, StorageError};

use crate::samples::{self, minute, sud};
use crate::support::{Fixture, nord, page};

contract! {
    a_patient_is_read_back_as_it_was_saved,
    save_refuses_the_known_and_the_overtaken,
    patients_are_found_by_date_names_and_telephone,
    those_of_the_first_terms_are_found_first,
    what_a_patient_is_no_longer_called_finds_nobody,
    a_record_that_was_joined_brings_the_one_it_is,
    another_practice_finds_nobody,
    doubtful_patients_are_listed_oldest_first,
    contacts_are_found_by_their_patients,
    ; databases:
    no_trait_stands_outside_the_document,
    another_key_finds_nobody_until_the_terms_are_renewed,
}

fn told(family: &str, given: &str, born: &str, phone: &str) -> Person {
    Person {
        family: family.to_owned(),
        given: vec![given.to_owned()],
        birth_date: Some(born.to_owned()),
        phone: Some(phone.to_owned()),
        ..Person::default()
    }
}

fn chloe() -> Patient {
    let told = told("Lefèvre", "Chloé", "1988-03-07", "+33639980001");
    Patient::told(PatientId(samples::id()), nord(), &told, Vec::new(), minute(0))
}

async fn save(f: &Fixture, patient: &mut Patient) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&patient.practice).await?;
    tx.save_patient(patient).await?;
    tx.commit().await
}

async fn found(f: &Fixture, terms: &[Term]) -> Vec<PatientId> {
    let mut found: Vec<_> =
        f.db.patients_with(&nord(), terms, 10).await.unwrap().into_iter().map(|one| one.id).collect();
    found.sort();
    found
}

async fn a_patient_is_read_back_as_it_was_saved(f: Fixture) {
    let mut patient = chloe();
    save(&f, &mut patient).await.unwrap();
    assert_eq!(patient.version, 1);
    assert_eq!(f.begin().await.patient(patient.id).await.unwrap(), Some(patient.clone()));
    assert_eq!(f.db.patient(&nord(), patient.id).await.unwrap(), Some(patient.clone()));
    assert_eq!(f.db.patient(&sud(), patient.id).await.unwrap(), None);
    assert_eq!(f.db.patient(&nord(), PatientId(samples::id())).await.unwrap(), None);
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut patient = chloe();
    let mut twin = patient.clone();
    save(&f, &mut patient).await.unwrap();
    assert!(matches!(save(&f, &mut twin).await, Err(StorageError::Exists { thing: "patient" })));
    let mut late = patient.clone();
    save(&f, &mut patient).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "patient" })));
}

async fn patients_are_found_by_date_names_and_telephone(f: Fixture) {
    let mut patient = chloe();
    patient.traits.used = Some("Martin".to_owned());
    save(&f, &mut patient).await.unwrap();
    for told in [
        told("X", "Y", "1988-03-07", ""),
        told("X", "Y", "1988-07-03", ""),
        told("lefevre", "CHLOE", "1950", ""),
        told("Martin", "Chloé", "1950", ""),
        told("Chloé", "Lefèvre", "1950", ""),
        told("X", "Y", "1950", "06 39 98 00 01"),
    ] {
        assert_eq!(found(&f, &terms_of(&told)).await, [patient.id]);
        let inside = f.begin().await.patients_with(&terms_of(&told), 10).await.unwrap();
        assert_eq!(inside, [patient.clone()]);
    }
    assert_eq!(found(&f, &terms_of(&told("X", "Chloé", "1988-03-08", "+33639980002"))).await, []);
    assert_eq!(found(&f, &[]).await, []);
    let mut tx = f.begin().await;
    let mut other = chloe();
    tx.save_patient(&mut other).await.unwrap();
    let both = tx.patients_with(&terms_of_patient(&other), 10).await.unwrap();
    assert_eq!(both.len(), 2, "what the transaction has written is found in it");
    assert_eq!(tx.patients_with(&terms_of_patient(&other), 1).await.unwrap().len(), 1);
}

/// Many have a name; the one who has the date as well is among those that are found.
async fn those_of_the_first_terms_are_found_first(f: Fixture) {
    let mut tx = f.begin().await;
    for number in 0..5 {
        let told = told("Lefèvre", "Chloé", &format!("196{number}-01-01"), &format!("+3363998001{number}"));
        let mut namesake = Patient::told(PatientId(samples::id()), nord(), &told, Vec::new(), minute(0));
        tx.save_patient(&mut namesake).await.unwrap();
    }
    let mut wanted = chloe();
    tx.save_patient(&mut wanted).await.unwrap();
    tx.commit().await.unwrap();
    let terms = terms_of(&told("Lefèvre", "Chloé", "1988-03-07", ""));
    assert_eq!(f.db.patients_with(&nord(), &terms, 1).await.unwrap(), [wanted]);
}

async fn what_a_patient_is_no_longer_called_finds_nobody(f: Fixture) {
    let mut patient = chloe();
    let before = terms_of_patient(&patient);
    save(&f, &mut patient).await.unwrap();
    patient.traits.family = "Roux".to_owned();
    patient.traits.birth_date = Some("1990-01-01".to_owned());
    patient.phones.clear();
    save(&f, &mut patient).await.unwrap();
    assert_eq!(found(&f, &before).await, []);
    assert_eq!(found(&f, &terms_of_patient(&patient)).await, [patient.id]);
}

async fn a_record_that_was_joined_brings_the_one_it_is(f: Fixture) {
    let (mut a, mut b, mut c) = (chloe(), chloe(), chloe());
    b.traits.family = "Roux".to_owned();
    b.traits.birth_date = None;
    b.phones.clear();
    c = Patient { id: c.id, ..b.clone() };
    c.traits.family = "Petit".to_owned();
    for one in [&mut c, &mut b, &mut a] {
        save(&f, one).await.unwrap();
    }
    a.merged_into = Some(b.id);
    b.merged_into = Some(c.id);
    for one in [&mut a, &mut b] {
        save(&f, one).await.unwrap();
    }
    let mut all = [a.id, b.id, c.id];
    all.sort();
    assert_eq!(found(&f, &Term::phone("+33639980001").into_iter().collect::<Vec<_>>()).await, all);
}

async fn another_practice_finds_nobody(f: Fixture) {
    let mut patient = chloe();
    save(&f, &mut patient).await.unwrap();
    let terms = terms_of_patient(&patient);
    assert_eq!(f.db.patients_with(&sud(), &terms, 10).await.unwrap(), []);
    assert_eq!(f.db.begin(&sud()).await.unwrap().patients_with(&terms, 10).await.unwrap(), []);
    assert_eq!(f.db.begin(&sud()).await.unwrap().patient(patient.id).await.unwrap(), None);
    let mut taken = Patient { practice: sud(), version: 0, ..patient };
    assert!(matches!(save(&f, &mut taken).await, Err(StorageError::Exists { thing: "patient" })));
}

async fn doubtful_patients_are_listed_oldest_first(f: Fixture) {
    let doubtful = |at, resembles: Vec<PatientId>| Patient { created_at: minute(at), resembles, ..chloe() };
    let somebody = vec![PatientId(samples::id())];
    for mut one in [doubtful(30, somebody.clone()), doubtful(10, somebody.clone()), doubtful(20, Vec::new())] {
        save(&f, &mut one).await.unwrap();
    }
    let mut joined = Patient { merged_into: Some(PatientId(samples::id())), ..doubtful(5, somebody) };
    save(&f, &mut joined).await.unwrap();
    let first = f.db.doubtful_patients(&nord(), &page(1)).await.unwrap();
    let rest = f.db.doubtful_patients(&nord(), &Page { limit: 1, cursor: first.next }).await.unwrap();
    assert_eq!((first.items[0].created_at, rest.items[0].created_at), (minute(10), minute(30)));
    assert_eq!(rest.next, None);
}

async fn contacts_are_found_by_their_patients(f: Fixture) {
    let patients = [PatientId(samples::id()), PatientId(samples::id())];
    let of = |patient: PatientId, at| Contact {
        patient: Link::Known { patient, by: None },
        origin: None,
        received_at: minute(at),
        ..samples::contact()
    };
    let mut contacts = [of(patients[0], 1), of(patients[1], 2), samples::contact()];
    contacts[2].received_at = minute(3);
    for contact in &mut contacts {
        let mut tx = f.begin().await;
        tx.save_contact(contact).await.unwrap();
        tx.commit().await.unwrap();
    }
    let ids = async |origin: Option<&str>, patients: &[PatientId]| -> Vec<_> {
        f.db.contacts_of(&nord(), origin, patients, 10).await.unwrap().into_iter().map(|one| one.id).collect()
    };
    assert_eq!(ids(None, &patients).await, [contacts[1].id, contacts[0].id]);
    assert_eq!(ids(None, &patients[..1]).await, [contacts[0].id]);
    let origin = contacts[2].origin.clone();
    assert_eq!(ids(origin.as_deref(), &patients[1..]).await, [contacts[2].id, contacts[1].id]);
    assert_eq!(f.db.contacts_of(&sud(), None, &patients, 10).await.unwrap(), []);
}

async fn no_trait_stands_outside_the_document(f: Fixture) {
    save(&f, &mut chloe()).await.unwrap();
    let columns = if f.is_postgres() { "encode(term, 'escape')" } else { "CAST(term AS TEXT)" };
    for trait_of in ["Lef", "lef", "Chlo", "chlo", "1988", "39980001"] {
        let rows = f.raw(&format!("UPDATE patient_terms SET term = term WHERE {columns} LIKE '%{trait_of}%'")).await;
        assert_eq!(rows, Ok(0), "{trait_of}");
    }
    let length = f.raw("UPDATE patient_terms SET term = term WHERE length(term) = 16").await;
    assert_eq!(length, Ok(3));
}

async fn another_key_finds_nobody_until_the_terms_are_renewed(f: Fixture) {
    let mut patient = chloe();
    save(&f, &mut patient).await.unwrap();
    let terms = terms_of_patient(&patient);
    let keyed = f.node_with_key([7; 32]).await;
    assert_eq!(keyed.db.patients_with(&nord(), &terms, 10).await.unwrap(), []);
    assert_eq!(keyed.database().renew_lookup().await.unwrap(), 1);
    assert_eq!(keyed.db.patients_with(&nord(), &terms, 10).await.unwrap(), [patient.clone()]);
    assert_eq!(keyed.database().renew_lookup().await.unwrap(), 0);
    assert_eq!(f.db.patients_with(&nord(), &terms, 10).await.unwrap(), [], "the key of before finds nobody now");
}
