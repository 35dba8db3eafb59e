use greffon_core::ids::{IntentId, OpId, PatientId};
use greffon_core::model::intent::{Intent, IntentState};
use greffon_core::model::patient::Link;
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, RESOURCE, claim, minutes, sud};
use crate::support::{Fixture, nord};

contract! {
    an_intent_is_read_back_by_id_and_by_op,
    an_unknown_intent_is_absent,
    those_of_a_patients_latest_contacts_are_found_at_once,
    an_op_id_is_used_once_per_practice,
    an_op_id_never_changes,
    an_op_id_that_cannot_be_stored_is_refused_and_never_found,
    save_refuses_a_version_that_was_overtaken,
    claims_follow_the_state,
    claims_follow_the_intent_when_it_moves,
}

pub async fn save(fixture: &Fixture, intent: &mut Intent) -> Result<(), StorageError> {
    let mut tx = fixture.db.begin(&intent.practice).await?;
    tx.save_intent(intent).await?;
    tx.commit().await
}

async fn an_intent_is_read_back_by_id_and_by_op(f: Fixture) {
    let mut intent = samples::intent(0, 15);
    save(&f, &mut intent).await.unwrap();

    assert_eq!(intent.version, 1);
    assert_eq!(f.db.intent(&nord(), intent.id).await.unwrap(), Some(intent.clone()));
    assert_eq!(f.db.intent_by_op(&nord(), &intent.op).await.unwrap(), Some(intent.clone()));
    let mut tx = f.begin().await;
    assert_eq!(tx.intent(intent.id).await.unwrap(), Some(intent.clone()));
    assert_eq!(tx.intent_by_op(&intent.op).await.unwrap(), Some(intent));
}

async fn an_unknown_intent_is_absent(f: Fixture) {
    assert_eq!(f.db.intent(&nord(), IntentId(samples::id())).await.unwrap(), None);
    assert_eq!(f.db.intent_by_op(&nord(), &OpId::from("nobody")).await.unwrap(), None);
}

async fn an_op_id_is_used_once_per_practice(f: Fixture) {
    let mut first = samples::intent(0, 15);
    save(&f, &mut first).await.unwrap();

    let mut second = Intent { op: first.op.clone(), ..samples::intent(60, 75) };
    let refused = save(&f, &mut second).await;
    assert!(matches!(refused, Err(StorageError::Exists { thing: "intent" })), "{refused:?}");
    assert_eq!(second.version, 0);
    assert_eq!(f.db.claims(&nord(), RESOURCE, minutes(60, 75)).await.unwrap(), []);

    let mut elsewhere = Intent { op: first.op.clone(), practice: sud(), ..samples::intent(0, 15) };
    save(&f, &mut elsewhere).await.unwrap();
}

async fn an_op_id_never_changes(f: Fixture) {
    let mut intent = samples::intent(0, 15);
    save(&f, &mut intent).await.unwrap();
    intent.op = OpId::from("another");
    assert!(matches!(save(&f, &mut intent).await, Err(StorageError::Stale { .. })));
}

async fn an_op_id_that_cannot_be_stored_is_refused_and_never_found(f: Fixture) {
    for op in ["nul\0", &"x".repeat(1025)] {
        let op = OpId::from(op);
        let refused = save(&f, &mut Intent { op: op.clone(), ..samples::intent(0, 15) }).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { thing: "op-id", .. })), "{refused:?}");
        assert_eq!(f.db.intent_by_op(&nord(), &op).await.unwrap(), None);
    }
}

async fn save_refuses_a_version_that_was_overtaken(f: Fixture) {
    let mut intent = samples::intent(0, 15);
    save(&f, &mut intent).await.unwrap();
    let mut late = intent.clone();
    intent.state = IntentState::Sending;
    save(&f, &mut intent).await.unwrap();

    // The one that is late must not release the claim either.
    late.state = IntentState::Refused;
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "intent" })));
    assert_eq!(late.version, 1);
    assert_eq!(f.db.claims(&nord(), RESOURCE, minutes(0, 15)).await.unwrap(), intent.claims);
}

async fn claims_follow_the_state(f: Fixture) {
    let mut intent = Intent { state: IntentState::Drafted, ..samples::intent(0, 15) };
    let held = async || f.db.claims(&nord(), RESOURCE, minutes(0, 15)).await.unwrap();
    save(&f, &mut intent).await.unwrap();
    assert_eq!(held().await, []);
    for state in [
        IntentState::Claimed,
        IntentState::Held,
        IntentState::Sending,
        IntentState::Unknown,
        IntentState::NeedsHuman,
        IntentState::Compensating,
        IntentState::Confirmed,
    ] {
        intent.state = state;
        save(&f, &mut intent).await.unwrap();
        assert_eq!(held().await, intent.claims, "{state:?}");
    }
    for state in [IntentState::Compensated, IntentState::Claimed, IntentState::Refused] {
        intent.state = state;
        save(&f, &mut intent).await.unwrap();
        assert_eq!(held().await.is_empty(), !state.is_live(), "{state:?}");
    }
}

async fn claims_follow_the_intent_when_it_moves(f: Fixture) {
    let mut intent = samples::intent(0, 15);
    save(&f, &mut intent).await.unwrap();
    intent.claims = vec![claim(30, 45), claim(5, 20), claim(30, 45)];
    save(&f, &mut intent).await.unwrap();
    assert_eq!(f.db.claims(&nord(), RESOURCE, minutes(0, 60)).await.unwrap(), [claim(5, 20), claim(30, 45)]);
    intent.claims.clear();
    save(&f, &mut intent).await.unwrap();
    assert_eq!(f.db.claims(&nord(), RESOURCE, minutes(0, 60)).await.unwrap(), []);
}

async fn those_of_a_patients_latest_contacts_are_found_at_once(f: Fixture) {
    let (patient, other) = (PatientId(samples::id()), PatientId(samples::id()));
    let mut made = Vec::new();
    for (minute, about) in [(0, patient), (15, patient), (30, patient), (45, other)] {
        let mut contact = samples::contact();
        contact.received_at = contact.received_at.plus_minutes(minute);
        contact.patient = Link::Known { patient: about, by: None };
        let mut intent = Intent { contact: Some(contact.id), ..samples::intent(minute, minute + 15) };
        let mut tx = f.begin().await;
        tx.save_contact(&mut contact).await.unwrap();
        tx.save_intent(&mut intent).await.unwrap();
        tx.commit().await.unwrap();
        made.push(intent);
    }
    let about = async |patients: &[PatientId], contacts| {
        let mut found = f.db.intents_about(&nord(), patients, contacts).await.unwrap();
        found.sort_by_key(|one| one.request.span.start);
        found
    };
    assert_eq!(about(&[patient], 20).await, made[..3]);
    assert_eq!(about(&[patient], 2).await, made[1..3], "the latest");
    assert_eq!(about(&[other, patient], 2).await, made[2..], "of both together");
    assert_eq!(about(&[PatientId(samples::id())], 20).await, []);
    assert_eq!(about(&[], 20).await, []);
    assert_eq!(f.db.intents_about(&sud(), &[patient], 20).await.unwrap(), []);
}
