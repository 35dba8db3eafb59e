//! What a practice can change. Empty settings give a whole interview in French.

use std::collections::BTreeMap;

use greffon_sdk::practice::ContentRef;
use greffon_sdk::script::{AnswerKind, Choice, Phase, Question};
use serde::{Deserialize, Serialize};

/// The settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Standard {
    /// Version of this content; another one withdraws it.
    pub version: String,
    pub greeting: String,
    pub phrases: Phrases,
    pub templates: Templates,
    /// Seconds per phase, by its name. A guide, never a limit.
    pub guide_seconds: BTreeMap<String, u32>,
    /// Motives in the order of the list that the operator sees.
    pub motives: Vec<MotiveSettings>,
    /// The motive that new symptoms make of a renewal.
    pub symptoms_motive: Option<String>,
    /// Required facts by kind of caller, instead of the usual ones.
    pub required: BTreeMap<String, Vec<String>>,
    /// Questions for keys of the practice's own.
    pub questions: Vec<Ask>,
    /// Frequent questions with their approved answers.
    pub faq: Vec<Faq>,
    pub delays: Delays,
}

impl Default for Standard {
    fn default() -> Self {
        Self {
            version: "1".to_owned(),
            greeting: "Cabinet médical, bonjour, que puis-je pour vous ?".to_owned(),
            phrases: Phrases::default(),
            templates: Templates::default(),
            guide_seconds: BTreeMap::new(),
            motives: Vec::new(),
            symptoms_motive: None,
            required: BTreeMap::new(),
            questions: Vec::new(),
            faq: Vec::new(),
            delays: Delays::default(),
        }
    }
}

/// What is said, by the moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Phrases {
    pub identification: String,
    pub request: String,
    /// Brings a caller back to the subject.
    pub park: String,
    pub triage: String,
    /// `{number}`: the number to call.
    pub emergency: String,
    pub transfer: String,
    pub proposal: String,
    pub slot_offered: String,
    pub slot_pending: String,
    pub slot_confirmed: String,
    pub slot_refused: String,
    pub slot_to_verify: String,
    pub callback: String,
    pub decision: String,
    pub message: String,
    pub document: String,
    pub redirect: String,
    pub recontact: String,
    pub move_appointment: String,
    pub cancel_appointment: String,
    pub requirements: String,
    pub read_back: String,
    pub closing: String,
    pub commercial: String,
    /// For the operator, when somebody speaks for the patient.
    pub third_party: String,
    /// For the operator, on a medical motive.
    pub no_advice: String,
}

impl Default for Phrases {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            identification: text("Je prends d'abord quelques informations."),
            request: text("Dites-moi ce qui vous amène."),
            park: text("Si l'appelant s'éloigne du sujet : « Je le note, revenons à votre demande. »"),
            triage: text("Quelques questions pour savoir si c'est urgent."),
            emergency: text("C'est une urgence. Restez en ligne : nous appelons le {number}."),
            transfer: text("Je vous mets en relation tout de suite."),
            proposal: text("Je cherche un rendez-vous pour vous."),
            slot_offered: text("Je vous propose le {date} à {time}."),
            slot_pending: text("Un instant, j'enregistre votre rendez-vous."),
            slot_confirmed: text("Votre rendez-vous est confirmé."),
            slot_refused: text("Cet horaire vient d'être pris. Je vous en propose un autre."),
            slot_to_verify: text("Je vérifie votre rendez-vous. Nous vous le confirmons au plus vite."),
            callback: text("Un professionnel de santé vous rappelle."),
            decision: text("Un professionnel de santé étudie votre demande."),
            message: text("Je transmets votre message."),
            document: text("Votre document est demandé."),
            redirect: text("Un autre service peut vous répondre mieux que nous."),
            recontact: text("Nous reprenons contact avec vous."),
            move_appointment: text("Je cherche un autre horaire pour votre rendez-vous."),
            cancel_appointment: text("J'annule votre rendez-vous."),
            requirements: text("Voici ce qu'il faut prévoir."),
            read_back: text("Je récapitule."),
            closing: text("Merci de votre appel. Bonne journée."),
            commercial: text("Merci, le cabinet ne donne pas suite aux démarchages. Bonne journée."),
            third_party: text(
                "L'appelant n'est pas le patient : ne rien confirmer de sa santé ni de ses rendez-vous passés.",
            ),
            no_advice: text("Noter ce qui est dit, sans l'interpréter. Jamais d'avis médical."),
        }
    }
}

/// Sentences of the recap, with what they are filled from.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Templates {
    /// `{given}` `{family}`
    pub patient: String,
    /// `{date}`
    pub birth_date: String,
    /// `{number}`
    pub phone: String,
    /// `{motive}`: health data, left out of the discreet text.
    pub motive: String,
    /// `{date}` `{time}`
    pub appointment: String,
    /// `{practitioner}`
    pub practitioner: String,
    /// `{site}`
    pub site: String,
    /// `{documents}`
    pub documents: String,
    /// `{minutes}`
    pub arrive_early: String,
    /// `{said}` `{date}` `{time}`
    pub commitment: String,
    /// `{value}`
    pub laboratory: String,
}

impl Default for Templates {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            patient: text("Pour {given} {family}."),
            birth_date: text("Date de naissance : {date}."),
            phone: text("Numéro pour vous joindre : {number}."),
            motive: text("Motif : {motive}."),
            appointment: text("Rendez-vous le {date} à {time}."),
            practitioner: text("Avec {practitioner}."),
            site: text("Lieu : {site}."),
            documents: text("À apporter : {documents}."),
            arrive_early: text("Merci d'arriver {minutes} minutes en avance."),
            commitment: text("{said} Au plus tard le {date} à {time}."),
            laboratory: text("Résultat noté : {value}."),
        }
    }
}

/// Minutes until what is promised is due.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Delays {
    pub answer_min: u32,
    pub professional_min: u32,
    pub professional_urgent_min: u32,
    pub laboratory_min: u32,
}

impl Default for Delays {
    fn default() -> Self {
        Self { answer_min: 1440, professional_min: 240, professional_urgent_min: 30, laboratory_min: 30 }
    }
}

/// What kind of request a motive is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MotiveKind {
    /// An appointment.
    #[default]
    Visit,
    /// A prescription again; new symptoms make it a visit.
    Renewal,
    /// A certificate.
    Certificate,
    /// Results of an examination.
    Results,
    /// A message to a practitioner.
    Message,
    /// A question that an approved text answers.
    Question,
    /// Another time for an appointment.
    Move,
    /// The end of an appointment.
    Cancel,
}

/// A motive of the practice.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct MotiveSettings {
    /// As the practice's file names it.
    pub id: String,
    /// None: the id is said.
    pub label: Option<String>,
    /// None: guessed from the id.
    pub kind: Option<MotiveKind>,
    /// Medical and practical questions of this motive, in order.
    #[serde(default)]
    pub questions: Vec<Ask>,
}

/// A question of the practice.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Ask {
    pub key: String,
    pub spoken: String,
    #[serde(default)]
    pub why: String,
    pub kind: AskKind,
    #[serde(default)]
    pub choices: Vec<AskChoice>,
    #[serde(default)]
    pub required: bool,
    /// Asked only when this fact has one of these answers.
    pub when: Option<When>,
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AskKind {
    YesNo,
    Single,
    Multiple,
    Number,
    Text,
    Date,
    Phone,
}

/// One possible answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AskChoice {
    pub id: String,
    pub label: String,
}

/// `{ fact = "…", is = ["yes", "unknown"] }`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    pub fact: String,
    pub is: Vec<String>,
}

/// A frequent question.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Faq {
    pub id: String,
    pub label: String,
    /// The approved answer: `id` or `id@version`.
    #[serde(with = "instruction")]
    pub instruction: ContentRef,
}

mod instruction {
    use greffon_sdk::practice::ContentRef;
    use serde::Deserialize;
    use serde::de::{Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(content: &ContentRef, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}@{}", content.id, content.version))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ContentRef, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (id, version) = text.split_once('@').unwrap_or((&text, "1"));
        if id.is_empty() || version.is_empty() {
            return Err(D::Error::custom(format_args!("\"{text}\" is no instruction: write `id` or `id@version`")));
        }
        Ok(ContentRef::in_settings(id, version))
    }
}

impl Standard {
    /// How long a phase should take.
    pub fn guide_seconds(&self, phase: Phase) -> u32 {
        let usual = match phase {
            Phase::Greeting => 5,
            Phase::Identification => 45,
            Phase::Request | Phase::Triage | Phase::Proposal => 60,
            Phase::Requirements | Phase::ReadBack => 30,
            Phase::Closing => 10,
        };
        self.guide_seconds.get(phase_name(phase)).copied().unwrap_or(usual)
    }
}

/// The name of a phase in the contract.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Greeting => "greeting",
        Phase::Identification => "identification",
        Phase::Request => "request",
        Phase::Triage => "triage",
        Phase::Proposal => "proposal",
        Phase::Requirements => "requirements",
        Phase::ReadBack => "read-back",
        Phase::Closing => "closing",
    }
}

impl From<&Ask> for Question {
    fn from(ask: &Ask) -> Self {
        let choice = |choice: &AskChoice| Choice { id: choice.id.clone(), label: choice.label.clone() };
        Self {
            key: ask.key.clone(),
            spoken: ask.spoken.clone(),
            why: ask.why.clone(),
            kind: match ask.kind {
                AskKind::YesNo => AnswerKind::YesNoUnknown,
                AskKind::Single => AnswerKind::Single,
                AskKind::Multiple => AnswerKind::Multiple,
                AskKind::Number => AnswerKind::Number,
                AskKind::Text => AnswerKind::Text,
                AskKind::Date => AnswerKind::Date,
                AskKind::Phone => AnswerKind::Phone,
            },
            choices: ask.choices.iter().map(choice).collect(),
            red_flag: false,
            required: ask.required,
        }
    }
}
