use greffon_core::model::audit::AuditEvent;
use greffon_core::model::commitment::Commitment;
use greffon_core::model::contact::Contact;
use greffon_core::model::intent::{Appointment, Intent};
use greffon_core::model::message::Message;
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, MONDAY, RESOURCE, minute, minutes, sud};
use crate::support::{Fixture, nord, page};

contract! {
    another_practice_sees_nothing,
    another_practice_changes_nothing,
    a_transaction_stores_nothing_of_another_practice,
}

struct OneOfEach {
    contact: Contact,
    intent: Intent,
    appointment: Appointment,
    message: Message,
    commitment: Commitment,
    event: AuditEvent,
}

async fn one_of_each(f: &Fixture) -> OneOfEach {
    let mut all = OneOfEach {
        contact: samples::contact(),
        intent: samples::intent(0, 15),
        appointment: samples::appointment("a", minutes(0, 15)),
        message: samples::message(),
        commitment: samples::commitment(minute(60)),
        event: samples::audit_event(MONDAY, None),
    };
    let mut tx = f.begin().await;
    tx.save_contact(&mut all.contact).await.unwrap();
    tx.save_intent(&mut all.intent).await.unwrap();
    tx.save_appointment(&mut all.appointment).await.unwrap();
    tx.save_message(&mut all.message).await.unwrap();
    tx.save_commitment(&mut all.commitment).await.unwrap();
    tx.audit(&all.event).await.unwrap();
    tx.commit().await.unwrap();
    all
}

async fn another_practice_sees_nothing(f: Fixture) {
    let nords = one_of_each(&f).await;
    let (sud, db) = (sud(), &f.db);

    assert_eq!(db.contact(&sud, nords.contact.id).await.unwrap(), None);
    assert_eq!(db.intent(&sud, nords.intent.id).await.unwrap(), None);
    assert_eq!(db.intent_by_op(&sud, &nords.intent.op).await.unwrap(), None);
    assert_eq!(db.claims(&sud, RESOURCE, minutes(0, 15)).await.unwrap(), []);
    assert_eq!(db.appointment(&sud, None, &nords.appointment.id).await.unwrap(), None);
    assert_eq!(db.message(&sud, nords.message.id).await.unwrap(), None);
    assert_eq!(db.commitment(&sud, nords.commitment.id).await.unwrap(), None);
    assert_eq!(db.contacts_of(&sud, nords.contact.origin.as_deref(), &[], 10).await.unwrap(), []);

    let page = page(10);
    assert!(db.contacts(&sud, None, &page).await.unwrap().items.is_empty());
    assert!(db.contacts(&sud, Some(nords.contact.state), &page).await.unwrap().items.is_empty());
    assert!(db.appointments(&sud, minutes(0, 15), &page).await.unwrap().items.is_empty());
    assert!(db.messages(&sud, None, &page).await.unwrap().items.is_empty());
    assert!(db.messages(&sud, Some(nords.message.state), &page).await.unwrap().items.is_empty());
    assert!(db.commitments(&sud, None, &page).await.unwrap().items.is_empty());
    assert!(db.commitments(&sud, Some(nords.commitment.state), &page).await.unwrap().items.is_empty());
    assert!(db.audit(&sud, None, &page).await.unwrap().items.is_empty());

    let mut tx = db.begin(&sud).await.unwrap();
    assert_eq!(tx.contact(nords.contact.id).await.unwrap(), None);
    assert_eq!(tx.intent(nords.intent.id).await.unwrap(), None);
    assert_eq!(tx.intent_by_op(&nords.intent.op).await.unwrap(), None);
    assert_eq!(tx.appointment(&nords.appointment.feature, &nords.appointment.id).await.unwrap(), None);
    assert_eq!(tx.message(nords.message.id).await.unwrap(), None);
    assert_eq!(tx.commitment(nords.commitment.id).await.unwrap(), None);
}

async fn another_practice_changes_nothing(f: Fixture) {
    let nords = one_of_each(&f).await;
    let mut tx = f.db.begin(&sud()).await.unwrap();
    // It says that the rows are its own.
    let mut contact = Contact { practice: sud(), ..nords.contact.clone() };
    assert!(matches!(tx.save_contact(&mut contact).await, Err(StorageError::Stale { .. })));
    let mut intent = Intent { practice: sud(), claims: Vec::new(), ..nords.intent.clone() };
    assert!(matches!(tx.save_intent(&mut intent).await, Err(StorageError::Stale { .. })));
    let mut message = Message { practice: sud(), version: 0, ..nords.message.clone() };
    assert!(matches!(tx.save_message(&mut message).await, Err(StorageError::Exists { .. })));
    tx.commit().await.unwrap();

    assert_eq!(f.db.contact(&nord(), nords.contact.id).await.unwrap(), Some(nords.contact));
    assert_eq!(f.db.message(&nord(), nords.message.id).await.unwrap(), Some(nords.message));
    assert_eq!(f.db.claims(&nord(), RESOURCE, minutes(0, 15)).await.unwrap(), nords.intent.claims);
    assert_eq!(f.db.intent(&nord(), nords.intent.id).await.unwrap(), Some(nords.intent));
}

async fn a_transaction_stores_nothing_of_another_practice(f: Fixture) {
    let mut tx = f.db.begin(&sud()).await.unwrap();
    let refused = [
        tx.save_contact(&mut samples::contact()).await,
        tx.save_intent(&mut samples::intent(0, 15)).await,
        tx.save_appointment(&mut samples::appointment("a", minutes(0, 15))).await,
        tx.save_message(&mut samples::message()).await,
        tx.save_commitment(&mut samples::commitment(MONDAY)).await,
        tx.audit(&samples::audit_event(MONDAY, None)).await,
    ];
    for outcome in refused {
        assert!(matches!(outcome, Err(StorageError::NotStorable { .. })), "{outcome:?}");
    }
}
