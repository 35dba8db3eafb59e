//! Where an interview stands: what is asked, what is missing, whether it may
//! end.

use greffon_sdk::practice::{Level, Value, keys};
use greffon_sdk::script::{AppointmentState, Orientation, Question, Session};

use crate::caller::Caller;
use crate::facts::{
    DAY, Facts, HALF_DAY, LABORATORY_READ_BACK, LABORATORY_VALUE, LEAVE_MESSAGE, MESSAGE, SLOT_OUTCOME, WISHES,
};
use crate::french;
use crate::motive::Motive;
use crate::questions;
use crate::settings::{ConfirmBy, MotiveKind, Standard};

/// Facts that the spoken recap repeats, where they are known.
const REPEATED: [&str; 6] = [
    keys::PATIENT_FAMILY,
    keys::PATIENT_GIVEN,
    keys::PATIENT_BIRTH_DATE,
    keys::CALLER_PHONE,
    keys::MOTIVE,
    LABORATORY_VALUE,
];

/// An interview, as the session knows it.
pub(crate) struct Interview<'a> {
    pub settings: &'a Standard,
    pub session: &'a Session,
    pub facts: Facts<'a>,
    /// None: not told yet.
    pub caller: Option<Caller>,
    /// None: not told yet, or the caller cannot say.
    pub motive: Option<Motive<'a>>,
}

impl<'a> Interview<'a> {
    pub fn new(settings: &'a Standard, session: &'a Session) -> Self {
        let facts = Facts(&session.facts);
        Self { settings, session, facts, caller: Caller::of(facts), motive: Motive::of(settings, facts) }
    }

    pub fn orientation(&self) -> Option<&'a Orientation> {
        self.session.assessment.as_ref().map(|assessment| &assessment.orientation)
    }

    pub fn level(&self) -> Level {
        self.session.assessment.as_ref().map_or(Level::Routine, |assessment| assessment.level)
    }

    /// What to call, in an emergency: nothing else matters then.
    pub fn emergency_call(&self) -> Option<&'a str> {
        self.session.emergency_call.as_deref()
    }

    pub fn is_sales_call(&self) -> bool {
        self.caller == Some(Caller::Commercial)
    }

    /// Everything to ask, answered or not, in the order of asking. Those of the
    /// caller before those of the motive; required ones say so.
    pub fn questions(&self) -> Vec<Question> {
        if self.is_sales_call() {
            return Vec::new();
        }
        let usual = |key: &str, required: bool| {
            let question = questions::usual(self.settings, self.facts, self.caller, key);
            question.map(|question| Question { required, ..question })
        };
        if self.emergency_call().is_some() {
            return [usual(keys::PATIENT_LOCATION, true), usual(keys::CALLER_PHONE, true)]
                .into_iter()
                .flatten()
                .collect();
        }
        let mut all: Vec<Question> = usual(keys::CALLER_KIND, true).into_iter().collect();
        let mut add = |question: Question| match all.iter_mut().find(|other| other.key == question.key) {
            Some(other) => other.required |= question.required,
            None => all.push(question),
        };
        // Until it is known who calls, they are asked what a patient is asked.
        let caller = self.caller.unwrap_or(Caller::Patient);
        caller.required(self.settings).into_iter().filter_map(|key| usual(key, true)).for_each(&mut add);
        caller.welcome().iter().filter_map(|key| usual(key, false)).for_each(&mut add);
        if let Some(motive) = &self.motive {
            questions::of_motive(self.settings, self.facts, self.caller, motive).into_iter().for_each(&mut add);
        }
        if matches!(caller, Caller::Patient | Caller::Relative | Caller::Unknown) {
            questions::of_words(self.settings, self.facts, self.caller).into_iter().for_each(&mut add);
        }
        if self.is_told_nothing() {
            usual(LEAVE_MESSAGE, true).into_iter().for_each(&mut add);
            if self.facts.value(LEAVE_MESSAGE) == Some(&Value::Yes) {
                usual(MESSAGE, true).into_iter().for_each(&mut add);
            }
        }
        if self.asks_wishes() {
            usual(WISHES, false).into_iter().for_each(&mut add);
        }
        if self.looks_for_slot() && !self.changes_appointment() && self.settings.confirm_by == Some(ConfirmBy::Email) {
            usual(keys::PATIENT_EMAIL, false).into_iter().for_each(&mut add);
        }
        all
    }

    /// Whether a question waits for an answer.
    pub fn is_open(&self, key: &str) -> bool {
        let value = self.facts.position(LABORATORY_VALUE);
        let read_back = self.facts.position(LABORATORY_READ_BACK);
        let is_right = self.facts.value(LABORATORY_READ_BACK).is_none_or(|answer| *answer == Value::Yes);
        match key {
            // A value that was read back as wrong is asked for again.
            LABORATORY_VALUE => value.is_none() || (!is_right && read_back > value),
            // A value is read back after it was given the last time.
            LABORATORY_READ_BACK => !is_right || read_back.is_none() || read_back < value,
            keys::RECAP => !self.recap_is_current(),
            _ => !self.facts.has(key),
        }
    }

    /// Whether a question can be asked now.
    pub fn can_ask(&self, key: &str) -> bool {
        match key {
            LABORATORY_READ_BACK => self.facts.text(LABORATORY_VALUE).is_some() && !self.is_open(LABORATORY_VALUE),
            _ => true,
        }
    }

    /// Whether all required facts but the recap's are there.
    pub fn is_complete(&self) -> bool {
        self.questions().iter().all(|question| !question.required || !self.is_open(&question.key))
    }

    /// Keys of required facts without an answer.
    pub fn missing(&self) -> Vec<String> {
        let questions = self.questions();
        let open = questions.into_iter().filter(|question| question.required && self.is_open(&question.key));
        let mut missing: Vec<String> = open.map(|question| question.key).collect();
        if self.recap_is_due() && self.is_open(keys::RECAP) {
            missing.push(keys::RECAP.to_owned());
        }
        missing
    }

    /// Whether there is something to read back: all is known, and what comes of
    /// it too.
    pub fn has_recap(&self) -> bool {
        let concluded = self.session.assessment.is_some() || self.motive.is_none();
        !self.is_sales_call() && self.emergency_call().is_none() && concluded && self.is_complete()
    }

    /// Whether the script asks for nothing more, once nothing is missing.
    pub fn has_nothing_more(&self) -> bool {
        self.is_sales_call() || self.emergency_call().is_some() || self.has_recap()
    }

    /// Whether the recap must be read now: there is one, and no slot is being
    /// looked for.
    pub fn recap_is_due(&self) -> bool {
        self.has_recap() && !self.looks_for_slot()
    }

    /// Facts that the spoken recap repeats: those that are known.
    pub fn repeated(&self) -> impl Iterator<Item = &'static str> + 'a {
        let facts = self.facts;
        REPEATED.into_iter().filter(move |key| facts.text(key).is_some())
    }

    /// Whether the caller answered to the recap, and nothing in it changed since.
    pub fn recap_is_current(&self) -> bool {
        let Some(answered) = self.facts.position(keys::RECAP) else { return false };
        self.repeated().all(|key| self.facts.position(key) < Some(answered))
    }

    /// Whether an appointment stands, is being written, or may have been.
    pub fn has_appointment(&self) -> bool {
        self.session.appointment.as_ref().is_some_and(|appointment| {
            matches!(
                appointment.state,
                AppointmentState::Pending | AppointmentState::Confirmed | AppointmentState::ToVerify
            )
        })
    }

    fn changes_appointment(&self) -> bool {
        let kind = self.motive.as_ref().map(|motive| motive.kind);
        matches!(kind, Some(MotiveKind::Move | MotiveKind::Cancel | MotiveKind::Confirm))
    }

    /// Whether it is asked what would suit: not of somebody who has said so, nor where
    /// today is all there is, nor beside the date until which a certificate is needed.
    fn asks_wishes(&self) -> bool {
        let told = [WISHES, DAY, HALF_DAY, keys::PRACTITIONER, keys::SITE];
        let of_certificate = self.motive.as_ref().is_some_and(|motive| motive.kind == MotiveKind::Certificate);
        let today = matches!(self.orientation(), Some(Orientation::SameDaySlot));
        let open = self.facts.has(WISHES) || !told.iter().any(|key| self.facts.has(key));
        self.looks_for_slot() && !today && !of_certificate && open
    }

    /// Whether the caller asks about somebody else's health or appointments, and may be
    /// told nothing: any relative, but of a child.
    pub fn is_told_nothing(&self) -> bool {
        let asks =
            matches!(self.motive.as_ref().map(|motive| motive.kind), Some(MotiveKind::Results | MotiveKind::Confirm));
        let born = self.facts.text(keys::PATIENT_BIRTH_DATE);
        let is_child = born.is_some_and(|born| french::is_child(born, &self.session.context.now_local));
        let named = self.facts.has(keys::PATIENT_BIRTH_DATE);
        asks && named && !is_child && self.caller.is_some_and(Caller::is_third_party)
    }

    /// Whether this contact should end with an appointment and has none yet.
    pub fn looks_for_slot(&self) -> bool {
        let slot = matches!(
            self.orientation(),
            Some(Orientation::SameDaySlot | Orientation::SlotWithin(_) | Orientation::Teleconsultation(_))
        );
        let wanted = self.motive.as_ref().is_some_and(Motive::wants_slot);
        let for_patient = !matches!(self.caller, Some(Caller::Professional | Caller::Laboratory | Caller::Commercial));
        let open = !self.has_appointment() && !self.facts.has(SLOT_OUTCOME);
        slot && wanted && for_patient && open && !self.is_told_nothing()
    }
}

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::Value;
    use greffon_sdk::script::Phase;

    use super::*;
    use crate::testing::{Call, confirmed};

    #[test]
    fn a_patient_is_asked_for_identity_number_and_motive() {
        let missing = Call::new().view().missing;
        let expected = [
            keys::CALLER_KIND,
            keys::CALLER_PHONE,
            keys::PATIENT_FAMILY,
            keys::PATIENT_GIVEN,
            keys::PATIENT_BIRTH_DATE,
            keys::MOTIVE,
        ];
        assert_eq!(missing, expected);
    }

    #[test]
    fn the_number_and_who_calls_come_before_the_rest() {
        let call = Call::new();
        assert_eq!(call.asked(Phase::Identification), [keys::CALLER_PHONE, keys::CALLER_KIND]);
        assert_eq!(call.asked(Phase::Greeting), [keys::WORDS], "the caller's own words come before any form");
        assert!(call.says(Phase::Greeting).contains("bonjour"));
        assert!(Call::new().by("patient").text(keys::WORDS, "x").says(Phase::Greeting).is_empty());
    }

    #[test]
    fn what_was_answered_is_not_asked_again_in_any_order() {
        let call = Call::new().text(keys::PATIENT_GIVEN, "Anne").choice(keys::MOTIVE, "consultation").by("patient");
        let asked = call.asked(Phase::Identification);
        assert!(!asked.contains(&keys::PATIENT_GIVEN.to_owned()));
        assert!(asked.contains(&keys::PATIENT_FAMILY.to_owned()));
        assert!(!call.asked(Phase::Request).contains(&keys::MOTIVE.to_owned()));
    }

    #[test]
    fn unknown_and_refused_are_answers() {
        let call = Call::patient("consultation").with(keys::PATIENT_BIRTH_DATE, Value::Refused).slot();
        assert!(!call.view().missing.contains(&keys::PATIENT_BIRTH_DATE.to_owned()));
    }

    #[test]
    fn a_sales_call_is_refused_in_one_phrase() {
        let view = Call::new().by("commercial").view();
        assert_eq!(view.prompts.len(), 1);
        assert!(view.prompts[0].asks.is_empty() && view.prompts[0].spoken.contains("démarchage"));
        assert!(view.may_close && view.missing.is_empty() && view.recap.is_none());
    }

    #[test]
    fn a_relative_is_asked_who_they_are_and_told_nothing() {
        let call = Call::new().by("relative");
        let view = call.view();
        assert!(view.missing.contains(&keys::CALLER_NAME.to_owned()));
        let prompt = view.prompts.iter().find(|prompt| prompt.phase == Phase::Identification).unwrap();
        assert!(prompt.hint.as_ref().unwrap().contains("ne rien confirmer"));
        let family = prompt.asks.iter().find(|question| question.key == keys::PATIENT_FAMILY).unwrap();
        assert!(family.spoken.contains("son nom"));
    }

    #[test]
    fn one_speaks_to_a_patient_to_a_relative_and_to_a_colleague() {
        let asked = |caller: &str| {
            let view = Call::new().by(caller).view();
            let asks = view.prompts.into_iter().flat_map(|prompt| prompt.asks);
            asks.map(|question| (question.key, question.spoken)).collect::<std::collections::BTreeMap<_, _>>()
        };
        let key = keys::PATIENT_BIRTH_DATE;
        assert!(asked("patient")[key].contains("votre date"));
        assert!(asked("relative")[key].contains("sa date"));
        assert!(asked("professional")[keys::PATIENT_FAMILY].contains("quel patient"));
    }

    #[test]
    fn a_relative_who_asks_for_results_is_told_why_not_and_a_parent_is_not_refused() {
        let call = Call::patient("resultats").by("relative").text(keys::CALLER_NAME, "Paul").slot();
        assert!(call.says(Phase::Proposal).contains("secret médical"));
        assert_eq!(call.asked(Phase::Proposal), [LEAVE_MESSAGE]);
        assert!(!call.effects().iter().any(|effect| matches!(effect, greffon_sdk::script::Effect::SearchSlots(_))));
        let leaves = call.clone().with(LEAVE_MESSAGE, Value::Yes);
        assert_eq!(leaves.asked(Phase::Proposal), [MESSAGE]);
        let child = call.with(keys::PATIENT_BIRTH_DATE, Value::Date("2020-04-30".to_owned()));
        assert!(!child.says(Phase::Proposal).contains("secret médical"));
    }

    #[test]
    fn wishes_are_asked_once_and_not_of_somebody_who_told_them() {
        let call = Call::patient("consultation").slot();
        assert_eq!(call.asked(Phase::Proposal), [WISHES]);
        for told in [call.clone().text(WISHES, "le matin"), call.clone().choice(keys::PRACTITIONER, "dr-martin")] {
            assert!(told.asked(Phase::Proposal).is_empty());
        }
        let today =
            Call::patient("consultation").concluded(greffon_sdk::practice::Level::SameDay, Orientation::SameDaySlot);
        assert!(today.asked(Phase::Proposal).is_empty());
        let mailed = call.settings(serde_json::json!({ "confirm-by": "email" }));
        assert_eq!(mailed.asked(Phase::Proposal), [WISHES, keys::PATIENT_EMAIL]);
    }

    #[test]
    fn a_laboratory_hears_its_value_read_back() {
        let call = Call::new().by("laboratory");
        assert!(!call.asked(Phase::Request).contains(&LABORATORY_READ_BACK.to_owned()));
        let told = call.text(LABORATORY_VALUE, "kaliémie 6,8 mmol/L");
        let view = told.view();
        let request = view.prompts.iter().find(|prompt| prompt.phase == Phase::Request).unwrap();
        let read_back = request.asks.iter().find(|question| question.key == LABORATORY_READ_BACK).unwrap();
        assert!(read_back.spoken.contains("kaliémie 6,8 mmol/L"));
        assert!(view.missing.contains(&LABORATORY_READ_BACK.to_owned()));
        let right = told.with(LABORATORY_READ_BACK, Value::Yes);
        assert!(!right.view().missing.contains(&LABORATORY_READ_BACK.to_owned()));
    }

    #[test]
    fn a_value_that_was_read_back_wrong_is_asked_again() {
        let wrong = Call::new().by("laboratory").text(LABORATORY_VALUE, "6,8").with(LABORATORY_READ_BACK, Value::No);
        assert!(wrong.asked(Phase::Request).contains(&LABORATORY_VALUE.to_owned()));
        let again = wrong.text(LABORATORY_VALUE, "5,8");
        assert!(again.asked(Phase::Request).contains(&LABORATORY_READ_BACK.to_owned()));
        assert!(!again.asked(Phase::Request).contains(&LABORATORY_VALUE.to_owned()));
        let doubtful = again.clone().with(LABORATORY_READ_BACK, Value::Unknown);
        assert!(doubtful.view().missing.contains(&LABORATORY_VALUE.to_owned()));
        assert!(!again.with(LABORATORY_READ_BACK, Value::Yes).view().missing.contains(&LABORATORY_VALUE.to_owned()));
    }

    #[test]
    fn a_renewal_asks_for_new_symptoms_and_a_certificate_for_its_purpose() {
        assert!(Call::patient("renouvellement").view().missing.contains(&"request.new-symptoms".to_owned()));
        assert!(Call::patient("certificat-sport").view().missing.contains(&"certificate.purpose".to_owned()));
    }

    #[test]
    fn questions_of_a_motive_follow_their_condition() {
        let settings = serde_json::json!({ "motives": [{ "id": "scanner", "questions": [
            { "key": "exam.allergy", "spoken": "Êtes-vous allergique à l'iode ?", "kind": "yes-no", "required": true },
            { "key": "exam.reaction", "spoken": "Qu'est-il arrivé ?", "kind": "text", "required": true,
              "when": { "fact": "exam.allergy", "is": ["yes", "unknown"] } },
        ] }] });
        let call = Call::patient("scanner").settings(settings);
        assert_eq!(call.view().missing, ["exam.allergy"]);
        assert_eq!(call.clone().with("exam.allergy", Value::Refused).view().missing, ["exam.reaction"]);
        assert!(call.with("exam.allergy", Value::No).slot().view().missing.is_empty());
    }

    #[test]
    fn an_emergency_asks_for_the_place_and_the_number_only() {
        let call = Call::new().by("relative").choice(keys::MOTIVE, "consultation").emergency();
        let view = call.view();
        assert_eq!(view.missing, [keys::PATIENT_LOCATION, keys::CALLER_PHONE]);
        assert_eq!(view.prompts.len(), 1);
        assert!(view.prompts[0].spoken.contains("15") && view.recap.is_none());
        let closing = call
            .text(keys::PATIENT_LOCATION, "12 rue Haute")
            .with(keys::CALLER_PHONE, Value::Phone("+33199000001".into()));
        assert!(closing.view().may_close);
    }

    #[test]
    fn the_recap_waits_for_the_triage_and_for_the_slot() {
        let call = Call::patient("consultation");
        assert!(call.view().recap.is_none() && !call.view().may_close);
        let searching = call.slot();
        assert!(searching.view().recap.is_some());
        assert!(searching.asked(Phase::ReadBack).is_empty() && searching.view().missing.is_empty());
        let booked = searching.appointment(confirmed());
        assert_eq!(booked.asked(Phase::ReadBack), [keys::RECAP]);
        assert_eq!(booked.view().missing, [keys::RECAP]);
        let said = booked.choice(keys::RECAP, "confirmed").view();
        assert!(said.may_close && said.missing.is_empty());
        assert_eq!(said.recap.unwrap().confirmed, Some(true));
    }

    #[test]
    fn a_corrected_fact_makes_the_recap_stale() {
        let call = Call::patient("administratif").slot().choice(keys::RECAP, "confirmed");
        assert_eq!(call.view().recap.unwrap().confirmed, Some(true));
        let changed = call.text(keys::PATIENT_FAMILY, "Durant");
        assert_eq!(changed.view().recap.unwrap().confirmed, None);
        assert_eq!(changed.asked(Phase::ReadBack), [keys::RECAP]);
    }

    #[test]
    fn a_reason_allows_closing_with_facts_missing() {
        let mut call = Call::new().by("patient");
        assert!(!call.view().may_close);
        call.session.override_reason = Some("la ligne a été coupée".to_owned());
        assert!(call.view().may_close && !call.view().missing.is_empty());
    }

    #[test]
    fn the_same_session_gives_the_same_view() {
        let call = Call::patient("renouvellement").slot().appointment(confirmed());
        assert_eq!(format!("{:?}", call.view()), format!("{:?}", call.view()));
    }
}
