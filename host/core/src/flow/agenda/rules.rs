//! How greffon writes to an agenda, by what its plugin says of it.

use crate::flow::error::{Flow, FlowError};
use crate::ids::FeatureId;
use crate::model::intent::{Intent, IntentKind, ResendRule};
use crate::model::scheduling::AgendaDescriptor;
use crate::ports::plugins::Stamp;
use crate::ports::practices::LivePractice;

/// Longest write that is waited for, in milliseconds, whatever a plugin says.
const MAX_WRITE_TIMEOUT_MS: u32 = 120_000;

/// An agenda whose plugin cannot even say what it is.
const UNDESCRIBED_WRITE_TIMEOUT_MS: u32 = 30_000;

/// How greffon writes to an agenda.
#[derive(Clone, Debug)]
pub(crate) struct WriteRules {
    /// Moves keep the id; otherwise a move is a booking and a cancellation.
    pub(crate) moves: bool,
    /// The same booking may be sent again.
    idempotent: bool,
    /// A move may be sent again: it is refused or harmless.
    conditional: bool,
    pub(crate) write_timeout_ms: u32,
    /// Which plugin it is, for the journal.
    pub(crate) stamp: Stamp,
}

impl WriteRules {
    /// The rules for the agenda of a feature.
    ///
    /// # Errors
    /// `AgendaUnavailable` when the feature is out, or no agenda.
    pub(crate) fn of(practice: &LivePractice, feature: &FeatureId) -> Flow<Self> {
        let agenda = practice.agenda(feature).map_err(|_| FlowError::AgendaUnavailable(feature.clone().into()))?;
        let AgendaDescriptor { caps, write_timeout_ms, .. } = agenda.descriptor();
        Ok(Self {
            moves: caps.moves,
            idempotent: caps.idempotent_create,
            conditional: caps.conditional_write,
            write_timeout_ms: (*write_timeout_ms).min(MAX_WRITE_TIMEOUT_MS),
            stamp: practice.stamp(feature),
        })
    }

    /// The rules for an agenda whose feature is out: nothing is sent again,
    /// everything is waited for.
    pub(crate) fn careful(practice: &LivePractice, feature: &FeatureId) -> Self {
        Self {
            moves: true,
            idempotent: false,
            conditional: false,
            write_timeout_ms: UNDESCRIBED_WRITE_TIMEOUT_MS,
            stamp: practice.stamp(feature),
        }
    }

    pub(crate) fn rule(&self, intent: &Intent) -> ResendRule {
        let may_resend = match intent.kind {
            IntentKind::Book => self.idempotent,
            IntentKind::Move(_) if self.moves => self.idempotent || self.conditional,
            IntentKind::Move(_) => self.idempotent,
            // By contract, cancelling again is a success.
            IntentKind::Cancel { .. } => true,
        };
        ResendRule { may_resend, write_timeout_ms: self.write_timeout_ms }
    }
}
