//! Names that stand twice, facts and choices that do not exist, circles, red
//! flags outside the first block.

use std::collections::{BTreeMap, BTreeSet};

use greffon_sdk::practice::Finding;
use greffon_sdk::wording;

use super::place::Place;
use crate::condition::{Condition, Test};
use crate::settings::{Kind, Protocol};

/// Beginnings of the keys that others than this grid answer: the host, the
/// script, the operator.
const ANSWERED_ELSEWHERE: [&str; 4] = ["patient.", "caller.", "request.", "red-flag."];

/// Whether everything that a condition names exists and nothing goes in a
/// circle: then cases can be searched.
pub(super) fn check(place: &Place<'_>, findings: &mut Vec<Finding>) -> bool {
    let before = findings.len();
    names(place, findings);
    for (path, condition) in conditions(place) {
        tests(place.protocol, &path, condition, findings);
    }
    flags_first(place, findings);
    circles(place, findings);
    findings.len() == before
}

/// All conditions of a protocol with their paths.
fn conditions<'a>(place: &Place<'a>) -> Vec<(String, &'a Condition)> {
    let protocol = place.protocol;
    let flags = protocol.red_flags.iter().enumerate().map(|(index, flag)| (place.red_flag(index), flag.when.as_ref()));
    let questions =
        protocol.questions.iter().enumerate().map(|(index, question)| (place.question(index), question.when.as_ref()));
    let rules = protocol.rules.iter().enumerate().map(|(index, rule)| (place.rule(index), Some(&rule.when)));
    flags.chain(questions).chain(rules).filter_map(|(path, when)| Some((format!("{path}/when"), when?))).collect()
}

fn names(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    let flags = protocol.red_flags.iter().enumerate().map(|(index, flag)| (place.red_flag(index), &flag.key));
    let questions =
        protocol.questions.iter().enumerate().map(|(index, question)| (place.question(index), &question.key));
    let keys: Vec<(String, &str)> =
        flags.chain(questions).map(|(path, key)| (format!("{path}/key"), key.as_str())).collect();
    for (path, key) in &keys {
        wording::key(path, key, findings);
    }
    unique(keys.into_iter(), findings);
    let rules = protocol.rules.iter().enumerate();
    unique(rules.map(|(index, rule)| (format!("{}/id", place.rule(index)), rule.id.as_str())), findings);
    for (index, question) in protocol.questions.iter().enumerate() {
        let path = format!("{}/choices", place.question(index));
        let choices = question.choices.iter().enumerate();
        unique(choices.map(|(index, choice)| (format!("{path}/{index}/id"), choice.id.as_str())), findings);
        let takes_choices = matches!(question.kind, Kind::Single | Kind::Multiple);
        if takes_choices && question.choices.len() < 2 {
            findings.push(Finding::error(
                path,
                "Une question à choix a besoin d'au moins deux réponses : les ajouter à choices.",
            ));
        } else if !takes_choices && !question.choices.is_empty() {
            findings.push(Finding::error(path, "Seule une question à choix (single, multiple) propose des réponses : retirer choices, ou changer kind."));
        }
    }
}

fn unique<'a>(names: impl Iterator<Item = (String, &'a str)>, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for (path, name) in names {
        if !seen.insert(name) {
            findings.push(Finding::error(
                path,
                format!("« {name} » est écrit deux fois : donner un autre nom à l'un des deux."),
            ));
        }
    }
}

/// Does every test name a fact that exists, in words that its answers know?
fn tests(protocol: &Protocol, path: &str, condition: &Condition, findings: &mut Vec<Finding>) {
    condition.visit(&mut |part| {
        let Condition::Fact(key, test) = part else { return };
        if let Some(message) = wrong(protocol, key, test) {
            findings.push(Finding::error(path, message));
        }
    });
}

fn wrong(protocol: &Protocol, key: &str, test: &Test) -> Option<String> {
    if protocol.red_flags.iter().any(|flag| flag.key == key) {
        return wrong_words(key, test, &["yes", "no", "unknown", "refused"]);
    }
    let Some(question) = protocol.questions.iter().find(|question| question.key == key) else {
        let elsewhere = ANSWERED_ELSEWHERE.iter().any(|prefix| key.starts_with(prefix));
        return (!elsewhere)
            .then(|| format!("Aucune question ne porte la clé « {key} » : corriger la clé, ou ajouter la question."));
    };
    let choices = || question.choices.iter().map(|choice| choice.id.as_str());
    match (question.kind, test) {
        (Kind::YesNo, _) => wrong_words(key, test, &["yes", "no", "unknown", "refused"]),
        (Kind::Single, Test::Is(_)) => {
            wrong_words(key, test, &choices().chain(["unknown", "refused"]).collect::<Vec<_>>())
        }
        (Kind::Multiple, Test::Includes(words)) => words
            .iter()
            .find(|word| !choices().any(|choice| choice == word.as_str()))
            .map(|word| format!("« {word} » n'est pas une réponse de « {key} » : écrire l'id d'un de ses choix.")),
        (Kind::Number, Test::Within(range)) => {
            let empty = matches!((range.at_least, range.below), (Some(least), Some(below)) if least >= below);
            empty.then(|| format!("L'intervalle de « {key} » est vide : at-least doit être plus petit que below."))
        }
        (_, Test::Is(_)) => wrong_words(key, test, &["unknown", "refused"]),
        (_, Test::Within(_)) => {
            Some(format!("La réponse à « {key} » n'est pas un nombre : la comparer avec is ou includes."))
        }
        (_, Test::Includes(_)) => {
            Some(format!("« {key} » n'est pas une question à plusieurs réponses : la comparer avec is."))
        }
    }
}

fn wrong_words(key: &str, test: &Test, known: &[&str]) -> Option<String> {
    match test {
        Test::Is(words) => words.iter().find(|word| !known.contains(&word.as_str())).map(|word| {
            format!("« {word} » n'est pas une réponse de « {key} » : écrire une de celles-ci : {}.", known.join(", "))
        }),
        Test::Within(_) => {
            Some(format!("La réponse à « {key} » n'est pas un nombre : la comparer avec is ou includes."))
        }
        Test::Includes(_) => {
            Some(format!("« {key} » n'est pas une question à plusieurs réponses : la comparer avec is."))
        }
    }
}

/// A red flag may wait for the age or for what others answer, not for an
/// ordinary question.
fn flags_first(place: &Place<'_>, findings: &mut Vec<Finding>) {
    for (index, flag) in place.protocol.red_flags.iter().enumerate() {
        let waits = flag
            .when
            .iter()
            .flat_map(Condition::facts)
            .find(|key| place.protocol.questions.iter().any(|question| question.key == *key));
        if let Some(key) = waits {
            let message =
                format!("Ce signe d'alerte attend la réponse à « {key} » : il doit être posé dans le premier bloc.");
            findings.push(Finding::error(format!("{}/when", place.red_flag(index)), message));
        }
    }
}

/// Each circle is told once, at its first question.
fn circles(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let waits: BTreeMap<&str, BTreeSet<&str>> = place
        .protocol
        .questions
        .iter()
        .map(|question| (question.key.as_str(), question.when.iter().flat_map(Condition::facts).collect()))
        .collect();
    let mut told: BTreeSet<&str> = BTreeSet::new();
    for (index, question) in place.protocol.questions.iter().enumerate() {
        let key = question.key.as_str();
        let behind = reachable(key, &waits);
        if behind.contains(key) && !told.contains(key) {
            let circle = behind.iter().filter(|other| reachable(other, &waits).contains(key)).copied();
            let circle: Vec<&str> = circle.collect();
            let message = format!("Ces questions s'attendent en cercle : {}. Retirer un des when.", circle.join(", "));
            findings.push(Finding::error(format!("{}/when", place.question(index)), message));
            told.extend(circle);
        }
    }
}

/// What a question waits for, directly or not.
fn reachable<'a>(from: &str, waits: &BTreeMap<&str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = waits.get(from).into_iter().flatten().copied().collect();
    while let Some(key) = next.pop() {
        if seen.insert(key) {
            next.extend(waits.get(key).into_iter().flatten());
        }
    }
    seen
}
