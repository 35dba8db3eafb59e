//! How a contact ends, and what keeps it from ending.

use futures::executor::block_on;
use greffon_core::flow::{FlowError, NewClosing, NewContact, NewOverride};
use greffon_core::model::care::{Level, Value, keys};
use greffon_core::model::contact::{ContactChannel, ContactState, OverrideCode, RecapOutcome};
use greffon_core::model::script::View;

use crate::office::{Office, choice, code, cut_off, doctor, everything, fact, secretary, text};

/// R8, whatever the script thinks of it: without them nobody can call back.
#[test]
fn nobody_closes_a_contact_without_saying_for_whom_and_where_to_call_back() {
    let office = Office::open();
    office.plugins.fakes.set_script(|_| {
        Ok(Ok(View { prompts: vec![], missing: vec![], may_close: true, recap: None, effects: vec![] }))
    });
    let without = |left_out: &[&str]| {
        let kept = everything("certificat").into_iter().filter(|fact| !left_out.contains(&fact.key.as_str())).collect();
        let new = NewContact { channel: ContactChannel::Counter, origin: None, facts: kept, about: None };
        block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).unwrap()
    };
    for left_out in [
        &[keys::PATIENT_FAMILY][..],
        &[keys::PATIENT_GIVEN],
        &[keys::MOTIVE, keys::WORDS],
        &[keys::CALLER_PHONE, keys::PATIENT_EMAIL],
    ] {
        let view = without(left_out);
        assert!(
            view.close_blockers.contains(&"identity-missing".to_owned()),
            "{left_out:?}: {:?}",
            view.close_blockers
        );
    }
    assert!(without(&[keys::CALLER_PHONE]).may_close, "an address is enough");
}

#[test]
fn a_reason_is_of_the_list_and_another_one_is_for_who_answers_for_it() {
    let office = Office::open();
    let contact = office.receive(vec![text(keys::WORDS, "bonjour")]).contact;
    let closing = |code| NewClosing {
        recap: RecapOutcome::NotReached,
        statements: vec![],
        overriding: Some(NewOverride { code, words: "rien de tout cela".to_owned() }),
    };
    let refused = office.close_with(contact, closing(OverrideCode::Other)).unwrap_err();
    assert_eq!(code(&refused), "supervisor-only");
    let by = |actor| {
        block_on(office.reception.contacts.close(&office.practice, contact, closing(OverrideCode::Other), &actor))
    };
    by(doctor()).unwrap();
    let outcome = office.rows().contacts[&contact].outcome.clone().unwrap();
    assert_eq!(outcome.override_code, Some(OverrideCode::Other));
}

#[test]
fn missing_facts_keep_a_contact_open_unless_there_is_a_reason() {
    let office = Office::open();
    let mut facts = everything("consultation");
    facts.retain(|fact| fact.key != keys::PATIENT_FAMILY);
    let view = office.receive(facts);
    assert_eq!(view.close_blockers, ["identity-missing", "facts-missing"]);
    assert_eq!(code(&office.close(view.contact).unwrap_err()), "identity-missing");
    let new = NewClosing {
        recap: RecapOutcome::NotReached,
        statements: vec![],
        overriding: Some(cut_off("la ligne a coupé")),
    };
    let closed = block_on(office.reception.contacts.close(&office.practice, view.contact, new, &secretary())).unwrap();
    assert_eq!(closed.state, ContactState::Closed);
}

#[test]
fn an_outcome_and_a_reason_say_something() {
    let office = Office::open();
    let contact = office.receive(vec![fact("red-flag.chest-pain", Value::Yes)]).contact;
    for outcome in [choice(keys::EMERGENCY_OUTCOME, "?"), text(keys::EMERGENCY_OUTCOME, "transferred")] {
        let refused = office.tell(contact, vec![outcome]).unwrap_err();
        assert!(matches!(refused, FlowError::Invalid { .. }), "{refused:?}");
    }
    office.tell(contact, vec![choice(keys::EMERGENCY_OUTCOME, "called")]).unwrap();
    office.end_alerts();
    let with = |reason: &str| NewClosing {
        recap: RecapOutcome::Confirmed,
        overriding: Some(cut_off(reason)),
        statements: Vec::new(),
    };
    for reason in ["", "x", "   x   y ", "ne veut"] {
        let refused = office.close_with(contact, with(reason)).unwrap_err();
        assert!(matches!(refused, FlowError::Invalid { .. }), "{reason:?}: {refused:?}");
    }
    office.close_with(contact, with("elle a raccroché")).unwrap();
}

/// The caller said it, nobody asked, and the line is dead.
#[test]
fn a_call_that_is_cut_counts_with_what_was_said_and_not_asked() {
    let office = Office::open();
    let view =
        office.receive(vec![text(keys::WORDS, "mon mari ne respire plus"), choice(keys::PRACTITIONER, "dr-martin")]);
    assert_eq!((view.level, view.questions[0].question.key.as_str()), (None, "red-flag.breathing"));
    let cut = || NewClosing {
        recap: RecapOutcome::NotReached,
        overriding: Some(cut_off("la ligne a coupé")),
        statements: Vec::new(),
    };
    assert_eq!(code(&office.close_with(view.contact, cut()).unwrap_err()), "emergency-outcome-missing");
    let view = office.look(view.contact);
    assert_eq!((view.level, view.state), (Some(Level::Vital), ContactState::Concluded));
    let reasons = view.assessment.unwrap().reasons;
    let heard = reasons.iter().find(|reason| reason.rule == "heard.breathing").expect("S15: it says why");
    assert!(heard.text.contains("respirer") || heard.text.contains("respiration"), "and names the sign: {heard:?}");
    office.work();
    assert_eq!(office.sent_to("dr-martin@tilleuls.example").len(), 1, "the practitioner is alerted at once");
    office.tell(view.contact, vec![choice(keys::EMERGENCY_OUTCOME, "lost")]).unwrap();
    office.end_alerts();
    assert_eq!(office.close_with(view.contact, cut()).unwrap().state, ContactState::Closed);
}

#[test]
fn whoever_wants_a_paper_is_asked_whether_they_are_ill_before_the_end() {
    let office = Office::open();
    let mut facts = everything("certificat");
    facts.retain(|fact| fact.key != keys::RED_FLAGS_ALL);
    let contact = office.receive(facts).contact;
    assert_eq!(office.look(contact).close_blockers, ["red-flags-unanswered"]);
    assert_eq!(code(&office.close(contact).unwrap_err()), "red-flags-unanswered");
    office.tell(contact, vec![fact(keys::RED_FLAGS_ALL, Value::No)]).unwrap();
    assert_eq!(office.close(contact).unwrap().state, ContactState::Closed);
}

#[test]
fn a_request_that_was_not_read_back_ends_with_a_reason_where_somebody_could_be_asked() {
    let office = Office::open();
    let unread = || NewClosing { recap: RecapOutcome::NotReached, statements: vec![], overriding: None };
    let contact = office.triaged();
    assert_eq!(code(&office.close_with(contact, unread()).unwrap_err()), "recap-missing");
    let because = NewClosing { overriding: Some(cut_off("la ligne a coupé")), ..unread() };
    office.close_with(contact, because).unwrap();
    // Nobody can be read anything by a form.
    let new = NewContact { channel: ContactChannel::Form, origin: None, facts: everything("certificat"), about: None };
    let form = block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).unwrap().contact;
    office.close_with(form, unread()).unwrap();
}
