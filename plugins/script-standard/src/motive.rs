//! What the caller wants, and what kind of request that is.

use greffon_sdk::practice::keys;

use crate::facts::{Facts, TASK};
use crate::french;
use crate::settings::{MotiveKind, MotiveSettings, Standard};

/// Beginnings of the words, in a motive's id, that tell its kind where the
/// settings do not.
const STEMS: [(&str, MotiveKind); 16] = [
    ("renouvel", MotiveKind::Renewal),
    ("ordonnance", MotiveKind::Renewal),
    ("certificat", MotiveKind::Certificate),
    ("resultat", MotiveKind::Results),
    ("message", MotiveKind::Message),
    ("question", MotiveKind::Question),
    ("administrati", MotiveKind::Question),
    ("horaire", MotiveKind::Question),
    ("renseignement", MotiveKind::Question),
    ("deplace", MotiveKind::Move),
    ("report", MotiveKind::Move),
    ("changement", MotiveKind::Move),
    ("annul", MotiveKind::Cancel),
    ("confirm", MotiveKind::Confirm),
    ("joindre", MotiveKind::Message),
    ("renewal", MotiveKind::Renewal),
];

/// The motive of a session.
#[derive(Clone, Copy)]
pub(crate) struct Motive<'a> {
    /// The practice's id for it.
    pub id: &'a str,
    pub kind: MotiveKind,
    /// What it is about, where the motive is a general one.
    task: Option<&'a str>,
    /// What the settings say about it. None: nothing.
    pub settings: Option<&'a MotiveSettings>,
}

impl<'a> Motive<'a> {
    /// None: not told, or the caller cannot say.
    pub fn of(settings: &'a Standard, facts: Facts<'a>) -> Option<Self> {
        let id = facts.text(keys::MOTIVE)?;
        let known = settings.motives.iter().find(|motive| motive.id == id);
        let kind = known.and_then(|motive| motive.kind).unwrap_or_else(|| guessed(id));
        // Somebody who picked a general motive may have said what for.
        let task = facts.text(TASK);
        let kind = match task {
            Some("move") => MotiveKind::Move,
            Some("cancel") => MotiveKind::Cancel,
            Some("confirm") => MotiveKind::Confirm,
            Some("message") => MotiveKind::Message,
            _ => kind,
        };
        Some(Self { id, kind, task, settings: known })
    }

    /// As the recap says it, after "c'est pour".
    pub fn said(&self) -> String {
        let settings = self.settings;
        let task = match self.task {
            Some("move") => Some("déplacer un rendez-vous"),
            Some("cancel") => Some("annuler un rendez-vous"),
            Some("confirm") => Some("vérifier un rendez-vous"),
            Some("message") => Some("laisser un message"),
            _ => None,
        };
        if let Some(task) = task {
            return task.to_owned();
        }
        let said = settings.and_then(|motive| motive.said.clone());
        said.unwrap_or_else(|| french::inside(settings.and_then(|motive| motive.label.as_deref()).unwrap_or(self.id)))
    }

    /// Whether it ends with an appointment, if nothing speaks against it.
    pub fn wants_slot(&self) -> bool {
        matches!(
            self.kind,
            MotiveKind::Visit | MotiveKind::Renewal | MotiveKind::Certificate | MotiveKind::Results | MotiveKind::Move
        )
    }
}

fn guessed(id: &str) -> MotiveKind {
    let words = || id.split(['-', '_', '.', ' ']);
    STEMS
        .iter()
        .find(|(stem, _)| words().any(|word| word.starts_with(stem)))
        .map_or(MotiveKind::default(), |&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_motive_is_guessed_from_its_id() {
        for (id, kind) in [
            ("renouvellement", MotiveKind::Renewal),
            ("certificat-sport", MotiveKind::Certificate),
            ("resultats", MotiveKind::Results),
            ("administratif", MotiveKind::Question),
            ("rdv-annulation", MotiveKind::Cancel),
            ("consultation", MotiveKind::Visit),
            ("", MotiveKind::Visit),
        ] {
            assert_eq!(guessed(id), kind, "{id}");
        }
    }
}
