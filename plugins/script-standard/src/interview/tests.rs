use greffon_sdk::practice::Value;
use greffon_sdk::script::{Phase, View};

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
    let keys: Vec<&str> = prompt.asks.iter().map(|question| question.key.as_str()).collect();
    assert_eq!(keys.last(), Some(&crate::facts::RELATION), "\"et vous-même ?\" comes after the patient: {keys:?}");
}

#[test]
fn an_identity_is_one_question_and_what_the_answer_leaves_out_another() {
    let spoken = |call: &Call, key: &str| {
        let asks = call.view().prompts.into_iter().flat_map(|prompt| prompt.asks);
        asks.filter(|question| question.key == key).map(|question| question.spoken).collect::<Vec<_>>()
    };
    let call = Call::new().by("patient");
    let whole = spoken(&call, keys::PATIENT_FAMILY);
    assert_eq!(whole, ["Pouvez-vous me donner votre nom, votre prénom et votre date de naissance ?"]);
    let named = call.clone().text(keys::PATIENT_FAMILY, "Durand").text(keys::PATIENT_GIVEN, "Anne");
    assert_eq!(spoken(&named, keys::PATIENT_BIRTH_DATE), ["Et votre date de naissance ?"]);
    let born = call.clone().with(keys::PATIENT_BIRTH_DATE, Value::Date("1958-04-30".to_owned()));
    assert_eq!(spoken(&born, keys::PATIENT_FAMILY), ["Quel est votre nom, avec le prénom ?"]);
    let own =
        serde_json::json!({ "questions": [{ "key": "patient.family", "spoken": "Votre nom ?", "kind": "text" }] });
    assert_eq!(spoken(&call.settings(own), keys::PATIENT_FAMILY), ["Votre nom ?"], "the practice's own words stand");
    let colleague = Call::new().by("professional");
    assert_eq!(spoken(&colleague, keys::PATIENT_FAMILY), ["C'est pour quel patient ?"]);
}

#[test]
fn a_promise_is_said_once_in_a_breath() {
    let mut call = Call::patient("message").text(MESSAGE, "Merci de me rappeler").slot();
    assert!(call.says(Phase::Proposal).contains("Je transmets votre message"), "nothing is promised yet");
    call.session.commitments.push(greffon_sdk::script::CommitmentSummary {
        what: "answer".to_owned(),
        said: "Je transmets votre message.".to_owned(),
        due: crate::testing::NOW,
        due_local: "2026-11-21T11:30".to_owned(),
        start_local: None,
    });
    assert_eq!(call.says(Phase::Proposal), "");
    let promise = "Je transmets votre message, et vous aurez une réponse aujourd'hui avant 11 h 30.";
    assert_eq!(call.says(Phase::ReadBack).matches(promise).count(), 1);
}

#[test]
fn what_the_practice_wants_looked_at_is_promised_in_its_own_words() {
    let settings = serde_json::json!({ "packs": ["medecine-generale", "urgence-ressentie"] });
    let mut call = Call::patient("consultation").settings(settings).slot().appointment(confirmed());
    call.session.commitments.push(greffon_sdk::script::CommitmentSummary {
        what: "answer".to_owned(),
        said: "Je signale votre appel au médecin.".to_owned(),
        due: crate::testing::NOW,
        due_local: "2026-11-21T11:30".to_owned(),
        start_local: None,
    });
    let said = call.says(Phase::ReadBack);
    let promise = "Je signale votre appel au médecin. Vous aurez une réponse aujourd'hui avant 11 h 30.";
    assert!(said.ends_with(promise), "{said}");
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
fn whoever_asks_for_the_opening_hours_is_not_asked_for_a_birth_date() {
    let settings = serde_json::json!({ "faq": [{ "id": "horaires", "label": "Horaires", "instruction": "horaires" }] });
    let call = Call::new().by("patient").choice(keys::MOTIVE, "administratif").settings(settings);
    assert!(call.view().missing.contains(&keys::PATIENT_BIRTH_DATE.to_owned()));
    let answered = call.choice("request.task", "question").choice(QUESTION, "horaires");
    assert_eq!(answered.view().missing, [keys::PATIENT_FAMILY, keys::PATIENT_GIVEN]);
    let named = answered.slot().text(keys::PATIENT_FAMILY, "Durand").text(keys::PATIENT_GIVEN, "Anne");
    assert!(named.asked(Phase::ReadBack).is_empty() && named.view().may_close, "there is nothing to say back");
}

#[test]
fn wishes_are_asked_once_and_not_of_somebody_who_told_them() {
    let call = Call::patient("consultation").slot();
    assert_eq!(call.asked(Phase::Proposal), [WISHES]);
    for told in [call.clone().text(WISHES, "le matin"), call.clone().choice(keys::PRACTITIONER, "dr-martin")] {
        assert!(told.asked(Phase::Proposal).is_empty());
    }
    let today = Call::patient("consultation").concluded(Level::SameDay, Orientation::SameDaySlot);
    assert!(today.asked(Phase::Proposal).is_empty());
    let mailed = call.settings(serde_json::json!({ "confirm-by": "email" }));
    assert_eq!(mailed.asked(Phase::Proposal), [WISHES]);
    assert_eq!(mailed.asked(Phase::Identification), [keys::PATIENT_EMAIL], "with the other coordinates");
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
fn a_value_that_the_host_could_not_read_is_asked_for_once_more() {
    let given = Call::new().by("laboratory").text(LABORATORY_VALUE, "potassium 4,2");
    let unread = given.clone().concluded_by("laboratory.unreadable");
    let view = unread.view();
    let asks = |view: &View| view.prompts.iter().flat_map(|prompt| prompt.asks.clone()).collect::<Vec<_>>();
    let again = asks(&view).into_iter().find(|question| question.key == LABORATORY_VALUE).unwrap();
    assert!(again.spoken.starts_with("Je n'ai pas bien compris."), "{}", again.spoken);
    assert!(!unread.asked(Phase::Request).contains(&LABORATORY_READ_BACK.to_owned()));
    let told = unread.text(LABORATORY_VALUE, "potassium 4,2, je vous dis");
    assert!(!told.asked(Phase::Request).contains(&LABORATORY_VALUE.to_owned()), "not a second time");
    assert!(told.asked(Phase::Request).contains(&LABORATORY_READ_BACK.to_owned()));
    let read = given.concluded_by("laboratory.potassium");
    assert!(!read.asked(Phase::Request).contains(&LABORATORY_VALUE.to_owned()));
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
    let closing =
        call.text(keys::PATIENT_LOCATION, "12 rue Haute").with(keys::CALLER_PHONE, Value::Phone("+33199000001".into()));
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
