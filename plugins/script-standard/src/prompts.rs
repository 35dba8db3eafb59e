//! What to say and ask, phase by phase. Only what is still open is asked.

use greffon_sdk::practice::{Level, keys};
use greffon_sdk::script::{AppointmentState, AppointmentSummary, Orientation, Phase, Prompt, Question};

use crate::caller::Caller;
use crate::facts::RELATION;
use crate::french;
use crate::interview::Interview;
use crate::recap::{self, fill};
use crate::settings::MotiveKind;

/// All prompts, in the order of the interview.
pub(crate) fn all(interview: &Interview<'_>) -> Vec<Prompt> {
    let phrases = &interview.settings.phrases;
    if interview.is_sales_call() {
        return vec![prompt(interview, Phase::Closing, phrases.commercial.clone(), None, Vec::new())];
    }
    if let Some(number) = interview.emergency_call() {
        let spoken = fill(&phrases.emergency, &[("number", number)]);
        let asks = open(interview, |_| true);
        return vec![prompt(interview, Phase::Triage, spoken, None, asks)];
    }
    let mut prompts = Vec::new();
    if interview.caller.is_none() {
        prompts.push(prompt(interview, Phase::Greeting, interview.settings.greeting.clone(), None, Vec::new()));
    }
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

fn identification(interview: &Interview<'_>) -> Option<Prompt> {
    // Who calls decides what is asked; the number comes first, lest the line drops.
    let known = interview.caller.is_some();
    let mut asks =
        open(interview, |key| identifies(key) && (known || [keys::CALLER_KIND, keys::CALLER_PHONE].contains(&key)));
    asks.sort_by_key(|question| match question.key.as_str() {
        keys::CALLER_PHONE => 0,
        keys::CALLER_KIND => 1,
        keys::CALLER_NAME | RELATION => 2,
        _ => 3,
    });
    let third_party = interview.caller.is_some_and(Caller::is_third_party);
    let hint = third_party.then(|| interview.settings.phrases.third_party.clone());
    let spoken = interview.settings.phrases.identification.clone();
    (!asks.is_empty()).then(|| prompt(interview, Phase::Identification, spoken, hint, asks))
}

fn request(interview: &Interview<'_>) -> Option<Prompt> {
    let mut asks = open(interview, |key| !identifies(key));
    // The caller's own words come before any form.
    asks.sort_by_key(|question| match question.key.as_str() {
        keys::WORDS => 0,
        keys::MOTIVE => 1,
        _ => 2,
    });
    let phrases = &interview.settings.phrases;
    let hint = format!("{} {}", phrases.no_advice, phrases.park);
    (!asks.is_empty()).then(|| prompt(interview, Phase::Request, phrases.request.clone(), Some(hint), asks))
}

fn triage(interview: &Interview<'_>) -> Option<Prompt> {
    let Some(assessment) = &interview.session.assessment else {
        interview.motive.as_ref()?;
        let hint = "Poser d'abord les questions de tri affichées.".to_owned();
        return Some(prompt(
            interview,
            Phase::Triage,
            interview.settings.phrases.triage.clone(),
            Some(hint),
            Vec::new(),
        ));
    };
    let reasons: Vec<&str> = assessment.reasons.iter().map(|reason| reason.text.as_str()).collect();
    let content = &assessment.protocol;
    let hint =
        format!("Orientation selon la consigne {} (version {}) : {}", content.id, content.version, reasons.join(" ; "));
    Some(prompt(interview, Phase::Triage, level_phrase(assessment.level).to_owned(), Some(hint), Vec::new()))
}

fn level_phrase(level: Level) -> &'static str {
    match level {
        Level::Vital | Level::VeryUrgent => "Votre demande passe en priorité.",
        Level::SameDay => "Votre demande est à traiter dans la journée.",
        Level::Soon => "Votre demande est à traiter dans les prochains jours.",
        Level::Routine => "Votre demande n'est pas urgente.",
    }
}

fn proposal(interview: &Interview<'_>) -> Option<Prompt> {
    let phrases = &interview.settings.phrases;
    let orientation = interview.orientation()?;
    let spoken = if let Some(appointment) = interview.session.appointment.as_ref() {
        slot_phrase(interview, appointment)
    } else if interview.looks_for_slot() {
        match interview.motive.as_ref().map(|motive| motive.kind) {
            Some(MotiveKind::Move) => phrases.move_appointment.clone(),
            _ => phrases.proposal.clone(),
        }
    } else if interview.motive.as_ref().is_some_and(|motive| motive.kind == MotiveKind::Cancel) {
        phrases.cancel_appointment.clone()
    } else if crate::handoff::of(interview).is_some() {
        phrases.message.clone()
    } else {
        match orientation {
            Orientation::LiveTransfer(_) => phrases.transfer.clone(),
            Orientation::ClinicianCallback(_) => phrases.callback.clone(),
            Orientation::HumanDecision(_) => phrases.decision.clone(),
            Orientation::Message(_) => phrases.message.clone(),
            Orientation::DocumentRequest(_) => phrases.document.clone(),
            Orientation::Redirect(_) => phrases.redirect.clone(),
            Orientation::Recontact(_) => phrases.recontact.clone(),
            _ => return None,
        }
    };
    Some(prompt(interview, Phase::Proposal, spoken, None, Vec::new()))
}

fn slot_phrase(interview: &Interview<'_>, appointment: &AppointmentSummary) -> String {
    let phrases = &interview.settings.phrases;
    match appointment.state {
        AppointmentState::None => {
            let (date, time) = (french::date(&appointment.start_local), french::time(&appointment.start_local));
            fill(&phrases.slot_offered, &[("date", &date), ("time", &time)])
        }
        AppointmentState::Pending => phrases.slot_pending.clone(),
        AppointmentState::Confirmed => phrases.slot_confirmed.clone(),
        AppointmentState::Refused => phrases.slot_refused.clone(),
        AppointmentState::ToVerify => phrases.slot_to_verify.clone(),
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
