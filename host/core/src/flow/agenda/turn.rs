//! The right to write to agendas: what they are, the turn at them, and until
//! when a write may begin.

use std::time::Duration;

use super::{Agendas, WriteRules};
use crate::flow::error::Flow;
use crate::ids::{AgendaId, FeatureId};
use crate::ports::agenda_turn::{AgendaIdentity, Turn, TurnRequest, WriteWindow};
use crate::ports::practices::LivePractice;
use crate::ports::storage::Stored;
use crate::time::{BootInstant, Instant};

/// How much longer a turn lasts than anything may begin in it: what began just
/// before the end has so long to arrive.
const ARRIVAL: Duration = Duration::from_secs(5);

/// A turn that is about to be asked for, and what the step needs it for.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    pub(crate) request: TurnRequest,
    /// Since when the step's time runs: from before the turn was asked for.
    since: BootInstant,
    /// For how long writes may begin.
    writes: Duration,
}

/// A turn that is held.
#[derive(Clone, Debug)]
pub(crate) struct Writing {
    pub(crate) turn: Turn,
    pub(crate) window: WriteWindow,
    /// When the turn was known to be held.
    held_since: BootInstant,
}

/// How many calls of the agenda a step makes at most, one after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Calls {
    /// A write that looks and verifies by itself.
    One,
    /// A look at the minutes around, then such a write.
    Two,
    /// Two look-ups, then perhaps a write.
    Three,
}

impl Asking {
    /// The same, asked at this instant.
    pub(crate) fn again(&self, now: BootInstant) -> Self {
        Self { since: now, ..self.clone() }
    }

    /// The right to write, when the turn was given.
    pub(crate) fn given(&self, turn: Turn, now: BootInstant) -> Writing {
        Writing { turn, window: WriteWindow { closes: self.since + self.writes }, held_since: now }
    }
}

impl Agendas {
    /// Prepares to ask for the turn at some agendas of a feature. No transaction may
    /// be open: an agenda may have to be asked what it is.
    pub(crate) async fn asking(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agendas: &[&AgendaId],
        rules: &WriteRules,
        calls: Calls,
    ) -> Flow<Asking> {
        let mut identities = Vec::with_capacity(agendas.len());
        for agenda in agendas {
            identities.push(self.identity(practice, feature, agenda).await?);
        }
        identities.sort_unstable();
        identities.dedup();
        let calls = match calls {
            Calls::One => 1,
            Calls::Two => 2,
            Calls::Three => 3,
        };
        let writes = Duration::from_millis(u64::from(rules.write_timeout_ms)) * calls;
        let request =
            TurnRequest { agendas: identities, holder: self.acts.id(self.acts.now()), lasts: writes + ARRIVAL };
        Ok(Asking { request, since: self.acts.boot(), writes })
    }

    /// Waits for the turn, no longer than one write takes. `None`: the agenda is
    /// busy.
    pub(crate) async fn turn_at(&self, asking: &Asking, rules: &WriteRules) -> Flow<Option<Writing>> {
        let mut left = Duration::from_millis(u64::from(rules.write_timeout_ms));
        loop {
            let asking = asking.again(self.acts.boot());
            if let Some(turn) = self.turns.take(&asking.request).await? {
                return Ok(Some(asking.given(turn, self.acts.boot())));
            }
            let waited = self.turns.wait(&asking.request.agendas, left).await?;
            left = left.saturating_sub(waited.max(self.acts.boot().since(asking.since)));
            if left.is_zero() {
                return Ok(None);
            }
        }
    }

    /// Waits until nobody has the turn at an agenda, at most so long.
    pub(crate) async fn wait(&self, agenda: AgendaIdentity, at_most: Duration) -> Stored<()> {
        self.turns.wait(&[agenda], at_most).await.map(|_| ())
    }

    /// The time of leases, as far as the turn tells it: a node whose clock is off
    /// reckons like the others.
    pub(crate) fn lease_now(&self, writing: &Writing) -> Instant {
        writing.turn.taken_at + self.acts.boot().since(writing.held_since)
    }

    /// Gives the turn back where no change of an intent does. A turn that cannot
    /// be given back ends by itself.
    pub(crate) async fn end_turn(&self, writing: &Writing) {
        if let Err(error) = self.turns.give_back(&writing.turn).await {
            tracing::warn!(turn.fence = writing.turn.fence, error = %error, "turn at an agenda not given back");
        }
    }
}
