//! The recap, generated from the facts: what was understood, what was agreed,
//! what to bring.

use greffon_sdk::practice::{Value, keys};
use greffon_sdk::script::{AppointmentState, AppointmentSummary, ReadBack};

use crate::facts::LABORATORY_VALUE;
use crate::fill::fill;
use crate::french;
use crate::interview::Interview;
use crate::promise;
use crate::questions::said;
use crate::settings::Standard;

/// For whom the text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Said to the caller.
    Spoken,
    /// Written where others may read it: nothing of the patient's health, nor
    /// who they are.
    Discreet,
}

/// The recap to read.
pub(crate) fn read_back(interview: &Interview<'_>) -> ReadBack {
    let confirmed = match interview.facts.text(keys::RECAP) {
        _ if !interview.recap_is_current() => None,
        Some("confirmed") => Some(true),
        Some("corrected") => Some(false),
        _ => None,
    };
    let facts = interview.repeated().map(str::to_owned).collect();
    ReadBack { text: text(interview, Variant::Spoken), facts, confirmed }
}

/// The text of the recap.
pub(crate) fn text(interview: &Interview<'_>, variant: Variant) -> String {
    let mut lines = Vec::new();
    if variant == Variant::Spoken {
        lines.push(interview.settings.phrases.read_back.clone());
        lines.extend(understood(interview));
    }
    if let Some(appointment) = &interview.session.appointment {
        lines.extend(agreed(interview, appointment));
        // What to bring was said a moment ago; whoever reads it later needs it.
        if variant == Variant::Discreet && appointment.state == AppointmentState::Confirmed {
            lines.extend(to_bring(interview.settings, appointment));
        }
    }
    for commitment in &interview.session.commitments {
        lines.push(promise::said(interview, commitment));
    }
    lines.join(" ")
}

/// What was understood of the request: personal and health data.
fn understood(interview: &Interview<'_>) -> Vec<String> {
    let templates = &interview.settings.templates;
    let value = |key: &str| interview.facts.value(key).and_then(|value: &Value| said(key, value));
    let mut lines = Vec::new();
    let mut who = Vec::new();
    let (given, family) = (value(keys::PATIENT_GIVEN), value(keys::PATIENT_FAMILY));
    if given.is_some() || family.is_some() {
        let (given, family) = (given.unwrap_or_default(), family.unwrap_or_default());
        who.push(fill(&templates.patient, &[("given", &given), ("family", &family)]));
    }
    if let Some(date) = value(keys::PATIENT_BIRTH_DATE) {
        who.push(fill(&templates.birth_date, &[("date", &date)]));
    }
    if !who.is_empty() {
        lines.push(format!("{}.", who.join(", ")));
    }
    if let Some(number) = value(keys::CALLER_PHONE) {
        lines.push(fill(&templates.phone, &[("number", &number)]));
    }
    if let Some(motive) = &interview.motive {
        lines.push(fill(&templates.motive, &[("motive", &motive.said())]));
    }
    if let Some(result) = value(LABORATORY_VALUE) {
        lines.push(fill(&templates.laboratory, &[("value", &result)]));
    }
    lines
}

/// What was agreed about the appointment, as far as it is certain.
fn agreed(interview: &Interview<'_>, appointment: &AppointmentSummary) -> Vec<String> {
    let (phrases, templates) = (&interview.settings.phrases, &interview.settings.templates);
    match appointment.state {
        AppointmentState::None | AppointmentState::Refused => return Vec::new(),
        AppointmentState::Pending | AppointmentState::ToVerify => {
            // The promise to verify says it with its hour.
            let promised = interview.session.commitments.iter().any(|one| one.what == "verify-booking");
            let verifies = fill(&phrases.slot_to_verify, &[("by", "")]);
            return if promised { Vec::new() } else { vec![verifies] };
        }
        AppointmentState::Confirmed => {}
    }
    let now = &interview.session.context.now_local;
    let (date, time) = (french::date(&appointment.start_local), french::time(&appointment.start_local));
    let when = french::when(&appointment.start_local, now);
    let with = appointment.practitioner.as_deref().map(french::person);
    let with = with.map(|name| fill(&templates.practitioner, &[("practitioner", &name)])).unwrap_or_default();
    let values = [("when", when.as_str()), ("date", &date), ("time", &time), ("practitioner", &with)];
    let mut lines = vec![fill(&templates.appointment, &values)];
    if let Some(site) = &appointment.site {
        lines.push(fill(&templates.site, &[("site", &french::place(site))]));
    }
    lines
}

/// Documents, and how early to come.
pub(crate) fn to_bring(settings: &Standard, appointment: &AppointmentSummary) -> Vec<String> {
    let mut lines = Vec::new();
    if !appointment.documents.is_empty() {
        let documents = french::list(&appointment.documents);
        lines.push(fill(&settings.templates.documents, &[("documents", &documents)]));
    }
    if appointment.arrive_early_min > 0 {
        let minutes = appointment.arrive_early_min.to_string();
        lines.push(fill(&settings.templates.arrive_early, &[("minutes", &minutes)]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::Level;
    use greffon_sdk::script::{CommitmentSummary, Orientation, Phase};

    use super::*;
    use crate::facts::LABORATORY_READ_BACK;
    use crate::testing::{Call, NOW, confirmed};

    #[test]
    fn the_recap_says_who_what_for_when_and_where() {
        let call = Call::patient("consultation").settings(serde_json::json!({ "packs": ["medecine-generale"] }));
        let recap = call.slot().appointment(confirmed()).view().recap.unwrap();
        assert_eq!(
            recap.text,
            "Je récapitule : Anne Durand, 30 avril 1958. Je peux vous joindre au 01 99 00 00 01. \
             C'est pour une consultation. Le rendez-vous est mardi 24 novembre à 9 h 30, avec le docteur Claire Martin. \
             Le lieu, c'est Site Nord."
        );
        assert_eq!(
            recap.facts,
            [keys::PATIENT_FAMILY, keys::PATIENT_GIVEN, keys::PATIENT_BIRTH_DATE, keys::CALLER_PHONE, keys::MOTIVE]
        );
    }

    #[test]
    fn the_written_variant_says_nothing_of_health_or_identity() {
        let call =
            Call::patient("certificat-sport").text("certificate.purpose", "judo").slot().appointment(confirmed());
        let view = call.view();
        let prompt = view.prompts.iter().find(|prompt| prompt.phase == Phase::ReadBack).unwrap();
        let hint = prompt.hint.as_ref().unwrap();
        assert!(hint.contains("mardi 24 novembre à 9 h 30") && hint.contains("carte Vitale"));
        for word in ["certificat", "Durand", "1958", "judo"] {
            assert!(!hint.contains(word), "{word}");
        }
    }

    #[test]
    fn an_appointment_that_is_not_certain_is_not_said_as_one() {
        for state in [AppointmentState::Pending, AppointmentState::ToVerify] {
            let call = Call::patient("consultation").slot().appointment(AppointmentSummary { state, ..confirmed() });
            let text = call.view().recap.unwrap().text;
            assert!(text.contains("vérifier le rendez-vous") && !text.contains("9 h 30"), "{text}");
        }
        let refused = AppointmentSummary { state: AppointmentState::Refused, ..confirmed() };
        assert!(!Call::patient("consultation").slot().appointment(refused).view().recap.unwrap().text.contains("24"));
    }

    #[test]
    fn promises_are_said_with_their_time() {
        let mut call = Call::patient("consultation").slot().appointment(confirmed());
        call.session.commitments.push(CommitmentSummary {
            what: "callback".to_owned(),
            said: "Un médecin vous rappelle.".to_owned(),
            due: NOW,
            due_local: "2026-11-21T11:30".to_owned(),
            start_local: None,
        });
        let text = call.view().recap.unwrap().text;
        assert!(text.ends_with("Le médecin vous rappelle aujourd'hui avant 11 h 30."), "{text}");
        call.session.commitments[0].start_local = Some("2026-11-21T10:45".to_owned());
        let text = call.view().recap.unwrap().text;
        assert!(text.ends_with("Le médecin vous rappelle aujourd'hui entre 10 h 45 et 11 h 30."), "{text}");
    }

    #[test]
    fn a_laboratory_hears_one_hour_whatever_the_host_calls_the_promise() {
        let mut call = Call::patient("resultats")
            .by("laboratory")
            .text(keys::CALLER_NAME, "Laboratoire Central")
            .text(LABORATORY_VALUE, "potassium 7,1 mmol/L")
            .with(LABORATORY_READ_BACK, Value::Yes)
            .concluded(Level::VeryUrgent, Orientation::ClinicianCallback(15));
        call.session.commitments.push(CommitmentSummary {
            what: "callback".to_owned(),
            said: "Un médecin vous rappelle.".to_owned(),
            due: NOW,
            due_local: "2026-11-21T09:45".to_owned(),
            start_local: None,
        });
        let promised = "qui vous confirme l'avoir reçu aujourd'hui avant 9 h 45.";
        let view = call.view();
        let recap = view.recap.unwrap().text;
        assert!(recap.ends_with(promised) && !recap.contains("vous rappelle aujourd'hui"), "{recap}");
        let said = view.prompts.iter().find(|prompt| prompt.phase == Phase::Proposal).unwrap();
        assert!(said.spoken.ends_with(promised), "{}", said.spoken);
    }
}
