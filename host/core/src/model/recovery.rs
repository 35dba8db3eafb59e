//! What a restored database leaves each practice to do: what happened after the backup is
//! in the agendas, and perhaps with the patients, but not in the database. Until the
//! practice's own agendas were compared it writes nothing to them and sends nothing.

mod compare;

pub use compare::{Differences, MissingGuard, compare, is_live};

use greffon_words::refusals;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::ids::{AgendaId, FeatureId, IntentId, MessageId, PracticeId};
use crate::time::Instant;

/// One restore of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// Which restore in the life of this database, from 1.
    pub number: u32,
    /// When the restored database took the place of the one before.
    pub restored_at: Instant,
    /// When the backup was taken; `None` when the database's own tools did it.
    pub taken_at: Option<Instant>,
}

/// What was under way in the backup: nobody knows what became of it since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnderWay {
    /// A message that was waiting to be sent, or was being sent.
    Message(MessageId),
    /// An intent that had not come to its end.
    Intent(IntentId),
}

/// What one practice does after a restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Whose.
    pub practice: PracticeId,
    /// Of which restore.
    pub restore: Restore,
    /// The practice's agendas, and how far each was compared.
    pub agendas: Vec<AgendaRecovery>,
    /// Messages that were under way in the backup and are left to a person.
    pub withheld: u32,
    /// When the practice began to write and send again, and who said so.
    pub released: Option<Release>,
    /// Optimistic lock.
    pub version: i64,
}

/// How far one agenda was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgendaRecovery {
    /// The practice's name for the binding.
    pub feature: FeatureId,
    /// The binding's name for the agenda.
    pub agenda: AgendaId,
    /// Where it stands.
    pub state: AgendaState,
    /// It is kept in this database itself: what it took after the backup is lost.
    pub own: bool,
    /// Entries of this installation that the database did not know, and knows now.
    pub adopted: u32,
    /// Appointments that had another time, status or version in the agenda.
    pub corrected: u32,
    /// Appointments that are not in the agenda any more.
    pub gone: u32,
}

/// Where the comparison of an agenda stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgendaState {
    /// It was not read yet.
    Waiting,
    /// It could not be read, or not be believed: a code such as `unavailable` or
    /// `too-many-missing`.
    Failed {
        /// Why.
        code: String,
        /// When it was last tried.
        at: Instant,
    },
    /// It was read in full, and the database says what it says.
    Compared {
        /// When it was read.
        at: Instant,
    },
}

/// The end of a practice's recovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// When.
    pub at: Instant,
    /// Who: the subject of a token, or the job that compared.
    pub by: String,
    /// Whether all agendas had been compared; else a person said that it shall go on.
    pub complete: bool,
    /// Whether the agendas were looked at once more afterwards, for what was still on its
    /// way to them when the process before died.
    pub looked_again: bool,
}

impl Recovery {
    /// A recovery in which nothing was done yet.
    #[must_use]
    pub fn new(practice: PracticeId, restore: Restore) -> Self {
        Self { practice, restore, agendas: Vec::new(), withheld: 0, released: None, version: 0 }
    }

    /// Whether the practice must not write to agendas and send messages.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.released.is_none()
    }

    /// Whether everything was compared.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.agendas.iter().all(|one| matches!(one.state, AgendaState::Compared { .. }))
    }

    /// The same recovery over the agendas that the practice has now: a new one waits, and
    /// one that the practice has no more is not waited for.
    #[must_use]
    pub fn over(&self, agendas: &[(FeatureId, AgendaId)]) -> Self {
        let of = |(feature, agenda): &(FeatureId, AgendaId)| {
            let known = self.agendas.iter().find(|one| one.feature == *feature && one.agenda == *agenda);
            known.cloned().unwrap_or_else(|| AgendaRecovery {
                feature: feature.clone(),
                agenda: agenda.clone(),
                state: AgendaState::Waiting,
                own: false,
                adopted: 0,
                corrected: 0,
                gone: 0,
            })
        };
        Self { agendas: agendas.iter().map(of).collect(), ..self.clone() }
    }

    /// The practice writes and sends again, because `by` says so.
    ///
    /// # Errors
    /// `NotAllowed("already-released")`.
    pub fn release(&self, by: &str, now: Instant) -> Result<Self, Refusal> {
        if !self.is_closed() {
            return Err(Refusal::not_allowed("already-released", refusals::already_released()));
        }
        let release = Release { at: now, by: by.to_owned(), complete: self.is_complete(), looked_again: false };
        Ok(Self { released: Some(release), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_000_000);

    fn recovery() -> Recovery {
        let restore = Restore { number: 1, restored_at: NOW, taken_at: None };
        let agendas = [("nord".into(), "martin".into()), ("nord".into(), "petit".into())];
        Recovery::new("tilleuls".into(), restore).over(&agendas)
    }

    #[test]
    fn a_recovery_is_complete_when_each_agenda_that_the_practice_has_was_compared() {
        let mut recovery = recovery();
        assert!(!recovery.is_complete());
        recovery.agendas[0].state = AgendaState::Compared { at: NOW };
        recovery.agendas[1].state = AgendaState::Failed { code: "unavailable".to_owned(), at: NOW };
        assert!(!recovery.is_complete());
        // The practice has taken that agenda out of its file.
        let without = recovery.over(&[("nord".into(), "martin".into())]);
        assert!(without.is_complete());
        let with_new = without.over(&[("nord".into(), "martin".into()), ("sud".into(), "roux".into())]);
        assert!(!with_new.is_complete(), "a new one waits");
        assert_eq!(with_new.agendas[0], recovery.agendas[0], "what was compared stays so");
    }

    #[test]
    fn a_practice_is_released_once_and_whether_all_was_compared_is_kept() {
        let released = recovery().release("sup-1", NOW).unwrap();
        assert!(!released.is_closed());
        assert_eq!(released.released.as_ref().map(|one| one.complete), Some(false));
        assert!(released.release("sup-2", NOW).is_err());
    }
}
