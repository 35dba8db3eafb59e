//! Settings of grids and scripts that open contacts began with, and which contact
//! names which.

use std::collections::BTreeMap;

use greffon_core::ids::{ContactId, PracticeId};
use greffon_core::model::pin::{Pin, SettingsDigest};
use greffon_core::ports::storage::{StorageError, Stored};
use serde::Serialize;

use crate::error::failed;
use crate::rows;
use crate::sql::{On, Sql};

const THING: &str = "settings";

const GET: Sql = Sql::both(
    "SELECT settings
     FROM kept_settings
     WHERE practice = $1 AND digest = $2",
);

/// Names settings that are there; a row for each, named before or not.
const NAME: Sql = Sql {
    sqlite: "INSERT INTO pins (practice, contact, digest)
     SELECT kept.practice, $2, kept.digest
     FROM json_each($3) AS wanted
     JOIN kept_settings AS kept ON kept.practice = $1 AND kept.digest = unhex(wanted.value)
     WHERE true
     ON CONFLICT (practice, contact, digest) DO UPDATE SET digest = excluded.digest",
    postgres: "INSERT INTO pins (practice, contact, digest)
     SELECT kept.practice, $2, kept.digest
     FROM json_array_elements_text($3::json) AS wanted (digest)
     JOIN kept_settings AS kept ON kept.practice = $1 AND kept.digest = decode(wanted.digest, 'hex')
     ON CONFLICT (practice, contact, digest) DO UPDATE SET digest = excluded.digest",
};

const KEEP: Sql = Sql {
    sqlite: "INSERT INTO kept_settings (practice, digest, settings)
     SELECT $1, unhex(value ->> 'digest'), value ->> 'settings'
     FROM json_each($2)
     WHERE true
     ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO kept_settings (practice, digest, settings)
     SELECT $1, decode(digest, 'hex'), settings
     FROM json_to_recordset($2::json) AS one (digest text, settings text)
     ON CONFLICT DO NOTHING",
};

const RELEASE: Sql = Sql::both(
    "DELETE FROM pins
     WHERE practice = $1 AND contact = $2",
);

/// Not scoped: the sweep is over all practices. It reads the key's index, which has
/// a row for each edit that an open contact has seen.
const UNNAMED: Sql = Sql::both(
    "SELECT DISTINCT practice
     FROM kept_settings
     WHERE NOT EXISTS (
         SELECT 1 FROM pins
         WHERE pins.practice = kept_settings.practice AND pins.digest = kept_settings.digest
     )",
);

const FORGET: Sql = Sql::both(
    "DELETE FROM kept_settings
     WHERE practice = $1 AND NOT EXISTS (
         SELECT 1 FROM pins
         WHERE pins.practice = kept_settings.practice AND pins.digest = kept_settings.digest
     )",
);

/// Settings that are not stored yet.
#[derive(Serialize)]
struct NewRow<'t> {
    digest: SettingsDigest,
    settings: &'t str,
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, digest: SettingsDigest) -> Stored<Option<String>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), digest.0.as_slice()).map_err(failed)?;
    Ok(row.map(|(settings,)| settings))
}

/// Keeps the settings of a contact's pins, and that the contact names them. Their
/// texts are sent only when one of them is not there.
pub(crate) async fn keep(
    mut on: On<'_>,
    practice: &PracticeId,
    contact: ContactId,
    pins: &[(Pin, &str)],
) -> Stored<()> {
    // Each once: an upsert writes no row twice.
    let wanted: BTreeMap<SettingsDigest, &(Pin, &str)> = pins.iter().map(|one| (one.0.settings, one)).collect();
    if name(on.again(), practice, contact, &wanted).await? {
        return Ok(());
    }
    let rows: Vec<NewRow<'_>> = wanted
        .values()
        .map(|(pin, settings)| {
            if !pin.names(settings) {
                return Err(StorageError::NotStorable { thing: THING, why: "they are not what the pin names" });
            }
            Ok(NewRow { digest: pin.settings, settings })
        })
        .collect::<Stored<_>>()?;
    execute!(on.again(), KEEP, practice.as_str(), rows::encode(THING, &rows)?).map_err(failed)?;
    if name(on, practice, contact, &wanted).await? {
        return Ok(());
    }
    Err(StorageError::Inconsistent { table: "kept_settings", row: contact.to_string() })
}

/// Makes a contact name settings, as far as they are stored; whether all of them are.
async fn name(
    on: On<'_>,
    practice: &PracticeId,
    contact: ContactId,
    wanted: &BTreeMap<SettingsDigest, &(Pin, &str)>,
) -> Stored<bool> {
    if wanted.is_empty() {
        return Ok(true);
    }
    let digests = rows::encode(THING, &wanted.keys().collect::<Vec<_>>())?;
    let named = execute!(on, NAME, practice.as_str(), contact.0, digests).map_err(failed)?;
    Ok(usize::try_from(named).is_ok_and(|named| named == wanted.len()))
}

pub(crate) async fn release(on: On<'_>, practice: &PracticeId, contact: ContactId) -> Stored<()> {
    execute!(on, RELEASE, practice.as_str(), contact.0).map_err(failed)?;
    Ok(())
}

/// The practices that have settings which no contact names.
pub(crate) async fn unnamed(on: On<'_>) -> Stored<Vec<PracticeId>> {
    let rows = fetch!(fetch_all, (String,), on, UNNAMED).map_err(failed)?;
    Ok(rows.into_iter().map(|(practice,)| PracticeId(practice)).collect())
}

/// Removes the settings of a practice that no contact names; how many. To be called
/// in the practice's turn to write: a contact that begins meanwhile would find them
/// gone.
pub(crate) async fn forget(on: On<'_>, practice: &PracticeId) -> Stored<u64> {
    execute!(on, FORGET, practice.as_str()).map_err(failed)
}
