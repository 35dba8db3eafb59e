use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::time::Instant;

fn fact(key: &str, value: Value, at: i64) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Operator, at: Instant(at), by: "s".to_owned() }
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
fn the_core_set_is_short_and_can_be_spoken() {
    assert!(core_set().len() <= 12, "S8: a first orientation within 12 questions");
    for flag in core_set() {
        assert!(flag.spoken.split_whitespace().count() <= 20, "{}", flag.spoken);
        assert!(flag.spoken.ends_with(" ?"), "{}", flag.spoken);
        assert!(flag.level.at_least(Level::VeryUrgent));
        for word in &flag.words {
            assert_eq!(normalise(word).trim(), word, "words are kept normalised");
        }
    }
}

#[test]
fn a_missing_answer_is_unanswered_and_never_no() {
    let assessed = assess(&[], &[]);
    assert_eq!(assessed.unanswered.len(), core_set().len());
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
        assert_eq!(assessed.unanswered.len(), core_set().len());
        assert_eq!(assessed.level(), None);
    }
}

#[test]
fn words_bring_questions_to_the_front_with_or_without_accents_and_negations() {
    for text in [
        "il est tombé et il SAIGNE",
        "pas de chute, pas de saignement",
        "tombee hémorragie",
        "elle a perdu beaucoup de sang : une CHUTE, du sang partout",
        "he\u{301}morragie apre\u{300}s une chute",
    ] {
        let assessed = assess(&[], &[words(text, 1)]);
        assert_eq!(assessed.brought_up, ["heavy-bleeding", "severe-trauma"], "{text}");
        let first: Vec<&str> = assessed.unanswered.iter().take(2).map(|flag| flag.id.as_str()).collect();
        assert_eq!(first, ["heavy-bleeding", "severe-trauma"], "{text}");
        assert_eq!(assessed.level(), None, "words never answer");
    }
}

#[test]
fn words_match_from_the_start_of_a_word_only() {
    assert!(assess(&[], &[words("je voudrais renouveler mon ordonnance", 1)]).brought_up.is_empty());
    assert!(assess(&[], &[words("l'entrechoc", 1)]).brought_up.is_empty());
}

#[test]
fn words_after_the_answer_bring_the_question_up_again() {
    let assessed = assess(&[], &[all_no(), words("et puis il a mal dans la poitrine", 11)]);
    let open: Vec<&str> = assessed.unanswered.iter().map(|flag| flag.id.as_str()).collect();
    assert_eq!(open, ["chest-pain"]);
    assert!(assess(&[], &[words("mal dans la poitrine", 9), all_no()]).is_complete());
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
    assert_eq!(assess(&additions, &[words("un produit dans l'Œil", 1)]).brought_up, ["stroke", "infant-fever", "eye"]);
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
    let mut answer_keys: Vec<String> = core_set().iter().map(|flag| answer_key(&flag.id)).collect();
    answer_keys.extend(core_set().iter().map(|flag| understood_key(&flag.id)));
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
        for flag in core_set() {
            let given = Fact { source, ..answer(&flag.id, value.clone()) };
            let assessed = assess(&[], &[given]);
            let cleared = !assessed.unanswered.iter().any(|open| open.id == flag.id) && assessed.positive.is_empty();
            prop_assert_eq!(cleared, value == Value::No && source == Source::Caller);
            if !matches!(value, Value::No) {
                prop_assert_eq!(assessed.level(), Some(flag.level));
            }
        }
    }

    #[test]
    fn s5_no_practice_removes_or_lowers_the_core_set(flags in any_flags()) {
        let all = with_additions(&flags);
        for core in core_set() {
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
        let circumstances = Circumstances { infant, aged, pregnant, third_party, language_barrier, repeated };
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
        prop_assert_eq!(assessed.unanswered.len(), core_set().len());
        prop_assert!(assessed.positive.is_empty());
    }
}
