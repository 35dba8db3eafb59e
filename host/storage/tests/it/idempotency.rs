use std::time::Duration;

use futures::future::join_all;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::idempotency::{Begun, HELD_FOR, IdempotencyKey, KEPT_FOR, KeyClaim};
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, MONDAY, sud};
use crate::support::{Fixture, nord};

contract! {
    a_key_is_begun_once_and_remembers_its_result,
    a_key_is_not_shared_between_requests_people_and_practices,
    of_many_at_once_one_is_the_first,
    a_key_that_was_abandoned_can_be_begun_again,
    a_key_whose_process_died_can_be_begun_again,
    a_key_that_is_renewed_is_not_taken_over,
    a_result_is_kept_for_its_time,
    old_keys_are_forgotten,
    a_key_that_cannot_be_stored_is_refused,
    ; databases:
    a_transaction_of_its_holder_renews_the_key,
    who_lost_the_key_ends_nothing_and_writes_nothing,
    nobody_takes_a_key_while_its_holder_writes,
}

const MOMENT: Duration = Duration::from_millis(1);

async fn begin(f: &Fixture, key: &IdempotencyKey, digest: &str) -> Begun {
    f.keys.begin(key, digest).await.unwrap()
}

/// Takes the key, which is free.
async fn taken(f: &Fixture, key: &IdempotencyKey, digest: &str) -> KeyClaim {
    match begin(f, key, digest).await {
        Begun::First(claim) => claim,
        other => panic!("{other:?}"),
    }
}

fn pass(f: &Fixture, time: Duration) {
    f.clock.set(f.clock.now() + time);
}

fn key() -> IdempotencyKey {
    IdempotencyKey { practice: nord(), subject: "secretary-1".to_owned(), key: "k".to_owned() }
}

async fn a_key_is_begun_once_and_remembers_its_result(f: Fixture) {
    let claim = taken(&f, &key(), "d").await;
    assert_eq!(begin(&f, &key(), "d").await, Begun::Running);
    f.keys.finish(&claim, "contact:1").await.unwrap();
    assert_eq!(begin(&f, &key(), "d").await, Begun::Done("contact:1".to_owned()));
}

async fn a_key_is_not_shared_between_requests_people_and_practices(f: Fixture) {
    let claim = taken(&f, &key(), "d").await;
    assert_eq!(begin(&f, &key(), "other").await, Begun::OtherRequest);
    f.keys.finish(&claim, "contact:1").await.unwrap();
    assert_eq!(begin(&f, &key(), "other").await, Begun::OtherRequest);
    for other in [
        IdempotencyKey { practice: sud(), ..key() },
        IdempotencyKey { subject: "secretary-2".to_owned(), ..key() },
        IdempotencyKey { key: "l".to_owned(), ..key() },
    ] {
        taken(&f, &other, "d").await;
    }
}

async fn of_many_at_once_one_is_the_first(f: Fixture) {
    let nodes = [f.second_node().await, f];
    let tries = (0..16).map(|task| {
        let node = nodes[task % 2].clone();
        tokio::spawn(async move { begin(&node, &key(), "d").await })
    });
    let begun: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(begun.iter().filter(|begun| matches!(begun, Begun::First(_))).count(), 1, "{begun:?}");
    assert_eq!(begun.iter().filter(|begun| **begun == Begun::Running).count(), 15, "{begun:?}");
    nodes[0].close().await;
}

async fn a_key_that_was_abandoned_can_be_begun_again(f: Fixture) {
    let claim = taken(&f, &key(), "d").await;
    f.keys.abandon(&claim).await.unwrap();
    f.keys.abandon(&claim).await.unwrap();
    f.keys.finish(&claim, "nothing happens").await.unwrap();
    taken(&f, &key(), "other").await;
}

async fn a_key_whose_process_died_can_be_begun_again(f: Fixture) {
    f.clock.set(MONDAY);
    taken(&f, &key(), "d").await;
    pass(&f, HELD_FOR);
    assert_eq!(begin(&f, &key(), "d").await, Begun::Running);
    pass(&f, MOMENT);
    taken(&f, &key(), "d").await;
}

async fn a_key_that_is_renewed_is_not_taken_over(f: Fixture) {
    f.clock.set(MONDAY);
    let claim = taken(&f, &key(), "d").await;
    for _ in 0..3 {
        pass(&f, HELD_FOR);
        assert!(f.keys.renew(&claim).await.unwrap());
    }
    pass(&f, HELD_FOR);
    assert_eq!(begin(&f, &key(), "d").await, Begun::Running);
}

async fn a_transaction_of_its_holder_renews_the_key(f: Fixture) {
    f.clock.set(MONDAY);
    let claim = taken(&f, &key(), "d").await;
    pass(&f, HELD_FOR);
    f.keys.guarded(&f.db, &claim).begin(&nord()).await.unwrap().commit().await.unwrap();
    pass(&f, HELD_FOR);
    assert_eq!(begin(&f, &key(), "d").await, Begun::Running);
}

async fn who_lost_the_key_ends_nothing_and_writes_nothing(f: Fixture) {
    f.clock.set(MONDAY);
    let first = taken(&f, &key(), "d").await;
    pass(&f, HELD_FOR + MOMENT);
    let second = taken(&f, &key(), "d").await;
    assert!(!f.keys.renew(&first).await.unwrap());
    let refused = f.keys.guarded(&f.db, &first).begin(&nord()).await;
    assert!(matches!(refused, Err(StorageError::Stale { thing: "idempotency key" })));
    f.keys.abandon(&first).await.unwrap();
    f.keys.finish(&first, "contact:1").await.unwrap();
    assert_eq!(begin(&f, &key(), "d").await, Begun::Running);
    f.keys.finish(&second, "contact:2").await.unwrap();
    assert_eq!(begin(&f, &key(), "d").await, Begun::Done("contact:2".to_owned()));
}

async fn nobody_takes_a_key_while_its_holder_writes(f: Fixture) {
    f.clock.set(MONDAY);
    let claim = taken(&f, &key(), "d").await;
    let mut contact = samples::contact();
    let mut tx = f.keys.guarded(&f.db, &claim).begin(&nord()).await.unwrap();
    tx.save_contact(&mut contact).await.unwrap();
    // The process was stopped for long; somebody comes for its key at that moment.
    pass(&f, HELD_FOR + MOMENT);
    let node = f.second_node().await;
    let taking = tokio::spawn({
        let node = node.clone();
        async move { begin(&node, &key(), "d").await }
    });
    // On PostgreSQL it waits for the row, on SQLite for the writer; here it has had
    // every chance to go ahead.
    for _ in 0..50 {
        tokio::task::yield_now().await;
        f.db.contact(&nord(), contact.id).await.unwrap();
    }
    assert!(!taking.is_finished(), "the holder is not done");
    tx.commit().await.unwrap();
    // What it wrote stands, and whoever takes the key now comes after it.
    taking.await.unwrap();
    assert!(f.db.contact(&nord(), contact.id).await.unwrap().is_some());
    let late = f.keys.guarded(&f.db, &claim).begin(&nord()).await;
    assert!(matches!(late, Err(StorageError::Stale { .. })), "the key has another holder");
    node.close().await;
}

async fn a_result_is_kept_for_its_time(f: Fixture) {
    f.clock.set(MONDAY);
    let claim = taken(&f, &key(), "d").await;
    f.keys.finish(&claim, "contact:1").await.unwrap();
    pass(&f, KEPT_FOR);
    assert_eq!(begin(&f, &key(), "d").await, Begun::Done("contact:1".to_owned()));
    pass(&f, MOMENT);
    taken(&f, &key(), "d").await;
    assert_eq!(begin(&f, &key(), "d").await, Begun::Running);
}

async fn old_keys_are_forgotten(f: Fixture) {
    f.clock.set(MONDAY);
    for name in ["a", "b", "c"] {
        taken(&f, &IdempotencyKey { key: name.to_owned(), ..key() }, "d").await;
        pass(&f, MOMENT);
    }
    assert_eq!(f.keys.forget(2 * MOMENT).await.unwrap(), 1);
    assert_eq!(f.keys.forget(Duration::ZERO).await.unwrap(), 2);
}

async fn a_key_that_cannot_be_stored_is_refused(f: Fixture) {
    for name in ["nul\0", &"x".repeat(1025)] {
        let key = IdempotencyKey { key: name.to_owned(), ..key() };
        let refused = f.keys.begin(&key, "d").await;
        assert!(matches!(refused, Err(StorageError::NotStorable { .. })), "{refused:?}");
    }
}
