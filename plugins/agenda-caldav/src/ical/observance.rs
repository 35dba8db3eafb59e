//! Time zones that an object describes itself (`VTIMEZONE`, RFC 5545 §3.6.5): when their clocks were moved and will be.
//!
//! The rules are expanded by the host, in the zone's own civil time written as if it were UTC.

use std::cell::RefCell;

use greffon_sdk::calendar::{self, RuleSet};
use greffon_sdk::practice::Span;

use super::civil::{DateTime, utc_text};
use super::component::Component;
use crate::mirror::object::Observance;

/// Most observances of one zone; what programs write of a zone since 1900 has some dozens.
const MOST_OBSERVANCES: usize = 100;

/// Most rules and dates of one observance.
const MOST_RULES: usize = 4;
const MOST_DATES: usize = 200;

/// Longest rule, in bytes.
const RULE_BYTES: usize = 200;

/// Most changes of the clocks that one observance makes: one a year since 1601, which is where some programs begin.
const MOST_ONSETS: u32 = 1_000;

/// Largest offset, in seconds; no zone ever had one of more than 16 hours.
const LARGEST_OFFSET_S: i64 = 18 * 3_600;

/// How much further than asked the changes are looked for, in milliseconds.
const AHEAD_MS: i64 = 3 * 366 * 86_400_000;

/// A time zone of an object's own.
#[derive(Debug)]
pub struct OwnZone {
    /// What was read of it.
    pub observances: Vec<Observance>,
    /// The changes before a civil time, in order.
    known: RefCell<(i64, Vec<Onset>)>,
}

/// One change of the clocks.
#[derive(Clone, Copy, Debug)]
struct Onset {
    instant: i64,
    before_ms: i64,
    after_ms: i64,
}

impl Onset {
    /// The first civil time that is read by the new offset: in a gap the old one holds (§3.3.5).
    fn civil(self) -> i64 {
        self.instant + self.before_ms.max(self.after_ms)
    }
}

impl PartialEq for OwnZone {
    fn eq(&self, other: &Self) -> bool {
        self.observances == other.observances
    }
}

impl Eq for OwnZone {}

impl OwnZone {
    /// Reads a `VTIMEZONE`. None where a part of it cannot be read or is more than any zone needs.
    pub fn read(zone: &Component) -> Option<Self> {
        let parts = || zone.children.iter().filter(|part| part.name == "STANDARD" || part.name == "DAYLIGHT");
        if !(1..=MOST_OBSERVANCES).contains(&parts().count()) {
            return None;
        }
        Some(Self::of(parts().map(observance).collect::<Option<_>>()?))
    }

    /// The zone of these observances.
    pub fn of(observances: Vec<Observance>) -> Self {
        Self { observances, known: RefCell::new((i64::MIN, Vec::new())) }
    }

    /// The instant at which its clocks show a civil time: after a gap by the gap, the earlier of two.
    pub fn instant(&self, civil: DateTime) -> Option<i64> {
        let civil = civil.utc();
        self.offset(civil, |onset| onset.civil() <= civil).map(|offset| civil - offset)
    }

    /// What its clocks show at an instant.
    pub fn civil(&self, at: i64) -> Option<DateTime> {
        self.offset(at + LARGEST_OFFSET_S * 1000, |onset| onset.instant <= at)
            .map(|offset| DateTime::of_utc(at + offset))
    }

    fn offset(&self, until: i64, is_past: impl Fn(Onset) -> bool) -> Option<i64> {
        let mut known = self.known.borrow_mut();
        if known.0 <= until {
            *known = (until.saturating_add(AHEAD_MS), self.onsets(until.saturating_add(AHEAD_MS))?);
        }
        let onsets = &known.1;
        let last = onsets.iter().rev().find(|onset| is_past(**onset));
        last.map(|onset| onset.after_ms).or_else(|| onsets.first().map(|onset| onset.before_ms))
    }

    /// All changes before a civil time. None: the host does not expand a rule.
    fn onsets(&self, until: i64) -> Option<Vec<Onset>> {
        let mut onsets = Vec::new();
        for observance in &self.observances {
            let (before_ms, after_ms) = (observance.before_s * 1000, observance.after_s * 1000);
            let mut starts = observance.dates.clone();
            starts.push(observance.start);
            if !observance.rules.is_empty() && until > observance.start {
                let rule = RuleSet {
                    dtstart: utc_text(observance.start),
                    zone: "UTC".to_owned(),
                    duration_s: 1,
                    rrules: observance.rules.clone(),
                    rdates: Vec::new(),
                    exdates: Vec::new(),
                };
                let spans = calendar::expand(&rule, Span { start: observance.start, end: until }, MOST_ONSETS).ok()?;
                if spans.len() >= MOST_ONSETS as usize {
                    return None;
                }
                starts.extend(spans.into_iter().map(|span| span.start));
            }
            starts.sort_unstable();
            starts.dedup();
            onsets.extend(starts.into_iter().map(|start| Onset { instant: start - before_ms, before_ms, after_ms }));
        }
        onsets.sort_by_key(|onset| onset.instant);
        Some(onsets)
    }
}

fn observance(part: &Component) -> Option<Observance> {
    let offset = |name| offset_s(part.line(name)?.value.trim());
    let (before_s, after_s) = (offset("TZOFFSETFROM")?, offset("TZOFFSETTO")?);
    let civil = |text: &str| DateTime::parse(text.trim()).map(DateTime::utc);
    let start = civil(&part.line("DTSTART")?.value)?;
    let dates: Vec<i64> = part
        .all("RDATE")
        .flat_map(|line| line.value.split(','))
        .map(civil)
        .take(MOST_DATES + 1)
        .collect::<Option<_>>()?;
    let rules: Vec<String> = part
        .all("RRULE")
        .map(|line| yearly(line.value.trim(), before_s))
        .take(MOST_RULES + 1)
        .collect::<Option<_>>()?;
    let sane = dates.len() <= MOST_DATES && rules.len() <= MOST_RULES;
    sane.then_some(Observance { start, rules, dates, before_s, after_s })
}

/// A rule of every year, its end (which is told in UTC) in civil time. Clocks that move more often are no zone's.
fn yearly(rule: &str, before_s: i64) -> Option<String> {
    if rule.len() > RULE_BYTES || !rule.to_ascii_uppercase().split(';').any(|part| part == "FREQ=YEARLY") {
        return None;
    }
    shift_until(rule, |until| Some(until + before_s * 1000))
}

/// A rule whose end in UTC is written as civil time that looks like UTC.
pub fn shift_until(rule: &str, civil_of: impl Fn(i64) -> Option<i64>) -> Option<String> {
    let shifted = |part: &str| {
        let until = part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("UNTIL"));
        let Some((name, value)) = until else { return Some(part.to_owned()) };
        let Some(utc) = value.trim().strip_suffix(['Z', 'z']) else {
            // Civil time already: written as the rest is.
            let civil = DateTime::parse(value.trim());
            return Some(civil.map_or(part.to_owned(), |civil| format!("{name}={}Z", civil.basic())));
        };
        Some(format!("{name}={}", utc_text(civil_of(DateTime::parse(utc)?.utc())?)))
    };
    rule.split(';').map(shifted).collect::<Option<Vec<_>>>().map(|parts| parts.join(";"))
}

/// An offset such as `+0100` or `-033000` (§3.3.14), in seconds.
fn offset_s(text: &str) -> Option<i64> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i64>().ok());
    let seconds = part(0)? * 3_600 + part(2)? * 60 + if digits.len() == 6 { part(4)? } else { 0 };
    (seconds <= LARGEST_OFFSET_S).then_some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::at;

    use super::*;

    fn zone(text: &str) -> Option<OwnZone> {
        let text = format!("BEGIN:VTIMEZONE\nTZID:Heure du cabinet\n{text}\nEND:VTIMEZONE\n");
        OwnZone::read(&Component::parse(text.as_bytes()).expect("a component"))
    }

    const PARIS: &str = "BEGIN:DAYLIGHT\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nDTSTART:19810329T020000\n\
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nBEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n\
        DTSTART:19961027T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD";

    #[test]
    fn a_zone_that_is_described_like_paris_shows_what_paris_shows() {
        let own = zone(PARIS).unwrap();
        for civil in [
            "2026-01-15T09:00:00",
            "2026-03-29T01:59:59",
            "2026-03-29T03:00:00",
            "2026-07-01T00:00:00",
            "2026-10-25T01:59:59",
            "2026-10-25T02:30:00",
            "2026-10-25T03:00:00",
            "2061-06-01T12:00:00",
            "1999-12-31T23:00:00",
        ] {
            let basic = DateTime::parse(&civil.replace(['-', ':'], "")).unwrap();
            let instant = own.instant(basic).unwrap();
            assert_eq!(instant, at(civil, "Europe/Paris"), "{civil}");
            assert_eq!(own.civil(instant).unwrap(), basic, "{civil}");
        }
        let gap = DateTime::parse("20260329T023000").unwrap();
        assert_eq!(own.instant(gap), Some(at("2026-03-29T03:30:00", "Europe/Paris")), "by the offset before the gap");
    }

    #[test]
    fn a_fixed_offset_a_date_and_an_end_are_followed() {
        let fixed = zone("BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD")
            .unwrap();
        let noon = DateTime::parse("20260301T120000").unwrap();
        assert_eq!(fixed.instant(noon), Some(noon.utc() - 19_800_000));
        let dated = zone(
            "BEGIN:STANDARD\nDTSTART:20200101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRDATE:20260201T000000\n\
             END:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20210601T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
             RRULE:FREQ=YEARLY;UNTIL=20250531T230000Z\nEND:DAYLIGHT",
        )
        .unwrap();
        assert_eq!(dated.instant(noon), Some(noon.utc() - 3_600_000), "the date came after the last of the rule");
        let january = DateTime::parse("20260101T120000").unwrap();
        assert_eq!(dated.instant(january), Some(january.utc() - 7_200_000));
    }

    #[test]
    fn what_is_no_zone_or_more_than_one_is_refused() {
        let standard =
            |more: &str| format!("BEGIN:STANDARD\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n{more}\nEND:STANDARD\n");
        let good = standard("DTSTART:19961027T030000");
        assert!(zone(&good).is_some());
        for bad in [
            String::new(),
            standard(""),
            good.replace("+0100", "0100"),
            good.replace("+0100", "+1"),
            good.replace("+0100", "+2400"),
            good.replace("+0100", "+01é"),
            good.replace("TZOFFSETTO", "X-OTHER"),
            standard("DTSTART:19961027T030000\nRRULE:FREQ=SECONDLY"),
            standard("DTSTART:19961027T030000\nRRULE:FREQ=DAILY"),
            standard("DTSTART:19961027T030000\nRDATE:nonsense"),
            standard(&format!("DTSTART:19961027T030000\n{}", "RDATE:19961027T030000\n".repeat(201))),
            good.repeat(101),
        ] {
            assert!(zone(&bad).is_none(), "{}", &bad[..bad.len().min(200)]);
        }
        let dense = zone(&standard("DTSTART:00010101T000000\nRRULE:FREQ=YEARLY;BYDAY=MO")).unwrap();
        assert_eq!(dense.instant(DateTime::parse("20260301T120000").unwrap()), None, "more changes than any zone has");
    }
}
