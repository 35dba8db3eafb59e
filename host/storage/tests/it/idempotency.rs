use std::time::Duration;

use futures::future::join_all;
use greffon_core::ports::idempotency::{Begun, IdempotencyKey, KEPT_FOR_MS, RUNNING_FOR_MS};
use greffon_core::ports::storage::StorageError;
use greffon_core::time::Instant;

use crate::samples::{MONDAY, minute, sud};
use crate::support::{Fixture, nord};

contract! {
    a_key_is_begun_once_and_remembers_its_result,
    a_key_is_not_shared_between_requests_people_and_practices,
    of_many_at_once_one_is_the_first,
    a_key_that_was_abandoned_can_be_begun_again,
    a_key_whose_process_died_can_be_begun_again,
    a_result_is_kept_for_its_time,
    old_keys_are_forgotten,
    a_key_that_cannot_be_stored_is_refused,
}

fn key() -> IdempotencyKey {
    IdempotencyKey { practice: nord(), subject: "secretary-1".to_owned(), key: "k".to_owned() }
}

/// So many milliseconds after [`MONDAY`].
fn later(ms: i64) -> Instant {
    MONDAY + Duration::from_millis(ms.unsigned_abs())
}

async fn a_key_is_begun_once_and_remembers_its_result(f: Fixture) {
    assert_eq!(f.keys.begin(&key(), "d", MONDAY).await.unwrap(), Begun::First);
    assert_eq!(f.keys.begin(&key(), "d", MONDAY).await.unwrap(), Begun::Running);
    f.keys.finish(&key(), "contact:1").await.unwrap();
    assert_eq!(f.keys.begin(&key(), "d", MONDAY).await.unwrap(), Begun::Done("contact:1".to_owned()));
}

async fn a_key_is_not_shared_between_requests_people_and_practices(f: Fixture) {
    assert_eq!(f.keys.begin(&key(), "d", MONDAY).await.unwrap(), Begun::First);
    assert_eq!(f.keys.begin(&key(), "other", MONDAY).await.unwrap(), Begun::OtherRequest);
    f.keys.finish(&key(), "contact:1").await.unwrap();
    assert_eq!(f.keys.begin(&key(), "other", MONDAY).await.unwrap(), Begun::OtherRequest);
    for other in [
        IdempotencyKey { practice: sud(), ..key() },
        IdempotencyKey { subject: "secretary-2".to_owned(), ..key() },
        IdempotencyKey { key: "l".to_owned(), ..key() },
    ] {
        assert_eq!(f.keys.begin(&other, "d", MONDAY).await.unwrap(), Begun::First);
    }
}

async fn of_many_at_once_one_is_the_first(f: Fixture) {
    let nodes = [f.second_node().await, f];
    let tries = (0..16).map(|task| {
        let node = nodes[task % 2].clone();
        tokio::spawn(async move { node.keys.begin(&key(), "d", MONDAY).await.unwrap() })
    });
    let mut begun: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    begun.sort_by_key(|begun| *begun != Begun::First);
    assert_eq!(begun[0], Begun::First);
    assert!(begun[1..].iter().all(|begun| *begun == Begun::Running), "{begun:?}");
    nodes[0].close().await;
}

async fn a_key_that_was_abandoned_can_be_begun_again(f: Fixture) {
    f.keys.begin(&key(), "d", MONDAY).await.unwrap();
    f.keys.abandon(&key()).await.unwrap();
    f.keys.abandon(&key()).await.unwrap();
    f.keys.finish(&key(), "nothing happens").await.unwrap();
    assert_eq!(f.keys.begin(&key(), "other", MONDAY).await.unwrap(), Begun::First);
}

async fn a_key_whose_process_died_can_be_begun_again(f: Fixture) {
    f.keys.begin(&key(), "d", MONDAY).await.unwrap();
    assert_eq!(f.keys.begin(&key(), "d", later(RUNNING_FOR_MS)).await.unwrap(), Begun::Running);
    assert_eq!(f.keys.begin(&key(), "d", later(RUNNING_FOR_MS + 1)).await.unwrap(), Begun::First);
}

async fn a_result_is_kept_for_its_time(f: Fixture) {
    f.keys.begin(&key(), "d", MONDAY).await.unwrap();
    f.keys.finish(&key(), "contact:1").await.unwrap();
    let done = Begun::Done("contact:1".to_owned());
    assert_eq!(f.keys.begin(&key(), "d", later(KEPT_FOR_MS)).await.unwrap(), done);
    assert_eq!(f.keys.begin(&key(), "d", later(KEPT_FOR_MS + 1)).await.unwrap(), Begun::First);
    assert_eq!(f.keys.begin(&key(), "d", later(KEPT_FOR_MS + 1)).await.unwrap(), Begun::Running);
}

async fn old_keys_are_forgotten(f: Fixture) {
    for (name, at) in [("a", 0), ("b", 1), ("c", 2)] {
        let key = IdempotencyKey { key: name.to_owned(), ..key() };
        f.keys.begin(&key, "d", minute(at)).await.unwrap();
    }
    assert_eq!(f.keys.forget(minute(1)).await.unwrap(), 1);
    assert_eq!(f.keys.forget(Instant(i64::MAX)).await.unwrap(), 2);
}

async fn a_key_that_cannot_be_stored_is_refused(f: Fixture) {
    for name in ["nul\0", &"x".repeat(1025)] {
        let key = IdempotencyKey { key: name.to_owned(), ..key() };
        let refused = f.keys.begin(&key, "d", MONDAY).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { .. })), "{refused:?}");
    }
}
