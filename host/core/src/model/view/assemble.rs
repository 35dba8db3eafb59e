//! Puts the view of a contact together: what to see, ask, say and do now.

use greffon_words::{Text, banners, questions};

use super::said::Said;
use super::{Asked, AskedBy, Banner, BookingView, ContactView, Sequel, ToSay, progress_of};
use crate::ids::PractitionerId;
use crate::model::alert::{AlertState, NextStep};
use crate::model::care::{Nature, keys, latest};
use crate::model::civil::Zone;
use crate::model::contact::{
    CloseCheck, Contact, ContactState, Findings, HostStep, UNDECIDED, close_blockers, emergency_outcome,
    emergency_steps, find, host_step, is_cut, is_identified, steps_line,
};
use crate::model::disclosure::{Information, MaySay};
use crate::model::emergency::EmergencyService;
use crate::model::patient::Link;
use crate::model::practice::{Practice, RedFlag};
use crate::model::red_flags;
use crate::model::script::{BookingProgress, Effect};
use crate::model::triage::{AnswerKind, Choice, Question};
use crate::time::Instant;

/// The view of a contact, from what was last said of it. Nothing is asked of a
/// plugin. What was said of an earlier state of the contact is shown as far as it
/// still holds: an answered question is not asked again, and nothing is closed on it.
#[must_use]
pub fn assemble(
    practice: &Practice,
    contact: &Contact,
    said: &Said,
    is_current: bool,
    sequel: &Sequel,
    now: Instant,
) -> ContactView {
    let findings = find(practice, contact, now);
    let may_say = MaySay::of(&practice.disclosure, contact, &sequel.records, Zone::of(practice).date(now));
    let script = &said.script;
    let check = CloseCheck {
        nature: nature(contact, &findings),
        asks_red_flags: findings.asks_red_flags(),
        identified: is_identified(contact),
        alert_open: sequel.alert_is_open(),
        script_allows: script.may_close && is_current,
        overridden: false,
    };
    let blockers = match contact.state {
        ContactState::Closed => vec!["contact-closed"],
        _ => close_blockers(contact, &check),
    };
    ContactView {
        contact: contact.id,
        state: contact.state,
        level: contact.level,
        banners: banners(practice, contact, &findings, said, is_current, sequel, &may_say),
        questions: questions(contact, &findings, &said.questions),
        prompts: script.prompts.clone(),
        missing: script.missing.clone(),
        may_close: blockers.is_empty(),
        close_blockers: blockers.into_iter().map(str::to_owned).collect(),
        may_book: contact.state == ContactState::Concluded && !contact.forbids_appointments(),
        to_say: to_say(practice, contact, &script.effects),
        proposals: proposals(contact, &script.effects),
        recap: script.recap.clone(),
        assessment: contact.assessment.clone(),
        bookings: sequel.intents.iter().map(BookingView::of).collect(),
        commitments: sequel.commitments.clone(),
        alert: sequel.alert.clone(),
        patient: contact.patient.clone(),
        earlier: contact.earlier.contacts.clone(),
        owed: sequel.owed.clone(),
        owed_at_origin: sequel.owed_at_origin.clone(),
        may_say,
    }
}

/// What is left for a person to decide.
fn proposals(contact: &Contact, effects: &[Effect]) -> Vec<Effect> {
    let is_said = |effect: &Effect| matches!(effect, Effect::StateInstruction(_));
    let left = |effect: &&Effect| !effect.is_carried_out() && !is_said(effect) && !contact.done.contains(&effect.key());
    effects.iter().filter(left).cloned().collect()
}

/// What the grid and the script want said, in the practice's own approved words. What only
/// they name is not shown, and what is not shown was not said.
fn to_say(practice: &Practice, contact: &Contact, effects: &[Effect]) -> Vec<ToSay> {
    let concluded = contact.assessment.iter().flat_map(|one| one.say.iter().chain(&one.safety_net));
    let scripted = effects.iter().filter_map(|effect| match effect {
        Effect::StateInstruction(content) => Some(content),
        _ => None,
    });
    let is_said =
        |id: &str| contact.statements.iter().any(|one| one.instruction.as_ref().is_some_and(|it| it.id == id));
    let mut shown: Vec<ToSay> = Vec::new();
    for wanted in concluded.chain(scripted) {
        let approved = practice.instructions.iter().find(|one| one.id == wanted.id && one.version == wanted.version);
        let Some(approved) = approved.filter(|one| !is_said(&one.id)) else { continue };
        if !shown.iter().any(|one| one.instruction.id == approved.id) {
            shown.push(ToSay { instruction: wanted.clone(), text: approved.text.clone() });
        }
    }
    shown
}

/// What a contact is about, once it is concluded; what it seems to be about
/// before.
#[must_use]
pub fn nature(contact: &Contact, findings: &Findings<'_>) -> Nature {
    match contact.assessment.as_ref().map(|one| one.nature) {
        Some(Nature::Administrative) | None => findings.nature,
        Some(other) => other,
    }
}

fn questions(contact: &Contact, findings: &Findings<'_>, grid: &[Question]) -> Vec<Asked> {
    let host = |question: Question| Asked { by: AskedBy::Host, question };
    if contact.state == ContactState::Closed {
        return Vec::new();
    }
    if let Some(service) = contact.emergency() {
        let is_open = |question: &Question| match question.key.as_str() {
            keys::EMERGENCY_LINE => is_cut(contact),
            keys::EMERGENCY_OUTCOME => emergency_outcome(contact).is_none(),
            key => latest(&contact.facts, key).is_none(),
        };
        return emergency_questions(service).into_iter().filter(is_open).map(host).collect();
    }
    let asks = match host_step(contact, findings) {
        HostStep::AskRedFlags => true,
        // What the practice's file says by now concludes it, and nobody has told anything since:
        // until somebody does, what was asked is asked.
        HostStep::Conclude(_) => findings.asks_red_flags(),
        _ => false,
    };
    if asks {
        let caller = latest(&contact.facts, keys::CALLER_KIND).and_then(|fact| fact.value.as_text());
        return red_flag_questions(contact, findings, caller == Some("patient")).into_iter().map(host).collect();
    }
    let open = grid.iter().filter(|question| latest(&contact.facts, &question.key).is_none());
    open.map(|question| Asked { by: AskedBy::Triage, question: question.clone() }).collect()
}

/// What words bring up one by one, then one question for all the others, which it
/// lists.
fn red_flag_questions(contact: &Contact, findings: &Findings<'_>, to_patient: bool) -> Vec<Question> {
    let hearing = contact.hearing.of(&contact.facts);
    let single = |flag: &RedFlag| red_flags::question(flag, to_patient, hearing.words(&flag.id, &contact.facts));
    let mut questions: Vec<Question> = findings.to_ask.iter().map(single).collect();
    if !findings.to_ask_together.is_empty() {
        let listed = |flag: &RedFlag| Choice { id: flag.id.clone(), label: red_flags::label(flag) };
        questions.push(Question {
            key: keys::RED_FLAGS_ALL.to_owned(),
            spoken: if to_patient { questions::any_red_flag_self() } else { questions::any_red_flag() }.to_string(),
            why: questions::any_red_flag_why().to_string(),
            kind: AnswerKind::YesNoUnknown,
            choices: findings.to_ask_together.iter().map(listed).collect(),
            red_flag: true,
            required: true,
        });
    }
    questions
}

/// What the operator is told to do in an emergency, to be read at a glance.
fn call_for_help(service: EmergencyService, on_line: bool) -> Text {
    let shown = service.shown();
    match service {
        _ if !on_line => banners::emergency_written(&shown),
        EmergencyService::European => banners::emergency_european(&shown),
        EmergencyService::DeafRelay => banners::emergency_deaf_relay(&shown),
        _ => banners::emergency(&shown),
    }
}

/// What an emergency orientation needs until it is closed (S14).
fn emergency_questions(service: EmergencyService) -> Vec<Question> {
    let called = service.called();
    let ask = |key: &str, spoken: &Text, kind, choices: &[(&str, Text)]| Question {
        key: key.to_owned(),
        spoken: spoken.to_string(),
        why: questions::emergency_why().to_string(),
        kind,
        choices: choices.iter().map(|(id, label)| Choice { id: (*id).to_owned(), label: label.to_string() }).collect(),
        red_flag: false,
        required: true,
    };
    let line = Question {
        why: questions::emergency_line_why().to_string(),
        ..ask(
            keys::EMERGENCY_LINE,
            &questions::emergency_line(),
            AnswerKind::Single,
            &[("called-back", questions::line_called_back()), ("no-answer", questions::line_no_answer())],
        )
    };
    vec![
        line,
        ask(keys::PATIENT_LOCATION, &questions::patient_location(), AnswerKind::Text, &[]),
        ask(keys::CALLER_PHONE, &questions::caller_phone(), AnswerKind::Phone, &[]),
        ask(
            keys::EMERGENCY_OUTCOME,
            &questions::emergency_outcome(called),
            AnswerKind::Single,
            &[
                ("transferred", questions::outcome_transferred(called)),
                ("called", questions::outcome_called(called)),
                ("called-for", questions::outcome_called_for(called)),
                ("on-site", questions::outcome_on_site()),
                ("practitioner", questions::outcome_practitioner()),
                ("refused", questions::outcome_refused()),
                ("lost", questions::outcome_lost()),
            ],
        ),
    ]
}

fn banners(
    practice: &Practice,
    contact: &Contact,
    findings: &Findings<'_>,
    said: &Said,
    is_current: bool,
    sequel: &Sequel,
    may_say: &MaySay,
) -> Vec<Banner> {
    let mut shown = Vec::new();
    let mut show = |code: &str, text: Text| shown.push(Banner { code: code.to_owned(), text });
    let assessment = contact.assessment.as_ref();
    if let Some(service) = contact.emergency() {
        show("emergency", call_for_help(service, contact.channel.can_be_asked()));
    }
    match &sequel.alert {
        Some(alert) if alert.state == AlertState::Open => {
            let text = match (alert.told.iter().all(|told| told.lost), contact.channel.can_be_asked()) {
                (true, _) => banners::alert_untold(),
                (false, true) => banners::alert_open_on_line(),
                (false, false) => banners::alert_open(),
            };
            show("alert-open", text);
        }
        Some(alert) if alert.state == AlertState::Acknowledged => {
            let next = alert.acknowledged.last().map_or(NextStep::CallBack, |last| last.next);
            show("alert-acknowledged", banners::alert_taken(&next.words()));
        }
        _ => {}
    }
    let steps = steps_line(&Zone::of(practice), &emergency_steps(contact), &[]);
    if !steps.is_empty() {
        show("emergency-steps", banners::emergency_steps(&steps));
    }
    if contact.hearing.of(&contact.facts).foreign {
        show("foreign-language", banners::foreign_language());
    }
    if contact.supposed.is_some() {
        show("level-supposed", banners::level_supposed());
    }
    if findings.red_flags.is_contradictory() {
        show("contradiction", banners::contradiction());
    }
    if let Some(assessment) = assessment.filter(|one| one.protocol.id == UNDECIDED) {
        let why = assessment.reasons.first().map_or("", |reason| reason.text.as_str());
        show("triage-unavailable", banners::triage_unavailable(why));
    }
    if !is_current && contact.state != ContactState::Closed {
        show("view-outdated", banners::view_outdated());
    }
    if said.script_failed {
        show("script-unavailable", banners::script_unavailable());
    }
    if sequel.intents.iter().any(|intent| progress_of(intent) == BookingProgress::ToVerify) {
        show("booking-to-verify", banners::booking_to_verify());
    }
    if matches!(contact.patient, Link::Doubtful { .. }) && contact.state != ContactState::Closed {
        show("patient-doubtful", banners::patient_doubtful());
    }
    if let Some(beyond) = sequel.commitments.iter().find(|one| one.beyond_room && !one.state.is_final()) {
        let owner = practice.practitioner(&PractitionerId::from(beyond.owner.as_str()));
        let owner = owner.map_or(beyond.owner.as_str(), |one| one.name.as_str());
        show("callback-beyond-room", banners::callback_beyond_room(owner));
    }
    if let Some(owed) = sequel.owed.iter().min_by_key(|one| one.due) {
        let due = Zone::of(practice).spoken(owed.due);
        show(
            "promise-open",
            match may_say.allows(Information::Promise) {
                true => banners::promise_open(&due),
                false => banners::promise_open_untold(&due),
            },
        );
    }
    if let Some(owed) = sequel.owed_at_origin.iter().min_by_key(|one| one.due) {
        show("promise-open-at-origin", banners::promise_open_at_origin(&Zone::of(practice).spoken(owed.due)));
    }
    if contact.repeated > 0 {
        show("repeated-contact", banners::repeated_contact(contact.repeated));
    }
    if practice.demo {
        show("demo-content", banners::demo_content());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_is_told_with_each_number_once() {
        for service in EmergencyService::ALL {
            let told = call_for_help(service, true).to_string();
            assert!(told.starts_with(&format!("Urgence vitale : faites appeler le {}", service.shown())), "{told}");
            let times =
                |number: &str| told.split(|sign: char| !sign.is_ascii_digit()).filter(|one| *one == number).count();
            assert!(times("112") <= 1 && times("114") == 1, "{told}");
        }
        assert!(call_for_help(EmergencyService::Samu, true).fr().contains("15 (SAMU), à défaut le 112."));
        assert!(!call_for_help(EmergencyService::European, true).fr().contains("à défaut"));
        let written = call_for_help(EmergencyService::Samu, false);
        assert!(written.fr().contains("15 (SAMU)") && !written.fr().contains("en ligne"), "nobody is on the line");
    }
}
