//! The facts of a session, looked at by key, and the keys of the script's own.

use greffon_sdk::practice::{Fact, Value, keys};

use crate::settings::When;

/// Choice: what the caller is to the patient.
pub(crate) const RELATION: &str = "caller.relation";
/// Yes or no: a professional's request cannot wait.
pub(crate) const PROFESSIONAL_URGENT: &str = "professional.urgent";
/// Text: the value that a laboratory gives.
pub(crate) const LABORATORY_VALUE: &str = "laboratory.value";
/// Yes: the value was read back and is right.
pub(crate) const LABORATORY_READ_BACK: &str = "laboratory.read-back";
/// Yes or no: something new since the last visit.
pub(crate) const NEW_SYMPTOMS: &str = "request.new-symptoms";
/// Choice: question, confirm, move, cancel, message; what a general motive is about. Or
/// `wrong-number`: nobody wanted this practice.
pub(crate) const TASK: &str = "request.task";
/// Choice: a frequent question, or `other`.
pub(crate) const QUESTION: &str = "request.question";
/// Text: which appointment is to be cancelled, by its id.
pub(crate) const APPOINTMENT: &str = "request.appointment";
/// Text: what a certificate is for.
pub(crate) const CERTIFICATE_PURPOSE: &str = "certificate.purpose";
/// Date: until when a certificate is needed.
pub(crate) const CERTIFICATE_DEADLINE: &str = "certificate.deadline";
/// Text: what a practitioner is to be told.
pub(crate) const MESSAGE: &str = "request.message";
/// Yes or no: a relative who cannot be told anything leaves a message.
pub(crate) const LEAVE_MESSAGE: &str = "request.leave-message";
/// Yes or no: the appointment stands.
pub(crate) const STILL_SUITS: &str = "appointment.still-suits";
/// Text: which day, hour, practitioner or site would suit, in the caller's words.
pub(crate) const WISHES: &str = "request.wishes";
/// Date: the day asked for.
pub(crate) const DAY: &str = "request.day";
/// Choice: `morning` or `afternoon`.
pub(crate) const HALF_DAY: &str = "request.half-day";
/// Choice: the slot that the caller takes, by its id.
pub(crate) const SLOT: &str = "proposal.slot";
/// Choice: no appointment comes of this contact. After `none-left` and `none-suits` the
/// practice calls back; any other answer says that none is wanted.
pub(crate) const SLOT_OUTCOME: &str = "proposal.outcome";

/// The facts of a session, oldest first; the latest of a key counts.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a>(pub &'a [Fact]);

impl<'a> Facts<'a> {
    /// When a key was last answered: the place of the fact.
    pub fn position(self, key: &str) -> Option<usize> {
        self.0.iter().rposition(|fact| fact.key == key)
    }

    pub fn value(self, key: &str) -> Option<&'a Value> {
        self.position(key).map(|position| &self.0[position].value)
    }

    /// Words that are not empty.
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.value(key).and_then(Value::as_text).map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether there is an answer: `unknown` and `refused` are answers.
    pub fn has(self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Whether the caller's own words have one of these, in whatever case. Any do when
    /// none is listed.
    pub fn said(self, words: &[String]) -> bool {
        let plain = |text: &str| text.to_lowercase().replace('\u{2019}', "'");
        let said = plain(self.text(keys::WORDS).unwrap_or_default());
        words.is_empty() || words.iter().any(|one| said.contains(&plain(one)))
    }

    /// Whether a fact has one of these answers; `unknown` takes `refused` along.
    pub fn is(self, when: &When) -> bool {
        let is = |word: &str| when.is.iter().any(|one| one == word);
        match self.value(&when.fact) {
            Some(Value::Yes) => is("yes"),
            Some(Value::No) => is("no"),
            Some(Value::Unknown) => is("unknown"),
            Some(Value::Refused) => is("unknown") || is("refused"),
            Some(Value::Choices(choices)) => choices.iter().any(|choice| is(choice)),
            Some(value) => value.as_text().is_some_and(is),
            None => false,
        }
    }

    /// Whether an answer is a yes, or anything that does not exclude one.
    pub fn may_be(self, key: &str) -> bool {
        self.value(key).is_some_and(|value| *value != Value::No)
    }
}
