//! The job queue: leases with an end, by the time of leases. Jobs are named by
//! their id alone, because a worker serves all practices; each row says whose it is.

use std::cmp::Reverse;
use std::time::Duration;

use greffon_core::ids::{JobId, PracticeId};
use greffon_core::model::job::{Due, Job, Lane, LaneDepth, LeasedJob};
use greffon_core::ports::storage::Stored;
use serde::Serialize;
use uuid::Uuid;

use crate::error::failed;
use crate::lease_time::{LeaseClock, millis};
use crate::rows;
use crate::sql::{On, Sql};

const TABLE: &str = "jobs";

const THING: &str = "job";

/// Most jobs of one lease: a worker asks again rather than hold what others could run.
const MAX_LEASED: u32 = 1000;

/// All jobs of a transaction, as one JSON text.
const INSERT: Sql = Sql {
    sqlite: "INSERT INTO jobs (id, practice, kind, lane, run_at, due_at, attempt, doc)
     SELECT unhex(value ->> 'id', '-'), $2, value ->> 'kind', value ->> 'lane',
            COALESCE(value ->> 'at', $1 + (value ->> 'after_ms')), COALESCE(value ->> 'at', $1 + (value ->> 'after_ms')),
            0, value ->> 'doc'
     FROM json_each($3)
     WHERE true
     ON CONFLICT DO NOTHING",
    postgres: concat!(
        "INSERT INTO jobs (id, practice, kind, lane, run_at, due_at, attempt, doc)
     SELECT id, $2, kind, lane, due, due, 0, doc
     FROM (SELECT id, kind, lane, doc, COALESCE(at, ",
        timed!(@postgres now),
        " + after_ms) AS due
           FROM json_to_recordset($3::json)
                AS job (id uuid, kind text, lane bigint, at bigint, after_ms bigint, doc text)) AS new
     ON CONFLICT DO NOTHING"
    ),
};

/// A lease that ended without a word counts as a failure. Practices that hold
/// their share already are passed over; of the rest, none gets more than its share.
const LEASE: Sql = Sql {
    sqlite: "UPDATE jobs
     SET due_at = $1 + $2, attempt = attempt + 1, failures = failures + (due_at > run_at)
     WHERE id IN (
         SELECT id
         FROM (
             SELECT id,
                    ROW_NUMBER() OVER (PARTITION BY practice ORDER BY run_at, id)
                    + (SELECT COUNT(*) FROM jobs AS held
                       WHERE held.lane = $4 AND held.practice = due.practice
                             AND held.due_at > held.run_at AND held.due_at > $1) AS place
             FROM (
                 SELECT id, practice, run_at FROM jobs
                 WHERE lane = $4 AND run_at <= $1 AND due_at <= $1
                       AND practice NOT IN (
                           SELECT practice FROM jobs
                           WHERE lane = $4 AND due_at > run_at AND due_at > $1
                           GROUP BY practice HAVING COUNT(*) >= $5)
                 ORDER BY run_at, id LIMIT $3
             ) AS due
         )
         WHERE place <= $5
     )
     RETURNING id, practice, lane, $1 - run_at AS waited_ms, attempt, failures, doc",
    // Workers of other nodes skip what this one is taking.
    postgres: concat!(
        "WITH clock AS (
         SELECT ",
        timed!(@postgres now),
        " AS now
     ), full_practices AS (
         SELECT practice FROM jobs
         WHERE lane = $4 AND due_at > run_at AND due_at > (SELECT now FROM clock)
         GROUP BY practice HAVING COUNT(*) >= $5
     ), due AS (
         SELECT id, practice, run_at FROM jobs
         WHERE lane = $4 AND run_at <= (SELECT now FROM clock) AND due_at <= (SELECT now FROM clock)
               AND practice NOT IN (SELECT practice FROM full_practices)
         ORDER BY run_at, id LIMIT $3
         FOR UPDATE SKIP LOCKED
     ), placed AS (
         SELECT id,
                ROW_NUMBER() OVER (PARTITION BY practice ORDER BY run_at, id)
                + (SELECT COUNT(*) FROM jobs AS held
                   WHERE held.lane = $4 AND held.practice = due.practice
                         AND held.due_at > held.run_at AND held.due_at > (SELECT now FROM clock)) AS place
         FROM due
     )
     UPDATE jobs
     SET due_at = clock.now + $2, attempt = attempt + 1,
         failures = failures + CASE WHEN due_at > run_at THEN 1 ELSE 0 END
     FROM placed, clock
     WHERE jobs.id = placed.id AND place <= $5
     RETURNING jobs.id, practice, lane, clock.now - run_at AS waited_ms, attempt, failures, doc"
    ),
};

/// Only in the lease that holds it, and not when it was given back.
const RENEW: Sql = timed!(
    "UPDATE jobs
     SET due_at = " now " + $2
     WHERE id = $3 AND attempt = $4 AND due_at > run_at"
);

const NEXT: Sql = timed!("SELECT (SELECT MIN(due_at) FROM jobs WHERE lane = $2) - " now);

const DEPTHS: Sql = timed!(
    "SELECT lane, COUNT(*), " now " - MIN(run_at)
     FROM jobs
     WHERE run_at <= " now " AND due_at <= " now "
     GROUP BY lane"
);

/// Only in the lease that did it: `attempt` grows with every lease, so a worker
/// whose lease ended cannot end the work of the next one.
const FINISH: Sql = Sql::both("DELETE FROM jobs WHERE id = $1 AND attempt = $2");

const REMOVE: Sql = Sql::both("DELETE FROM jobs WHERE practice = $1 AND id = $2 AND attempt = $3");

const RETRY: Sql = timed!(
    "UPDATE jobs
     SET run_at = due.at, due_at = due.at, failures = $5
     FROM (SELECT " now " + $4 AS at) AS due
     WHERE id = $2 AND attempt = $3"
);

/// Nobody holds anything: the process that did is gone.
const VOID: Sql = Sql::both(
    "UPDATE jobs
     SET due_at = run_at, failures = failures + 1
     WHERE due_at > run_at",
);

row! {
    struct JobRow {
        id: Uuid,
        practice: String,
        lane: i64,
        waited_ms: i64,
        attempt: i64,
        failures: i64,
        doc: String,
    }
}

/// A job that is written with its transaction.
#[derive(Serialize)]
pub(crate) struct NewJob {
    id: Uuid,
    kind: &'static str,
    lane: i64,
    at: Option<i64>,
    after_ms: i64,
    doc: String,
}

/// The row of a job.
pub(crate) fn new(id: JobId, job: &Job, lane: Lane, due: Due) -> Stored<NewJob> {
    let (at, after_ms) = match due {
        Due::At(instant) => (Some(instant.0), 0),
        Due::After(delay) => (None, millis(delay)),
    };
    Ok(NewJob { id: id.0, kind: job.name(), lane: number_of(lane), at, after_ms, doc: rows::encode(THING, job)? })
}

/// Writes jobs, all in one statement.
///
/// # Errors
/// `Exists` when one of them was there before; the others may then have been written.
pub(crate) async fn enqueue(on: On<'_>, clock: &LeaseClock, practice: &PracticeId, jobs: &[NewJob]) -> Stored<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let all = rows::encode(THING, &jobs)?;
    let written = execute!(on, INSERT, clock.bound(), practice.as_str(), all).map_err(failed)?;
    rows::all_new(THING, written, jobs.len())
}

pub(crate) async fn lease(
    on: On<'_>,
    clock: &LeaseClock,
    lane: Lane,
    limit: u32,
    per_practice: u32,
    lease: Duration,
) -> Stored<Vec<LeasedJob>> {
    let (limit, per_practice) = (i64::from(limit.min(MAX_LEASED)), i64::from(per_practice));
    let lane = number_of(lane);
    let mut leased = fetch!(fetch_all, JobRow, on, LEASE, clock.bound(), millis(lease), limit, lane, per_practice)
        .map_err(failed)?;
    // RETURNING promises no order.
    leased.sort_by_key(|row| (Reverse(row.waited_ms), row.id));
    Ok(leased.into_iter().filter_map(JobRow::into_leased).collect())
}

/// Those that are still held.
pub(crate) async fn renew(
    mut on: On<'_>,
    clock: &LeaseClock,
    held: &[(JobId, u32)],
    lease: Duration,
) -> Stored<Vec<JobId>> {
    let mut renewed = Vec::with_capacity(held.len());
    for (id, attempt) in held {
        let (now, lease_ms) = (clock.bound(), millis(lease));
        let written = execute!(on.again(), RENEW, now, lease_ms, id.0, i64::from(*attempt)).map_err(failed)?;
        if written > 0 {
            renewed.push(*id);
        }
    }
    Ok(renewed)
}

pub(crate) async fn next_in(on: On<'_>, clock: &LeaseClock, lane: Lane) -> Stored<Option<Duration>> {
    let (next,) = fetch!(fetch_one, (Option<i64>,), on, NEXT, clock.bound(), number_of(lane)).map_err(failed)?;
    Ok(next.map(positive))
}

/// Of every lane, empty ones too.
pub(crate) async fn depths(on: On<'_>, clock: &LeaseClock) -> Stored<Vec<LaneDepth>> {
    let rows = fetch!(fetch_all, (i64, i64, i64), on, DEPTHS, clock.bound()).map_err(failed)?;
    let depth = |lane| {
        let row = rows.iter().find(|(number, ..)| *number == number_of(lane));
        let (waiting, oldest_ms) = row.map_or((0, 0), |(_, count, oldest)| (*count, *oldest));
        LaneDepth { lane, waiting: u64::try_from(waiting).unwrap_or(0), oldest: positive(oldest_ms) }
    };
    Ok(Lane::ALL.map(depth).to_vec())
}

pub(crate) async fn finish(on: On<'_>, id: JobId, attempt: u32) -> Stored<()> {
    execute!(on, FINISH, id.0, i64::from(attempt)).map_err(failed)?;
    Ok(())
}

pub(crate) async fn remove(on: On<'_>, practice: &PracticeId, id: JobId, attempt: u32) -> Stored<bool> {
    let removed = execute!(on, REMOVE, practice.as_str(), id.0, i64::from(attempt)).map_err(failed)?;
    Ok(removed > 0)
}

pub(crate) async fn retry(
    on: On<'_>,
    clock: &LeaseClock,
    id: JobId,
    attempt: u32,
    failures: u32,
    after: Duration,
) -> Stored<()> {
    let (now, attempt, failures) = (clock.bound(), i64::from(attempt), i64::from(failures));
    execute!(on, RETRY, now, id.0, attempt, millis(after), failures).map_err(failed)?;
    Ok(())
}

pub(crate) async fn void(on: On<'_>) -> Stored<u64> {
    execute!(on, VOID).map_err(failed)
}

fn positive(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

fn number_of(lane: Lane) -> i64 {
    match lane {
        Lane::Urgent => 0,
        Lane::Normal => 1,
        Lane::Bulk => 2,
        Lane::Alert => 3,
        Lane::Watch => 4,
    }
}

fn lane_of(number: i64) -> Lane {
    Lane::ALL.into_iter().find(|lane| number_of(*lane) == number).unwrap_or(Lane::Normal)
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
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
            lane: lane_of(self.lane),
            attempt: count(self.attempt),
            failures: count(self.failures),
            waited: positive(self.waited_ms),
        });
        if let Err(error) = &read {
            tracing::error!(job.id = %id, "cannot run job {id}: {error}");
        }
        read.ok()
    }
}
