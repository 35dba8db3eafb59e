use greffon_core::ids::InboundAddressId;
use greffon_core::model::inbound::InboundAddress;
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, minute, sud};
use crate::support::{Fixture, nord};

contract! {
    an_address_is_found_by_its_digest_and_listed_for_its_practice,
    save_refuses_the_known_and_the_overtaken,
    a_delivery_is_known_again_for_its_feature_until_it_is_forgotten,
    a_delivery_that_is_not_committed_is_not_known,
}

fn address(digit: char) -> InboundAddress {
    InboundAddress {
        id: InboundAddressId(samples::id()),
        practice: nord(),
        feature: "agenda".into(),
        digest: digit.to_string().repeat(64),
        made_at: minute(0),
        made_by: "admin-1".to_owned(),
        revoked_at: None,
        revoked_by: None,
        version: 0,
    }
}

async fn save(f: &Fixture, address: &mut InboundAddress) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&address.practice).await?;
    tx.save_inbound_address(address).await?;
    tx.commit().await
}

async fn an_address_is_found_by_its_digest_and_listed_for_its_practice(f: Fixture) {
    let (mut first, mut second) = (address('a'), InboundAddress { made_at: minute(1), ..address('b') });
    save(&f, &mut second).await.unwrap();
    save(&f, &mut first).await.unwrap();
    save(&f, &mut second).await.unwrap();
    assert_eq!(f.db.inbound_address(&"a".repeat(64)).await.unwrap(), Some(first.clone()));
    assert_eq!(f.db.inbound_address(&"c".repeat(64)).await.unwrap(), None);
    first.revoked_at = Some(minute(1));
    save(&f, &mut first).await.unwrap();
    assert_eq!(f.db.inbound_address(&"a".repeat(64)).await.unwrap(), Some(first.clone()), "also when it is revoked");
    assert_eq!(f.db.inbound_addresses(&nord()).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(f.db.inbound_addresses(&sud()).await.unwrap(), []);
    assert_eq!(f.begin().await.inbound_addresses().await.unwrap(), [first, second]);
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut first = address('a');
    let mut again = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut again).await, Err(StorageError::Exists { thing: "inbound address" })));
    let mut overtaken = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut overtaken).await, Err(StorageError::Stale { thing: "inbound address" })));
}

async fn keep(f: &Fixture, feature: &str, name: &str, at: i64) -> bool {
    let mut tx = f.begin().await;
    let is_new = tx.keep_delivery(&feature.into(), name, minute(at)).await.unwrap();
    tx.commit().await.unwrap();
    is_new
}

async fn a_delivery_is_known_again_for_its_feature_until_it_is_forgotten(f: Fixture) {
    let odd = "é\0'\u{1f600}".repeat(40);
    assert!(keep(&f, "agenda", "one", 0).await);
    assert!(keep(&f, "agenda", &odd, 5).await);
    assert!(!keep(&f, "agenda", "one", 1).await);
    assert!(keep(&f, "another", "one", 1).await, "another feature was not told");
    let mut elsewhere = f.db.begin(&sud()).await.unwrap();
    assert!(elsewhere.keep_delivery(&"agenda".into(), "one", minute(1)).await.unwrap(), "nor another practice");
    drop(elsewhere);
    let mut tx = f.begin().await;
    assert_eq!(tx.forget_deliveries(minute(5)).await.unwrap(), 2);
    tx.commit().await.unwrap();
    assert!(keep(&f, "agenda", "one", 6).await);
    assert!(!keep(&f, "agenda", &odd, 6).await);
}

async fn a_delivery_that_is_not_committed_is_not_known(f: Fixture) {
    let mut tx = f.begin().await;
    assert!(tx.keep_delivery(&"agenda".into(), "one", minute(0)).await.unwrap());
    assert!(!tx.keep_delivery(&"agenda".into(), "one", minute(0)).await.unwrap(), "as its transaction sees it");
    drop(tx);
    assert!(keep(&f, "agenda", "one", 1).await);
}
