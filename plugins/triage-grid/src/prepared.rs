//! The grids as calls get them: what tells which protocols serve a case, and
//! each protocol apart, so that of a large grid a call reads the one or two that
//! serve.

use greffon_sdk::prepared::Part;
use serde::{Deserialize, Serialize};

use crate::settings::{Grid, Protocol, Service};

/// All grids of a practice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Prepared {
    pub common: Common,
    /// In the practice's order.
    pub protocols: Vec<Entry>,
}

/// What holds for all protocols.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Common {
    /// What a vital red flag without an orientation of its own calls.
    pub emergency_service: Service,
    /// After so many questions a human decides.
    pub max_questions: usize,
}

/// What is looked at to choose a protocol, and the protocol.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Empty: any motive that no other protocol serves.
    pub motives: Vec<String>,
    /// In days, included.
    pub min_age_days: Option<u32>,
    /// In days, included.
    pub max_age_days: Option<u32>,
    pub protocol: Part<Protocol>,
}

impl From<Grid> for Prepared {
    fn from(grid: Grid) -> Self {
        let common = Common { emergency_service: grid.emergency_service, max_questions: grid.max_questions };
        Self { common, protocols: grid.protocols.into_iter().map(Entry::from).collect() }
    }
}

impl From<Protocol> for Entry {
    fn from(protocol: Protocol) -> Self {
        Self {
            protocol: Part::of(&protocol),
            motives: protocol.motives,
            min_age_days: protocol.min_age_days,
            max_age_days: protocol.max_age_days,
        }
    }
}
