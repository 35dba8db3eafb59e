//! Who a patient is: recognised without a doubt, or decided by a person.

use futures::executor::block_on;
use greffon_core::flow::{Flow, NewClosing, NewContact, NewFact, NewJoin, NewPatient, NewPatientChoice, PatientSearch};
use greffon_core::ids::{ContactId, PatientId};
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Value, keys};
use greffon_core::model::contact::{ContactChannel, RecapOutcome};
use greffon_core::model::patient::{Change, Link, Patient, Sex};
use greffon_core::model::person::IdentityTrust;
use greffon_core::model::view::ContactView;
use greffon_core::ports::storage::{Page, Storage};
use greffon_simulation::{Effect, Fault};

use crate::office::{Office, code, cut_off, doctor, everything, fact, secretary, text};

const FIRST: &str = "06 39 98 00 01";
const OTHER: &str = "06 39 98 00 02";

/// What a caller says of a patient, and all that a contact needs to end.
fn said(family: &str, given: &str, born: &str, phone: &str) -> Vec<NewFact> {
    let theirs = [
        text(keys::PATIENT_FAMILY, family),
        text(keys::PATIENT_GIVEN, given),
        fact(keys::PATIENT_BIRTH_DATE, Value::Date(born.to_owned())),
        text(keys::CALLER_PHONE, phone),
    ];
    everything("consultation").into_iter().chain(theirs).collect()
}

/// A contact that tells of this patient, from its first word to its end.
fn over(office: &Office, family: &str, given: &str, born: &str, phone: &str) -> ContactId {
    let contact = office.receive(said(family, given, born, phone)).contact;
    office.close(contact).expect("closed");
    contact
}

/// A call from this number.
fn ring(office: &Office, origin: Option<&str>, facts: Vec<NewFact>) -> ContactView {
    let new = NewContact { channel: ContactChannel::Phone, origin: origin.map(str::to_owned), facts, about: None };
    block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).expect("received")
}

fn link(office: &Office, contact: ContactId) -> Link {
    office.rows().contacts[&contact].patient.clone()
}

fn patient(office: &Office, contact: ContactId) -> PatientId {
    link(office, contact).patient().expect("registered")
}

fn choose(office: &Office, contact: ContactId, choice: NewPatientChoice) -> Flow<ContactView> {
    block_on(office.reception.contacts.choose_patient(&office.practice, contact, choice, &secretary()))
}

fn resolve(office: &Office, patient: PatientId, join: NewJoin) -> Flow<Patient> {
    block_on(office.reception.patients.resolve(&office.practice, patient, join, &doctor()))
}

fn search(office: &Office, wanted: PatientSearch) -> Flow<Vec<Patient>> {
    block_on(office.reception.patients.search(&office.practice, wanted, &secretary()))
}

fn born(date: &str, letters: &str) -> PatientSearch {
    PatientSearch { birth_date: Some(date.to_owned()), letters: Some(letters.to_owned()), phone: None }
}

fn has_banner(view: &ContactView, code: &str) -> bool {
    view.banners.iter().any(|banner| banner.code == code)
}

#[test]
fn the_same_patient_is_recognised_and_written_once() {
    let office = Office::open();
    let first = over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST);
    assert_eq!(office.rows().patients.len(), 1);
    let again = office.receive(said("LEFEVRE", "chloe", "1988-03-07", FIRST));
    assert_eq!(again.patient, Link::Known { patient: patient(&office, first), by: None });
    assert_eq!(again.earlier, [first]);
    office.close(again.contact).expect("closed");
    assert_eq!(office.rows().patients.len(), 1);
    assert_eq!(office.rows().patients.values().next().unwrap().trust, IdentityTrust::Provisional);
}

#[test]
fn whoever_resembles_somebody_is_chosen_by_a_person_only() {
    let office = Office::open();
    let first = over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST);
    let known = patient(&office, first);
    for (family, given, date, phone) in [
        ("Martin", "Chloé", "1988-03-07", FIRST),
        ("Lefèvre", "Chloé", "1988-07-03", FIRST),
        ("Lefebvre", "Chloé", "1988-03-07", FIRST),
        ("Lefèvre", "Chloé", "1988-03-07", OTHER),
    ] {
        let view = ring(&office, None, said(family, given, date, phone));
        let Link::Doubtful { candidates } = &view.patient else {
            panic!("{family} {given} {date}: {:?}", view.patient)
        };
        assert_eq!(candidates.iter().map(|one| one.patient).collect::<Vec<_>>(), [known]);
        assert!(has_banner(&view, "patient-doubtful"));
        assert!(view.earlier.is_empty(), "nothing of the other one is shown");
        let chosen = choose(&office, view.contact, NewPatientChoice::Known(known)).expect("chosen");
        assert_eq!(chosen.patient, Link::Known { patient: known, by: Some(secretary().subject) });
        assert!(!has_banner(&chosen, "patient-doubtful"));
        assert_eq!(chosen.earlier.last(), Some(&first));
        office.close(view.contact).expect("closed");
    }
    let rows = office.rows();
    assert_eq!(rows.patients.len(), 1);
    let patient = &rows.patients[&known];
    assert_eq!((patient.traits.family.as_str(), patient.traits.birth_date.as_deref()), ("Lefèvre", Some("1988-03-07")));
    assert_eq!(patient.phones, ["+33639980001", "+33639980002"], "a number that was learnt is kept, a trait is not");
}

#[test]
fn a_choice_stands_until_another_name_or_date_is_told() {
    let office = Office::open();
    let known = patient(&office, over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST));
    let contact = office.receive(said("Lefèvre", "Chloé", "1988-07-03", FIRST)).contact;
    choose(&office, contact, NewPatientChoice::Known(known)).unwrap();
    office.tell(contact, vec![text(keys::CALLER_PHONE, OTHER)]).unwrap();
    assert_eq!(link(&office, contact).patient(), Some(known));
    office.tell(contact, vec![text(keys::PATIENT_GIVEN, "Inès")]).unwrap();
    assert_eq!(link(&office, contact), Link::Unknown);
}

#[test]
fn a_doubt_that_nobody_decided_is_kept_for_a_person() {
    let office = Office::open();
    let known = patient(&office, over(&office, "Petit", "Jean", "1950-01-02", FIRST));
    let doubtful = patient(&office, over(&office, "Petit", "Jean", "1950-01-02", OTHER));
    assert_ne!(known, doubtful);
    let page = Page { limit: 50, cursor: None };
    let listed = block_on(office.reception.patients.doubtful(&office.practice, &page)).unwrap();
    assert_eq!(
        listed.items.iter().map(|one| (one.id, one.resembles.clone())).collect::<Vec<_>>(),
        [(doubtful, vec![known])]
    );
    // The next call from either number is certain, and makes no third record.
    over(&office, "Petit", "Jean", "1950-01-02", OTHER);
    over(&office, "Petit", "Jean", "1950-01-02", FIRST);
    assert_eq!(office.rows().patients.len(), 2);
    resolve(&office, doubtful, NewJoin::Distinct(known)).unwrap();
    assert!(block_on(office.reception.patients.doubtful(&office.practice, &page)).unwrap().items.is_empty());
    resolve(&office, doubtful, NewJoin::Distinct(known)).expect("said again, nothing happens");
    assert_eq!(office.journal("patient.told-apart"), 1);
    assert_eq!(code(&resolve(&office, doubtful, NewJoin::Same(known)).unwrap_err()), "patient-distinct");
}

#[test]
fn somebody_who_only_resembles_is_told_apart_for_good() {
    let office = Office::open();
    let twin = patient(&office, over(&office, "Petit", "Léo", "2015-05-05", FIRST));
    let contact = office.receive(said("Petit", "Léa", "2015-05-05", FIRST)).contact;
    let view = choose(&office, contact, NewPatientChoice::Somebody).unwrap();
    assert!(!has_banner(&view, "patient-doubtful"));
    office.close(contact).unwrap();
    let lea = patient(&office, contact);
    assert_ne!(lea, twin);
    let rows = office.rows();
    assert_eq!((rows.patients[&lea].resembles.len(), &rows.patients[&lea].distinct), (0, &vec![twin]));
    assert_eq!(link(&office, over(&office, "Petit", "Léa", "2015-05-05", FIRST)).patient(), Some(lea));
}

#[test]
fn joined_records_are_one_patient_and_come_apart_again_as_they_were() {
    let office = Office::open();
    let a = over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST);
    let b = over(&office, "Lefèvre", "Chloé", "1988-03-07", OTHER);
    let (first, second) = (patient(&office, a), patient(&office, b));
    let before = office.rows().patients;
    resolve(&office, second, NewJoin::Same(first)).unwrap();
    let read = block_on(office.reception.patients.get(&office.practice, second, &secretary())).unwrap();
    assert_eq!((read.patient.id, read.joined.len()), (first, 1));
    assert_eq!(read.contacts.iter().map(|one| one.id).collect::<Vec<_>>(), [b, a]);
    let again = office.receive(said("Lefèvre", "Chloé", "1988-03-07", OTHER));
    assert_eq!(again.patient.patient(), Some(first), "found by the number of the other record");
    assert_eq!(again.earlier, [b, a]);
    assert_eq!(search(&office, born("1988-03-07", "lef")).unwrap().len(), 1);
    let again = resolve(&office, second, NewJoin::Same(first)).expect("said again, nothing happens");
    assert_eq!((again.merged_into, office.journal("patient.joined")), (Some(first), 1));
    assert_eq!(code(&resolve(&office, first, NewJoin::Same(second)).unwrap_err()), "patient-merged");
    assert_eq!(code(&resolve(&office, second, NewJoin::Apart(second)).unwrap_err()), "patient-not-merged");
    resolve(&office, second, NewJoin::Apart(first)).unwrap();
    let after = office.rows().patients;
    for (id, patient) in before {
        let same = Patient { version: after[&id].version, ..patient };
        assert_eq!(after[&id].absorbed, same.absorbed);
        assert_eq!(after[&id].merged_into, same.merged_into);
        assert_eq!(after[&id].traits, same.traits);
    }
    assert_eq!(code(&resolve(&office, second, NewJoin::Apart(first)).unwrap_err()), "patient-not-merged");
}

#[test]
fn a_chain_of_joinings_comes_apart_at_any_of_its_links() {
    let office = Office::open();
    let phones = [FIRST, OTHER, "06 39 98 00 03"];
    let records: Vec<PatientId> =
        phones.iter().map(|phone| patient(&office, over(&office, "Petit", "Anne", "1960-06-06", phone))).collect();
    resolve(&office, records[0], NewJoin::Same(records[1])).unwrap();
    resolve(&office, records[1], NewJoin::Same(records[2])).unwrap();
    let names = |office: &Office, id: PatientId| office.rows().patients[&id].all_names().len();
    assert_eq!(names(&office, records[2]), 3);
    resolve(&office, records[0], NewJoin::Apart(records[1])).unwrap();
    assert_eq!((names(&office, records[2]), names(&office, records[1]), names(&office, records[0])), (2, 1, 1));
    resolve(&office, records[1], NewJoin::Apart(records[2])).unwrap();
    assert_eq!((names(&office, records[2]), names(&office, records[1])), (1, 1));
}

#[test]
fn a_search_needs_a_date_or_a_number_and_is_written_down() {
    let office = Office::open();
    over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST);
    over(&office, "Roux", "Paul", "1988-03-07", OTHER);
    let names =
        |wanted| -> Vec<String> { search(&office, wanted).unwrap().into_iter().map(|one| one.traits.family).collect() };
    assert_eq!(names(born("1988-03-07", "")), ["Lefèvre", "Roux"]);
    assert_eq!(names(born("1988-03-07", "LÉF")), ["Lefèvre"]);
    assert_eq!(names(born("1988-03-07", "pau")), ["Roux"]);
    assert!(names(born("1988-03-08", "lef")).is_empty());
    let number = |phone: &str| PatientSearch { phone: Some(phone.to_owned()), ..PatientSearch::default() };
    assert_eq!(names(number("+33 6 39 98 00 02")), ["Roux"]);
    assert_eq!(names(PatientSearch { phone: Some(FIRST.to_owned()), ..born("1988-03-07", "") }), ["Lefèvre"]);
    for nothing in [PatientSearch::default(), born("1988", "lef"), born("", "lef"), number("15")] {
        assert_eq!(code(&search(&office, nothing).unwrap_err()), "invalid");
    }
    assert_eq!(office.journal("patient.searched"), 6);
}

fn change(patient: &Patient, trust: Option<IdentityTrust>) -> NewPatient {
    let mut traits = patient.traits.clone();
    traits.sex = Some(Sex::Female);
    traits.birth_place = Some("75120".to_owned());
    let (phones, email) = (patient.phones.clone(), patient.email.clone());
    let change = Change {
        traits,
        phones,
        email,
        relations: Vec::new(),
        preferences: patient.preferences.clone(),
        deceased: patient.deceased,
        trust,
        reason: "carte d'identité vue au cabinet".to_owned(),
    };
    NewPatient { version: patient.version, change }
}

#[test]
fn trust_is_raised_by_those_who_see_the_patient_and_lost_with_another_trait() {
    let office = Office::open();
    let id = patient(&office, over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST));
    let now = || office.rows().patients[&id].clone();
    let write =
        |new: NewPatient, actor: &Actor| block_on(office.reception.patients.change(&office.practice, id, new, actor));
    let validated = Some(IdentityTrust::Validated);
    assert_eq!(code(&write(change(&now(), validated), &secretary()).unwrap_err()), "practice-only");
    let mut wordless = change(&now(), validated);
    wordless.change.reason = "vue".to_owned();
    assert_eq!(code(&write(wordless, &doctor()).unwrap_err()), "invalid");
    let mut partial = change(&now(), validated);
    partial.change.traits.birth_place = None;
    assert_eq!(code(&write(partial, &doctor()).unwrap_err()), "invalid");
    let stale = NewPatient { version: now().version - 1, ..change(&now(), validated) };
    assert_eq!(code(&write(stale, &doctor()).unwrap_err()), "conflict");
    let checked = write(change(&now(), validated), &doctor()).unwrap();
    assert_eq!(
        (checked.trust, checked.trust_set.as_ref().map(|set| set.by.clone())),
        (IdentityTrust::Validated, Some(doctor().subject))
    );
    // A contact changes no trait and no trust, whatever it tells.
    over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST);
    assert_eq!(now(), checked);
    // A secretary may correct a number, and a name: then it is only said again.
    let mut number = change(&now(), None);
    number.change.phones.push("+33639980009".to_owned());
    assert_eq!(write(number, &secretary()).unwrap().trust, IdentityTrust::Validated);
    let mut name = change(&now(), None);
    name.change.traits.family = "Lefevre".to_owned();
    let renamed = write(name, &secretary()).unwrap();
    assert_eq!((renamed.trust, renamed.trust_set), (IdentityTrust::Provisional, None));
    let admin = Actor { role: Role::PracticeAdmin, ..doctor() };
    assert!(write(change(&now(), Some(IdentityTrust::Qualified)), &admin).is_ok());
}

#[test]
fn the_next_call_of_the_same_patient_shows_what_is_owed() {
    let office = Office::open();
    over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST);
    office.plan.next(Effect::Triage, Fault::Refused);
    let first = office.receive(said("Lefèvre", "Chloé", "1988-03-07", FIRST));
    let promise = first.commitments[0].clone();
    let next = office.receive(said("Lefèvre", "Chloé", "1988-03-07", FIRST));
    assert_eq!(next.owed.iter().map(|one| one.id).collect::<Vec<_>>(), [promise.id]);
    assert!(has_banner(&next, "promise-open"));
    let other = ring(&office, None, said("Roux", "Paul", "1970-01-01", OTHER));
    assert!(other.owed.is_empty() && !has_banner(&other, "promise-open"));
}

#[test]
fn the_same_number_shows_what_is_owed_before_any_name_is_told() {
    let office = Office::open();
    office.plan.next(Effect::Triage, Fault::Refused);
    let first = ring(&office, Some("+33639980001"), everything("consultation"));
    let next = ring(&office, Some("+33639980001"), vec![]);
    assert_eq!((next.earlier.clone(), next.owed_at_origin.len()), (vec![first.contact], 1));
    assert!(has_banner(&next, "promise-open-at-origin"));
    assert!(next.owed.is_empty() && !has_banner(&next, "promise-open"), "nobody knows to whom");
}

/// A family, or a home, has one number.
#[test]
fn what_is_owed_to_another_patient_of_the_same_number_is_shown_to_nobody() {
    let office = Office::open();
    let number = Some("+33639980001");
    over(&office, "Petit", "Anne", "1952-03-04", FIRST);
    over(&office, "Petit", "Jean", "1950-01-02", FIRST);
    office.plan.next(Effect::Triage, Fault::Refused);
    let hers = ring(&office, number, said("Petit", "Anne", "1952-03-04", FIRST));
    assert_eq!(hers.commitments.len(), 1);
    let his = ring(&office, number, said("Petit", "Jean", "1950-01-02", FIRST));
    assert!(his.owed.is_empty() && his.owed_at_origin.is_empty(), "{:?}", his.banners);
    assert!(!his.earlier.contains(&hers.contact));
    let unnamed = ring(&office, number, vec![]);
    assert_eq!((unnamed.owed.len(), unnamed.owed_at_origin.len()), (0, 1));
}

#[test]
fn records_that_are_quite_the_same_are_not_added_to() {
    let office = Office::open();
    over(&office, "Petit", "Jean", "1950-01-02", FIRST);
    over(&office, "Petit", "Jean", "1950-01-02", OTHER);
    let mut facts = said("Petit", "Jean", "1950-01-02", FIRST);
    facts.retain(|one| one.key != keys::CALLER_PHONE);
    for _ in 0..3 {
        let view = office.receive(facts.clone());
        let new = NewClosing {
            recap: RecapOutcome::Confirmed,
            statements: vec![],
            overriding: Some(cut_off("aucun numéro à lui")),
        };
        office.close_with(view.contact, new).expect("closed");
        let Link::Doubtful { candidates } = link(&office, view.contact) else {
            panic!("{:?}", link(&office, view.contact))
        };
        assert_eq!(candidates.len(), 2);
    }
    assert_eq!(office.rows().patients.len(), 2);
}

#[test]
fn a_record_that_is_joined_during_a_call_loses_nothing_of_it() {
    let office = Office::open();
    let first = patient(&office, over(&office, "Lefèvre", "Chloé", "1988-03-07", FIRST));
    let second = patient(&office, over(&office, "Martin", "Chloé", "1988-03-07", OTHER));
    let contact = office.receive(said("Martin", "Chloé", "1988-03-07", OTHER)).contact;
    assert_eq!(link(&office, contact).patient(), Some(second));
    resolve(&office, second, NewJoin::Same(first)).unwrap();
    office.tell(contact, vec![text(keys::PATIENT_EMAIL, "chloe@martin.example")]).unwrap();
    office.close(contact).expect("closed");
    assert_eq!(office.rows().patients[&first].phones, ["+33639980001", "+33639980002"]);
}

#[test]
fn a_call_in_which_nobody_is_a_patient_or_too_little_is_told_writes_nobody() {
    let office = Office::open();
    let mut sales = said("Vendeur", "Paul", "1970-01-01", FIRST);
    sales.push(crate::office::choice(keys::CALLER_KIND, "commercial"));
    let contact = office.receive(sales).contact;
    office.close(contact).expect("closed");
    assert!(office.rows().patients.is_empty());
    let bare = office.receive(vec![text(keys::PATIENT_FAMILY, "Roux")]).contact;
    assert_eq!(code(&choose(&office, bare, NewPatientChoice::Somebody).unwrap_err()), "patient-unidentified");
    let nobody = NewPatientChoice::Known(PatientId(uuid::Uuid::nil()));
    assert_eq!(code(&choose(&office, bare, nobody).unwrap_err()), "patient");
    assert!(block_on(office.storage.patient(&office.practice, PatientId(uuid::Uuid::nil()))).unwrap().is_none());
}
