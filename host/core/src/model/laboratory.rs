//! Results that laboratories, nurses and patients tell: read out of their words, held
//! against alert thresholds. Whoever picks up the telephone judges none of them.
//!
//! A result is read when analyte, number and unit are understood and somebody who is
//! alive can have it; see the README of this folder for the thresholds and where they
//! come from.

mod analyte;
mod finding;
mod judge;
mod limits;
mod names;
mod read;
mod said;
mod table;
mod token;
mod unit;
mod vocabulary;

pub use analyte::Analyte;
pub use finding::{Finding, findings};
pub use judge::{Beyond, Judged, Side, Weighing, judge};
pub use limits::{Fault, OwnLimits};
pub use read::{Amount, Measured, Reading, Voice, read, spans};
pub use said::{reasons, within};

#[cfg(test)]
mod tests;
