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
fn english_is_heard_as_it_is_typed_written_down_and_told() {
    for (text, sign) in [
        ("dad cant breathe and hes going blue", "breathing"),
        ("she wont wake up", "unconscious"),
        ("his sats are 84 on air", "breathing"),
        ("my mum's blood sugar is two point one and she's confused", "low-blood-sugar"),
        ("79 yo F, sudden R arm weakness, slurred speech", "stroke"),
        ("our baby is five weeks old and has a temp of 101", "infant-fever"),
        ("he's got a knife wound in his leg and it's spurting", "heavy-bleeding"),
    ] {
        hears(text, sign);
    }
    for text in [
        "my chest freezer broke so can we say Friday",
        "I'm drowning in paperwork",
        "is the shot in the arm or the leg?",
    ] {
        let heard = hear(text);
        assert!(heard.iter().all(|one| !one.sure), "\"{text}\": {heard:?}");
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

/// A "no" about something else, and a past that is over.
#[test]
fn a_no_beside_it_denies_nothing() {
    for (text, sign) in [
        ("ça va pas j'ai mal à la poitrine", "chest-pain"),
        ("j'en peux plus j'ai une douleur dans la poitrine", "chest-pain"),
        ("je sais pas elle a la bouche de travers", "stroke"),
        ("jamais eu mal à la poitrine comme ça", "chest-pain"),
        ("j'ai mal à la poitrine pas bien du tout", "chest-pain"),
        ("pas de douleur hier dans la poitrine. Ce matin ça serre très fort dans la poitrine", "chest-pain"),
        ("infarctus il y a deux ans et depuis ce matin j'ai mal dans la poitrine", "chest-pain"),
        ("je viens pour un certificat et j'ai une douleur dans la poitrine qui serre", "chest-pain"),
        ("rappelez-moi vite j'ai très mal dans la poitrine", "chest-pain"),
        ("je voulais décaler mon rendez-vous parce que depuis ce matin mon bras gauche ne répond plus", "stroke"),
    ] {
        hears(text, sign);
    }
    for (text, sign) in [
        ("il n'a pas de douleur à la poitrine", "chest-pain"),
        ("plus de douleur dans la poitrine, tout va bien", "chest-pain"),
        ("aucune douleur thoracique", "chest-pain"),
        ("douleur thoracique : non", "chest-pain"),
    ] {
        does_not_hear(text, sign);
    }
}

#[test]
fn everyday_words_wake_nobody() {
    for text in [
        "mon mari est mort, je voudrais annuler son rendez-vous",
        "je voudrais prendre rendez-vous pour la pile de mon pacemaker",
        "sa mère saigne du nez de temps en temps",
        "j'ai raté mon rendez-vous à cause de la fièvre",
        "ma fille de huit ans a de la fièvre et ne mange plus beaucoup",
        "il faut qu'il ait un rendez-vous cette semaine",
        "je vais sauter le déjeuner pour venir",
        "le produit de contraste, je dois le prendre où ?",
        "mon PC ne marche plus, je n'ai pas reçu le lien",
        "collyre OD, acuité 9/10, RAS",
    ] {
        let heard = hear(text);
        assert!(heard.iter().all(|one| !one.sure), "\"{text}\": {heard:?}");
    }
    does_not_hear("il faut qu'il ait un rendez-vous cette semaine", "stroke");
    does_not_hear("ma fille de huit ans a de la fièvre et ne mange plus beaucoup", "infant-fever");
    does_not_hear("sa mère saigne du nez de temps en temps", "pregnancy-danger");
}

#[test]
fn what_is_plainly_said_at_night_wakes_somebody() {
    for text in [
        "je veux mourir",
        "j'ai des idées suicidaires ce soir",
        "mon père ne respire plus",
        "j'ai très mal dans la poitrine depuis une heure",
        "mon fils a bu de la javel",
        "bébé de six semaines, fièvre à 38,9",
        "elle est inconsciente",
        "il convulse",
        "je suis enceinte de sept mois et je saigne",
    ] {
        assert!(hear(text).iter().any(|one| one.sure), "\"{text}\": {:?}", hear(text));
    }
}

#[test]
fn the_end_of_a_long_text_is_heard_too() {
    let business = "Bonjour, je voudrais déplacer mon rendez-vous de mardi à jeudi, merci. ".repeat(200);
    hears(&format!("{business} Au fait, mon mari ne respire plus."), "breathing");
}

#[test]
fn what_is_like_a_former_time_or_was_yesterday_is_of_now() {
    for (text, sign) in [
        ("il a la bouche de travers comme le mois passé", "stroke"),
        ("il a la bouche de travers comme l'an dernier", "stroke"),
        ("j'ai mal dans la poitrine comme quand j'avais fait mon infarctus", "chest-pain"),
        ("quand j'avais la fièvre hier j'ai perdu connaissance", "unconscious"),
        ("quand j'avais ma tension haute hier je suis tombée dans les pommes", "unconscious"),
        ("ma fille qui est en maternelle s'étouffe", "breathing"),
        ("his face has dropped just like last year", "stroke"),
        ("same as last month, he passed out and won't wake up", "unconscious"),
    ] {
        hears(text, sign);
    }
}

#[test]
fn no_word_beside_it_hides_who_wants_to_die_or_was_strangled() {
    for (text, sign) in [
        ("je mets de la musique et je veux mourir", "suicidal-danger"),
        ("je dois quitter cet appartement sinon je me tue", "suicidal-danger"),
        ("arrêtez de me faire répéter, je veux me suicider", "suicidal-danger"),
        ("mon ex m'a serré le cou avec sa cravate", "violence"),
    ] {
        hears(text, sign);
    }
}

#[test]
fn one_sentence_of_danger_among_others_is_heard() {
    for (text, sign) in [
        (
            "Bonjour, je voudrais déplacer mon rendez-vous de mardi. Au fait, mon mari a la bouche de travers depuis \
             une heure. Et il me faudrait l'ordonnance de ma fille pour l'orthophoniste, merci.",
            "stroke",
        ),
        (
            "bonjour c'est pour la facture du mois de mai je l'ai payée deux fois et sinon ma mère on arrive plus à la \
             réveiller et puis je voulais aussi l'adresse du kiné qui est à côté de la gare",
            "unconscious",
        ),
        (
            "Hello, could you post me the letter for the gym? Oh, and my husband has a crushing pain in his chest. \
             And is the flu clinic still on this Saturday?",
            "chest-pain",
        ),
    ] {
        hears(text, sign);
        assert!(hear(text).len() <= 8, "\"{text}\": {:?}", hear(text));
    }
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
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut taken = Vec::new();
    for folder in ["measured", "measured-2", "training"] {
        for entry in std::fs::read_dir(corpus.join(folder)).expect("a folder") {
            let lines = std::fs::read_to_string(entry.expect("an entry").path()).expect("text");
            let texts = lines.lines().filter_map(|line| line.split('\t').nth(4));
            taken.extend(texts.filter(|text| is_foreign(text)).map(str::to_owned));
        }
    }
    assert_eq!(taken, [""; 0]);
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

/// What the longer sentences say nothing of: seen in use, and in no training.
#[test]
fn short_everyday_words_ask_next_to_nothing() {
    let lists = [include_str!("../corpus/short/french.txt"), include_str!("../corpus/short/english.txt")];
    for list in lists {
        let heard: Vec<&str> = list.lines().filter(|line| !hear(line).is_empty()).collect();
        let all = list.lines().count();
        assert!(heard.len() * 100 <= all * 6, "{} of {all}: {heard:?}", heard.len());
    }
}
