//! The job queue: leases with an end, by the time of leases. Jobs are named by
//! their id alone, because a worker serves all practices; each row says whose it is.

use std::cmp::Reverse;
use std::time::Duration;

use greffon_core::ids::{JobId, PracticeId};
use greffon_core::model::job::{Due, Job, Lane, LeasedJob};
use greffon_core::ports::storage::{StorageError, Stored};
use uuid::Uuid;

use crate::error::failed;
use crate::lease_time::{LeaseClock, millis};
use crate::rows;
use crate::sql::{On, Sql};

const TABLE: &str = "jobs";

/// Most jobs of one lease: a worker asks again rather than hold what others could run.
const MAX_LEASED: u32 = 1000;

const INSERT: Sql = timed!(
    "INSERT INTO jobs (id, practice, kind, lane, run_at, due_at, attempt, doc)
     SELECT $2, $3, $4, $5, due.at, due.at, 0, $8
     FROM (SELECT COALESCE($6, " now " + $7) AS at) AS due
     WHERE true
     ON CONFLICT DO NOTHING"
);

/// Each lane is searched by itself, so that its index gives the order and ends
/// the search at now, however many jobs wait for later.
const LEASE: Sql = Sql {
    sqlite: "UPDATE jobs
     SET due_at = $1 + $2, attempt = attempt + 1
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
     RETURNING id, practice, lane, $1 - run_at AS waited_ms, attempt, doc",
    // Workers of other nodes skip what this one is taking.
    postgres: concat!(
        "WITH clock AS (
         SELECT ",
        timed!(@postgres now),
        " AS now
     ), urgent AS (
         SELECT id, lane, run_at FROM jobs
         WHERE lane = 0 AND run_at <= (SELECT now FROM clock) AND due_at <= (SELECT now FROM clock)
         ORDER BY run_at, id LIMIT $3
         FOR UPDATE SKIP LOCKED
     ), normal AS (
         SELECT id, lane, run_at FROM jobs
         WHERE lane = 1 AND run_at <= (SELECT now FROM clock) AND due_at <= (SELECT now FROM clock)
         ORDER BY run_at, id LIMIT $3
         FOR UPDATE SKIP LOCKED
     ), bulk AS (
         SELECT id, lane, run_at FROM jobs
         WHERE lane = 2 AND run_at <= (SELECT now FROM clock) AND due_at <= (SELECT now FROM clock)
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
     SET due_at = clock.now + $2, attempt = attempt + 1
     FROM due, clock
     WHERE jobs.id = due.id
     RETURNING jobs.id, practice, lane, clock.now - run_at AS waited_ms, attempt, doc"
    ),
};

const NEXT: Sql = timed!("SELECT (SELECT MIN(due_at) FROM jobs) - " now);

/// Only in the lease that did it: `attempt` grows with every lease, so a worker
/// whose lease ended cannot end the work of the next one.
const FINISH: Sql = Sql::both("DELETE FROM jobs WHERE id = $1 AND attempt = $2");

const RETRY: Sql = timed!(
    "UPDATE jobs
     SET run_at = due.at, due_at = due.at
     FROM (SELECT " now " + $4 AS at) AS due
     WHERE id = $2 AND attempt = $3"
);

row! {
    struct JobRow {
        id: Uuid,
        practice: String,
        lane: i64,
        waited_ms: i64,
        attempt: i64,
        doc: String,
    }
}

pub(crate) async fn enqueue(
    on: On<'_>,
    clock: &LeaseClock,
    practice: &PracticeId,
    id: JobId,
    job: &Job,
    lane: Lane,
    due: Due,
) -> Stored<()> {
    let doc = rows::encode("job", job)?;
    let (at, after_ms) = match due {
        Due::At(instant) => (Some(instant.0), 0),
        Due::After(delay) => (None, millis(delay)),
    };
    let (now, lane) = (clock.bound(), number_of(lane));
    let written =
        execute!(on, INSERT, now, id.0, practice.as_str(), job.name(), lane, at, after_ms, doc).map_err(failed)?;
    if written == 0 { Err(StorageError::Exists { thing: "job" }) } else { Ok(()) }
}

pub(crate) async fn lease(on: On<'_>, clock: &LeaseClock, limit: u32, lease: Duration) -> Stored<Vec<LeasedJob>> {
    let limit = i64::from(limit.min(MAX_LEASED));
    let mut leased = fetch!(fetch_all, JobRow, on, LEASE, clock.bound(), millis(lease), limit).map_err(failed)?;
    // RETURNING promises no order.
    leased.sort_by_key(|row| (row.lane, Reverse(row.waited_ms), row.id));
    Ok(leased.into_iter().filter_map(JobRow::into_leased).collect())
}

pub(crate) async fn next_in(on: On<'_>, clock: &LeaseClock) -> Stored<Option<Duration>> {
    let (next,) = fetch!(fetch_one, (Option<i64>,), on, NEXT, clock.bound()).map_err(failed)?;
    Ok(next.map(positive))
}

pub(crate) async fn finish(on: On<'_>, id: JobId, attempt: u32) -> Stored<()> {
    execute!(on, FINISH, id.0, i64::from(attempt)).map_err(failed)?;
    Ok(())
}

pub(crate) async fn retry(on: On<'_>, clock: &LeaseClock, id: JobId, attempt: u32, after: Duration) -> Stored<()> {
    execute!(on, RETRY, clock.bound(), id.0, i64::from(attempt), millis(after)).map_err(failed)?;
    Ok(())
}

fn positive(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
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
            waited: positive(self.waited_ms),
        });
        if let Err(error) = &read {
            tracing::error!(job.id = %id, "cannot run job {id}: {error}");
        }
        read.ok()
    }
}
