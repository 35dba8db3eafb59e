//! Availability (`VAVAILABILITY`, RFC 7953): a period that is closed but for what is said to be available in it.

use super::component::Component;
use super::duration::Duration;
use super::read;
use super::time::{ALL, Start};
use super::zone::Zones;
use crate::mirror::object::{Closed, Period};

/// Most of them in one object, and most parts of one.
const MOST: usize = 50;
const MOST_PARTS: usize = 100;

/// What the availabilities of an object close. What cannot be read of them is not available.
pub fn closed(calendar: &Component, zones: &Zones) -> Vec<Closed> {
    let mut all: Vec<Closed> =
        calendar.children_of("VAVAILABILITY").take(MOST).map(|one| of(one, zones, calendar)).collect();
    // 1 is the highest, 0 means none (RFC 7953 §3.1 as RFC 5545 §3.8.1.9).
    all.sort_by_key(|closed| if closed.priority == 0 { u8::MAX } else { closed.priority });
    all
}

fn of(one: &Component, zones: &Zones, calendar: &Component) -> Closed {
    let instant = |name: &str| {
        let line = one.line(name)?;
        Start::read(line, &line.value, zones, calendar).and_then(|start| start.instant(zones)).ok()
    };
    let from = instant("DTSTART").unwrap_or(ALL.start);
    let length = one.line("DURATION").and_then(|line| Duration::parse(line.value.trim()));
    let lasting = length.map(|length| from + length.days * super::civil::DAY_MS + length.seconds * 1000);
    let to = instant("DTEND").or(lasting).unwrap_or(ALL.end);
    let priority =
        one.line("PRIORITY").and_then(|line| line.value.trim().parse().ok()).filter(|priority| *priority <= 9);
    let available: Vec<&Component> = one.children_of("AVAILABLE").take(MOST_PARTS).collect();
    let (open, _) = read::items(&available, zones, calendar);
    Closed { priority: priority.unwrap_or(0), period: Period(from, to.max(from)), open }
}
