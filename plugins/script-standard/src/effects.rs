//! What is proposed now. The host decides, executes, and tells the result.

use greffon_sdk::delays::longest_min;
use greffon_sdk::practice::{ContentRef, keys};
use greffon_sdk::script::{CommitmentDraft, Effect, MessageDraft, Orientation};

use crate::caller::Caller;
use crate::facts::{
    APPOINTMENT, DAY, HALF_DAY, LABORATORY_VALUE, MESSAGE, NEW_SYMPTOMS, PROFESSIONAL_URGENT, QUESTION, SLOT,
};
use crate::handoff::{self, Handoff};
use crate::interview::Interview;
use crate::promise;
use crate::settings::MotiveKind;

const MINUTE_MS: i64 = 60_000;

/// All effects that were not carried out yet, in order.
pub(crate) fn all(interview: &Interview<'_>) -> Vec<Effect> {
    let mut effects = Vec::new();
    if interview.is_over() {
        let outcome = if interview.is_wrong_number() { "wrong-number" } else { "commercial" };
        effects.push(Effect::Close(outcome.to_owned()));
    } else {
        triage(interview, &mut effects);
        instructions(interview, &mut effects);
        if interview.emergency_call().is_none() {
            transfer(interview, &mut effects);
            appointment(interview, &mut effects);
            if let Some(handoff) = handoff::of(interview) {
                hand_over(interview, &handoff, &mut effects);
            }
            close(interview, &mut effects);
        }
    }
    effects.retain(|effect| !interview.session.done.contains(&name(effect)));
    effects
}

/// The name of an effect among those that were carried out.
fn name(effect: &Effect) -> String {
    match effect {
        Effect::RunTriage(id) => format!("run-triage:{id}"),
        Effect::SearchSlots(_) => "search-slots".to_owned(),
        Effect::Book(id) => format!("book:{id}"),
        Effect::Cancel(id) => format!("cancel:{id}"),
        Effect::Commitment(draft) => format!("commitment:{}", draft.what),
        Effect::Notify(draft) => format!("notify:{}", draft.template.id),
        Effect::StateInstruction(content) => format!("state-instruction:{}", content.id),
        Effect::OpenPlaybook(id) => format!("open-playbook:{id}"),
        Effect::Transfer(id) => format!("transfer:{id}"),
        Effect::Close(id) => format!("close:{id}"),
    }
}

fn triage(interview: &Interview<'_>, effects: &mut Vec<Effect>) {
    let Some(motive) = &interview.motive else { return };
    if interview.session.assessment.is_none() {
        effects.push(Effect::RunTriage(motive.id.to_owned()));
    }
    // A renewal is not new symptoms; not knowing is no "no".
    let symptoms = motive.kind == MotiveKind::Renewal && interview.facts.may_be(NEW_SYMPTOMS);
    if let (true, Some(other)) = (symptoms, &interview.settings.symptoms_motive)
        && other != motive.id
    {
        effects.push(Effect::RunTriage(other.clone()));
    }
}

fn instructions(interview: &Interview<'_>, effects: &mut Vec<Effect>) {
    let mut contents: Vec<ContentRef> = Vec::new();
    if let Some(assessment) = &interview.session.assessment {
        contents.extend(assessment.say.iter().chain(&assessment.safety_net).cloned());
    }
    let question = interview.facts.text(QUESTION);
    let asked = interview.settings.faq.iter().filter(|faq| Some(faq.id.as_str()) == question);
    contents.extend(asked.map(|faq| faq.instruction.clone()));
    effects.extend(contents.into_iter().map(Effect::StateInstruction));
}

fn transfer(interview: &Interview<'_>, effects: &mut Vec<Effect>) {
    if let Some(Orientation::LiveTransfer(to)) = interview.orientation() {
        effects.push(Effect::Transfer(to.clone()));
    }
    if interview.caller == Some(Caller::Professional) && interview.facts.may_be(PROFESSIONAL_URGENT) {
        effects.push(Effect::Transfer("on-call".to_owned()));
    }
}

fn appointment(interview: &Interview<'_>, effects: &mut Vec<Effect>) {
    let cancels = interview.motive.as_ref().is_some_and(|motive| motive.kind == MotiveKind::Cancel);
    if let (true, Some(appointment)) = (cancels, interview.facts.text(APPOINTMENT)) {
        effects.push(Effect::Cancel(appointment.to_owned()));
    }
    if !interview.looks_for_slot() {
        return;
    }
    match interview.facts.text(SLOT) {
        Some(slot) if !interview.session.done.contains(&format!("book:{slot}")) => {
            effects.push(Effect::Book(slot.to_owned()));
        }
        _ => effects.push(Effect::SearchSlots(criteria(interview))),
    }
}

fn criteria(interview: &Interview<'_>) -> Vec<(String, String)> {
    let context = &interview.session.context;
    let mut criteria = Vec::new();
    let mut add = |key: &str, value: String| criteria.push((key.to_owned(), value));
    if let Some(motive) = &interview.motive {
        add("motive", motive.id.to_owned());
    }
    let wishes = [("site", keys::SITE), ("practitioner", keys::PRACTITIONER), ("day", DAY), ("half-day", HALF_DAY)];
    for (key, fact) in wishes {
        if let Some(id) = interview.facts.text(fact) {
            add(key, id.to_owned());
        }
    }
    let to = match interview.orientation() {
        Some(Orientation::SameDaySlot) => Some(context.now.saturating_add(left_of_day_ms(&context.now_local))),
        Some(Orientation::Teleconsultation(minutes)) => {
            add("mode", "teleconsultation".to_owned());
            Some(context.now.saturating_add(i64::from(*minutes) * MINUTE_MS))
        }
        Some(Orientation::SlotWithin(minutes)) => Some(context.now.saturating_add(i64::from(*minutes) * MINUTE_MS)),
        _ => None,
    };
    add("from", context.now.to_string());
    if let Some(to) = to {
        add("to", to.to_string());
    }
    criteria
}

/// From a civil time to the next midnight: a whole day where it cannot be read.
/// On the two nights a year on which the clocks change it is an hour off before
/// they do; the host looks for slots in civil time anyway.
fn left_of_day_ms(now_local: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| now_local.get(range).and_then(|text| text.parse::<i64>().ok());
    let passed_min = number(11..13).zip(number(14..16)).map_or(0, |(hour, minute)| hour * 60 + minute);
    (1440 - passed_min.clamp(0, 1439)) * MINUTE_MS
}

fn hand_over(interview: &Interview<'_>, handoff: &Handoff<'_>, effects: &mut Vec<Effect>) {
    let basics = [
        keys::CALLER_KIND,
        keys::CALLER_NAME,
        keys::CALLER_PHONE,
        keys::PATIENT_FAMILY,
        keys::PATIENT_GIVEN,
        keys::PATIENT_BIRTH_DATE,
        keys::MOTIVE,
        LABORATORY_VALUE,
    ];
    let mut facts: Vec<String> = basics.into_iter().filter(|key| interview.facts.has(key)).map(str::to_owned).collect();
    let asked = interview.motive.iter().filter_map(|motive| motive.settings).flat_map(|motive| &motive.questions);
    facts.extend(asked.filter(|ask| interview.facts.has(&ask.key)).map(|ask| ask.key.clone()));
    effects.push(Effect::Notify(MessageDraft {
        to: handoff.to.to_owned(),
        template: ContentRef::in_settings(handoff.template, "1"),
        facts,
        verbatim: interview.facts.text(MESSAGE).or_else(|| interview.facts.text(keys::WORDS)).map(str::to_owned),
        level: handoff.level,
    }));
    let context = &interview.session.context;
    let promised = interview.session.commitments.iter().any(|commitment| commitment.what == handoff.what);
    if !promised {
        effects.push(Effect::Commitment(CommitmentDraft {
            what: handoff.what.to_owned(),
            said: handoff.said.clone(),
            // What is told sooner than usual is also answered sooner.
            due: promise::due(context.now, within_min(handoff), handoff.level, &context.opening),
            owner: handoff.to.to_owned(),
            level: handoff.level,
        }));
    }
}

fn within_min(handoff: &Handoff<'_>) -> u32 {
    longest_min(handoff.level).map_or(handoff.within_min, |longest| handoff.within_min.min(longest))
}

fn close(interview: &Interview<'_>, effects: &mut Vec<Effect>) {
    if !interview.has_recap() || !interview.missing().is_empty() || interview.looks_for_slot() {
        return;
    }
    let outcome = if interview.has_appointment() {
        "booked"
    } else if interview.session.commitments.is_empty() {
        "answered"
    } else {
        "transmitted"
    };
    effects.push(Effect::Close(outcome.to_owned()));
}

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::{Level, Value};
    use greffon_sdk::script::{AppointmentState, AppointmentSummary, CommitmentSummary};

    use super::*;
    use crate::facts::{LABORATORY_READ_BACK, SLOT_OUTCOME};
    use crate::questions::OTHER;
    use crate::testing::{Call, NOW, confirmed};

    fn names(call: &Call) -> Vec<String> {
        call.effects().iter().map(name).collect()
    }

    #[test]
    fn a_motive_runs_the_triage_first() {
        assert_eq!(names(&Call::patient("consultation")), ["run-triage:consultation"]);
    }

    #[test]
    fn a_conclusion_with_a_slot_searches_until_an_appointment_stands() {
        let call = Call::patient("consultation").slot();
        assert_eq!(names(&call), ["state-instruction:aggravation", "search-slots"]);
        let taken = call.clone().choice(SLOT, "slot-7");
        assert_eq!(names(&taken)[1], "book:slot-7");
        let refused = AppointmentSummary { state: AppointmentState::Refused, ..confirmed() };
        let mut again = taken.clone().appointment(refused);
        again.session.done.push("book:slot-7".to_owned());
        assert_eq!(names(&again)[1], "search-slots");
        for state in [AppointmentState::Pending, AppointmentState::ToVerify, AppointmentState::Confirmed] {
            let call = taken.clone().appointment(AppointmentSummary { state, ..confirmed() });
            assert_eq!(names(&call), ["state-instruction:aggravation"], "{state:?}");
        }
        assert!(!names(&call.choice(SLOT_OUTCOME, "none-suits")).contains(&"search-slots".to_owned()));
    }

    #[test]
    fn the_search_is_bounded_by_the_orientation() {
        let today = Call::patient("consultation").concluded(Level::SameDay, Orientation::SameDaySlot);
        let today = today.choice(keys::PRACTITIONER, "dr-martin");
        let Some(Effect::SearchSlots(criteria)) = today.effects().into_iter().nth(1) else { panic!("no search") };
        let expected = [
            ("motive", "consultation".to_owned()),
            ("practitioner", "dr-martin".to_owned()),
            ("from", NOW.to_string()),
            ("to", (NOW + (14 * 60 + 30) * MINUTE_MS).to_string()),
        ];
        assert_eq!(criteria, expected.map(|(key, value)| (key.to_owned(), value)));
        assert_eq!(left_of_day_ms("2026-11-21T23:59:00"), MINUTE_MS);
        assert_eq!(left_of_day_ms("unreadable"), 1440 * MINUTE_MS);
    }

    #[test]
    fn an_orientation_without_slot_searches_none() {
        let callback = Call::patient("consultation").concluded(Level::SameDay, Orientation::ClinicianCallback(60));
        assert!(!names(&callback).contains(&"search-slots".to_owned()));
        assert!(
            names(&Call::patient("consultation").emergency())
                .iter()
                .all(|name| name == "state-instruction:aggravation")
        );
    }

    #[test]
    fn new_symptoms_in_a_renewal_go_to_another_triage() {
        let settings = serde_json::json!({ "symptoms-motive": "consultation" });
        let call = Call::patient("renouvellement").settings(settings).slot();
        for answer in [Value::Yes, Value::Unknown, Value::Refused] {
            let asked = call.clone().with(NEW_SYMPTOMS, answer);
            assert!(names(&asked).contains(&"run-triage:consultation".to_owned()));
        }
        assert!(!names(&call.with(NEW_SYMPTOMS, Value::No)).contains(&"run-triage:consultation".to_owned()));
    }

    #[test]
    fn a_critical_result_goes_to_the_practitioner_with_a_promise() {
        let call = Call::patient("resultats")
            .by("laboratory")
            .text(keys::CALLER_NAME, "Laboratoire Central")
            .text(LABORATORY_VALUE, "potassium 6,8 mmol/L")
            .concluded(Level::VeryUrgent, Orientation::ClinicianCallback(15));
        assert!(!names(&call).iter().any(|name| name.starts_with("notify")), "not before the value was read back");
        let effects = call.with(LABORATORY_READ_BACK, Value::Yes).effects();
        let notified = effects.iter().find_map(|effect| match effect {
            Effect::Notify(draft) => Some(draft),
            _ => None,
        });
        let notified = notified.unwrap();
        assert_eq!((notified.to.as_str(), notified.level), ("practitioner", Level::VeryUrgent));
        assert!(notified.facts.contains(&LABORATORY_VALUE.to_owned()));
        let promised = effects.iter().find_map(|effect| match effect {
            Effect::Commitment(draft) => Some(draft),
            _ => None,
        });
        assert_eq!(promised.unwrap().due, NOW + 15 * MINUTE_MS);
    }

    #[test]
    fn a_result_is_as_urgent_as_the_host_has_judged_it() {
        let level_of = |call: Call| {
            call.effects().iter().find_map(|effect| match effect {
                Effect::Notify(draft) => Some(draft.level),
                _ => None,
            })
        };
        let call = Call::patient("resultats")
            .by("laboratory")
            .text(keys::CALLER_NAME, "Laboratoire Central")
            .text(LABORATORY_VALUE, "potassium 4,2 mmol/L")
            .with(LABORATORY_READ_BACK, Value::Yes);
        let within = call.clone().concluded(Level::SameDay, Orientation::Message("practitioner".to_owned()));
        assert_eq!(level_of(within), Some(Level::SameDay));
        assert_eq!(level_of(call), Some(Level::VeryUrgent), "what nobody has judged");
    }

    #[test]
    fn a_professional_in_a_hurry_is_put_through() {
        let call = Call::new()
            .by("professional")
            .with(keys::CALLER_PHONE, Value::Phone("+33199000002".to_owned()))
            .text(keys::CALLER_NAME, "Dr Blanc")
            .text(keys::WORDS, "Patient commun")
            .choice(keys::MOTIVE, "consultation")
            .slot();
        assert_eq!(names(&call), ["state-instruction:aggravation", "notify:professional-message", "commitment:answer"],);
        let urgent = call.with(PROFESSIONAL_URGENT, Value::Unknown);
        assert_eq!(names(&urgent)[1], "transfer:on-call");
    }

    #[test]
    fn what_is_more_urgent_than_usual_is_answered_as_soon_as_its_level_asks() {
        let mut call = Call::patient("message").text(MESSAGE, "Merci de me rappeler").slot();
        call.session.assessment.as_mut().expect("concluded").level = Level::VeryUrgent;
        let promised = call.effects().into_iter().find_map(|effect| match effect {
            Effect::Commitment(draft) => Some(draft),
            _ => None,
        });
        assert_eq!(promised.expect("a promise").due, NOW + 15 * MINUTE_MS);
    }

    #[test]
    fn a_promise_is_not_made_twice() {
        let mut call = Call::patient("message").text(MESSAGE, "Merci de me rappeler").slot();
        assert!(names(&call).contains(&"commitment:answer".to_owned()));
        call.session.commitments.push(CommitmentSummary {
            what: "answer".to_owned(),
            said: String::new(),
            due: NOW,
            due_local: String::new(),
            start_local: None,
        });
        assert!(!names(&call).contains(&"commitment:answer".to_owned()));
        let by_host = Call::patient("message").text(MESSAGE, "x");
        let by_host = by_host.concluded(Level::Soon, Orientation::Message("practitioner".to_owned()));
        assert!(!names(&by_host).iter().any(|name| name.starts_with("commitment") || name.starts_with("notify")));
    }

    #[test]
    fn a_frequent_question_is_answered_by_its_approved_text() {
        let settings =
            serde_json::json!({ "faq": [{ "id": "horaires", "label": "Horaires", "instruction": "horaires@2" }] });
        let call = Call::patient("administratif").settings(settings).slot().choice("request.task", "question");
        let stated = call.clone().choice(QUESTION, "horaires").effects();
        let content = ContentRef::in_settings("horaires", "2");
        assert!(stated.iter().any(|effect| matches!(effect, Effect::StateInstruction(stated) if *stated == content)));
        assert!(names(&call.choice(QUESTION, OTHER)).contains(&"notify:patient-question".to_owned()));
    }

    #[test]
    fn felt_urgency_is_looked_at_by_somebody_and_lowers_nothing() {
        let settings = serde_json::json!({ "packs": ["medecine-generale", "urgence-ressentie"] });
        let call = Call::patient("consultation").settings(settings).slot();
        let urgent = call.clone().text(keys::WORDS, "Je veux être vu AUJOURD’HUI");
        assert!(urgent.asked(greffon_sdk::script::Phase::Request).contains(&"symptom.worse".to_owned()));
        for answer in [Value::Yes, Value::Unknown, Value::Refused] {
            let effects = urgent.clone().with("symptom.worse", answer).effects();
            let told = effects.iter().find_map(|effect| match effect {
                Effect::Notify(draft) => Some((draft.to.as_str(), draft.template.id.as_str(), draft.level)),
                _ => None,
            });
            assert_eq!(told, Some(("practitioner", "felt-urgency", Level::SameDay)));
            assert!(effects.iter().any(|effect| matches!(effect, Effect::SearchSlots(_))), "the slot stays");
        }
        assert!(!names(&urgent.with("symptom.worse", Value::No)).contains(&"notify:felt-urgency".to_owned()));
        let calm = call.text(keys::WORDS, "Un rendez-vous, s'il vous plaît");
        assert!(!calm.asked(greffon_sdk::script::Phase::Request).contains(&"symptom.worse".to_owned()));
    }

    #[test]
    fn where_nothing_is_left_the_practice_calls_back() {
        let call = Call::patient("consultation").slot();
        for outcome in ["none-left", "none-suits"] {
            let told = names(&call.clone().choice(SLOT_OUTCOME, outcome));
            assert!(told.contains(&"notify:no-slot".to_owned()) && told.contains(&"commitment:slot".to_owned()));
        }
        assert!(!names(&call.choice(SLOT_OUTCOME, "declined")).contains(&"notify:no-slot".to_owned()));
    }

    #[test]
    fn a_cancellation_needs_to_know_which_appointment() {
        let call = Call::patient("annulation").slot();
        assert!(!names(&call).iter().any(|name| name.starts_with("cancel")));
        assert!(names(&call.text(APPOINTMENT, "a-1")).contains(&"cancel:a-1".to_owned()));
    }

    #[test]
    fn what_was_done_is_not_proposed_again() {
        let mut call = Call::patient("consultation").slot();
        call.session.done = vec!["state-instruction:aggravation".to_owned(), "search-slots".to_owned()];
        assert!(names(&call).is_empty());
    }

    #[test]
    fn a_finished_call_is_proposed_to_be_closed_with_its_outcome() {
        let booked = Call::patient("consultation").slot().appointment(confirmed()).choice(keys::RECAP, "confirmed");
        assert_eq!(names(&booked).last().unwrap(), "close:booked");
        assert_eq!(names(&Call::new().by("commercial")), ["close:commercial"]);
    }
}
