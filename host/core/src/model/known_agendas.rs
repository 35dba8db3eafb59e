//! What the agendas of a feature last told of themselves, so that nobody waits for
//! their network to be shown it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::scheduling::{AgendaInfo, AgendaMotive};
use crate::ids::{AgendaId, FeatureId};
use crate::time::Instant;

/// Most bytes that a feature's agendas may be described with, as JSON: 1 MiB.
pub const MAX_KNOWN_BYTES: usize = 1 << 20;

/// The agendas of a feature, as its plugin read them over the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAgendas {
    /// The practice's name for the feature.
    pub feature: FeatureId,
    /// Digest of the binding that was asked: of another one it says nothing.
    pub binding: String,
    /// Its agendas.
    pub agendas: Vec<AgendaInfo>,
    /// Their motives. An agenda whose motives could not be read has none here.
    pub motives: BTreeMap<AgendaId, Vec<AgendaMotive>>,
    /// When the agendas were asked.
    pub read_at: Instant,
}

impl KnownAgendas {
    /// How long ago they were read; nothing when that lies ahead of a clock that is
    /// behind.
    #[must_use]
    pub fn age(&self, now: Instant) -> Duration {
        now.since(self.read_at)
    }
}
