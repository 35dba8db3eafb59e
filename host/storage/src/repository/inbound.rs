//! Addresses at which outside services tell of features, and what was told there.

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::inbound::InboundAddress;
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;
use sha2::{Digest as _, Sha256};

use crate::error::failed;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "inbound_addresses";

const OF_PRACTICE: Sql = Sql::both(
    "SELECT digest, doc
     FROM inbound_addresses
     WHERE practice = $1
     ORDER BY made_at, id",
);

/// Not scoped: whoever calls names no practice.
const OF_DIGEST: Sql = Sql::both(
    "SELECT doc
     FROM inbound_addresses
     WHERE digest = $1",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO inbound_addresses (practice, id, digest, made_at, doc, version)
     VALUES ($1, $2, $3, $4, $5, $6 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE inbound_addresses
     SET digest = $3, made_at = $4, doc = $5, version = $6 + 1
     WHERE practice = $1 AND id = $2 AND version = $6",
);

const KEEP_DELIVERY: Sql = Sql::both(
    "INSERT INTO inbound_deliveries (practice, feature, name, told_at)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING",
);

const FORGET_DELIVERIES: Sql = Sql::both(
    "DELETE FROM inbound_deliveries
     WHERE practice = $1 AND told_at < $2",
);

impl Document for InboundAddress {
    const THING: &'static str = "inbound address";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn of_practice(on: On<'_>, practice: &PracticeId) -> Stored<Vec<InboundAddress>> {
    let found = fetch!(fetch_all, (String, String), on, OF_PRACTICE, practice.as_str()).map_err(failed)?;
    found.iter().map(|(digest, doc)| rows::decode(TABLE, digest, doc)).collect()
}

pub(crate) async fn of_digest(on: On<'_>, digest: &str) -> Stored<Option<InboundAddress>> {
    let digest = rows::key("digest", digest)?;
    let row = fetch!(fetch_optional, (String,), on, OF_DIGEST, digest).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, digest, &doc)).transpose()
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, address: &mut InboundAddress) -> Stored<()> {
    let doc = rows::next_version(practice, address)?;
    let sql = if address.version == 0 { INSERT } else { UPDATE };
    let digest = rows::key("digest", &address.digest)?;
    let (id, at) = (address.id.0, address.made_at.0);
    let written = execute!(on, sql, practice.as_str(), id, digest, at, doc, address.version).map_err(failed)?;
    rows::saved(address, written)
}

/// The name is a service's: it may hold anything, and only its digest is kept.
pub(crate) async fn keep_delivery(
    on: On<'_>,
    practice: &PracticeId,
    feature: &FeatureId,
    name: &str,
    at: Instant,
) -> Stored<bool> {
    let feature = rows::key("feature", feature.as_str())?;
    let digest: [u8; 32] = Sha256::digest(name).into();
    let written = execute!(on, KEEP_DELIVERY, practice.as_str(), feature, digest.as_slice(), at.0).map_err(failed)?;
    Ok(written > 0)
}

pub(crate) async fn forget_deliveries(on: On<'_>, practice: &PracticeId, before: Instant) -> Stored<u64> {
    execute!(on, FORGET_DELIVERIES, practice.as_str(), before.0).map_err(failed)
}
