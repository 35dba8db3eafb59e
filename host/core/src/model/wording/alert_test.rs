//! Letters about the test of a chain of alerts. No word of health.

use super::failure::failure_words;
use super::{Letter, letter};
use crate::model::alert::Unreached;
use crate::model::care::Sensitivity;
use crate::model::practice::Practice;

/// Says that it is a test, and that there is nothing to do.
#[must_use]
pub fn alert_test(practice: &Practice) -> Letter {
    let lines = vec![
        format!("Essai de la chaîne d'alerte de {}.", practice.name),
        "Rien à faire : ce message vérifie seulement qu'une alerte vous parviendrait.".to_owned(),
    ];
    letter(practice, "host.alert-test", "Essai de la chaîne d'alerte".to_owned(), lines, Sensitivity::Personal)
}

/// Says whom the test has not reached, and what came of each of their addresses.
#[must_use]
pub fn alert_test_missed(practice: &Practice, unreached: &[Unreached], nobody: bool) -> Letter {
    let first = if nobody {
        format!(
            "L'essai de la chaîne d'alerte de {} n'a atteint personne. Une alerte resterait sans réponse.",
            practice.name
        )
    } else {
        format!("L'essai de la chaîne d'alerte de {} n'a pas atteint tout le monde.", practice.name)
    };
    let mut lines = vec![first];
    for Unreached { person, why } in unreached {
        let why: Vec<String> =
            why.iter().map(|(scheme, code)| format!("{} : {}", by(scheme), failure_words(code))).collect();
        lines.push(format!(
            "- {person} ({})",
            if why.is_empty() { "aucune adresse".to_owned() } else { why.join(" ; ") }
        ));
    }
    lines.push("Vérifiez les adresses et les canaux, puis prévenez ces personnes.".to_owned());
    let subject = if nobody { "Chaîne d'alerte : personne n'est joignable" } else { "Chaîne d'alerte à vérifier" };
    letter(practice, "host.alert-test-missed", subject.to_owned(), lines, Sensitivity::Personal)
}

/// What an address is, for people.
fn by(scheme: &str) -> &str {
    match scheme {
        "mailto" => "courriel",
        "tel" => "téléphone",
        other => other,
    }
}
