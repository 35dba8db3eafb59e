//! The cases of the contract, on which the fake calendar of the SDK is tried
//! too.

use super::*;

fn instant(text: &str) -> Instant {
    text.parse().map_or_else(|_| at(text), Instant)
}

fn answer<T>(found: Result<T, Error>, written: impl Fn(T) -> String) -> String {
    let name = match found {
        Ok(found) => return written(found),
        Err(Error::UnknownZone(_)) => "unknown-zone",
        Err(Error::InvalidRule(..)) => "invalid-rule",
        Err(Error::InvalidCivil(_)) => "invalid-civil",
        Err(Error::OutOfRange(_)) => "out-of-range",
        Err(Error::TooCostly(_)) => "too-costly",
    };
    name.to_owned()
}

fn rules(text: &str) -> Vec<String> {
    match text.split_once(" x") {
        Some((rule, times)) => vec![rule.to_owned(); times.parse().expect(times)],
        None => text.split_whitespace().map(str::to_owned).collect(),
    }
}

fn tried(case: &[&str]) -> String {
    let listed = |all: Vec<String>| all.join(" ");
    match case {
        ["expand", dtstart, zone, seconds, rrules, window, limit, _] => {
            let (start, end) = window.split_once(' ').expect("two ends");
            let of = RuleSet {
                dtstart: (*dtstart).to_owned(),
                zone: (*zone).to_owned(),
                duration_s: seconds.parse().expect(seconds),
                rrules: rules(rrules),
                ..RuleSet::default()
            };
            let window = Span { start: instant(start), end: instant(end) };
            answer(expand(&of, window, limit.parse().expect(limit)), |spans| {
                listed(spans.iter().map(|span| format!("{}/{}", span.start, span.end)).collect())
            })
        }
        ["to-instant", time, zone, _] => {
            answer(to_instant(time, zone), |instants| listed(instants.iter().map(ToString::to_string).collect()))
        }
        ["to-civil", at, zone, _] => answer(to_civil(instant(at), zone), |civil| civil),
        other => panic!("no case: {other:?}"),
    }
}

#[test]
fn every_case_of_the_contract_has_its_answer() {
    let cases = include_str!("../../../../../../wit/host/calendar.cases");
    let mut tries = 0;
    for line in cases.lines().filter(|line| !line.starts_with('#')) {
        let case: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!(tried(&case), *case.last().expect("an answer"), "{line}");
        tries += 1;
    }
    assert!(tries > 40);
}
