//! Faults, switched on by name, each for so many times or until it is switched off.

use serde::{Deserialize, Serialize};

/// What can go wrong. Names are kebab-case wherever they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// A write is done and answered with 500.
    ErrorAfterCommit,
    /// A write is done and its connection is reset.
    AnswerLost,
    /// A write's connection is reset, and it is not done.
    RequestLost,
    /// An answer takes so many `seconds` longer.
    Slow,
    /// What is written is in lists only after so many `seconds`, or once it was left out of `reads` of them.
    LateVisible,
    /// The notes of a new appointment are not kept.
    NotesDropped,
    /// Refused with 429, and with so many `seconds` as `Retry-After`.
    RateLimited,
    /// The token ends before its time: 401.
    TokenExpires,
    /// An appointment is taken whatever is there.
    AcceptsOverlap,
    /// A page holds half of what it should, and is said to be the last.
    TruncatedPage,
    /// What is taken is offered all the same.
    StaleAvailability,
    /// An event is delivered twice.
    WebhookDoubled,
    /// An event is delivered after the next one.
    WebhookDisordered,
    /// An event is followed by one that somebody else signed.
    WebhookForged,
    /// An event is never delivered.
    WebhookLost,
}

impl Fault {
    /// All of them, in the order of the specification.
    pub const ALL: [Self; 15] = [
        Self::ErrorAfterCommit,
        Self::AnswerLost,
        Self::RequestLost,
        Self::Slow,
        Self::LateVisible,
        Self::NotesDropped,
        Self::RateLimited,
        Self::TokenExpires,
        Self::AcceptsOverlap,
        Self::TruncatedPage,
        Self::StaleAvailability,
        Self::WebhookDoubled,
        Self::WebhookDisordered,
        Self::WebhookForged,
        Self::WebhookLost,
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> String {
        let name = serde_json::to_value(self).expect("a unit variant is a string");
        name.as_str().expect("a unit variant is a string").to_owned()
    }

    /// Which requests it strikes when nobody says so: beginnings of `METHOD /path`.
    fn usual(self) -> &'static [&'static str] {
        match self {
            Self::ErrorAfterCommit | Self::AnswerLost | Self::RequestLost | Self::LateVisible => {
                &["POST /v1/appointments", "DELETE /v1/appointments"]
            }
            Self::NotesDropped | Self::AcceptsOverlap => &["POST /v1/appointments"],
            Self::TruncatedPage => &["GET /v1/appointments?"],
            Self::StaleAvailability => &["GET /v1/availabilities"],
            Self::Slow | Self::RateLimited | Self::TokenExpires => &["GET /v1/", "POST /v1/", "DELETE /v1/"],
            // Events: of whatever request.
            Self::WebhookDoubled | Self::WebhookDisordered | Self::WebhookForged | Self::WebhookLost => &[""],
        }
    }
}

/// A fault that is to be switched on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Which.
    pub fault: Fault,
    /// How often it strikes. None: until it is switched off.
    #[serde(default)]
    pub count: Option<u32>,
    /// Which requests it strikes: the beginning of `METHOD /path`, such as `POST /v1/patients`. None: the usual ones.
    #[serde(default)]
    pub on: Option<String>,
    /// For those that have a duration. At most 600.
    #[serde(default = "two")]
    pub seconds: u32,
    /// For `late-visible`: after how many lists that it is not in something is in them. None: only time counts.
    #[serde(default)]
    pub reads: Option<u32>,
}

fn two() -> u32 {
    2
}

/// Longest duration of a fault, in seconds.
const LONGEST_S: u32 = 600;

impl Switch {
    /// A fault that strikes so often, with two seconds where it has a duration.
    #[must_use]
    pub fn times(fault: Fault, count: u32) -> Self {
        Self { fault, count: Some(count), on: None, seconds: two(), reads: None }
    }

    /// A fault that strikes until it is switched off.
    #[must_use]
    pub fn until_off(fault: Fault) -> Self {
        Self { count: None, ..Self::times(fault, 0) }
    }

    /// The same for other requests than the usual ones.
    #[must_use]
    pub fn on(mut self, beginning: &str) -> Self {
        self.on = Some(beginning.to_owned());
        self
    }

    /// The same with another duration.
    #[must_use]
    pub fn seconds(mut self, seconds: u32) -> Self {
        self.seconds = seconds;
        self
    }

    /// The same, over once so many lists were read.
    #[must_use]
    pub fn reads(mut self, reads: u32) -> Self {
        self.reads = Some(reads);
        self
    }

    fn strikes(&self, request: &str) -> bool {
        match &self.on {
            Some(beginning) => request.starts_with(beginning.as_str()),
            None => self.fault.usual().iter().any(|beginning| request.starts_with(beginning)),
        }
    }
}

/// What a fault that strikes does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strike {
    pub(super) seconds: u32,
    pub(super) reads: Option<u32>,
}

/// The faults that are on.
#[derive(Debug, Default)]
pub(super) struct Faults {
    on: Vec<Switch>,
}

impl Faults {
    /// Switches one on; the same again replaces it.
    pub(super) fn switch(&mut self, switch: Switch) {
        self.off(switch.fault);
        if switch.count != Some(0) {
            self.on.push(Switch { seconds: switch.seconds.min(LONGEST_S), ..switch });
        }
    }

    pub(super) fn off(&mut self, fault: Fault) {
        self.on.retain(|one| one.fault != fault);
    }

    pub(super) fn all_off(&mut self) {
        self.on.clear();
    }

    /// The names of those that are on, with how often they still strike.
    pub(super) fn listed(&self) -> Vec<(String, Option<u32>)> {
        self.on.iter().map(|one| (one.fault.name(), one.count)).collect()
    }

    /// Lets a fault strike a request, `METHOD /path?query`, if it is on for that one.
    pub(super) fn strike(&mut self, fault: Fault, request: &str) -> Option<Strike> {
        let at = self.on.iter().position(|one| one.fault == fault && one.strikes(request))?;
        let one = &mut self.on[at];
        let strike = Strike { seconds: one.seconds, reads: one.reads };
        if let Some(count) = &mut one.count {
            *count -= 1;
            if *count == 0 {
                self.on.remove(at);
            }
        }
        Some(strike)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_so_often_and_no_more() {
        let mut faults = Faults::default();
        faults.switch(Switch::times(Fault::AnswerLost, 2));
        let write = "POST /v1/appointments";
        assert_eq!(faults.strike(Fault::AnswerLost, "GET /v1/appointments?agenda_id=1"), None);
        assert!(faults.strike(Fault::AnswerLost, write).is_some());
        assert!(faults.strike(Fault::AnswerLost, write).is_some());
        assert_eq!(faults.strike(Fault::AnswerLost, write), None);
    }

    #[test]
    fn a_fault_without_count_strikes_until_it_is_switched_off() {
        let mut faults = Faults::default();
        faults.switch(Switch::until_off(Fault::Slow).seconds(9_999));
        for _ in 0..100 {
            assert_eq!(faults.strike(Fault::Slow, "GET /v1/agendas").map(|strike| strike.seconds), Some(600));
        }
        faults.off(Fault::Slow);
        assert_eq!(faults.strike(Fault::Slow, "GET /v1/agendas"), None);
    }

    #[test]
    fn a_fault_can_be_for_other_requests() {
        let mut faults = Faults::default();
        faults.switch(Switch::times(Fault::ErrorAfterCommit, 1).on("POST /v1/patients"));
        assert_eq!(faults.strike(Fault::ErrorAfterCommit, "POST /v1/appointments"), None);
        assert!(faults.strike(Fault::ErrorAfterCommit, "POST /v1/patients").is_some());
    }

    #[test]
    fn every_fault_stands_in_the_specification() {
        let text = include_str!("../../doctolib-like.md");
        for fault in Fault::ALL {
            assert!(text.contains(&format!("| `{}` |", fault.name())), "{}", fault.name());
        }
    }
}
