//! Changing objects without losing what others wrote into them.

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

/// Whether the object is one single event to which nobody is invited: moving or deleting it tells nobody and changes no
/// other day. A server sends invitations of its own (RFC 6638) when one with people in it changes.
pub fn is_private(bytes: &[u8]) -> bool {
    let calendar = Component::parse(bytes);
    let event = calendar.as_ref().and_then(single);
    event.is_some_and(|event| ["ATTENDEE", "ORGANIZER"].into_iter().all(|name| event.line(name).is_none()))
}

/// The only event of an object. None: there are several, or it takes place again and again.
fn single(calendar: &Component) -> Option<&Component> {
    let mut events = calendar.children_of("VEVENT");
    let event = events.next().filter(|_| events.next().is_none())?;
    let once = ["RRULE", "RDATE", "RECURRENCE-ID"].into_iter().all(|name| event.line(name).is_none());
    once.then_some(event)
}

/// The object with its event changed by `op`. None for what is not one single event: a person made something else of
/// it, and that is not for us to change.
pub fn change(bytes: &[u8], change: &Change, op: &str, now: i64) -> Option<Vec<u8>> {
    let calendar = Component::parse(bytes)?;
    let event = single(&calendar)?;
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
