//! What may not be said to a caller, whoever wrote it: no advice and no medicine, no
//! reassurance, no name of an illness, no telephone number of a grid's own (S11, S17).
//!
//! A list of words finds what is plainly so. It is no proof that a text is fit to be
//! said: a practitioner reads and approves it.

use super::plain::plain;

/// What is wrong with a text that is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It tells somebody to take, give or stop a medicine, or how much of it.
    Medicine,
    /// It says that it is nothing.
    Reassurance,
    /// It names an illness that somebody has.
    Diagnosis,
    /// It has a telephone number.
    Number,
}

impl Fault {
    /// What is wrong, for whoever wrote the text, in English.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Medicine => "this text advises a medicine or a dose",
            Self::Reassurance => "this text reassures",
            Self::Diagnosis => "this text names what somebody has",
            Self::Number => "this text has a telephone number",
        }
    }

    /// What to do instead.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            Self::Medicine => "leave medicines to a practitioner: orient to a call-back or a decision",
            Self::Reassurance => "say what happens next and when; nobody at the desk can say that it is nothing",
            Self::Diagnosis => "ask for signs, and let a practitioner name the illness",
            Self::Number => "name an emergency service in the orientation; the host gives its number",
        }
    }
}

const MEDICINES: &[&str] = &[
    "aspirine",
    "doliprane",
    "paracetamol",
    "ibuprofene",
    "advil",
    "nurofen",
    "efferalgan",
    "dafalgan",
    "spasfon",
    "smecta",
    "imodium",
    "amoxicilline",
    "antibiotique",
    "cortisone",
    "ventoline",
    "morphine",
    "xanax",
    "kardegic",
    "voltarene",
    "medicament",
    "cachet",
    "comprime",
    "gelule",
    "gouttes",
    "sirop",
    "suppositoire",
    "anti inflammatoire",
    "antidouleur",
    "traitement",
    "insuline",
    "pilule",
    "somnifere",
    "paracetamols",
];
const TELLS: &[&str] = &[
    "prenez",
    "prends",
    "prendre",
    "donnez",
    "donner",
    "avalez",
    "avaler",
    "arretez",
    "arreter",
    "augmentez",
    "augmenter",
    "diminuez",
    "diminuer",
    "doublez",
    "doubler",
    "continuez",
    "mettez",
    "essayez",
    "faites lui prendre",
    "buvez",
];
const REASSURES: &[&str] = &[
    "ce n est rien",
    "c est rien",
    "rien de grave",
    "pas grave",
    "sans gravite",
    "ne vous inquietez pas",
    "vous inquietez pas",
    "ne t inquiete pas",
    "rassurez vous",
    "soyez rassure",
    "tout va bien",
    "c est normal",
    "c est benin",
    "pas d inquietude",
    "aucun danger",
    "sans danger",
    "ca va passer",
    "cela va passer",
    "pas d urgence",
    "pas urgent",
    "pas besoin de consulter",
];
const ILLNESSES: &[&str] = &[
    "angine",
    "gastro",
    "grippe",
    "infarctus",
    "bronchite",
    "pneumonie",
    "migraine",
    "otite",
    "sinusite",
    "cystite",
    "covid",
    "appendicite",
    "phlebite",
    "embolie",
    "meningite",
    "varicelle",
    "depression",
    "cancer",
    "avc",
    "angoisse",
    "entorse",
    "fracture",
    "allergie",
    "conjonctivite",
    "eczema",
    "hernie",
    "ulcere",
    "infection",
    "virus",
];
const HAS: &[&str] =
    &["vous avez", "tu as", "c est", "il s agit", "vous faites", "il a", "elle a", "ca ressemble a", "c est surement"];

/// Between the verb and the medicine at most so many words: "donnez-lui encore un
/// suppositoire", and not "prenez rendez-vous pour renouveler votre traitement".
const NEAR: usize = 4;

/// What is wrong with a text, each fault once.
#[must_use]
pub fn faults(text: &str) -> Vec<Fault> {
    let said = plain(text);
    let asks = text.trim_end().ends_with('?');
    let mut faults = Vec::new();
    if !asks && (advises_medicine(&said) || has_dose(&said)) {
        faults.push(Fault::Medicine);
    }
    if finds(&said, REASSURES) {
        faults.push(Fault::Reassurance);
    }
    if !asks && names_illness(&said) {
        faults.push(Fault::Diagnosis);
    }
    if has_number(text) {
        faults.push(Fault::Number);
    }
    faults
}

/// Whether one of these stands in it, from the beginning of a word on.
fn finds(said: &str, words: &[&str]) -> bool {
    words.iter().any(|word| said.match_indices(word).any(|(at, _)| said[..at].ends_with(' ')))
}

/// A verb that tells somebody to take, and a medicine soon after it. Whoever is asked to
/// bring one along takes it "avec vous".
fn advises_medicine(said: &str) -> bool {
    TELLS.iter().any(|tells| {
        said.match_indices(tells).filter(|(at, _)| said[..*at].ends_with(' ')).any(|(at, _)| {
            let rest = said[at..].split_once(' ').map_or("", |(_, rest)| rest);
            let near: Vec<&str> = rest.split_whitespace().take(NEAR).collect();
            let brings = near.starts_with(&["rendez"]) || rest.contains(" avec vous") || near.contains(&"ordonnance");
            !brings && finds(&format!(" {}", near.join(" ")), MEDICINES)
        })
    })
}

/// "vous avez une angine": an article may stand between, and nothing else.
fn names_illness(said: &str) -> bool {
    HAS.iter().any(|has| {
        said.match_indices(has).any(|(at, _)| {
            let rest = said[at + has.len()..].trim_start();
            let rest = ["une ", "un ", "d une ", "d un ", "la ", "le ", "de la ", "l "]
                .iter()
                .find_map(|article| rest.strip_prefix(article))
                .unwrap_or(rest);
            said[..at].ends_with(' ') && ILLNESSES.iter().any(|illness| rest.starts_with(illness))
        })
    })
}

/// A number with the unit of a dose.
fn has_dose(said: &str) -> bool {
    let words: Vec<&str> = said.split_whitespace().collect();
    words.windows(2).any(|two| {
        two[0].bytes().all(|byte| byte.is_ascii_digit())
            && matches!(
                two[1],
                "mg" | "milligrammes" | "gouttes" | "comprime" | "comprimes" | "gelules" | "cachets" | "ml"
            )
    }) || words.iter().any(|word| {
        let digits = word.trim_end_matches(|sign: char| !sign.is_ascii_digit());
        !digits.is_empty() && matches!(&word[digits.len()..], "mg" | "ml")
    })
}

/// A number as telephones have it: nine digits and more in a row or in groups, the first
/// a zero or a plus before it. An emergency service has two to four; a date, a delay or
/// an identifier begins otherwise.
fn has_number(text: &str) -> bool {
    let (mut digits, mut national) = (0, false);
    for sign in text.chars() {
        match sign {
            '+' => (digits, national) = (0, true),
            '0'..='9' => {
                if digits == 0 && !national {
                    national = sign == '0';
                }
                digits += 1;
            }
            ' ' | '.' | '-' | '\u{a0}' | '\u{202f}' | '(' | ')' => {}
            _ => (digits, national) = (0, false),
        }
        if digits >= 9 && national {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_said_is_found() {
        for (text, fault) in [
            ("Prenez deux aspirines.", Fault::Medicine),
            ("Prenez votre Doliprane et rappelez demain.", Fault::Medicine),
            ("Donnez-lui un suppositoire en attendant.", Fault::Medicine),
            ("Vous pouvez prendre 500 mg toutes les six heures.", Fault::Medicine),
            ("1000mg matin et soir", Fault::Medicine),
            ("Arrêtez votre traitement jusqu'à la consultation.", Fault::Medicine),
            ("Mettez trois gouttes dans l'œil.", Fault::Medicine),
            ("Buvez un sirop, cela calme.", Fault::Medicine),
            ("Ce n'est rien.", Fault::Reassurance),
            ("Ne vous inquiétez pas, le docteur rappelle.", Fault::Reassurance),
            ("NE VOUS INQUIÉTEZ PAS", Fault::Reassurance),
            ("C'est normal à cet âge.", Fault::Reassurance),
            ("Rassurez-vous, tout va bien.", Fault::Reassurance),
            ("Ce n'est pas grave.", Fault::Reassurance),
            ("Vous avez une angine.", Fault::Diagnosis),
            ("Il s'agit d'une migraine.", Fault::Diagnosis),
            ("C'est sûrement l'angoisse, il a une grippe.", Fault::Diagnosis),
            ("Appelez le 08 99 12 34 56.", Fault::Number),
            ("Notre médecin : +33 1 99 00 00 01", Fault::Number),
            ("faites le 0899123456", Fault::Number),
        ] {
            assert!(faults(text).contains(&fault), "{text}: {:?}", faults(text));
        }
    }

    #[test]
    fn what_is_said_every_day_is_left_alone() {
        for text in [
            "Si cela s'aggrave, rappelez-nous, ou faites le 15.",
            "Je vous demande d'appeler le 15 maintenant, et de ne pas rester seul.",
            "Prenez-vous des médicaments en ce moment ?",
            "Avez-vous plus de 38,5 de fièvre ?",
            "Combien de jours de traitement vous reste-t-il ?",
            "Apportez votre carte Vitale et votre ordonnance.",
            "Avez-vous une angine ?",
            "Le docteur vous rappelle avant 18 h 30.",
            "Venez à jeun, depuis 12 heures.",
            "Le cabinet est ouvert de 8 h à 19 h, du lundi au vendredi.",
            "Renouvellement d'ordonnance",
            "Prenez rendez-vous pour renouveler votre traitement.",
            "Prenez vos boîtes de médicaments avec vous.",
            "Prenez votre ordonnance et votre carte.",
            "Fermé du 01.02.2026 au 08.02.2026.",
            "Demandez quel traitement il prend, et depuis quand.",
        ] {
            assert_eq!(faults(text), [], "{text}");
        }
    }
}
