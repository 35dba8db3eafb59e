//! Changing greffon's own objects without losing what others wrote into them.

use greffon_sdk::practice::Span;

use super::civil::utc_text;
use super::component::Component;
use super::line::{Line, fold, unfold};
use super::read::LAST_OP;

/// Most `SEQUENCE` that is counted further.
const LAST_SEQUENCE: i64 = i32::MAX as i64 - 1;

/// What becomes of an event.
pub enum Change {
    /// It has another time.
    Moved(Span),
    /// It will not take place.
    Cancelled,
}

/// The object with its event changed by `op`. None for what is not one single event: a person made something else of
/// it, and that is not for us to change.
pub fn change(bytes: &[u8], change: &Change, op: &str, now: i64) -> Option<Vec<u8>> {
    let calendar = Component::parse(bytes)?;
    let mut events = calendar.children_of("VEVENT");
    let event = events.next()?;
    let repeats = ["RRULE", "RDATE", "RECURRENCE-ID"].into_iter().any(|name| event.line(name).is_some());
    if events.next().is_some() || repeats {
        return None;
    }
    let sequence = event.line("SEQUENCE").and_then(|line| line.value.trim().parse::<i64>().ok()).unwrap_or(0);
    let mut new = vec![
        format!("DTSTAMP:{}", utc_text(now)),
        format!("LAST-MODIFIED:{}", utc_text(now)),
        format!("SEQUENCE:{}", sequence.clamp(0, LAST_SEQUENCE) + 1),
        format!("{LAST_OP}:{op}"),
    ];
    let replaced: &[&str] = match change {
        Change::Moved(span) => {
            new.push(format!("DTSTART:{}", utc_text(span.start)));
            new.push(format!("DTEND:{}", utc_text(span.end)));
            &["DTSTART", "DTEND", "DURATION"]
        }
        Change::Cancelled => {
            new.push("STATUS:CANCELLED".to_owned());
            new.push("TRANSP:TRANSPARENT".to_owned());
            &["STATUS", "TRANSP"]
        }
    };
    let always = ["DTSTAMP", "LAST-MODIFIED", "SEQUENCE", LAST_OP];
    let mut lines = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for raw in unfold(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) {
        let Some(line) = Line::parse(&raw) else { continue };
        let in_event = open.len() == 2 && open[1] == "VEVENT";
        match line.name.as_str() {
            "BEGIN" => open.push(line.value.trim().to_ascii_uppercase()),
            "END" => {
                if in_event {
                    lines.append(&mut new);
                }
                open.pop();
            }
            name if in_event && (always.contains(&name) || replaced.contains(&name)) => continue,
            _ => {}
        }
        lines.push(raw);
    }
    Some(fold(&lines))
}
