//! What was done in an emergency is kept with its hours, in the journal, on the screen and
//! in what the alert's recipients read.

use futures::executor::block_on;
use greffon_core::flow::{NewClosing, NewContact};
use greffon_core::ids::ContactId;
use greffon_core::model::care::{Value, keys};
use greffon_core::model::contact::{ContactChannel, ContactState, RecapOutcome};
use greffon_core::model::view::ContactView;
use greffon_core::ports::storage::Page;

use crate::office::{Office, choice, code, cut_off, fact, secretary, text};

fn journalled(office: &Office, contact: ContactId) -> Vec<String> {
    let page = Page { limit: 200, cursor: None };
    let journal = block_on(office.reception.reads.audit(&office.practice, Some(contact), &page)).unwrap();
    let mut steps: Vec<String> = journal
        .items
        .into_iter()
        .filter(|event| event.action == "contact.emergency-step")
        .filter_map(|event| event.fields.into_iter().find(|(name, _)| name == "step").map(|(_, step)| step))
        .collect();
    steps.reverse();
    steps
}

fn shown(view: &ContactView) -> String {
    let banner = view.banners.iter().find(|banner| banner.code == "emergency-steps");
    banner.map(|banner| banner.text.to_string()).unwrap_or_default()
}

fn gone() -> NewClosing {
    NewClosing {
        recap: RecapOutcome::NotReached,
        overriding: Some(cut_off("la ligne a coupé")),
        statements: Vec::new(),
    }
}

#[test]
fn each_step_of_an_emergency_has_its_hour_and_is_journalled_once() {
    let office = Office::open();
    let contact = office.receive(vec![text(keys::WORDS, "mon mari ne respire plus")]).contact;
    assert_eq!((shown(&office.look(contact)), journalled(&office, contact).len()), (String::new(), 0), "only asked");
    office.wait_s(60);
    let view = office.tell(contact, vec![fact("red-flag.breathing", Value::Yes)]).unwrap();
    assert!(shown(&view).ends_with("consigne d'appel affichée"), "the answer itself shows it: {}", shown(&view));
    office.wait_s(60);
    office.tell(contact, vec![text(keys::PATIENT_LOCATION, "8 rue des Tanneurs")]).unwrap();
    assert_eq!(code(&office.close_with(contact, gone()).unwrap_err()), "emergency-outcome-missing");
    office.close_with(contact, gone()).unwrap_err();
    let view = office.look(contact);
    let asked: Vec<&str> = view.questions.iter().map(|asked| asked.question.key.as_str()).collect();
    assert_eq!(asked, [keys::EMERGENCY_LINE, keys::CALLER_PHONE, keys::EMERGENCY_OUTCOME], "call back first");
    office.wait_s(60);
    let view = office.tell(contact, vec![choice(keys::EMERGENCY_LINE, "called-back")]).unwrap();
    assert!(view.questions.iter().all(|asked| asked.question.key != keys::EMERGENCY_LINE));
    office.tell(contact, vec![choice(keys::EMERGENCY_OUTCOME, "transferred")]).unwrap();
    let all = ["heard", "shown", "located", "cut", "called-back", "transferred"];
    assert_eq!(journalled(&office, contact), all, "each once, in order");
    let steps = shown(&office.look(contact));
    for step in
        ["entendu · ", "adresse prise · ", "ligne coupée · ", "rappelé, on répond · ", "en ligne avec les secours"]
    {
        assert!(steps.contains(step), "{step} in {steps}");
    }
    office.end_alerts();
    let text = alert_text(&office, contact);
    for step in ["Déroulé : ", "entendu · ", "alerte envoyée · ", "ligne coupée · ", "alerte terminée"] {
        assert!(text.contains(step), "{step} in {text}");
    }
    assert_eq!(office.close_with(contact, gone()).unwrap().state, ContactState::Closed);
    assert_eq!(shown(&office.look(contact)), steps, "and stays");
}

fn alert_text(office: &Office, contact: ContactId) -> String {
    let alert = office.look(contact).alert.unwrap().id;
    block_on(office.reception.reads.alert(&office.practice, alert)).unwrap().text
}

#[test]
fn what_nobody_saw_was_not_shown() {
    let office = Office::open();
    let contact = office.receive(vec![text(keys::WORDS, "mon mari ne respire plus")]).contact;
    // Nobody answers the question, and a job counts the sign.
    office.wait_s(200);
    office.work();
    assert_eq!(journalled(&office, contact), ["heard"]);
    office.tell(contact, vec![text("note", "rappelé")]).unwrap();
    assert_eq!(journalled(&office, contact), ["heard", "shown"], "whoever works on it sees it");
}

#[test]
fn a_line_is_cut_or_called_back_and_nothing_else() {
    let office = Office::open();
    let contact = office.receive(vec![fact("red-flag.breathing", Value::Yes)]).contact;
    for other in [choice(keys::EMERGENCY_LINE, "?"), text(keys::EMERGENCY_LINE, "cut")] {
        assert_eq!(code(&office.tell(contact, vec![other]).unwrap_err()), "invalid");
    }
    office.tell(contact, vec![choice(keys::EMERGENCY_OUTCOME, "lost")]).unwrap();
    office.tell(contact, vec![choice(keys::EMERGENCY_LINE, "called-back")]).unwrap();
    let refused = office.close(contact).unwrap_err();
    assert_eq!(code(&refused), "emergency-outcome-missing", "who answers again is not lost");
}

/// Whoever stands at the counter has no line that could be cut: nobody is asked to call back.
#[test]
fn only_a_call_is_cut() {
    let office = Office::open();
    for (channel, cut) in [(ContactChannel::Phone, 1), (ContactChannel::Counter, 0), (ContactChannel::Chat, 0)] {
        let facts = vec![fact("red-flag.breathing", Value::Yes)];
        let new = NewContact { channel, origin: None, facts, about: None };
        let view = block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).unwrap();
        office.close_with(view.contact, gone()).unwrap_err();
        let facts = &office.rows().contacts[&view.contact].facts;
        let lines = facts.iter().filter(|fact| fact.key == keys::EMERGENCY_LINE).count();
        assert_eq!(lines, cut, "{channel:?}");
    }
}
