//! What figures mean: a temperature, a saturation, a blood sugar, an age. A figure
//! counts beside a word that says what it is of, or with its unit.
//!
//! Bounds: fever from 38 °C and hypothermia under 35.5 °C (infants: HAS, "Prise en
//! charge de la fièvre chez l'enfant", 2016); hypoglycaemia under 0.70 g/l or
//! 3.9 mmol/l, hyperglycaemia from 3 g/l or 16.5 mmol/l; a saturation of 92 % or less;
//! a systolic pressure under 90 or from 200 mmHg; a Glasgow score under 15; pain from
//! 8 of 10; a pulse under 40 or from 150. They are wider than what a clinician would
//! treat: each costs one question.

#[path = "numbers/words.rs"]
mod words;

use words::{
    COUNTED_ENGLISH, DURATION, DURATION_ENGLISH, GLASGOW, PAIN, PRESSURE, PULSE, SATURATION, SATURATION_ENGLISH,
    SMALL_ONES, SUGAR, SUGAR_ENGLISH, TEMPERATURE,
};

use crate::figures::{Figure, figures};
use crate::language::is_english;
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

/// Finds what the figures of a text amount to.
pub(crate) fn marks(tokens: &[Token]) -> Vec<Marked> {
    let mut found = Vec::new();
    let figures = figures(tokens);
    if figures.is_empty() {
        return found;
    }
    let english = is_english(tokens);
    for figure in figures {
        let reading = Reading { tokens, figure, english };
        let at = |mark| Marked { mark, first: figure.first, last: figure.last };
        found.extend(reading.marks().into_iter().map(at));
    }
    found
}

struct Reading<'a> {
    tokens: &'a [Token<'a>],
    figure: Figure,
    /// English figures have other units: mmol/l, mmHg, degrees Fahrenheit.
    english: bool,
}

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
        if (40.0..=92.0).contains(&value) && self.is_saturation() {
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
        if ((20.0..40.0).contains(&value) || (150.0..=260.0).contains(&value)) && self.near(PULSE, 4, 2) {
            marks.push(Mark::BadPulse);
        }
        if (4.0..43.0).contains(&value) && matches!(self.after(0), "sa" | "sem" | "semaines") && self.is_gestation() {
            marks.push(Mark::Pregnant);
        }
        if self.english && self.is_english_gestation() {
            marks.push(Mark::Pregnant);
        }
        marks.extend(self.age());
        marks
    }

    fn after(&self, by: usize) -> &str {
        self.tokens.get(self.figure.last + 1 + by).map_or("", |token| token.word)
    }

    fn before(&self, by: usize) -> &str {
        self.figure.first.checked_sub(1 + by).map_or("", |at| self.tokens[at].word)
    }

    fn near(&self, words: &[&str], before: usize, after: usize) -> bool {
        (0..before).any(|by| words.contains(&self.before(by))) || (0..after).any(|by| words.contains(&self.after(by)))
    }

    fn is_counted(&self) -> bool {
        self.english && COUNTED_ENGLISH.contains(&self.after(0))
    }

    fn is_saturation(&self) -> bool {
        if !self.english {
            return self.near(SATURATION, 5, 2);
        }
        // "He sat 45 minutes in the waiting room."
        !self.is_counted() && (self.near(SATURATION_ENGLISH, 5, 2) || self.near(&SATURATION[2..], 5, 2))
    }

    /// Degrees Celsius, whichever they were said in.
    fn temperature(&self) -> Option<f64> {
        if self.is_counted() {
            return None;
        }
        let value = self.figure.value;
        if self.english && (90.0..108.0).contains(&value) {
            let degrees = matches!(self.after(0), "f" | "fahrenheit" | "°" | "degrees");
            return (degrees || self.near(TEMPERATURE, 6, 4)).then(|| (value - 32.0) / 1.8);
        }
        if !(30.0..43.0).contains(&value) {
            return None;
        }
        let degrees = matches!(self.after(0), "°" | "degre" | "degres" | "dg" | "degrees" | "celsius");
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
        let is_age =
            matches!(unit, "ans" | "an" | "jours" | "mois" | "h" | "heures" | "unites" | "ui" | "fois" | "semaines");
        if is_age {
            return None;
        }
        if of_millimoles {
            return match value {
                v if v < 3.9 => Some(Mark::LowSugar),
                v if v >= 16.5 => Some(Mark::HighSugar),
                _ => None,
            };
        }
        let decimals = value.fract() != 0.0;
        let mark = if self.english { self.english_sugar(decimals) } else { self.french_sugar(decimals || of_grams) };
        // What the figure could be is looked at first: few of them could be one.
        mark.filter(|_| self.near(SUGAR, 7, 6))
    }

    /// Grams a litre; `told` when its decimals or its unit say so.
    fn french_sugar(&self, told: bool) -> Option<Mark> {
        match self.figure.value {
            v if v < 0.7 && told => Some(Mark::LowSugar),
            v if (3.0..10.0).contains(&v) && told => Some(Mark::HighSugar),
            // Milligrams, as some say it.
            v if (20.0..70.0).contains(&v) && self.after(0) == "mg" => Some(Mark::LowSugar),
            v if (300.0..900.0).contains(&v) => Some(Mark::HighSugar),
            _ => None,
        }
    }

    /// Millimoles, or milligrams a decilitre where that can be meant.
    fn english_sugar(&self, decimals: bool) -> Option<Mark> {
        let value = self.figure.value;
        if self.is_counted() || self.before(0) == "type" || self.of_ten() {
            return None;
        }
        let said = decimals || self.near(SUGAR_ENGLISH, 4, 2);
        match value {
            // Nobody has 1 mmol/l and speaks: that is 1 g/l, and all is well.
            v if (1.5..4.0).contains(&v) && said => Some(Mark::LowSugar),
            v if v < 0.7 && decimals => Some(Mark::LowSugar),
            v if (41.0..70.0).contains(&v) && self.near(SUGAR_ENGLISH, 4, 2) => Some(Mark::LowSugar),
            v if (16.5..41.0).contains(&v) && said => Some(Mark::HighSugar),
            v if (300.0..900.0).contains(&v) => Some(Mark::HighSugar),
            _ => None,
        }
    }

    fn pressure(&self) -> Option<Mark> {
        let value = self.figure.value;
        let systolic = if value >= 30.0 { value / 10.0 } else { value };
        let (low, high) = ((3.0..9.0).contains(&systolic), (20.0..=30.0).contains(&systolic));
        if !(low || high) || self.is_counted() || (self.english && value < 30.0) {
            return None;
        }
        // The second of two is the diastolic one.
        if !self.near(PRESSURE, 4, 1) || matches!(self.before(0), "/" | "sur" | "over") {
            return None;
        }
        let of_two = matches!(self.after(0), "/" | "sur" | "over" | "on");
        match (low, high) {
            (true, _) => (of_two || self.near(PRESSURE, 3, 0)).then_some(Mark::LowPressure),
            _ => Some(Mark::HighPressure),
        }
    }

    fn of_ten(&self) -> bool {
        matches!((self.after(0), self.after(1)), ("/" | "sur", "10" | "dix"))
            || matches!((self.after(0), self.after(1), self.after(2)), ("out", "of", "10" | "ten"))
    }

    /// Not the age of a child in weeks.
    fn is_gestation(&self) -> bool {
        self.after(0) == "sa" || self.near(&["enceinte", "grossesse", "amenorrhee"], 6, 4)
    }

    /// "34 weeks pregnant", "36+2".
    fn is_english_gestation(&self) -> bool {
        let pregnant = || self.near(&["pregnant", "pregnancy", "preg", "gestation", "midwife", "contractions"], 8, 5);
        match self.after(0) {
            "weeks" | "week" | "wks" | "wk" => (4.0..43.0).contains(&self.figure.value) && pregnant(),
            "+" => (20.0..43.0).contains(&self.figure.value) && self.after(1).len() == 1,
            _ => false,
        }
    }

    /// An age in days, as the English tell it.
    fn english_age(&self) -> Option<f64> {
        let value = self.figure.value;
        let unit = match (self.after(0), self.after(1)) {
            ("year" | "years" | "yr" | "yrs" | "yo" | "y" | "yro", _) => 365.0,
            // "58M", as nurses write it.
            ("m" | "f", _) if value >= 2.0 => 365.0,
            ("month" | "months" | "mth" | "mths" | "mo" | "mos", _) | ("/", "12") => 30.5,
            ("week" | "weeks" | "wk" | "wks", _) | ("/", "52") => 7.0,
            ("day" | "days", _) => 1.0,
            _ => return None,
        };
        let old = |by: usize| matches!(self.after(by), "old" | "o");
        if old(1) || old(2) || (unit > 30.5 && matches!(self.after(0), "yo" | "yro" | "m" | "f")) {
            return Some(value * unit);
        }
        let is_duration = (0..2).any(|by| DURATION_ENGLISH.contains(&self.before(by)))
            || matches!(self.after(1), "ago" | "later" | "time" | "now" | "pregnant" | "running")
            || self.is_english_gestation();
        (!is_duration && self.near(SMALL_ONES, 4, 3)).then_some(value * unit)
    }

    fn age(&self) -> Vec<Mark> {
        let value = self.figure.value;
        if self.english {
            return self.english_age().map(ages).unwrap_or_default();
        }
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
        ages(days)
    }
}

/// What an age amounts to.
fn ages(days: f64) -> Vec<Mark> {
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

#[cfg(test)]
#[path = "numbers/tests.rs"]
mod tests;
