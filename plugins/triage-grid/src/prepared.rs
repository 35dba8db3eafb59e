//! The grids as calls get them: what tells which protocols serve a case, and
//! each protocol apart, so that of a large grid a call reads the one or two that
//! serve.

use greffon_sdk::practice::{Instant, Validation};
use greffon_sdk::prepared::Part;
use serde::{Deserialize, Serialize};

use crate::settings::{self, Grid, Protocol, Service};
use crate::utc;

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
    /// Needs no signature.
    pub demo: bool,
    /// None: not signed, or by dates that are none, which the analysis refuses.
    pub signature: Option<Signature>,
    pub protocol: Part<Protocol>,
}

/// When a clinician's signature holds: `[from, until)`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Signature {
    pub from: Instant,
    pub until: Instant,
}

impl From<Grid> for Prepared {
    fn from(grid: Grid) -> Self {
        let common = Common { emergency_service: grid.emergency_service, max_questions: grid.max_questions };
        Self { common, protocols: grid.protocols.into_iter().map(Entry::from).collect() }
    }
}

impl From<Protocol> for Entry {
    fn from(protocol: Protocol) -> Self {
        let validation = protocol.validation.as_ref().and_then(validation);
        Self {
            protocol: Part::of(&protocol),
            motives: protocol.motives,
            min_age_days: protocol.min_age_days,
            max_age_days: protocol.max_age_days,
            demo: protocol.demo,
            signature: validation.map(|signed| Signature { from: signed.validated_at, until: signed.expires_at }),
        }
    }
}

impl Signature {
    pub fn began(self, now: Instant) -> bool {
        now >= self.from
    }

    pub fn ended(self, now: Instant) -> bool {
        now >= self.until
    }
}

/// A signature in the words of the contract. None: a date or the signature
/// itself cannot be read, which the analysis refuses.
pub(crate) fn validation(written: &settings::Validation) -> Option<Validation> {
    Some(Validation {
        author: written.author.clone(),
        validator_rpps: written.validator_rpps.clone(),
        validated_at: utc::parse(&written.validated_at)?,
        expires_at: utc::parse(&written.expires_at)?,
        signature: bytes(&written.signature)?,
    })
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hexadecimal.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}
