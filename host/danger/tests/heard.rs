//! What is heard, and what hides nothing.

use std::collections::HashSet;

use greffon_danger::{LONGEST, MODEL, SIGNS, hear, is_foreign};
use proptest::prelude::*;

fn signs(text: &str) -> Vec<&'static str> {
    hear(text).into_iter().map(|one| one.sign).collect()
}

#[track_caller]
fn hears(text: &str, sign: &str) {
    assert!(signs(text).contains(&sign), "\"{text}\": {:?}", hear(text));
}

#[track_caller]
fn does_not_hear(text: &str, sign: &str) {
    assert!(!signs(text).contains(&sign), "\"{text}\": {:?}", hear(text));
}

#[test]
fn the_first_breath_of_a_call_is_heard() {
    for (text, sign) in [
        ("il ne respire plus", "breathing"),
        ("j'ai très mal dans la poitrine", "chest-pain"),
        ("ma mère a la bouche de travers et n'arrive plus à parler", "stroke"),
        ("elle ne répond plus, elle ne bouge plus", "unconscious"),
        ("mon fils convulse", "seizure"),
        ("je veux mourir", "suicidal-danger"),
        ("elle a avalé de la javel", "poisoning"),
        ("bébé de 2 mois avec 38,5 de fièvre", "infant-fever"),
        ("je suis enceinte et je perds du sang", "pregnancy-danger"),
        ("IDE : DT irradiant MSG, sueurs", "chest-pain"),
        ("SpO2 86 % en AA", "breathing"),
        ("dextro 0,40, pt confus", "low-blood-sugar"),
        ("he can't breathe", "breathing"),
        ("my baby is 6 weeks old and has a fever of 38.9", "infant-fever"),
    ] {
        hears(text, sign);
    }
}

#[test]
fn a_negation_clears_its_own_sign_and_nothing_else() {
    let text = "pas de douleur à la poitrine mais le bras gauche ne bouge plus d'un coup";
    does_not_hear(text, "chest-pain");
    hears(text, "stroke");
    hears("il n'arrive plus à respirer", "breathing");
    hears("elle ne répond pas quand je la secoue", "unconscious");
    hears("ça n'arrête pas de saigner, il y en a partout", "heavy-bleeding");
}

#[test]
fn the_end_of_a_long_text_is_heard_too() {
    let business = "Bonjour, je voudrais déplacer mon rendez-vous de mardi à jeudi, merci. ".repeat(200);
    hears(&format!("{business} Au fait, mon mari ne respire plus."), "breathing");
}

#[test]
fn signs_without_width_and_look_alikes_hide_nothing() {
    for text in
        ["il ne res\u{200b}pire plus", "il ne r\u{0435}spire plus", "IL NE RESPIRE PLUS !!!", "il ne respiiiire plus"]
    {
        hears(text, "breathing");
    }
}

#[test]
fn what_is_heard_says_where() {
    let text = "Bonjour, il ne respire plus, venez";
    let heard = hear(text);
    let one = heard.iter().find(|one| one.sign == "breathing").expect("heard");
    assert_eq!((&text[one.span.clone()], one.sure), ("respire plus", true));
    assert_ne!(one.rule, MODEL);
}

#[test]
fn a_language_that_is_not_listened_to_is_known_as_one() {
    for text in [
        "Mi hijo tiene mucha fiebre y no puedo despertarlo, estoy muy preocupada",
        "Ich habe seit heute Morgen starke Schmerzen und mir ist schlecht",
        "у меня сильно болит в груди",
        "عندي ألم شديد في الصدر",
        "孩子发高烧不醒",
        "Tenho uma dor muito forte e não consigo respirar",
        "Kızım nefes alamıyor, çok korkuyorum, benim için acil bir durum var",
    ] {
        assert!(is_foreign(text), "{text}");
    }
    for text in [
        "il ne respire plus",
        "DT irradiant MSG, sueurs, TA 9/5",
        "mal au ventre",
        "my baby has a fever",
        "𝐢𝐥 𝐧𝐞 𝐫𝐞𝐬𝐩𝐢𝐫𝐞 𝐩𝐥𝐮𝐬",
        "rdv",
        "",
        "15/8",
    ] {
        assert!(!is_foreign(text), "{text}");
    }
    // Nobody's French or English is taken for another language.
    for file in ["danger-1.tsv", "danger-2.tsv", "everyday.tsv", "mixed.tsv", "english.tsv"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/measured").join(file);
        for line in std::fs::read_to_string(path).expect("a corpus").lines() {
            let text = line.split('\t').nth(4).expect("a text");
            assert!(!is_foreign(text), "{text}");
        }
    }
}

#[test]
fn nothing_and_what_is_no_word_bring_nothing_up() {
    for text in ["", " ", "\u{200b}", "!!! ???", "\u{1f600}\u{1f600}", "0"] {
        assert!(hear(text).is_empty(), "{text:?}");
    }
}

#[test]
fn a_text_of_the_longest_kind_is_heard_to_its_end() {
    for word in ["douleur poitrine ", "a ", "saaignee ", "é\u{301}\u{200b}", "39,5 ", "x"] {
        let text = word.repeat(LONGEST.div_ceil(word.len()) + 10);
        assert!(hear(&text).len() <= SIGNS.len());
    }
    let mut text = "bonjour ".repeat(LONGEST / 8 - 10);
    text.push_str("il ne respire plus");
    assert!(text.len() <= LONGEST);
    hears(&text, "breathing");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_heard_without_panic_and_alike(text in "\\PC{0,300}") {
        let heard = hear(&text);
        prop_assert_eq!(&heard, &hear(&text));
        let distinct: HashSet<_> = heard.iter().map(|one| one.sign).collect();
        prop_assert_eq!(distinct.len(), heard.len());
        for one in heard {
            prop_assert!(text.get(one.span.clone()).is_some_and(|span| !span.is_empty()));
        }
    }

    #[test]
    fn case_and_accents_change_nothing(words in proptest::collection::vec(proptest::sample::select(vec!["mal", "à", "la", "poitrine", "fièvre", "bébé", "ne", "respire", "plus", "tombé", "sang", "39,5"]), 1..12)) {
        let text = words.join(" ");
        let plain = text.to_uppercase().replace(['È', 'É'], "E").replace('À', "A");
        prop_assert_eq!(signs(&text), signs(&plain));
    }
}
