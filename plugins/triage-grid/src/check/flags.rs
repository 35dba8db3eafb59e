//! Red flags that contradict each other, or a question: within a protocol, and between the
//! protocols that a case of unknown age is asked together.

use greffon_sdk::practice::{Finding, Level};

use super::place::Place;
use crate::settings::{Grid, Protocol, RedFlag};

pub(super) fn check(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let flags = &place.protocol.red_flags;
    for (index, flag) in flags.iter().enumerate() {
        let path = place.red_flag(index);
        if !flag.level.at_least(Level::SameDay) {
            let message =
                "Un signe d'alerte n'attend pas : écrire vital, very-urgent ou same-day, ou en faire une question.";
            findings.push(Finding::error(format!("{path}/level"), message));
        }
        let same = flags[..index].iter().find(|other| said(&other.spoken) == said(&flag.spoken));
        if let Some(other) = same {
            let message = if other.level == flag.level {
                format!("La même question que « {} » est posée deux fois : n'en garder qu'une.", other.key)
            } else {
                format!(
                    "« {} » pose la même question au niveau {} : les deux se contredisent. N'en garder qu'une.",
                    other.key,
                    other.level.as_str()
                )
            };
            findings.push(Finding::error(format!("{path}/spoken"), message));
        }
    }
    for (index, question) in place.protocol.questions.iter().enumerate() {
        if let Some(flag) = flags.iter().find(|flag| said(&flag.spoken) == said(&question.spoken)) {
            let message = format!("Le signe d'alerte « {} » pose déjà cette question : retirer celle-ci.", flag.key);
            findings.push(Finding::error(format!("{}/spoken", place.question(index)), message));
        }
    }
}

/// A sentence without what makes no difference to the ear.
fn said(sentence: &str) -> String {
    let words: Vec<String> = sentence
        .to_lowercase()
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.join(" ")
}

/// One key is one fact: an answer that one protocol got counts in the others.
pub(super) fn between(grid: &Grid, findings: &mut Vec<Finding>) {
    for (index, protocol) in grid.protocols.iter().enumerate() {
        let path = format!("/protocols/{index}");
        for other in grid.protocols[..index].iter().filter(|other| meet(protocol, other)) {
            for (at, flag) in protocol.red_flags.iter().enumerate() {
                if let Some(same) = other.red_flags.iter().find(|one| one.key == flag.key) {
                    differ(&format!("{path}/red-flags/{at}"), flag, other, same, findings);
                }
                if other.questions.iter().any(|one| one.key == flag.key) {
                    crossed(&format!("{path}/red-flags/{at}/key"), &flag.key, &other.id, findings);
                }
            }
            for (at, question) in protocol.questions.iter().enumerate() {
                if other.red_flags.iter().any(|one| one.key == question.key) {
                    crossed(&format!("{path}/questions/{at}/key"), &question.key, &other.id, findings);
                }
            }
        }
    }
}

/// Whether a case may be asked both.
fn meet(one: &Protocol, other: &Protocol) -> bool {
    let shared = one.motives.iter().any(|motive| other.motives.contains(motive));
    shared || (one.motives.is_empty() && other.motives.is_empty())
}

fn differ(path: &str, flag: &RedFlag, protocol: &Protocol, other: &RedFlag, findings: &mut Vec<Finding>) {
    if said(&flag.spoken) != said(&other.spoken) {
        let message = format!(
            "« {} » pose « {} » autrement, et une réponse vaut pour les deux : écrire la même phrase, ou une autre clé.",
            protocol.id, flag.key
        );
        findings.push(Finding::error(format!("{path}/spoken"), message));
    } else if flag.level != other.level {
        let message = format!(
            "« {} » donne à « {} » le niveau {} : quand l'âge est inconnu, le plus urgent est retenu. Écrire le même niveau.",
            protocol.id,
            flag.key,
            other.level.as_str()
        );
        findings.push(Finding::warning(format!("{path}/level"), message));
    }
}

fn crossed(path: &str, key: &str, protocol: &str, findings: &mut Vec<Finding>) {
    let message = format!(
        "« {key} » est un signe d'alerte dans un protocole et une question dans l'autre (« {protocol} ») : une réponse vaudrait pour les deux. \
         Choisir une autre clé."
    );
    findings.push(Finding::error(path, message));
}
