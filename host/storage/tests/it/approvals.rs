//! What practitioners said of grids and scripts.

use greffon_core::model::approval::{Approval, Attestation};
use greffon_core::model::pin::SettingsDigest;
use greffon_core::ports::storage::StorageError;
use greffon_core::time::Instant;

use crate::samples::sud;
use crate::support::{Fixture, nord};

contract! {
    what_is_known_of_contents_is_read_back_as_it_was_saved,
    an_approval_that_was_overtaken_is_not_saved,
    every_change_of_any_practice_moves_the_mark,
}

fn approval(feature: &str, settings: &str) -> Approval {
    Approval {
        approved_at: Some(Instant(1_000)),
        begins_at: Some(Instant(2_000)),
        attestation: Some(Attestation {
            contents: Vec::new(),
            subject: "dr-7".to_owned(),
            rpps: "10003456789".to_owned(),
            at: Instant(1_000),
            from: Instant(2_000),
            until: Instant(3_000),
        }),
        ..Approval::new(nord(), feature.into(), SettingsDigest::of("triage-grid", settings))
    }
}

async fn save(f: &Fixture, approval: &mut Approval) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&approval.practice).await?;
    tx.save_approval(approval).await?;
    tx.commit().await
}

async fn what_is_known_of_contents_is_read_back_as_it_was_saved(f: Fixture) {
    assert_eq!(f.begin().await.approvals().await.unwrap(), []);
    let (mut one, mut other, mut script) = (approval("tri", "a"), approval("tri", "b"), approval("script", "a"));
    for row in [&mut one, &mut other, &mut script] {
        save(&f, row).await.unwrap();
    }
    let read = f.begin().await.approvals().await.unwrap();
    assert_eq!((read.len(), read[0].feature.as_str()), (3, "script"));
    assert!(read.contains(&one) && read.contains(&other) && read.contains(&script));
    one.withdraw(Instant(5_000));
    save(&f, &mut one).await.unwrap();
    assert_eq!(one.version, 2);
    let mut foreign = Approval { practice: sud(), ..approval("tri", "a") };
    save(&f, &mut foreign).await.unwrap();
    let all = f.db.approvals().await.unwrap();
    assert_eq!(all.len(), 4);
    assert!(all.contains(&one) && all.contains(&foreign));
    assert_eq!(f.db.begin(&sud()).await.unwrap().approvals().await.unwrap(), [foreign]);
    // As its transaction sees it, and not without its commit.
    let mut tx = f.begin().await;
    let mut third = approval("tri", "c");
    tx.save_approval(&mut third).await.unwrap();
    assert_eq!(tx.approvals().await.unwrap().len(), 4);
    drop(tx);
    assert_eq!(f.begin().await.approvals().await.unwrap().len(), 3);
}

async fn an_approval_that_was_overtaken_is_not_saved(f: Fixture) {
    let mut first = approval("tri", "a");
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut approval("tri", "a")).await, Err(StorageError::Exists { thing: "approval" })));
    let mut late = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "approval" })));
    let mut tx = f.db.begin(&sud()).await.unwrap();
    assert!(matches!(tx.save_approval(&mut first).await, Err(StorageError::NotStorable { thing: "approval", .. })));
}

async fn every_change_of_any_practice_moves_the_mark(f: Fixture) {
    assert_eq!(f.db.approvals_mark().await.unwrap(), 0);
    let mut marks = vec![0];
    let (mut ours, mut theirs) = (approval("tri", "a"), Approval { practice: sud(), ..approval("tri", "a") });
    for _ in 0..2 {
        for row in [&mut ours, &mut theirs] {
            save(&f, row).await.unwrap();
            marks.push(f.db.approvals_mark().await.unwrap());
        }
    }
    assert!(marks.is_sorted_by(|before, after| before < after), "{marks:?}");
}
