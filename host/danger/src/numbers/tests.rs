use super::*;
use crate::text::Words;

fn names(text: &str) -> Vec<&'static str> {
    marks(&Words::of(text).tokens()).into_iter().map(|one| one.mark.name()).collect()
}

#[test]
fn temperatures_are_read_in_digits_and_in_words() {
    for text in ["il a 38 de fièvre", "température 38,0", "38°5 ce matin", "elle a trente-neuf de fièvre", "T 39.2"]
    {
        assert_eq!(names(text), ["#fever"], "{text}");
    }
    for text in ["fièvre à quarante et un", "40,2° de fièvre", "quarante virgule deux de fièvre"] {
        assert_eq!(names(text), ["#fever", "#high-fever"], "{text}");
    }
    assert_eq!(names("37,9 de fièvre"), [""; 0]);
    assert_eq!(names("température à 35,2"), ["#cold"]);
    assert_eq!(names("elle a 39 ans et demi"), ["#older"]);
    assert_eq!(names("j'habite au 38 rue du Port"), [""; 0]);
}

#[test]
fn what_is_measured_is_weighed_by_its_bounds() {
    assert_eq!(names("SpO2 92 %"), ["#low-saturation"]);
    assert_eq!(names("SpO2 93 %"), [""; 0]);
    assert_eq!(names("dextro 0,69"), ["#low-sugar"]);
    assert_eq!(names("dextro 0,70"), [""; 0]);
    assert_eq!(names("glycémie à 3 g"), ["#high-sugar"]);
    assert_eq!(names("glycémie à 2,9 g"), [""; 0]);
    assert_eq!(names("glycémie 3,8 mmol"), ["#low-sugar"]);
    assert_eq!(names("glycémie 17 mmol"), ["#high-sugar"]);
    assert_eq!(names("TA 8/5"), ["#low-pressure"]);
    assert_eq!(names("TA 13/8"), [""; 0]);
    assert_eq!(names("tension à 220 sur 110"), ["#high-pressure"]);
    assert_eq!(names("Glasgow 14"), ["#low-glasgow"]);
    assert_eq!(names("Glasgow 15"), [""; 0]);
    assert_eq!(names("douleur 9/10"), ["#severe-pain"]);
    assert_eq!(names("douleur à sept sur dix"), [""; 0]);
    assert_eq!(names("pouls à 170"), ["#bad-pulse"]);
}

#[test]
fn ages_are_no_durations() {
    assert_eq!(names("bébé de 2 mois"), ["#infant", "#baby", "#child"]);
    assert_eq!(names("il a dix jours"), ["#infant", "#baby", "#child"]);
    assert_eq!(names("ma fille de 4 mois"), ["#baby", "#child"]);
    assert_eq!(names("je tousse depuis 3 jours"), [""; 0]);
    assert_eq!(names("il y a 2 mois"), [""; 0]);
    assert_eq!(names("dans deux semaines"), [""; 0]);
    assert_eq!(names("pt 82 ans"), ["#older", "#aged"]);
    assert_eq!(names("ma fille de huit ans"), ["#older", "#child"]);
    assert_eq!(names("34 SA"), ["#pregnant"]);
    assert_eq!(names("enceinte de 7 mois"), [""; 0]);
}

#[test]
fn english_figures_have_their_own_units() {
    for text in
        ["temp of 101", "fever of a hundred and two", "38.4 under the arm", "she is 102.2 F", "thirty-eight nine"]
    {
        assert!(names(&format!("the baby is hot, {text}")).contains(&"#fever"), "{text}");
    }
    assert_eq!(names("her temp is 37.4 and she is at school"), [""; 0]);
    assert_eq!(names("his sats are 86 on air"), ["#low-saturation"]);
    assert_eq!(names("he sat for 45 minutes with the nurse"), [""; 0]);
    assert_eq!(names("her blood sugar is 2.1"), ["#low-sugar"]);
    assert_eq!(names("his sugar is two point four"), ["#low-sugar"]);
    assert_eq!(names("his sugar is 24"), ["#high-sugar"]);
    assert_eq!(names("her glucose is 52 mg"), [""; 0]);
    assert_eq!(names("the glucose is 52"), ["#low-sugar"]);
    assert_eq!(names("she has type 2 diabetes"), [""; 0]);
    assert_eq!(names("the BP is 78 over 44"), ["#low-pressure"]);
    assert_eq!(names("BP 210/120 at the pharmacy"), ["#high-pressure"]);
    assert_eq!(names("the BP is 130/80"), [""; 0]);
    assert_eq!(names("the pain is nine out of ten"), ["#severe-pain"]);
}

#[test]
fn english_ages_are_no_durations() {
    for text in ["my baby is 6 weeks old", "a ten-day-old baby", "he is twelve days", "5/52 old boy with his mum"] {
        assert_eq!(names(text), ["#infant", "#baby", "#child"], "{text}");
    }
    for text in
        ["I have coughed for 3 weeks", "she was seen two weeks ago", "he comes in 10 days", "in the next 3 months"]
    {
        assert_eq!(names(text), [""; 0], "{text}");
    }
    assert_eq!(names("79 yo F, unwell since this morning"), ["#older", "#aged"]);
    assert_eq!(names("I am 34 weeks pregnant"), ["#pregnant"]);
}
