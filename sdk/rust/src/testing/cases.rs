//! The fake calendar tried on the cases that the host's is tried on.

use jiff::Timestamp;

use super::{civil, recurrence};
use crate::calendar::{Error, RuleSet};
use crate::practice::{Instant, Span};

fn instant(text: &str) -> Instant {
    text.parse().unwrap_or_else(|_| text.parse::<Timestamp>().expect(text).as_millisecond())
}

fn answer<T>(found: Result<T, Error>, written: impl Fn(T) -> String) -> String {
    match found {
        Ok(found) => written(found),
        Err(Error::UnknownZone(_)) => "unknown-zone".to_owned(),
        Err(Error::InvalidRule(_)) => "invalid-rule".to_owned(),
        Err(Error::InvalidCivil(_)) => "invalid-civil".to_owned(),
        Err(Error::OutOfRange(_)) => "out-of-range".to_owned(),
        Err(Error::TooCostly(_)) => "too-costly".to_owned(),
        Err(Error::Other(_)) => "other".to_owned(),
    }
}

fn shown(at: Instant) -> String {
    Timestamp::from_millisecond(at).expect("an instant").to_string()
}

fn rules(text: &str) -> Vec<String> {
    match text.split_once(" x") {
        Some((rule, times)) => vec![rule.to_owned(); times.parse().expect(times)],
        None => text.split_whitespace().map(str::to_owned).collect(),
    }
}

fn tried(case: &[&str]) -> String {
    match case {
        ["expand", dtstart, zone, seconds, rrules, window, limit, _] => {
            let (start, end) = window.split_once(' ').expect("two ends");
            let of = RuleSet {
                dtstart: (*dtstart).to_owned(),
                zone: (*zone).to_owned(),
                duration_s: seconds.parse().expect(seconds),
                rrules: rules(rrules),
                rdates: Vec::new(),
                exdates: Vec::new(),
            };
            let window = Span { start: instant(start), end: instant(end) };
            let spans = recurrence::expand(&of, window, limit.parse().expect(limit));
            let one = |span: &Span| format!("{}/{}", shown(span.start), shown(span.end));
            answer(spans, |spans| spans.iter().map(one).collect::<Vec<_>>().join(" "))
        }
        ["to-instant", time, zone, _] => answer(civil::to_instant(time, zone), |instants| {
            instants.into_iter().map(shown).collect::<Vec<_>>().join(" ")
        }),
        ["to-civil", at, zone, _] => answer(civil::to_civil(instant(at), zone), |civil| civil),
        other => panic!("no case: {other:?}"),
    }
}

#[test]
fn the_fake_calendar_answers_as_the_host_does() {
    let cases = include_str!("../../../../wit/host/calendar.cases");
    let mut tries = 0;
    for line in cases.lines().filter(|line| !line.starts_with('#')) {
        let case: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!(tried(&case), *case.last().expect("an answer"), "{line}");
        tries += 1;
    }
    assert!(tries > 40);
}
