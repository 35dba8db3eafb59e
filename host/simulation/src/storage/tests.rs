use std::sync::Arc;

use futures::executor::block_on;
use greffon_core::model::intent::IntentState;
use greffon_core::model::job::{Due, Job};
use greffon_core::time::Instant;

use super::*;
use crate::clock::ManualClock;
use crate::faults::{Fault, FaultPlan};
use crate::practices::{sample_contact, sample_intent};

fn practice() -> PracticeId {
    "les-tilleuls".into()
}

fn job() -> Job {
    Job::DeliverMessage(MessageId(uuid::Uuid::nil()))
}

fn hour(from: i64) -> Span {
    Span { start: Instant(from * 3_600_000), end: Instant((from + 1) * 3_600_000) }
}

async fn save(storage: &MemoryStorage, intent: &mut Intent) -> Stored<()> {
    let mut tx = storage.begin(&practice()).await?;
    tx.save_intent(intent).await?;
    tx.commit().await
}

#[test]
fn a_dropped_transaction_leaves_nothing() {
    block_on(async {
        let storage = MemoryStorage::default();
        let mut contact = sample_contact(&practice(), 1);
        let mut tx = storage.begin(&practice()).await.unwrap();
        tx.save_contact(&mut contact).await.unwrap();
        tx.enqueue(JobId(contact.id.0), &job(), Lane::Bulk, Due::NOW).await.unwrap();
        assert!(tx.contact(contact.id).await.unwrap().is_some(), "its own writes are seen");
        drop(tx);
        assert_eq!(storage.contact(&practice(), contact.id).await.unwrap(), None);
        assert_eq!(storage.next_job_in(Lane::Bulk).await.unwrap(), None);
    });
}

#[test]
fn a_save_of_an_older_version_is_stale() {
    block_on(async {
        let storage = MemoryStorage::default();
        let mut contact = sample_contact(&practice(), 1);
        let mut tx = storage.begin(&practice()).await.unwrap();
        let mut again = contact.clone();
        tx.save_contact(&mut contact).await.unwrap();
        assert_eq!(contact.version, 1);
        assert!(matches!(tx.save_contact(&mut again).await, Err(StorageError::Exists { .. })));
        again.version = 7;
        assert!(matches!(tx.save_contact(&mut again).await, Err(StorageError::Stale { .. })));
        tx.save_contact(&mut contact).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(storage.contact(&practice(), contact.id).await.unwrap().unwrap().version, 2);
    });
}

#[test]
fn live_claims_of_two_chains_exclude_each_other() {
    block_on(async {
        let storage = MemoryStorage::default();
        let mut first = sample_intent(&practice(), 1, hour(9));
        save(&storage, &mut first).await.unwrap();
        let mut second = sample_intent(&practice(), 2, hour(9));
        assert!(matches!(save(&storage, &mut second).await, Err(StorageError::ClaimTaken { .. })));
        let mut touching = sample_intent(&practice(), 3, hour(10));
        save(&storage, &mut touching).await.unwrap();
        let mut same_chain = sample_intent(&practice(), 4, hour(9));
        same_chain.chain = first.id;
        save(&storage, &mut same_chain).await.unwrap();
        let mut other_seat = sample_intent(&practice(), 5, hour(9));
        other_seat.claims[0].seat = 1;
        save(&storage, &mut other_seat).await.unwrap();
        for intent in [&mut first, &mut same_chain] {
            intent.state = IntentState::Refused;
            save(&storage, intent).await.unwrap();
        }
        save(&storage, &mut second).await.unwrap();
    });
}

#[test]
fn an_op_id_belongs_to_one_intent() {
    block_on(async {
        let storage = MemoryStorage::default();
        let mut first = sample_intent(&practice(), 1, hour(9));
        save(&storage, &mut first).await.unwrap();
        let mut second = sample_intent(&practice(), 2, hour(12));
        second.op = first.op.clone();
        assert!(matches!(save(&storage, &mut second).await, Err(StorageError::Exists { thing: "intent" })));
        let found = storage.intent_by_op(&practice(), &first.op).await.unwrap().unwrap();
        assert_eq!(found.id, first.id);
        assert_eq!(storage.intent_by_op(&"other".into(), &first.op).await.unwrap(), None);
    });
}

#[test]
fn jobs_are_leased_when_they_are_due_and_again_when_the_lease_ends() {
    block_on(async {
        let clock = Arc::new(ManualClock::at(Instant(0)));
        let storage = MemoryStorage::on(clock.clone());
        let mut tx = storage.begin(&practice()).await.unwrap();
        let id = |n: u128| JobId(uuid::Uuid::from_u128(n));
        tx.enqueue(id(1), &job(), Lane::Bulk, Due::NOW).await.unwrap();
        tx.enqueue(id(2), &job(), Lane::Urgent, Due::After(Duration::from_millis(5))).await.unwrap();
        tx.enqueue(id(3), &job(), Lane::Urgent, Due::At(Instant(50))).await.unwrap();
        tx.commit().await.unwrap();
        let minute = Duration::from_secs(60);
        clock.set(Instant(10));
        let lease = |lane| storage.lease_jobs(lane, 10, 10, minute);
        let leased = lease(Lane::Urgent).await.unwrap();
        assert_eq!(leased.iter().map(|job| job.id).collect::<Vec<_>>(), [id(2)]);
        assert!(lease(Lane::Urgent).await.unwrap().is_empty());
        assert_eq!(lease(Lane::Bulk).await.unwrap()[0].id, id(1), "a lane has its own");
        assert_eq!(storage.next_job_in(Lane::Urgent).await.unwrap(), Some(Duration::from_millis(40)));
        storage.finish_job(id(1), 1).await.unwrap();
        storage.retry_job(id(3), 0, 0, minute).await.unwrap();
        clock.set(Instant(60_010));
        let again = lease(Lane::Urgent).await.unwrap();
        assert_eq!(again.iter().map(|job| (job.id, job.attempt)).collect::<Vec<_>>(), [(id(2), 2), (id(3), 1)]);
    });
}

#[test]
fn a_scripted_fault_leaves_nothing_of_the_commit() {
    block_on(async {
        let plan = Arc::new(FaultPlan::none());
        let storage = MemoryStorage::with(Arc::new(ManualClock::at(Instant(0))), plan.clone(), Arc::default(), None);
        let mut intent = sample_intent(&practice(), 1, hour(9));
        plan.next(Effect::StorageWrite, Fault::Refused);
        assert!(matches!(save(&storage, &mut intent).await, Err(StorageError::Unavailable(_))));
        assert_eq!(storage.intent(&practice(), intent.id).await.unwrap(), None);
    });
}

#[test]
fn pages_follow_each_other() {
    block_on(async {
        let storage = MemoryStorage::default();
        let mut tx = storage.begin(&practice()).await.unwrap();
        for number in 0..5 {
            tx.save_contact(&mut sample_contact(&practice(), number)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut page = Page { limit: 2, cursor: None };
        let mut seen = Vec::new();
        loop {
            let listed = storage.contacts(&practice(), None, &page).await.unwrap();
            seen.extend(listed.items.into_iter().map(|contact| contact.id));
            let Some(next) = listed.next else { break };
            page.cursor = Some(next);
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first");
    });
}
