//! The last test of each chain of alerts.

use greffon_core::ids::PracticeId;
use greffon_core::model::alert::AlertTest;
use greffon_core::ports::storage::Stored;

use crate::error::failed;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "alert_tests";

const GET: Sql = Sql::both(
    "SELECT doc
     FROM alert_tests
     WHERE practice = $1",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO alert_tests (practice, doc, version)
     VALUES ($1, $2, $3 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE alert_tests
     SET doc = $2, version = $3 + 1
     WHERE practice = $1 AND version = $3",
);

impl Document for AlertTest {
    const THING: &'static str = "alert test";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn get(on: On<'_>, practice: &PracticeId) -> Stored<Option<AlertTest>> {
    let row = fetch!(fetch_optional, (String,), on, GET, practice.as_str()).map_err(failed)?;
    row.map(|(doc,)| rows::decode(TABLE, practice, &doc)).transpose()
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, test: &mut AlertTest) -> Stored<()> {
    let doc = rows::next_version(practice, test)?;
    let sql = if test.version == 0 { INSERT } else { UPDATE };
    let written = execute!(on, sql, practice.as_str(), doc, test.version).map_err(failed)?;
    rows::saved(test, written)
}
