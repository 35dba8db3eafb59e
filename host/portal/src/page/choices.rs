//! What somebody may choose from.

use greffon_core::model::alert::{AlertOutcome, NextStep};
use greffon_words::{Text, alerts};

use crate::say::Say;

/// Within how many minutes somebody may say that they act: as many as a vital alert may
/// wait at most, or fewer. The first is what stands there, since nobody else is told
/// meanwhile.
pub(crate) const MINUTES: [u16; 3] = [5, 10, 15];

/// One radio button.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) checked: bool,
}

/// What one does next.
pub(super) fn steps(say: Say, chosen: NextStep) -> Vec<Choice> {
    let choice = |step: NextStep| of(say, step.as_str(), &first_person(step), step == chosen);
    NextStep::ALL.into_iter().map(choice).collect()
}

/// Within how many minutes.
pub(super) fn times(say: Say, chosen: u16) -> Vec<Choice> {
    let choice = |minutes: u16| of(say, &minutes.to_string(), &alerts::minutes(minutes), minutes == chosen);
    MINUTES.into_iter().map(choice).collect()
}

/// What came of it. Nothing is chosen for anybody.
pub(super) fn outcomes(say: Say, chosen: Option<AlertOutcome>) -> Vec<Choice> {
    let choice = |one: AlertOutcome| of(say, one.as_str(), &outcome(one), Some(one) == chosen);
    AlertOutcome::ALL.into_iter().map(choice).collect()
}

/// What came of it, in the words of whoever says so.
pub(super) fn outcome(outcome: AlertOutcome) -> Text {
    match outcome {
        AlertOutcome::SpokenTo => alerts::spoken_to(),
        AlertOutcome::EmergencyServices => alerts::emergency_services(),
        AlertOutcome::Seen => alerts::seen(),
        AlertOutcome::Appointment => alerts::appointment(),
        AlertOutcome::Unreachable => alerts::unreachable(),
        AlertOutcome::NoDanger => alerts::no_danger(),
    }
}

fn first_person(step: NextStep) -> Text {
    match step {
        NextStep::CallBack => alerts::i_call_back(),
        NextStep::CallEmergency => alerts::i_call_emergency(),
        NextStep::SeeNow => alerts::i_see_now(),
        NextStep::GiveAppointment => alerts::i_give_appointment(),
    }
}

fn of(say: Say, value: &str, label: &Text, checked: bool) -> Choice {
    Choice { value: value.to_owned(), label: say.of(label), checked }
}
