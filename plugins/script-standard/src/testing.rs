//! Calls for the tests.

use greffon_sdk::practice::{ContentRef, Level, Nature, Span, Value, keys};
use greffon_sdk::script::{
    AppointmentState, AppointmentSummary, Assessment, Effect, EmergencyService, Orientation, Phase, Script, Session,
    View,
};
use greffon_sdk::testing;
use greffon_sdk::triage::Reason;

use crate::ScriptStandard;
use crate::packs::Written;
use crate::settings::Standard;

/// 2026-11-21T08:30:00Z.
pub(crate) const NOW: i64 = 1_795_249_800_000;

/// A call that grows.
#[derive(Clone)]
pub(crate) struct Call {
    pub settings: serde_json::Value,
    pub session: Session,
}

impl Call {
    /// Nothing is known, under empty settings.
    pub fn new() -> Self {
        Self { settings: serde_json::json!({}), session: testing::session() }
    }

    /// A patient whose identity is known.
    pub fn patient(motive: &str) -> Self {
        Self::new()
            .by("patient")
            .with(keys::CALLER_PHONE, Value::Phone("+33199000001".to_owned()))
            .text(keys::PATIENT_FAMILY, "Durand")
            .text(keys::PATIENT_GIVEN, "Anne")
            .with(keys::PATIENT_BIRTH_DATE, Value::Date("1958-04-30".to_owned()))
            .choice(keys::MOTIVE, motive)
    }

    pub fn settings(mut self, settings: serde_json::Value) -> Self {
        self.settings = settings;
        self
    }

    pub fn by(self, caller: &str) -> Self {
        self.choice(keys::CALLER_KIND, caller)
    }

    pub fn text(self, key: &str, text: &str) -> Self {
        self.with(key, Value::Text(text.to_owned()))
    }

    pub fn choice(self, key: &str, id: &str) -> Self {
        self.with(key, Value::Choice(id.to_owned()))
    }

    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.session.facts.push(testing::fact(key, value));
        self
    }

    /// The triage came to this.
    pub fn concluded(mut self, level: Level, orientation: Orientation) -> Self {
        self.session.assessment = Some(Assessment {
            level,
            nature: Nature::Medical,
            orientation,
            reasons: Vec::new(),
            say: Vec::new(),
            safety_net: Some(ContentRef::in_settings("aggravation", "1")),
            missing: Vec::new(),
            protocol: ContentRef::in_settings("grille", "1"),
        });
        self
    }

    /// The host concluded as very urgent, by this rule.
    pub fn concluded_by(self, rule: &str) -> Self {
        let mut call = self.concluded(Level::VeryUrgent, Orientation::ClinicianCallback(15));
        let reason = Reason { rule: rule.to_owned(), facts: Vec::new(), text: String::new() };
        call.session.assessment.iter_mut().for_each(|assessment| assessment.reasons.push(reason.clone()));
        call
    }

    /// An appointment within a week.
    pub fn slot(self) -> Self {
        self.concluded(Level::Routine, Orientation::SlotWithin(7 * 1440))
    }

    pub fn emergency(self) -> Self {
        let mut call = self.concluded(Level::Vital, Orientation::EmergencyCall(EmergencyService::Samu));
        call.session.emergency_call = Some("15".to_owned());
        call
    }

    pub fn appointment(mut self, appointment: AppointmentSummary) -> Self {
        self.session.appointment = Some(appointment);
        self
    }

    pub fn view(&self) -> View {
        let settings = testing::prepared::<Written, Standard>(&self.settings);
        ScriptStandard::render(&settings, &self.session).unwrap()
    }

    /// Keys that a phase asks for.
    pub fn asked(&self, phase: Phase) -> Vec<String> {
        let prompts = self.view().prompts.into_iter().filter(|prompt| prompt.phase == phase);
        prompts.flat_map(|prompt| prompt.asks).map(|question| question.key).collect()
    }

    /// What a phase says.
    pub fn says(&self, phase: Phase) -> String {
        let prompts = self.view().prompts.into_iter().filter(|prompt| prompt.phase == phase);
        prompts.map(|prompt| prompt.spoken).collect::<Vec<_>>().join(" ")
    }

    pub fn effects(&self) -> Vec<Effect> {
        self.view().effects
    }
}

/// Tuesday 24 November 2026 at 9:30, with papers to bring.
pub(crate) fn confirmed() -> AppointmentSummary {
    AppointmentSummary {
        span: Span { start: NOW + 259_200_000, end: NOW + 260_100_000 },
        start_local: "2026-11-24T09:30".to_owned(),
        practitioner: Some("Dr Claire Martin".to_owned()),
        site: Some("Site Nord".to_owned()),
        motive: "Consultation".to_owned(),
        instructions: None,
        documents: vec!["carte Vitale".to_owned(), "ordonnance".to_owned()],
        arrive_early_min: 15,
        state: AppointmentState::Confirmed,
    }
}
