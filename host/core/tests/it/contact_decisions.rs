//! The rules of triage and closing (S1 to S18) on the pure decisions, by examples.

use greffon_core::ids::{AlertId, ContactId, StatementId};
use greffon_core::model::audit::Role;
use greffon_core::model::care::{ContentRef, Fact, Level, Nature, Source, Value, keys};
use greffon_core::model::contact::{
    CloseCheck, CloseOutcome, Closing, Contact, ContactChannel, ContactEffect, ContactEvent, ContactState, HostStep,
    Known, Lowering, Outcome, Promise, RecapOutcome, Report, Statement, conclude, decide, find, host_step,
};
use greffon_core::model::emergency::EmergencyService;
use greffon_core::model::heard::{Heard, Hearing, Listened};
use greffon_core::model::practice::Practice;
use greffon_core::model::refusal::Refusal;
use greffon_core::model::triage::{AnswerKind, Assessment, Orientation, Question};
use greffon_core::time::Instant;
use greffon_simulation::french_practice;
use uuid::Uuid;

/// Tuesday 24 November 2026, 9:00 in Paris.
pub const NOW: Instant = Instant(1_795_507_200_000);

pub fn practice() -> Practice {
    french_practice("p")
}

pub fn received() -> Contact {
    Contact::received(ContactId(Uuid::from_u128(1)), "p".into(), ContactChannel::Phone, NOW)
}

pub fn fact(key: &str, value: Value) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Caller, at: NOW, by: "s".to_owned() }
}

pub fn choice(key: &str, id: &str) -> Fact {
    fact(key, Value::Choice(id.to_owned()))
}

fn no_flags() -> Fact {
    fact(keys::RED_FLAGS_ALL, Value::No)
}

pub fn assessment(level: Level, orientation: Orientation) -> Assessment {
    Assessment {
        level,
        nature: Nature::Medical,
        orientation,
        reasons: vec![],
        say: vec![],
        safety_net: None,
        missing: vec![],
        protocol: ContentRef { id: "grid".to_owned(), version: "1".to_owned(), digest: vec![] },
    }
}

pub fn concludes(level: Level, orientation: Orientation) -> Report {
    Report::Concludes { assessment: Box::new(assessment(level, orientation)), protocol_floor: None }
}

pub fn asks(key: &str) -> Report {
    Report::Asks(vec![Question {
        key: key.to_owned(),
        spoken: "?".to_owned(),
        why: String::new(),
        kind: AnswerKind::YesNoUnknown,
        choices: vec![],
        red_flag: false,
        required: true,
    }])
}

/// What the flow does with facts and reports, without its ports.
pub fn advance(contact: &Contact, facts: Vec<Fact>, reports: Vec<Report>) -> (Contact, Vec<ContactEffect>) {
    advance_at(contact, facts, reports, NOW)
}

pub fn advance_at(
    contact: &Contact,
    facts: Vec<Fact>,
    reports: Vec<Report>,
    now: Instant,
) -> (Contact, Vec<ContactEffect>) {
    let practice = practice();
    let delays = &practice.delays;
    let (contact, mut effects) = decide(contact, ContactEvent::Told(Listened::to(facts)), delays, now).unwrap();
    let findings = find(&practice, &contact, now);
    let (conclusion, ask) = match host_step(&contact, &findings) {
        HostStep::Stands => return (contact, effects),
        HostStep::Conclude(conclusion) => (Some(conclusion), false),
        step => (None, step == HostStep::AskGrids),
    };
    let (floor, known_floor) = (findings.floor, findings.known_floor);
    let event = weighed(floor, known_floor, conclusion);
    let (contact, more) = decide(&contact, event, delays, now).unwrap();
    effects.extend(more);
    if !ask {
        return (contact, effects);
    }
    let event = match conclude(&practice, &contact, &findings, reports) {
        Outcome::Ask { level, .. } => weighed(level, level, None),
        Outcome::Conclude(conclusion) => weighed(None, None, Some(conclusion)),
    };
    let (contact, more) = decide(&contact, event, delays, now).unwrap();
    effects.extend(more);
    (contact, effects)
}

fn weighed(floor: Option<Level>, known_floor: Option<Level>, conclusion: Option<Box<Assessment>>) -> ContactEvent {
    ContactEvent::Weighed { floor, known_floor, conclusion, unanswered: None, awaits_result: false }
}

fn triaged(reports: Vec<Report>) -> (Contact, Vec<ContactEffect>) {
    advance(&received(), vec![no_flags(), choice(keys::MOTIVE, "consultation")], reports)
}

fn set_level(contact: &Contact, level: Level, role: Role, reason: &str) -> Result<Contact, Refusal> {
    let event = ContactEvent::LevelSet { level, reason: reason.to_owned(), by: "x".to_owned(), role };
    decide(contact, event, &practice().delays, NOW).map(|(contact, _)| contact)
}

fn orientation(contact: &Contact) -> &Orientation {
    &contact.assessment.as_ref().unwrap().orientation
}

#[test]
fn a_vital_sign_is_an_emergency_before_any_plugin_and_alerts_once() {
    let (contact, effects) = advance(&received(), vec![fact("red-flag.chest-pain", Value::Yes)], vec![]);
    assert_eq!(contact.level, Some(Level::Vital));
    assert!(contact.is_emergency());
    assert_eq!(effects, [ContactEffect::Alert(Level::Vital)]);
    let (again, effects) = advance(&contact, vec![fact("red-flag.chest-pain", Value::No)], vec![]);
    assert_eq!((again.level, effects), (Some(Level::Vital), vec![]), "a later no lowers nothing");
    assert!(again.is_emergency());
}

#[test]
fn unknown_and_refused_on_a_red_flag_are_not_no() {
    for value in [Value::Unknown, Value::Refused, Value::Text("?".to_owned())] {
        let (contact, _) = advance(&received(), vec![fact("red-flag.breathing", value)], vec![]);
        assert!(contact.is_emergency());
    }
    let understood = Fact { source: Source::Operator, ..fact("red-flag.breathing.understood", Value::Yes) };
    let facts = vec![fact("red-flag.breathing", Value::Unknown), understood];
    let (contact, effects) = advance(&received(), facts, vec![]);
    assert_eq!((contact.level, effects), (Some(Level::Vital), vec![ContactEffect::Alert(Level::Vital)]));
    assert!(contact.is_emergency(), "at the vital level help is called, whoever else decides");
    let rules = contact.assessment.unwrap().reasons.into_iter().map(|reason| reason.rule);
    assert!(rules.into_iter().any(|rule| rule == "host.red-flag-neither"));
}

#[test]
fn nothing_is_concluded_before_the_red_flags_and_the_motive() {
    let (contact, _) = advance(&received(), vec![choice(keys::MOTIVE, "consultation")], vec![]);
    assert_eq!((contact.state, contact.assessment), (ContactState::Open, None));
    let (contact, _) = advance(&received(), vec![no_flags()], vec![]);
    assert_eq!((contact.state, contact.assessment), (ContactState::Open, None));
}

#[test]
fn whoever_speaks_for_a_patient_is_asked_the_red_flags_whatever_the_motive() {
    let practice = practice();
    for kind in ["patient", "relative", "unknown", "professional"] {
        for motive in ["consultation", "certificat"] {
            let facts = vec![choice(keys::CALLER_KIND, kind), choice(keys::MOTIVE, motive)];
            let (contact, _) = advance(&received(), facts, vec![]);
            let findings = find(&practice, &contact, NOW);
            assert_eq!(host_step(&contact, &findings), HostStep::AskRedFlags, "{kind}, {motive}");
            assert!(findings.to_ask.is_empty() && findings.to_ask_together.len() > 20, "one question for all");
        }
    }
    let born = fact(keys::PATIENT_BIRTH_DATE, Value::Date("1950-01-01".to_owned()));
    let (contact, _) = advance(&received(), vec![born], vec![]);
    let asked = find(&practice, &contact, NOW).to_ask_together;
    assert!(!asked.iter().any(|flag| flag.id == "pregnancy-danger"), "nobody asks a man of 76 about a pregnancy");
    let (contact, _) = advance(&received(), vec![choice(keys::CALLER_KIND, "commercial")], vec![]);
    let findings = find(&practice, &contact, NOW);
    assert_eq!((host_step(&contact, &findings), findings.nature), (HostStep::Nothing, Nature::Administrative));
}

#[test]
fn a_call_in_which_nobody_is_a_patient_is_listened_to_all_the_same() {
    let practice = practice();
    for kind in ["commercial", "laboratory", "internal"] {
        let words = fact(keys::WORDS, Value::Text("et là mon collègue ne respire plus".to_owned()));
        let (contact, _) = advance(&received(), vec![choice(keys::CALLER_KIND, kind), words], vec![]);
        let findings = find(&practice, &contact, NOW);
        assert_eq!(host_step(&contact, &findings), HostStep::AskRedFlags, "{kind}");
        assert!(findings.to_ask.iter().any(|flag| flag.id == "breathing"));
    }
}

#[test]
fn a_colleague_s_call_is_no_routine_whatever_its_motive() {
    for (kind, value, level) in [
        ("laboratory", "résultat à voir", Level::VeryUrgent),
        ("laboratory", "K 4,2 mmol/L", Level::SameDay),
        ("professional", "K 4,2 mmol/L", Level::SameDay),
    ] {
        let value = fact(keys::LABORATORY_VALUE, Value::Text(value.to_owned()));
        let facts = vec![choice(keys::CALLER_KIND, kind), no_flags(), choice(keys::MOTIVE, "certificat"), value];
        let (contact, _) = advance(&received(), facts, vec![]);
        assert!(contact.level.is_some_and(|now| now.at_least(level)), "{kind}: {:?}", contact.level);
    }
}

#[test]
fn a_paper_request_needs_no_plugin_unless_the_words_speak_of_a_sign() {
    let paper = choice(keys::MOTIVE, "certificat");
    let (contact, _) = advance(&received(), vec![paper.clone(), no_flags()], vec![]);
    assert_eq!(contact.level, Some(Level::Routine));
    assert_eq!(contact.assessment.as_ref().unwrap().nature, Nature::Administrative);
    let words = fact(keys::WORDS, Value::Text("un certificat, et j'ai très mal à la poitrine".to_owned()));
    let (contact, _) = advance(&received(), vec![paper, words, no_flags()], vec![]);
    assert_eq!(contact.assessment, None, "a symptom never takes the administrative branch");
    let (contact, _) = advance(&contact, vec![fact("red-flag.chest-pain", Value::Yes)], vec![]);
    assert!(contact.is_emergency());
}

/// A form, a mail: what is written there cannot be asked about.
#[test]
fn where_nobody_can_be_asked_words_count_at_their_level() {
    let form = Contact { channel: ContactChannel::Form, ..received() };
    let written = |text: &str| vec![fact(keys::WORDS, Value::Text(text.to_owned()))];
    let (contact, effects) = advance(&form, written("Je veux mourir, j'ai préparé mes cachets"), vec![]);
    assert_eq!((contact.level, effects), (Some(Level::Vital), vec![ContactEffect::Alert(Level::Vital)]));
    // What only sounds like it is told while somebody is there; at night it ranks first
    // and wakes nobody.
    let odd = || written("il est tombé de son lit cette nuit et depuis il est tout bizarre, il dort");
    let (contact, effects) = advance(&form, odd(), vec![]);
    assert_eq!(effects, [ContactEffect::Alert(contact.level.unwrap())]);
    let (contact, effects) = advance_at(&form, odd(), vec![], NOW.plus_minutes(-12 * 60));
    assert!(contact.level.is_some_and(|level| level.at_least(Level::VeryUrgent)), "{:?}", contact.hearing);
    assert_eq!(effects, []);
    let seen = set_level(&contact, Level::Vital, Role::Secretary, "elle ne répond plus").unwrap();
    assert_eq!((seen.level, seen.supposed), (Some(Level::Vital), None));
    let (contact, _) = advance(&form, written("un rendez-vous pour un vaccin, merci"), vec![]);
    assert_eq!(contact.level, None);
}

#[test]
fn at_the_vital_level_it_is_the_service_before_anything_is_answered() {
    let form = Contact { channel: ContactChannel::Form, ..received() };
    let written = |text: &str| vec![fact(keys::WORDS, Value::Text(text.to_owned()))];
    let (contact, _) = advance(&form, written("Je veux mourir, j'ai préparé mes cachets"), vec![]);
    assert!(contact.is_emergency() && contact.state == ContactState::Concluded, "{:?}", contact.assessment);
    let said = contact.assessment.unwrap().reasons.into_iter().map(|reason| reason.rule).collect::<Vec<_>>();
    assert_eq!(said, ["heard.suicidal-danger"], "S15: it names the sign");
    // At night, of words that only sound like it: shown, and nobody is woken.
    let unsure = Heard {
        sign: "breathing".to_owned(),
        rule: "model".to_owned(),
        fact: 0,
        start: 0,
        end: 1,
        sure: false,
        result: false,
    };
    let facts = written("un rendez-vous pour un vaccin, merci");
    let hearing = Hearing { heard: vec![unsure], foreign: false, facts: facts.len() };
    let at_night = Contact { facts, hearing, ..form };
    let (contact, effects) = advance_at(&at_night, vec![], vec![], NOW.plus_minutes(-6 * 60));
    assert!(contact.is_emergency() && contact.supposed.is_some());
    assert_eq!(effects, []);

    let mut vital = practice();
    vital.motives[0].floor = Some(Level::Vital);
    let (told, _) = decide(
        &received(),
        ContactEvent::Told(Listened::to(vec![choice(keys::MOTIVE, "consultation")])),
        &vital.delays,
        NOW,
    )
    .unwrap();
    let step = host_step(&told, &find(&vital, &told, NOW));
    let HostStep::Conclude(concluded) = step else { panic!("{step:?}") };
    assert_eq!(concluded.orientation, Orientation::EmergencyCall(EmergencyService::Samu), "by the motive's own floor");
}

#[test]
fn a_call_that_is_cut_at_the_vital_level_is_the_service_s() {
    let open = Contact { state: ContactState::Open, level: Some(Level::Vital), ..received() };
    assert_eq!(
        closing_as(&open, true, Some("la ligne est coupée"), RecapOutcome::NotReached),
        Err("emergency-outcome-missing")
    );
}

#[test]
fn a_language_that_nobody_listens_to_asks_for_a_person_today() {
    let form = Contact { channel: ContactChannel::Form, ..received() };
    let written = fact(keys::WORDS, Value::Text("Mi hijo tiene mucha fiebre y no puedo despertarlo".to_owned()));
    let (contact, _) = advance(&form, vec![written], vec![]);
    assert!(contact.level.is_some_and(|level| level.at_least(Level::SameDay)), "{:?}", contact.level);
    assert!(contact.hearing.foreign);
}

#[test]
fn a_plugin_raises_and_never_lowers() {
    let (contact, _) = triaged(vec![concludes(Level::Routine, Orientation::SlotWithin(9999))]);
    assert_eq!(contact.level, Some(Level::Soon), "the motive's floor");
    let floor = Report::Concludes {
        assessment: Box::new(assessment(Level::Routine, Orientation::SlotWithin(9999))),
        protocol_floor: Some(Level::SameDay),
    };
    let (contact, _) = triaged(vec![floor]);
    assert_eq!(contact.level, Some(Level::SameDay), "the protocol's floor");
    assert_eq!(*orientation(&contact), Orientation::SameDaySlot, "an appointment in a week answers no same day");
    let two = vec![
        concludes(Level::Soon, Orientation::SlotWithin(60)),
        concludes(Level::VeryUrgent, Orientation::ClinicianCallback(90)),
    ];
    let (contact, effects) = triaged(two);
    assert_eq!(contact.level, Some(Level::VeryUrgent), "of several plugins the highest");
    assert_eq!(*orientation(&contact), Orientation::ClinicianCallback(15), "as soon as the practice promises");
    assert_eq!(effects, [ContactEffect::Alert(Level::VeryUrgent), ContactEffect::Promise(Promise::Callback(15))]);
}

#[test]
fn a_vital_plugin_conclusion_is_an_emergency_whatever_its_orientation() {
    let (contact, _) = triaged(vec![concludes(Level::Vital, Orientation::SlotWithin(60)), asks("more")]);
    assert!(contact.is_emergency());
}

#[test]
fn a_plugin_that_fails_leaves_it_to_a_person_at_or_above_every_floor() {
    let (contact, effects) = triaged(vec![Report::Failed("trapped".to_owned())]);
    assert_eq!(contact.level, Some(Level::Soon), "the floor of the motive is the practice's own word");
    assert!(matches!(orientation(&contact), Orientation::HumanDecision(_)));
    assert!(matches!(effects[..], [ContactEffect::Promise(Promise::Decision(_))]));
    let facts = vec![no_flags(), choice(keys::MOTIVE, "vaccination")];
    let (contact, _) = advance(&received(), facts, vec![]);
    assert_eq!(contact.level, Some(Level::SameDay), "without a grid and a floor a person looks today");
    let mixed = vec![Report::Failed("x".to_owned()), concludes(Level::VeryUrgent, Orientation::SameDaySlot)];
    assert_eq!(triaged(mixed).0.level, Some(Level::VeryUrgent), "what another plugin said is not lost");
}

#[test]
fn what_was_said_before_and_higher_still_holds() {
    let (contact, _) =
        triaged(vec![concludes(Level::VeryUrgent, Orientation::LiveTransfer("practitioner".to_owned()))]);
    let told = vec![fact("grid.worse", Value::No)];
    let (contact, _) = advance(&contact, told, vec![concludes(Level::Soon, Orientation::SlotWithin(72))]);
    assert_eq!(contact.level, Some(Level::VeryUrgent));
    assert_eq!(*orientation(&contact), Orientation::LiveTransfer("practitioner".to_owned()), "S7");
}

#[test]
fn a_grid_that_answers_again_replaces_the_decision_that_nobody_could_take() {
    let (contact, _) = triaged(vec![Report::Failed("busy".to_owned())]);
    let (contact, effects) = advance(
        &contact,
        vec![fact("grid.worse", Value::No)],
        vec![concludes(Level::Routine, Orientation::SlotWithin(60))],
    );
    assert_eq!(*orientation(&contact), Orientation::SlotWithin(60));
    assert_eq!((contact.level, effects), (Some(Level::Soon), vec![]));
}

#[test]
fn more_than_twelve_answers_without_a_conclusion_go_to_a_person() {
    let mut contact = triaged(vec![asks("q0")]).0;
    for index in 0..12 {
        assert_eq!(contact.state, ContactState::Open, "{index}");
        contact = advance(&contact, vec![fact(&format!("q{index}"), Value::No)], vec![asks("next")]).0;
    }
    assert!(matches!(orientation(&contact), Orientation::HumanDecision(_)));
}

#[test]
fn only_approved_instructions_leave_a_plugin() {
    let mut free = assessment(Level::Soon, Orientation::SlotWithin(60));
    free.say = vec![
        ContentRef { id: "aggravation".to_owned(), version: "1".to_owned(), digest: vec![] },
        ContentRef { id: "aggravation".to_owned(), version: "2".to_owned(), digest: vec![] },
        ContentRef { id: "prenez 1 g de paracétamol".to_owned(), version: "1".to_owned(), digest: vec![] },
    ];
    free.safety_net = free.say.get(2).cloned();
    let report = Report::Concludes { assessment: Box::new(free), protocol_floor: None };
    let (contact, _) = triaged(vec![report]);
    let concluded = contact.assessment.unwrap();
    assert_eq!(concluded.say.len(), 1);
    assert_eq!(concluded.safety_net, None);
    assert!(concluded.reasons.iter().any(|reason| reason.rule == "motive-floor.consultation"), "S15: it says why");
}

#[test]
fn no_grid_takes_the_host_s_name() {
    let mut own = assessment(Level::Soon, Orientation::SlotWithin(60));
    own.protocol.id = "host.undecided".to_owned();
    let (contact, _) = triaged(vec![Report::Concludes { assessment: Box::new(own), protocol_floor: None }]);
    let practice = practice();
    let findings = find(&practice, &contact, NOW);
    assert_eq!(host_step(&contact, &findings), HostStep::Stands, "it is a conclusion, not a failure");
    assert_eq!(contact.assessment.unwrap().protocol.id, "grid:host.undecided");
}

#[test]
fn circumstances_raise_a_medical_contact() {
    let repeated = Contact { repeated: 2, ..received() };
    let reports = || vec![concludes(Level::Routine, Orientation::SlotWithin(60))];
    let facts = || vec![no_flags(), choice(keys::MOTIVE, "vaccination")];
    let (contact, _) = advance(&repeated, facts(), reports());
    assert_eq!(contact.level, Some(Level::SameDay));
    let (contact, _) = advance(&repeated, vec![choice(keys::MOTIVE, "certificat"), no_flags()], vec![]);
    assert_eq!(contact.level, Some(Level::Routine), "not a paper request");
}

#[test]
fn only_a_practitioner_lowers_with_a_reason_of_three_words() {
    let (contact, _) = advance(&received(), vec![fact("red-flag.chest-pain", Value::Yes)], vec![]);
    let reason = "examen normal hier";
    for role in [Role::Secretary, Role::Supervisor, Role::PracticeAdmin] {
        let refused = set_level(&contact, Level::Soon, role, reason);
        assert_eq!(refused, Err(Refusal::Forbidden { code: "clinician-only" }));
    }
    assert!(matches!(set_level(&contact, Level::Soon, Role::Practitioner, "pas grave"), Err(Refusal::Invalid { .. })));
    let lowered = set_level(&contact, Level::Soon, Role::Practitioner, reason).unwrap();
    assert_eq!((lowered.level, lowered.is_emergency()), (Some(Level::Soon), false));
    assert_eq!(lowered.lowered.as_ref().unwrap().from, Level::Vital);
    let (same, effects) = advance(&lowered, vec![fact(keys::PATIENT_FAMILY, Value::Text("Petit".to_owned()))], vec![]);
    assert_eq!((same.level, effects), (Some(Level::Soon), vec![]), "a name changes nothing");
    let (raised, _) = advance(&lowered, vec![fact("red-flag.breathing", Value::Yes)], vec![]);
    assert!(raised.is_emergency(), "a new sign counts in full");
}

#[test]
fn what_is_lowered_to_very_urgent_and_was_never_told_is_told() {
    let supposed = Contact { level: Some(Level::Vital), supposed: Some(Known::default()), ..received() };
    let lower = |contact: &Contact| {
        let (by, role, reason) = ("dr".to_owned(), Role::Practitioner, "entendue au téléphone".to_owned());
        let event = ContactEvent::LevelSet { level: Level::VeryUrgent, reason, by, role };
        decide(contact, event, &practice().delays, NOW).unwrap().1
    };
    assert_eq!(lower(&supposed), [ContactEffect::Alert(Level::VeryUrgent)]);
    let alerted = Contact { alert: Some(AlertId(Uuid::from_u128(7))), ..supposed };
    assert_eq!(lower(&alerted), [], "an alert that stands goes on");
}

#[test]
fn anybody_in_care_raises_and_nobody_else_touches_the_level() {
    let (contact, _) = triaged(vec![concludes(Level::Soon, Orientation::SlotWithin(60))]);
    let raised = set_level(&contact, Level::SameDay, Role::Secretary, "").unwrap();
    assert_eq!(*orientation(&raised), Orientation::SameDaySlot);
    let vital = set_level(&raised, Level::Vital, Role::Secretary, "").unwrap();
    assert!(vital.is_emergency());
    for role in [Role::Integrator, Role::Auditor, Role::OperatorAdmin, Role::System] {
        assert_eq!(set_level(&contact, Level::Vital, role, ""), Err(Refusal::Forbidden { code: "care-role" }));
    }
}

/// Two processes, one of which is hours ahead: what was told last was told last.
#[test]
fn the_order_of_what_is_told_counts_and_no_clock() {
    let later = |fact: Fact| Fact { at: NOW.plus_minutes(120), ..fact };
    let words = || fact(keys::WORDS, Value::Text("mon mari ne respire plus".to_owned()));
    let open = |contact: &Contact| find(&practice(), contact, NOW).to_ask.iter().any(|flag| flag.id == "breathing");
    let (denied, _) = advance(&received(), vec![later(fact("red-flag.breathing", Value::No))], vec![]);
    let (contact, _) = advance(&denied, vec![words()], vec![]);
    assert!(open(&contact), "a no before the words, by a clock that is ahead, answers nothing");
    let (contact, _) = advance(&received(), vec![later(words())], vec![]);
    let (contact, _) = advance(&contact, vec![fact("red-flag.breathing", Value::No)], vec![]);
    assert!(!open(&contact), "a no after the words, by a clock that is behind, answers them");

    let (urgent, _) = advance(&received(), vec![fact("red-flag.burn", Value::Yes)], vec![]);
    let (by, role, reason) = ("dr".to_owned(), Role::Practitioner, "vue ce matin".to_owned());
    let lowering = ContactEvent::LevelSet { level: Level::Soon, reason, by, role };
    let (lowered, _) = decide(&urgent, lowering, &practice().delays, NOW.plus_minutes(120)).unwrap();
    let (contact, _) = advance(&lowered, vec![words()], vec![]);
    assert!(open(&contact), "what is said after a lowering is asked about, whatever clock it was lowered by");
    let mut stored = serde_json::to_value(lowered.lowered.as_ref().unwrap()).unwrap();
    stored.as_object_mut().unwrap().remove("facts");
    let of_before: Lowering = serde_json::from_value(stored).unwrap();
    assert!(of_before.knew(&contact.facts, 0), "of one that was stored before, its instant says it");

    let result = |text: &str| fact(keys::LABORATORY_VALUE, Value::Text(text.to_owned()));
    let facts = vec![choice(keys::CALLER_KIND, "laboratory"), result("K 7,1 mmol/L")];
    let (urgent, _) = advance(&received(), facts, vec![]);
    let reason = "prélèvement hémolysé, refait demain".to_owned();
    let lowering = ContactEvent::LevelSet { level: Level::Soon, reason, by: "dr".to_owned(), role };
    let (lowered, _) = decide(&urgent, lowering, &practice().delays, NOW.plus_minutes(120)).unwrap();
    let (contact, _) = advance(&lowered, vec![result("K 7,3 mmol/L")], vec![]);
    assert_eq!(contact.level, Some(Level::VeryUrgent), "a result that came later, by a clock that is behind");
}

fn closing(contact: &Contact, script_allows: bool, reason: Option<&str>) -> Result<Contact, &'static str> {
    closing_as(contact, script_allows, reason, RecapOutcome::Confirmed)
}

fn closing_as(
    contact: &Contact,
    script_allows: bool,
    reason: Option<&str>,
    recap: RecapOutcome,
) -> Result<Contact, &'static str> {
    let practice = practice();
    let nature = find(&practice, contact, NOW).nature;
    let closing = Closing {
        outcome: CloseOutcome { recap, override_reason: reason.map(str::to_owned), override_code: None },
        statements: vec![Statement {
            id: StatementId(Uuid::from_u128(9)),
            instruction: None,
            text: Some("bon courage".to_owned()),
            at: NOW,
            by: "s".to_owned(),
        }],
        check: CloseCheck {
            nature,
            asks_red_flags: false,
            identified: true,
            alert_open: false,
            script_allows,
            overridden: reason.is_some(),
        },
    };
    match decide(contact, ContactEvent::Close(Box::new(closing)), &practice.delays, NOW) {
        Ok((contact, _)) => Ok(contact),
        Err(Refusal::NotAllowed { code, .. }) => Err(code),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_medical_contact_closes_only_concluded_and_complete_or_with_a_reason() {
    let (open, _) = triaged(vec![asks("more")]);
    assert_eq!(closing(&open, true, None), Err("not-concluded"));
    assert_eq!(closing(&open, true, Some("ligne coupée")), Err("not-concluded"), "no reason replaces a triage");
    let (concluded, _) = triaged(vec![concludes(Level::Soon, Orientation::SlotWithin(60))]);
    assert_eq!(closing(&concluded, false, None), Err("facts-missing"));
    let closed = closing(&concluded, false, Some("ligne coupée")).unwrap();
    assert_eq!((closed.state, closed.closed_at), (ContactState::Closed, Some(NOW)));
    assert_eq!(closed.statements.len(), 1);
    assert!(decide(&closed, ContactEvent::Told(Listened::to(vec![no_flags()])), &practice().delays, NOW).is_err());
    let (sales, _) = advance(&received(), vec![choice(keys::CALLER_KIND, "commercial")], vec![]);
    assert!(closing(&sales, true, None).is_ok(), "a sales call needs no triage");
}

#[test]
fn an_emergency_closes_only_with_its_outcome() {
    let (contact, _) = advance(&received(), vec![fact("red-flag.stroke", Value::Yes)], vec![]);
    assert_eq!(closing(&contact, true, Some("pressé")), Err("emergency-outcome-missing"));
    let (contact, _) = advance(&contact, vec![fact(keys::EMERGENCY_OUTCOME, Value::Unknown)], vec![]);
    assert_eq!(closing(&contact, true, None), Err("emergency-outcome-missing"));
    let (contact, _) = advance(&contact, vec![choice(keys::EMERGENCY_OUTCOME, "transferred")], vec![]);
    assert!(closing(&contact, true, None).is_ok());
}
