//! `greffon:script/types`.

use greffon_core::model::script::{
    AppointmentSummary, BookingProgress, CommitmentDraft, CommitmentSummary, Effect, MessageDraft, Phase, Prompt,
    ReadBack, ScriptInfo, Session, View,
};
use greffon_core::ports::plugins::GuestError;

use super::triage::{guest_error, named};
use super::{Breach, FromGuest, Intake, all, same_cases};
use crate::bindings::script::greffon::script::types as wit;

same_cases! {
    Phase = wit::Phase {
        Greeting, Identification, Request, Triage, Proposal, Requirements, ReadBack, Closing,
    }
    BookingProgress = wit::AppointmentState { None, Pending, Confirmed, Refused, ToVerify }
}

impl From<Session> for wit::Session {
    fn from(session: Session) -> Self {
        Self {
            script: session.script.into(),
            context: session.context.into(),
            facts: all(session.facts),
            assessment: session.assessment.map(Into::into),
            emergency_call: session.emergency_call,
            done: session.done,
            override_reason: session.override_reason,
            appointment: session.appointment.map(Into::into),
            commitments: all(session.commitments),
        }
    }
}

impl From<AppointmentSummary> for wit::AppointmentSummary {
    fn from(appointment: AppointmentSummary) -> Self {
        Self {
            span: appointment.span.into(),
            start_local: appointment.start_local,
            practitioner: appointment.practitioner,
            site: appointment.site,
            motive: appointment.motive,
            instructions: appointment.instructions,
            documents: appointment.documents,
            arrive_early_min: appointment.arrive_early_min,
            state: appointment.state.into(),
        }
    }
}

impl From<CommitmentSummary> for wit::CommitmentSummary {
    fn from(commitment: CommitmentSummary) -> Self {
        Self {
            what: commitment.what,
            said: commitment.said,
            due: commitment.due.0,
            due_local: commitment.due_local,
            start_local: commitment.start_local,
        }
    }
}

impl FromGuest<wit::View> for View {
    fn from_guest(view: wit::View, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            prompts: intake.take(view.prompts)?,
            missing: intake.ids(view.missing)?,
            may_close: view.may_close,
            recap: intake.take(view.recap)?,
            effects: intake.take(view.effects)?,
        })
    }
}

impl FromGuest<wit::Prompt> for Prompt {
    fn from_guest(prompt: wit::Prompt, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            phase: prompt.phase.into(),
            spoken: intake.text(prompt.spoken)?,
            hint: intake.take(prompt.hint)?,
            asks: intake.take(prompt.asks)?,
            guide_seconds: prompt.guide_seconds,
        })
    }
}

impl FromGuest<wit::ReadBack> for ReadBack {
    fn from_guest(recap: wit::ReadBack, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { text: intake.text(recap.text)?, facts: intake.ids(recap.facts)?, confirmed: recap.confirmed })
    }
}

impl FromGuest<wit::Effect> for Effect {
    fn from_guest(effect: wit::Effect, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match effect {
            wit::Effect::RunTriage(motive) => Self::RunTriage(intake.id(motive)?),
            wit::Effect::SearchSlots(criteria) => Self::SearchSlots(
                intake.each(criteria, |intake, (key, value)| Ok((intake.id(key)?, intake.text(value)?)))?,
            ),
            wit::Effect::Book(slot) => Self::Book(intake.id(slot)?),
            wit::Effect::Cancel(appointment) => Self::Cancel(intake.id(appointment)?),
            wit::Effect::Commitment(draft) => Self::Commitment(intake.take(draft)?),
            wit::Effect::Notify(draft) => Self::Notify(intake.take(draft)?),
            wit::Effect::StateInstruction(content) => Self::StateInstruction(intake.take(content)?),
            wit::Effect::OpenPlaybook(id) => Self::OpenPlaybook(intake.id(id)?),
            wit::Effect::Transfer(to) => Self::Transfer(intake.id(to)?),
            wit::Effect::Close(outcome) => Self::Close(intake.id(outcome)?),
        })
    }
}

impl FromGuest<wit::CommitmentDraft> for CommitmentDraft {
    fn from_guest(draft: wit::CommitmentDraft, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            what: intake.id(draft.what)?,
            said: intake.text(draft.said)?,
            due: intake.take(draft.due)?,
            owner: intake.id(draft.owner)?,
            level: draft.level.into(),
        })
    }
}

impl FromGuest<wit::MessageDraft> for MessageDraft {
    fn from_guest(draft: wit::MessageDraft, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            to: intake.id(draft.to)?,
            template: intake.take(draft.template)?,
            facts: intake.ids(draft.facts)?,
            verbatim: intake.take(draft.verbatim)?,
            level: draft.level.into(),
        })
    }
}

impl FromGuest<wit::Info> for ScriptInfo {
    fn from_guest(info: wit::Info, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self {
            content: intake.take(info.ref_)?,
            title: intake.text(info.title)?,
            motives: intake.ids(info.motives)?,
            caller_kinds: intake.ids(info.caller_kinds)?,
            needs_skills: intake.ids(info.needs_skills)?,
        })
    }
}

impl FromGuest<wit::ScriptError> for GuestError {
    fn from_guest(error: wit::ScriptError, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match error {
            wit::ScriptError::UnknownScript(id) => guest_error(intake, "unknown-script", &id),
            wit::ScriptError::VersionWithdrawn(content) => guest_error(intake, "version-withdrawn", &named(&content)),
            wit::ScriptError::InvalidFact((key, why)) => guest_error(intake, "invalid-fact", &format!("{key}: {why}")),
            wit::ScriptError::NotPrepared => guest_error(intake, "not-prepared", ""),
            wit::ScriptError::Other(why) => guest_error(intake, "other", &why),
        })
    }
}
