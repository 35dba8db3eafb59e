//! What availabilities close in a window.

use super::expand::Expander;
use super::object::{Closed, Item, Period};

/// Closures are counted in whole weeks of Unix time, so that one is the same whichever window it is seen through.
const WEEK_MS: i64 = 7 * 86_400_000;

/// Returns what is closed and overlaps the window. The first of several that overlap decides.
pub fn closures(all: &[Closed], window: Period, expander: &mut Expander) -> Vec<Period> {
    let start = (window.0.div_euclid(WEEK_MS) - 1) * WEEK_MS;
    let around = Period(start, (window.1.div_euclid(WEEK_MS) + 2) * WEEK_MS);
    let mut left = vec![around];
    let mut closed = Vec::new();
    for one in all {
        let mut own: Vec<Period> = left.iter().filter_map(|part| common(*part, one.period)).collect();
        left = without(left, one.period);
        for open in one.open.iter().flat_map(|item| open(item, around, expander)) {
            own = without(own, open);
        }
        closed.extend(own);
    }
    closed.retain(|period| period.overlaps(window));
    closed
}

/// When an item is open; what is not sure is not.
fn open(item: &Item, window: Period, expander: &mut Expander) -> Vec<Period> {
    match item {
        Item::Once(period) | Item::Instead(period, _) => vec![*period],
        Item::Series(series) if series.guessed => Vec::new(),
        Item::Series(series) => {
            expander.occurrences(series, window).map_or(Vec::new(), |all| all.into_iter().map(|one| one.0).collect())
        }
    }
}

fn common(a: Period, b: Period) -> Option<Period> {
    a.overlaps(b).then(|| Period(a.0.max(b.0), a.1.min(b.1)))
}

fn without(from: Vec<Period>, taken: Period) -> Vec<Period> {
    let rest = |part: Period| {
        if !part.overlaps(taken) {
            return vec![part];
        }
        [Period(part.0, taken.0), Period(taken.1, part.1)].into_iter().filter(|rest| rest.0 < rest.1).collect()
    };
    from.into_iter().flat_map(rest).collect()
}
