//! A recurrence rule: read, priced, and expanded in civil time by the `rrule`
//! crate, which so never sees a zone and cannot disagree with `jiff`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rrule::{RRuleSet, RRuleSetIter};

use super::civil::Written;
use super::error::Error;

/// A recurring event, as `greffon:host/calendar.rule-set`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    /// First start: `20260105T083000`, with `Z` for UTC, or `20260105`.
    pub dtstart: String,
    /// IANA zone of every time without a `Z`.
    pub zone: String,
    /// Length, in seconds; civil days for a DATE start.
    pub duration_s: u32,
    /// RRULE values.
    pub rrules: Vec<String>,
    /// Starts that are added.
    pub rdates: Vec<String>,
    /// Starts that are taken away.
    pub exdates: Vec<String>,
}

/// Bytes of one rule; a rule that uses every part at length has some hundreds.
const RULE_BYTES: usize = 1024;
/// Steps of one expansion, over all its rules: the periods from the first
/// occurrence that matters to the last.
const STEPS_PER_EXPANSION: u64 = 100_000;
/// Steps of all expansions of one call.
const STEPS_PER_CALL: u64 = 1_000_000;
/// What the crate tries before it gives up on a rule that never comes true.
const STEPS_IN_VAIN: u64 = 100_000;
/// Occurrences of one period of a rule, which are all made at once.
const PERIOD_OCCURRENCES: u64 = 20_000;

/// Frequencies, RFC 5545 §3.3.10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl Frequency {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "SECONDLY" => Self::Secondly,
            "MINUTELY" => Self::Minutely,
            "HOURLY" => Self::Hourly,
            "DAILY" => Self::Daily,
            "WEEKLY" => Self::Weekly,
            "MONTHLY" => Self::Monthly,
            "YEARLY" => Self::Yearly,
            _ => return None,
        })
    }

    /// Length of a period, in seconds; the shortest, where it varies.
    fn seconds(self) -> i64 {
        match self {
            Self::Secondly => 1,
            Self::Minutely => 60,
            Self::Hourly => 3_600,
            Self::Daily => 86_400,
            Self::Weekly => 7 * 86_400,
            Self::Monthly => 28 * 86_400,
            Self::Yearly => 365 * 86_400,
        }
    }

    fn days(self) -> u64 {
        match self {
            Self::Secondly | Self::Minutely | Self::Hourly | Self::Daily => 1,
            Self::Weekly => 7,
            Self::Monthly => 31,
            Self::Yearly => 366,
        }
    }
}

/// A rule that can be expanded. Its UNTIL is taken out: where it ends is
/// compared with instants, by the caller.
#[derive(Debug)]
pub(super) struct Rule {
    text: String,
    frequency: Frequency,
    interval: u16,
    count: Option<u32>,
    /// Last moment of the rule, inclusive.
    pub(super) until: Option<Written>,
}

impl Rule {
    /// Reads a rule. `whole_days`: it starts on a DATE, for which the parts of
    /// the time are left out (§3.3.10).
    pub(super) fn parse(text: &str, whole_days: bool) -> Result<Self, Error> {
        let invalid = |why: &str| Error::InvalidRule(text.chars().take(200).collect(), why.to_owned());
        if text.len() > RULE_BYTES {
            return Err(invalid("longer than 1024 bytes"));
        }
        // Also what keeps the text from adding properties of its own below.
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=;,+-".contains(&byte)) {
            return Err(invalid("a character that no rule has"));
        }
        let upper = text.to_ascii_uppercase();
        let (mut frequency, mut interval, mut until, mut count) = (None, 1u16, None, None);
        let (mut times, mut filtered) = (1u64, false);
        let mut kept = Vec::new();
        for part in upper.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| invalid("a part without a value"))?;
            match name {
                "FREQ" => frequency = Some(Frequency::parse(value).ok_or_else(|| invalid("unknown FREQ"))?),
                "INTERVAL" => {
                    interval = match value.parse() {
                        Ok(interval) if interval > 0 => interval,
                        _ => return Err(invalid("INTERVAL is not between 1 and 65535")),
                    };
                }
                "COUNT" => count = Some(value.parse().map_err(|_| invalid("COUNT is not a number"))?),
                "UNTIL" => {
                    until = Some(Written::parse(value).ok_or_else(|| invalid("UNTIL is not a date or time"))?);
                    continue;
                }
                "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                    if whole_days {
                        continue;
                    }
                    times = times.saturating_mul(value.split(',').count() as u64);
                    filtered = true;
                }
                "WKST" => {}
                _ => filtered = true,
            }
            kept.push(part);
        }
        let frequency = frequency.ok_or_else(|| invalid("no FREQ"))?;
        if whole_days && frequency.seconds() < Frequency::Daily.seconds() {
            return Err(invalid("whole days cannot recur within a day"));
        }
        // Filters over seconds and minutes make the crate search one by one.
        let searching = filtered && matches!(frequency, Frequency::Secondly | Frequency::Minutely);
        if searching || times.saturating_mul(frequency.days()) > PERIOD_OCCURRENCES {
            return Err(too_costly(text));
        }
        Ok(Self { text: kept.join(";"), frequency, interval, count, until })
    }

    /// The civil times of the rule from `start` on, in order, those long before
    /// `from` left out where that changes nothing.
    pub(super) fn expand<'a>(
        &'a self,
        start: DateTime,
        from: DateTime,
        steps: &'a mut Steps,
    ) -> Result<Occurrences<'a>, Error> {
        let start = self.advanced(start, from);
        let text = format!("DTSTART:{}Z\nRRULE:{}", start.strftime("%Y%m%dT%H%M%S"), self.text);
        let set: RRuleSet = text
            .parse()
            .map_err(|error: rrule::RRuleError| Error::InvalidRule(self.text.clone(), error.to_string()))?;
        Ok(Occurrences { inner: set.limit().into_iter(), rule: self, steps, last: start, given: 0 })
    }

    /// A later start with the same occurrences from `from` on. Only for rules
    /// whose periods are all equally long; the others have few.
    fn advanced(&self, start: DateTime, from: DateTime) -> DateTime {
        let monthly = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        if self.count.is_some() || monthly || start >= from {
            return start;
        }
        let period = self.frequency.seconds() * i64::from(self.interval);
        let whole_periods = start.duration_until(from).as_secs() / period;
        start.checked_add(SignedDuration::from_secs(whole_periods * period)).unwrap_or(start)
    }
}

fn too_costly(rule: &str) -> Error {
    Error::TooCostly(rule.chars().take(200).collect())
}

/// What a call spends on expansions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Steps {
    /// By the call so far.
    pub(super) of_call: u64,
    of_expansion: u64,
}

impl Steps {
    /// The expansions of a call that has spent so much.
    pub(super) fn after(of_call: u64) -> Self {
        Self { of_call, of_expansion: 0 }
    }

    /// Begins another expansion.
    pub(super) fn begin(&mut self) {
        self.of_expansion = 0;
    }

    /// Spends. Whether that much was left.
    fn take(&mut self, steps: u64) -> bool {
        self.of_call = self.of_call.saturating_add(steps);
        self.of_expansion = self.of_expansion.saturating_add(steps);
        self.of_call <= STEPS_PER_CALL && self.of_expansion <= STEPS_PER_EXPANSION
    }
}

/// The civil times of one rule.
pub(super) struct Occurrences<'a> {
    inner: RRuleSetIter,
    rule: &'a Rule,
    steps: &'a mut Steps,
    last: DateTime,
    given: u32,
}

impl Iterator for Occurrences<'_> {
    type Item = Result<DateTime, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let Some(next) = self.inner.next() else {
            if self.rule.count != Some(self.given) {
                self.steps.take(STEPS_IN_VAIN);
            }
            return None;
        };
        self.given = self.given.saturating_add(1);
        // Civil time was given to the crate as UTC.
        let civil = Timestamp::from_second(next.timestamp()).ok()?.to_zoned(TimeZone::UTC).datetime();
        let passed = self.last.duration_until(civil).as_secs().max(0);
        let periods = passed / (self.rule.frequency.seconds() * i64::from(self.rule.interval));
        self.last = civil;
        if self.steps.take(1 + periods.unsigned_abs()) {
            Some(Ok(civil))
        } else {
            Some(Err(too_costly(&self.rule.text)))
        }
    }
}
