//! What is said to whoever is on the line, and what a script is given to say.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use greffon_core::flow::{Disclosed, Flow, NewContact, NewFact, NewMove};
use greffon_core::ids::ContactId;
use greffon_core::model::audit::Actor;
use greffon_core::model::care::{Source, Value, keys};
use greffon_core::model::contact::ContactChannel;
use greffon_core::model::disclosure::{CheckedBy, Information, Needs, Relation, Verdict, Verified};
use greffon_core::model::patient;
use greffon_core::model::script::{Phase, Prompt, Session, View};
use greffon_core::model::view::ContactView;
use greffon_simulation::{Effect, Fault};

use crate::office::{Office, choice, code, doctor, everything, fact, secretary, text};

const BORN: &str = "1988-03-07";
const HER: &str = "06 12 34 56 78";
const MOTHER: &str = "06 39 98 00 02";
const SECRET: &str = "reprendre le traitement lundi";

/// A whole call for Jeanne, who is in the registry from then on.
fn registered(office: &Office) -> ContactId {
    let contact = office.receive(said("patient")).contact;
    office.close(contact).expect("closed");
    contact
}

fn said(kind: &str) -> Vec<NewFact> {
    let theirs = [choice(keys::CALLER_KIND, kind), fact(keys::PATIENT_BIRTH_DATE, Value::Date(BORN.to_owned()))];
    everything("consultation").into_iter().chain(theirs).collect()
}

/// A call for Jeanne from this number.
fn ring(office: &Office, origin: &str, facts: Vec<NewFact>) -> ContactView {
    let new = NewContact { channel: ContactChannel::Phone, origin: Some(origin.to_owned()), facts, about: None };
    block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).expect("received")
}

/// Somebody else calls for Jeanne, and gives no number that she has.
fn other(office: &Office, kind: &str, origin: &str) -> ContactView {
    let facts = said(kind).into_iter().filter(|one| one.key != keys::CALLER_PHONE).collect();
    ring(office, origin, facts)
}

fn disclose(office: &Office, contact: ContactId, what: Information, actor: &Actor) -> Flow<Disclosed> {
    block_on(office.reception.contacts.disclose(&office.practice, contact, what, actor))
}

fn mother(may_be_told: bool, must_not_be_told: bool) -> patient::Relation {
    patient::Relation {
        kind: "parent".to_owned(),
        name: "Anne Dupont".to_owned(),
        phone: Some(MOTHER.to_owned()),
        may_be_told,
        must_not_be_told,
    }
}

/// A script that says all that it is given.
fn tells_all(office: &Office) -> Arc<Mutex<Vec<Session>>> {
    let seen: Arc<Mutex<Vec<Session>>> = Arc::default();
    let given = seen.clone();
    office.plugins.fakes.set_script(move |session| {
        given.lock().unwrap().push(session.clone());
        let spoken = format!("{:?} {:?} {:?}", session.facts, session.appointment, session.commitments);
        let prompt = Prompt { phase: Phase::ReadBack, spoken, hint: None, asks: Vec::new(), guide_seconds: None };
        Ok(Ok(View { prompts: vec![prompt], missing: Vec::new(), may_close: true, recap: None, effects: Vec::new() }))
    });
    seen
}

fn heard(view: &ContactView) -> String {
    view.prompts.iter().map(|prompt| prompt.spoken.as_str()).collect()
}

#[test]
fn a_script_that_tells_all_tells_nothing_that_may_not_be_said() {
    for (kind, shown, tells_answer) in [
        ("patient", Some("Consultation"), true),
        // May have it moved, and so knows of it; not what it is for.
        ("professional", Some("un rendez-vous"), false),
        ("relative", None, false),
        ("unknown", None, false),
    ] {
        let office = Office::open();
        registered(&office);
        let first = ring(&office, HER, said("patient")).contact;
        let id = office.booked(first, "op-1").booking.appointment.expect("confirmed");
        office.work();
        let start = office.rows().appointments.values().next().unwrap().held.span.start.plus_minutes(60);
        let sessions = tells_all(&office);
        let contact = match kind {
            "patient" => ring(&office, HER, said(kind)).contact,
            _ => other(&office, kind, MOTHER).contact,
        };
        // In this call the practitioner answers, the desk looks her up, and the appointment is
        // moved by whoever may do that for anybody.
        let answer = NewFact { source: Some(Source::Clinician), ..text("answer.text", SECRET) };
        let known = NewFact { source: Some(Source::Operator), ..fact(keys::PATIENT_KNOWN, Value::Yes) };
        let told = vec![answer, known];
        block_on(office.reception.contacts.advance(&office.practice, contact, told, &doctor())).expect("written down");
        let new = NewMove {
            op_id: "op-2".into(),
            contact: Some(contact),
            start,
            agenda: None,
            slot_handle: None,
            slot_version: None,
        };
        block_on(office.reception.appointments.move_to(&office.practice, &id, new, &doctor())).expect("moved");
        let view = block_on(office.reception.contacts.resume(&office.practice, contact, &secretary())).unwrap();
        assert_eq!(heard(&view).contains(SECRET), tells_answer, "{kind}");
        let given = sessions.lock().unwrap().last().cloned().unwrap();
        let known = given.facts.iter().rfind(|one| one.key == keys::PATIENT_KNOWN).unwrap();
        assert_eq!(known.value == Value::Yes, tells_answer, "{kind}");
        assert_eq!(given.appointment.as_ref().map(|one| one.motive.as_str()), shown, "{kind}");
        assert!(shown == Some("Consultation") || given.appointment.is_none_or(|one| one.documents.is_empty()));
    }
}

#[test]
fn what_is_booked_in_the_call_is_read_back_whoever_booked_it() {
    let office = Office::open();
    registered(&office);
    let sessions = tells_all(&office);
    let contact = other(&office, "relative", MOTHER).contact;
    office.booked(contact, "op-1");
    let given = sessions.lock().unwrap().last().cloned().unwrap();
    assert!(given.appointment.is_some_and(|shown| shown.motive == "Consultation"));
}

#[test]
fn each_question_is_answered_by_the_host_and_written_down_without_its_content() {
    let office = Office::open();
    registered(&office);
    let hers = ring(&office, HER, said("patient"));
    let mark = |view: &ContactView, one| view.may_say.mark(one).unwrap().verdict;
    assert_eq!(hers.may_say.standing.verified, Verified::Recognised);
    assert_eq!(mark(&hers, Information::Answer), Verdict::Allowed);
    assert_eq!(mark(&hers, Information::Result), Verdict::Refused);
    let made = disclose(&office, hers.contact, Information::AppointmentTime, &secretary()).expect("may be said");
    assert_eq!((made.standing.relation, made.standing.verified), (Relation::Patient, Verified::Recognised));
    let refused = disclose(&office, hers.contact, Information::Result, &secretary()).unwrap_err();
    assert_eq!(code(&refused), "not-told");
    let far = other(&office, "patient", MOTHER);
    assert_eq!(mark(&far, Information::Answer), Verdict::After(Needs::Recognised));
    assert_eq!(code(&disclose(&office, far.contact, Information::Answer, &secretary()).unwrap_err()), "verify-first");
    let sister = other(&office, "relative", MOTHER);
    assert_eq!(
        code(&disclose(&office, sister.contact, Information::Appointment, &secretary()).unwrap_err()),
        "not-told"
    );
    disclose(&office, sister.contact, Information::Appointment, &doctor()).expect("a practitioner decides");
    let lines: Vec<_> = office
        .rows()
        .audit
        .into_iter()
        .filter(|one| one.action.starts_with("disclosure."))
        .map(|one| {
            let fields: Vec<String> = one.fields.into_iter().map(|(_, value)| value).collect();
            format!("{} {} {}", one.action, one.actor.subject, fields.join(" "))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "disclosure.made secretary-1 appointment-time patient recognised",
            "disclosure.refused secretary-1 result patient recognised",
            "disclosure.refused secretary-1 answer patient matched",
            "disclosure.refused secretary-1 appointment relative matched",
            "disclosure.decided dr-martin appointment relative matched",
        ]
    );
    office.close(hers.contact).unwrap();
    assert_eq!(
        code(&disclose(&office, hers.contact, Information::Promise, &secretary()).unwrap_err()),
        "contact-closed"
    );
}

#[test]
fn a_relation_that_a_person_wrote_down_raises_what_is_said_and_a_no_ends_it() {
    let office = Office::open();
    let first = registered(&office);
    let allows = |kind: &str, name: &str, origin: &str| {
        let view = other(&office, kind, origin);
        let told = office.tell(view.contact, vec![text(keys::CALLER_NAME, name)]).unwrap();
        (told.may_say.standing.relation, told.may_say.allows(Information::AppointmentTime))
    };
    assert_eq!(allows("relative", "Anne Dupont", MOTHER), (Relation::Relative, false));
    office.write_record(first, |record| record.relations = vec![mother(true, false)]);
    assert_eq!(allows("relative", "Anne Dupont", MOTHER), (Relation::Trusted, true));
    assert_eq!(allows("relative", "Anne Dupont", "06 39 98 00 05"), (Relation::Relative, false));
    assert_eq!(allows("relative", "Julie Martin", MOTHER), (Relation::Relative, false));
    office.write_record(first, |record| record.relations = vec![mother(false, true)]);
    for (kind, name, origin) in [
        ("relative", "Anne Dupont", MOTHER),
        ("relative", "Julie Martin", "06 39 98 00 05"),
        ("patient", "Jeanne Dupont", MOTHER),
        ("professional", "Anne Dupont", "06 39 98 00 05"),
    ] {
        assert_eq!(allows(kind, name, origin), (Relation::Excluded, false), "{kind} {name}");
    }
    let view = other(&office, "relative", MOTHER);
    let said = view.may_say.mark(Information::Appointment).unwrap().instead.clone().unwrap();
    assert!(!said.fr().contains("ne veut pas"), "{said}");
    assert!(view.may_say.notes.iter().any(|note| note.fr().contains("ne veut pas")), "{:?}", view.may_say.notes);
}

#[test]
fn a_check_counts_until_another_patient_is_told_of() {
    let office = Office::open();
    registered(&office);
    let nurse = other(&office, "professional", MOTHER);
    assert!(!nurse.may_say.allows(Information::ResultsArrived));
    let check = |contact| {
        block_on(office.reception.contacts.check_identity(
            &office.practice,
            contact,
            CheckedBy::CalledBack,
            &secretary(),
        ))
    };
    let checked = check(nurse.contact).expect("written down");
    assert!(checked.may_say.allows(Information::ResultsArrived));
    let other_one = office.tell(nurse.contact, vec![text(keys::PATIENT_GIVEN, "Paul")]).unwrap();
    assert!(!other_one.may_say.allows(Information::ResultsArrived));
    assert_eq!(code(&check(nurse.contact).unwrap_err()), "patient-unidentified", "it is not known whose matter it is");
    assert_eq!(office.journal("contact.identity-checked"), 1);
}

#[test]
fn a_promise_of_before_is_shown_with_whether_it_may_be_told() {
    let office = Office::open();
    registered(&office);
    office.plan.next(Effect::Triage, Fault::Refused);
    assert_eq!(office.receive(said("patient")).commitments.len(), 1, "somebody decides");
    let promise = |view: &ContactView| {
        let banner = view.banners.iter().find(|banner| banner.code == "promise-open");
        banner.map(|banner| banner.text.fr().to_owned()).expect("shown to whoever holds the line")
    };
    assert!(!promise(&ring(&office, HER, said("patient"))).contains("cet appelant"));
    assert!(promise(&other(&office, "relative", MOTHER)).contains("n'en dites rien à cet appelant"));
}
