//! Where an interview stands: what is asked, what is missing, whether it may
//! end.

use greffon_sdk::practice::{Level, Value, keys};
use greffon_sdk::script::{AppointmentState, Orientation, Question, Session};

use crate::caller::Caller;
use crate::facts::{
    DAY, Facts, HALF_DAY, LABORATORY_READ_BACK, LABORATORY_VALUE, LEAVE_MESSAGE, MESSAGE, QUESTION, SLOT_OUTCOME,
    STILL_SUITS, TASK, WISHES,
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

/// The rule under which the host says that it could not read a laboratory's value.
const UNREADABLE: &str = "laboratory.unreadable";

/// One question more, unless it is asked already.
fn add(all: &mut Vec<Question>, question: Question) {
    match all.iter_mut().find(|other| other.key == question.key) {
        Some(other) => other.required |= question.required,
        None => all.push(question),
    }
}

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

    /// Whether nobody wants anything of the practice: one sentence, and the end.
    pub fn is_over(&self) -> bool {
        self.is_sales_call() || self.is_wrong_number()
    }

    pub fn is_wrong_number(&self) -> bool {
        self.facts.text(TASK) == Some("wrong-number")
    }

    /// Everything to ask, answered or not, in the order of asking. Those of the
    /// caller before those of the motive; required ones say so.
    pub fn questions(&self) -> Vec<Question> {
        if self.is_over() {
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
        // Until it is known who calls, they are asked what a patient is asked.
        let caller = self.caller.unwrap_or(Caller::Patient);
        caller
            .required(self.settings)
            .into_iter()
            .filter_map(|key| usual(key, true))
            .for_each(|one| add(&mut all, one));
        caller.welcome().iter().filter_map(|key| usual(key, false)).for_each(|one| add(&mut all, one));
        if let Some(motive) = &self.motive {
            questions::of_motive(self.settings, self.facts, self.caller, motive)
                .into_iter()
                .for_each(|one| add(&mut all, one));
        }
        if matches!(caller, Caller::Patient | Caller::Relative | Caller::Unknown) {
            questions::of_words(self.settings, self.facts, self.caller).into_iter().for_each(|one| add(&mut all, one));
        }
        if self.is_told_nothing() {
            all.retain(|question| question.key != STILL_SUITS);
        }
        if self.is_answered_at_once() {
            all.retain(|question| ![keys::PATIENT_BIRTH_DATE, keys::CALLER_PHONE].contains(&question.key.as_str()));
            questions::ask_who_calls(&mut all);
        }
        if self.is_told_nothing() {
            usual(LEAVE_MESSAGE, true).into_iter().for_each(|one| add(&mut all, one));
            if self.facts.value(LEAVE_MESSAGE) == Some(&Value::Yes) {
                usual(MESSAGE, true).into_iter().for_each(|one| add(&mut all, one));
            }
        }
        if self.asks_wishes() {
            usual(WISHES, false).into_iter().for_each(|one| add(&mut all, one));
        }
        if self.looks_for_slot() && !self.changes_appointment() && self.settings.confirm_by == Some(ConfirmBy::Email) {
            usual(keys::PATIENT_EMAIL, false).into_iter().for_each(|one| add(&mut all, one));
        }
        questions::ask_identity_at_once(self.settings, self.caller, self.facts, &mut all);
        all
    }

    /// Whether a question waits for an answer.
    pub fn is_open(&self, key: &str) -> bool {
        let value = self.facts.position(LABORATORY_VALUE);
        let read_back = self.facts.position(LABORATORY_READ_BACK);
        let is_right = self.facts.value(LABORATORY_READ_BACK).is_none_or(|answer| *answer == Value::Yes);
        match key {
            // A value that was read back as wrong is asked for again, and once more one that
            // the host could not read.
            LABORATORY_VALUE => value.is_none() || (!is_right && read_back > value) || self.is_unread(),
            // A value is read back after it was given the last time.
            LABORATORY_READ_BACK => !is_right || read_back.is_none() || read_back < value,
            keys::RECAP => !self.recap_is_current(),
            _ => !self.facts.has(key),
        }
    }

    /// Whether the host could not read the one value that was given so far.
    fn is_unread(&self) -> bool {
        let once = self.facts.0.iter().filter(|fact| fact.key == LABORATORY_VALUE).count() == 1;
        let mut reasons = self.session.assessment.iter().flat_map(|assessment| &assessment.reasons);
        once && self.facts.text(LABORATORY_VALUE).is_some() && reasons.any(|reason| reason.rule == UNREADABLE)
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
        !self.is_over() && self.emergency_call().is_none() && concluded && self.is_complete()
    }

    /// Whether the script asks for nothing more, once nothing is missing.
    pub fn has_nothing_more(&self) -> bool {
        self.is_over() || self.emergency_call().is_some() || self.has_recap()
    }

    /// Whether the recap must be read now: there is one, no slot is being looked for, and more
    /// was said than an approved text.
    pub fn recap_is_due(&self) -> bool {
        self.has_recap() && !self.looks_for_slot() && !self.is_answered_at_once()
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

    /// Whether an approved text is all that is wanted: it tells nothing of anybody.
    fn is_answered_at_once(&self) -> bool {
        let asked = self.facts.text(QUESTION);
        let general = self.motive.as_ref().is_some_and(|motive| motive.kind == MotiveKind::Question);
        general && self.settings.faq.iter().any(|faq| Some(faq.id.as_str()) == asked)
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

// Named, as a bench takes this file in from elsewhere.
#[cfg(test)]
#[path = "interview/tests.rs"]
mod tests;
