//! The texts among a grid's or a script's settings: what may not be said to a caller is
//! found here, whatever the plugin thinks of it.

use greffon_core::model::spoken::{Fault, faults};
use greffon_core::model::triage::{Finding, FindingSeverity};
use serde_json::Value;

/// Keys whose texts nobody says to a caller: where something comes from, words to listen
/// for, and answers to choose from, which are the caller's own.
const NOT_SAID: [&str; 8] = ["source", "reference", "author", "comment", "words", "synonyms", "keywords", "choices"];

/// What is wrong with the texts of some settings, at their places (JSON Pointers).
pub(super) fn findings(settings: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    look(settings, "", &mut findings);
    findings
}

fn look(value: &Value, path: &str, findings: &mut Vec<Finding>) {
    match value {
        // An id is no text.
        Value::String(text) if text.contains(' ') => {
            let finding = |fault: Fault| Finding {
                severity: FindingSeverity::Error,
                path: path.to_owned(),
                message: format!("{}; {}", fault.message(), fault.hint()),
            };
            findings.extend(faults(text).into_iter().map(finding));
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_looked_at_where_it_stands() {
        let settings = json!({
            "protocols": [{
                "id": "consultation",
                "source": "« Prenez deux aspirines », une mauvaise idée",
                "questions": [{ "spoken": "Toussez-vous ?", "choices": [{ "label": "Ce n'est pas grave" }] }, { "spoken": "Ce n'est rien, prenez deux aspirines." }],
            }],
        });
        let found: Vec<String> = findings(&settings).into_iter().map(|one| one.path).collect();
        assert_eq!(found, ["/protocols/0/questions/1/spoken", "/protocols/0/questions/1/spoken"]);
    }
}
