//! `greffon:triage/types`.

use greffon_core::model::emergency::EmergencyService;
use greffon_core::model::triage::{
    AnswerKind, Assessment, Choice, Encounter, Orientation, Protocol, Question, Reason, Step,
};
use greffon_core::ports::plugins::GuestError;

use super::{Breach, FromGuest, Intake, all, same_cases};
use crate::bindings::practice::ContentRef;
use crate::bindings::triage::greffon::triage::types as wit;

same_cases! {
    AnswerKind = wit::AnswerKind { YesNoUnknown, Single, Multiple, Number, Text, Date, Phone }
    EmergencyService = wit::EmergencyService {
        Samu, FireAndRescue, Police, European, DeafRelay, PoisonCentre, SuicidePrevention,
    }
}

impl From<Encounter> for wit::Encounter {
    fn from(encounter: Encounter) -> Self {
        Self {
            motive: encounter.motive,
            context: encounter.context.into(),
            facts: all(encounter.facts),
            patient_age_days: encounter.patient_age_days,
            previous: encounter.previous.map(Into::into),
        }
    }
}

impl From<Assessment> for wit::Assessment {
    fn from(assessment: Assessment) -> Self {
        Self {
            level: assessment.level.into(),
            nature: assessment.nature.into(),
            orientation: assessment.orientation.into(),
            reasons: all(assessment.reasons),
            say: all(assessment.say),
            safety_net: assessment.safety_net.map(Into::into),
            missing: assessment.missing,
            protocol: assessment.protocol.into(),
        }
    }
}

impl FromGuest<wit::Assessment> for Assessment {
    fn from_guest(assessment: wit::Assessment, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            level: assessment.level.into(),
            nature: assessment.nature.into(),
            orientation: intake.take(assessment.orientation)?,
            reasons: intake.take(assessment.reasons)?,
            say: intake.take(assessment.say)?,
            safety_net: intake.take(assessment.safety_net)?,
            missing: intake.ids(assessment.missing)?,
            protocol: intake.take(assessment.protocol)?,
        })
    }
}

impl From<Orientation> for wit::Orientation {
    fn from(orientation: Orientation) -> Self {
        match orientation {
            Orientation::EmergencyCall(service) => Self::EmergencyCall(service.into()),
            Orientation::LiveTransfer(to) => Self::LiveTransfer(to),
            Orientation::ClinicianCallback(min) => Self::ClinicianCallback(min),
            Orientation::SameDaySlot => Self::SameDaySlot,
            Orientation::SlotWithin(min) => Self::SlotWithin(min),
            Orientation::Teleconsultation(min) => Self::Teleconsultation(min),
            Orientation::Message(to) => Self::Message(to),
            Orientation::DocumentRequest(what) => Self::DocumentRequest(what),
            Orientation::Redirect(to) => Self::Redirect(to),
            Orientation::Recontact(min) => Self::Recontact(min),
            Orientation::HumanDecision(why) => Self::HumanDecision(why),
        }
    }
}

impl FromGuest<wit::Orientation> for Orientation {
    fn from_guest(orientation: wit::Orientation, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match orientation {
            wit::Orientation::EmergencyCall(service) => Self::EmergencyCall(service.into()),
            wit::Orientation::LiveTransfer(to) => Self::LiveTransfer(intake.id(to)?),
            wit::Orientation::ClinicianCallback(min) => Self::ClinicianCallback(min),
            wit::Orientation::SameDaySlot => Self::SameDaySlot,
            wit::Orientation::SlotWithin(min) => Self::SlotWithin(min),
            wit::Orientation::Teleconsultation(min) => Self::Teleconsultation(min),
            wit::Orientation::Message(to) => Self::Message(intake.id(to)?),
            wit::Orientation::DocumentRequest(what) => Self::DocumentRequest(intake.id(what)?),
            wit::Orientation::Redirect(to) => Self::Redirect(intake.id(to)?),
            wit::Orientation::Recontact(min) => Self::Recontact(min),
            wit::Orientation::HumanDecision(why) => Self::HumanDecision(intake.text(why)?),
        })
    }
}

impl From<Reason> for wit::Reason {
    fn from(reason: Reason) -> Self {
        Self { rule: reason.rule, facts: reason.facts, text: reason.text }
    }
}

impl FromGuest<wit::Reason> for Reason {
    fn from_guest(reason: wit::Reason, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { rule: intake.id(reason.rule)?, facts: intake.ids(reason.facts)?, text: intake.text(reason.text)? })
    }
}

impl FromGuest<wit::Step> for Step {
    fn from_guest(step: wit::Step, intake: &mut Intake) -> Result<Self, Breach> {
        match step {
            // Nothing to ask and no conclusion would leave the contact nowhere.
            wit::Step::Ask(questions) if questions.is_empty() => Err(Breach::Contract),
            wit::Step::Ask(questions) => Ok(Self::Ask(intake.take(questions)?)),
            wit::Step::Conclude(assessment) => Ok(Self::Conclude(intake.take(assessment)?)),
        }
    }
}

impl FromGuest<wit::Question> for Question {
    fn from_guest(question: wit::Question, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            key: intake.id(question.key)?,
            spoken: intake.text(question.spoken)?,
            why: intake.text(question.why)?,
            kind: question.kind.into(),
            choices: intake.take(question.choices)?,
            red_flag: question.red_flag,
            required: question.required,
        })
    }
}

impl FromGuest<wit::Choice> for Choice {
    fn from_guest(choice: wit::Choice, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { id: intake.id(choice.id)?, label: intake.text(choice.label)? })
    }
}

impl FromGuest<wit::Protocol> for Protocol {
    fn from_guest(protocol: wit::Protocol, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            content: intake.take(protocol.ref_)?,
            title: intake.text(protocol.title)?,
            motives: intake.ids(protocol.motives)?,
            min_age_days: protocol.min_age_days,
            max_age_days: protocol.max_age_days,
            floor: protocol.floor.into(),
            validation: intake.take(protocol.content_validation)?,
        })
    }
}

impl FromGuest<wit::TriageError> for GuestError {
    fn from_guest(error: wit::TriageError, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match error {
            wit::TriageError::NotApplicable => guest_error(intake, "not-applicable", ""),
            wit::TriageError::UnknownMotive(motive) => guest_error(intake, "unknown-motive", &motive),
            wit::TriageError::ProtocolExpired(content) => guest_error(intake, "protocol-expired", &named(&content)),
            wit::TriageError::ProtocolUnvalidated(content) => {
                guest_error(intake, "protocol-unvalidated", &named(&content))
            }
            wit::TriageError::InvalidFact((key, why)) => guest_error(intake, "invalid-fact", &format!("{key}: {why}")),
            wit::TriageError::Contradiction(keys) => guest_error(intake, "contradiction", &keys.join(", ")),
            wit::TriageError::NotPrepared => guest_error(intake, "not-prepared", ""),
            wit::TriageError::Other(why) => guest_error(intake, "other", &why),
        })
    }
}

pub(super) fn guest_error(intake: &mut Intake, code: &str, text: &str) -> GuestError {
    GuestError { code: code.to_owned(), text: intake.why(text) }
}

/// A content in words.
pub(super) fn named(content: &ContentRef) -> String {
    format!("{} {}", content.id, content.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_nothing_is_no_step() {
        let mut intake = Intake::new(1_000);
        assert_eq!(intake.take::<Step, _>(wit::Step::Ask(Vec::new())), Err(Breach::Contract));
    }

    #[test]
    fn an_error_keeps_its_code() {
        let error: GuestError =
            Intake::new(1_000).take(wit::TriageError::UnknownMotive("otite".to_owned())).expect("taken");
        assert_eq!((error.code.as_str(), error.text.as_str()), ("unknown-motive", "otite"));
    }
}
