//! What to say and ask, phase by phase. Only what is still open is asked.

use greffon_sdk::practice::{Level, keys};
use greffon_sdk::script::{AppointmentState, AppointmentSummary, Orientation, Phase, Prompt, Question};

use crate::caller::Caller;
use crate::facts::{LEAVE_MESSAGE, MESSAGE, RELATION, STILL_SUITS, WISHES};
use crate::fill::fill;
use crate::french;
use crate::interview::Interview;
use crate::promise;
use crate::recap;
use crate::settings::MotiveKind;

/// All prompts, in the order of the interview.
pub(crate) fn all(interview: &Interview<'_>) -> Vec<Prompt> {
    let phrases = &interview.settings.phrases;
    if interview.is_over() && interview.emergency_call().is_none() {
        let spoken = if interview.is_wrong_number() { &phrases.wrong_number } else { &phrases.commercial };
        return vec![prompt(interview, Phase::Closing, spoken.clone(), None, Vec::new())];
    }
    if let Some(number) = interview.emergency_call() {
        let spoken = fill(&phrases.emergency, &[("number", number)]);
        let asks = open(interview, |_| true);
        return vec![prompt(interview, Phase::Triage, spoken, None, asks)];
    }
    let mut prompts = Vec::new();
    prompts.extend(greeting(interview));
    prompts.extend(identification(interview));
    prompts.extend(request(interview));
    prompts.extend(triage(interview));
    prompts.extend(proposal(interview));
    prompts.extend(requirements(interview));
    prompts.extend(read_back(interview));
    if interview.has_recap() {
        prompts.push(prompt(interview, Phase::Closing, phrases.closing.clone(), None, Vec::new()));
    }
    prompts
}

/// Who answers, and the caller's own words before any form.
fn greeting(interview: &Interview<'_>) -> Option<Prompt> {
    let asks = open(interview, |key| key == keys::WORDS);
    let begins = interview.caller.is_none() || !asks.is_empty();
    begins.then(|| prompt(interview, Phase::Greeting, interview.settings.greeting.clone(), None, asks))
}

fn prompt(
    interview: &Interview<'_>,
    phase: Phase,
    spoken: String,
    hint: Option<String>,
    asks: Vec<Question>,
) -> Prompt {
    Prompt { phase, spoken, hint, asks, guide_seconds: Some(interview.settings.guide_seconds(phase)) }
}

/// Open questions of some keys.
fn open(interview: &Interview<'_>, of: impl Fn(&str) -> bool) -> Vec<Question> {
    let mut questions = interview.questions();
    questions
        .retain(|question| of(&question.key) && interview.is_open(&question.key) && interview.can_ask(&question.key));
    questions
}

/// Who calls and for whom is identification; the rest belongs to the request.
fn identifies(key: &str) -> bool {
    key.starts_with("caller.") || key.starts_with("patient.")
}

/// What belongs to an appointment that is looked for.
fn proposes(key: &str) -> bool {
    [WISHES, STILL_SUITS, LEAVE_MESSAGE, MESSAGE].contains(&key)
}

fn identification(interview: &Interview<'_>) -> Option<Prompt> {
    // Who calls decides what is asked; the number comes first, lest the line drops.
    let known = interview.caller.is_some();
    let mut asks =
        open(interview, |key| identifies(key) && (known || [keys::CALLER_KIND, keys::CALLER_PHONE].contains(&key)));
    let third_party = interview.caller.is_some_and(Caller::is_third_party);
    asks.sort_by_key(|question| match question.key.as_str() {
        keys::CALLER_PHONE => 0,
        keys::CALLER_KIND => 1,
        // "Et vous-même ?" comes after the patient whom it is about.
        keys::CALLER_NAME | RELATION => {
            if third_party {
                4
            } else {
                2
            }
        }
        keys::PATIENT_EMAIL => 5,
        _ => 3,
    });
    let hint = third_party.then(|| interview.settings.phrases.third_party.clone());
    let spoken = interview.settings.phrases.identification.clone();
    (!asks.is_empty()).then(|| prompt(interview, Phase::Identification, spoken, hint, asks))
}

fn request(interview: &Interview<'_>) -> Option<Prompt> {
    let mut asks = open(interview, |key| !identifies(key) && !proposes(key) && key != keys::WORDS);
    asks.sort_by_key(|question| u8::from(question.key != keys::MOTIVE));
    let phrases = &interview.settings.phrases;
    let hint = format!("{} {} {}", phrases.no_advice, phrases.park, phrases.upset);
    (!asks.is_empty()).then(|| prompt(interview, Phase::Request, phrases.request.clone(), Some(hint), asks))
}

fn triage(interview: &Interview<'_>) -> Option<Prompt> {
    let phrases = &interview.settings.phrases;
    let Some(assessment) = &interview.session.assessment else {
        interview.motive.as_ref()?;
        let hint = "Poser d'abord les questions de tri affichées.".to_owned();
        return Some(prompt(interview, Phase::Triage, phrases.triage.clone(), Some(hint), Vec::new()));
    };
    let reasons: Vec<&str> = assessment.reasons.iter().map(|reason| reason.text.as_str()).collect();
    let content = &assessment.protocol;
    let hint =
        format!("Orientation selon la consigne {} (version {}) : {}", content.id, content.version, reasons.join(" ; "));
    let spoken = match assessment.level {
        Level::Vital | Level::VeryUrgent => &phrases.at_once,
        Level::SameDay => &phrases.today,
        Level::Soon | Level::Routine => &phrases.noted,
    };
    Some(prompt(interview, Phase::Triage, spoken.clone(), Some(hint), Vec::new()))
}

fn proposal(interview: &Interview<'_>) -> Option<Prompt> {
    let phrases = &interview.settings.phrases;
    let orientation = interview.orientation();
    let kind = interview.motive.as_ref().map(|motive| motive.kind);
    let asks = open(interview, proposes);
    let spoken = if interview.is_told_nothing() {
        phrases.confidential.clone()
    } else if let Some(appointment) = interview.session.appointment.as_ref() {
        slot_phrase(interview, appointment)
    } else if interview.looks_for_slot() {
        match kind {
            Some(MotiveKind::Move) => phrases.move_appointment.clone(),
            _ => phrases.proposal.clone(),
        }
    } else if kind == Some(MotiveKind::Cancel) {
        phrases.cancel_appointment.clone()
    } else if kind == Some(MotiveKind::Confirm) {
        phrases.confirm_appointment.clone()
    } else if kind == Some(MotiveKind::Message) && asks.iter().any(|question| question.key == MESSAGE) {
        phrases.reach.clone()
    } else if let Some(handoff) = crate::handoff::of(interview) {
        promised(interview, handoff.what, &handoff.said)?
    } else {
        match orientation? {
            Orientation::LiveTransfer(_) => phrases.transfer.clone(),
            Orientation::ClinicianCallback(_) => promised(interview, "callback", &phrases.callback)?,
            Orientation::HumanDecision(_) => promised(interview, "decision", &phrases.decision)?,
            Orientation::Message(_) => promised(interview, "answer", &phrases.message)?,
            Orientation::DocumentRequest(_) => promised(interview, "document", &phrases.document)?,
            Orientation::Redirect(_) => phrases.redirect.clone(),
            Orientation::Recontact(_) => phrases.recontact.clone(),
            _ => return None,
        }
    };
    Some(prompt(interview, Phase::Proposal, spoken, None, asks))
}

/// What is promised; nothing where the recap, which is read now, says it with its hour: nobody
/// says the same sentence twice in a breath.
fn promised(interview: &Interview<'_>, what: &str, phrase: &str) -> Option<String> {
    let made = interview.session.commitments.iter().any(|one| one.what == what);
    (!made || !interview.recap_is_due()).then(|| promise::said_or(interview, what, phrase))
}

fn slot_phrase(interview: &Interview<'_>, appointment: &AppointmentSummary) -> String {
    let phrases = &interview.settings.phrases;
    match appointment.state {
        AppointmentState::None => {
            let when = french::when(&appointment.start_local, &interview.session.context.now_local);
            let practitioner = appointment.practitioner.as_deref().map(french::person).unwrap_or_default();
            fill(&phrases.slot_offered, &[("when", &when), ("practitioner", &practitioner)])
        }
        AppointmentState::Pending => phrases.slot_pending.clone(),
        AppointmentState::Confirmed => {
            let moved = interview.motive.as_ref().is_some_and(|motive| motive.kind == MotiveKind::Move);
            if moved { phrases.slot_moved.clone() } else { phrases.slot_confirmed.clone() }
        }
        AppointmentState::Refused => phrases.slot_refused.clone(),
        AppointmentState::ToVerify => promise::said_or(interview, "verify-booking", &phrases.slot_to_verify),
    }
}

fn requirements(interview: &Interview<'_>) -> Option<Prompt> {
    let appointment = interview.session.appointment.as_ref().filter(|_| interview.has_appointment())?;
    let lines = recap::to_bring(interview.settings, appointment);
    let mut spoken = vec![interview.settings.phrases.requirements.clone()];
    spoken.extend(appointment.instructions.clone());
    if lines.is_empty() && spoken.len() == 1 {
        return None;
    }
    spoken.extend(lines);
    Some(prompt(interview, Phase::Requirements, spoken.join(" "), None, Vec::new()))
}

fn read_back(interview: &Interview<'_>) -> Option<Prompt> {
    if !interview.recap_is_due() {
        return None;
    }
    let asks = questions_of_recap(interview);
    let discreet = recap::text(interview, recap::Variant::Discreet);
    let hint = (!discreet.is_empty()).then(|| format!("À écrire (SMS, sans donnée de santé) : {discreet}"));
    Some(prompt(interview, Phase::ReadBack, recap::text(interview, recap::Variant::Spoken), hint, asks))
}

fn questions_of_recap(interview: &Interview<'_>) -> Vec<Question> {
    let question = crate::questions::usual(interview.settings, interview.facts, interview.caller, keys::RECAP);
    question
        .filter(|_| interview.is_open(keys::RECAP))
        .map(|question| Question { required: true, ..question })
        .into_iter()
        .collect()
}
