//! What is read of laboratories' words, and what is not; what of it alerts.

use proptest::prelude::*;

use super::judge::{Judged, Weighing, judge};
use super::read::{Amount, Voice, read, spans};
use super::table::ANALYTES;
use super::{Finding, OwnLimits, findings};
use crate::model::care::{Fact, Source, Value, keys};
use crate::time::Instant;

mod readings;

const ADULT: Option<(u32, u32)> = Some((20_000, 20_000));

fn fact(key: &str, value: Value) -> Fact {
    Fact { key: key.to_owned(), value, source: Source::Caller, at: Instant(1), by: "s".to_owned() }
}

fn value(text: &str) -> Fact {
    fact(keys::LABORATORY_VALUE, Value::Text(text.to_owned()))
}

fn words(text: &str) -> Fact {
    fact(keys::WORDS, Value::Text(text.to_owned()))
}

fn laboratory(age_days: Option<(u32, u32)>, own: &[OwnLimits]) -> Weighing<'_> {
    Weighing { own, laboratory: true, professional: false, age_days }
}

fn anybody() -> Weighing<'static> {
    Weighing { own: &[], laboratory: false, professional: false, age_days: ADULT }
}

/// What a laboratory says of an adult.
fn told(text: &str) -> Judged {
    judge([value(text)].iter(), &laboratory(ADULT, &[]))
}

fn own(analyte: &str, below: Option<f64>, above: Option<f64>, unit: &str) -> Result<OwnLimits, super::Fault> {
    OwnLimits::new(analyte, Some(unit).filter(|unit| !unit.is_empty()), below, above)
}

#[test]
fn every_analyte_is_bounded_as_its_names_and_units_promise() {
    for analyte in &ANALYTES {
        let (least, most) = analyte.plausible;
        assert!(least < most, "{}", analyte.id);
        assert!(analyte.has_no_unit() || analyte.factor(&canonical(analyte.unit)) == Some(1.0), "{}", analyte.id);
        assert!(analyte.limits.is_sorted_by(|one, other| one.under_days < other.under_days), "{}", analyte.id);
        assert!(analyte.limits.last().is_none_or(|last| last.under_days == u32::MAX), "{}", analyte.id);
        for limits in analyte.limits {
            let bounds = [limits.below, limits.above, analyte.outer.0, analyte.outer.1];
            assert!(bounds.into_iter().flatten().all(|bound| analyte.is_plausible(bound)), "{}", analyte.id);
            // What always alerts is no stricter than the national limits.
            assert!(
                limits.below.is_none_or(|below| analyte.outer.0.is_some_and(|outer| outer <= below)),
                "{}",
                analyte.id
            );
        }
        let adult = analyte.limits.last();
        let above = adult.and_then(|adult| adult.above);
        assert!(above.is_none_or(|above| analyte.outer.1.is_none_or(|outer| outer >= above)), "{}", analyte.id);
        for (name, _) in analyte.names {
            let named = read(&format!("{name} : 1"), Voice::Colleague);
            assert!(named.results.iter().all(|one| one.analyte == analyte), "{name} names {}", analyte.id);
        }
    }
}

fn canonical(unit: &str) -> String {
    unit.to_lowercase().replace('µ', "u")
}

#[test]
fn what_a_laboratory_says_alerts_beyond_a_threshold_or_when_it_is_not_read_whole() {
    for text in [
        "K 7,1 mmol/L",
        "potassium 2,4 mmol/L",
        "K 6,0 mmol/L",
        "sodium 118 mmol/L",
        "glycémie 0,4 g/L",
        "calcium 3,6 mmol/L",
        "créatinine 850 µmol/L",
        "Hb 6,2 g/dL",
        "plaquettes 12 000/mm3",
        "PNN < 0,5 G/L",
        "INR 9",
        "pH 7,1",
        "lactates 8 mmol/L",
        "troponine > 1000 ng/L",
        "lithium 2,1 mmol/L",
        "bilirubine 300 µmol/L",
        "K 4,2 mmol/L, Hb 5 g/dL",
        "potassium à 7,1",
    ] {
        let judged = told(text);
        assert!(!judged.beyond.is_empty() && !judged.is_within(), "{text}: {judged:?}");
    }
    for text in [
        "K 4,2 mmol/L",
        "Potassium, 4,2 millimoles par litre, contrôlé deux fois.",
        "INR 2,5",
        "Hb 13 g/dL",
        "CRP < 5 mg/L",
        "D-dimères 900 ng/mL",
        "TSH 12 mUI/L",
        "K 4,2 mmol/L, créatinine 80 µmol/L et Hb 12,1 g/dL",
        "K 4,2 mmol/L prélevé ce matin à 8 h 30",
    ] {
        let judged = told(text);
        assert!(judged.is_within() && !judged.alerts(), "{text}: {judged:?}");
    }
    for text in [
        "",
        "potassium",
        "potassium 4,2",
        "4,2 mmol/L",
        "K 4,2 mg",
        "K 42 mmol/L",
        "résultat critique",
        "K 4,2 mmol/L, résultat critique",
        "K 4,2 mmol/L puis 7",
        "K 4,2 mmol/L et créatinine très élevée",
        "K 4,2 mmol/L, ferritine 3 %",
        "TSH très basse",
        "hémoculture négative",
        "K < 3 mmol/L",
        "plaquettes > 400 G/L",
        "K 4,2 mmol/L ou 5,2 mmol/L je ne sais plus",
        "K entre 4 et 5 mmol/L",
        "ferritine 400 µg/L",
        "K 4,2 mmol/L pas sûr",
        "potassium urinaire 30 mmol/L",
        "hémoglobine glyquée 7,1 %",
    ] {
        let judged = told(text);
        assert!(judged.unreadable && judged.beyond.is_empty(), "{text}: {judged:?}");
    }
    for given in [Value::Unknown, Value::Refused, Value::Number(4), Value::Decimal(4.2), Value::Yes] {
        assert!(judge([fact(keys::LABORATORY_VALUE, given)].iter(), &laboratory(ADULT, &[])).unreadable);
    }
    assert!(!judge([words("bonjour, un résultat")].iter(), &laboratory(ADULT, &[])).alerts(), "no value yet");
}

#[test]
fn a_read_back_that_is_not_yes_alerts() {
    for answer in [Value::No, Value::Unknown, Value::Refused] {
        let facts = [value("K 4,2 mmol/L"), fact(keys::LABORATORY_READ_BACK, answer)];
        assert!(judge(facts.iter(), &laboratory(ADULT, &[])).unconfirmed);
    }
    let facts = [value("K 4,2 mmol/L"), fact(keys::LABORATORY_READ_BACK, Value::Yes)];
    assert!(judge(facts.iter(), &laboratory(ADULT, &[])).is_within());
}

#[test]
fn thresholds_follow_the_age() {
    let at = |age, text: &str| judge([value(text)].iter(), &laboratory(age, &[]));
    for (text, newborn, child, adult) in [
        ("bilirubine 260 µmol/L", true, true, true),
        ("bilirubine 200 µmol/L", false, false, false),
        ("sodium 128 mmol/L", true, true, false),
        ("glycémie 16 mmol/L", true, true, false),
        ("potassium 6,2 mmol/L", false, true, true),
        ("CRP 40 mg/L", true, false, false),
        ("créatinine 220 µmol/L", true, true, false),
    ] {
        for (age, alerts) in [(10, newborn), (4000, child), (20_000, adult)] {
            assert_eq!(at(Some((age, age)), text).alerts(), alerts, "{text} at {age} days");
        }
    }
    assert!(at(Some((0, 0)), "bilirubine 130 µmol/L").alerts(), "on the first day");
    // Born in a year that is known alone: whatever may be.
    assert!(at(Some((20, 380)), "CRP 40 mg/L").alerts());
    let unknown = at(None, "CRP 40 mg/L");
    assert!(!unknown.alerts() && unknown.needs_age && !unknown.is_within(), "it depends on the birth date");
    assert!(at(None, "K 4,2 mmol/L").is_within() && at(None, "K 7,1 mmol/L").alerts());
}

#[test]
fn a_practice_is_stricter_or_looser_within_what_always_alerts() {
    let strict = [own("potassium", Some(3.5), Some(5.0), "mmol/L").unwrap()];
    let loose = [own("potassium", Some(2.5), Some(6.5), "mmol/L").unwrap()];
    let at = |own: &[OwnLimits], text: &str| judge([value(text)].iter(), &laboratory(ADULT, own)).alerts();
    assert!(at(&strict, "K 5,1 mmol/L") && !at(&[], "K 5,1 mmol/L") && at(&strict, "K 3,4 mmol/L"));
    assert!(!at(&loose, "K 6,2 mmol/L") && at(&[], "K 6,2 mmol/L") && at(&loose, "K 6,5 mmol/L"));
    let child = judge([value("K 6,2 mmol/L")].iter(), &laboratory(Some((4000, 4000)), &loose));
    assert!(!child.alerts(), "a child of eleven has the limits of adults here");
    let loose = [own("sodium", Some(121.0), None, "mmol/L").unwrap()];
    assert!(
        judge([value("Na 128 mmol/L")].iter(), &laboratory(Some((4000, 4000)), &loose)).alerts(),
        "never of a child"
    );
    let dimers = [own("d-dimer", None, Some(0.5), "mg/L").unwrap()];
    assert!(at(&dimers, "D-dimères 800 ng/mL") && !at(&dimers, "D-dimères 300 ng/mL"));
}

#[test]
fn what_is_wrong_with_a_practice_s_limits_is_said_with_its_remedy() {
    for (written, field, message, remedy) in [
        (own("potasium", None, Some(6.0), "mmol/L"), "analyte", "unknown analyte \"potasium\"", "potassium"),
        (
            own("potassium", None, Some(7.0), "mmol/L"),
            "above",
            "always alerts at 6.5 mmol/L and above",
            "6.5 mmol/L or less",
        ),
        (
            own("potassium", Some(2.0), None, "mmol/L"),
            "below",
            "always alerts at 2.5 mmol/L and below",
            "2.5 mmol/L or more",
        ),
        (own("potassium", None, Some(6.0), "g/dL"), "unit", "not measured in \"g/dL\"", "unit = \"mmol/L\""),
        (own("potassium", None, Some(6.0), ""), "unit", "have no unit", "unit = \"mmol/L\""),
        (own("inr", None, Some(4.0), "mg/L"), "unit", "not measured in", "leave unit out"),
        (own("potassium", None, None, "mmol/L"), "analyte", "has no limit", "below, above or both"),
        (own("potassium", Some(5.5), Some(5.0), "mmol/L"), "below", "not below the upper", "swap"),
        (own("potassium", Some(60.0), None, "mmol/L"), "below", "no living patient", "from 1.2 mmol/L to 12 mmol/L"),
        (own("potassium", None, Some(f64::NAN), "mmol/L"), "above", "no living patient", "from 1.2"),
        (own("glucose", None, Some(6.0), "g/L"), "above", "always alerts at 4.504 g/L and above", "4.504 g/L or less"),
    ] {
        let fault = written.unwrap_err();
        assert_eq!(fault.field, field, "{fault:?}");
        assert!(fault.message.contains(message) && fault.remedy.contains(remedy), "{fault:?}");
    }
    assert!(own("glucose", None, Some(4.0), "g/L").is_ok() && own("inr", None, Some(4.0), "").is_ok());
}

#[test]
fn findings_count_in_a_colleague_s_words_unless_they_are_denied() {
    for (text, finding) in [
        ("hémoculture positive à cocci gram plus", Finding::BloodCulture),
        ("2 hémocultures poussent, des bacilles", Finding::BloodCulture),
        ("la recherche de paludisme est positive", Finding::Malaria),
        ("frottis : P. falciparum", Finding::Malaria),
        ("on a un méningocoque", Finding::Meningococcus),
        ("LCR trouble avec des germes", Finding::SpinalFluid),
        ("toxine botulique positive", Finding::Toxin),
        ("antigène légionelle positif", Finding::Germ),
        ("des blastes au frottis", Finding::BloodFilm),
    ] {
        assert!(findings(text).contains(&finding), "{text}: {:?}", findings(text));
        assert!(told(text).alerts());
    }
    for text in [
        "hémoculture négative",
        "pas de blastes",
        "recherche de paludisme négative",
        "LCR stérile, pas de germe",
        "vaccin contre le méningocoque",
        "absence de schizocytes",
        "toxine négative",
    ] {
        assert_eq!(findings(text), [], "{text}");
    }
    assert!(!judge([words("mon fils a eu un méningocoque")].iter(), &anybody()).alerts(), "not in a patient's words");
}

/// "K", "pH" and numbers stand in anybody's words.
#[test]
fn everyday_words_of_patients_alarm_nobody() {
    for text in [
        "mon potassium est à 7,1",
        "ma kaliémie est à 2,1",
        "7,1 mmol/L de potassium",
        "glycémie à 0,4",
        "mon INR est à 8",
        "plaquettes à 12 000",
        "hémoglobine à 6 g/dL",
        "le labo dit : sodium 115 mmol/L",
    ] {
        assert!(judge([words(text)].iter(), &anybody()).alerts(), "{text}");
    }
    for text in [
        "un savon au pH 5,5",
        "un gel pH 7",
        "mon hémoglobine est à 7,1",
        "hémoglobine glyquée à 7,1 %",
        "TSH 2,5",
        "potassium 600 mg deux fois par jour",
        "potassium 2 le matin",
        "calcium 500 mg, 1 par jour",
        "2 plaquettes de comprimés",
        "il me reste 1 plaquette de 10",
        "paracétamol 1000",
        "lithium 400 mg",
        "j'habite au 7 rue K",
        "K 7",
        "vitamine K 7,1",
        "clairance de la créatinine 12 mL/min",
        "rappelez au 06 12 34 56 78",
        "INR à 2,4",
        "mon potassium est à 4,1",
        "mon potassium était bas",
        "bicarbonate de sodium 1 g",
        "valproate de sodium 500 mg/L",
        "INR dans 8 jours",
    ] {
        assert!(!judge([words(text)].iter(), &anybody()).alerts(), "{text}: {:?}", read(text, Voice::Anybody));
    }
}

/// The sentences of greffon-danger: nothing was tuned to the measured ones.
#[test]
fn everyday_sentences_of_the_danger_corpus_hold_no_result_that_alarms() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../danger/corpus/");
    let mut heard = 0;
    for file in [
        "measured/everyday.tsv",
        "training/everyday-1.tsv",
        "training/everyday-2.tsv",
        "training/everyday-3.tsv",
        "training/everyday-4.tsv",
        "training/everyday-5.tsv",
    ] {
        for line in std::fs::read_to_string(format!("{corpus}{file}")).unwrap().lines() {
            let judged = judge([words(line)].iter(), &anybody());
            assert!(!judged.alerts(), "{line}: {judged:?}");
            heard += 1;
        }
    }
    assert!(heard > 1000, "{heard}");
}

fn any_text() -> impl Strategy<Value = String> {
    let piece = proptest::sample::select(vec![
        "K",
        "potassium",
        "Hb",
        "INR",
        "pH",
        "calcium",
        "plaquettes",
        " ",
        " ",
        ",",
        ".",
        "-",
        "<",
        "> ",
        "supérieur à",
        "7,1",
        "4,2",
        "15 000",
        "0",
        "1000000000000000000",
        "mmol/L",
        "g/dL",
        "x10^9/L",
        "10⁹",
        "/mm3",
        "de ",
        "à ",
        "é",
        "µ",
        "\u{301}",
        "hémoculture ",
        "positive ",
        "négatif",
        "critique",
        "\n",
        "🩸",
        "(",
        "%",
    ]);
    proptest::collection::vec(prop_oneof![9 => piece.prop_map(str::to_owned), 1 => ".{0,4}"], 0..60)
        .prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic_and_where_it_says_it_stands(text in any_text()) {
        for voice in [Voice::Colleague, Voice::Anybody] {
            for result in read(&text, voice).results {
                prop_assert!(text.get(result.span.clone()).is_some_and(|said| !said.is_empty()));
                for amount in result.amounts {
                    let (Amount::Exactly(value) | Amount::AtMost(value) | Amount::AtLeast(value)) = amount;
                    prop_assert!(result.analyte.is_plausible(value));
                }
            }
        }
        prop_assert!(spans(&text).is_sorted_by(|one, other| one.end <= other.start));
        prop_assert!(findings(&text).len() <= 7);
    }

    /// S1: whatever is said later, what alerted goes on alerting, and what is known only grows.
    #[test]
    fn another_fact_never_takes_back_what_alerted(texts in proptest::collection::vec((any_text(), any::<bool>()), 1..6)) {
        let facts: Vec<Fact> = texts.iter().map(|(text, is_value)| if *is_value { value(text) } else { words(text) }).collect();
        let mut before = Judged::default();
        for count in 1..=facts.len() {
            let now = judge(facts[..count].iter(), &laboratory(ADULT, &[]));
            prop_assert!(now.alerts() || !before.alerts());
            prop_assert!(now.beyond.starts_with(&before.beyond) && now.findings.starts_with(&before.findings));
            before = now;
        }
    }

    /// However a practice sets its limits, what always alerts does.
    #[test]
    fn no_practice_switches_off_what_always_alerts(below in 0.0..20.0, above in 0.0..20.0, said in 1.2..12.0) {
        let own: Vec<OwnLimits> = own("potassium", Some(below), Some(above), "mmol/L").into_iter().collect();
        let text = format!("K {said:.2} mmol/L");
        let said: f64 = format!("{said:.2}").parse().unwrap();
        let judged = judge([value(&text)].iter(), &laboratory(ADULT, &own));
        prop_assert!(judged.alerts() || (2.5 < said && said < 6.5), "{text} with {own:?}");
    }
}

/// The longest text that is taken in, made of what is looked at the longest.
#[test]
fn a_text_of_64_kib_is_read_in_time_that_grows_with_it() {
    for piece in [
        "potassium ",
        "potassium de la de la ",
        "K 7,1 mmol/L ",
        "1 000 ",
        "calcium ",
        "10^9",
        "d ",
        "7,1 de ",
        "<",
        "é",
    ] {
        let short = piece.repeat(4 * 1024 / piece.len());
        let long = piece.repeat(64 * 1024 / piece.len());
        let time = |text: &str| {
            let from = std::time::Instant::now();
            assert!(read(text, Voice::Colleague).results.len() <= 50 && findings(text).is_empty());
            from.elapsed()
        };
        let least = |text: &str| (0..15).map(|_| time(text)).min().unwrap_or_default();
        let (short, long) = (least(&short), least(&long));
        // Sixteen times as long; what grows with the square would take 256 times.
        assert!(long < short * 80 + std::time::Duration::from_millis(5), "{piece:?}: {short:?}, then {long:?}");
    }
}
