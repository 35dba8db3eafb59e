//! Reading an object: when it is busy, and whether greffon wrote it.

use super::civil::{DAY_MS, Date, DateTime};
use super::component::Component;
use super::line::Line;
use super::salvage;
use super::time::{self, Start, Unclear};
use super::zone::Zones;
use greffon_sdk::agenda::is_op_id;
use greffon_sdk::practice::Span;
use greffon_sdk::settings;

use crate::mirror::object::{Content, Item, Mark, Period, Series};

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

/// Reads an object. What cannot be read makes its days unclear; nothing makes the reading fail.
pub fn object(bytes: &[u8], zones: &Zones) -> Content {
    let mut content = Content::default();
    let Some(calendar) = Component::parse(bytes).filter(|calendar| calendar.name == "VCALENDAR") else {
        doubt(&mut content, &salvage::days(bytes), zones);
        return content;
    };
    let events: Vec<&Component> = calendar.children_of("VEVENT").collect();
    let mut replaced = Vec::new();
    let mut occasions = Vec::new();
    for event in &events {
        whose(&mut content, event);
        match Occasion::read(event, zones, &calendar) {
            Ok(occasion) => {
                replaced.extend(occasion.replaces);
                occasions.push(occasion);
            }
            Err(unclear) => doubt(&mut content, &unclear, zones),
        }
    }
    content.first = occasions.first().map(|occasion| occasion.period);
    for occasion in occasions {
        if occasion.free {
            continue;
        }
        content.blind |= occasion.unsure;
        content.busy.extend(occasion.extra.into_iter().map(Item::Once));
        content.busy.push(match occasion.series {
            Some(mut series) => {
                series.replaced.extend(&replaced);
                Item::Series(Box::new(series))
            }
            None => match occasion.replaces {
                Some(start) => Item::Instead(occasion.period, start),
                None => Item::Once(occasion.period),
            },
        });
    }
    content
}

fn doubt(content: &mut Content, unclear: &Unclear, zones: &Zones) {
    match unclear {
        Unclear::Days(first, last) => match time::whole_days(*first, *last, zones) {
            Some(span) => content.unclear.push(span.into()),
            None => content.blind = true,
        },
        Unclear::All => content.blind = true,
    }
}

fn whose(content: &mut Content, event: &Component) {
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
struct Occasion {
    period: Period,
    series: Option<Series>,
    /// `RDATE`s that have a length or a form of their own.
    extra: Vec<Period>,
    /// The start that it stands for.
    replaces: Option<i64>,
    /// When it is busy is not quite what is told.
    unsure: bool,
    free: bool,
}

impl Occasion {
    fn read(event: &Component, zones: &Zones, calendar: &Component) -> Result<Self, Unclear> {
        let salvaged = || salvage::of_lines(event.lines.iter().map(|line| line.raw.as_str()));
        let free = is_cancelled(event)
            || event.line("TRANSP").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("TRANSPARENT"));
        let line = event.line("DTSTART").ok_or(Unclear::All)?;
        let recurs = event.line("RRULE").is_some() || event.line("RDATE").is_some();
        let mut unsure = false;
        let (start, period) = match Self::times(line, event, zones, calendar) {
            Ok(times) => times,
            Err(_) if free => (Start::Utc(0), Span { start: 0, end: 1 }),
            // An event that comes again, and whose days can be read, comes again for whole days.
            Err(Unclear::Days(first, last)) if recurs => {
                unsure = true;
                (Start::Day(first), time::whole_days(first, last, zones).ok_or(Unclear::All)?)
            }
            Err(_) => return Err(salvaged()),
        };
        let mut occasion =
            Self { period: period.into(), series: None, extra: Vec::new(), replaces: None, unsure, free };
        if let Some(line) = event.line("RECURRENCE-ID") {
            let start = Start::read(line, &line.value, zones, calendar).and_then(|start| start.instant(zones));
            occasion.replaces = start.ok();
            // Later occurrences are shifted in a way that only the writing program knows.
            occasion.unsure |= line.param("RANGE").is_some();
        } else if recurs && !free {
            occasion.series = Some(occasion.series_of(&start, event, zones, calendar)?);
        }
        Ok(occasion)
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
            // Days of 23 and 25 hours count as days.
            Start::Day(_) => ((to - from) + DAY_MS / 2) / DAY_MS * 86_400,
            _ => (to - from + 999) / 1000,
        };
        let rules: Vec<String> = event.all("RRULE").map(|line| line.value.trim().to_owned()).collect();
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

/// The start of the day after which a rule has no more occurrences, in UTC. None: it has no `UNTIL`.
fn last_day(rule: &str) -> Option<i64> {
    let parts = rule.split(';').filter_map(|part| part.split_once('='));
    let until = parts.filter(|(name, _)| name.eq_ignore_ascii_case("UNTIL")).map(|(_, value)| value).next()?;
    Some(Date::parse(until.get(..8)?)?.days() * DAY_MS)
}
