use greffon_core::ids::{MessageId, PracticeId};
use greffon_core::model::alert::{AlertTest, Asked};
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, minute, sud};
use crate::support::{Fixture, nord};

contract! {
    the_last_test_of_a_chain_is_read_back_as_it_was_saved,
    save_refuses_the_known_and_the_overtaken,
    a_test_of_another_practice_is_none,
}

fn test(practice: PracticeId) -> AlertTest {
    let by = vec![("mailto".to_owned(), MessageId(samples::id())), ("tel".to_owned(), MessageId(samples::id()))];
    AlertTest {
        practice,
        day: "2026-11-30".to_owned(),
        sent_at: minute(30),
        asked: vec![Asked { person: "on-call".to_owned(), by }],
        ended: false,
        version: 0,
    }
}

async fn save(f: &Fixture, test: &mut AlertTest) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&test.practice).await?;
    tx.save_alert_test(test).await?;
    tx.commit().await
}

async fn the_last_test_of_a_chain_is_read_back_as_it_was_saved(f: Fixture) {
    assert_eq!(f.begin().await.alert_test().await.unwrap(), None);
    let mut first = test(nord());
    save(&f, &mut first).await.unwrap();
    assert_eq!(f.begin().await.alert_test().await.unwrap(), Some(first.clone()));
    let mut next = AlertTest { day: "2026-12-01".to_owned(), ended: true, ..first };
    save(&f, &mut next).await.unwrap();
    assert_eq!(next.version, 2);
    let mut tx = f.begin().await;
    assert_eq!(tx.alert_test().await.unwrap(), Some(next.clone()));
    tx.save_alert_test(&mut next).await.unwrap();
    assert_eq!(tx.alert_test().await.unwrap().map(|test| test.version), Some(3), "as its transaction sees it");
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut first = test(nord());
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut test(nord())).await, Err(StorageError::Exists { thing: "alert test" })));
    let mut late = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "alert test" })));
}

async fn a_test_of_another_practice_is_none(f: Fixture) {
    let mut first = test(nord());
    save(&f, &mut first).await.unwrap();
    let mut tx = f.db.begin(&sud()).await.unwrap();
    assert_eq!(tx.alert_test().await.unwrap(), None);
    let foreign = tx.save_alert_test(&mut first).await;
    assert!(matches!(foreign, Err(StorageError::NotStorable { thing: "alert test", .. })));
}
