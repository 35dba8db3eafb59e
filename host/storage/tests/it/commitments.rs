use greffon_core::ids::CommitmentId;
use greffon_core::model::commitment::{Commitment, CommitmentState};
use greffon_core::ports::storage::{Page, StorageError};

use crate::samples::{self, minute};
use crate::support::{Fixture, nord, page};

contract! {
    a_commitment_is_read_back_as_it_was_saved,
    save_refuses_the_known_and_the_overtaken,
    commitments_are_listed_earliest_due_first_and_by_state,
    a_commitment_that_moves_is_listed_at_its_new_place,
}

async fn save(f: &Fixture, commitment: &mut Commitment) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&commitment.practice).await?;
    tx.save_commitment(commitment).await?;
    tx.commit().await
}

async fn a_commitment_is_read_back_as_it_was_saved(f: Fixture) {
    let mut commitment = samples::commitment(minute(60));
    save(&f, &mut commitment).await.unwrap();
    assert_eq!(commitment.version, 1);
    assert_eq!(f.db.practice_of_commitment(commitment.id).await.unwrap(), Some(nord()));
    assert_eq!(f.begin().await.commitment(commitment.id).await.unwrap(), Some(commitment.clone()));
    assert_eq!(f.db.commitment(&nord(), commitment.id).await.unwrap(), Some(commitment));
    let unknown = CommitmentId(samples::id());
    assert_eq!(f.db.commitment(&nord(), unknown).await.unwrap(), None);
    assert_eq!(f.db.practice_of_commitment(unknown).await.unwrap(), None);
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut commitment = samples::commitment(minute(60));
    let mut twin = commitment.clone();
    save(&f, &mut commitment).await.unwrap();
    assert!(matches!(save(&f, &mut twin).await, Err(StorageError::Exists { thing: "commitment" })));
    let mut late = commitment.clone();
    save(&f, &mut commitment).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "commitment" })));
}

async fn commitments_are_listed_earliest_due_first_and_by_state(f: Fixture) {
    for (due, state) in [(30, CommitmentState::Promised), (10, CommitmentState::Kept), (20, CommitmentState::Promised)]
    {
        save(&f, &mut Commitment { state, ..samples::commitment(minute(due)) }).await.unwrap();
    }
    let first = f.db.commitments(&nord(), None, &page(2)).await.unwrap();
    let rest = f.db.commitments(&nord(), None, &Page { limit: 2, cursor: first.next }).await.unwrap();
    let due: Vec<_> = first.items.iter().chain(&rest.items).map(|commitment| commitment.due).collect();
    assert_eq!(due, [minute(10), minute(20), minute(30)]);
    let promised = f.db.commitments(&nord(), Some(CommitmentState::Promised), &page(1)).await.unwrap();
    let after = Page { limit: 1, cursor: promised.next };
    let after = f.db.commitments(&nord(), Some(CommitmentState::Promised), &after).await.unwrap();
    assert_eq!((promised.items[0].due, after.items[0].due), (minute(20), minute(30)));
    assert_eq!(after.next, None);
}

async fn a_commitment_that_moves_is_listed_at_its_new_place(f: Fixture) {
    let mut early = samples::commitment(minute(10));
    let mut late = samples::commitment(minute(20));
    save(&f, &mut early).await.unwrap();
    save(&f, &mut late).await.unwrap();
    early.due = minute(30);
    save(&f, &mut early).await.unwrap();
    let listed = f.db.commitments(&nord(), None, &page(9)).await.unwrap();
    assert_eq!(listed.items, [late, early]);
}
