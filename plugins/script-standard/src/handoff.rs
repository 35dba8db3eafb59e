//! Requests that somebody of the practice must answer: to whom they go, and
//! what is promised.

use greffon_sdk::practice::Level;
use greffon_sdk::script::Orientation;

use crate::caller::Caller;
use crate::facts::{PROFESSIONAL_URGENT, QUESTION};
use crate::french;
use crate::interview::Interview;
use crate::questions::OTHER;
use crate::settings::MotiveKind;

/// A request that is handed to somebody, and the promise that goes with it.
pub(crate) struct Handoff {
    /// What is promised.
    pub what: &'static str,
    /// Which message.
    pub template: &'static str,
    /// To whom, by the names that the host knows.
    pub to: &'static str,
    /// The words of the promise.
    pub said: String,
    pub within_min: u32,
    pub level: Level,
}

/// None: nobody has to answer, or the triage's orientation says already who
/// does, and the host promises that by itself.
pub(crate) fn of(interview: &Interview<'_>) -> Option<Handoff> {
    if interview.emergency_call().is_some() || !interview.is_complete() {
        return None;
    }
    let delays = &interview.settings.delays;
    if interview.caller == Some(Caller::Laboratory) {
        let within_min = delays.laboratory_min;
        return Some(Handoff {
            what: "laboratory-result",
            template: "laboratory-result",
            to: "practitioner",
            said: format!(
                "Le résultat est transmis au médecin, qui en accuse réception {}.",
                french::within(within_min)
            ),
            within_min,
            level: interview.level().raised_to(Level::VeryUrgent),
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
    let concluded = interview.session.assessment.is_some() || interview.motive.is_none();
    if promised || !concluded {
        return None;
    }
    let answer = |template, to, within_min: u32, level| Handoff {
        what: "answer",
        template,
        to,
        said: format!("Votre message est transmis ; vous avez une réponse {}.", french::within(within_min)),
        within_min,
        level,
    };
    if interview.caller == Some(Caller::Professional) {
        let urgent = interview.facts.may_be(PROFESSIONAL_URGENT);
        return Some(if urgent {
            let level = interview.level().raised_to(Level::VeryUrgent);
            answer("professional-message", "practitioner", delays.professional_urgent_min, level)
        } else {
            answer("professional-message", "practitioner", delays.professional_min, interview.level())
        });
    }
    match interview.motive.as_ref()?.kind {
        MotiveKind::Message => Some(answer("patient-message", "practitioner", delays.answer_min, interview.level())),
        MotiveKind::Question if interview.facts.text(QUESTION) == Some(OTHER) => {
            Some(answer("patient-question", "secretariat", delays.answer_min, interview.level()))
        }
        _ => None,
    }
}
