//! The rules of triage and closing (S1 to S18) on the pure decisions, over any sequence of
//! facts, reports and people.

use greffon_core::model::care::{Fact, Level, Source, Value, keys};
use greffon_core::model::contact::{
    Contact, ContactChannel, ContactEffect, ContactEvent, Report, decide, find, may_book,
};
use greffon_core::model::emergency::EmergencyService;
use greffon_core::model::red_flags::{answer_key, core_set};
use greffon_core::model::triage::Orientation;
use proptest::prelude::*;

use crate::contact_decisions::{NOW, advance, advance_at, asks, assessment, choice, fact, practice, received};

fn any_level() -> impl Strategy<Value = Level> {
    proptest::sample::select(Level::ALL.to_vec())
}

fn any_orientation() -> impl Strategy<Value = Orientation> {
    prop_oneof![
        proptest::sample::select(EmergencyService::ALL.to_vec()).prop_map(Orientation::EmergencyCall),
        Just(Orientation::SameDaySlot),
        (0u32..100_000).prop_map(Orientation::SlotWithin),
        (0u32..500).prop_map(Orientation::ClinicianCallback),
        Just(Orientation::Message("secretariat".to_owned())),
        Just(Orientation::HumanDecision("x".to_owned())),
        Just(Orientation::Recontact(60)),
    ]
}

fn any_report() -> impl Strategy<Value = Report> {
    prop_oneof![
        (any_level(), any_orientation(), proptest::option::of(any_level())).prop_map(|(level, orientation, floor)| {
            Report::Concludes { assessment: Box::new(assessment(level, orientation)), protocol_floor: floor }
        }),
        "[a-c]".prop_map(|key| asks(&key)),
        Just(Report::NotApplicable),
        Just(Report::Failed("x".to_owned())),
    ]
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let value = prop_oneof![
        1 => Just(Value::Yes),
        3 => Just(Value::No),
        1 => Just(Value::Unknown),
        1 => Just(Value::Refused),
        1 => "[a-z]{0,8}".prop_map(Value::Text)
    ];
    let key = proptest::sample::select(vec![
        keys::RED_FLAGS_ALL,
        "red-flag.chest-pain",
        "red-flag.infant-fever",
        "red-flag.breathing",
        keys::PATIENT_FAMILY,
        keys::PATIENT_PREGNANT,
        "grid.worse",
    ]);
    let motive = proptest::sample::select(vec!["consultation", "suivi", "certificat", "vaccination"]);
    let caller = proptest::sample::select(vec!["patient", "relative", "professional", "commercial", "laboratory"]);
    let result = proptest::sample::select(vec!["K 7,1 mmol/L", "K 4,2 mmol/L", "CRP 40 mg/L", "critique", "INR 9"]);
    let heard = proptest::sample::select(vec![keys::LABORATORY_VALUE, keys::WORDS, "grid.worse"]);
    prop_oneof![
        4 => (key, value).prop_map(|(key, value)| fact(key, value)),
        1 => motive.prop_map(|id| choice(keys::MOTIVE, id)),
        1 => caller.prop_map(|id| choice(keys::CALLER_KIND, id)),
        1 => (heard, result).prop_map(|(key, result)| fact(key, Value::Text(result.to_owned()))),
        1 => Just(fact(keys::LABORATORY_READ_BACK, Value::No)),
    ]
}

/// What callers say, and what the desk, grids and scripts write down.
fn any_said() -> impl Strategy<Value = Vec<Fact>> {
    let words = proptest::sample::select(vec![
        "il ne respire plus",
        "j'ai très mal dans la poitrine",
        "je veux mourir",
        "elle a avalé de la javel",
        "bébé de 2 mois, 38,5 de fièvre",
        "il est tombé de son lit et depuis il est tout bizarre",
        "un rendez-vous pour un vaccin",
        "pas de douleur à la poitrine, c'est pour un certificat",
    ]);
    let sign = proptest::sample::select(all_signs());
    let answer = proptest::sample::select(vec![Value::Yes, Value::No, Value::No, Value::Unknown, Value::Refused]);
    let source = proptest::sample::select(vec![Source::Operator, Source::Caller, Source::Plugin]);
    let by = |fact: Fact, source| Fact { source, ..fact };
    let one = prop_oneof![
        2 => (words, proptest::sample::select(vec![keys::WORDS, "grid.details", "note"]))
            .prop_map(|(words, key)| fact(key, Value::Text(words.to_owned()))),
        3 => (sign, answer, source.clone()).prop_map(move |(sign, answer, source)| by(fact(&answer_key(&sign), answer), source)),
        1 => source.prop_map(move |source| by(fact(keys::RED_FLAGS_ALL, Value::No), source)),
        1 => proptest::sample::select(vec!["consultation", "certificat"]).prop_map(|motive| choice(keys::MOTIVE, motive)),
        1 => proptest::sample::select(vec!["patient", "professional", "laboratory", "commercial", "relative"])
            .prop_map(|kind| choice(keys::CALLER_KIND, kind)),
    ];
    proptest::collection::vec(one, 1..4)
}

fn all_signs() -> Vec<String> {
    core_set().iter().map(|core| core.flag.id.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn s1_no_facts_and_no_plugin_ever_lower_the_level_or_end_an_emergency(
        steps in proptest::collection::vec(
            (proptest::collection::vec(any_fact(), 0..3), proptest::collection::vec(any_report(), 0..3)), 1..12),
    ) {
        let mut contact = received();
        let mut done = vec![];
        for (facts, reports) in steps {
            let before = contact.clone();
            let (next, effects) = advance(&contact, facts, reports);
            contact = next;
            if let Some(level) = before.level {
                prop_assert!(contact.level.unwrap().at_least(level));
            }
            prop_assert!(!before.is_emergency() || contact.is_emergency());
            let practice = practice();
            let findings = find(&practice, &contact, NOW);
            if let Some(floor) = findings.red_flags.level() {
                prop_assert!(contact.level.unwrap().at_least(floor), "S5: red flags count whatever plugins say");
            }
            if let Some(concluded) = &contact.assessment {
                prop_assert_eq!(Some(concluded.level), contact.level);
                let helped = matches!(concluded.orientation, Orientation::EmergencyCall(_));
                prop_assert!(concluded.level != Level::Vital || helped, "S13: at the vital level it is the service");
            }
            prop_assert!(contact.facts.starts_with(&before.facts), "S7: facts are only added");
            for effect in effects {
                let kind = match effect {
                    ContactEffect::Alert(level) => format!("alert {}", level.as_str()),
                    // What becomes very urgent is promised again, for an earlier hour.
                    ContactEffect::Promise(promise) => {
                        let urgent = contact.level.is_some_and(|level| level.at_least(Level::VeryUrgent));
                        format!("{:.6} {urgent}", format!("{promise:?}"))
                    }
                    ContactEffect::WatchAnswers => "watch".to_owned(),
                    ContactEffect::WatchResult => "watch-result".to_owned(),
                    ContactEffect::EndAlert => "end-alert".to_owned(),
                };
                prop_assert!(!done.contains(&kind), "each effect once: {}", kind);
                done.push(kind);
            }
        }
    }

    /// Whatever is said, answered, cut short and concluded by grids: a sign that was
    /// heard is denied by a person, still to be asked about, or counted at its level.
    #[test]
    fn what_was_heard_is_never_passed_over(
        steps in proptest::collection::vec((any_said(), proptest::collection::vec(any_report(), 0..3)), 1..8), form: bool, cut: bool,
    ) {
        let practice = practice();
        let channel = if form { ContactChannel::Form } else { ContactChannel::Phone };
        let mut contact = Contact { channel, ..received() };
        let mut now = NOW;
        for (facts, reports) in steps {
            now = now.plus_minutes(1);
            let facts = facts.into_iter().map(|fact| Fact { at: now, ..fact }).collect();
            contact = advance_at(&contact, facts, reports, now).0;
        }
        let found = find(&practice, &contact, now);
        if let (true, Some(heard)) = (cut, found.red_flags.heard_level().0) {
            let event = ContactEvent::LeftUnanswered { heard, surely: None, reasons: Vec::new() };
            contact = decide(&contact, event, &practice.delays, now).unwrap().0;
        }
        let found = find(&practice, &contact, now);
        for heard in &contact.hearing.heard {
            let flag = core_set().iter().find(|core| core.flag.id == heard.sign).unwrap();
            let said_at = contact.facts[heard.fact].at;
            let key = answer_key(&heard.sign);
            let denied = contact.facts.iter().any(|fact| {
                fact.key == key && fact.value == Value::No && fact.source != Source::Plugin && fact.at >= said_at
            });
            let open = found.to_ask.iter().any(|one| one.id == heard.sign);
            let counted = contact.level.is_some_and(|level| level.at_least(flag.flag.level));
            prop_assert!(denied || open || counted, "{}: {:?} {:?}", heard.sign, contact.level, contact.state);
            prop_assert!(denied || !form || counted, "a form that nobody can be asked about: {}", heard.sign);
            prop_assert!(denied || !cut || counted, "a call that was cut: {}", heard.sign);
            let booked = may_book(&contact, None).is_ok();
            prop_assert!(denied || counted || !booked, "booked with {} unanswered", heard.sign);
        }
        if contact.level == Some(Level::Vital) {
            prop_assert!(contact.is_emergency(), "at the vital level it is the service: {:?}", contact.assessment);
        }
    }
}
