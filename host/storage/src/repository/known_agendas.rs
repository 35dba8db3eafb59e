//! What the agendas of a feature last told of themselves.

use greffon_core::ids::PracticeId;
use greffon_core::model::known_agendas::{KnownAgendas, MAX_KNOWN_BYTES};
use greffon_core::ports::storage::{StorageError, Stored};

use crate::error::failed;
use crate::rows;
use crate::sql::{On, Sql};

const TABLE: &str = "known_agendas";

const THING: &str = "agendas";

const KEEP: Sql = Sql::both(
    "INSERT INTO known_agendas (practice, feature, read_at, doc)
     VALUES ($1, $2, $3, $4)
     ON CONFLICT (practice, feature) DO UPDATE SET read_at = excluded.read_at, doc = excluded.doc",
);

const LIST: Sql = Sql::both(
    "SELECT feature, doc
     FROM known_agendas
     WHERE practice = $1
     ORDER BY feature",
);

pub(crate) async fn keep(on: On<'_>, practice: &PracticeId, known: &KnownAgendas) -> Stored<()> {
    let doc = rows::encode(THING, known)?;
    if doc.len() > MAX_KNOWN_BYTES {
        return Err(StorageError::NotStorable { thing: THING, why: "they are described with more than 1 MiB" });
    }
    let practice = rows::key("practice", practice.as_str())?;
    let feature = rows::key("feature", known.feature.as_str())?;
    execute!(on, KEEP, practice, feature, known.read_at.0, doc).map_err(failed)?;
    Ok(())
}

pub(crate) async fn list(on: On<'_>, practice: &PracticeId) -> Stored<Vec<KnownAgendas>> {
    let found = fetch!(fetch_all, (String, String), on, LIST, practice.as_str()).map_err(failed)?;
    let known = found.iter().filter_map(|(feature, doc)| match rows::decode(TABLE, feature, doc) {
        Ok(known) => Some(known),
        // Of another version of greffon, or damaged: they are asked again.
        Err(error) => {
            tracing::warn!(practice.id = %practice, error = %error, "what agendas told is not known any more");
            None
        }
    });
    Ok(known.collect())
}
