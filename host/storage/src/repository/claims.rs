//! Claims. That two live ones of different chains never overlap on one
//! (practice, resource, seat) is the database's own constraint; here it is asked
//! before, and its refusal gets its name.

use greffon_core::ids::PracticeId;
use greffon_core::model::intent::{Claim, Intent};
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::{Instant, Span};
use serde::Serialize;

use crate::error::{code_is, failed};
use crate::rows;
use crate::sql::{On, Sql};

/// SQLSTATE of an exclusion constraint.
const EXCLUSION_VIOLATION: &str = "23P01";

/// What SQLite's trigger says.
const TRIGGER_SAYS: &str = "claim-taken";

/// A condition: one of the rows of `$7`, as JSON, overlaps a claim of another chain
/// than `$8`. The constraint says the same; asked first, it refuses without an
/// error, which would end the transaction on PostgreSQL. Writers of a practice follow
/// each other, so that the answer is still true when the claims are written.
macro_rules! taken {
    (@sqlite $found:literal) => {
        concat!(
            "SELECT ",
            $found,
            " FROM json_each($7) AS wanted CROSS JOIN claims
             WHERE claims.practice = $1 AND claims.resource = wanted.value ->> 'resource'
               AND claims.seat = wanted.value ->> 'seat'
               AND claims.end_ms > wanted.value ->> 'start_ms' AND claims.start_ms < wanted.value ->> 'end_ms'
               AND claims.chain <> $8"
        )
    };
    (@postgres $found:literal) => {
        concat!(
            "SELECT ",
            $found,
            " FROM json_to_recordset($7::json)
                  AS wanted (resource text, seat bigint, start_ms bigint, end_ms bigint)
             JOIN claims ON claims.practice = $1 AND claims.resource = wanted.resource AND claims.seat = wanted.seat
               AND claims.end_ms > wanted.start_ms AND claims.start_ms < wanted.end_ms AND claims.chain <> $8"
        )
    };
}
pub(super) use taken;

const RELEASE: Sql = Sql::both(
    "DELETE FROM claims
     WHERE practice = $1 AND intent = $2",
);

/// All claims of an intent, as one JSON text.
const INSERT: Sql = Sql {
    sqlite: "INSERT INTO claims (practice, resource, seat, start_ms, end_ms, intent, chain)
     SELECT $1, value ->> 'resource', value ->> 'seat', value ->> 'start_ms', value ->> 'end_ms', $2, $3
     FROM json_each($4)",
    postgres: "INSERT INTO claims (practice, resource, seat, start_ms, end_ms, intent, chain)
     SELECT $1, resource, seat, start_ms, end_ms, $2, $3
     FROM json_to_recordset($4::json) AS wanted (resource text, seat bigint, start_ms bigint, end_ms bigint)",
};

const OVERLAPPING: Sql = Sql::both(
    "SELECT resource, seat, start_ms, end_ms
     FROM claims
     WHERE practice = $1 AND resource = $2 AND end_ms > $3 AND start_ms < $4
     ORDER BY start_ms, end_ms, seat",
);

row! {
    /// A row of an intent's claims.
    #[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
    pub(super) struct ClaimRow {
        resource: String,
        seat: i64,
        start_ms: i64,
        end_ms: i64,
    }
}

/// Live claims on a resource that overlap `window`.
pub(crate) async fn overlapping(on: On<'_>, practice: &PracticeId, resource: &str, window: Span) -> Stored<Vec<Claim>> {
    if !rows::possible(resource) {
        return Ok(Vec::new());
    }
    let found =
        fetch!(fetch_all, ClaimRow, on, OVERLAPPING, practice.as_str(), resource, window.start.0, window.end.0,)
            .map_err(failed)?;
    found.into_iter().map(ClaimRow::into_claim).collect()
}

/// The rows that an intent holds, by its claims and state: sorted, each once.
pub(super) fn rows_of(intent: &Intent) -> Stored<Vec<ClaimRow>> {
    if intent.state.is_live() { wanted(&intent.claims) } else { Ok(Vec::new()) }
}

/// Makes the rows of an intent, which held some, these.
pub(super) async fn replace(
    mut on: On<'_>,
    intent: &Intent,
    holds_some: bool,
    wanted: &[ClaimRow],
    json: &str,
) -> Stored<()> {
    let practice = intent.practice.as_str();
    if holds_some {
        execute!(on.again(), RELEASE, practice, intent.id.0).map_err(failed)?;
    }
    if let Some(first) = wanted.first() {
        execute!(on, INSERT, practice, intent.id.0, intent.chain.0, json)
            .map_err(|error| refused(error, first.resource.clone()))?;
    }
    Ok(())
}

/// The rows for these claims, sorted as they are read back, each once.
fn wanted(claims: &[Claim]) -> Stored<Vec<ClaimRow>> {
    let mut rows = Vec::with_capacity(claims.len());
    for claim in claims {
        if claim.span.start >= claim.span.end {
            return Err(StorageError::NotStorable { thing: "claim", why: "it ends before it begins" });
        }
        rows.push(ClaimRow {
            resource: rows::key("claim", &claim.resource)?.to_owned(),
            seat: i64::from(claim.seat),
            start_ms: claim.span.start.0,
            end_ms: claim.span.end.0,
        });
    }
    rows.sort();
    rows.dedup();
    Ok(rows)
}

fn refused(error: sqlx::Error, resource: String) -> StorageError {
    let by_trigger = error.as_database_error().is_some_and(|error| error.message() == TRIGGER_SAYS);
    if by_trigger || code_is(&error, &[EXCLUSION_VIOLATION]) {
        StorageError::ClaimTaken { resource }
    } else {
        failed(error)
    }
}

impl ClaimRow {
    fn into_claim(self) -> Stored<Claim> {
        let Ok(seat) = u32::try_from(self.seat) else {
            return Err(StorageError::Inconsistent { table: "claims", row: self.resource });
        };
        let span = Span { start: Instant(self.start_ms), end: Instant(self.end_ms) };
        Ok(Claim { resource: self.resource, seat, span })
    }
}
