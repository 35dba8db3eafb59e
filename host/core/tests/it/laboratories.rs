//! What a laboratory, a nurse or a patient says of a result, and who is told of it when.

use futures::executor::block_on;
use greffon_core::flow::{NewClosing, NewContact, NewFact};
use greffon_core::ids::ContactId;
use greffon_core::model::care::{Level, Value, keys};
use greffon_core::model::contact::{ContactChannel, ContactState, RecapOutcome, find};
use greffon_core::model::laboratory::OwnLimits;
use greffon_core::model::practice::Practice;
use greffon_core::model::script::{CommitmentDraft, Effect, View};
use greffon_core::model::triage::Orientation;
use greffon_core::model::view::ContactView;

use crate::office::{NOW, Office, choice, code, cut_off, fact, secretary, text};

fn caller(kind: &str, words: &str) -> Vec<NewFact> {
    vec![choice(keys::CALLER_KIND, kind), choice(keys::PRACTITIONER, "dr-martin"), text(keys::WORDS, words)]
}

/// A laboratory has called, and said no value.
fn called(office: &Office) -> ContactView {
    office.receive(caller("laboratory", "Bonjour, laboratoire de la Fontaine, j'ai un résultat à transmettre."))
}

fn born(date: &str) -> NewFact {
    fact(keys::PATIENT_BIRTH_DATE, Value::Date(date.to_owned()))
}

fn told(office: &Office, contact: ContactId, value: &str) -> ContactView {
    office.tell(contact, vec![text(keys::LABORATORY_VALUE, value)]).unwrap()
}

/// Why its level is what it is, by rule.
fn rules(office: &Office, contact: ContactId) -> Vec<String> {
    let contact = &office.rows().contacts[&contact];
    let found = find(&office.live(), contact, NOW).reasons;
    let concluded = contact.assessment.iter().flat_map(|assessment| assessment.reasons.clone());
    found.into_iter().chain(concluded).map(|reason| reason.rule).collect()
}

fn why(view: &ContactView) -> String {
    let reasons = view.assessment.iter().flat_map(|assessment| &assessment.reasons);
    reasons.map(|reason| reason.text.clone()).collect::<Vec<_>>().join("\n")
}

fn alerts(office: &Office) -> usize {
    office.rows().alerts.len()
}

#[test]
fn a_potassium_of_7_alerts_at_the_value_and_not_before() {
    let office = Office::open();
    let view = called(&office);
    assert_eq!((view.level, view.state, alerts(&office)), (None, ContactState::Open, 0));
    assert!(view.questions.is_empty(), "nobody is a patient: {:?}", view.questions);
    let view = told(&office, view.contact, "potassium 7,1 mmol/L");
    assert_eq!((view.level, view.state, alerts(&office)), (Some(Level::VeryUrgent), ContactState::Concluded, 1));
    assert!(view.questions.is_empty(), "7,1 mmol/L is no burn: {:?}", view.questions);
    assert!(why(&view).contains("potassium : 7,1 mmol/L (alerte à partir de 6 mmol/L)"), "{}", why(&view));
    office.work();
    let alert = &office.sent_to("dr-martin@tilleuls.example")[0];
    assert!(alert.body.contains("potassium : 7,1 mmol/L"), "{}", alert.body);
}

#[test]
fn a_result_within_the_thresholds_is_told_today_and_wakes_nobody() {
    let office = Office::open();
    let contact = called(&office).contact;
    let view = told(&office, contact, "potassium 4,2 mmol/L");
    assert_eq!((view.level, view.state, alerts(&office)), (Some(Level::SameDay), ContactState::Concluded, 0));
    assert!(why(&view).contains("sans seuil d'alerte franchi, potassium : 4,2 mmol/L"), "{}", why(&view));
    assert!(matches!(view.assessment.as_ref().unwrap().orientation, Orientation::Message(_)));
    assert_eq!(view.commitments.len(), 1, "the practitioner answers");
    office.work();
    assert_eq!(office.sent_to("dr-martin@tilleuls.example").len(), 1, "and is told");
    // Nobody waits for a result that is there.
    office.wait_s(3600);
    assert_eq!(alerts(&office), 0);
}

#[test]
fn what_is_not_read_or_not_confirmed_alerts() {
    for (given, rule) in [
        (text(keys::LABORATORY_VALUE, "résultat critique"), "laboratory.unreadable"),
        (text(keys::LABORATORY_VALUE, "potassium 4,2"), "laboratory.unreadable"),
        (text(keys::LABORATORY_VALUE, "potassium 42 mmol/L"), "laboratory.unreadable"),
        (fact(keys::LABORATORY_VALUE, Value::Unknown), "laboratory.unreadable"),
        (fact(keys::LABORATORY_READ_BACK, Value::No), "laboratory.unconfirmed"),
        (text(keys::LABORATORY_VALUE, "hémoculture positive à cocci"), "laboratory.blood-culture"),
        (text("note", "K à 7,1"), "laboratory.potassium"),
    ] {
        let office = Office::open();
        let contact = called(&office).contact;
        let view = office.tell(contact, vec![given.clone()]).unwrap();
        assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1), "{given:?}");
        let rules = rules(&office, contact);
        assert!(rules.contains(&rule.to_owned()), "{given:?}: {rules:?}");
    }
    let office = Office::open();
    let contact = called(&office).contact;
    told(&office, contact, "potassium 4,2 mmol/L");
    let view = office.tell(contact, vec![fact(keys::LABORATORY_READ_BACK, Value::No)]).unwrap();
    assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1), "{:?}", view.assessment);
}

#[test]
fn what_the_laboratory_said_first_counts_too() {
    let office = Office::open();
    let view = office.receive(caller("laboratory", "Bonjour, un K à 7,1 pour le docteur."));
    assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1));
    let view = told(&office, view.contact, "potassium 4,1 mmol/L");
    assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1));
}

/// S1: a correction raises, and lowers nothing.
#[test]
fn a_corrected_value_raises_and_never_lowers() {
    let office = Office::open();
    let contact = called(&office).contact;
    assert_eq!(told(&office, contact, "K 4,7 mmol/L").level, Some(Level::SameDay));
    assert_eq!(told(&office, contact, "K 7,4 mmol/L").level, Some(Level::VeryUrgent));
    assert_eq!(told(&office, contact, "K 4,7 mmol/L").level, Some(Level::VeryUrgent));
    assert_eq!(alerts(&office), 1);
}

fn cut() -> NewClosing {
    NewClosing {
        recap: RecapOutcome::NotReached,
        overriding: Some(cut_off("la ligne a coupé")),
        statements: Vec::new(),
    }
}

#[test]
fn a_call_that_ends_or_is_silent_without_a_value_alerts() {
    let office = Office::open();
    let contact = called(&office).contact;
    assert_eq!(code(&office.close_with(contact, cut()).unwrap_err()), "alert-open");
    let view = office.look(contact);
    assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1));
    assert!(rules(&office, contact).contains(&"laboratory.missing".to_owned()), "{:?}", rules(&office, contact));
    office.end_alerts();
    assert_eq!(office.close_with(contact, cut()).unwrap().state, ContactState::Closed);

    let office = Office::open();
    let contact = called(&office).contact;
    office.close(contact).unwrap_err();
    assert_eq!((office.look(contact).level, alerts(&office)), (Some(Level::VeryUrgent), 1), "a recap is no value");

    let office = Office::open();
    let contact = called(&office).contact;
    office.wait_s(240);
    assert_eq!(alerts(&office), 0, "names are asked first");
    office.wait_s(90);
    let view = office.look(contact);
    assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1));
    let view = told(&office, contact, "K 4,2 mmol/L");
    assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1), "only a practitioner lowers");
}

#[test]
fn where_nobody_can_be_asked_a_laboratory_without_a_value_alerts_at_once() {
    let written = |value: Option<&str>| {
        let office = Office::open();
        let mut facts = caller("laboratory", "Résultats de votre patiente en pièce jointe.");
        facts.extend(value.map(|value| text(keys::LABORATORY_VALUE, value)));
        let new = NewContact { channel: ContactChannel::Email, origin: None, facts, about: None };
        block_on(office.reception.contacts.receive(&office.practice, new, &secretary())).unwrap().level
    };
    assert_eq!(written(None), Some(Level::VeryUrgent));
    assert_eq!(written(Some("K 4,2 mmol/L")), Some(Level::SameDay));
}

#[test]
fn a_threshold_of_a_child_waits_for_the_birth_date() {
    for (date, level) in [("2026-11-10", Level::VeryUrgent), ("1980-01-01", Level::SameDay)] {
        let office = Office::open();
        let contact = called(&office).contact;
        let view = told(&office, contact, "CRP 40 mg/L");
        assert_eq!((view.level, view.state), (None, ContactState::Open), "nothing is concluded as low");
        let view = office.tell(contact, vec![born(date)]).unwrap();
        assert_eq!(view.level, Some(level), "{date}");
    }
    let office = Office::open();
    let contact = called(&office).contact;
    told(&office, contact, "CRP 40 mg/L");
    assert_eq!(code(&office.close_with(contact, cut()).unwrap_err()), "alert-open", "nobody knows how old");
}

#[test]
fn a_practice_s_own_threshold_counts() {
    let strict = |practice: &mut Practice| {
        practice.laboratory = vec![OwnLimits::new("potassium", Some("mmol/L"), None, Some(5.0)).unwrap()];
    };
    let office = Office::open();
    office.reload(|live| strict(&mut live.practice));
    let contact = called(&office).contact;
    let view = told(&office, contact, "K 5,2 mmol/L");
    assert_eq!((view.level, alerts(&office)), (Some(Level::VeryUrgent), 1));
    assert!(why(&view).contains("alerte à partir de 5 mmol/L"), "{}", why(&view));
}

#[test]
fn a_nurse_and_a_patient_are_heard_as_well() {
    let of = |kind: &str, words: &str| {
        let office = Office::open();
        let view = office.receive(caller(kind, words));
        (view.level, alerts(&office))
    };
    assert_eq!(of("professional", "Infirmière au chevet, le labo donne un K à 7,1."), (Some(Level::VeryUrgent), 1));
    assert_eq!(of("professional", "Infirmière au chevet, le labo donne un K à 4,1."), (Some(Level::SameDay), 0));
    assert_eq!(of("patient", "Bonjour, mon potassium est à 7,1, que faire ?"), (Some(Level::VeryUrgent), 1));
    assert_eq!(of("patient", "Bonjour, mon potassium est à 4,1, merci."), (None, 0));
    assert_eq!(of("unknown", "Ma prise de sang : sodium 115 mmol/L."), (Some(Level::VeryUrgent), 1));
}

/// What stands beside a result is heard all the same, in a laboratory's call as well.
#[test]
fn a_sign_beside_a_result_is_asked_about() {
    let office = Office::open();
    let contact = called(&office).contact;
    let view = told(&office, contact, "K 4,2 mmol/L, et le patient ne respire plus");
    let asked: Vec<&str> = view.questions.iter().map(|asked| asked.question.key.as_str()).collect();
    assert!(asked.contains(&"red-flag.breathing") && !asked.contains(&"red-flag.burn"), "{asked:?}");
    // A patient's own figures go on being signs.
    let view = office.receive(caller("patient", "je suis diabétique, ma glycémie est à 0,4 g/L et je tremble"));
    assert!(
        view.questions.iter().any(|asked| asked.question.key == "red-flag.low-blood-sugar"),
        "{:?}",
        view.questions
    );
}

#[test]
fn a_practitioner_s_word_on_a_result_stands_until_another_one_comes() {
    let office = Office::open();
    let contact = called(&office).contact;
    told(&office, contact, "K 7,1 mmol/L");
    let lower = greffon_core::flow::NewLevel {
        level: Level::Soon,
        reason: "prélèvement hémolysé, refait demain".to_owned(),
    };
    let doctor = crate::office::doctor();
    office.wait_s(60);
    block_on(office.reception.contacts.set_level(&office.practice, contact, lower, &doctor)).unwrap();
    office.wait_s(60);
    let view = office.tell(contact, vec![text("note", "merci docteur")]).unwrap();
    assert!(view.level.is_some_and(|level| !level.at_least(Level::VeryUrgent)), "{:?}", view.level);
    let view = told(&office, contact, "K 7,3 mmol/L");
    assert_eq!(view.level, Some(Level::VeryUrgent));
}

#[test]
fn the_host_s_own_script_asks_for_the_result_and_reads_it_back() {
    let office = Office::open();
    office.plugins.fakes.set_script(|_| Err(greffon_core::ports::plugins::PluginFailure::Trapped("x".to_owned())));
    let view = called(&office);
    assert!(view.missing.contains(&keys::LABORATORY_VALUE.to_owned()), "{:?}", view.missing);
    assert!(!view.missing.contains(&keys::MOTIVE.to_owned()));
    let view = told(&office, view.contact, "K 4,2 mmol/L");
    let spoken: Vec<&str> =
        view.prompts.iter().flat_map(|prompt| &prompt.asks).map(|ask| ask.spoken.as_str()).collect();
    assert!(spoken.contains(&"Je relis : « K 4,2 mmol/L ». C'est bien cela ?"), "{spoken:?}");
    assert!(view.missing.contains(&keys::LABORATORY_READ_BACK.to_owned()));
}

/// A script that promises the laboratory an answer within half an hour, once a result is there.
fn script_promises(office: &Office) {
    office.plugins.fakes.set_script(|session| {
        let draft = CommitmentDraft {
            what: "laboratory-result".to_owned(),
            said: "Le médecin vous confirme l'avoir reçu.".to_owned(),
            due: session.context.now.plus_minutes(30),
            owner: "practitioner".to_owned(),
            level: Level::SameDay,
        };
        let has_result = session.facts.iter().any(|fact| fact.key == keys::LABORATORY_VALUE);
        let effects = if has_result { vec![Effect::Commitment(draft)] } else { Vec::new() };
        Ok(Ok(View { prompts: Vec::new(), missing: Vec::new(), may_close: true, recap: None, effects }))
    });
}

/// What a contact is promised: one thing, by what, until when.
fn promised(office: &Office, contact: ContactId) -> (String, i64) {
    let promises: Vec<_> = office.rows().commitments.into_values().filter(|one| one.contact == contact).collect();
    assert_eq!(promises.len(), 1, "{promises:?}");
    (promises[0].what.clone(), promises[0].due.millis_since(NOW) / 60_000)
}

#[test]
fn a_laboratory_is_promised_one_thing_with_one_hour() {
    let office = Office::open();
    script_promises(&office);
    // The host's quarter of an hour, before the script's half.
    let contact = called(&office).contact;
    told(&office, contact, "potassium 7,1 mmol/L");
    assert_eq!(promised(&office, contact), ("callback".to_owned(), 15));
    // Within the thresholds the host gives a day, the script half an hour.
    let contact = called(&office).contact;
    told(&office, contact, "potassium 4,2 mmol/L");
    assert_eq!(promised(&office, contact), ("laboratory-result".to_owned(), 30));
    // A correction that is beyond them is promised sooner, and nothing beside it.
    let view = told(&office, contact, "potassium 7,4 mmol/L");
    assert_eq!(promised(&office, contact), ("callback".to_owned(), 15));
    assert_eq!(view.commitments[0].level, Level::VeryUrgent);
}

#[test]
fn a_result_that_never_came_is_promised_the_same_hour_as_the_script_s() {
    // Nobody said a result for five minutes: the host promises; then it is said.
    let office = Office::open();
    script_promises(&office);
    let contact = called(&office).contact;
    office.wait_s(330);
    let (what, due) = promised(&office, contact);
    assert_eq!((what.as_str(), due), ("decision", 20));
    told(&office, contact, "potassium 4,2 mmol/L");
    assert_eq!(promised(&office, contact), (what, due), "the host's hour stands");
    // The script promised first, as nobody knew whether the value alerts: the host's hour counts.
    let office = Office::open();
    script_promises(&office);
    let contact = called(&office).contact;
    told(&office, contact, "CRP 40 mg/L");
    assert_eq!(promised(&office, contact), ("laboratory-result".to_owned(), 30));
    office.wait_s(330);
    assert_eq!(promised(&office, contact), ("decision".to_owned(), 20));
}

#[test]
fn a_promise_to_a_laboratory_that_is_late_hides_no_new_one() {
    let office = Office::open();
    script_promises(&office);
    let contact = called(&office).contact;
    told(&office, contact, "potassium 4,2 mmol/L");
    office.wait_s(3600);
    let view = told(&office, contact, "potassium 7,4 mmol/L");
    let hours: Vec<i64> = view.commitments.iter().map(|one| one.due.millis_since(NOW) / 60_000).collect();
    assert_eq!(hours, [30, 75]);
}
