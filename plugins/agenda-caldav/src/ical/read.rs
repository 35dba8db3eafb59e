//! Reading an object: when it is busy, and whether greffon wrote it.

use super::civil::{DAY_MS, Date, DateTime};
use super::component::Component;
use super::line::Line;
use super::observance::{OwnZone, shift_until};
use super::salvage;
use super::time::{self, Start, Unclear};
use super::zone::{Zone, Zones};
use greffon_sdk::agenda::is_op_id;
use greffon_sdk::practice::Span;
use greffon_sdk::{calendar, settings};

use crate::mirror::object::{Content, Item, Later, Mark, Period, Series};

/// What the UIDs of greffon's bookings end with; before it stands the op-id.
pub const BOOKING: &str = "@greffon";
/// What the UIDs of greffon's absences end with; before it stands the op-id.
pub const ABSENCE: &str = "@absence.greffon";
/// Property that holds the op-id that created an object, for people; the UID decides, because a copy keeps this.
pub const OP: &str = "X-GREFFON-OP";
/// Property that holds the op-id that changed an object last.
pub const LAST_OP: &str = "X-GREFFON-LAST-OP";
/// Property that holds the id of the installation of greffon that created an object.
pub const INSTALLATION: &str = "X-GREFFON-INSTALLATION";
/// Property that holds the motive.
pub const MOTIVE: &str = "X-GREFFON-MOTIVE";

/// Most `RRULE`s, and most added or taken-away starts, of one event.
const MOST_RULES: usize = 10;
const MOST_DATES: usize = 5_000;

/// Longest `RRULE`, in bytes.
const RULE_BYTES: usize = 1_000;

/// When these events take place, each by its own lines, and what could not be read.
pub fn items(events: &[&Component], zones: &Zones, calendar: &Component) -> (Vec<Item>, Vec<Unclear>) {
    let mut occasions = Vec::new();
    let mut unread = Vec::new();
    for event in events {
        match Occasion::read(event, zones, calendar) {
            Ok(occasion) => occasions.push(occasion),
            Err(unclear) => unread.push(unclear),
        }
    }
    let (mut replaced, mut later) = (Vec::new(), Vec::new());
    let series = occasions.iter().find_map(|occasion| occasion.series.as_ref());
    for occasion in &occasions {
        let Some(start) = occasion.replaces else { continue };
        match series.filter(|_| occasion.and_later).map(|series| occasion.later(start, series)) {
            Some(Some(one)) => later.push(one),
            // Where the later ones are cannot be told: only the writing program knows.
            Some(None) => unread.push(Unclear::All),
            None => {
                replaced.push(start);
                if occasion.and_later {
                    unread.push(Unclear::All);
                }
            }
        }
    }
    later.sort_by_key(|one| one.from);
    let moved = |start: &i64| later.iter().any(|one| one.from == *start);
    let mut items = Vec::new();
    for occasion in occasions {
        let in_series = occasion.and_later && occasion.replaces.as_ref().is_some_and(moved);
        if occasion.free || in_series {
            continue;
        }
        items.extend(occasion.extra.into_iter().map(Item::Once));
        items.push(match (occasion.series, occasion.replaces) {
            (Some(mut series), _) => {
                series.replaced.extend(&replaced);
                series.later.clone_from(&later);
                Item::Series(Box::new(series))
            }
            (None, Some(start)) => Item::Instead(occasion.period, start),
            (None, None) => Item::Once(occasion.period),
        });
    }
    (items, unread)
}

pub(super) fn doubt(content: &mut Content, unclear: &Unclear, zones: &Zones) {
    match unclear {
        Unclear::Days(first, last) => match time::whole_days(*first, *last, zones) {
            Some(span) => content.unclear.push(span.into()),
            // Beyond what the host tells: the days in any zone.
            None => content.unclear.push(Period((first.days() - 1) * DAY_MS, (last.days() + 2) * DAY_MS)),
        },
        Unclear::All => content.blind = true,
    }
}

pub(super) fn whose(content: &mut Content, event: &Component) {
    let uid = event.line("UID").map_or("", |line| line.value.trim());
    // Another greffon's, which may share the calendar, is somebody else's. A program that loses the property does not
    // take the object away from us: op-ids are unique enough.
    let installation = event.line(INSTALLATION).map(Line::text);
    let other = installation.is_some_and(|id| id != settings::installation());
    for (suffix, mark) in [(BOOKING, Mark::Booking), (ABSENCE, Mark::Absence)] {
        if let Some(op) = uid.strip_suffix(suffix).filter(|op| is_op_id(op) && !other) {
            content.mark = mark;
            content.op = Some(op.to_owned());
        }
    }
    let text = |name| event.line(name).map(Line::text);
    content.last_op = text(LAST_OP).filter(|op| is_op_id(op)).or(content.last_op.take());
    content.motive = text(MOTIVE).filter(|motive| (1..=256).contains(&motive.len())).or(content.motive.take());
    content.cancelled |= is_cancelled(event);
    let changed = event.line("LAST-MODIFIED").or_else(|| event.line("DTSTAMP"));
    let changed = changed.and_then(|line| DateTime::parse(line.value.trim().strip_suffix('Z')?));
    content.changed = content.changed.max(changed.map(DateTime::utc));
}

fn is_cancelled(event: &Component) -> bool {
    event.line("STATUS").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED"))
}

/// One `VEVENT`.
pub(super) struct Occasion {
    pub(super) period: Period,
    series: Option<Series>,
    /// `RDATE`s that have a length or a form of their own.
    extra: Vec<Period>,
    /// The start that it stands for.
    replaces: Option<i64>,
    /// What it stands for goes on with all later ones (RANGE=THISANDFUTURE).
    and_later: bool,
    /// It is whole days.
    days: bool,
    free: bool,
}

impl Occasion {
    pub(super) fn read(event: &Component, zones: &Zones, calendar: &Component) -> Result<Self, Unclear> {
        let salvaged = || salvage::of_lines(event.lines.iter().map(|line| line.raw.as_str()));
        let free = is_cancelled(event)
            || event.line("TRANSP").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("TRANSPARENT"));
        let line = event.line("DTSTART").ok_or(Unclear::All)?;
        let recurs = event.line("RRULE").is_some() || event.line("RDATE").is_some();
        let mut guessed = false;
        let (start, period) = match Self::times(line, event, zones, calendar) {
            Ok(times) => times,
            Err(_) if free => (Start::Utc(0), Span { start: 0, end: 1 }),
            // An event that comes again, and whose days can be read, comes again for whole days.
            Err(Unclear::Days(first, last)) if recurs => {
                guessed = true;
                (Start::Day(first), time::whole_days(first, last, zones).ok_or(Unclear::All)?)
            }
            Err(_) => return Err(salvaged()),
        };
        let days = matches!(start, Start::Day(_));
        let mut occasion = Self {
            period: period.into(),
            series: None,
            extra: Vec::new(),
            replaces: None,
            and_later: false,
            days,
            free,
        };
        if let Some(line) = event.line("RECURRENCE-ID") {
            let start = Start::read(line, &line.value, zones, calendar).and_then(|start| start.instant(zones));
            occasion.replaces = start.ok();
            occasion.and_later = line.param("RANGE").is_some();
        } else if recurs && !free {
            let series = occasion.series_of(&start, event, zones, calendar)?;
            occasion.series = Some(Series { guessed, ..series });
        }
        Ok(occasion)
    }

    /// Where the occurrences of a series are from this one on. None: that cannot be told.
    fn later(&self, from: i64, series: &Series) -> Option<Later> {
        let length_s = if self.days { days_s(self.period) } else { (self.period.1 - self.period.0 + 999) / 1000 };
        let civil = |at: i64| civil_in(series, at);
        let shift_s = if self.free { 0 } else { (civil(self.period.0)?.utc() - civil(from)?.utc()) / 1000 };
        Some(Later { from, shift_s, length_s, days: self.days, free: self.free })
    }

    fn times(line: &Line, event: &Component, zones: &Zones, calendar: &Component) -> Result<(Start, Span), Unclear> {
        let start = Start::read(line, &line.value, zones, calendar)?;
        let period = time::period(&start, event, zones, calendar)?;
        Ok((start, period))
    }

    fn series_of(
        &mut self,
        start: &Start,
        event: &Component,
        zones: &Zones,
        calendar: &Component,
    ) -> Result<Series, Unclear> {
        let Period(from, to) = self.period;
        let length_s = match start {
            Start::Day(_) => days_s(self.period),
            _ => (to - from + 999) / 1000,
        };
        let own = match start {
            Start::Local(_, Zone::Own(zone)) => Some(zone),
            _ => None,
        };
        let rule = |line: &Line| match own {
            // Its end is told in UTC, and compared in the zone's own time.
            Some(zone) => shift_until(line.value.trim(), |until| zone.civil(until).map(DateTime::utc)),
            None => Some(line.value.trim().to_owned()),
        };
        let rules: Vec<String> = event.all("RRULE").map(rule).collect::<Option<_>>().ok_or(Unclear::All)?;
        if rules.len() > MOST_RULES || rules.iter().any(|rule| rule.len() > RULE_BYTES) {
            return Err(Unclear::All);
        }
        let (written, zone) = start.written(zones);
        let mut series = Series {
            start: written,
            zone,
            length_s: u32::try_from(length_s).map_err(|_| Unclear::All)?,
            rules,
            added: Vec::new(),
            taken: Vec::new(),
            replaced: Vec::new(),
            own: own.map(|zone| zone.observances.clone()).unwrap_or_default(),
            later: Vec::new(),
            guessed: false,
            from,
            until: None,
        };
        for line in event.all("RDATE") {
            for value in line.value.split(',').take(MOST_DATES) {
                self.added(&mut series, start, line, value, zones, calendar)?;
            }
        }
        for line in event.all("EXDATE") {
            for value in line.value.split(',').take(MOST_DATES) {
                // A start that cannot be read is not taken away: busy rather than free.
                let Ok(taken) = Start::read(line, value, zones, calendar) else { continue };
                if taken.like(start) {
                    series.taken.push(taken.written(zones).0);
                } else if let (false, Ok(instant)) = (matches!(taken, Start::Day(_)), taken.instant(zones)) {
                    series.replaced.push(instant);
                }
            }
        }
        if series.added.is_empty() && !series.rules.is_empty() {
            let ends: Option<Vec<i64>> = series.rules.iter().map(|rule| last_day(rule)).collect();
            // Two days more, for zones; an occurrence may begin on the last day and last.
            series.until = ends.and_then(|ends| ends.into_iter().max()).map(|end| end + 2 * DAY_MS + (to - from));
        }
        Ok(series)
    }

    fn added(
        &mut self,
        series: &mut Series,
        start: &Start,
        line: &Line,
        value: &str,
        zones: &Zones,
        calendar: &Component,
    ) -> Result<(), Unclear> {
        let length = self.period.1 - self.period.0;
        if let Some((from, to)) = value.split_once('/') {
            let from = Start::read(line, from, zones, calendar)?.instant(zones)?;
            let to = match super::duration::Duration::parse(to.trim()) {
                Some(duration) => from + duration.days * DAY_MS + duration.seconds * 1000,
                None => Start::read(line, to, zones, calendar)?.instant(zones)?,
            };
            self.extra.push(Period(from, to.max(from + 60_000)));
            return Ok(());
        }
        let added = Start::read(line, value, zones, calendar)?;
        if added.like(start) {
            series.added.push(added.written(zones).0);
        } else {
            let from = added.instant(zones)?;
            self.extra.push(Period(from, from + length));
        }
        Ok(())
    }
}

/// Seconds of whole days; those of 23 and 25 hours count as days.
fn days_s(period: Period) -> i64 {
    ((period.1 - period.0) + DAY_MS / 2) / DAY_MS * 86_400
}

/// What the clocks of a series' zone show.
pub fn civil_in(series: &Series, at: i64) -> Option<DateTime> {
    if !series.own.is_empty() {
        return OwnZone::of(series.own.clone()).civil(at);
    }
    DateTime::of_extended(&calendar::to_civil(at, &series.zone).ok()?)
}

/// The start of the day after which a rule has no more occurrences, in UTC. None: it has no `UNTIL`.
fn last_day(rule: &str) -> Option<i64> {
    let parts = rule.split(';').filter_map(|part| part.split_once('='));
    let until = parts.filter(|(name, _)| name.eq_ignore_ascii_case("UNTIL")).map(|(_, value)| value).next()?;
    Some(Date::parse(until.get(..8)?)?.days() * DAY_MS)
}
