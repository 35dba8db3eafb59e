//! What is known of one calendar object: when it is busy, and whether greffon wrote it.

use greffon_sdk::calendar::RuleSet;
use greffon_sdk::practice::Span;
use serde::{Deserialize, Serialize};

/// What greffon wrote, if it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Somebody else wrote it.
    #[default]
    #[serde(rename = "f")]
    Foreign,
    /// A booking of greffon's.
    #[serde(rename = "b")]
    Booking,
    /// An absence of greffon's.
    #[serde(rename = "a")]
    Absence,
}

/// One object of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Last segment of its path.
    #[serde(rename = "n")]
    pub name: String,
    /// Its version.
    #[serde(rename = "t")]
    pub etag: String,
    /// What is in it.
    #[serde(flatten)]
    pub content: Content,
}

/// What is in an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Who wrote it.
    #[serde(rename = "k", default, skip_serializing_if = "is_foreign")]
    pub mark: Mark,
    /// The op-id that created it.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// The op-id that changed it last.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub last_op: Option<String>,
    /// Its motive, if it is written there.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub motive: Option<String>,
    /// It is marked as cancelled.
    #[serde(rename = "x", default, skip_serializing_if = "is_false")]
    pub cancelled: bool,
    /// When it was last changed, by its own word.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<i64>,
    /// The period of its first event, busy or not.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Period>,
    /// When it is busy.
    #[serde(rename = "i", default, skip_serializing_if = "Vec::is_empty")]
    pub busy: Vec<Item>,
    /// Days on which it may be busy: a part of it cannot be read.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub unclear: Vec<Period>,
    /// A part of it cannot be read, and nobody knows when that is.
    #[serde(rename = "u", default, skip_serializing_if = "is_false")]
    pub blind: bool,
    /// It was not read yet.
    #[serde(rename = "r", default, skip_serializing_if = "is_false")]
    pub unread: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_foreign(mark: &Mark) -> bool {
    *mark == Mark::Foreign
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if passes a reference")]
fn is_false(truth: &bool) -> bool {
    !truth
}

/// A half-open period: start and end, in milliseconds of Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Period(pub i64, pub i64);

impl Period {
    /// Whether both share an instant; touching is not sharing.
    pub fn overlaps(self, other: Self) -> bool {
        self.0 < other.1 && other.0 < self.1
    }
}

impl From<Span> for Period {
    fn from(span: Span) -> Self {
        Self(span.start, span.end)
    }
}

impl From<Period> for Span {
    fn from(Period(start, end): Period) -> Self {
        Self { start, end }
    }
}

/// When an object is busy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// Once.
    #[serde(rename = "o")]
    Once(Period),
    /// One occurrence of a series that is written apart: when it is, and its start by the rule.
    #[serde(rename = "i")]
    Instead(Period, i64),
    /// Again and again.
    #[serde(rename = "s")]
    Series(Box<Series>),
}

/// A recurring event, as the host's calendar expands it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// `dtstart` of the rule set.
    pub start: String,
    /// Its zone.
    pub zone: String,
    /// Seconds of one occurrence.
    pub length_s: u32,
    /// `RRULE` values.
    pub rules: Vec<String>,
    /// `RDATE` values of the form of `start`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// `EXDATE` values of the form of `start`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<String>,
    /// Starts that are taken away as instants: what another event replaces, and `EXDATE`s of another form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<i64>,
    /// First instant of the first occurrence.
    pub from: i64,
    /// An instant after which there is none. None: not known, or endless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl Series {
    /// What the host is asked.
    pub fn rule_set(&self) -> RuleSet {
        RuleSet {
            dtstart: self.start.clone(),
            zone: self.zone.clone(),
            duration_s: self.length_s,
            rrules: self.rules.clone(),
            rdates: self.added.clone(),
            exdates: self.taken.clone(),
        }
    }
}

impl Content {
    /// Whether anything of it is at or after `floor`, or cannot be read.
    pub fn reaches(&self, floor: i64) -> bool {
        let item = |item: &Item| match item {
            Item::Once(period) | Item::Instead(period, _) => period.1 > floor,
            Item::Series(series) => series.until.is_none_or(|until| until > floor),
        };
        let own = self.mark != Mark::Foreign && self.first.is_some_and(|period| period.1 > floor);
        own || self.blind
            || self.unread
            || self.busy.iter().any(item)
            || self.unclear.iter().any(|period| period.1 > floor)
    }

    /// Whether it happens again and again, or may.
    pub fn recurs(&self) -> bool {
        self.busy.len() + self.unclear.len() > 1 || self.busy.iter().any(|item| !matches!(item, Item::Once(_)))
    }

    /// Whether all of it could be read.
    pub fn is_clear(&self) -> bool {
        !self.blind && !self.unread && self.unclear.is_empty()
    }
}
