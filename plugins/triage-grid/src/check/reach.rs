//! Questions and rules that no case reaches, answers that lead nowhere, dead
//! ends, and the longest way through the grid.

use std::ops::ControlFlow;

use greffon_sdk::practice::{Finding, Value};

use super::place::Place;
use super::search::{Answers, Search};
use crate::condition::{Condition, Truth};
use crate::settings::{Kind, Protocol, Question};

pub(super) fn check(place: &Place<'_>, max_questions: usize, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    if protocol.rules.is_empty() {
        let message = "Aucune règle : sans signe d'alerte, chaque cas ira à une décision humaine. Ajouter des règles.";
        findings.push(Finding::error(format!("{}/rules", place.path), message));
        return;
    }
    for (index, question) in protocol.questions.iter().enumerate() {
        let path = place.question(index);
        let never = question.when.as_ref().is_some_and(|when| is_impossible(protocol, when));
        if never {
            let message = "Cette question n'est jamais posée : sa condition ne peut pas être vraie. Corriger when, ou la retirer.";
            findings.push(Finding::error(format!("{path}/when"), message));
        } else {
            answers(place, &path, question, findings);
        }
    }
    for (index, rule) in protocol.rules.iter().enumerate() {
        if is_impossible(protocol, &rule.when) {
            let message = format!(
                "La règle « {} » ne s'applique jamais : sa condition ne peut pas être vraie. Corriger when, ou la retirer.",
                rule.id
            );
            findings.push(Finding::error(format!("{}/when", place.rule(index)), message));
        }
    }
    dead_end(place, findings);
    longest(place, max_questions, findings);
}

fn is_impossible(protocol: &Protocol, condition: &Condition) -> bool {
    Search::over(protocol, std::iter::once(condition)).satisfies(condition) == Some(false)
}

/// Does each answer leave a rule possible, and does somebody speak of unknown?
fn answers(place: &Place<'_>, path: &str, question: &Question, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    let choices = question.choices.iter().map(|choice| (choice.label.clone(), choice.id.clone()));
    let answers: Vec<(String, Value)> = match question.kind {
        Kind::YesNo => vec![("oui".to_owned(), Value::Yes), ("non".to_owned(), Value::No)],
        Kind::Single => choices.map(|(label, id)| (label, Value::Choice(id))).collect(),
        Kind::Multiple => choices.map(|(label, id)| (label, Value::Choices(vec![id]))).collect(),
        Kind::Number | Kind::Text | Kind::Date => Vec::new(),
    };
    for (label, value) in answers {
        let led = protocol.rules.iter().any(|rule| {
            let conditions = [&rule.when].into_iter().chain(&question.when);
            let search = Search::over(protocol, conditions).with(&question.key, value.clone());
            search.satisfies(&rule.when) != Some(false)
        });
        if !led {
            let message = format!("La réponse « {label} » ne mène à aucune règle : en ajouter une.");
            findings.push(Finding::error(path, message));
        }
    }
    let looked_at = conditions(protocol).any(|condition| condition.facts().contains(question.key.as_str()));
    let unknown = conditions(protocol).any(|condition| condition.knows_unknown(&question.key));
    if question.required && looked_at && !unknown {
        let message = "Pas de branche « ne sait pas » : une réponse inconnue ira à une décision humaine. Écrire \"unknown\" dans une règle.";
        findings.push(Finding::warning(path, message));
    }
    if !looked_at && question.kind != Kind::Text {
        findings.push(Finding::warning(
            path,
            "Aucune règle ne regarde la réponse à cette question : la retirer, ou écrire la règle.",
        ));
    }
}

fn conditions(protocol: &Protocol) -> impl Iterator<Item = &Condition> {
    let questions = protocol.questions.iter().filter_map(|question| question.when.as_ref());
    questions.chain(protocol.rules.iter().map(|rule| &rule.when))
}

/// The first combination of known answers for which no rule concludes.
fn dead_end(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    let path = format!("{}/rules", place.path);
    let search = Search::over(protocol, conditions(protocol)).without_unknown();
    let found = search.find(|known, answers| {
        let concludes = protocol.rules.iter().any(|rule| rule.when.holds(known) == Truth::True);
        if concludes { ControlFlow::Continue(()) } else { ControlFlow::Break(example(answers)) }
    });
    match found {
        Some(ControlFlow::Break(example)) => {
            let message = format!(
                "Impasse : aucune règle ne conclut quand {example}. Une décision humaine sera demandée ; pour conclure, ajouter une règle."
            );
            findings.push(Finding::warning(path, message));
        }
        Some(ControlFlow::Continue(())) => {}
        None => {
            let message = "Trop de combinaisons pour chercher les impasses ; chacune deviendra une décision humaine. Partager ce protocole en deux.";
            findings.push(Finding::warning(path, message));
        }
    }
}

fn example(answers: &Answers<'_>) -> String {
    let shown: Vec<String> = answers.iter().map(|(key, value)| format!("{key} = {}", show(value))).collect();
    if shown.is_empty() { "rien d'autre n'est demandé".to_owned() } else { shown.join(", ") }
}

fn show(value: &Value) -> String {
    match value {
        Value::Yes => "oui".to_owned(),
        Value::No => "non".to_owned(),
        Value::Decimal(number) => number.to_string(),
        Value::Choice(choice) => choice.clone(),
        Value::Choices(choices) if choices.is_empty() => "aucune réponse".to_owned(),
        Value::Choices(choices) => choices.join(" + "),
        _ => "une réponse".to_owned(),
    }
}

/// The longest way: all red flags and as many questions as apply at once.
fn longest(place: &Place<'_>, max_questions: usize, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    let mut longest = 0;
    let whens = protocol.questions.iter().filter_map(|question| question.when.as_ref());
    let searched = Search::over(protocol, whens).find(|known, _| {
        let asked = |question: &&Question| known.applies(question.when.as_ref()) != Truth::False;
        longest = longest.max(protocol.questions.iter().filter(asked).count());
        ControlFlow::<()>::Continue(())
    });
    if searched.is_none() {
        longest = protocol.questions.len();
    }
    let longest = longest + protocol.red_flags.len();
    if longest > max_questions {
        let message = format!(
            "Jusqu'à {longest} questions, pour {max_questions} au plus (max-questions) : les cas longs iront à une décision \
             humaine. Retirer des questions, ou leur donner une condition (when)."
        );
        findings.push(Finding::warning(&place.path, message));
    }
}
