//! The right to write to agendas: what they are, the turn at them, and until
//! when a write may begin.

use std::time::Duration;

use super::intents::Manners;
use super::{Flow, FlowError, Reception};
use crate::ids::{AgendaId, FeatureId};
use crate::model::intent::{Intent, IntentState};
use crate::model::scheduling::AgendaError;
use crate::ports::agenda_turn::{AgendaIdentity, NamedAgenda, Turn, TurnRequest, WriteWindow};
use crate::ports::practices::LivePractice;
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

impl Reception {
    /// Prepares to ask for the turn at some agendas of a feature. No transaction may
    /// be open: an agenda may have to be asked what it is.
    pub(crate) async fn asking(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agendas: &[&AgendaId],
        manners: &Manners,
        calls: Calls,
    ) -> Flow<Asking> {
        let mut identities = Vec::with_capacity(agendas.len());
        for agenda in agendas {
            identities.push(self.agenda_identity(practice, feature, agenda).await?);
        }
        identities.sort_unstable();
        identities.dedup();
        let calls = match calls {
            Calls::One => 1,
            Calls::Three => 3,
        };
        let writes = Duration::from_millis(u64::from(manners.write_timeout_ms)) * calls;
        let request =
            TurnRequest { agendas: identities, holder: self.ids.next(self.clock.now()), lasts: writes + ARRIVAL };
        Ok(Asking { request, since: self.clock.boot(), writes })
    }

    /// Waits for the turn, no longer than one write takes. `None`: the agenda is
    /// busy.
    pub(crate) async fn turn_at(&self, asking: &Asking, manners: &Manners) -> Flow<Option<Writing>> {
        let mut left = Duration::from_millis(u64::from(manners.write_timeout_ms));
        loop {
            let asking = asking.again(self.clock.boot());
            if let Some(turn) = self.turns.take(&asking.request).await? {
                return Ok(Some(asking.given(turn, self.clock.boot())));
            }
            let waited = self.turns.wait(&asking.request.agendas, left).await?;
            left = left.saturating_sub(waited.max(self.clock.boot().since(asking.since)));
            if left.is_zero() {
                return Ok(None);
            }
        }
    }

    /// The right to write wherever an intent writes, if it comes in time: a move
    /// also touches the agenda it leaves.
    pub(crate) async fn writing_for(
        &self,
        practice: &LivePractice,
        intent: &Intent,
        manners: &Manners,
        calls: Calls,
    ) -> Flow<Option<Writing>> {
        let left = self.concerned(intent).await?.map(|known| known.held.agenda);
        let agendas: Vec<&AgendaId> = std::iter::once(&intent.request.agenda).chain(left.as_ref()).collect();
        let asking = self.asking(practice, &intent.feature, &agendas, manners, calls).await?;
        self.turn_at(&asking, manners).await
    }

    /// What became of an intent that was under way, once whoever has the turn has
    /// given it back, or has had the time of one write.
    pub(crate) async fn once_settled(&self, practice: &LivePractice, intent: Intent) -> Flow<Intent> {
        if !matches!(intent.state, IntentState::Claimed | IntentState::Sending) {
            return Ok(intent);
        }
        if let Ok(manners) = Manners::of(practice, &intent.feature)
            && let Ok(identity) = self.agenda_identity(practice, &intent.feature, &intent.request.agenda).await
        {
            let longest = Duration::from_millis(u64::from(manners.write_timeout_ms));
            self.turns.wait(&[identity], longest).await?;
        }
        self.stored_intent(practice, intent.id).await
    }

    /// The time of leases, as far as the turn tells it: a node whose clock is off
    /// reckons like the others.
    pub(crate) fn lease_now(&self, writing: &Writing) -> Instant {
        writing.turn.taken_at + self.clock.boot().since(writing.held_since)
    }

    /// Gives the turn back where no change of an intent does. A turn that cannot
    /// be given back ends by itself.
    pub(crate) async fn end_turn(&self, writing: &Writing) {
        if let Err(error) = self.turns.give_back(&writing.turn).await {
            tracing::warn!(turn.fence = writing.turn.fence, error = %error, "turn at an agenda not given back");
        }
    }

    /// What an agenda is: from memory, from the database, or else from its plugin,
    /// once. Nothing is written to an agenda without it.
    async fn agenda_identity(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agenda: &AgendaId,
    ) -> Flow<AgendaIdentity> {
        let of = NamedAgenda { practice: practice.id.clone(), feature: feature.clone(), agenda: agenda.clone() };
        let unidentified = || FlowError::AgendaUnidentified(feature.clone());
        let bound = practice.agenda(feature).map_err(|_| unidentified())?;
        let binding = bound.binding();
        if let Some(known) = self.memory.identity(&of, &binding) {
            return Ok(known);
        }
        let identity = match self.turns.identity(&of, &binding).await? {
            Some(known) => known,
            None => {
                let identity = bound.identity(agenda).await.map_err(|error| match error {
                    AgendaError::Unavailable(_) | AgendaError::RateLimited(_) => {
                        FlowError::AgendaUnavailable(feature.clone())
                    }
                    _ => unidentified(),
                })?;
                let others = self.turns.learn(&of, &binding, &identity, self.clock.now()).await?;
                for other in others {
                    tracing::warn!(
                        practice.id = %of.practice, feature = %of.feature, agenda.id = %of.agenda,
                        other.practice = %other.practice, other.feature = %other.feature,
                        other.agenda = %other.agenda,
                        "two bindings name the same agenda: they write in turn, but know nothing of each other's rules"
                    );
                }
                identity
            }
        };
        self.memory.keep_identity(of, &binding, &identity);
        Ok(identity)
    }
}
