//! How far the agendas of features were followed.

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::agenda_watch::AgendaWatch;
use greffon_core::ports::storage::Stored;

use crate::error::failed;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "agenda_watches";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM agenda_watches
     WHERE practice = $1 AND feature = $2",
);

const LIST: Sql = Sql::both(
    "SELECT feature, doc
     FROM agenda_watches
     WHERE practice = $1
     ORDER BY feature",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO agenda_watches (practice, feature, doc, version)
     VALUES ($1, $2, $3, $4 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE agenda_watches
     SET doc = $3, version = $4 + 1
     WHERE practice = $1 AND feature = $2 AND version = $4",
);

impl Document for AgendaWatch {
    const THING: &'static str = "agenda watch";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId, feature: &FeatureId) -> Stored<Option<AgendaWatch>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str(), feature.as_str()).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, feature, &doc)).transpose()
}

pub(crate) async fn list(on: On<'_>, practice: &PracticeId) -> Stored<Vec<AgendaWatch>> {
    let found = fetch!(fetch_all, (String, String), on, LIST, practice.as_str()).map_err(failed)?;
    found.iter().map(|(feature, doc)| rows::decode(TABLE, feature, doc)).collect()
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, watch: &mut AgendaWatch) -> Stored<()> {
    let doc = rows::next_version(practice, watch)?;
    let feature = rows::key("feature", watch.feature.as_str())?.to_owned();
    let sql = if watch.version == 0 { INSERT } else { UPDATE };
    let written = execute!(on, sql, practice.as_str(), feature, doc, watch.version).map_err(failed)?;
    rows::saved(watch, written)
}
