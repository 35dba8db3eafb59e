//! Everything that the host writes to people, in French. One letter a function.
//!
//! To patients: date, place, name and what to bring, nothing of their health,
//! not even the motive. To the practice: what it needs to act.

mod absence;
mod agenda;
mod alert;
mod alert_test;
mod failure;
mod offer;
mod promise;
mod promised;
mod recovery;

pub use absence::displaced;
pub use agenda::{agenda_emptied, appointment_back, changed_in_agenda, for_the_patient, letter_of_change};
pub use alert::{alert, alert_link};
pub use alert_test::{alert_test, alert_test_missed};
use failure::failure_words;
pub use offer::offer;
pub use promise::{beyond_room, said};
use promised::promised_for;
pub use recovery::recovered;

use super::care::{ContentRef, Fact, Level, Sensitivity, Value, keys, latest};
use super::civil::Zone;
use super::commitment::{CHECK_APPOINTMENT, Commitment, MOVE_APPOINTMENT, TELL_PATIENT, VERIFY_BOOKING};
use super::contact::{Contact, host_content, patient_of};
use super::intent::Intent;
use super::message::Message;
use super::patient::Wishes;
use super::person::Person;
use super::practice::{Motive, Practice, Practitioner, Site};
use super::red_flags::{CoreFlag, core_set};
use crate::ids::MotiveId;
use crate::time::Instant;

/// A text ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which text of the host's it is.
    pub template: ContentRef,
    /// Subject.
    pub subject: String,
    /// Text.
    pub body: String,
    /// What it reveals.
    pub sensitivity: Sensitivity,
    /// Where its recipient reads what a channel may not carry.
    pub link: Option<String>,
}

/// Prefix of the templates that tell of an appointment: worthless once the
/// appointment has changed again.
pub const APPOINTMENT_TEMPLATES: &str = "host.appointment-";

/// How the template ends of a letter about what somebody changed in the agenda: nobody on the line
/// has said it.
const IN_AGENDA: &str = ".in-agenda";

/// The letter that tells a patient of an appointment which somebody struck out of the agenda.
pub const STRUCK_OUT_IN_AGENDA: &str = "host.appointment-cancelled.in-agenda";

/// Whether a letter of this template tells of what somebody changed in the agenda.
#[must_use]
pub fn is_of_agenda(template: &str) -> bool {
    template.starts_with(APPOINTMENT_TEMPLATES) && template.ends_with(IN_AGENDA)
}

/// Longest text of a caller's own words in a letter, in characters.
const MAX_WORDS: usize = 4000;

/// What happened to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// It was booked.
    Booked,
    /// It has another time.
    Moved,
    /// It was called off.
    Cancelled,
}

impl Happened {
    fn code(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Moved => "moved",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An appointment, as letters speak of it.
#[derive(Clone, Copy)]
pub struct Visit<'a> {
    /// When it starts.
    pub start: Instant,
    /// With whom.
    pub practitioner: Option<&'a Practitioner>,
    /// Where.
    pub site: Option<&'a Site>,
    /// What for.
    pub motive: Option<&'a Motive>,
}

/// Tells the patient of an appointment. No word of health.
#[must_use]
pub fn to_patient(practice: &Practice, happened: Happened, visit: Visit<'_>) -> Letter {
    let when = zone(practice).spoken(visit.start);
    let (subject, first) = match happened {
        Happened::Booked => ("Votre rendez-vous est confirmé", "Votre rendez-vous est confirmé :"),
        Happened::Moved => ("Votre rendez-vous a changé d'heure", "Votre rendez-vous a changé. Il a lieu :"),
        Happened::Cancelled => ("Votre rendez-vous est annulé", "Ce rendez-vous est annulé :"),
    };
    let mut lines = vec!["Bonjour,".to_owned(), String::new(), first.to_owned(), when];
    if let Some(practitioner) = visit.practitioner {
        lines.push(format!("avec {}", practitioner.name));
    }
    if happened != Happened::Cancelled {
        if let Some(site) = visit.site {
            lines.push(match &site.address {
                Some(address) => format!("{}, {address}", site.name),
                None => site.name.clone(),
            });
        }
        if let Some(motive) = visit.motive {
            match motive.arrive_early_min {
                0 => {}
                1 => lines.push("Merci d'arriver 1 minute en avance.".to_owned()),
                minutes => lines.push(format!("Merci d'arriver {minutes} minutes en avance.")),
            }
            if !motive.documents.is_empty() {
                lines.push(format!("À apporter : {}.", motive.documents.join(", ")));
            }
        }
    }
    let number = practice.phone.as_deref();
    let change = match happened {
        Happened::Cancelled => "Pour un autre rendez-vous, contactez le cabinet",
        _ => "Pour changer ou annuler, contactez le cabinet",
    };
    lines.push(String::new());
    lines.push(number.map_or(format!("{change}."), |number| format!("{change} au {number}.")));
    let template = format!("{APPOINTMENT_TEMPLATES}{}", happened.code());
    letter(practice, &template, subject.to_owned(), lines, Sensitivity::Personal)
}

/// Tells the practitioner of an appointment.
#[must_use]
pub fn to_practitioner(practice: &Practice, happened: Happened, visit: Visit<'_>, patient: &Person) -> Letter {
    let when = zone(practice).spoken(visit.start);
    let what = match happened {
        Happened::Booked => "Nouveau rendez-vous",
        Happened::Moved => "Rendez-vous déplacé",
        Happened::Cancelled => "Rendez-vous annulé",
    };
    let mut lines = vec![format!("{what} : {when}"), format!("Patient : {}", name(patient))];
    if let Some(motive) = visit.motive {
        lines.push(format!("Motif : {}", motive.label));
    }
    if let Some(site) = visit.site {
        lines.push(format!("Lieu : {}", site.name));
    }
    let template = format!("{APPOINTMENT_TEMPLATES}{}.practitioner", happened.code());
    letter(practice, &template, format!("{what}, {when}"), lines, Sensitivity::Health)
}

/// What a practitioner or the reception must know or do about a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Call the patient back.
    Callback,
    /// Decide.
    Decision,
    /// Answer.
    Answer,
    /// Make a document ready.
    Document,
}

impl Ask {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Callback => ("host.callback", "Patient à rappeler"),
            Self::Decision => ("host.decision", "Décision à prendre"),
            Self::Answer => ("host.answer", "Message à traiter"),
            Self::Document => ("host.document", "Document à préparer"),
        }
    }
}

/// Hands a contact over to the practice: who, for whom, which number, what, how
/// urgent, why, until when.
#[must_use]
pub fn hand_over(practice: &Practice, contact: &Contact, ask: Ask, promised: &Commitment) -> Letter {
    let (template, title) = ask.words();
    let level = contact.level.unwrap_or(Level::Routine);
    let mut lines = vec![format!("{title} — {}", level_words(level))];
    lines.push(promised_for(practice, promised));
    lines.push(String::new());
    lines.extend(who_and_what(practice, contact));
    if let Some(assessment) = &contact.assessment {
        lines.extend(assessment.reasons.iter().map(|reason| format!("- {}", reason.text)));
    }
    lines.extend(heard(contact));
    lines.push(format!("Demande : {}", contact.id));
    let subject = match level {
        Level::Vital => format!("URGENCE VITALE : {}", title.to_lowercase()),
        Level::VeryUrgent => format!("TRÈS URGENT : {}", title.to_lowercase()),
        _ => title.to_owned(),
    };
    letter(practice, template, subject, lines, Sensitivity::Health)
}

/// Which signs of danger were heard, and in which words.
fn heard(contact: &Contact) -> Vec<String> {
    let hearing = contact.hearing.of(&contact.facts);
    let line = |core: &CoreFlag| {
        let words = hearing.words(&core.flag.id, &contact.facts)?;
        Some(format!("- Entendu : « {} » ({})", shortened(words), core.label))
    };
    core_set().iter().filter_map(line).collect()
}

/// A message that a script proposes: an approved text of the practice when the
/// template names one, the facts that the script chose, and the caller's words.
#[must_use]
pub fn of_script(
    practice: &Practice,
    contact: &Contact,
    template: &ContentRef,
    facts: &[String],
    verbatim: Option<&str>,
) -> Letter {
    let approved = practice.instructions.iter().find(|one| one.id == template.id);
    let mut lines = Vec::new();
    if let Some(instruction) = approved {
        lines.extend([instruction.text.clone(), String::new()]);
    }
    lines.extend(who_and_what(practice, contact));
    for key in facts {
        if let Some(fact) = latest(&contact.facts, key) {
            lines.push(format!("{key} : {}", value_words(&fact.value)));
        }
    }
    if let Some(words) = verbatim {
        lines.push(format!("« {} »", shortened(words)));
    }
    lines.push(format!("Demande : {}", contact.id));
    let mut letter = letter(practice, "", "Message de l'accueil".to_owned(), lines, Sensitivity::Health);
    letter.template = template.clone();
    letter
}

/// An approved text of the practice, sent to the patient as it is.
#[must_use]
pub fn approved_text(practice: &Practice, template: &ContentRef) -> Option<Letter> {
    let instruction = practice.instructions.iter().find(|one| one.id == template.id)?;
    let lines = vec!["Bonjour,".to_owned(), String::new(), instruction.text.clone()];
    let mut letter = letter(practice, "", format!("Un message de {}", practice.name), lines, Sensitivity::Health);
    letter.template = template.clone();
    Some(letter)
}

/// What somebody is told of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// It is due soon.
    Soon,
    /// It is late.
    Late,
    /// It is late still, and somebody was told of that.
    StillLate,
}

/// Reminds the owner of a promise that is due soon, or tells those above that it
/// is late. Says nothing of the patient.
#[must_use]
pub fn about_promise(practice: &Practice, commitment: &Commitment, reminder: Reminder) -> Letter {
    let (template, subject) = match reminder {
        Reminder::Soon => ("host.commitment-warning", "Engagement à tenir bientôt"),
        Reminder::Late => ("host.commitment-late", "Engagement en retard"),
        Reminder::StillLate => ("host.commitment-still-late", "Engagement toujours pas tenu"),
    };
    let lines = vec![
        format!("{subject} : {}", promise_words(&commitment.what)),
        promised_for(practice, commitment),
        format!("Responsable : {}", commitment.owner),
        format!("Engagement : {}", commitment.id),
        format!("Demande : {}", commitment.contact),
    ];
    letter(practice, template, subject.to_owned(), lines, Sensitivity::Personal)
}

/// Tells the patient that a promise has another time.
#[must_use]
pub fn promise_moved(practice: &Practice, due: Instant) -> Letter {
    let lines = vec![
        "Bonjour,".to_owned(),
        String::new(),
        "La réponse que nous vous devons prendra plus de temps que prévu.".to_owned(),
        format!("Vous l'aurez avant : {}.", zone(practice).spoken(due)),
    ];
    let subject = "Votre demande est toujours suivie".to_owned();
    letter(practice, "host.commitment-moved", subject, lines, Sensitivity::Personal)
}

/// Tells the reception that a message did not arrive, or perhaps not. `about` is the contact
/// of what a patient should have been told and has not heard: whom to call, what to say, and
/// what they do not want.
#[must_use]
pub fn message_lost(practice: &Practice, message: &Message, about: Option<&Contact>, wishes: &Wishes) -> Letter {
    let code = message.failure.as_deref().unwrap_or("unknown");
    let first = if code == "uncertain" {
        "Un message est peut-être parti, peut-être pas. Il n'est pas renvoyé tout seul."
    } else {
        "Un message n'est pas parti et ne partira pas."
    };
    let mut lines = vec![
        first.to_owned(),
        format!("Destinataire : {}", message.recipient),
        format!("Raison : {}", failure_words(code)),
        format!("Message : {}", message.id),
    ];
    let mut sensitivity = Sensitivity::Personal;
    if let Some(contact) = about {
        lines.extend(who_and_what(practice, contact));
        lines.extend(wishes.notes().map(|note| note.to_string()));
        lines.extend([String::new(), "À dire de vive voix :".to_owned(), message.body.clone()]);
        sensitivity = Sensitivity::Health;
    }
    letter(practice, "host.message-lost", "Message non remis".to_owned(), lines, sensitivity)
}

/// Asks the reception to find out whether a booking stands.
#[must_use]
pub fn booking_to_verify(practice: &Practice, intent: &Intent) -> Letter {
    let mut lines = vec![
        "Réservation à vérifier dans l'agenda. Ne pas la ressaisir avant.".to_owned(),
        "Rien n'a été dit au patient.".to_owned(),
    ];
    lines.extend(which_booking(practice, intent));
    letter(practice, "host.booking-to-verify", "Réservation à vérifier".to_owned(), lines, Sensitivity::Personal)
}

/// Asks the reception to call a patient whose booking came to nothing after it
/// had been called uncertain.
#[must_use]
pub fn booking_failed(practice: &Practice, intent: &Intent) -> Letter {
    let mut lines = vec![
        "Une réservation restée incertaine a finalement été refusée par l'agenda.".to_owned(),
        "Rappelez le patient pour lui proposer un autre horaire.".to_owned(),
    ];
    lines.extend(which_booking(practice, intent));
    let subject = "Patient à rappeler : rendez-vous non pris".to_owned();
    letter(practice, "host.booking-failed", subject, lines, Sensitivity::Personal)
}

/// Stands for a letter that a channel may not carry.
#[must_use]
pub fn discreet(practice: &Practice, level: Level, to_patient: bool, link: Option<&str>) -> (String, String) {
    let subject = match level {
        Level::Vital | Level::VeryUrgent if !to_patient => "Message prioritaire dans greffon",
        _ => "Un message vous attend",
    };
    let text = match link {
        _ if to_patient => "Bonjour,\n\nLe cabinet a un message pour vous. Merci de le contacter.".to_owned(),
        Some(link) => format!("Un message vous attend dans greffon :\n{link}"),
        None => "Un message vous attend dans greffon : ouvrez l'application pour le lire.".to_owned(),
    };
    let number = practice.phone.as_deref().filter(|_| to_patient).map(|number| format!("\n{number}"));
    (subject.to_owned(), format!("{text}{}\n\n{}", number.unwrap_or_default(), practice.name))
}

/// Stands for a letter to a patient who does not want its sender to be named: who else reads
/// it learns nothing.
#[must_use]
pub fn unnamed() -> (String, String) {
    let text = "Bonjour,\n\nVous avez un message. Merci de rappeler votre correspondant habituel.";
    ("Vous avez un message".to_owned(), text.to_owned())
}

/// A level, as people say it.
#[must_use]
pub fn level_words(level: Level) -> &'static str {
    match level {
        Level::Vital => "urgence vitale",
        Level::VeryUrgent => "très urgent",
        Level::SameDay => "dans la journée",
        Level::Soon => "sous quelques jours",
        Level::Routine => "sans urgence",
    }
}

fn promise_words(what: &str) -> &str {
    match what {
        "callback" => "rappel par un professionnel",
        "decision" => "décision d'un professionnel",
        "answer" => "réponse à un message",
        "document" => "document à préparer",
        VERIFY_BOOKING => "réservation à vérifier",
        TELL_PATIENT => "message à dire au patient de vive voix",
        CHECK_APPOINTMENT => "rendez-vous à vérifier dans l'agenda",
        MOVE_APPOINTMENT => "rendez-vous à déplacer",
        other => other,
    }
}

fn who_and_what(practice: &Practice, contact: &Contact) -> Vec<String> {
    let text = |key: &str| latest(&contact.facts, key).and_then(|fact| fact.value.as_text());
    let patient = patient_of(&contact.facts);
    let mut lines = vec![format!("Patient : {}", name(&patient))];
    if let Some(born) = &patient.birth_date {
        lines.push(format!("Né(e) le : {born}"));
    }
    if let Some(caller) = text(keys::CALLER_NAME) {
        lines.push(format!("Appelant : {caller}"));
    }
    let number = text(keys::CALLER_PHONE).or(patient.phone.as_deref()).or(contact.origin.as_deref());
    lines.push(format!("Numéro : {}", number.unwrap_or("non communiqué")));
    if let Some(location) = text(keys::PATIENT_LOCATION) {
        lines.push(format!("Se trouve : {location}"));
    }
    let motive = text(keys::MOTIVE).and_then(|id| practice.motive(&MotiveId::from(id)));
    lines.push(format!("Motif : {}", motive.map_or("non précisé", |motive| motive.label.as_str())));
    lines.extend(words_of(&contact.facts));
    lines
}

/// The caller's own words, as they were said (features.md 95).
fn words_of(facts: &[Fact]) -> Vec<String> {
    facts
        .iter()
        .filter(|fact| fact.key == keys::WORDS)
        .filter_map(|fact| fact.value.as_text())
        .map(|words| format!("« {} »", shortened(words)))
        .collect()
}

fn which_booking(practice: &Practice, intent: &Intent) -> Vec<String> {
    let request = &intent.request;
    vec![
        format!("Agenda : {} ({})", request.agenda, intent.feature),
        format!("Heure : {}", zone(practice).spoken(request.span.start)),
        format!("Réservation : {}", intent.id),
    ]
}

fn value_words(value: &Value) -> String {
    match value {
        Value::Yes => "oui".to_owned(),
        Value::No => "non".to_owned(),
        Value::Unknown => "ne sait pas".to_owned(),
        Value::Refused => "ne souhaite pas répondre".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Choices(choices) => choices.join(", "),
        Value::Choice(text) | Value::Text(text) | Value::Date(text) | Value::Phone(text) => shortened(text),
    }
}

fn name(person: &Person) -> String {
    let given = person.given.join(" ");
    match (person.family.trim(), given.trim()) {
        ("", "") => "non communiqué".to_owned(),
        (family, "") => family.to_owned(),
        ("", given) => given.to_owned(),
        (family, given) => format!("{given} {family}"),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_WORDS).collect()
}

fn letter(
    practice: &Practice,
    template: &str,
    subject: String,
    mut lines: Vec<String>,
    sensitivity: Sensitivity,
) -> Letter {
    lines.push(String::new());
    lines.push(practice.name.clone());
    if practice.demo {
        lines.push("Démonstration : personnes et demandes sont fictives.".to_owned());
    }
    Letter { template: host_content(template), subject, body: lines.join("\n"), sensitivity, link: None }
}

fn zone(practice: &Practice) -> Zone {
    Zone::named_or_utc(&practice.time_zone)
}
