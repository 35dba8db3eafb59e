//! What is known of an analyte: its names, its units, what a human can have, and from
//! where on somebody is told at once.

use greffon_words::Text;

/// How a name may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Names the analyte in blood and nothing else, or hardly: "kaliémie". A number
    /// behind it is a result even without a unit.
    Full,
    /// A colleague's abbreviation: "K". Without a unit only in a colleague's words.
    Short,
    /// Also the name of something else, a tablet most often: "calcium". Never without a unit.
    Substance,
}

/// From where on somebody is told at once, for those younger than so many days. A value
/// that is reached counts as passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    /// Age in days below which these hold; the youngest first, `u32::MAX` last.
    pub(super) under_days: u32,
    pub(super) below: Option<f64>,
    pub(super) above: Option<f64>,
}

/// Something that a laboratory measures.
#[derive(Debug)]
pub struct Analyte {
    /// Its name in files and rules: `potassium`.
    pub id: &'static str,
    /// Its name for people.
    pub(super) label: fn() -> Text,
    /// The unit of every bound here, as it is shown; empty for what has none.
    pub unit: &'static str,
    /// Lower case, without accents.
    pub(super) names: &'static [(&'static str, Use)],
    /// Spellings of [`super::unit`], with what makes [`Self::unit`] of them.
    pub(super) units: &'static [(&'static str, f64)],
    /// What somebody who is alive can have; whatever else is said was misread.
    pub(super) plausible: (f64, f64),
    /// National limits. None: only a practice's own.
    pub(super) limits: &'static [Limits],
    /// What always counts as passed, whatever a practice sets: below and above.
    pub(super) outer: (Option<f64>, Option<f64>),
}

/// The same analyte, whatever table it was found in.
impl PartialEq for Analyte {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Analyte {
    /// Whether a number is a result without a unit.
    pub(super) fn has_no_unit(&self) -> bool {
        self.unit.is_empty()
    }

    /// What makes [`Self::unit`] of a spelling of [`super::unit`].
    pub(super) fn factor(&self, unit: &str) -> Option<f64> {
        self.units.iter().find(|(one, _)| *one == unit).map(|(_, factor)| *factor)
    }

    pub(super) fn is_plausible(&self, value: f64) -> bool {
        (self.plausible.0..=self.plausible.1).contains(&value)
    }

    /// The limits that may hold for somebody whose age in days lies in these bounds; of
    /// an adult when nothing is known.
    pub(super) fn limits(&self, age: Option<(u32, u32)>) -> impl Iterator<Item = &'static Limits> {
        let (youngest, oldest) = age.unwrap_or((u32::MAX - 1, u32::MAX - 1));
        let mut from = 0;
        self.limits.iter().filter(move |one| {
            let meant = from <= oldest && youngest < one.under_days;
            from = one.under_days;
            meant
        })
    }
}
