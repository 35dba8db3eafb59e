use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt as _};
use greffon_core::model::job::{Due, Lane};
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, MONDAY, RESOURCE, job_id, minute, minutes, sud, watch};
use crate::support::{Fixture, nord, page};

contract! {
    a_transaction_that_is_dropped_leaves_nothing,
    a_transaction_that_is_committed_leaves_everything,
    a_transaction_reads_what_it_wrote_and_nothing_that_was_refused,
    writers_of_one_practice_follow_each_other,
    readers_never_wait_for_a_writer,
    waiters_are_served_in_the_order_in_which_they_came,
    a_waiter_that_gives_up_blocks_nobody,
    ;
    databases:
    a_closed_storage_is_unavailable,
    who_gives_up_waiting_for_another_node_keeps_nothing,
    an_unreadable_row_is_named,
}

async fn write_everything(f: &Fixture, commit: bool) -> [bool; 7] {
    let mut contact = samples::contact();
    let mut intent = samples::intent(0, 15);
    let mut appointment = samples::appointment("a", minutes(0, 15));
    let mut message = samples::message();
    let mut commitment = samples::commitment(minute(60));
    let mut tx = f.begin().await;
    tx.save_contact(&mut contact).await.unwrap();
    tx.save_intent(&mut intent).await.unwrap();
    tx.save_appointment(&mut appointment).await.unwrap();
    tx.save_message(&mut message).await.unwrap();
    tx.save_commitment(&mut commitment).await.unwrap();
    tx.enqueue(job_id(), &watch(), Lane::Bulk, Due::At(MONDAY)).await.unwrap();
    tx.audit(&samples::audit_event(MONDAY, Some(contact.id))).await.unwrap();
    if commit {
        tx.commit().await.unwrap();
    } else {
        drop(tx);
    }
    [
        f.db.contact(&nord(), contact.id).await.unwrap().is_some(),
        f.db.intent(&nord(), intent.id).await.unwrap().is_some(),
        !f.db.claims(&nord(), RESOURCE, minutes(0, 15)).await.unwrap().is_empty(),
        f.db.appointment(&nord(), None, &appointment.id).await.unwrap().is_some(),
        f.db.message(&nord(), message.id).await.unwrap().is_some(),
        f.db.commitment(&nord(), commitment.id).await.unwrap().is_some(),
        f.db.next_job_in(Lane::Bulk).await.unwrap().is_some(),
    ]
}

async fn a_transaction_that_is_dropped_leaves_nothing(f: Fixture) {
    assert_eq!(write_everything(&f, false).await, [false; 7]);
    assert!(f.db.audit(&nord(), None, &page(1)).await.unwrap().items.is_empty());
    assert!(f.db.lease_jobs(Lane::Bulk, 1, 1, Duration::from_secs(1)).await.unwrap().is_empty());
}

async fn a_transaction_that_is_committed_leaves_everything(f: Fixture) {
    assert_eq!(write_everything(&f, true).await, [true; 7]);
    assert_eq!(f.db.audit(&nord(), None, &page(1)).await.unwrap().items.len(), 1);
}

async fn a_transaction_reads_what_it_wrote_and_nothing_that_was_refused(f: Fixture) {
    let mut contact = samples::contact();
    let mut tx = f.begin().await;
    tx.save_contact(&mut contact).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = f.begin().await;
    let mut read = tx.contact(contact.id).await.unwrap().unwrap();
    read.repeated = 7;
    tx.save_contact(&mut read).await.unwrap();
    assert_eq!(tx.contact(contact.id).await.unwrap().as_ref(), Some(&read));
    contact.repeated = 9;
    assert!(matches!(tx.save_contact(&mut contact).await, Err(StorageError::Stale { thing: "contact" })));
    assert_eq!(tx.contact(contact.id).await.unwrap().as_ref(), Some(&read));
    drop(tx);
    let mut tx = f.begin().await;
    assert_eq!(tx.contact(contact.id).await.unwrap().map(|contact| contact.repeated), Some(0));
}

async fn writers_of_one_practice_follow_each_other(f: Fixture) {
    let mut contact = samples::contact();
    let id = contact.id;
    let mut tx = f.begin().await;
    tx.save_contact(&mut contact).await.unwrap();
    tx.commit().await.unwrap();

    let nodes = [f.second_node().await, f];
    let tasks = (0..32).map(|task| {
        let node = nodes[task % 2].clone();
        tokio::spawn(async move {
            let mut tx = node.begin().await;
            let mut contact = tx.contact(id).await.unwrap().unwrap();
            contact.repeated += 1;
            tx.save_contact(&mut contact).await.unwrap();
            tx.commit().await.unwrap();
        })
    });
    for outcome in join_all(tasks).await {
        outcome.unwrap();
    }
    let contact = nodes[1].db.contact(&nord(), id).await.unwrap().unwrap();
    assert_eq!((contact.repeated, contact.version), (32, 33));
    nodes[0].close().await;
}

async fn readers_never_wait_for_a_writer(f: Fixture) {
    let mut contact = samples::contact();
    let mut tx = f.begin().await;
    tx.save_contact(&mut contact).await.unwrap();
    // They see what was there before, as often as they look.
    for _ in 0..20 {
        assert_eq!(f.db.contact(&nord(), contact.id).await.unwrap(), None);
    }
    if f.is_postgres() {
        // Nor do writers of another practice.
        f.db.begin(&sud()).await.unwrap().commit().await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(f.db.contact(&nord(), contact.id).await.unwrap().is_some());
}

async fn waiters_are_served_in_the_order_in_which_they_came(f: Fixture) {
    let first = f.begin().await;
    let waiting = FuturesUnordered::new();
    for place in 0..16 {
        let f = &f;
        let mut begin = Box::pin(async move { (place, f.begin().await) });
        // Polled once, it stands in the queue.
        assert!((&mut begin).now_or_never().is_none());
        waiting.push(begin);
    }
    drop(first);
    let served = waiting.then(async |(place, tx)| {
        tx.commit().await.unwrap();
        place
    });
    assert_eq!(served.collect::<Vec<_>>().await, (0..16).collect::<Vec<_>>());
}

async fn a_waiter_that_gives_up_blocks_nobody(f: Fixture) {
    let first = f.begin().await;
    let waiting = tokio::spawn({
        let f = f.clone();
        async move { f.begin().await.commit().await }
    });
    tokio::task::yield_now().await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    drop(first);
    f.begin().await.commit().await.unwrap();
}

/// Who waits for a practice of this database, one row each.
const WAITING: &str = "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
     WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted";

async fn who_gives_up_waiting_for_another_node_keeps_nothing(f: Fixture) {
    if !f.is_postgres() {
        // An SQLite file has one node.
        return;
    }
    let other = f.second_node().await;
    for _ in 0..8 {
        let first = f.begin().await;
        let waiting = tokio::spawn({
            let other = other.clone();
            async move { other.begin().await.commit().await }
        });
        // In the database, past its own node's queue.
        while f.raw(WAITING).await != Ok(1) {}
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        drop(first);
        for node in [&f, &other] {
            node.begin().await.commit().await.unwrap();
        }
    }
    other.close().await;
}

async fn a_closed_storage_is_unavailable(f: Fixture) {
    f.close().await;
    assert!(matches!(f.db.begin(&nord()).await.err(), Some(StorageError::Unavailable(_))));
    let read = f.db.contact(&nord(), samples::contact().id).await;
    assert!(matches!(read, Err(StorageError::Unavailable(_))), "{read:?}");
    assert!(f.db.ready().await.is_err());
}

async fn an_unreadable_row_is_named(f: Fixture) {
    let mut contact = samples::contact();
    let mut tx = f.begin().await;
    tx.save_contact(&mut contact).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.raw("UPDATE contacts SET doc = '{\"Mme\":\"Durand\"}'").await, Ok(1));
    for error in [
        f.db.contact(&nord(), contact.id).await.unwrap_err(),
        f.db.contacts(&nord(), None, &page(1)).await.unwrap_err(),
    ] {
        assert_eq!(error.to_string(), format!("row {} of contacts is not readable", contact.id));
    }
}
