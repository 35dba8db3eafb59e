use std::collections::BTreeMap;
use std::sync::Arc;

use greffon_core::ids::CommitmentId;
use greffon_core::model::civil::Zone;
use greffon_core::model::commitment::{CallbackHour, Commitment, CommitmentState, callback_hour, callback_windows};
use greffon_core::model::practice::{CallbackWindows, Practice, WeekHours};
use greffon_core::ports::storage::{Page, StorageError};
use greffon_core::time::{Instant, Span};
use greffon_simulation::french_practice;

use crate::samples::{self, minute, sud};
use crate::support::{Fixture, nord, page};

contract! {
    a_commitment_is_read_back_as_it_was_saved,
    save_refuses_the_known_and_the_overtaken,
    commitments_are_listed_earliest_due_first_and_by_state,
    a_commitment_that_moves_is_listed_at_its_new_place,
    open_commitments_are_those_of_a_time_with_what_is_being_written,
    two_nodes_at_once_do_not_overfill_a_window,
    a_window_is_not_read_while_another_node_writes_into_it,
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

async fn open_commitments_are_those_of_a_time_with_what_is_being_written(f: Fixture) {
    use CommitmentState::{InProgress, Kept, Promised, Withdrawn};
    let time = Span { start: minute(10), end: minute(20) };
    let rows = [(20, Promised), (19, InProgress), (9, Promised), (10, Promised), (15, Kept), (16, Withdrawn)];
    for (due, state) in rows {
        save(&f, &mut Commitment { state, ..samples::commitment(minute(due)) }).await.unwrap();
    }
    let mut elsewhere = Commitment { practice: sud(), ..samples::commitment(minute(12)) };
    save(&f, &mut elsewhere).await.unwrap();
    let due = |found: Vec<Commitment>| found.iter().map(|one| one.due).collect::<Vec<_>>();
    assert_eq!(due(f.db.open_commitments(&nord(), time).await.unwrap()), [minute(10), minute(19)]);
    let mut tx = f.begin().await;
    tx.save_commitment(&mut samples::commitment(minute(11))).await.unwrap();
    assert_eq!(due(tx.open_commitments(time).await.unwrap()), [minute(10), minute(11), minute(19)]);
    drop(tx);
    assert_eq!(due(f.db.open_commitments(&nord(), time).await.unwrap()), [minute(10), minute(19)]);
}

/// What the transaction of a promise does: it looks at what is promised, chooses the hour, and
/// writes.
async fn promise(f: Fixture, practice: Arc<Practice>) -> (Instant, bool) {
    let (now, latest) = (minute(0), minute(240));
    let mut tx = f.begin().await;
    let time = Span { start: now, end: latest };
    let open = tx.open_commitments(Span { start: now, end: latest.plus_millis(1) }).await.unwrap();
    let windows = callback_windows(&practice, Some("dr-martin"), time, &open, &[]);
    let hour = callback_hour(now, latest, &windows, &[]);
    let CallbackHour { due, window, beyond_room } = hour;
    tx.save_commitment(&mut Commitment { window, beyond_room, ..samples::commitment(due) }).await.unwrap();
    tx.commit().await.unwrap();
    (due, beyond_room)
}

async fn two_nodes_at_once_do_not_overfill_a_window(f: Fixture) {
    const ROOM: u32 = 3;
    let mut practice = french_practice("nord");
    practice.time_zone = "UTC".to_owned();
    let zone = Zone::of(&practice);
    // Two windows of an hour, the first in an hour, in whatever civil time that is.
    let start = zone.minute_of_day(minute(60)).unwrap();
    let hours = WeekHours(std::array::from_fn(|_| vec![(start, start + 60), (start + 60, start + 120)]));
    let (owner, site) = ("dr-martin".to_owned(), practice.sites[0].id.clone());
    practice.callback_windows = vec![CallbackWindows { owner, site, hours, room: ROOM }];
    let practice = Arc::new(practice);
    let second = f.second_node().await;
    let callers = (0..10).map(|number| {
        let node = if number % 2 == 0 { f.clone() } else { second.clone() };
        tokio::spawn(promise(node, Arc::clone(&practice)))
    });
    let mut fits: BTreeMap<Instant, u32> = BTreeMap::new();
    let mut beyond = 0;
    for caller in callers.collect::<Vec<_>>() {
        match caller.await.unwrap() {
            (_, true) => beyond += 1,
            (due, false) => *fits.entry(due).or_default() += 1,
        }
    }
    assert_eq!((fits, beyond), (BTreeMap::from([(minute(120), ROOM), (minute(180), ROOM)]), 10 - 2 * ROOM));
    second.close().await;
}

async fn a_window_is_not_read_while_another_node_writes_into_it(f: Fixture) {
    let due = Span { start: minute(0), end: minute(120) };
    let second = f.second_node().await;
    // Its connection is there: to make one takes longer than all that follows.
    assert_eq!(second.begin().await.open_commitments(due).await.unwrap(), []);
    let mut first = f.begin().await;
    assert_eq!(first.open_commitments(due).await.unwrap(), []);
    let node = second.clone();
    let other = tokio::spawn(async move { node.begin().await.open_commitments(due).await.unwrap().len() });
    // Whoever waits for nobody has begun and read long before this is over.
    for _ in 0..200 {
        first.open_commitments(due).await.unwrap();
        assert!(!other.is_finished(), "it has read a window that is being written into");
    }
    first.save_commitment(&mut samples::commitment(minute(60))).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(other.await.unwrap(), 1, "it reads what was written before it");
    second.close().await;
}
