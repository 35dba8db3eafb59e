//! Wording: short, single, positive questions; never a dose.

use greffon_sdk::practice::Finding;

use super::Place;
use crate::settings::Destination;

/// Longest sentence to be said, in words.
const MAX_WORDS: usize = 20;

/// What follows a number in a dose.
const UNITS: [&str; 22] = [
    "mg",
    "g",
    "µg",
    "mcg",
    "ml",
    "cl",
    "ui",
    "cp",
    "goutte",
    "gouttes",
    "comprimé",
    "comprimés",
    "gélule",
    "gélules",
    "sachet",
    "sachets",
    "cuillère",
    "cuillères",
    "bouffée",
    "bouffées",
    "suppositoire",
    "suppositoires",
];

/// Names that make a text medical advice. Not a pharmacopoeia: the ones that a
/// reception is asked about every day.
const DRUGS: [&str; 14] = [
    "paracétamol",
    "paracetamol",
    "doliprane",
    "efferalgan",
    "ibuprofène",
    "advil",
    "aspirine",
    "amoxicilline",
    "antibiotique",
    "antibiotiques",
    "cortisone",
    "codéine",
    "tramadol",
    "ventoline",
];

/// Joints of two questions in one sentence.
const JOINTS: [&str; 9] =
    [" et avez", " et a-t", " et est-", " et êtes", " ou avez", " ou a-t", " ou est-ce", " ou êtes", " ou bien "];

/// How a negative question begins, or goes on.
const NEGATIVES: [&str; 6] = ["n'avez-vous", "n'a-t", "n'est-", "n'êtes-vous", "ne pensez-vous", "ne croyez-vous"];

pub(super) fn check(place: &Place<'_>, findings: &mut Vec<Finding>) {
    let protocol = place.protocol;
    text(&format!("{}/title", place.path), &protocol.title, findings);
    for (index, flag) in protocol.red_flags.iter().enumerate() {
        let path = place.red_flag(index);
        spoken(&format!("{path}/spoken"), &flag.spoken, findings);
        text(&format!("{path}/why"), &flag.why, findings);
    }
    for (index, question) in protocol.questions.iter().enumerate() {
        let path = place.question(index);
        spoken(&format!("{path}/spoken"), &question.spoken, findings);
        text(&format!("{path}/why"), &question.why, findings);
        for (index, choice) in question.choices.iter().enumerate() {
            text(&format!("{path}/choices/{index}/label"), &choice.label, findings);
        }
    }
    for (index, rule) in protocol.rules.iter().enumerate() {
        let path = place.rule(index);
        text(&format!("{path}/reason"), &rule.reason, findings);
        if let Destination::HumanDecision(why) = &rule.orientation {
            text(&format!("{path}/orientation"), why, findings);
        }
    }
}

fn spoken(path: &str, sentence: &str, findings: &mut Vec<Finding>) {
    let lower = sentence.to_lowercase().replace('’', "'");
    let count = lower.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    if count == 0 {
        findings.push(Finding::error(path, "La question n'a pas de texte."));
    }
    if count > MAX_WORDS {
        let message = format!("{count} mots : une question se dit en {MAX_WORDS} mots au plus.");
        findings.push(Finding::warning(path, message));
    }
    if lower.matches('?').count() > 1 || JOINTS.iter().any(|joint| lower.contains(joint)) {
        findings.push(Finding::warning(path, "Question double : poser une seule question à la fois."));
    }
    if NEGATIVES.iter().any(|negative| lower.contains(negative)) {
        findings.push(Finding::warning(path, "Question négative : un « oui » peut y vouloir dire non."));
    }
    text(path, sentence, findings);
}

fn text(path: &str, text: &str, findings: &mut Vec<Finding>) {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric() && character != 'µ')
        .filter(|word| !word.is_empty())
        .collect();
    let follows = words.windows(2).any(|pair| is_number(pair[0]) && UNITS.contains(&pair[1]));
    let joined = words.iter().any(|word| {
        let unit = word.trim_start_matches(|character: char| character.is_ascii_digit());
        unit.len() < word.len() && UNITS.contains(&unit)
    });
    if follows || joined {
        findings.push(Finding::error(path, "Ce texte contient une dose : le secrétariat ne donne pas d'avis médical."));
    }
    if let Some(drug) = words.iter().find(|word| DRUGS.contains(word)) {
        let message = format!("Ce texte nomme un médicament (« {drug} ») : vérifier qu'il ne conseille rien.");
        findings.push(Finding::warning(path, message));
    }
}

fn is_number(word: &str) -> bool {
    word.chars().all(|character| character.is_ascii_digit()) || ["un", "une", "deux", "trois", "quatre"].contains(&word)
}
