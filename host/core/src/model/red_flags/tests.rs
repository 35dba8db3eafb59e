use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::time::Instant;

fn fact(key: &str, value: Value, at: i64) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Operator, at: Instant(at), by: "s".to_owned() }
}

fn assess(additions: &[RedFlag], facts: &[Fact]) -> Assessed {
    super::assess(additions, facts, &Hearing::default().of(facts))
}

/// The ids of what words bring up.
fn brought_up(assessed: &Assessed) -> Vec<&str> {
    assessed.brought_up.iter().map(|(flag, _)| flag.id.as_str()).collect()
}

fn answer(id: &str, value: Value) -> Fact {
    fact(&answer_key(id), value, 10)
}

fn words(text: &str, at: i64) -> Fact {
    fact(keys::WORDS, Value::Text(text.to_owned()), at)
}

fn all_no() -> Fact {
    fact(keys::RED_FLAGS_ALL, Value::No, 10)
}

#[test]
fn the_core_set_has_a_flag_for_each_sign_that_can_be_spoken() {
    let ids: Vec<&str> = core_set().iter().map(|core| core.flag.id.as_str()).collect();
    assert_eq!(ids, greffon_danger::SIGNS);
    for core in core_set() {
        for spoken in [&core.flag.spoken, core.to_patient.fr()] {
            assert!(spoken.split_whitespace().count() <= 20, "{spoken}");
            assert!(spoken.ends_with(" ?"), "{spoken}");
        }
        assert!(core.flag.level.at_least(Level::VeryUrgent));
        assert!(!core.source.is_empty());
    }
}

#[test]
fn a_missing_answer_is_unanswered_and_never_no() {
    let assessed = assess(&[], &[]);
    assert_eq!(assessed.unasked.len(), core_set().len());
    assert_eq!(assessed.level(), None);
}

#[test]
fn one_no_for_all_answers_all() {
    let assessed = assess(&[], &[all_no()]);
    assert!(assessed.is_complete());
    assert!(assessed.positive.is_empty());
}

#[test]
fn anything_but_no_for_all_is_positive_at_the_highest_level() {
    for value in [Value::Yes, Value::Unknown, Value::Refused, Value::Text("non".to_owned())] {
        let assessed = assess(&[], &[fact(keys::RED_FLAGS_ALL, value, 1)]);
        assert_eq!(assessed.level(), Some(Level::Vital));
        assert!(!assessed.is_complete(), "the single questions remain to be asked");
    }
}

#[test]
fn a_positive_flag_outlives_the_no_for_all() {
    let assessed = assess(&[], &[answer("infant-fever", Value::Yes), all_no()]);
    assert_eq!(assessed.level(), Some(Level::VeryUrgent));
}

#[test]
fn confirmed_understanding_leaves_the_level_and_asks_for_a_human() {
    let unclear = assess(&[], &[answer("stroke", Value::Unknown)]);
    assert_eq!((unclear.level(), unclear.human_decision()), (Some(Level::Vital), false));
    let understood = fact(&understood_key("stroke"), Value::Yes, 11);
    let facts = [answer("stroke", Value::Unknown), understood.clone()];
    let undecided = assess(&[], &facts);
    assert_eq!((undecided.level(), undecided.human_decision()), (Some(Level::Vital), true));
    let by_a_plugin = Fact { source: Source::Plugin, ..understood.clone() };
    assert!(!assess(&[], &[answer("stroke", Value::Unknown), by_a_plugin]).human_decision());
    let said = [answer("stroke", Value::Unknown), understood, answer("stroke", Value::Yes)];
    assert!(!assess(&[], &said).human_decision(), "a yes needs no decision");
}

#[test]
fn a_no_after_a_yes_is_a_contradiction_and_clears_nothing() {
    let assessed = assess(&[], &[answer("seizure", Value::Yes), answer("seizure", Value::No)]);
    assert_eq!(assessed.level(), Some(Level::Vital));
    assert!(assessed.is_contradictory());
}

#[test]
fn a_machine_cannot_say_no() {
    for source in [Source::Plugin, Source::Agenda, Source::Telephony, Source::MedicalRecord] {
        let assessed = assess(&[], &[Fact { source, ..all_no() }]);
        assert_eq!(assessed.unasked.len(), core_set().len());
        assert_eq!(assessed.level(), None);
    }
}

#[test]
fn words_bring_questions_up_and_answer_none() {
    for text in ["il SAIGNE beaucoup, \u{e7}a n'arr\u{ea}te pas", "elle saigne partout, l'hémorragie ne s'arrête pas"]
    {
        let assessed = assess(&[], &[words(text, 1)]);
        assert!(brought_up(&assessed).contains(&"heavy-bleeding"), "{text}");
        assert_eq!(assessed.level(), None, "words never answer");
    }
    assert!(brought_up(&assess(&[], &[words("je voudrais renouveler mon ordonnance", 1)])).is_empty());
}

#[test]
fn whatever_is_written_is_listened_to() {
    let told = fact("grid.details", Value::Text("et là il ne respire plus".to_owned()), 1);
    assert!(brought_up(&assess(&[], &[told])).contains(&"breathing"));
    let named = fact(keys::PATIENT_FAMILY, Value::Text("Il ne respire plus".to_owned()), 1);
    assert!(brought_up(&assess(&[], &[named])).is_empty());
}

#[test]
fn what_words_bring_up_is_answered_by_itself() {
    let told = words("il ne respire plus", 10);
    let with_the_group = assess(&[], &[told.clone(), all_no()]);
    assert_eq!(brought_up(&with_the_group), ["breathing"], "the group does not answer it");
    assert!(with_the_group.unasked.is_empty(), "it answers the others");
    let by_itself = assess(&[], &[told.clone(), all_no(), answer("breathing", Value::No)]);
    assert!(by_itself.is_complete());
    let again = assess(&[], &[told, all_no(), answer("breathing", Value::No), words("il ne respire plus !", 11)]);
    assert_eq!(brought_up(&again), ["breathing"], "said again after the answer");
}

#[test]
fn nobody_is_asked_what_cannot_concern_them() {
    let today = date(2026, 11, 24);
    let of = |birth: &str| {
        let born = fact(keys::PATIENT_BIRTH_DATE, Value::Date(birth.to_owned()), 1);
        let circumstances = Circumstances::of(&[born], today, 0);
        let meant = |core: &&CoreFlag| !circumstances.may_concern(&core.flag);
        core_set().iter().filter(meant).map(|core| core.flag.id.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(of("1956-01-01"), ["pregnancy-danger", "infant-fever", "newborn-danger"]);
    assert_eq!(of("2026-11-01"), ["suicidal-danger", "pregnancy-danger"]);
    assert_eq!(of("1990-01-01"), ["infant-fever", "newborn-danger"]);
    let unknown = Circumstances::of(&[], today, 0);
    assert!(core_set().iter().all(|core| unknown.may_concern(&core.flag)));
}

#[test]
fn a_practice_adds_and_raises_and_never_removes() {
    let addition = |id: &str, level| RedFlag {
        id: id.to_owned(),
        spoken: "A-t-il reçu un produit dans l'œil ?".to_owned(),
        words: vec!["œil".to_owned()],
        level,
    };
    let additions = [
        addition("eye", Level::VeryUrgent),
        addition("stroke", Level::Routine),
        addition("infant-fever", Level::Vital),
    ];
    let flags = with_additions(&additions);
    assert_eq!(flags.len(), core_set().len() + 1);
    let level = |id: &str| flags.iter().find(|flag| flag.id == id).unwrap().level;
    assert_eq!(level("stroke"), Level::Vital);
    assert_eq!(level("infant-fever"), Level::Vital);
    assert!(brought_up(&assess(&additions, &[words("un produit dans l'Œil", 1)])).contains(&"eye"));
    assert_eq!(assess(&additions, &[answer("eye", Value::Yes)]).level(), Some(Level::VeryUrgent));
}

#[test]
fn circumstances_are_read_from_the_facts() {
    let today = date(2026, 11, 24);
    let of = |key: &str, value: Value| Circumstances::of(&[fact(key, value, 1)], today, 0);
    let born = |text: &str| of(keys::PATIENT_BIRTH_DATE, Value::Date(text.to_owned()));
    assert!(born("2026-08-25").infant);
    assert!(!born("2026-08-24").infant);
    assert!(born("1950-11-24").aged);
    assert!(!born("1950-11-25").aged);
    assert!(born("1950").aged && !born("1951").aged, "known in part: the day that raises more");
    assert!(born("2026-08").infant && born("2026").infant && !born("2025").infant);
    assert!(!born("2027-01-01").infant, "nobody is born tomorrow");
    assert!(of(keys::PATIENT_PREGNANT, Value::Unknown).pregnant);
    assert!(!of(keys::PATIENT_PREGNANT, Value::No).pregnant);
    assert!(of(keys::CALLER_KIND, Value::Choice("relative".to_owned())).third_party);
    assert_eq!(Circumstances::of(&[], today, 0), Circumstances::default());
    assert!(modifiers(&Circumstances::default()).is_empty());
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Yes),
        Just(Value::No),
        Just(Value::Unknown),
        Just(Value::Refused),
        any::<i64>().prop_map(Value::Number),
        ".{0,12}".prop_map(Value::Text),
        Just(Value::Choice("no".to_owned())),
    ]
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let mut answer_keys: Vec<String> = core_set().iter().map(|core| answer_key(&core.flag.id)).collect();
    answer_keys.extend(core_set().iter().map(|core| understood_key(&core.flag.id)));
    answer_keys.extend([keys::RED_FLAGS_ALL, keys::WORDS, "anything"].map(str::to_owned));
    let source = prop_oneof![Just(Source::Caller), Just(Source::Operator), Just(Source::Plugin)];
    (proptest::sample::select(answer_keys), any_value(), source, 0i64..20)
        .prop_map(|(key, value, source, at)| Fact { source, ..fact(&key, value, at) })
}

fn any_flags() -> impl Strategy<Value = Vec<RedFlag>> {
    let id = prop_oneof!["[a-z-]{1,8}", proptest::sample::select(vec!["stroke".to_owned(), "breathing".to_owned()])];
    let flag = (id, proptest::sample::select(Level::ALL.to_vec())).prop_map(|(id, level)| RedFlag {
        id,
        spoken: "?".to_owned(),
        words: vec![],
        level,
    });
    proptest::collection::vec(flag, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn s1_more_facts_never_lower_the_level(facts in proptest::collection::vec(any_fact(), 0..12), extra in any_fact(), flags in any_flags()) {
        let before = assess(&flags, &facts);
        let mut more = facts;
        more.push(extra);
        let after = assess(&flags, &more);
        if let Some(level) = before.level() {
            prop_assert!(after.level().is_some_and(|then| then.at_least(level)));
        }
        for one in &before.positive {
            prop_assert!(after.positive.iter().any(|other| other.id == one.id));
        }
    }

    #[test]
    fn s3_nothing_but_a_persons_no_clears_a_flag(value in any_value(), source in prop_oneof![Just(Source::Caller), Just(Source::Plugin)]) {
        for CoreFlag { flag, .. } in core_set() {
            let given = Fact { source, ..answer(&flag.id, value.clone()) };
            let assessed = assess(&[], &[given]);
            let cleared = !assessed.unanswered().any(|open| open.id == flag.id) && assessed.positive.is_empty();
            prop_assert_eq!(cleared, value == Value::No && source == Source::Caller);
            if !matches!(value, Value::No) {
                prop_assert_eq!(assessed.level(), Some(flag.level));
            }
        }
    }

    #[test]
    fn s5_no_practice_removes_or_lowers_the_core_set(flags in any_flags()) {
        let all = with_additions(&flags);
        for CoreFlag { flag: core, .. } in core_set() {
            let kept = all.iter().find(|flag| flag.id == core.id);
            prop_assert!(kept.is_some_and(|kept| kept.level.at_least(core.level) && kept.spoken == core.spoken));
        }
        for flag in &flags {
            prop_assert!(all.iter().any(|one| one.id == flag.id && one.level.at_least(flag.level)));
        }
    }

    #[test]
    fn s12_circumstances_only_raise(
        infant: bool, aged: bool, pregnant: bool, third_party: bool, language_barrier: bool, repeated in 0u32..4,
        base in proptest::sample::select(Level::ALL.to_vec()),
    ) {
        let circumstances =
            Circumstances { infant, aged, pregnant, third_party, language_barrier, repeated, age_years: None };
        let raise = |level: Level| modifiers(&circumstances).iter().fold(level, |level, one| level.raised_to(one.floor));
        prop_assert!(raise(base).at_least(base));
        prop_assert_eq!(raise(raise(base)), raise(base), "applying them again raises no further");
        let more = Circumstances { repeated: repeated + 1, ..circumstances };
        let then = modifiers(&more).iter().fold(base, |level, one| level.raised_to(one.floor));
        prop_assert!(then.at_least(raise(base)));
    }

    #[test]
    fn words_never_answer_and_never_panic(text in ".{0,200}") {
        let assessed = assess(&[], &[words(&text, 1)]);
        prop_assert_eq!(assessed.unanswered().count(), core_set().len());
        prop_assert!(assessed.positive.is_empty());
    }
}
