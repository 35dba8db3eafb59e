//! A practice's own alert thresholds.

use super::analyte::{Analyte, Limits};
use super::table::ANALYTES;
use super::token::tokens;
use super::unit::unit;

/// From where on a practice wants to be told at once. They take the place of the national
/// limits of adults; of children the stricter of the two counts. They lie within
/// what always alerts: nobody switches a potassium of 7 off.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnLimits {
    analyte: &'static Analyte,
    below: Option<f64>,
    above: Option<f64>,
}

/// What is wrong with a practice's own limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In which field: `analyte`, `unit`, `below`, `above`.
    pub field: &'static str,
    /// What it is.
    pub message: String,
    /// What to write.
    pub remedy: String,
}

impl OwnLimits {
    /// Checks what a practice wrote; `unit` is that of both numbers.
    ///
    /// # Errors
    /// An analyte or unit that is not known, no limit, one that nobody alive reaches, one
    /// beyond what always alerts, or both the wrong way round.
    pub fn new(analyte: &str, unit: Option<&str>, below: Option<f64>, above: Option<f64>) -> Result<Self, Fault> {
        let fault = |field, message: String, remedy: String| Err(Fault { field, message, remedy });
        let Some(known) = ANALYTES.iter().find(|one| one.id == analyte) else {
            let ids: Vec<&str> = ANALYTES.iter().map(|one| one.id).collect();
            return fault("analyte", format!("unknown analyte \"{analyte}\""), format!("one of {}", ids.join(", ")));
        };
        let analyte = known;
        let Some(factor) = factor(analyte, unit.unwrap_or("")) else {
            let message = match unit {
                Some(unit) => format!("{} is not measured in \"{unit}\"", analyte.id),
                None => format!("the limits of {} have no unit", analyte.id),
            };
            let remedy = if analyte.has_no_unit() {
                "leave unit out".to_owned()
            } else {
                format!("unit = \"{}\"", analyte.unit)
            };
            return fault("unit", message, remedy);
        };
        if below.is_none() && above.is_none() {
            return fault("analyte", format!("{} has no limit", analyte.id), "write below, above or both".to_owned());
        }
        let own = Self { analyte, below: below.map(|one| one * factor), above: above.map(|one| one * factor) };
        let (lowest, highest) = analyte.outer;
        let written = |bound: f64| format!("{} {}", round(bound / factor), unit.unwrap_or("")).trim_end().to_owned();
        for (field, bound) in [("below", own.below), ("above", own.above)] {
            if bound.is_some_and(|bound| !analyte.is_plausible(bound)) {
                let (least, most) = analyte.plausible;
                let message = format!("no living patient has such a value of {}", analyte.id);
                return fault(field, message, format!("write a number from {} to {}", written(least), written(most)));
            }
        }
        if let (Some(below), Some(lowest)) = (own.below, lowest)
            && below < lowest
        {
            let message = format!("{} always alerts at {} and below", analyte.id, written(lowest));
            return fault("below", message, format!("write {} or more", written(lowest)));
        }
        if let (Some(above), Some(highest)) = (own.above, highest)
            && above > highest
        {
            let message = format!("{} always alerts at {} and above", analyte.id, written(highest));
            return fault("above", message, format!("write {} or less", written(highest)));
        }
        match (own.below, own.above) {
            (Some(below), Some(above)) if below >= above => fault(
                "below",
                "the lower limit is not below the upper one".to_owned(),
                "swap below and above".to_owned(),
            ),
            _ => Ok(own),
        }
    }
}

/// The limits that hold for an analyte, with a practice's own where it has some.
pub(super) fn holding(analyte: &Analyte, own: &[OwnLimits], national: &Limits) -> (Option<f64>, Option<f64>) {
    let own = own.iter().find(|one| *one.analyte == *analyte);
    let (below, above) = own.map_or((None, None), |own| (own.below, own.above));
    let (below, above) = if national.under_days == u32::MAX {
        (below.or(national.below), above.or(national.above))
    } else {
        (higher(below, national.below), lower(above, national.above))
    };
    (higher(below, analyte.outer.0), lower(above, analyte.outer.1))
}

fn higher(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}

fn lower(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::min)
}

/// What makes the analyte's own unit of a written one.
fn factor(analyte: &Analyte, written: &str) -> Option<f64> {
    if analyte.has_no_unit() {
        return written.is_empty().then_some(1.0);
    }
    let tokens = tokens(written);
    let (unit, next) = unit(&tokens, 0)?;
    analyte.factor(&unit).filter(|_| next == tokens.len())
}

/// Without what the conversion adds behind the fourth digit.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
