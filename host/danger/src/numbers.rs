//! What figures mean: a temperature, a saturation, a blood sugar, an age. A figure
//! counts beside a word that says what it is of, or with its unit.
//!
//! Bounds: fever from 38 °C and hypothermia under 35.5 °C (infants: HAS, "Prise en
//! charge de la fièvre chez l'enfant", 2016); hypoglycaemia under 0.70 g/l or
//! 3.9 mmol/l, hyperglycaemia from 3 g/l or 16.5 mmol/l; a saturation of 92 % or less;
//! a systolic pressure under 90 or from 200 mmHg; a Glasgow score under 15; pain from
//! 8 of 10; a pulse under 40 or from 150. They are wider than what a clinician would
//! treat: each costs one question.

use crate::token::Token;

/// What a figure amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Mark {
    Fever,
    HighFever,
    Cold,
    LowSaturation,
    LowSugar,
    HighSugar,
    LowPressure,
    HighPressure,
    LowGlasgow,
    SeverePain,
    BadPulse,
    /// Younger than three months.
    Infant,
    /// Younger than two years.
    Baby,
    Child,
    /// Two years and more.
    Older,
    Aged,
    Pregnant,
}

impl Mark {
    pub(crate) const ALL: [Self; 17] = [
        Self::Fever,
        Self::HighFever,
        Self::Cold,
        Self::LowSaturation,
        Self::LowSugar,
        Self::HighSugar,
        Self::LowPressure,
        Self::HighPressure,
        Self::LowGlasgow,
        Self::SeverePain,
        Self::BadPulse,
        Self::Infant,
        Self::Baby,
        Self::Child,
        Self::Older,
        Self::Aged,
        Self::Pregnant,
    ];

    /// Its name in rules and among the model's features.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Fever => "#fever",
            Self::HighFever => "#high-fever",
            Self::Cold => "#cold",
            Self::LowSaturation => "#low-saturation",
            Self::LowSugar => "#low-sugar",
            Self::HighSugar => "#high-sugar",
            Self::LowPressure => "#low-pressure",
            Self::HighPressure => "#high-pressure",
            Self::LowGlasgow => "#low-glasgow",
            Self::SeverePain => "#severe-pain",
            Self::BadPulse => "#bad-pulse",
            Self::Infant => "#infant",
            Self::Baby => "#baby",
            Self::Child => "#child",
            Self::Older => "#older",
            Self::Aged => "#aged",
            Self::Pregnant => "#pregnant",
        }
    }
}

/// A mark and its tokens, first and last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marked {
    pub mark: Mark,
    pub first: usize,
    pub last: usize,
}

/// A figure, in digits or in words.
#[derive(Clone, Copy, Debug)]
struct Figure {
    value: f64,
    first: usize,
    last: usize,
}

/// Finds what the figures of a text amount to.
pub(crate) fn marks(tokens: &[Token]) -> Vec<Marked> {
    let mut found = Vec::new();
    for figure in figures(tokens) {
        let reading = Reading { tokens, figure };
        let at = |mark| Marked { mark, first: figure.first, last: figure.last };
        found.extend(reading.marks().into_iter().map(at));
    }
    found
}

struct Reading<'a> {
    tokens: &'a [Token],
    figure: Figure,
}

const TEMPERATURE: &[&str] = &[
    "fievre",
    "fievreux",
    "fievreuse",
    "temperature",
    "temp",
    "thermometre",
    "t",
    "tp",
    "febrile",
    "temperatur",
    "fever",
];
const SATURATION: &[&str] =
    &["sat", "satu", "saturation", "sature", "spo2", "sao2", "oxymetre", "saturometre", "oxygene"];
const SUGAR: &[&str] = &[
    "glycemie",
    "glycemies",
    "gly",
    "glyc",
    "dextro",
    "dextros",
    "sucre",
    "hgt",
    "capteur",
    "lecteur",
    "diabetique",
    "diabete",
    "dt1",
    "dt2",
    "did",
    "hypo",
    "hypoglycemie",
    "freestyle",
    "dexcom",
    "glucose",
    "insuline",
    "glucometre",
    "sugar",
];
const PRESSURE: &[&str] = &["ta", "tension", "pa", "tas", "pression", "tensiometre"];
const PULSE: &[&str] = &["pouls", "fc", "pulsations", "bat", "bpm", "pls", "coeur"];
const GLASGOW: &[&str] = &["glasgow", "gcs", "glasgo"];
const PAIN: &[&str] = &["en", "eva", "douleur", "mal", "souffre", "cote"];
const DURATION: &[&str] = &[
    "depuis",
    "ya",
    "y",
    "dans",
    "pendant",
    "durant",
    "pour",
    "tous",
    "toutes",
    "ici",
    "avant",
    "apres",
    "fait",
    "deja",
    "sous",
    "environ",
    "moins",
    "plus",
    "encore",
    "prochains",
    "derniers",
    "puis",
];

impl Reading<'_> {
    fn marks(&self) -> Vec<Mark> {
        let mut marks = Vec::new();
        let value = self.figure.value;
        if let Some(degrees) = self.temperature() {
            if degrees >= 38.0 {
                marks.push(Mark::Fever);
            }
            if degrees >= 40.0 {
                marks.push(Mark::HighFever);
            }
            if degrees < 35.5 {
                marks.push(Mark::Cold);
            }
        }
        if (40.0..=100.0).contains(&value) && self.near(SATURATION, 5, 2) && value <= 92.0 {
            marks.push(Mark::LowSaturation);
        }
        marks.extend(self.sugar());
        marks.extend(self.pressure());
        if (3.0..15.0).contains(&value) && self.near(GLASGOW, 2, 0) {
            marks.push(Mark::LowGlasgow);
        }
        if (8.0..=10.0).contains(&value) && self.of_ten() && (self.near(PAIN, 6, 6) || self.after(0) == "/") {
            marks.push(Mark::SeverePain);
        }
        if self.near(PULSE, 4, 2) && ((20.0..40.0).contains(&value) || (150.0..=260.0).contains(&value)) {
            marks.push(Mark::BadPulse);
        }
        if (4.0..43.0).contains(&value) && matches!(self.after(0), "sa" | "sem" | "semaines") && self.is_gestation() {
            marks.push(Mark::Pregnant);
        }
        marks.extend(self.age());
        marks
    }

    fn after(&self, by: usize) -> &str {
        self.tokens.get(self.figure.last + 1 + by).map_or("", |token| token.word.as_str())
    }

    fn before(&self, by: usize) -> &str {
        self.figure.first.checked_sub(1 + by).map_or("", |at| self.tokens[at].word.as_str())
    }

    fn near(&self, words: &[&str], before: usize, after: usize) -> bool {
        (0..before).any(|by| words.contains(&self.before(by))) || (0..after).any(|by| words.contains(&self.after(by)))
    }

    fn temperature(&self) -> Option<f64> {
        let value = self.figure.value;
        if !(30.0..43.0).contains(&value) {
            return None;
        }
        let degrees = matches!(self.after(0), "°" | "degre" | "degres" | "dg");
        let said = self.near(TEMPERATURE, 6, 5) || self.is_written_with_decimals();
        let age = matches!(
            self.after(0),
            "ans"
                | "an"
                | "sa"
                | "semaines"
                | "kg"
                | "kilos"
                | "euros"
                | "mois"
                | "jours"
                | "e"
                | "cm"
                | "m"
                | "ml"
                | "mg"
                | "pour"
                | "%"
                | "/"
        );
        ((degrees || said) && !age).then_some(value)
    }

    /// "38,2" needs no word: nothing else is so precise there.
    fn is_written_with_decimals(&self) -> bool {
        (34.0..43.0).contains(&self.figure.value) && self.figure.value.fract() != 0.0
    }

    fn sugar(&self) -> Option<Mark> {
        let value = self.figure.value;
        let unit = self.after(0);
        let of_millimoles = matches!(unit, "mmol" | "mmoles" | "millimoles" | "mmols");
        let of_grams = matches!(unit, "g" | "gr" | "gramme" | "grammes" | "gl");
        let said = self.near(SUGAR, 7, 6);
        if !said && !of_millimoles {
            return None;
        }
        let is_age =
            matches!(unit, "ans" | "an" | "jours" | "mois" | "h" | "heures" | "unites" | "ui" | "fois" | "semaines");
        if is_age || (matches!(unit, "mg") && !said) {
            return None;
        }
        if of_millimoles {
            return match value {
                v if v < 3.9 => Some(Mark::LowSugar),
                v if v >= 16.5 => Some(Mark::HighSugar),
                _ => None,
            };
        }
        let decimals = self.tokens[self.figure.first].word.contains('.');
        match value {
            v if v < 0.7 && (decimals || of_grams) => Some(Mark::LowSugar),
            v if (3.0..10.0).contains(&v) && (of_grams || decimals) => Some(Mark::HighSugar),
            // Milligrams, as some say it.
            v if (20.0..70.0).contains(&v) && matches!(unit, "mg") => Some(Mark::LowSugar),
            v if (300.0..900.0).contains(&v) => Some(Mark::HighSugar),
            _ => None,
        }
    }

    fn pressure(&self) -> Option<Mark> {
        let value = self.figure.value;
        let of_two = matches!(self.after(0), "/" | "sur");
        // The second of two is the diastolic one.
        if !self.near(PRESSURE, 4, 1) || matches!(self.before(0), "/" | "sur") {
            return None;
        }
        let systolic = if value >= 30.0 { value / 10.0 } else { value };
        match systolic {
            v if (3.0..9.0).contains(&v) && (of_two || self.near(PRESSURE, 3, 0)) => Some(Mark::LowPressure),
            v if (20.0..=30.0).contains(&v) => Some(Mark::HighPressure),
            _ => None,
        }
    }

    fn of_ten(&self) -> bool {
        matches!((self.after(0), self.after(1)), ("/" | "sur", "10" | "dix"))
    }

    /// Not the age of a child in weeks.
    fn is_gestation(&self) -> bool {
        self.after(0) == "sa" || self.near(&["enceinte", "grossesse", "amenorrhee"], 6, 4)
    }

    fn age(&self) -> Vec<Mark> {
        let value = self.figure.value;
        let days = match self.after(0) {
            "an" | "ans" => value * 365.0,
            // "82 a", as nurses write it.
            "a" if value >= 1.0 && self.figure.last + 2 >= self.tokens.len() => value * 365.0,
            "mois" | "mwa" => value * 30.5,
            "semaine" | "semaines" | "sem" => value * 7.0,
            "jour" | "jours" | "j" | "jrs" => value,
            _ => return Vec::new(),
        };
        let is_duration = (0..2).any(|by| DURATION.contains(&self.before(by))) || self.is_gestation();
        if is_duration || self.near(&["enceinte", "grossesse"], 4, 2) {
            return Vec::new();
        }
        let mut marks = Vec::new();
        if days < 92.0 {
            marks.push(Mark::Infant);
        }
        if days < 2.0 * 365.0 {
            marks.push(Mark::Baby);
        } else {
            marks.push(Mark::Older);
        }
        if days < 16.0 * 365.0 {
            marks.push(Mark::Child);
        }
        if days >= 75.0 * 365.0 {
            marks.push(Mark::Aged);
        }
        marks
    }
}

/// All figures, in digits and in words. A small one right after a temperature's
/// degrees is its decimal: "trente-neuf cinq", "38°5".
fn figures(tokens: &[Token]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(figure) = figure_at(tokens, at) else {
            at += 1;
            continue;
        };
        at = figure.last + 1;
        let decimal = figures.last_mut().filter(|whole| {
            let between = &tokens[whole.last + 1..figure.first];
            whole.value.fract() == 0.0
                && (34.0..43.0).contains(&whole.value)
                && (0.0..10.0).contains(&figure.value)
                && between
                    .iter()
                    .all(|token| matches!(token.word.as_str(), "°" | "virgule" | "et" | "degre" | "degres"))
                && between.len() <= 1
                && !matches!(
                    tokens.get(at).map(|next| next.word.as_str()),
                    Some("ans" | "mois" | "jours" | "fois" | "h" | "heures" | "semaines")
                )
        });
        if let Some(whole) = decimal {
            whole.value += figure.value / 10.0;
            whole.last = figure.last;
        } else {
            figures.push(figure);
        }
    }
    figures
}

fn figure_at(tokens: &[Token], first: usize) -> Option<Figure> {
    if let Some(value) = tokens[first].number {
        return Some(Figure { value, first, last: first });
    }
    let mut value = small_number(&tokens[first].word)?;
    let mut last = first;
    while let Some(next) = tokens.get(last + 1) {
        let word = next.word.as_str();
        if matches!(word, "et")
            && tokens.get(last + 2).is_some_and(|next| matches!(next.word.as_str(), "un" | "une" | "onze"))
            && value >= 20.0
        {
            last += 1;
            continue;
        }
        let Some(more) = small_number(word) else { break };
        let composed = match (value, more) {
            (4.0, 20.0) => 80.0,
            (v, 100.0) if (1.0..10.0).contains(&v) => v * 100.0,
            (v, m) if v >= 20.0 && v % 10.0 == 0.0 && m < 10.0 => v + m,
            (60.0 | 80.0, m) if (10.0..20.0).contains(&m) => value + m,
            (v, m) if v >= 100.0 && v % 100.0 == 0.0 && m < 100.0 => v + m,
            _ => break,
        };
        value = composed;
        last += 1;
    }
    Some(Figure { value, first, last })
}

fn small_number(word: &str) -> Option<f64> {
    Some(match word {
        "zero" => 0.0,
        "deux" => 2.0,
        "trois" => 3.0,
        "quatre" => 4.0,
        "cinq" => 5.0,
        "six" => 6.0,
        "sept" => 7.0,
        "huit" => 8.0,
        "neuf" => 9.0,
        "dix" => 10.0,
        "onze" => 11.0,
        "douze" => 12.0,
        "treize" => 13.0,
        "quatorze" => 14.0,
        "quinze" => 15.0,
        "seize" => 16.0,
        "vingt" | "vingts" => 20.0,
        "trente" => 30.0,
        "quarante" => 40.0,
        "cinquante" => 50.0,
        "soixante" => 60.0,
        "septante" => 70.0,
        "huitante" | "octante" => 80.0,
        "nonante" => 90.0,
        "cent" | "cents" => 100.0,
        "un" | "une" => 1.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::tokens;

    fn names(text: &str) -> Vec<&'static str> {
        marks(&tokens(text)).into_iter().map(|one| one.mark.name()).collect()
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
}
