//! What can still be learnt from an object that cannot be read: the days that it may be on.

use super::civil::Date;
use super::line::unfold;
use super::time::Unclear;

/// Most days that an unreadable object keeps busy; one that names more names none that can be relied on.
const DAYS: i64 = 366;

/// The days that the text names as start or end of an event.
pub fn days(bytes: &[u8]) -> Unclear {
    let lines = unfold(&bytes[..bytes.len().min(super::line::OBJECT_BYTES)]);
    // What a zone says of its clocks, or an alarm of its time, is no day of an event.
    let mut elsewhere = 0_usize;
    let of_events = lines.iter().map(String::as_str).filter(|line| {
        let upper = line.trim().to_ascii_uppercase();
        let named = ["VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM"];
        match upper.split_once(':') {
            Some(("BEGIN", name)) if named.contains(&name) => elsewhere += 1,
            Some(("END", name)) if named.contains(&name) => elsewhere = elsewhere.saturating_sub(1),
            // A zone that was cut off is over where the next event begins.
            Some(("BEGIN", _)) => elsewhere = 0,
            _ => {}
        }
        elsewhere == 0
    });
    of_lines(of_events)
}

/// The days that these lines name as start or end of an event. One that comes again names not all of them.
pub fn of_lines<'a>(lines: impl Iterator<Item = &'a str>) -> Unclear {
    let mut first: Option<Date> = None;
    let mut last: Option<Date> = None;
    for line in lines {
        let upper = line.get(..7).unwrap_or_default().to_ascii_uppercase();
        if upper.starts_with("RRULE") || upper.starts_with("RDATE") {
            return Unclear::All;
        }
        if (upper.starts_with("DTSTART") || upper.starts_with("DTEND"))
            && let Some(date) = date_in(line)
        {
            first = Some(first.map_or(date, |known| known.min(date)));
            last = Some(last.map_or(date, |known| known.max(date)));
        }
    }
    match (first, last) {
        (Some(first), Some(last)) if last.days() - first.days() < DAYS => Unclear::Days(first, last),
        _ => Unclear::All,
    }
}

/// The first eight digits in a row that are a date, with or without hyphens between them.
fn date_in(line: &str) -> Option<Date> {
    let plain: Vec<u8> = line.bytes().filter(|byte| *byte != b'-').collect();
    plain.windows(8).filter_map(|window| std::str::from_utf8(window).ok()).find_map(Date::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(text: &str) -> Option<(String, String)> {
        match days(text.as_bytes()) {
            Unclear::Days(first, last) => Some((first.basic(), last.basic())),
            Unclear::All => None,
        }
    }

    #[test]
    fn the_days_of_a_broken_event_are_found() {
        let days = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        assert_eq!(
            between("BEGIN:VEVENT\nDTSTART:20260312T0900\nDTEND;TZID=X:20260314T99\n"),
            days("20260312", "20260314")
        );
        assert_eq!(between("dtstart;value=date:2026-03-12\n"), days("20260312", "20260312"));
        assert_eq!(between("DTEND:20260312"), days("20260312", "20260312"));
        assert_eq!(between("DTSTART:20260312\nDTEND:20260701"), days("20260312", "20260701"));
        assert_eq!(between("DTSTART:20260312\nDTEND:20990101"), None);
        assert_eq!(between("DTSTART:20260312\nRRULE:FREQ=DAILY"), None);
        assert_eq!(between("DTSTAMP:20260312T090000Z\nSUMMARY:20260312"), None);
        assert_eq!(between("DTSTART:notadate"), None);
        assert_eq!(between(""), None);
        assert_eq!(between("DTSTART:20261399"), None);
    }

    #[test]
    fn the_days_of_a_zone_are_not_those_of_the_event() {
        let zone =
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:19701025T030000\nEND:STANDARD\nEND:VTIMEZONE\n";
        let event = "BEGIN:VEVENT\nDTSTART;TZID=X:20260312T090000\nBEGIN:VALARM\nDTSTART:20200101\nEND:VALARM\n";
        let expected = Some(("20260312".to_owned(), "20260312".to_owned()));
        assert_eq!(between(&format!("{zone}{event}")), expected);
        assert_eq!(between(&format!("{}{event}", zone.replace("END:VTIMEZONE\n", ""))), expected);
        assert_eq!(between(zone), None);
    }
}
