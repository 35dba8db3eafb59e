//! Static analysis of the settings: required facts that nothing asks for,
//! placeholders without a value, long or double questions, motives that do not
//! exist.

use std::collections::BTreeSet;

use greffon_sdk::delays::{DAY_MIN, URGENT_MIN, WEEK_MIN, too_long};
use greffon_sdk::practice::{Finding, keys};
use greffon_sdk::script::Phase;
use greffon_sdk::wording;

use crate::caller::Caller;
use crate::facts::Facts;
use crate::questions::usual;
use crate::settings::{Ask, AskKind, MotiveKind, Raised, Standard, phase_name};

const PHASES: [Phase; 8] = [
    Phase::Greeting,
    Phase::Identification,
    Phase::Request,
    Phase::Triage,
    Phase::Proposal,
    Phase::Requirements,
    Phase::ReadBack,
    Phase::Closing,
];

/// Everything that the analysis finds.
pub(crate) fn all(settings: &Standard) -> Vec<Finding> {
    let mut findings = Vec::new();
    required(settings, &mut findings);
    motives(settings, &mut findings);
    asks("/questions", &settings.questions, settings, &mut findings);
    faq(settings, &mut findings);
    handovers(settings, &mut findings);
    delays(settings, &mut findings);
    placeholders(settings, &mut findings);
    for phase in settings.guide_seconds.keys() {
        if !PHASES.iter().any(|known| phase_name(*known) == phase) {
            let message = format!("« {phase} » n'est pas une phase de l'entretien.");
            findings.push(Finding::error(format!("/guide-seconds/{phase}"), message));
        }
    }
    if settings.greeting.trim().is_empty() {
        findings.push(Finding::error("/greeting", "La phrase d'accueil est vide."));
    }
    findings
}

fn required(settings: &Standard, findings: &mut Vec<Finding>) {
    for (caller, keys) in &settings.required {
        let path = format!("/required/{caller}");
        if Caller::from_word(caller).is_none() {
            findings.push(Finding::error(&path, format!("« {caller} » n'est pas un type d'appelant.")));
        }
        for (index, key) in keys.iter().enumerate() {
            if usual(settings, Facts(&[]), None, key).is_none() {
                let message =
                    format!("« {key} » est exigé, mais aucune question ne le demande : l'ajouter à `questions`.");
                findings.push(Finding::error(format!("{path}/{index}"), message));
            }
        }
    }
}

fn motives(settings: &Standard, findings: &mut Vec<Finding>) {
    let mut ids = BTreeSet::new();
    for (index, motive) in settings.motives.iter().enumerate() {
        let path = format!("/motives/{index}");
        if !ids.insert(motive.id.as_str()) {
            findings.push(Finding::error(format!("{path}/id"), format!("« {} » est écrit deux fois.", motive.id)));
        }
        asks(&format!("{path}/questions"), &motive.questions, settings, findings);
    }
    let unknown = settings.symptoms_motive.as_ref().filter(|id| !ids.is_empty() && !ids.contains(id.as_str()));
    if let Some(id) = unknown {
        findings.push(Finding::error("/symptoms-motive", format!("« {id} » n'est pas un motif de cette liste.")));
    }
    let renews = settings.motives.iter().any(|motive| motive.kind == Some(MotiveKind::Renewal));
    if renews && settings.symptoms_motive.is_none() {
        let message = "Un renouvellement avec des symptômes nouveaux n'a pas de motif où aller.";
        findings.push(Finding::warning("/symptoms-motive", message));
    }
}

fn asks(path: &str, asks: &[Ask], settings: &Standard, findings: &mut Vec<Finding>) {
    let mut keys = BTreeSet::new();
    for (index, ask) in asks.iter().enumerate() {
        let path = format!("{path}/{index}");
        // The script asks for the recap itself; a practice may word it its own way.
        if ask.key != keys::RECAP {
            wording::key(&format!("{path}/key"), &ask.key, findings);
        }
        wording::question(&format!("{path}/spoken"), &ask.spoken, findings);
        for (tone, spoken) in [("to-relative", &ask.to_relative), ("to-professional", &ask.to_professional)] {
            if let Some(spoken) = spoken {
                wording::question(&format!("{path}/{tone}"), spoken, findings);
            }
        }
        wording::text(&format!("{path}/why"), &ask.why, findings);
        if !keys.insert(ask.key.as_str()) {
            findings.push(Finding::error(format!("{path}/key"), format!("« {} » est écrit deux fois.", ask.key)));
        }
        let takes_choices = matches!(ask.kind, AskKind::Single | AskKind::Multiple);
        if takes_choices != (ask.choices.len() > 1) && (takes_choices || !ask.choices.is_empty()) {
            let message = "Une question à choix (single, multiple), et elle seule, propose au moins deux réponses.";
            findings.push(Finding::error(format!("{path}/choices"), message));
        }
        let Some(when) = &ask.when else { continue };
        let asked = asks.iter().any(|other| other.key == when.fact && other.key != ask.key);
        if !asked && usual(settings, Facts(&[]), None, &when.fact).is_none() {
            let message = format!("Cette question attend « {} », que personne ne demande.", when.fact);
            findings.push(Finding::error(format!("{path}/when"), message));
        }
    }
}

fn faq(settings: &Standard, findings: &mut Vec<Finding>) {
    let mut ids = BTreeSet::from([crate::questions::OTHER]);
    for (index, faq) in settings.faq.iter().enumerate() {
        if !ids.insert(faq.id.as_str()) {
            let message = format!("« {} » est écrit deux fois (« other » est réservé).", faq.id);
            findings.push(Finding::error(format!("/faq/{index}/id"), message));
        }
    }
}

fn handovers(settings: &Standard, findings: &mut Vec<Finding>) {
    let mut ids = BTreeSet::new();
    for (index, handover) in settings.handovers.iter().enumerate() {
        let path = format!("/handovers/{index}");
        if !ids.insert(handover.id.as_str()) {
            findings.push(Finding::error(format!("{path}/id"), format!("« {} » est écrit deux fois.", handover.id)));
        }
        wording::text(&format!("{path}/said"), &handover.said, findings);
        let (most, said) = match handover.level {
            Raised::VeryUrgent => (URGENT_MIN, URGENT),
            Raised::SameDay => (DAY_MIN, DAY),
            Raised::Soon => (WEEK_MIN, WEEK),
        };
        late(&format!("{path}/within-min"), handover.within_min, most, said, findings);
    }
}

const URGENT: &str = "un soignant répond sous 15 minutes à ce qui est très urgent";
const DAY: &str = "dans les 24 heures";
const WEEK: &str = "dans les 7 jours";

/// Delays that the host would not wait for, at the level that goes with each.
fn delays(settings: &Standard, findings: &mut Vec<Finding>) {
    let delays = &settings.delays;
    for (key, minutes, most, said) in [
        ("professional-urgent-min", delays.professional_urgent_min, URGENT_MIN, URGENT),
        ("laboratory-min", delays.laboratory_min, URGENT_MIN, URGENT),
        ("professional-min", delays.professional_min, DAY_MIN, DAY),
        ("no-slot-min", delays.no_slot_min, WEEK_MIN, WEEK),
        ("answer-min", delays.answer_min, WEEK_MIN, WEEK),
    ] {
        late(&format!("/delays/{key}"), minutes, most, said, findings);
    }
}

fn late(path: &str, minutes: u32, most: u32, said: &str, findings: &mut Vec<Finding>) {
    findings.extend(too_long(minutes, most, said).map(|message| Finding::error(path, message)));
}

/// Each template knows its own placeholders.
fn placeholders(settings: &Standard, findings: &mut Vec<Finding>) {
    let (phrases, templates) = (&settings.phrases, &settings.templates);
    let known: [(&str, &str, &[&str]); 20] = [
        ("/phrases/emergency", &phrases.emergency, &["number"]),
        ("/phrases/slot-offered", &phrases.slot_offered, &["when", "practitioner"]),
        ("/phrases/slot-to-verify", &phrases.slot_to_verify, &["by"]),
        ("/phrases/no-slot", &phrases.no_slot, &["by"]),
        ("/phrases/callback", &phrases.callback, &["by"]),
        ("/phrases/decision", &phrases.decision, &["by"]),
        ("/phrases/message", &phrases.message, &["by"]),
        ("/phrases/document", &phrases.document, &["by"]),
        ("/phrases/laboratory", &phrases.laboratory, &["by"]),
        ("/templates/patient", &templates.patient, &["given", "family"]),
        ("/templates/birth-date", &templates.birth_date, &["date"]),
        ("/templates/phone", &templates.phone, &["number"]),
        ("/templates/motive", &templates.motive, &["motive"]),
        ("/templates/appointment", &templates.appointment, &["when", "date", "time", "practitioner"]),
        ("/templates/practitioner", &templates.practitioner, &["practitioner"]),
        ("/templates/site", &templates.site, &["site"]),
        ("/templates/documents", &templates.documents, &["documents"]),
        ("/templates/arrive-early", &templates.arrive_early, &["minutes"]),
        ("/templates/commitment", &templates.commitment, &["said", "by"]),
        ("/templates/laboratory", &templates.laboratory, &["value"]),
    ];
    for (path, template, names) in known {
        let written = template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
        for name in written.filter(|name| !names.contains(name)) {
            let message = format!("« {{{name}}} » n'a pas de valeur ici ; sont connus : {}.", names.join(", "));
            findings.push(Finding::error(path, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use greffon_sdk::practice::FindingSeverity;
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn finds(path: &str, words: &str, settings: Value) {
        let findings = all(&serde_json::from_value(settings).unwrap());
        let found = findings.iter().any(|finding| finding.path == path && finding.message.contains(words));
        assert!(found, "nothing at {path} with \"{words}\" in {findings:#?}");
    }

    #[test]
    fn empty_settings_are_sound() {
        assert!(all(&Standard::default()).is_empty());
    }

    #[test]
    fn a_required_fact_that_nobody_asks_for_is_an_error() {
        finds("/required/patient/0", "aucune question", json!({ "required": { "patient": ["patient.shoe-size"] } }));
        finds("/required/neighbour", "type d'appelant", json!({ "required": { "neighbour": [] } }));
    }

    #[test]
    fn a_placeholder_without_a_value_is_an_error() {
        finds("/templates/site", "{address}", json!({ "templates": { "site": "Lieu : {address}" } }));
    }

    #[test]
    fn motives_are_written_once_and_symptoms_go_to_one_of_them() {
        finds("/motives/1/id", "deux fois", json!({ "motives": [{ "id": "a" }, { "id": "a" }] }));
        finds("/symptoms-motive", "n'est pas un motif", json!({ "motives": [{ "id": "a" }], "symptoms-motive": "b" }));
        let settings = json!({ "motives": [{ "id": "a", "kind": "renewal" }] });
        finds("/symptoms-motive", "symptômes nouveaux", settings);
    }

    #[test]
    fn questions_are_short_single_and_have_their_choices() {
        let ask = |spoken: &str, kind: &str| json!({ "questions": [{ "key": "k", "spoken": spoken, "kind": kind }] });
        finds("/questions/0/spoken", "double", ask("Toussez-vous ? Dormez-vous ?", "yes-no"));
        finds("/questions/0/choices", "au moins deux", ask("Lequel ?", "single"));
        let mine = json!({ "questions": [{ "key": "Red_Flag.all", "spoken": "Ça va ?", "kind": "yes-no" }] });
        finds("/questions/0/key", "réservé", mine);
        let recap = json!({ "questions": [{ "key": keys::RECAP, "spoken": "C'est bien cela ?", "kind": "yes-no" }] });
        assert!(all(&serde_json::from_value(recap).unwrap()).is_empty());
        let waits = json!({ "questions": [{ "key": "k", "spoken": "Ça va ?", "kind": "yes-no",
            "when": { "fact": "x", "is": ["yes"] } }] });
        finds("/questions/0/when", "personne ne demande", waits);
    }

    #[test]
    fn phases_and_frequent_questions_are_checked() {
        finds("/guide-seconds/hello", "phase", json!({ "guide-seconds": { "hello": 5 } }));
        let faq = json!({ "faq": [{ "id": "other", "label": "Autre", "instruction": "autre" }] });
        finds("/faq/0/id", "réservé", faq);
    }

    #[test]
    fn a_delay_beyond_its_levels_ceiling_is_an_error() {
        let handover = |level: &str, minutes: u32| {
            json!({ "handovers": [{ "id": "a", "when": { "fact": "x", "is": ["yes"] }, "to": "practitioner",
                "said": "Un soignant regarde", "level": level, "within-min": minutes }] })
        };
        for (level, most) in [("very-urgent", 15), ("same-day", 1440), ("soon", 10_080)] {
            finds("/handovers/0/within-min", &format!("{most} minutes"), handover(level, most + 1));
            assert!(all(&serde_json::from_value(handover(level, most)).unwrap()).is_empty(), "{level}");
        }
        for (key, most) in [
            ("professional-urgent-min", 15),
            ("laboratory-min", 15),
            ("professional-min", 1440),
            ("no-slot-min", 10_080),
            ("answer-min", 10_080),
        ] {
            let delays = |minutes: u32| json!({ "delays": { key: minutes } });
            finds(&format!("/delays/{key}"), &format!("{most} minutes"), delays(most + 1));
            assert!(all(&serde_json::from_value(delays(most)).unwrap()).is_empty(), "{key}");
        }
    }

    #[test]
    fn a_long_greeting_is_no_error() {
        let findings = all(&serde_json::from_value(json!({ "greeting": "Bonjour. ".repeat(20) })).unwrap());
        assert!(findings.iter().all(|finding| finding.severity != FindingSeverity::Error));
    }
}
