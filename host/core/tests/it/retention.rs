//! What is kept for how long, and what removes it.

use futures::executor::block_on;
use greffon_core::flow::{NewContact, NewJoin, NewMove, Removed};
use greffon_core::ids::{ContactId, PatientId};
use greffon_core::jobs::Jobs;
use greffon_core::model::audit::{Actor, Role};
use greffon_core::model::care::{Value, keys};
use greffon_core::model::contact::{ContactChannel, ContactState};
use greffon_core::model::intent::{Appointment, IntentState};
use greffon_core::model::trail::Trail;
use greffon_core::ports::clock::Clock as _;
use greffon_simulation::{AgendaStyle, Effect, Fault};

use crate::office::{NOW, Office, booking, doctor, everything, fact, secretary, text};

const DAY_MIN: i64 = 24 * 60;
/// Of the default practice.
const CONTACTS_DAYS: i64 = 730;
const PATIENTS_DAYS: i64 = 1825;

fn purge(office: &Office) -> Removed {
    let actor = Actor { subject: "operator".to_owned(), role: Role::OperatorAdmin };
    block_on(office.reception.retention.purge(&office.practice, &actor)).expect("purged")
}

fn days(office: &Office, days: i64) {
    office.clock.set(office.clock.now().plus_minutes(days * DAY_MIN));
}

/// A contact of a patient, from its first word to its end.
fn over(office: &Office, family: &str, born: &str) -> ContactId {
    let theirs = [text(keys::PATIENT_FAMILY, family), fact(keys::PATIENT_BIRTH_DATE, Value::Date(born.to_owned()))];
    let contact = office.receive(everything("consultation").into_iter().chain(theirs).collect()).contact;
    office.close(contact).expect("closed");
    contact
}

fn patient(office: &Office, contact: ContactId) -> PatientId {
    office.rows().contacts[&contact].patient.patient().expect("registered")
}

/// How much of a practice names a person.
fn left(office: &Office) -> [usize; 7] {
    let rows = office.rows();
    [
        rows.contacts.len(),
        rows.views.len(),
        rows.intents.len(),
        rows.appointments.len(),
        rows.commitments.len(),
        rows.messages.len(),
        rows.patients.len(),
    ]
}

#[test]
fn each_class_goes_when_its_time_has_come() {
    let office = Office::open();
    let contact = office.triaged();
    office.booked(contact, "op-1");
    office.close(contact).expect("closed");
    office.news_leaves();
    let [contacts, _, intents, appointments, _, messages, patients] = left(&office);
    assert_eq!((contacts, intents, appointments, patients), (1, 1, 1, 1));
    assert!(messages > 0);
    assert!(purge(&office).is_nothing());

    days(&office, 366);
    assert_eq!(purge(&office), Removed { messages: messages as u64, ..Removed::default() });
    days(&office, CONTACTS_DAYS - 366 + 2);
    assert_eq!(purge(&office), Removed { contacts: 1, ..Removed::default() });
    assert_eq!(left(&office), [0, 0, 0, 0, 0, 0, 1]);
    days(&office, PATIENTS_DAYS - CONTACTS_DAYS);
    assert_eq!(purge(&office), Removed { patients: 1, ..Removed::default() });
    assert_eq!(left(&office), [0; 7]);
    let kept: Vec<_> = office.rows().audit.into_iter().map(|event| event.action).collect();
    for told in ["contact.received", "messages.removed", "contact.removed", "patient.removed"] {
        assert!(kept.iter().any(|action| action == told), "the journal is kept: {told}");
    }
}

#[test]
fn a_time_to_come_keeps_its_contact() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| practice.retention.contacts_days = 90);
    let contact = office.triaged();
    let slot = office.slots(contact).pop().expect("a slot");
    office.book(contact, booking(&slot, "op-1")).expect("booked");
    office.close(contact).expect("closed");
    office.work();
    // To the minute, on both sides of the end of the appointment.
    let end = slot.slot.span.end;
    assert!(end > NOW.plus_minutes(60));
    office.clock.set(end.plus_minutes(90 * DAY_MIN));
    assert_eq!(purge(&office).contacts, 0);
    office.clock.set(end.plus_minutes(90 * DAY_MIN + 1));
    assert_eq!(purge(&office).contacts, 1);
}

#[test]
fn what_still_has_to_happen_is_never_old() {
    let office = Office::open();
    // One that nobody closed, and one with a promise that nobody kept.
    let open = office.triaged();
    office.plan.next(Effect::Triage, Fault::Refused);
    let promised = office.receive(everything("consultation")).contact;
    office.close(promised).expect("closed");
    let closed = over(&office, "Petit", "1950-01-02");
    office.wait_s(3 * 86_400);
    days(&office, 20 * 365);
    assert_eq!(purge(&office).contacts, 1);
    let rows = office.rows();
    assert!(!rows.contacts.contains_key(&closed));
    assert!(rows.contacts.contains_key(&open) && rows.contacts.contains_key(&promised));
    assert_eq!(rows.commitments.len(), 1, "the promise is still seen");
    assert!(rows.patients.contains_key(&patient(&office, promised)), "so is whom it is about");
}

#[test]
fn a_practice_that_holds_loses_nothing() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| practice.retention.hold = true);
    over(&office, "Petit", "1950-01-02");
    office.work();
    days(&office, 30 * 365);
    let before = left(&office);
    assert!(purge(&office).is_nothing());
    assert_eq!(left(&office), before);
    office.reload(|practice| practice.practice.retention.hold = false);
    assert!(!purge(&office).is_nothing());
}

#[test]
fn a_patient_is_kept_from_the_last_contact_on() {
    let office = Office::open();
    let first = over(&office, "Petit", "1950-01-02");
    let known = patient(&office, first);
    days(&office, 3 * 365);
    let second = over(&office, "Petit", "1950-01-02");
    assert_eq!(patient(&office, second), known);
    purge(&office);
    assert!(!office.rows().contacts.contains_key(&first) && office.rows().contacts.contains_key(&second));
    // The second contact goes; the patient stays for five years after it, not after the first.
    days(&office, 3 * 365);
    purge(&office);
    assert!(office.rows().contacts.is_empty());
    assert!(office.rows().patients.contains_key(&known));
    days(&office, 2 * 365 + 1);
    assert_eq!(purge(&office).patients, 1);
}

#[test]
fn a_patient_who_goes_leaves_no_name_with_those_who_resemble() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| practice.retention.patients_days = 800);
    let old = patient(&office, over(&office, "Petit", "1950-01-02"));
    days(&office, 700);
    let new = NewContact {
        channel: ContactChannel::Phone,
        origin: None,
        facts: everything("consultation")
            .into_iter()
            .chain([
                text(keys::PATIENT_FAMILY, "Petitt"),
                fact(keys::PATIENT_BIRTH_DATE, Value::Date("1950-01-02".to_owned())),
            ])
            .collect(),
        about: None,
    };
    let contact =
        block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).expect("received").contact;
    office.close(contact).expect("closed");
    let doubtful = patient(&office, contact);
    assert_eq!(office.rows().patients[&doubtful].resembles, [old]);
    days(&office, 101);
    purge(&office);
    let rows = office.rows();
    assert!(!rows.patients.contains_key(&old));
    assert!(rows.patients[&doubtful].resembles.is_empty(), "nobody is asked about who is gone");
}

#[test]
fn it_is_done_every_night_and_once_only() {
    let office = Office::open();
    over(&office, "Petit", "1950-01-02");
    office.work();
    let jobs = Jobs::new(office.reception.clone());
    assert_eq!(block_on(jobs.enqueue_purges()).unwrap(), 1);
    assert_eq!(block_on(jobs.enqueue_purges()).unwrap(), 0, "one for a practice");
    // Tuesday 9:00 in Paris; the next night is 18 hours and 20 minutes away.
    assert_eq!(office.storage.next_due(), Some(NOW.plus_minutes(18 * 60 + 20)));
    office.wait_s(19 * 3600);
    assert_eq!(office.storage.next_due(), Some(NOW.plus_minutes(42 * 60 + 20)), "and so is the one after");
    office.clock.set(NOW.plus_minutes(CONTACTS_DAYS * DAY_MIN));
    let jobs = office.storage.jobs().len();
    office.work();
    office.wait_s(2 * 86_400);
    assert!(office.rows().contacts.is_empty());
    assert_eq!(office.storage.jobs().len(), jobs);
}

/// More than a page, with some that must stay before and between those that go.
#[test]
fn many_go_and_none_that_must_stay() {
    let mut office = Office::open();
    let mut stay = Vec::new();
    for at in 0..230 {
        let contact = office.receive(everything("consultation")).contact;
        if at < 110 || at % 40 == 0 { stay.push(contact) } else { drop(office.close(contact).expect("closed")) }
    }
    days(&office, 10 * 365);
    office.restart();
    let removed = purge(&office);
    assert_eq!(removed.contacts, 230 - stay.len() as u64);
    assert_eq!(office.rows().contacts.keys().copied().collect::<Vec<_>>(), stay);
}

/// Each part alone keeps the whole.
#[test]
fn a_trail_is_over_when_every_part_of_it_is() {
    let office = Office::open();
    let contact = office.triaged();
    office.booked(contact, "op-1");
    office.close(contact).expect("closed");
    office.work();
    let rows = office.rows();
    let over = Trail {
        contact: rows.contacts[&contact].clone(),
        intents: rows.intents.values().cloned().collect(),
        commitments: Vec::new(),
        appointments: rows.appointments.values().cloned().collect(),
    };
    let before = NOW.plus_minutes(DAY_MIN);
    assert!(over.is_over(before));
    let with = |change: fn(&mut Trail)| {
        let mut trail = over.clone();
        change(&mut trail);
        trail.is_over(NOW.plus_minutes(DAY_MIN))
    };
    let late = "when something of it is later";
    assert!(!with(|trail| trail.contact.state = ContactState::Concluded), "open");
    assert!(!with(|trail| trail.contact.closed_at = Some(NOW.plus_minutes(DAY_MIN))), "{late}");
    assert!(!with(|trail| trail.intents[0].updated_at = NOW.plus_minutes(DAY_MIN)), "{late}");
    assert!(!with(|trail| trail.intents[0].request.span.end = NOW.plus_minutes(DAY_MIN)), "{late}");
    assert!(!with(|trail| trail.intents[0].state = IntentState::Unknown), "what nobody knows");
    assert!(!with(|trail| trail.appointments[0].held.span.end = NOW.plus_minutes(DAY_MIN)), "{late}");
    assert!(!with(|trail| trail.appointments[0].pending = Some(trail.intents[0].id)), "a change is under way");
}

fn moved(office: &Office, contact: Option<ContactId>, minutes: i64) -> Appointment {
    let known = office.rows().appointments.into_values().next().expect("booked");
    let new = NewMove {
        op_id: format!("move-{minutes}").as_str().into(),
        contact,
        start: known.held.span.start.plus_minutes(minutes),
        agenda: None,
        slot_handle: None,
        slot_version: None,
    };
    block_on(office.reception.appointments.move_to(&office.practice, &known.id, new, &doctor())).expect("moved");
    office.work();
    office.rows().appointments.into_values().next().expect("it stands")
}

#[test]
fn an_appointment_goes_with_whoever_moved_it_last() {
    let office = Office::open();
    let first = office.triaged();
    office.booked(first, "op-1");
    office.close(first).expect("closed");
    let second = office.triaged();
    moved(&office, Some(second), 120);
    days(&office, CONTACTS_DAYS + 1);
    assert_eq!(purge(&office).contacts, 1);
    let rows = office.rows();
    assert!(!rows.contacts.contains_key(&first) && rows.contacts.contains_key(&second), "that one is open");
    assert_eq!(rows.appointments.len(), 1);

    // Moved by a doctor, from no call at all: nothing of it is left.
    let office = Office::open();
    let only = office.triaged();
    office.booked(only, "op-1");
    office.close(only).expect("closed");
    let later = moved(&office, None, 7 * DAY_MIN);
    office.clock.set(later.held.span.end.plus_minutes(CONTACTS_DAYS * DAY_MIN));
    assert_eq!(purge(&office).contacts, 0, "its time counts");
    days(&office, 1);
    assert_eq!(purge(&office).contacts, 1);
    assert_eq!(left(&office)[..5], [0; 5]);
}

#[test]
fn a_patient_of_several_records_is_kept_from_the_last_contact_under_any() {
    let office = Office::with(AgendaStyle::Arbitrated, |practice| practice.retention.patients_days = 900);
    let old = patient(&office, over(&office, "Petit", "1950-01-02"));
    days(&office, 300);
    let other = patient(&office, over(&office, "Petitt", "1950-01-02"));
    assert_ne!(old, other);
    let join = block_on(office.reception.patients.resolve(&office.practice, other, NewJoin::Same(old), &doctor()));
    join.expect("joined");
    // Both contacts are gone; the last one was under the record that was joined.
    days(&office, 731);
    assert_eq!(purge(&office), Removed { contacts: 2, ..Removed::default() });
    days(&office, 170);
    assert_eq!(purge(&office).patients, 1);
    assert!(office.rows().patients.is_empty());
}
