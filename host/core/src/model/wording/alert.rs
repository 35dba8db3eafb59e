//! Letters about alerts.

use greffon_words::{Text, steps};

use super::{Letter, heard, letter, level_words, who_and_what, zone};
use crate::ids::AlertId;
use crate::model::alert::{Alert, AlertState, answer_time};
use crate::model::care::{Level, Sensitivity};
use crate::model::contact::{Contact, emergency_steps, find, steps_line};
use crate::model::practice::Practice;
use crate::model::secret::Secret;
use crate::time::Instant;

/// Tells of an alert: which signs, who, where, which number, since when, and how to take
/// it in hand. As the contact is at `now`.
#[must_use]
pub fn alert(practice: &Practice, contact: &Contact, alert: &Alert, link: Option<&str>, now: Instant) -> Letter {
    let title = match alert.level {
        Level::Vital => "URGENCE VITALE",
        _ => "TRÈS URGENT",
    };
    let mut lines = vec![format!("Alerte : {}", level_words(alert.level))];
    lines.extend(signs(practice, contact, now).into_iter().map(|sign| format!("- {sign}")));
    lines.extend(heard(contact));
    lines.push(String::new());
    lines.extend(who_and_what(practice, contact));
    lines.push(format!("Depuis : {}", zone(practice).spoken(alert.raised_at)));
    let done = steps_line(&zone(practice), &emergency_steps(contact), &of_alert(alert));
    if !done.is_empty() {
        lines.push(format!("Déroulé : {done}"));
    }
    if let Some(promised) = alert.promised {
        lines.push(format!("Rappel ou décision promis avant : {}", zone(practice).spoken(promised)));
    }
    lines.push(String::new());
    lines.push(match link {
        Some(link) => format!("Pour la prendre en charge : {link}"),
        None if alert.state == AlertState::Open => "Prenez-la en charge dans greffon.".to_owned(),
        None => in_hand(practice, alert),
    });
    if alert.state == AlertState::Open {
        let minutes = answer_time(alert.level).as_secs() / 60;
        lines.push(format!("Sans réponse dans les {minutes} minutes, la personne suivante est prévenue."));
    }
    lines.push(format!("Demande : {}", contact.id));
    let mut letter = letter(practice, "host.alert", format!("{title} : alerte"), lines, Sensitivity::Health);
    letter.link = link.map(str::to_owned);
    letter
}

/// What was done about the alert itself; nothing while it is being raised.
fn of_alert(alert: &Alert) -> Vec<(Instant, Text)> {
    let sent = alert.told.first().map(|told| (told.at, steps::alert_sent()));
    let taken = alert.acknowledged.iter().map(|one| (one.at, steps::alert_taken()));
    let ended = alert.end.iter().map(|end| (end.at, steps::alert_ended()));
    sent.into_iter().chain(taken).chain(ended).collect()
}

/// Where a recipient opens an alert with their own code: `None` when they have none, or
/// the installation has no public address.
#[must_use]
pub fn alert_link(practice: &Practice, person: &str, alert: AlertId, secret: &Secret) -> Option<String> {
    let origin = practice.supervision.origin.as_ref()?;
    practice.recipients.get(person)?.code.as_ref()?;
    Some(format!("{origin}/alerte/{alert}/{}", secret.expose()))
}

/// Why the level is what it is, in plain words.
fn signs(practice: &Practice, contact: &Contact, now: Instant) -> Vec<String> {
    let known = contact.assessment.as_ref().map(|assessment| &assessment.reasons);
    let found = find(practice, contact, now).reasons;
    let reasons = known.filter(|reasons| !reasons.is_empty()).unwrap_or(&found);
    reasons.iter().map(|reason| reason.text.clone()).collect()
}

fn in_hand(practice: &Practice, alert: &Alert) -> String {
    match (&alert.end, alert.acknowledged.last()) {
        (Some(end), _) => format!("Terminée {}.", zone(practice).spoken(end.at)),
        (None, Some(last)) => format!("Prise en charge {}.", zone(practice).spoken(last.at)),
        (None, None) => String::new(),
    }
}
