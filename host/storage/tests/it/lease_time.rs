//! What the time of leases promises in production: it is the database's.

use std::time::Duration;

use greffon_core::model::job::{Due, Lane};
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::time::Instant;

use crate::samples::{job_id, watch};
use crate::support::{Fixture, nord};

const HOUR: Duration = Duration::from_secs(3600);

databases! {
    a_delay_is_reckoned_by_the_database_whatever_the_callers_clock_shows,
    an_hour_of_the_day_is_the_same_for_the_database,
}

async fn enqueue(f: &Fixture, due: Due) {
    let mut tx = f.db.begin(&nord()).await.unwrap();
    tx.enqueue(job_id(), &watch(), Lane::Normal, due).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_delay_is_reckoned_by_the_database_whatever_the_callers_clock_shows(f: Fixture) {
    let (one, other) = (f.real_node().await, f.real_node().await);
    // The injected clock stands at the epoch, half a century behind: who reads it starves.
    enqueue(&one, Due::NOW).await;
    enqueue(&one, Due::After(HOUR)).await;
    let leased = other.db.lease_jobs(Lane::Normal, 10, 10, HOUR).await.unwrap();
    assert_eq!(leased.len(), 1, "the one that is due, and not the one in an hour");
    assert!(one.db.lease_jobs(Lane::Normal, 10, 10, HOUR).await.unwrap().is_empty(), "somebody holds it");

    other.db.retry_job(leased[0].id, 1, 0, HOUR).await.unwrap();
    assert!(one.db.lease_jobs(Lane::Normal, 10, 10, HOUR).await.unwrap().is_empty(), "it was put off");
    let wait = one.db.next_job_in(Lane::Normal).await.unwrap().unwrap();
    assert!(wait <= HOUR && wait > HOUR / 2, "{wait:?}");
    one.close().await;
    other.close().await;
}

async fn an_hour_of_the_day_is_the_same_for_the_database(f: Fixture) {
    let node = f.real_node().await;
    let now = SystemClock.now();
    enqueue(&node, Due::At(now + HOUR)).await;
    enqueue(&node, Due::At(Instant(now.0 - 60_000))).await;
    let leased = node.db.lease_jobs(Lane::Normal, 10, 10, HOUR).await.unwrap();
    assert_eq!(leased.len(), 1);
    let waited = leased[0].waited;
    assert!(waited > Duration::from_secs(50) && waited < Duration::from_secs(600), "{waited:?}");
    node.close().await;
}
