//! The job queue: leases with an end. Time comes from the caller, never from the
//! database. Jobs are named by their id alone, because a worker serves all
//! practices; each row says whose it is.

use std::time::Duration;

use greffon_core::ids::{JobId, PracticeId};
use greffon_core::model::job::{Job, Lane, LeasedJob};
use greffon_core::ports::storage::{StorageError, Stored};
use greffon_core::time::Instant;
use uuid::Uuid;

use crate::error::failed;
use crate::rows;
use crate::sql::{On, Sql};

const TABLE: &str = "jobs";

/// Most jobs of one lease: a worker asks again rather than hold what others could run.
const MAX_LEASED: u32 = 1000;

const INSERT: Sql = Sql::both(
    "INSERT INTO jobs (id, practice, kind, lane, run_at, due_at, attempt, doc)
     VALUES ($1, $2, $3, $4, $5, $5, 0, $6)
     ON CONFLICT DO NOTHING",
);

/// Each lane is searched by itself, so that its index gives the order and ends
/// the search at `now`, however many jobs wait for later.
const LEASE: Sql = Sql {
    sqlite: "UPDATE jobs
     SET due_at = $2, attempt = attempt + 1
     WHERE id IN (
         SELECT id
         FROM (
             SELECT * FROM (SELECT id, lane, run_at FROM jobs
                            WHERE lane = 0 AND run_at <= $1 AND due_at <= $1
                            ORDER BY run_at, id LIMIT $3)
             UNION ALL
             SELECT * FROM (SELECT id, lane, run_at FROM jobs
                            WHERE lane = 1 AND run_at <= $1 AND due_at <= $1
                            ORDER BY run_at, id LIMIT $3)
             UNION ALL
             SELECT * FROM (SELECT id, lane, run_at FROM jobs
                            WHERE lane = 2 AND run_at <= $1 AND due_at <= $1
                            ORDER BY run_at, id LIMIT $3)
         )
         ORDER BY lane, run_at, id
         LIMIT $3
     )
     RETURNING id, practice, lane, run_at, attempt, doc",
    // Workers of other nodes skip what this one is taking.
    postgres: "WITH urgent AS (
         SELECT id, lane, run_at FROM jobs
         WHERE lane = 0 AND run_at <= $1 AND due_at <= $1
         ORDER BY run_at, id LIMIT $3
         FOR UPDATE SKIP LOCKED
     ), normal AS (
         SELECT id, lane, run_at FROM jobs
         WHERE lane = 1 AND run_at <= $1 AND due_at <= $1
         ORDER BY run_at, id LIMIT $3
         FOR UPDATE SKIP LOCKED
     ), bulk AS (
         SELECT id, lane, run_at FROM jobs
         WHERE lane = 2 AND run_at <= $1 AND due_at <= $1
         ORDER BY run_at, id LIMIT $3
         FOR UPDATE SKIP LOCKED
     ), due AS (
         SELECT id
         FROM (
             SELECT * FROM urgent
             UNION ALL
             SELECT * FROM normal
             UNION ALL
             SELECT * FROM bulk
         ) AS lanes
         ORDER BY lane, run_at, id
         LIMIT $3
     )
     UPDATE jobs
     SET due_at = $2, attempt = attempt + 1
     FROM due
     WHERE jobs.id = due.id
     RETURNING jobs.id, practice, lane, run_at, attempt, doc",
};

const NEXT: Sql = Sql::both("SELECT MIN(due_at) FROM jobs");

/// Only in the lease that did it: `attempt` grows with every lease, so a worker
/// whose lease ended cannot end the work of the next one.
const FINISH: Sql = Sql::both("DELETE FROM jobs WHERE id = $1 AND attempt = $2");

const RETRY: Sql = Sql::both(
    "UPDATE jobs
     SET run_at = $3, due_at = $3
     WHERE id = $1 AND attempt = $2",
);

row! {
    struct JobRow {
        id: Uuid,
        practice: String,
        lane: i64,
        run_at: i64,
        attempt: i64,
        doc: String,
    }
}

pub(crate) async fn enqueue(
    on: On<'_>,
    practice: &PracticeId,
    id: JobId,
    job: &Job,
    lane: Lane,
    run_at: Instant,
) -> Stored<()> {
    let doc = rows::encode("job", job)?;
    let written =
        execute!(on, INSERT, id.0, practice.as_str(), job.name(), number_of(lane), run_at.0, doc).map_err(failed)?;
    if written == 0 { Err(StorageError::Exists { thing: "job" }) } else { Ok(()) }
}

pub(crate) async fn lease(on: On<'_>, now: Instant, limit: u32, lease: Duration) -> Stored<Vec<LeasedJob>> {
    let until = now + lease;
    let limit = i64::from(limit.min(MAX_LEASED));
    let mut leased = fetch!(fetch_all, JobRow, on, LEASE, now.0, until.0, limit).map_err(failed)?;
    // RETURNING promises no order.
    leased.sort_by_key(|row| (row.lane, row.run_at, row.id));
    Ok(leased.into_iter().filter_map(JobRow::into_leased).collect())
}

pub(crate) async fn next_at(on: On<'_>) -> Stored<Option<Instant>> {
    let (next,) = fetch!(fetch_one, (Option<i64>,), on, NEXT).map_err(failed)?;
    Ok(next.map(Instant))
}

pub(crate) async fn finish(on: On<'_>, id: JobId, attempt: u32) -> Stored<()> {
    execute!(on, FINISH, id.0, i64::from(attempt)).map_err(failed)?;
    Ok(())
}

pub(crate) async fn retry(on: On<'_>, id: JobId, attempt: u32, run_at: Instant) -> Stored<()> {
    execute!(on, RETRY, id.0, i64::from(attempt), run_at.0).map_err(failed)?;
    Ok(())
}

fn number_of(lane: Lane) -> i64 {
    match lane {
        Lane::Urgent => 0,
        Lane::Normal => 1,
        Lane::Bulk => 2,
    }
}

impl JobRow {
    /// A row that cannot be read, say of a newer greffon, stays leased and is
    /// seen again later: it must not stop the queue.
    fn into_leased(self) -> Option<LeasedJob> {
        let id = JobId(self.id);
        let read = rows::decode(TABLE, id, &self.doc).map(|job| LeasedJob {
            id,
            practice: PracticeId(self.practice),
            job,
            attempt: u32::try_from(self.attempt).unwrap_or(u32::MAX),
            run_at: Instant(self.run_at),
        });
        if let Err(error) = &read {
            tracing::error!(job.id = %id, "cannot run job {id}: {error}");
        }
        read.ok()
    }
}
