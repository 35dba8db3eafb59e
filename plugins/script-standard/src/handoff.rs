//! Requests that somebody of the practice must answer: to whom they go, and
//! what is promised.

use greffon_sdk::practice::{Level, Value};
use greffon_sdk::script::Orientation;

use crate::caller::Caller;
use crate::facts::{LEAVE_MESSAGE, PROFESSIONAL_URGENT, QUESTION, SLOT_OUTCOME};
use crate::fill::fill;
use crate::interview::Interview;
use crate::questions::OTHER;
use crate::settings::MotiveKind;

/// A request that is handed to somebody, and the promise that goes with it.
pub(crate) struct Handoff<'a> {
    /// What is promised.
    pub what: &'static str,
    /// Which message.
    pub template: &'a str,
    /// To whom, by the names that the host knows.
    pub to: &'a str,
    /// The words of the promise, before its hour.
    pub said: String,
    pub within_min: u32,
    pub level: Level,
}

/// None: nobody has to answer, or the triage's orientation says already who
/// does, and the host promises that by itself.
pub(crate) fn of<'a>(interview: &Interview<'a>) -> Option<Handoff<'a>> {
    if interview.emergency_call().is_some() || !interview.is_complete() {
        return None;
    }
    let (delays, phrases) = (&interview.settings.delays, &interview.settings.phrases);
    let level = interview.level();
    let concluded = interview.session.assessment.is_some();
    if interview.caller == Some(Caller::Laboratory) {
        return Some(Handoff {
            what: "laboratory-result",
            template: "laboratory-result",
            to: PRACTITIONER,
            said: without_hour(&phrases.laboratory),
            within_min: delays.laboratory_min,
            // The host has read the result; what it has not is looked at at once.
            level: level.raised_to(if concluded { Level::SameDay } else { Level::VeryUrgent }),
        });
    }
    let promised = matches!(
        interview.orientation(),
        Some(
            Orientation::ClinicianCallback(_)
                | Orientation::HumanDecision(_)
                | Orientation::Message(_)
                | Orientation::DocumentRequest(_)
        )
    );
    // Who cannot tell a motive is handed over without a triage.
    if promised || !(concluded || interview.motive.is_none()) {
        return None;
    }
    let answer = |template, to, within_min: u32, level| Handoff {
        what: "answer",
        template,
        to,
        said: without_hour(&phrases.message),
        within_min,
        level,
    };
    if interview.caller == Some(Caller::Professional) {
        let urgent = interview.facts.may_be(PROFESSIONAL_URGENT);
        return Some(if urgent {
            let level = level.raised_to(Level::VeryUrgent);
            answer("professional-message", PRACTITIONER, delays.professional_urgent_min, level)
        } else {
            answer("professional-message", PRACTITIONER, delays.professional_min, level)
        });
    }
    if let Some(asked) = looked_at(interview) {
        return Some(asked);
    }
    if interview.is_told_nothing() {
        let leaves = interview.facts.value(LEAVE_MESSAGE) == Some(&Value::Yes);
        return leaves.then(|| answer("relative-message", PRACTITIONER, delays.answer_min, level));
    }
    if matches!(interview.facts.text(SLOT_OUTCOME), Some("none-left" | "none-suits")) {
        let today = level.raised_to(Level::SameDay) == level;
        return Some(Handoff {
            what: "slot",
            template: "no-slot",
            to: if today { PRACTITIONER } else { SECRETARIAT },
            said: without_hour(&phrases.no_slot),
            within_min: delays.no_slot_min,
            level,
        });
    }
    match interview.motive.as_ref()?.kind {
        MotiveKind::Message => Some(answer("patient-message", PRACTITIONER, delays.answer_min, level)),
        MotiveKind::Question if interview.facts.text(QUESTION) == Some(OTHER) => {
            Some(answer("patient-question", SECRETARIAT, delays.answer_min, level))
        }
        _ => None,
    }
}

const PRACTITIONER: &str = "practitioner";
const SECRETARIAT: &str = "secretariat";

/// What the practice wants somebody to look at, whatever else comes of the contact: today's
/// appointment is such a look.
fn looked_at<'a>(interview: &Interview<'a>) -> Option<Handoff<'a>> {
    if matches!(interview.orientation(), Some(Orientation::SameDaySlot)) {
        return None;
    }
    let facts = interview.facts;
    let wanted = interview.settings.handovers.iter().find(|one| facts.said(&one.when_said) && facts.is(&one.when))?;
    Some(Handoff {
        what: "answer",
        template: &wanted.id,
        to: &wanted.to,
        said: wanted.said.clone(),
        within_min: wanted.within_min,
        level: interview.level().raised_to(wanted.level.into()),
    })
}

fn without_hour(phrase: &str) -> String {
    fill(phrase, &[("by", "")])
}
