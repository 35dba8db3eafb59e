//! Claims. That two live ones of different chains never overlap on one
//! (practice, resource, seat) is the database's own constraint; here its refusal
//! gets its name.

use greffon_core::ids::PracticeId;
use greffon_core::model::intent::{Claim, Intent};
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::{Instant, Span};

use crate::error::{code_is, failed};
use crate::rows;
use crate::sql::{On, Sql};

/// SQLSTATE of an exclusion constraint.
const EXCLUSION_VIOLATION: &str = "23P01";

/// What SQLite's trigger says.
const TRIGGER_SAYS: &str = "claim-taken";

const HELD: Sql = Sql::both(
    "SELECT resource, seat, start_ms, end_ms
     FROM claims
     WHERE practice = $1 AND intent = $2
     ORDER BY resource, seat, start_ms, end_ms",
);

const RELEASE: Sql = Sql::both(
    "DELETE FROM claims
     WHERE practice = $1 AND intent = $2",
);

const INSERT: Sql = Sql::both(
    "INSERT INTO claims (practice, resource, seat, start_ms, end_ms, intent, chain)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);

const OVERLAPPING: Sql = Sql::both(
    "SELECT resource, seat, start_ms, end_ms
     FROM claims
     WHERE practice = $1 AND resource = $2 AND end_ms > $3 AND start_ms < $4
     ORDER BY start_ms, end_ms, seat",
);

row! {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    struct ClaimRow {
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

/// Makes the rows of a saved intent what its claims and state say.
pub(crate) async fn hold(mut on: On<'_>, intent: &Intent) -> Stored<()> {
    let wanted = if intent.state.is_live() { wanted(&intent.claims)? } else { Vec::new() };
    let practice = intent.practice.as_str();
    let held = fetch!(fetch_all, ClaimRow, on.again(), HELD, practice, intent.id.0).map_err(failed)?;
    if held == wanted {
        return Ok(());
    }
    execute!(on.again(), RELEASE, practice, intent.id.0).map_err(failed)?;
    for claim in wanted {
        execute!(
            on.again(),
            INSERT,
            practice,
            claim.resource.as_str(),
            claim.seat,
            claim.start_ms,
            claim.end_ms,
            intent.id.0,
            intent.chain.0,
        )
        .map_err(|error| refused(error, claim.resource))?;
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
