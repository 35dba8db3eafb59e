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
        let own = left.iter().filter_map(|part| common(*part, one.period)).collect();
        left = without(left, vec![one.period]);
        let open = one.open.iter().flat_map(|item| open(item, around, expander)).collect();
        closed.extend(without(own, open));
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

fn without(from: Vec<Period>, mut taken: Vec<Period>) -> Vec<Period> {
    taken.sort_unstable();
    let mut left = Vec::new();
    for part in from {
        let mut start = part.0;
        for one in taken.iter().filter(|one| one.overlaps(part)) {
            if one.0 > start {
                left.push(Period(start, one.0));
            }
            start = start.max(one.1);
        }
        if start < part.1 {
            left.push(Period(start, part.1));
        }
    }
    left
}
