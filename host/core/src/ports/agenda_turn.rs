//! The turn to write to an external agenda: one writer at a time, over all
//! nodes, practices and features that name the same agenda.
//!
//! A turn is a row with an end. It is taken once for a whole step (look, write,
//! verify), never renewed, and given back in the change that stores what came of
//! the step; a node that dies lets it end. No agenda can be made to check whose
//! turn it is, so a write that arrives after its turn was lost is expected: see
//! `greffon_core::model::intent`.

use std::time::Duration;

use async_trait::async_trait;
use uuid::Uuid;

use super::storage::Stored;
use crate::ids::{AgendaId, FeatureId, PracticeId};
use crate::time::{BootInstant, Instant};

/// Longest identity, in bytes: it is a key of the database.
pub const MAX_IDENTITY_BYTES: usize = 1024;

/// How the identities begin that the host itself makes, for agendas that their plugin keeps
/// in greffon's own database; no plugin may say one.
pub const OWN_AGENDA: &str = "urn:greffon:";

/// What an agenda is, whoever names it and under whatever id: an absolute URL or
/// a URN. The key of its turn.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgendaIdentity(pub String);

impl AgendaIdentity {
    /// Whether the agenda is kept in greffon's own database, and nowhere else.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.0.starts_with(OWN_AGENDA)
    }
}

impl std::fmt::Display for AgendaIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An agenda as a practice names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedAgenda {
    /// The practice.
    pub practice: PracticeId,
    /// Its name for the binding.
    pub feature: FeatureId,
    /// The binding's name for the agenda.
    pub agenda: AgendaId,
}

/// A turn that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnRequest {
    /// Of which agendas, sorted, each once: two who want the same ones never
    /// block each other.
    pub agendas: Vec<AgendaIdentity>,
    /// Whoever wants it: a fresh id for every request.
    pub holder: Uuid,
    /// How long it lasts at most.
    pub lasts: Duration,
}

/// A turn that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Of which agendas, sorted.
    pub agendas: Vec<AgendaIdentity>,
    /// Whose it is.
    pub holder: Uuid,
    /// Number of the turn, for journal and log: the one of the first agenda. An
    /// agenda's number only grows.
    pub fence: i64,
    /// When it was taken, by the time of leases.
    pub taken_at: Instant,
}

/// Until when a plugin may begin what changes an agenda. Counted from before the
/// turn was asked for, on a clock that runs on while the machine sleeps: whatever
/// stands still in between, nothing begins after the turn may be another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteWindow {
    /// First instant at which no write begins any more.
    pub closes: BootInstant,
}

/// Turns, and the identities that they are about.
#[async_trait]
pub trait AgendaTurns: Send + Sync {
    /// Takes the turn of all agendas, or of none: `None` while somebody holds
    /// one, or when one was never learnt.
    async fn take(&self, wanted: &TurnRequest) -> Stored<Option<Turn>>;

    /// Waits until nobody holds one of the turns, at most so long. Says how long
    /// it waited. Those who wait on one node go on in the order in which they came.
    async fn wait(&self, agendas: &[AgendaIdentity], at_most: Duration) -> Stored<Duration>;

    /// Gives a turn back. Nothing happens when it was lost.
    async fn give_back(&self, turn: &Turn) -> Stored<()>;

    /// What is known of an agenda's identity, if it was learnt from the binding
    /// of this digest: of another one it is learnt again.
    async fn identity(&self, of: &NamedAgenda, binding: &str) -> Stored<Option<AgendaIdentity>>;

    /// Keeps an identity for good. Returns who else names the same agenda.
    async fn learn(
        &self,
        of: &NamedAgenda,
        binding: &str,
        identity: &AgendaIdentity,
        now: Instant,
    ) -> Stored<Vec<NamedAgenda>>;
}
