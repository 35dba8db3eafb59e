//! Writing greffon's own objects.

use greffon_sdk::practice::Span;
use greffon_sdk::settings;

use super::civil::utc_text;
use super::line::{escape, fold};
use super::read::{ABSENCE, BOOKING, INSTALLATION, MOTIVE, OP};

/// Who says that it wrote the object (§3.7.3).
const PRODID: &str = "-//greffon//agenda-caldav//FR";

/// What is written of a booking.
pub struct Booking<'a> {
    /// The op-id.
    pub op: &'a str,
    /// When, in UTC, so that no `VTIMEZONE` is needed.
    pub span: Span,
    /// What people read.
    pub summary: &'a str,
    /// `PUBLIC`, `PRIVATE` or `CONFIDENTIAL` (§3.8.1.3).
    pub class: &'a str,
    /// The motive. None: it is not told to the server.
    pub motive: Option<&'a str>,
    /// A note. None: none, or it is not told to the server.
    pub note: Option<&'a str>,
}

/// A booking as an object.
pub fn booking(booking: &Booking<'_>, now: i64) -> Vec<u8> {
    let mut lines = head(booking.op, BOOKING, booking.span, booking.summary, now);
    lines.push(format!("CLASS:{}", booking.class));
    lines.push("STATUS:CONFIRMED".to_owned());
    lines.extend(booking.motive.map(|motive| format!("{MOTIVE}:{}", escape(motive))));
    lines.extend(booking.note.map(|note| format!("DESCRIPTION:{}", escape(note))));
    end(lines)
}

/// An absence as an object.
pub fn absence(op: &str, span: Span, label: &str, now: i64) -> Vec<u8> {
    end(head(op, ABSENCE, span, label, now))
}

fn head(op: &str, suffix: &str, span: Span, summary: &str, now: i64) -> Vec<String> {
    vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:{PRODID}"),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{op}{suffix}"),
        format!("DTSTAMP:{}", utc_text(now)),
        format!("CREATED:{}", utc_text(now)),
        format!("LAST-MODIFIED:{}", utc_text(now)),
        "SEQUENCE:0".to_owned(),
        format!("DTSTART:{}", utc_text(span.start)),
        format!("DTEND:{}", utc_text(span.end)),
        format!("SUMMARY:{}", escape(summary)),
        "TRANSP:OPAQUE".to_owned(),
        format!("{OP}:{op}"),
        format!("{INSTALLATION}:{}", escape(&settings::installation())),
    ]
}

fn end(mut lines: Vec<String>) -> Vec<u8> {
    lines.push("END:VEVENT".to_owned());
    lines.push("END:VCALENDAR".to_owned());
    fold(&lines)
}
