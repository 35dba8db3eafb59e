use std::collections::HashSet;
use std::time::Duration;

use futures::future::join_all;
use greffon_core::ids::{JobId, MessageId};
use greffon_core::model::job::{Due, Job, Lane, LeasedJob};
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::storage::StorageError;
use greffon_core::time::Instant;

use crate::samples::{self, MONDAY, job_id, minute, watch};
use crate::support::{Fixture, nord};

const LEASE: Duration = Duration::from_secs(60);

contract! {
    a_job_is_leased_once_it_is_due,
    urgent_lanes_go_first_and_earliest_first_within_a_lane,
    a_lease_takes_at_most_its_limit,
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
    f.clock.set(now);
    f.db.lease_jobs(limit, LEASE).await.unwrap()
}

/// When the next job is due, as the clock stands.
async fn next_at(f: &Fixture) -> Option<Instant> {
    f.db.next_job_in().await.unwrap().map(|wait| f.clock.now() + wait)
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
    };
    assert_eq!(leased(&f, minute(5), 10).await, [expected]);
    assert_eq!(next_at(&f).await, Some(minute(6)), "the end of the lease");
    assert_eq!(lease(&f, minute(5), 10).await, []);
}

async fn urgent_lanes_go_first_and_earliest_first_within_a_lane(f: Fixture) {
    let mut expected = Vec::new();
    for (lane, run_at, rank) in [
        (Lane::Bulk, 0, 4),
        (Lane::Normal, 1, 3),
        (Lane::Urgent, 3, 1),
        (Lane::Normal, 0, 2),
        (Lane::Urgent, 2, 0),
        (Lane::Urgent, 9, 9),
    ] {
        expected.push((rank, enqueue(&f, lane, minute(run_at)).await));
    }
    expected.sort_unstable();
    let due: Vec<_> = expected.into_iter().map(|(_, id)| id).take(5).collect();
    assert_eq!(lease(&f, minute(3), 10).await, due);
}

async fn a_lease_takes_at_most_its_limit(f: Fixture) {
    let bulk = enqueue(&f, Lane::Bulk, minute(0)).await;
    let urgent = [enqueue(&f, Lane::Urgent, minute(0)).await, enqueue(&f, Lane::Urgent, minute(1)).await];
    assert_eq!(lease(&f, minute(1), 2).await, urgent);
    assert_eq!(lease(&f, minute(1), 2).await, [bulk]);
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
    f.db.retry_job(id, 1, Duration::ZERO).await.unwrap();
    assert_eq!(lease(&f, minute(60), 10).await, [other]);
}

async fn a_job_given_back_runs_at_its_new_time(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    lease(&f, MONDAY, 1).await;
    let again = MONDAY + Duration::from_secs(5);
    f.db.retry_job(id, 1, Duration::from_secs(5)).await.unwrap();
    assert_eq!(next_at(&f).await, Some(again));
    assert_eq!(lease(&f, Instant(again.0 - 1), 1).await, []);
    let again = leased(&f, again, 1).await;
    assert_eq!((again[0].attempt, again[0].waited), (2, Duration::ZERO));
}

async fn an_id_is_enqueued_once(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    let refused = f.begin().await.enqueue(id, &watch(), Lane::Bulk, Due::NOW).await;
    assert!(matches!(refused, Err(StorageError::Exists { thing: "job" })), "{refused:?}");
}

async fn workers_of_two_nodes_never_get_the_same_job(f: Fixture) {
    let mut tx = f.begin().await;
    for number in 0..200 {
        let lane = [Lane::Urgent, Lane::Normal, Lane::Bulk][number % 3];
        tx.enqueue(job_id(), &watch(), lane, Due::At(MONDAY)).await.unwrap();
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
    enqueue(&f, Lane::Urgent, MONDAY).await;
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
    f.db.retry_job(JobId(samples::id()), 1, Duration::MAX).await.unwrap();
}

async fn a_worker_whose_lease_ended_ends_nothing_of_the_next(f: Fixture) {
    let id = enqueue(&f, Lane::Normal, MONDAY).await;
    lease(&f, MONDAY, 1).await;
    let after = MONDAY + LEASE;
    assert_eq!(lease(&f, after, 1).await, [id]);
    f.db.finish_job(id, 1).await.unwrap();
    f.db.retry_job(id, 1, Duration::from_secs(36_000)).await.unwrap();
    assert_eq!(next_at(&f).await, Some(after + LEASE));
    f.db.finish_job(id, 2).await.unwrap();
    assert_eq!(next_at(&f).await, None);
}
