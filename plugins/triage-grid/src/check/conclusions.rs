//! Levels below the floor, vital rules that should be red flags, missing
//! safety nets, rules that disagree, destinations without a name.

use greffon_sdk::practice::{Finding, Level};

use super::place::Place;
use crate::condition::{Condition, Test};
use crate::settings::Destination;

pub(super) fn check(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    for (index, flag) in protocol.red_flags.iter().enumerate() {
        let path = place.red_flag(index);
        below_floor(place, flag.level, &path, findings);
        if let Some(destination) = &flag.orientation {
            unnamed(destination, &path, findings);
        }
    }
    for (index, rule) in protocol.rules.iter().enumerate() {
        let path = place.rule(index);
        below_floor(place, rule.level, &path, findings);
        unnamed(&rule.orientation, &path, findings);
        let asked =
            rule.when.facts().into_iter().find(|key| protocol.questions.iter().any(|question| question.key == *key));
        if let (Level::Vital, Some(key)) = (rule.level, asked) {
            let message = format!(
                "Cette règle vitale attend « {key} » : un danger vital se demande d'abord, parmi les signes d'alerte."
            );
            findings.push(Finding::error(format!("{path}/level"), message));
        }
        let has_net = rule.safety_net.is_some() || protocol.safety_net.is_some();
        if !rule.level.at_least(Level::VeryUrgent) && !has_net {
            let message = "Il manque la consigne à dire en cas d'aggravation : ajouter safety-net.";
            findings.push(Finding::error(format!("{path}/safety-net"), message));
        }
        let same = protocol.rules[..index]
            .iter()
            .find(|other| other.level != rule.level && normal(&other.when) == normal(&rule.when));
        if let Some(other) = same {
            let message = format!(
                "Mêmes conditions que la règle « {} », autre niveau : le plus urgent des deux est retenu. N'en garder qu'une.",
                other.id
            );
            findings.push(Finding::warning(format!("{path}/level"), message));
        }
    }
}

fn below_floor(place: &Place<'_>, level: Level, path: &str, findings: &mut Vec<Finding>) {
    let floor = place.protocol.floor;
    if !level.at_least(floor) {
        let message = format!(
            "Le niveau {} est sous le plancher de la grille ({}) : le relever, ou changer floor.",
            level.as_str(),
            floor.as_str()
        );
        findings.push(Finding::error(format!("{path}/level"), message));
    }
}

fn unnamed(destination: &Destination, path: &str, findings: &mut Vec<Finding>) {
    let (Destination::LiveTransfer(name)
    | Destination::Message(name)
    | Destination::DocumentRequest(name)
    | Destination::Redirect(name)
    | Destination::HumanDecision(name)) = destination
    else {
        return;
    };
    if name.trim().is_empty() {
        findings.push(Finding::error(
            format!("{path}/orientation"),
            "L'orientation ne dit pas vers qui ou pourquoi : l'écrire.",
        ));
    }
}

/// A condition with its parts in one order, so that two spellings of one
/// condition are equal.
fn normal(condition: &Condition) -> String {
    let join = |parts: &[Condition]| {
        let mut parts: Vec<String> = parts.iter().map(normal).collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    };
    match condition {
        Condition::All(parts) | Condition::Any(parts) if parts.len() == 1 => normal(&parts[0]),
        Condition::All(parts) => format!("all{:?}", join(parts)),
        Condition::Any(parts) => format!("any{:?}", join(parts)),
        Condition::Not(part) => format!("not[{}]", normal(part)),
        Condition::Fact(key, Test::Is(words)) => {
            let mut words = words.clone();
            words.sort_unstable();
            format!("{key:?} is {words:?}")
        }
        other => format!("{other:?}"),
    }
}
