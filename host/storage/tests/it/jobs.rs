use std::collections::HashSet;
use std::time::Duration;

use futures::future::join_all;
use greffon_core::ids::{JobId, MessageId};
use greffon_core::model::job::{Due, Job, Lane, LeasedJob};
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::storage::{Storage as _, StorageError};
use greffon_core::time::Instant;

use crate::samples::{self, MONDAY, job_id, minute, watch};
use crate::support::{Fixture, nord};

const LEASE: Duration = Duration::from_secs(60);

contract! {
    a_job_is_leased_once_it_is_due,
    a_lane_gives_its_own_jobs_earliest_first,
    a_lease_takes_at_most_its_limit,
    a_practice_never_holds_more_than_its_share_of_a_lane,
    a_lease_is_renewed_by_who_holds_it_and_by_nobody_else,
    failures_in_a_row_are_counted_and_a_lease_that_ended_is_one,
    depths_are_of_what_is_due_and_nobody_runs,
    a_job_is_taken_out_by_who_holds_it,
    a_job_whose_lease_ended_is_leased_again,
    a_finished_job_is_gone_however_often_it_is_finished,
    a_job_given_back_runs_at_its_new_time,
    an_id_is_enqueued_once,
    workers_of_two_nodes_never_get_the_same_job,
    garbage_times_and_limits_do_not_fail,
    a_worker_whose_lease_ended_ends_nothing_of_the_next,
    ;
    databases:
    a_job_that_cannot_be_read_does_not_stop_the_queue,
    a_process_that_begins_to_work_on_a_file_finds_nothing_leased,
    workers_hear_of_a_commit_at_once,
    connections_that_are_cut_lose_nothing_and_are_replaced,
}

async fn enqueue(f: &Fixture, lane: Lane, run_at: Instant) -> JobId {
    let id = job_id();
    let mut tx = f.begin().await;
    tx.enqueue(id, &Job::DeliverMessage(MessageId(id.0)), lane, Due::At(run_at)).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn lease(f: &Fixture, now: Instant, limit: u32) -> Vec<JobId> {
    leased(f, now, limit).await.into_iter().map(|leased| leased.id).collect()
}

async fn leased(f: &Fixture, now: Instant, limit: u32) -> Vec<LeasedJob> {
    leased_of(f, Lane::Normal, now, limit, u32::MAX).await
}

async fn leased_of(f: &Fixture, lane: Lane, now: Instant, limit: u32, per_practice: u32) -> Vec<LeasedJob> {
    f.clock.set(now);
    f.db.lease_jobs(lane, limit, per_practice, LEASE).await.unwrap()
}

/// When the next job is due, as the clock stands.
async fn next_at(f: &Fixture) -> Option<Instant> {
    f.db.next_job_in(Lane::Normal).await.unwrap().map(|wait| f.clock.now() + wait)
}

async fn a_job_is_leased_once_it_is_due(f: Fixture) {
    assert_eq!(next_at(&f).await, None);
    let id = enqueue(&f, Lane::Normal, minute(5)).await;
    assert_eq!(next_at(&f).await, Some(minute(5)));
    assert_eq!(lease(&f, Instant(minute(5).0 - 1), 10).await, []);

    let expected = LeasedJob {
        id,
        practice: nord(),
        job: Job::DeliverMessage(MessageId(id.0)),
        attempt: 1,
        waited: Duration::ZERO,
        lane: Lane::Normal,
        failures: 0,
    };
    assert_eq!(leased(&f, minute(5), 10).await, [expected]);
    assert_eq!(next_at(&f).await, Some(minute(6)), "the end of the lease");
    assert_eq!(lease(&f, minute(5), 10).await, []);
}

async fn a_lane_gives_its_own_jobs_earliest_first(f: Fixture) {
    let mut expected = Vec::new();
    for run_at in [3, 1, 2, 9] {
        expected.push((run_at, enqueue(&f, Lane::Normal, minute(run_at)).await));
    }
    let others = [Lane::Alert, Lane::Urgent, Lane::Bulk];
    for lane in others {
        enqueue(&f, lane, minute(0)).await;
    }
    expected.sort_unstable();
    let due: Vec<_> = expected.into_iter().map(|(_, id)| id).take(3).collect();
    assert_eq!(lease(&f, minute(3), 10).await, due);
    for lane in others {
        let leased = leased_of(&f, lane, minute(3), 10, 10).await;
        assert_eq!(leased.iter().map(|job| job.lane).collect::<Vec<_>>(), [lane]);
        assert_eq!(f.db.next_job_in(lane).await.unwrap(), Some(LEASE));
    }
}

async fn a_lease_takes_at_most_its_limit(f: Fixture) {
    let jobs = [enqueue(&f, Lane::Normal, minute(0)).await, enqueue(&f, Lane::Normal, minute(1)).await];
    let last = enqueue(&f, Lane::Normal, minute(1)).await;
    assert_eq!(lease(&f, minute(1), 2).await, jobs);
    assert_eq!(lease(&f, minute(1), 2).await, [last]);
}

async fn a_practice_never_holds_more_than_its_share_of_a_lane(f: Fixture) {
    let mut mine = Vec::new();
    for _ in 0..5 {
        mine.push(enqueue(&f, Lane::Normal, minute(0)).await);
    }
    let mut tx = f.db.begin(&"sud".into()).await.unwrap();
    let other = job_id();
    tx.enqueue(other, &watch(), Lane::Normal, Due::At(minute(1))).await.unwrap();
    tx.commit().await.unwrap();

    let ids = |leased: Vec<LeasedJob>| leased.into_iter().map(|job| job.id).collect::<Vec<_>>();
    assert_eq!(ids(leased_of(&f, Lane::Normal, minute(1), 1, 2).await), mine[..1]);
    // Two of the first three that are due belong to who holds one already.
    assert_eq!(ids(leased_of(&f, Lane::Normal, minute(1), 3, 2).await), mine[1..2]);
    assert_eq!(ids(leased_of(&f, Lane::Normal, minute(1), 3, 2).await), [other], "it waits behind nobody");
    assert_eq!(ids(leased_of(&f, Lane::Normal, minute(1), 3, 2).await), []);
    f.db.finish_job(mine[0], 1).await.unwrap();
    assert_eq!(ids(leased_of(&f, Lane::Normal, minute(1), 3, 2).await), mine[2..3]);
    // What nobody renewed is not held any more.
    let later = minute(1) + LEASE;
    assert_eq!(leased_of(&f, Lane::Normal, later, 9, 2).await.len(), 3, "two of here, one of there");
}

async fn a_lease_is_renewed_by_who_holds_it_and_by_nobody_else(f: Fixture) {
    let held = enqueue(&f, Lane::Normal, minute(0)).await;
    let given_back = enqueue(&f, Lane::Normal, minute(0)).await;
    lease(&f, minute(0), 2).await;
    f.db.retry_job(given_back, 1, 0, Duration::ZERO).await.unwrap();
    f.clock.set(minute(0) + LEASE / 2);
    let claims = [(held, 1), (given_back, 1), (job_id(), 1)];
    assert_eq!(f.db.renew_jobs(&claims, LEASE).await.unwrap(), [held]);
    assert_eq!(lease(&f, minute(0) + LEASE, 9).await, [given_back], "the other is still held");
    assert_eq!(lease(&f, minute(0) + LEASE + LEASE / 2, 9).await, [held]);
    assert_eq!(f.db.renew_jobs(&[(held, 1)], LEASE).await.unwrap(), [], "the next one has it");
}

async fn failures_in_a_row_are_counted_and_a_lease_that_ended_is_one(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, minute(0)).await;
    assert_eq!(leased(&f, minute(0), 1).await[0].failures, 0);
    f.db.retry_job(id, 1, 4, Duration::ZERO).await.unwrap();
    assert_eq!(leased(&f, minute(0), 1).await[0].failures, 4);
    assert_eq!(leased(&f, minute(0) + LEASE, 1).await[0].failures, 5, "its worker died");
}

async fn depths_are_of_what_is_due_and_nobody_runs(f: Fixture) {
    for at in [0, 2, 60] {
        enqueue(&f, Lane::Bulk, minute(at)).await;
    }
    enqueue(&f, Lane::Alert, minute(0)).await;
    leased_of(&f, Lane::Alert, minute(3), 1, 1).await;
    let depths = f.db.lane_depths().await.unwrap();
    let seen: Vec<_> = depths.iter().map(|one| (one.lane, one.waiting, one.oldest.as_secs())).collect();
    assert_eq!(
        seen,
        [(Lane::Alert, 0, 0), (Lane::Urgent, 0, 0), (Lane::Normal, 0, 0), (Lane::Watch, 0, 0), (Lane::Bulk, 2, 180)]
    );
}

async fn a_job_is_taken_out_by_who_holds_it(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, minute(0)).await;
    lease(&f, minute(0), 1).await;
    let mut tx = f.begin().await;
    assert!(!tx.remove_job(id, 2).await.unwrap());
    assert!(tx.remove_job(id, 1).await.unwrap());
    drop(tx);
    let mut foreign = f.db.begin(&"sud".into()).await.unwrap();
    assert!(!foreign.remove_job(id, 1).await.unwrap());
    drop(foreign);
    let mut tx = f.begin().await;
    assert!(tx.remove_job(id, 1).await.unwrap(), "what was dropped never was");
    tx.commit().await.unwrap();
    assert_eq!(f.db.next_job_in(Lane::Normal).await.unwrap(), None);
}

async fn a_process_that_begins_to_work_on_a_file_finds_nothing_leased(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, minute(0)).await;
    enqueue(&f, Lane::Normal, minute(9)).await;
    lease(&f, minute(0), 1).await;
    f.database().void_leases().await.unwrap();
    assert_eq!(lease(&f, minute(0), 9).await, [], "nobody took the role");
    f.database().take_role().unwrap();
    f.database().void_leases().await.unwrap();
    let free = leased(&f, minute(0), 9).await;
    if f.is_postgres() {
        assert_eq!(free, [], "another node may be at it");
    } else {
        assert_eq!(free.iter().map(|job| (job.id, job.failures)).collect::<Vec<_>>(), [(id, 1)]);
        let second = f.second_node().await;
        let refused = second.database().take_role().unwrap_err().to_string();
        assert!(refused.contains(&format!("in use by process {}", std::process::id())), "{refused}");
        // One-off commands read and write beside it.
        enqueue(&second, Lane::Normal, minute(9)).await;
        second.close().await;
    }
}

/// A server that restarts, as its clients see it.
async fn connections_that_are_cut_lose_nothing_and_are_replaced(f: Fixture) {
    if !f.is_postgres() {
        return;
    }
    let id = enqueue(&f, Lane::Alert, minute(0)).await;
    let alerts = f.database().for_alerts();
    f.clock.set(minute(0));
    assert_eq!(alerts.lease_jobs(Lane::Alert, 1, 1, LEASE).await.unwrap().len(), 1);
    let mut contact = samples::contact();
    let mut tx = f.begin().await;
    tx.save_contact(&mut contact).await.unwrap();
    assert!(tx.remove_job(id, 1).await.unwrap());
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert!(f.raw(cut).await.unwrap() >= 2);

    let lost = tx.commit().await;
    assert!(matches!(lost, Err(StorageError::Unavailable(_))), "{lost:?}");
    assert_eq!(f.db.contact(&nord(), contact.id).await.unwrap(), None);
    assert_eq!(alerts.renew_jobs(&[(id, 1)], LEASE).await.unwrap(), [id], "it is still there, and held");
    alerts.finish_job(id, 1).await.unwrap();
    assert_eq!(alerts.next_job_in(Lane::Alert).await.unwrap(), None);
}

async fn workers_hear_of_a_commit_at_once(f: Fixture) {
    let waiting = tokio::spawn({
        let database = f.database().clone();
        async move { database.until_due(Lane::Bulk).await }
    });
    enqueue(&f, Lane::Bulk, minute(0)).await;
    waiting.await.unwrap();
    // A ring that nobody heard is heard by the next who listens.
    enqueue(&f, Lane::Bulk, minute(0)).await;
    let heard = tokio::time::timeout(Duration::from_millis(400), f.database().until_due(Lane::Bulk));
    heard.await.expect("before the half second after which it looks anyway");
}

async fn a_job_whose_lease_ended_is_leased_again(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    for attempt in 1..=3 {
        // A lease is over at its end, and not a millisecond before.
        let now = MONDAY + LEASE * (attempt - 1);
        assert_eq!(lease(&f, Instant(now.0 - 1), 1).await, []);
        let again = leased(&f, now, 1).await;
        assert_eq!((again[0].id, again[0].attempt, again[0].waited), (id, attempt, LEASE * (attempt - 1)));
    }
}

async fn a_finished_job_is_gone_however_often_it_is_finished(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    let other = enqueue(&f, Lane::Normal, minute(60)).await;
    lease(&f, MONDAY, 1).await;
    f.db.finish_job(id, 1).await.unwrap();
    f.db.finish_job(id, 1).await.unwrap();
    f.db.retry_job(id, 1, 0, Duration::ZERO).await.unwrap();
    assert_eq!(lease(&f, minute(60), 10).await, [other]);
}

async fn a_job_given_back_runs_at_its_new_time(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    lease(&f, MONDAY, 1).await;
    let again = MONDAY + Duration::from_secs(5);
    f.db.retry_job(id, 1, 0, Duration::from_secs(5)).await.unwrap();
    assert_eq!(next_at(&f).await, Some(again));
    assert_eq!(lease(&f, Instant(again.0 - 1), 1).await, []);
    let again = leased(&f, again, 1).await;
    assert_eq!((again[0].attempt, again[0].waited), (2, Duration::ZERO));
}

async fn an_id_is_enqueued_once(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    for id in [id, job_id()] {
        let mut tx = f.begin().await;
        let refused = async {
            tx.enqueue(job_id(), &watch(), Lane::Bulk, Due::NOW).await?;
            tx.enqueue(id, &watch(), Lane::Bulk, Due::NOW).await?;
            tx.enqueue(id, &watch(), Lane::Bulk, Due::NOW).await?;
            tx.commit().await
        };
        let refused = refused.await;
        assert!(matches!(refused, Err(StorageError::Exists { thing: "job" })), "{refused:?}");
    }
    assert_eq!(f.db.next_job_in(Lane::Bulk).await.unwrap(), None);
}

async fn workers_of_two_nodes_never_get_the_same_job(f: Fixture) {
    let mut tx = f.begin().await;
    for number in 0..200 {
        let due = Due::At(Instant(MONDAY.0 - number));
        tx.enqueue(job_id(), &watch(), Lane::Normal, due).await.unwrap();
    }
    tx.commit().await.unwrap();

    let nodes = [f.second_node().await, f];
    let workers = (0..8).map(|worker| {
        let node = nodes[worker % 2].clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            // A lease that finds nothing may have met another one under way.
            while mine.len() < 200 {
                let leased = lease(&node, MONDAY, 7).await;
                if leased.is_empty() {
                    break;
                }
                mine.extend(leased);
            }
            mine
        })
    });
    let mut leased: Vec<_> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
    leased.extend(lease(&nodes[1], MONDAY, 200).await);
    assert_eq!(leased.len(), 200);
    assert_eq!(leased.into_iter().collect::<HashSet<_>>().len(), 200);
    nodes[0].close().await;
}

async fn a_job_that_cannot_be_read_does_not_stop_the_queue(f: Fixture) {
    enqueue(&f, Lane::Normal, Instant(MONDAY.0 - 1)).await;
    let newer = "UPDATE jobs SET doc = '{\"of-a-newer-greffon\":1}'";
    assert_eq!(f.raw(newer).await, Ok(1));
    let sound = enqueue(&f, Lane::Normal, MONDAY).await;
    assert_eq!(lease(&f, MONDAY, 1).await, []);
    assert_eq!(lease(&f, MONDAY, 1).await, [sound]);
}

async fn garbage_times_and_limits_do_not_fail(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    assert_eq!(lease(&f, MONDAY, 0).await, []);
    assert_eq!(lease(&f, Instant(i64::MIN), 1).await, []);
    assert_eq!(lease(&f, Instant(i64::MAX), u32::MAX).await, [id]);
    assert_eq!(next_at(&f).await, Some(Instant(i64::MAX)));
    f.db.retry_job(JobId(samples::id()), 1, u32::MAX, Duration::MAX).await.unwrap();
}

async fn a_worker_whose_lease_ended_ends_nothing_of_the_next(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    lease(&f, MONDAY, 1).await;
    let after = MONDAY + LEASE;
    assert_eq!(lease(&f, after, 1).await, [id]);
    f.db.finish_job(id, 1).await.unwrap();
    f.db.retry_job(id, 1, 0, Duration::from_secs(36_000)).await.unwrap();
    assert_eq!(next_at(&f).await, Some(after + LEASE));
    f.db.finish_job(id, 2).await.unwrap();
    assert_eq!(next_at(&f).await, None);
}
