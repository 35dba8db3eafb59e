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
    /// Its version. Empty: the server tells none.
    #[serde(rename = "t")]
    pub etag: String,
    /// The version that only changes of what was agreed change (Schedule-Tag, RFC 6638 §3.2.10). None: it has none.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// What else its listing said of it: its dates and its length, since some servers use a tag twice.
    #[serde(rename = "w", default, skip_serializing_if = "String::is_empty")]
    pub stamp: String,
    /// The version in which it was read.
    #[serde(rename = "e", default, skip_serializing_if = "String::is_empty")]
    pub read_etag: String,
    /// What is in it.
    #[serde(flatten)]
    pub content: Content,
}

impl Object {
    /// What others call its version.
    pub fn version(&self) -> Option<&str> {
        self.schedule.as_deref().or(Some(self.etag.as_str()).filter(|etag| !etag.is_empty()))
    }
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
    /// What its availabilities close, the one that counts first.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<Closed>,
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
    /// The zone that the object describes itself; its times are then written as if its clocks were those of UTC.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<Observance>,
    /// Occurrences from one on that are elsewhere (RANGE=THISANDFUTURE), earliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Later>,
    /// Its days can be read, its times cannot: it is busy for whole days.
    #[serde(default, skip_serializing_if = "is_false")]
    pub guessed: bool,
    /// First instant of the first occurrence.
    pub from: i64,
    /// An instant after which there is none. None: not known, or endless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// One way in which a zone of an object's own moves its clocks (RFC 5545 §3.6.5). Civil times are written as if they
/// were UTC, in milliseconds; offsets are seconds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Observance {
    /// Its first change.
    #[serde(rename = "s")]
    pub start: i64,
    /// Its rules.
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    /// Its other changes.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<i64>,
    /// The offset before a change.
    #[serde(rename = "b")]
    pub before_s: i64,
    /// The offset after it.
    #[serde(rename = "a")]
    pub after_s: i64,
}

/// Where the occurrences of a series are from one of them on (RFC 5545 §3.2.13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// Start, by the rule, of the first of them.
    pub from: i64,
    /// How much later they begin, in seconds of civil time.
    pub shift_s: i64,
    /// Seconds of one of them; whole days are civil days.
    pub length_s: i64,
    /// They are whole days.
    #[serde(default, skip_serializing_if = "is_false")]
    pub days: bool,
    /// They do not take place, or take no time.
    #[serde(default, skip_serializing_if = "is_false")]
    pub free: bool,
}

/// A period in which nobody receives but for what is open (RFC 7953).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// 1 to 9, the lower the more it counts; 0: least of all.
    #[serde(rename = "p", default)]
    pub priority: u8,
    /// The period.
    #[serde(rename = "s")]
    pub period: Period,
    /// What is open in it.
    #[serde(rename = "o")]
    pub open: Vec<Item>,
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
            || self.closed.iter().any(|closed| closed.period.1 > floor)
            || self.busy.iter().any(item)
            || self.unclear.iter().any(|period| period.1 > floor)
    }

    /// Whether it happens again and again, or may.
    pub fn recurs(&self) -> bool {
        self.busy.len() + self.unclear.len() > 1
            || !self.closed.is_empty()
            || self.busy.iter().any(|item| !matches!(item, Item::Once(_)))
    }

    /// Whether all times at which it may be busy are known.
    pub fn is_placed(&self) -> bool {
        !self.blind && !self.unread
    }

    /// Whether all of it could be read.
    pub fn is_clear(&self) -> bool {
        let guessed = |item: &Item| matches!(item, Item::Series(series) if series.guessed);
        self.is_placed() && self.unclear.is_empty() && !self.busy.iter().any(guessed)
    }
}
