use greffon_core::model::intent::IntentState;
use greffon_core::model::message::MessageState;
use greffon_core::model::recovery::{Recovery, UnderWay};
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, minute, sud};
use crate::support::{Fixture, nord};

contract! {
    a_database_that_was_never_restored_has_no_recovery,
    each_practice_has_a_new_recovery_after_each_restore,
    what_was_under_way_is_known_until_it_has_its_end,
    save_refuses_the_known_and_the_overtaken,
}

async fn save(f: &Fixture, recovery: &mut Recovery) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&recovery.practice).await?;
    tx.save_recovery(recovery).await?;
    tx.commit().await
}

async fn a_database_that_was_never_restored_has_no_recovery(f: Fixture) {
    assert_eq!(f.db.recovery(&nord()).await.unwrap(), None);
    assert_eq!(f.begin().await.recovery().await.unwrap(), None);
    assert!(f.db.under_way(&nord(), 10).await.unwrap().is_empty());
}

async fn each_practice_has_a_new_recovery_after_each_restore(f: Fixture) {
    let first = f.db.mark_restored(minute(10), Some(minute(5))).await.unwrap();
    assert_eq!((first.number, first.restored_at, first.taken_at), (1, minute(10), Some(minute(5))));
    let mut recovery = f.db.recovery(&nord()).await.unwrap().unwrap();
    assert_eq!(recovery, Recovery::new(nord(), first));
    recovery = recovery.release("supervisor-1", minute(20)).unwrap();
    save(&f, &mut recovery).await.unwrap();
    assert_eq!(f.db.recovery(&nord()).await.unwrap(), Some(recovery.clone()));
    assert_eq!(f.begin().await.recovery().await.unwrap(), Some(recovery.clone()));
    assert!(f.db.recovery(&sud()).await.unwrap().unwrap().is_closed(), "of another practice it says nothing");

    let second = f.db.mark_restored(minute(30), None).await.unwrap();
    assert_eq!((second.number, second.taken_at), (2, None));
    let mut again = f.db.recovery(&nord()).await.unwrap().unwrap();
    assert!(again.is_closed() && again.restore == second);
    save(&f, &mut again).await.unwrap();
    assert_eq!(f.db.recovery(&nord()).await.unwrap(), Some(again));
}

async fn what_was_under_way_is_known_until_it_has_its_end(f: Fixture) {
    let mut expected = Vec::new();
    let mut tx = f.begin().await;
    for state in [MessageState::Queued, MessageState::Sending, MessageState::Sent, MessageState::Failed] {
        let mut message = samples::message();
        message.state = state;
        tx.save_message(&mut message).await.unwrap();
        expected.extend((!state.is_final()).then_some(UnderWay::Message(message.id)));
    }
    for (at, state) in [IntentState::Claimed, IntentState::Unknown, IntentState::Confirmed].into_iter().enumerate() {
        let start = i64::try_from(at).unwrap() * 30;
        let mut intent = samples::intent(start, start + 30);
        intent.state = state;
        tx.save_intent(&mut intent).await.unwrap();
        expected.extend((!state.is_final()).then_some(UnderWay::Intent(intent.id)));
    }
    tx.commit().await.unwrap();
    assert!(f.db.under_way(&nord(), 10).await.unwrap().is_empty(), "not before a restore");
    f.db.mark_restored(minute(10), None).await.unwrap();
    // What is written afterwards is not of the backup.
    let mut later = samples::message();
    let mut tx = f.begin().await;
    tx.save_message(&mut later).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(f.db.under_way(&nord(), 10).await.unwrap(), expected, "messages first");
    assert_eq!(f.db.under_way(&nord(), 3).await.unwrap(), expected[..3]);
    assert!(f.db.under_way(&sud(), 10).await.unwrap().is_empty());
    assert!(f.db.is_under_way(&nord(), expected[0]).await.unwrap());
    assert!(!f.db.is_under_way(&nord(), UnderWay::Message(later.id)).await.unwrap());
    for what in [expected[0], expected[0], expected[2]] {
        let mut tx = f.begin().await;
        tx.end_under_way(what).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(f.db.under_way(&nord(), 10).await.unwrap(), [expected[1], expected[3]]);
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    f.db.mark_restored(minute(10), None).await.unwrap();
    let mut first = f.db.recovery(&nord()).await.unwrap().unwrap();
    let mut other = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut other).await, Err(StorageError::Exists { thing: "recovery" })));
    let mut late = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "recovery" })));
    let mut foreign = Recovery { practice: sud(), ..first };
    let mut tx = f.begin().await;
    let refused = tx.save_recovery(&mut foreign).await;
    assert!(matches!(refused, Err(StorageError::NotStorable { thing: "recovery", .. })));
}
