//! What practitioners said of the grids and scripts of practices.

use greffon_core::ids::PracticeId;
use greffon_core::model::approval::Approval;
use greffon_core::ports::storage::Stored;

use crate::error::failed;
use crate::rows::{self, Document};
use crate::sql::{On, Sql};

const TABLE: &str = "content_approvals";

/// Not scoped: every node keeps in mind what is known of all practices.
const ALL: Sql = Sql::both(
    "SELECT practice, doc
     FROM content_approvals
     ORDER BY practice, feature, settings",
);

/// Not scoped, for the same reason. No row is removed and versions only grow.
const MARK: Sql = Sql {
    sqlite: "SELECT COALESCE(SUM(version), 0)
     FROM content_approvals",
    postgres: "SELECT COALESCE(SUM(version), 0)::bigint
     FROM content_approvals",
};

const OF_PRACTICE: Sql = Sql::both(
    "SELECT practice, doc
     FROM content_approvals
     WHERE practice = $1
     ORDER BY feature, settings",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO content_approvals (practice, feature, settings, doc, version)
     VALUES ($1, $2, $3, $4, $5 + 1)
     ON CONFLICT DO NOTHING",
);

const UPDATE: Sql = Sql::both(
    "UPDATE content_approvals
     SET doc = $4, version = $5 + 1
     WHERE practice = $1 AND feature = $2 AND settings = $3 AND version = $5",
);

impl Document for Approval {
    const THING: &'static str = "approval";

    fn practice(&self) -> &PracticeId {
        &self.practice
    }

    fn version(&mut self) -> &mut i64 {
        &mut self.version
    }
}

pub(crate) async fn all(on: On<'_>) -> Stored<Vec<Approval>> {
    decoded(&fetch!(fetch_all, (String, String), on, ALL).map_err(failed)?)
}

pub(crate) async fn mark(on: On<'_>) -> Stored<i64> {
    let (mark,) = fetch!(fetch_one, (i64,), on, MARK).map_err(failed)?;
    Ok(mark)
}

pub(crate) async fn of_practice(on: On<'_>, practice: &PracticeId) -> Stored<Vec<Approval>> {
    decoded(&fetch!(fetch_all, (String, String), on, OF_PRACTICE, practice.as_str()).map_err(failed)?)
}

fn decoded(rows: &[(String, String)]) -> Stored<Vec<Approval>> {
    rows.iter().map(|(practice, doc)| rows::decode(TABLE, practice, doc)).collect()
}

pub(crate) async fn save(on: On<'_>, practice: &PracticeId, approval: &mut Approval) -> Stored<()> {
    let doc = rows::next_version(practice, approval)?;
    let sql = if approval.version == 0 { INSERT } else { UPDATE };
    let feature = rows::key("feature", approval.feature.as_str())?;
    let settings = approval.settings.0.as_slice();
    let written = execute!(on, sql, practice.as_str(), feature, settings, doc, approval.version).map_err(failed)?;
    rows::saved(approval, written)
}
