//! The usual questions by key, and those of the motive.

use greffon_sdk::practice::{Value, keys};
use greffon_sdk::script::{AnswerKind, Choice, Question};

use crate::caller::Caller;
use crate::facts::{
    CERTIFICATE_DEADLINE, CERTIFICATE_PURPOSE, Facts, LABORATORY_READ_BACK, LABORATORY_VALUE, NEW_SYMPTOMS,
    PROFESSIONAL_URGENT, QUESTION, RELATION, TASK,
};
use crate::french;
use crate::motive::Motive;
use crate::settings::{MotiveKind, Standard, When};

/// A frequent question that is none.
pub(crate) const OTHER: &str = "other";

/// The usual question for a key, as it is asked of this caller. None: there is
/// none.
pub(crate) fn usual(settings: &Standard, facts: Facts<'_>, caller: Option<Caller>, key: &str) -> Option<Question> {
    if let Some(own) = settings.questions.iter().find(|ask| ask.key == key) {
        return Some(own.into());
    }
    let is_patient = matches!(caller, None | Some(Caller::Patient));
    let to = |patient: &str, other: &str| if is_patient { patient.to_owned() } else { other.to_owned() };
    let (kind, spoken, choices) = match key {
        keys::CALLER_KIND => (
            AnswerKind::Single,
            "Qui appelle ?".to_owned(),
            choices(Caller::ALL.map(|one| (one.as_str(), one.label()))),
        ),
        keys::CALLER_NAME => (AnswerKind::Text, "Quel est votre nom, s'il vous plaît ?".to_owned(), Vec::new()),
        keys::CALLER_PHONE => {
            (AnswerKind::Phone, "À quel numéro vous rappeler si la ligne coupe ?".to_owned(), Vec::new())
        }
        RELATION => (
            AnswerKind::Single,
            "Qui êtes-vous pour le patient ?".to_owned(),
            choices([
                ("parent", "Un parent"),
                ("child", "Un enfant"),
                ("partner", "Le conjoint"),
                ("guardian", "Le tuteur ou représentant légal"),
                ("carer", "Un aidant ou un voisin"),
                ("other", "Autre"),
            ]),
        ),
        keys::PATIENT_FAMILY => (
            AnswerKind::Text,
            to("Quel est votre nom de famille ?", "Quel est le nom de famille du patient ?"),
            Vec::new(),
        ),
        keys::PATIENT_GIVEN => (AnswerKind::Text, to("Et votre prénom ?", "Et son prénom ?"), Vec::new()),
        keys::PATIENT_BIRTH_DATE => (
            AnswerKind::Date,
            to("Quelle est votre date de naissance ?", "Quelle est sa date de naissance ?"),
            Vec::new(),
        ),
        keys::PATIENT_KNOWN => (
            AnswerKind::YesNoUnknown,
            to("Êtes-vous déjà venu au cabinet ?", "Est-il déjà venu au cabinet ?"),
            Vec::new(),
        ),
        keys::PATIENT_EMAIL => {
            (AnswerKind::Text, "À quelle adresse e-mail envoyer la confirmation ?".to_owned(), Vec::new())
        }
        keys::PATIENT_LOCATION => {
            (AnswerKind::Text, to("Où êtes-vous en ce moment ?", "Où est le patient en ce moment ?"), Vec::new())
        }
        keys::WORDS => (AnswerKind::Text, "Dites-moi votre demande avec vos mots.".to_owned(), Vec::new()),
        keys::MOTIVE => (
            AnswerKind::Single,
            "Quel est le motif ?".to_owned(),
            settings
                .motives
                .iter()
                .map(|motive| choice(&motive.id, motive.label.as_deref().unwrap_or(&motive.id)))
                .collect(),
        ),
        NEW_SYMPTOMS => (AnswerKind::YesNoUnknown, "Y a-t-il des symptômes nouveaux ?".to_owned(), Vec::new()),
        TASK => (
            AnswerKind::Single,
            "Que souhaitez-vous exactement ?".to_owned(),
            choices([
                ("question", "Une information"),
                ("move", "Déplacer un rendez-vous"),
                ("cancel", "Annuler un rendez-vous"),
                ("message", "Laisser un message"),
            ]),
        ),
        QUESTION => {
            let known = settings.faq.iter().map(|faq| choice(&faq.id, &faq.label));
            (
                AnswerKind::Single,
                "Quelle est votre question ?".to_owned(),
                known.chain([choice(OTHER, "Autre question")]).collect(),
            )
        }
        CERTIFICATE_PURPOSE => (AnswerKind::Text, "Pour quoi est ce certificat ?".to_owned(), Vec::new()),
        CERTIFICATE_DEADLINE => (AnswerKind::Date, "Pour quelle date vous le faut-il ?".to_owned(), Vec::new()),
        PROFESSIONAL_URGENT => (AnswerKind::YesNoUnknown, "Est-ce urgent pour ce patient ?".to_owned(), Vec::new()),
        LABORATORY_VALUE => (AnswerKind::Text, "Quel examen, quelle valeur, quelle unité ?".to_owned(), Vec::new()),
        LABORATORY_READ_BACK => {
            let value = facts.text(LABORATORY_VALUE).unwrap_or_default();
            (AnswerKind::YesNoUnknown, format!("Je relis : « {value} ». Est-ce exact ?"), Vec::new())
        }
        keys::RECAP => (
            AnswerKind::Single,
            "Est-ce bien cela ?".to_owned(),
            choices([
                ("confirmed", "Confirmé"),
                ("corrected", "Corrigé"),
                ("not-reached", "L'appelant n'était plus là"),
            ]),
        ),
        _ => return None,
    };
    Some(Question {
        key: key.to_owned(),
        spoken,
        why: why(key).to_owned(),
        kind,
        choices,
        red_flag: false,
        required: false,
    })
}

/// Why a question is asked, for the operator.
fn why(key: &str) -> &'static str {
    match key {
        keys::CALLER_PHONE => "À relire à l'appelant, chiffre par chiffre.",
        keys::PATIENT_BIRTH_DATE => "Premier trait d'identité à vérifier.",
        keys::WORDS => "Noter les mots de l'appelant, sans les interpréter.",
        keys::MOTIVE => "Choisir dans la liste des motifs du cabinet.",
        NEW_SYMPTOMS => "Un renouvellement avec des symptômes nouveaux repasse par le tri.",
        LABORATORY_READ_BACK => "Une valeur critique est toujours relue à celui qui la donne.",
        _ => "",
    }
}

/// Questions that come with a motive, in order.
pub(crate) fn of_motive(
    settings: &Standard,
    facts: Facts<'_>,
    caller: Option<Caller>,
    motive: &Motive<'_>,
) -> Vec<Question> {
    let usual = |key: &str, required: bool| {
        usual(settings, facts, caller, key).map(|question| Question { required, ..question })
    };
    let general = motive.settings.and_then(|motive| motive.kind).unwrap_or(motive.kind);
    let mut questions: Vec<Question> = match motive.kind {
        MotiveKind::Renewal => usual(NEW_SYMPTOMS, true).into_iter().collect(),
        MotiveKind::Certificate => {
            [usual(CERTIFICATE_PURPOSE, true), usual(CERTIFICATE_DEADLINE, false)].into_iter().flatten().collect()
        }
        MotiveKind::Message => usual(keys::WORDS, true).into_iter().collect(),
        _ if general == MotiveKind::Question && !facts.has(TASK) => usual(TASK, false).into_iter().collect(),
        MotiveKind::Question if !settings.faq.is_empty() => usual(QUESTION, false).into_iter().collect(),
        _ => Vec::new(),
    };
    let own = motive.settings.iter().flat_map(|motive| &motive.questions);
    questions.extend(own.filter(|ask| ask.when.as_ref().is_none_or(|when| applies(facts, when))).map(Question::from));
    questions
}

/// Whether a fact has one of the answers; `unknown` takes `refused` along.
fn applies(facts: Facts<'_>, when: &When) -> bool {
    let is = |word: &str| when.is.iter().any(|one| one == word);
    match facts.value(&when.fact) {
        Some(Value::Yes) => is("yes"),
        Some(Value::No) => is("no"),
        Some(Value::Unknown) => is("unknown"),
        Some(Value::Refused) => is("unknown") || is("refused"),
        Some(Value::Choices(choices)) => choices.iter().any(|choice| is(choice)),
        Some(value) => value.as_text().is_some_and(is),
        None => false,
    }
}

/// An answer as it is said back.
pub(crate) fn said(key: &str, value: &Value) -> Option<String> {
    let text = value.as_text()?;
    Some(match key {
        keys::CALLER_PHONE | keys::PATIENT_PHONE => french::phone(text),
        keys::PATIENT_BIRTH_DATE => french::birth_date(text),
        _ => text.to_owned(),
    })
}

fn choices<const N: usize>(pairs: [(&str, &str); N]) -> Vec<Choice> {
    pairs.iter().map(|(id, label)| choice(id, label)).collect()
}

fn choice(id: &str, label: &str) -> Choice {
    Choice { id: id.to_owned(), label: label.to_owned() }
}
