//! The page of an alert that was opened.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::flow::Opened;
use greffon_core::model::alert::{Acknowledgement, Alert, AlertState, End};
use greffon_core::model::civil::{Zone, clock_text};
use greffon_words::alerts;

use super::answer::answer;
use super::choices::{Choice, outcome, outcomes};
use super::ending::{MAX_NOTE, action};
use super::lines::{Line, lines};
use super::style::STYLE;
use crate::code::MAX_CODE;
use crate::link::Link;
use crate::say::Say;

/// Whoever acts through a link is written down under this prefix and their name in the
/// practice's file.
const RECIPIENT: &str = "recipient:";

/// Shows what the alert is about, who has it, and how to end it.
#[derive(Template)]
#[template(path = "reading.html")]
pub(crate) struct Reading<'o> {
    say: Say,
    standing: Vec<String>,
    lines: Vec<Line<'o>>,
    is_over: bool,
    action: String,
    outcomes: Vec<Choice>,
    note: String,
}

impl<'o> Reading<'o> {
    /// Of an alert as it is now.
    pub(crate) fn of(say: Say, link: &Link, opened: &'o Opened) -> Self {
        Self {
            say,
            standing: standing(say, link, opened),
            lines: lines(&opened.text),
            is_over: opened.alert.state == AlertState::Ended,
            action: action(link),
            outcomes: outcomes(say, None),
            note: String::new(),
        }
    }

    /// The page.
    pub(crate) fn page(self) -> Response {
        answer(StatusCode::OK, self.say, &self)
    }
}

/// Who has it, or what came of it.
fn standing(say: Say, link: &Link, opened: &Opened) -> Vec<String> {
    let Opened { alert, time_zone, .. } = opened;
    match (alert.state, &alert.end, alert.acknowledged.last()) {
        (AlertState::Ended, Some(end), _) => over(say, end),
        (AlertState::Acknowledged, _, Some(last)) => in_hand(say, link, alert, last, &Zone::named_or_utc(time_zone)),
        _ => Vec::new(),
    }
}

fn over(say: Say, end: &End) -> Vec<String> {
    let mut lines = vec![say.of(&alerts::ended()), say.of(&alerts::said_by(&outcome(end.outcome), name(&end.by)))];
    lines.extend(end.note.clone());
    lines
}

fn in_hand(say: Say, link: &Link, alert: &Alert, last: &Acknowledgement, zone: &Zone) -> Vec<String> {
    let mine = last.by.strip_prefix(RECIPIENT).is_some() && who(link, alert) == Some(name(&last.by));
    let first = if mine { alerts::taken_by_you() } else { alerts::taken_before() };
    let until = clock_text(zone.civil(last.until).time());
    vec![say.of(&first), say.of(&alerts::in_hand(&last.next.words(), &until, name(&last.by)))]
}

/// The recipient of a link, among those who were told.
fn who<'a>(link: &Link, alert: &'a Alert) -> Option<&'a str> {
    let sent = |link_of: &greffon_core::model::alert::Link| link_of.is_opened_by(&link.secret);
    let told = alert.told.iter().rev().find(|told| told.link.as_ref().is_some_and(sent));
    told.map(|told| told.person.as_str())
}

fn name(by: &str) -> &str {
    by.strip_prefix(RECIPIENT).unwrap_or(by)
}
