//! Plain and safe wording, for the static analysis of contents in French: short,
//! single, positive questions; never a dose.

use crate::practice::{Finding, keys};

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

/// What is wrong with the key of a question: it is none, or only the host asks
/// for it. Findings are added, at `path`, in French.
pub fn key(path: &str, key: &str, findings: &mut Vec<Finding>) {
    if !keys::is_plain(key) {
        let message = "Une clé a 1 à 100 lettres sans accent, chiffres et . _ : / -.";
        findings.push(Finding::error(path, message));
    } else if keys::is_reserved(key) {
        let message = format!("« {key} » est réservé à greffon : choisir une autre clé.");
        findings.push(Finding::error(path, message));
    }
}

/// What is wrong with a question that is said: too long, double, negative, or
/// anything that [`text`] finds. Findings are added, at `path`, in French.
pub fn question(path: &str, sentence: &str, findings: &mut Vec<Finding>) {
    let lower = sentence.to_lowercase().replace('’', "'");
    let count = lower.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    if count == 0 {
        findings.push(Finding::error(path, "La question n'a pas de texte : l'écrire."));
    }
    if count > MAX_WORDS {
        let message = format!("{count} mots : une question se dit en {MAX_WORDS} mots au plus.");
        findings.push(Finding::warning(path, message));
    }
    if lower.matches('?').count() > 1 || JOINTS.iter().any(|joint| lower.contains(joint)) {
        findings.push(Finding::warning(path, "Question double : poser une seule question à la fois."));
    }
    if NEGATIVES.iter().any(|negative| lower.contains(negative)) {
        findings.push(Finding::warning(
            path,
            "Question négative : un « oui » peut y vouloir dire non. La tourner en question simple.",
        ));
    }
    text(path, sentence, findings);
}

/// What is wrong with any text of a content: a dose is an error, the name of a
/// medicine a warning. Findings are added, at `path`, in French.
pub fn text(path: &str, text: &str, findings: &mut Vec<Finding>) {
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
        findings.push(Finding::error(
            path,
            "Ce texte contient une dose : la retirer, le secrétariat ne donne pas d'avis médical.",
        ));
    }
    if let Some(drug) = words.iter().find(|word| DRUGS.contains(word)) {
        let message = format!("Ce texte nomme un médicament (« {drug} ») : vérifier qu'il ne conseille rien.");
        findings.push(Finding::warning(path, message));
    }
}

fn is_number(word: &str) -> bool {
    word.chars().all(|character| character.is_ascii_digit()) || ["un", "une", "deux", "trois", "quatre"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sentence: &str) -> Vec<String> {
        let mut findings = Vec::new();
        question("/spoken", sentence, &mut findings);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_plain_question_is_found_without_fault() {
        assert!(found("Avez-vous plus de 38,5 de fièvre depuis 3 jours ?").is_empty());
    }

    #[test]
    fn twenty_words_are_the_limit() {
        let twenty = "mot ".repeat(19) + "fin ?";
        assert!(found(&twenty).is_empty());
        assert!(found(&format!("mot {twenty}"))[0].contains("21 mots"));
    }

    #[test]
    fn double_and_negative_questions_are_told_apart() {
        assert!(found("Tousse-t-il ? Vomit-il ?")[0].contains("double"));
        assert!(found("N’avez-vous pas mal ?")[0].contains("négative"));
    }

    #[test]
    fn a_dose_is_found_with_and_without_space() {
        for dose in ["Prendre 500 mg", "Prendre 500mg", "Prendre deux comprimés", "10 gouttes"] {
            assert!(found(dose).iter().any(|message| message.contains("dose")), "{dose}");
        }
        assert!(found("Le 15 répond").is_empty());
    }
}
