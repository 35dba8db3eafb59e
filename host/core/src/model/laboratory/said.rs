//! Results in words: why a contact has its level.

use greffon_words::{Text, laboratory as words, reasons as why};

use super::analyte::Analyte;
use super::judge::{Beyond, Judged, Side};
use super::read::{Amount, Measured};
use crate::model::care::keys;
use crate::model::triage::Reason;

/// More reasons than this are not read.
const MOST_REASONS: usize = 10;

/// Why somebody must know at once, the worst known first.
#[must_use]
pub fn reasons(judged: &Judged) -> Vec<Reason> {
    let reason =
        |rule: String, key: &str, text: Text| Reason { rule, facts: vec![key.to_owned()], text: text.to_string() };
    let beyond =
        judged.beyond.iter().map(|one| reason(format!("laboratory.{}", one.result.analyte.id), &one.key, beyond(one)));
    let found = judged.findings.iter().map(|(finding, key)| {
        reason(format!("laboratory.{}", finding.id()), key, why::result_finding(&finding.label()))
    });
    let mut reasons: Vec<Reason> = beyond.chain(found).take(MOST_REASONS).collect();
    if judged.unreadable {
        reasons.push(reason("laboratory.unreadable".to_owned(), keys::LABORATORY_VALUE, why::result_unreadable()));
    }
    if judged.unconfirmed {
        reasons.push(reason(
            "laboratory.unconfirmed".to_owned(),
            keys::LABORATORY_READ_BACK,
            why::result_unconfirmed(),
        ));
    }
    reasons
}

/// That a laboratory's results reach no limit, and which they are.
#[must_use]
pub fn within(judged: &Judged) -> Vec<Reason> {
    let one = |result: &Measured| Reason {
        rule: format!("laboratory.{}", result.analyte.id),
        facts: vec![keys::LABORATORY_VALUE.to_owned()],
        text: why::result_within(&(result.analyte.label)(), &amount(result)).to_string(),
    };
    judged.within.iter().take(MOST_REASONS).map(one).collect()
}

fn beyond(one: &Beyond) -> Text {
    let analyte = one.result.analyte;
    let (label, limit, value) = ((analyte.label)(), quantity(analyte, one.limit), amount(&one.result));
    match one.side {
        Side::Below => why::result_below(&label, &limit, &value),
        Side::Above => why::result_above(&label, &limit, &value),
    }
}

fn amount(result: &Measured) -> Text {
    let first = match result.amounts.first() {
        Some(amount) if result.whole => *amount,
        _ => return words::without_unit(&number(result.said)),
    };
    match first {
        Amount::Exactly(value) => quantity(result.analyte, value),
        Amount::AtMost(value) => words::at_most(&quantity(result.analyte, value)),
        Amount::AtLeast(value) => words::at_least(&quantity(result.analyte, value)),
    }
}

fn quantity(analyte: &Analyte, value: f64) -> Text {
    if analyte.has_no_unit() { number(value) } else { words::quantity(analyte.unit, &number(value)) }
}

/// As precise as a laboratory says it: three figures, and two decimals at most.
fn number(value: f64) -> Text {
    let decimals = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    let written = format!("{value:.decimals$}");
    let (whole, part) = written.split_once('.').unwrap_or((&written, ""));
    match part.trim_end_matches('0') {
        "" => words::whole(whole),
        part => words::decimal(part, whole),
    }
}
