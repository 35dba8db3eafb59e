//! The page that asks for the code.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use greffon_core::model::alert::NextStep;
use greffon_words::{Text, alerts};

use super::answer::answer;
use super::choices::{Choice, MINUTES, steps, times};
use super::style::STYLE;
use crate::code::MAX_CODE;
use crate::link::Link;
use crate::say::Say;

/// Shows the practice's name and nothing else of what the link leads to.
#[derive(Template)]
#[template(path = "ask.html")]
pub(crate) struct Ask {
    say: Say,
    practice: String,
    problem: Option<String>,
    action: String,
    steps: Vec<Choice>,
    times: Vec<Choice>,
}

impl Ask {
    /// As it is opened first.
    pub(crate) fn fresh(say: Say, link: &Link, practice: &str) -> Self {
        Self {
            say,
            practice: practice.to_owned(),
            problem: None,
            action: link.path(),
            steps: steps(say, NextStep::CallBack),
            times: times(say, MINUTES[0]),
        }
    }

    /// With what somebody had chosen already.
    pub(crate) fn chosen(self, next: Option<NextStep>, minutes: Option<u16>) -> Self {
        let (say, next, minutes) = (self.say, next.unwrap_or(NextStep::CallBack), minutes.unwrap_or(MINUTES[0]));
        Self { steps: steps(say, next), times: times(say, minutes), ..self }
    }

    /// The page.
    pub(crate) fn page(self) -> Response {
        answer(StatusCode::OK, self.say, &self)
    }

    /// The page once more, with what was wrong.
    pub(crate) fn again(self, status: StatusCode, why: &Text) -> Response {
        answer(status, self.say, &Self { problem: Some(self.say.of(why)), ..self })
    }
}
