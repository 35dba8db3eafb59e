//! Addresses at which outside services tell of features.

use greffon_core::flow::NewAddress;
use greffon_core::model::inbound;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::time::Timestamp;

/// An address at which an outside service tells of a feature.
#[derive(Serialize, ToSchema)]
pub(crate) struct InboundAddress {
    /// Its name: it opens nothing.
    id: Uuid,
    /// The practice's name for the binding.
    feature: String,
    /// Since when.
    made_at: Timestamp,
    /// Who made it.
    made_by: String,
    /// Since when nobody is heard there any more.
    revoked_at: Option<Timestamp>,
    /// Who revoked it.
    revoked_by: Option<String>,
}

impl From<inbound::InboundAddress> for InboundAddress {
    fn from(core: inbound::InboundAddress) -> Self {
        Self {
            id: core.id.0,
            feature: core.feature.0,
            made_at: core.made_at.into(),
            made_by: core.made_by,
            revoked_at: core.revoked_at.map(Into::into),
            revoked_by: core.revoked_by,
        }
    }
}

/// A new address, with what is shown once.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewInboundAddress {
    #[serde(flatten)]
    address: InboundAddress,
    /// Where the service calls it. Whoever has it can call it.
    url: String,
}

impl From<NewAddress> for NewInboundAddress {
    fn from(new: NewAddress) -> Self {
        Self { address: new.address.into(), url: new.url }
    }
}
