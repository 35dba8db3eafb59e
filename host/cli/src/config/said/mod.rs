//! What may not be said to a caller, in French and with the remedy: in the texts of grids
//! and scripts, whatever their plugin thinks of them, and in the practice's own.

mod numbers;
mod sentence;
mod words;

use greffon_core::model::spoken::{self, Fault};
use greffon_core::model::triage::{Finding, FindingSeverity};
use serde_json::Value;

use self::sentence::sentences;
use super::services;

/// Keys whose texts nobody says to a caller: where something comes from, words to listen
/// for, and answers to choose from, which are the caller's own.
const NOT_SAID: [&str; 8] = ["source", "reference", "author", "comment", "words", "synonyms", "keywords", "choices"];

/// Which text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Of a grid, a script or a red flag.
    Content,
    /// Of an instruction, which a clinician approved word by word: it may tell how to prepare,
    /// and give the practice's own number.
    Instruction,
}

/// What is wrong with a text, and what to do about it.
pub(super) type Wrong = (FindingSeverity, String);

/// What is wrong with the texts of some settings, at their places (JSON Pointers).
pub(super) fn findings(settings: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    look(settings, "", &mut findings);
    findings
}

fn look(value: &Value, path: &str, findings: &mut Vec<Finding>) {
    match value {
        // An id is no text.
        Value::String(text) if text.contains(char::is_whitespace) => {
            let finding = |(severity, message)| Finding { severity, path: path.to_owned(), message };
            findings.extend(faults(text, Of::Content).into_iter().map(finding));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                look(item, &format!("{path}/{index}"), findings);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields.iter().filter(|(key, _)| !NOT_SAID.contains(&key.as_str())) {
                look(field, &format!("{path}/{key}"), findings);
            }
        }
        _ => {}
    }
}

/// What is wrong with a text that is said, each fault once.
pub(super) fn faults(text: &str, of: Of) -> Vec<Wrong> {
    use FindingSeverity::{Error, Warning};
    let text = sentence::audible(text);
    let mut wrong: Vec<Wrong> = Vec::new();
    let mut add = |severity: FindingSeverity, message: String| {
        if !wrong.iter().any(|(_, other)| *other == message) {
            wrong.push((severity, message));
        }
    };
    for name in services::unknown(&text) {
        add(
            Error,
            format!("« {{service.{name}}} » n'est pas un service : écrire l'un de ceux-ci : {}.", services::all()),
        );
    }
    let own_number = of == Of::Instruction;
    if !own_number && (spoken::faults(&text).contains(&Fault::Number) || numbers::in_words(&text)) {
        add(
            Error,
            "Ce texte donne un numéro de téléphone : le retirer. Un service d'urgence s'écrit {service.samu}, et greffon \
             y met le numéro."
                .to_owned(),
        );
    }
    for short in numbers::short(&text) {
        match services::of_number(&short) {
            Some(written) => {
                add(Warning, format!("Ce texte donne le numéro {short} : écrire {written}, greffon y met le numéro."));
            }
            None if own_number => {}
            None => add(
                Error,
                format!(
                    "« {short} » n'est le numéro d'aucun service d'urgence : le retirer, ou écrire {{service.samu}}."
                ),
            ),
        }
    }
    for sentence in sentences(&text) {
        let said = &sentence.words;
        let found = if sentence.asks { Vec::new() } else { spoken::faults(&sentence.text) };
        if found.contains(&Fault::Medicine) || (!sentence.asks && words::has_dose(said)) {
            add(
                Error,
                "Ce texte conseille un médicament ou une dose : le retirer, et orienter vers un rappel ou une décision \
                 du soignant."
                    .to_owned(),
            );
        }
        if spoken::faults(&sentence.text).contains(&Fault::Reassurance) || words::reassures(said) {
            add(
                Error,
                "Ce texte rassure : dire plutôt ce qui va se passer et quand ; personne à l'accueil ne peut dire que ce \
                 n'est rien."
                    .to_owned(),
            );
        }
        if found.contains(&Fault::Diagnosis) || (!sentence.asks && words::supposes(said)) {
            add(
                Error,
                "Ce texte pose un diagnostic : demander des signes, et laisser le soignant nommer la maladie."
                    .to_owned(),
            );
        }
        if !sentence.asks && words::advises(said) {
            let severity = if of == Of::Instruction { Warning } else { Error };
            add(
                severity,
                "Ce texte donne un conseil de soin : le retirer, ou en faire une consigne approuvée.".to_owned(),
            );
        }
        if let Some(drug) = words::drug(said) {
            add(
                Warning,
                format!("Ce texte nomme un médicament (« {drug} ») : vérifier qu'il ne conseille rien, ou le retirer."),
            );
        }
    }
    wrong
}

#[cfg(test)]
mod tests;
