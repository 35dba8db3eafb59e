use super::*;
use crate::ids::{ContactId, PracticeId};
use crate::model::care::{Level, Nature, Source};
use crate::model::contact::{ContactChannel, host_content};
use crate::model::emergency::EmergencyService;
use crate::model::triage::{Assessment, Orientation, Reason};

/// 2026-09-07T12:02:00Z, 14 h 02 in Paris.
const AT_TWO: i64 = 1_788_782_520_000;

fn minute(minutes: i64) -> Instant {
    Instant(AT_TWO).plus_minutes(minutes)
}

fn fact(key: &str, value: Value, minutes: i64) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Operator, at: minute(minutes), by: "s".to_owned() }
}

fn text(key: &str, text: &str, minutes: i64) -> Fact {
    fact(key, Value::Text(text.to_owned()), minutes)
}

fn choice(key: &str, id: &str, minutes: i64) -> Fact {
    fact(key, Value::Choice(id.to_owned()), minutes)
}

fn emergency(facts: Vec<Fact>) -> Contact {
    let id = ContactId("00000000-0000-7000-8000-000000000001".parse().unwrap());
    let mut contact = Contact::received(id, PracticeId::from("p"), ContactChannel::Phone, minute(0));
    contact.facts = facts;
    contact.assessment = Some(Assessment {
        level: Level::Vital,
        nature: Nature::Medical,
        orientation: Orientation::EmergencyCall(EmergencyService::Samu),
        reasons: vec![Reason { rule: "grid".to_owned(), facts: vec!["grid.sign".to_owned()], text: String::new() }],
        say: Vec::new(),
        safety_net: None,
        missing: Vec::new(),
        protocol: host_content("host.red-flags"),
    });
    contact
}

fn words(contact: &Contact) -> Vec<&'static str> {
    emergency_steps(contact).into_iter().map(|taken| taken.step.as_str()).collect()
}

#[test]
fn the_steps_of_a_call_are_told_with_their_hours() {
    let mut contact = emergency(vec![
        text(keys::WORDS, "il ne respire plus", 0),
        fact("red-flag.breathing", Value::Yes, 1),
        text(keys::PATIENT_LOCATION, "8 rue des Tanneurs", 2),
        fact(keys::CALLER_PHONE, Value::Phone("+33639983005".to_owned()), 3),
        choice(keys::EMERGENCY_OUTCOME, "transferred", 5),
    ]);
    contact.emergency_shown_at = Some(minute(1));
    let zone = Zone::named_or_utc("Europe/Paris");
    assert_eq!(
        steps_line(&zone, &emergency_steps(&contact), &[(minute(4), steps::alert_taken())]),
        "14 h 02 entendu · 14 h 03 consigne d'appel affichée · 14 h 04 adresse prise · 14 h 05 numéro pris · \
         14 h 06 alerte prise en charge · 14 h 07 en ligne avec les secours"
    );
    assert_eq!(steps_line(&zone, &[], &[]), "");
    let next_day = [StepTaken { step: EmergencyStep::Cut, at: minute(0) }];
    let line = steps_line(&zone, &next_day, &[(minute(1440), steps::alert_ended())]);
    assert_eq!(line, "14 h 02 ligne coupée · mardi 8 septembre 2026 à 14 h 02 alerte terminée");
}

#[test]
fn what_is_not_known_is_no_step() {
    let contact = emergency(vec![
        fact(keys::PATIENT_LOCATION, Value::Unknown, 1),
        fact(keys::CALLER_PHONE, Value::Refused, 1),
        choice(keys::EMERGENCY_OUTCOME, "bof", 2),
        choice(keys::EMERGENCY_LINE, "bof", 2),
    ]);
    assert!(words(&contact).is_empty());
    let mut calm = emergency(vec![text(keys::WORDS, "il ne respire plus", 0)]);
    calm.assessment = None;
    assert!(emergency_steps(&calm).is_empty(), "no emergency");
}

#[test]
fn a_sign_that_was_denied_is_not_the_one_that_was_heard() {
    let denied = vec![
        text(keys::WORDS, "il ne respire plus", 0),
        fact("red-flag.breathing", Value::No, 1),
        fact("red-flag.all", Value::Unknown, 3),
    ];
    assert_eq!(emergency_steps(&emergency(denied))[0], StepTaken { step: EmergencyStep::Heard, at: minute(3) });
    let of_a_grid = vec![fact("grid.sign", Value::Yes, 4), fact("grid.other", Value::Yes, 5)];
    assert_eq!(emergency_steps(&emergency(of_a_grid))[0].at, minute(4), "what the conclusion rests on");
}

#[test]
fn who_was_lost_and_answers_again_is_not_lost() {
    let mut facts = vec![choice(keys::EMERGENCY_LINE, "cut", 0)];
    assert!(is_cut(&emergency(facts.clone())));
    facts.push(choice(keys::EMERGENCY_OUTCOME, "lost", 1));
    assert_eq!(emergency_outcome(&emergency(facts.clone())), Some("lost"));
    let mut other = facts.clone();
    facts.push(choice(keys::EMERGENCY_LINE, "called-back", 2));
    let back = emergency(facts.clone());
    assert!(emergency_outcome(&back).is_none() && !is_cut(&back));
    assert_eq!(words(&back), ["cut", "lost", "called-back"]);
    facts.push(choice(keys::EMERGENCY_OUTCOME, "transferred", 3));
    assert_eq!(emergency_outcome(&emergency(facts)), Some("transferred"));
    other.push(choice(keys::EMERGENCY_LINE, "no-answer", 2));
    assert_eq!(emergency_outcome(&emergency(other)), Some("lost"));
    for nothing in [Value::Unknown, Value::Refused, Value::Choice("x".to_owned())] {
        assert!(emergency_outcome(&emergency(vec![fact(keys::EMERGENCY_OUTCOME, nothing, 1)])).is_none());
    }
}

#[test]
fn a_thousand_steps_are_not_shown() {
    let facts = (0..1000).map(|minute| choice(keys::EMERGENCY_LINE, "cut", minute)).collect();
    let taken = emergency_steps(&emergency(facts));
    assert_eq!((taken.len(), taken.last().unwrap().at), (MAX_STEPS, minute(999)), "the last ones are");
}
