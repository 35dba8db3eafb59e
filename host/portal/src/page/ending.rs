//! The page that asks once more what came of an alert.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::model::alert::AlertOutcome;
use greffon_words::{Text, alerts};

use super::answer::answer;
use super::choices::{Choice, outcomes};
use super::style::STYLE;
use crate::code::MAX_CODE;
use crate::link::Link;
use crate::say::Say;

/// Longest note of the form, in characters: with most of them percent-encoded it still fits
/// into the body that is read.
pub(super) const MAX_NOTE: usize = 500;

/// Shows what somebody has written themselves, and nothing of the alert.
#[derive(Template)]
#[template(path = "ending.html")]
pub(crate) struct Ending {
    say: Say,
    practice: String,
    problem: String,
    action: String,
    outcomes: Vec<Choice>,
    note: String,
}

impl Ending {
    /// With what they had said.
    pub(crate) fn of(say: Say, link: &Link, practice: &str, chosen: Option<AlertOutcome>, note: Option<&str>) -> Self {
        Self {
            say,
            practice: practice.to_owned(),
            problem: String::new(),
            action: action(link),
            outcomes: outcomes(say, chosen),
            note: note.unwrap_or_default().to_owned(),
        }
    }

    /// The page, with what was wrong.
    pub(crate) fn again(self, status: StatusCode, why: &Text) -> Response {
        answer(status, self.say, &Self { problem: self.say.of(why), ..self })
    }
}

/// Where an alert is ended.
pub(super) fn action(link: &Link) -> String {
    format!("{}/fin", link.path())
}
