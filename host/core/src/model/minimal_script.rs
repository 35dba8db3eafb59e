//! The script that the host itself follows when the practice's script plugin
//! gives no answer: identity, request, recap. French, without medical content.

use super::care::{Fact, keys, latest};
use super::practice::Practice;
use super::script::{BookingProgress, Phase, Prompt, ReadBack, Session, View};
use super::triage::{AnswerKind, Choice, Question};

/// The view of a session.
#[must_use]
pub fn render(practice: &Practice, session: &Session) -> View {
    let greeting = practice.greeting.clone().unwrap_or_else(|| format!("{}, bonjour.", practice.name));
    let mut prompts = vec![prompt(Phase::Greeting, greeting, Vec::new())];
    let mut missing = Vec::new();
    let mut ask = |phase: Phase, spoken: &str, questions: Vec<Question>| {
        let open: Vec<Question> =
            questions.into_iter().filter(|question| latest(&session.facts, &question.key).is_none()).collect();
        missing.extend(open.iter().filter(|question| question.required).map(|question| question.key.clone()));
        if !open.is_empty() {
            prompts.push(prompt(phase, spoken.to_owned(), open));
        }
    };
    let caller = latest(&session.facts, keys::CALLER_KIND).and_then(|fact| fact.value.as_text());
    // A sales call leaves no name.
    if caller != Some("commercial") {
        // A result is what a laboratory calls for.
        let asked = if caller == Some("laboratory") { result(session) } else { request(practice) };
        ask(Phase::Request, "D'accord.", asked);
        ask(Phase::Identification, "Je note.", identity());
    }
    let recap = missing.is_empty().then(|| recap(practice, session));
    if let Some(recap) = &recap {
        prompts.push(prompt(Phase::ReadBack, recap.text.clone(), Vec::new()));
    }
    let may_close = missing.is_empty();
    View { prompts, missing, may_close, recap, effects: Vec::new() }
}

fn identity() -> Vec<Question> {
    vec![
        Question {
            choices: [
                ("patient", "Pour moi"),
                ("relative", "Pour un proche"),
                ("professional", "Je suis un confrère, une infirmière, un pharmacien"),
                ("laboratory", "J'appelle d'un laboratoire"),
                ("commercial", "Une proposition commerciale"),
                ("internal", "Je suis du cabinet"),
                ("unknown", "Autre chose"),
            ]
            .map(|(id, label)| Choice { id: id.to_owned(), label: label.to_owned() })
            .to_vec(),
            ..question(keys::CALLER_KIND, "C'est pour vous, ou pour quelqu'un d'autre ?", AnswerKind::Single)
        },
        question(keys::PATIENT_FAMILY, "Quel est le nom du patient ?", AnswerKind::Text),
        question(keys::PATIENT_GIVEN, "Et son prénom ?", AnswerKind::Text),
        question(keys::PATIENT_BIRTH_DATE, "Et sa date de naissance ?", AnswerKind::Date),
        question(keys::CALLER_PHONE, "À quel numéro puis-je vous rappeler, si nous sommes coupés ?", AnswerKind::Phone),
    ]
}

fn request(practice: &Practice) -> Vec<Question> {
    let choices = practice.motives.iter().map(|motive| Choice { id: motive.id.0.clone(), label: motive.label.clone() });
    vec![
        Question { required: false, ..question(keys::WORDS, "Que puis-je faire pour vous ?", AnswerKind::Text) },
        Question {
            choices: choices.collect(),
            ..question(keys::MOTIVE, "Et c'est à quel sujet ?", AnswerKind::Single)
        },
    ]
}

/// The result, and once it is there whether it was written down right.
fn result(session: &Session) -> Vec<Question> {
    let value = "Quel examen, avec quelle valeur et quelle unité ?";
    let mut asked = vec![question(keys::LABORATORY_VALUE, value, AnswerKind::Text)];
    if let Some(value) = latest(&session.facts, keys::LABORATORY_VALUE).and_then(spoken) {
        let read_back = format!("Je relis : « {value} ». C'est bien cela ?");
        asked.push(question(keys::LABORATORY_READ_BACK, &read_back, AnswerKind::YesNoUnknown));
    }
    asked
}

fn recap(practice: &Practice, session: &Session) -> ReadBack {
    let text = |key: &str| latest(&session.facts, key).and_then(spoken);
    let mut lines = Vec::new();
    let mut facts = Vec::new();
    let mut say = |label: &str, key: &str, text: Option<String>| {
        if let Some(text) = text {
            lines.push(format!("{label} : {text}."));
            facts.push(key.to_owned());
        }
    };
    say("Nom", keys::PATIENT_FAMILY, text(keys::PATIENT_FAMILY));
    say("Prénom", keys::PATIENT_GIVEN, text(keys::PATIENT_GIVEN));
    say("Né(e) le", keys::PATIENT_BIRTH_DATE, text(keys::PATIENT_BIRTH_DATE));
    say("Numéro", keys::CALLER_PHONE, text(keys::CALLER_PHONE));
    let motive = text(keys::MOTIVE).and_then(|id| practice.motive(&id.as_str().into()));
    say("Motif", keys::MOTIVE, motive.map(|motive| motive.label.clone()));
    say("Résultat", keys::LABORATORY_VALUE, text(keys::LABORATORY_VALUE));
    if let Some(appointment) = &session.appointment {
        lines.push(match appointment.state {
            BookingProgress::Confirmed => format!("Rendez-vous : {}.", appointment.start_local.replace('T', " à ")),
            BookingProgress::Refused | BookingProgress::None => "Aucun rendez-vous n'est pris.".to_owned(),
            BookingProgress::Pending | BookingProgress::ToVerify => {
                "Le rendez-vous reste à vérifier : nous vous le confirmons.".to_owned()
            }
        });
    }
    lines.extend(session.commitments.iter().map(|commitment| commitment.said.clone()));
    let confirmed =
        latest(&session.facts, keys::RECAP).and_then(|fact| fact.value.as_text()).map(|said| said == "confirmed");
    ReadBack { text: lines.join(" "), facts, confirmed }
}

fn spoken(fact: &Fact) -> Option<String> {
    fact.value.as_text().map(str::to_owned)
}

fn question(key: &str, spoken: &str, kind: AnswerKind) -> Question {
    Question {
        key: key.to_owned(),
        spoken: spoken.to_owned(),
        why: String::new(),
        kind,
        choices: Vec::new(),
        red_flag: false,
        required: true,
    }
}

fn prompt(phase: Phase, spoken: String, asks: Vec<Question>) -> Prompt {
    Prompt { phase, spoken, hint: None, asks, guide_seconds: None }
}
