//! The usual questions by key, and those of the motive.

use greffon_sdk::practice::{Value, keys};
use greffon_sdk::script::{AnswerKind, Choice, Question};

use crate::caller::Caller;
use crate::facts::{
    CERTIFICATE_DEADLINE, CERTIFICATE_PURPOSE, Facts, LABORATORY_READ_BACK, LABORATORY_VALUE, LEAVE_MESSAGE, MESSAGE,
    NEW_SYMPTOMS, PROFESSIONAL_URGENT, QUESTION, RELATION, STILL_SUITS, TASK, WISHES,
};
use crate::french;
use crate::motive::Motive;
use crate::settings::{Ask, MotiveKind, MotiveSettings, Standard};
use crate::tone::Tone;

/// A frequent question that is none.
pub(crate) const OTHER: &str = "other";

/// The usual question for a key, as it is asked of this caller. None: there is
/// none.
pub(crate) fn usual(settings: &Standard, facts: Facts<'_>, caller: Option<Caller>, key: &str) -> Option<Question> {
    let tone = caller.map_or(Tone::Patient, Caller::tone);
    if let Some(own) = settings.questions.iter().find(|ask| ask.key == key) {
        return Some(own.question(tone));
    }
    let (kind, spoken) = match key {
        LABORATORY_VALUE if facts.has(LABORATORY_VALUE) => (AnswerKind::Text, value_again(facts).to_owned()),
        LABORATORY_READ_BACK => {
            let value = facts.text(LABORATORY_VALUE).unwrap_or_default();
            (AnswerKind::YesNoUnknown, format!("Je relis : « {value} ». C'est bien cela ?"))
        }
        _ => {
            let (kind, [patient, relative, professional]) = wording(key)?;
            (kind, tone.of(patient, relative, professional).to_owned())
        }
    };
    Some(Question {
        key: key.to_owned(),
        spoken,
        why: why(key).to_owned(),
        kind,
        choices: choices_of(settings, key),
        red_flag: false,
        required: false,
    })
}

/// Name, given name and date of birth asked for in one breath, as long as none is known.
fn identity(tone: Tone) -> &'static str {
    tone.of(
        "Pouvez-vous me donner votre nom, votre prénom et votre date de naissance ?",
        "Pouvez-vous me donner son nom, son prénom et sa date de naissance ?",
        "C'est pour quel patient, avec sa date de naissance ?",
    )
}

/// The patient's identity is one question to whoever is asked for all of it: what the answer
/// leaves out is asked for by itself.
pub(crate) fn ask_identity_at_once(
    settings: &Standard,
    caller: Option<Caller>,
    facts: Facts<'_>,
    all: &mut [Question],
) {
    let own = settings.questions.iter().any(|ask| ask.key == keys::PATIENT_FAMILY);
    let whole = [keys::PATIENT_FAMILY, keys::PATIENT_GIVEN, keys::PATIENT_BIRTH_DATE];
    let asked = |key: &&str| !facts.has(key) && all.iter().any(|question| question.key == **key);
    if own || !whole.iter().all(asked) {
        return;
    }
    let tone = caller.map_or(Tone::Patient, Caller::tone);
    let family = all.iter_mut().find(|question| question.key == keys::PATIENT_FAMILY);
    family.into_iter().for_each(|question| question.spoken = identity(tone).to_owned());
}

/// Of whoever wants to know the opening hours the name alone is noted.
pub(crate) fn ask_who_calls(all: &mut [Question]) {
    let family = all.iter_mut().find(|question| question.key == keys::PATIENT_FAMILY);
    family.into_iter().for_each(|question| question.spoken = "C'est de la part de qui ?".to_owned());
}

/// A result that is asked for again: it was read back and is not right, or nobody could
/// make out of it what was measured, how much, and in which unit.
fn value_again(facts: Facts<'_>) -> &'static str {
    match facts.position(LABORATORY_READ_BACK) > facts.position(LABORATORY_VALUE) {
        true => "Reprenons : quel examen, avec quelle valeur et quelle unité ?",
        false => "Je n'ai pas bien compris. Pouvez-vous me redonner l'examen, la valeur et l'unité ?",
    }
}

/// A question to the patient, to somebody who speaks for the patient, and to a colleague.
fn wording(key: &str) -> Option<(AnswerKind, [&'static str; 3])> {
    use AnswerKind::{Date, Phone, Single, Text, YesNoUnknown};
    let same = |spoken: &'static str| [spoken; 3];
    Some(match key {
        keys::WORDS => (Text, ["Que puis-je faire pour vous ?", "Que puis-je faire pour vous ?", "Je vous écoute."]),
        keys::CALLER_KIND => (Single, same("C'est pour vous, ou pour quelqu'un d'autre ?")),
        keys::CALLER_PHONE => (Phone, same("À quel numéro puis-je vous rappeler, si nous sommes coupés ?")),
        keys::CALLER_NAME => (
            Text,
            [
                "Quel est votre nom, s'il vous plaît ?",
                "Et vous-même, vous êtes ?",
                "Quel est votre nom, et d'où appelez-vous ?",
            ],
        ),
        RELATION => (Single, same("Vous êtes de sa famille ?")),
        keys::PATIENT_FAMILY => (
            Text,
            ["Quel est votre nom, avec le prénom ?", "Quel est son nom, avec le prénom ?", "C'est pour quel patient ?"],
        ),
        keys::PATIENT_GIVEN => (Text, ["Et votre prénom ?", "Et son prénom ?", "Et le prénom du patient ?"]),
        keys::PATIENT_BIRTH_DATE => {
            (Date, ["Et votre date de naissance ?", "Et sa date de naissance ?", "Et sa date de naissance ?"])
        }
        keys::PATIENT_KNOWN => (
            YesNoUnknown,
            [
                "Êtes-vous déjà venu chez nous ?",
                "La personne est-elle déjà venue chez nous ?",
                "Ce patient est-il suivi chez nous ?",
            ],
        ),
        keys::PATIENT_EMAIL => (Text, same("Et une adresse e-mail, pour la confirmation ?")),
        keys::PATIENT_LOCATION => (Text, same("Quelle est l'adresse exacte, avec l'étage et le code ?")),
        keys::MOTIVE => (Single, same("Et c'est à quel sujet ?")),
        WISHES => (
            Text,
            [
                "Avez-vous une préférence pour le jour, l'heure ou le médecin ?",
                "Avez-vous une préférence pour le jour, l'heure ou le médecin ?",
                "Une préférence pour le jour ou le médecin ?",
            ],
        ),
        NEW_SYMPTOMS => (
            YesNoUnknown,
            [
                "Y a-t-il quelque chose de nouveau depuis la dernière fois, une gêne, une douleur ?",
                "Y a-t-il quelque chose de nouveau depuis la dernière fois, une gêne, une douleur ?",
                "Y a-t-il des symptômes nouveaux ?",
            ],
        ),
        TASK => (Single, same("C'est pour un renseignement, ou au sujet d'un rendez-vous ?")),
        QUESTION => (Single, same("Quelle est votre question ?")),
        MESSAGE => {
            (Text, ["Que voulez-vous que je lui dise ?", "Que voulez-vous que je lui dise ?", "Que dois-je lui dire ?"])
        }
        LEAVE_MESSAGE => (YesNoUnknown, same("Voulez-vous que je laisse un message au médecin ?")),
        STILL_SUITS => (YesNoUnknown, same("Ce rendez-vous vous convient toujours ?")),
        CERTIFICATE_PURPOSE => (Text, same("C'est un certificat pour quoi, exactement ?")),
        CERTIFICATE_DEADLINE => {
            (Date, ["Il vous le faut pour quelle date ?", "Il vous le faut pour quelle date ?", "Pour quelle date ?"])
        }
        PROFESSIONAL_URGENT => (YesNoUnknown, same("Avez-vous besoin du médecin tout de suite ?")),
        LABORATORY_VALUE => (Text, same("Quel examen, avec quelle valeur et quelle unité ?")),
        keys::RECAP => (Single, same("C'est bien cela ?")),
        _ => return None,
    })
}

/// The choices of a question, as a person would say them.
fn choices_of(settings: &Standard, key: &str) -> Vec<Choice> {
    match key {
        keys::CALLER_KIND => choices(Caller::ALL.map(|one| (one.as_str(), one.label()))),
        RELATION => choices([
            ("parent", "Son père ou sa mère"),
            ("child", "Son fils ou sa fille"),
            ("partner", "Son mari, sa femme, son compagnon, sa compagne"),
            ("guardian", "Son tuteur ou sa tutrice"),
            ("carer", "Quelqu'un qui s'en occupe, un voisin"),
            ("other", "Quelqu'un d'autre"),
        ]),
        keys::MOTIVE => {
            let label = |motive: &MotiveSettings| choice(&motive.id, motive.label.as_deref().unwrap_or(&motive.id));
            settings.motives.iter().map(label).collect()
        }
        TASK => choices([
            ("question", "Un renseignement"),
            ("confirm", "Vérifier un rendez-vous"),
            ("move", "Déplacer un rendez-vous"),
            ("cancel", "Annuler un rendez-vous"),
            ("message", "Laisser un message"),
        ]),
        QUESTION => {
            let known = settings.faq.iter().map(|faq| choice(&faq.id, &faq.label));
            known.chain([choice(OTHER, "Une autre question")]).collect()
        }
        keys::RECAP => choices([
            ("confirmed", "Oui, c'est bien cela"),
            ("corrected", "Non, il faut corriger"),
            ("not-reached", "L'appelant n'était plus là"),
        ]),
        _ => Vec::new(),
    }
}

/// Why a question is asked, for the operator.
fn why(key: &str) -> &'static str {
    match key {
        keys::CALLER_PHONE => "À relire à l'appelant, chiffre par chiffre.",
        keys::PATIENT_FAMILY => "Le prénom et la date de naissance sont dits en même temps : les noter aussi.",
        keys::CALLER_NAME => "Le nom, et qui c'est pour le patient : noter les deux.",
        keys::PATIENT_BIRTH_DATE => "Premier trait d'identité à vérifier.",
        keys::WORDS => "Noter les mots de l'appelant, sans les interpréter.",
        keys::MOTIVE => "Choisir dans la liste des motifs du cabinet.",
        WISHES => "Noter aussi le jour, la demi-journée, le praticien ou le site demandés.",
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
        MotiveKind::Message => usual(MESSAGE, true).into_iter().collect(),
        MotiveKind::Confirm => usual(STILL_SUITS, false).into_iter().collect(),
        _ if general == MotiveKind::Question && !facts.has(TASK) => usual(TASK, false).into_iter().collect(),
        MotiveKind::Question => usual(QUESTION, false).into_iter().collect(),
        _ => Vec::new(),
    };
    let tone = caller.map_or(Tone::Patient, Caller::tone);
    let own = motive.settings.iter().flat_map(|motive| &motive.questions);
    let applies = |ask: &&Ask| ask.when.as_ref().is_none_or(|when| facts.is(when));
    questions.extend(own.filter(applies).map(|ask| ask.question(tone)));
    questions
}

/// Questions that the caller's own words bring up, whatever the motive.
pub(crate) fn of_words(settings: &Standard, facts: Facts<'_>, caller: Option<Caller>) -> Vec<Question> {
    let tone = caller.map_or(Tone::Patient, Caller::tone);
    let brought_up = |ask: &&Ask| {
        !ask.when_said.is_empty() && facts.said(&ask.when_said) && ask.when.as_ref().is_none_or(|when| facts.is(when))
    };
    settings.questions.iter().filter(brought_up).map(|ask| ask.question(tone)).collect()
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
