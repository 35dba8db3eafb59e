//! Who is told of an alert, in which order.

use crate::model::care::Fact;
use crate::model::channel::Address;
use crate::model::civil::Zone;
use crate::model::practice::{Practice, Rung};
use crate::model::recipients::{PRACTITIONER, SECRETARIAT, SUPERVISOR, deciders};
use crate::time::{Instant, Span};

/// The rungs of an alert now, each with the recipients that can be written to: the
/// practice's own, or, where it has set none, whoever decides for the contact and then the
/// reception and its lead; at last the operator's supervisors. A person stands on the first of
/// their rungs only; a rung without anybody is none.
#[must_use]
pub fn chain(practice: &Practice, facts: &[Fact], now: Instant) -> Vec<Vec<String>> {
    let usual = || vec![deciders(practice, facts), vec![SECRETARIAT.to_owned(), SUPERVISOR.to_owned()]];
    let own = |rung: &Rung| {
        let named = rung.persons.iter().flat_map(|name| match name.as_str() {
            PRACTITIONER => deciders(practice, facts),
            _ => vec![name.clone()],
        });
        named.collect()
    };
    let mut rungs: Vec<Vec<String>> = match practice.alerts.as_slice() {
        [] => usual(),
        rungs => rungs.iter().filter(|rung| is_on(practice, rung, now)).map(own).collect(),
    };
    rungs.push(practice.supervision.supervisors.clone());
    let mut seen: Vec<String> = Vec::new();
    for rung in &mut rungs {
        rung.retain(|name| {
            let new = !seen.contains(name) && practice.recipients.contains_key(name);
            if new {
                seen.push(name.clone());
            }
            new
        });
    }
    rungs.retain(|rung| !rung.is_empty());
    rungs
}

/// The recipients of one rung with all their addresses.
pub fn persons<'p>(practice: &'p Practice, rung: &[String]) -> Vec<(String, &'p [Address])> {
    let person = |name: &String| Some((name.clone(), practice.recipients.get(name)?.addresses.as_slice()));
    rung.iter().filter_map(person).collect()
}

fn is_on(practice: &Practice, rung: &Rung, now: Instant) -> bool {
    let Some(hours) = &rung.hours else { return true };
    let minute = Span::new(now, now.plus_minutes(1));
    minute.is_some_and(|minute| {
        Zone::of(practice).open_periods(hours, minute).iter().any(|open| open.start <= now && now < open.end)
    })
}
