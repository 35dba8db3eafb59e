//! What a practitioner changed in the agenda by hand, told to those who must act on it.

use super::{Happened, IN_AGENDA, Letter, Visit, host_content, letter, name, to_patient, zone};
use crate::ids::{AgendaId, FeatureId};
use crate::model::care::Sensitivity;
use crate::model::person::Person;
use crate::model::practice::Practice;
use crate::model::standing::Difference;
use crate::time::Instant;

/// Tells the reception that an appointment is not in the agenda as greffon wrote it: what is
/// there now, and what to say to the patient; `others` are times that were free when it was seen, and
/// until when they are kept for the patient, and `untold` says that news of it waits for whoever
/// decides.
#[must_use]
pub fn changed_in_agenda(
    practice: &Practice,
    difference: Difference,
    patient: &Person,
    visit: Visit<'_>,
    (others, kept_until): (&[Instant], Option<Instant>),
    untold: bool,
) -> Letter {
    let (subject, first) = match difference {
        Difference::Moved(_) => (
            "Rendez-vous déplacé dans l'agenda",
            "Un rendez-vous a été déplacé directement dans l'agenda. Le patient n'en sait rien.",
        ),
        Difference::Gone => (
            "Rendez-vous supprimé dans l'agenda",
            "Un rendez-vous a été supprimé directement dans l'agenda. Le patient n'en sait rien.",
        ),
        Difference::Double => (
            "Deux rendez-vous à la même heure",
            "Quelqu'un a écrit dans l'agenda par-dessus un rendez-vous. Les deux y sont : voyez lequel reste.",
        ),
        Difference::Unclear => (
            "Rendez-vous à vérifier dans l'agenda",
            "L'agenda ne montre plus clairement ce rendez-vous. Regardez s'il y est, et à quelle heure.",
        ),
    };
    let mut lines = vec![first.to_owned(), String::new()];
    lines.extend(whose(patient, visit));
    lines.push(format!("Heure donnée au patient : {}", zone(practice).spoken(visit.start)));
    if let Difference::Moved(to) = difference {
        lines.push(format!("Heure dans l'agenda : {}", zone(practice).spoken(to.start)));
    }
    if untold {
        let waits = "Aucune confirmation écrite n'est encore partie au patient. \
                     Elle partira si vous gardez son rendez-vous ; sinon, rappelez-le.";
        lines.push(waits.to_owned());
    }
    if let Some(words) = for_the_patient(practice, difference, visit) {
        lines.extend([String::new(), "À dire au patient :".to_owned(), words]);
    }
    if !others.is_empty() {
        let heading = match kept_until {
            Some(until) => format!(
                "Horaires gardés pour ce patient jusqu'au {} (déplacez-y son rendez-vous) :",
                zone(practice).spoken(until)
            ),
            None => "Horaires encore libres au moment de ce message :".to_owned(),
        };
        lines.extend([String::new(), heading]);
        lines.extend(others.iter().map(|start| format!("- {}", zone(practice).spoken(*start))));
    }
    letter(practice, "host.agenda-changed", subject.to_owned(), lines, Sensitivity::Personal)
}

/// What a patient is told of it, by voice; `None` while there is nothing certain to tell.
#[must_use]
pub fn for_the_patient(practice: &Practice, difference: Difference, visit: Visit<'_>) -> Option<String> {
    let was = zone(practice).spoken(visit.start);
    let with = visit.practitioner.map_or(String::new(), |one| format!(" avec {}", one.name));
    match difference {
        Difference::Moved(to) => {
            let to: Instant = to.start;
            Some(format!("Votre rendez-vous{with}, prévu {was}, est déplacé {}.", zone(practice).spoken(to)))
        }
        Difference::Gone => Some(format!(
            "Votre rendez-vous{with}, prévu {was}, ne pourra pas avoir lieu. Je vous propose un autre horaire."
        )),
        Difference::Double | Difference::Unclear => None,
    }
}

/// The letter that a patient would get of it; `None` while there is nothing certain to tell.
#[must_use]
pub fn letter_of_change(practice: &Practice, difference: Difference, visit: Visit<'_>) -> Option<Letter> {
    let letter = match difference {
        Difference::Moved(to) => to_patient(practice, Happened::Moved, Visit { start: to.start, ..visit }),
        Difference::Gone => to_patient(practice, Happened::Cancelled, visit),
        Difference::Double | Difference::Unclear => return None,
    };
    let template = host_content(&format!("{}{IN_AGENDA}", letter.template.id));
    Some(Letter { template, ..letter })
}

/// Tells the reception that an appointment which somebody had struck out of the agenda is there
/// again.
#[must_use]
pub fn appointment_back(practice: &Practice, patient: &Person, visit: Visit<'_>) -> Letter {
    let mut lines = vec![
        "Un rendez-vous supprimé dans l'agenda y est revenu. Le patient a peut-être appris qu'il était annulé."
            .to_owned(),
        String::new(),
    ];
    lines.extend(whose(patient, visit));
    lines.push(format!("Heure dans l'agenda : {}", zone(practice).spoken(visit.start)));
    lines.push(String::new());
    lines.push("Demandez au praticien s'il est maintenu, prévenez le patient, et dites-le dans greffon.".to_owned());
    letter(practice, "host.booking-back", "Rendez-vous revenu dans l'agenda".to_owned(), lines, Sensitivity::Personal)
}

/// Of whom a letter to the reception is, and with whom.
pub(super) fn whose(patient: &Person, visit: Visit<'_>) -> Vec<String> {
    let phone = patient.phone.as_ref().map(|phone| format!("Numéro : {phone}"));
    let practitioner = visit.practitioner.map(|one| format!("Avec : {}", one.name));
    std::iter::once(format!("Patient : {}", name(patient))).chain(phone).chain(practitioner).collect()
}

/// Tells the reception that so many appointments have vanished from an agenda at once that
/// greffon believes in no one's hand before somebody has looked.
#[must_use]
pub fn agenda_emptied(practice: &Practice, feature: &FeatureId, agenda: &AgendaId, vanished: u32) -> Letter {
    let lines = vec![
        format!("{vanished} rendez-vous ont disparu d'un coup de l'agenda {agenda} ({feature})."),
        "greffon n'en annule aucun : ce peut être une panne, un calendrier remplacé ou vidé par erreur.".to_owned(),
        "Regardez l'agenda. S'ils sont vraiment annulés, annulez-les dans greffon et prévenez les patients.".to_owned(),
    ];
    let subject = "Agenda vidé : à vérifier".to_owned();
    letter(practice, "host.agenda-emptied", subject, lines, Sensitivity::Personal)
}
