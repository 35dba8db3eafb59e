use greffon_core::ids::ContactId;
use greffon_core::ports::storage::{Page, StorageError};

use crate::samples::{self, MONDAY, minute, sud};
use crate::support::{Fixture, nord, page};

contract! {
    the_journal_is_listed_newest_first_and_by_contact,
    an_event_is_written_once,
    an_event_of_another_practice_is_refused,
    ;
    databases:
    nobody_changes_or_removes_what_was_written,
}

async fn the_journal_is_listed_newest_first_and_by_contact(f: Fixture) {
    let contact = ContactId(samples::id());
    let mut events = Vec::new();
    let mut tx = f.begin().await;
    for (at, of) in [(0, Some(contact)), (1, None), (1, Some(contact))] {
        let event = samples::audit_event(minute(at), of);
        tx.audit(&event).await.unwrap();
        events.insert(0, event);
    }
    tx.commit().await.unwrap();

    let first = f.db.audit(&nord(), None, &page(2)).await.unwrap();
    let rest = f.db.audit(&nord(), None, &Page { limit: 2, cursor: first.next.clone() }).await.unwrap();
    assert_eq!([first.items, rest.items].concat(), events);
    assert_eq!(rest.next, None);
    let of_contact = f.db.audit(&nord(), Some(contact), &page(9)).await.unwrap();
    assert_eq!(of_contact.items, [events[0].clone(), events[2].clone()]);
}

async fn an_event_is_written_once(f: Fixture) {
    let event = samples::audit_event(MONDAY, None);
    let mut tx = f.begin().await;
    tx.audit(&event).await.unwrap();
    tx.commit().await.unwrap();
    // In another transaction, and twice in one: refused by the commit at the latest,
    // and with it everything else of the transaction.
    for known in [true, false] {
        let event = if known { event.clone() } else { samples::audit_event(MONDAY, None) };
        let mut contact = samples::contact();
        let mut tx = f.begin().await;
        tx.save_contact(&mut contact).await.unwrap();
        let refused = async {
            tx.audit(&samples::audit_event(MONDAY, None)).await?;
            tx.audit(&event).await?;
            tx.audit(&event).await?;
            tx.commit().await
        };
        let refused = refused.await;
        assert!(matches!(refused, Err(StorageError::Exists { thing: "audit event" })), "{refused:?}");
        assert_eq!(f.db.contact(&nord(), contact.id).await.unwrap(), None);
    }
    assert_eq!(f.db.audit(&nord(), None, &page(9)).await.unwrap().items, [event]);
}

async fn an_event_of_another_practice_is_refused(f: Fixture) {
    let mut event = samples::audit_event(MONDAY, None);
    event.practice = sud();
    let refused = f.begin().await.audit(&event).await;
    assert!(matches!(refused, Err(StorageError::NotStorable { .. })), "{refused:?}");
}

async fn nobody_changes_or_removes_what_was_written(f: Fixture) {
    let event = samples::audit_event(MONDAY, None);
    let mut tx = f.begin().await;
    tx.audit(&event).await.unwrap();
    tx.commit().await.unwrap();

    let mut forbidden = vec!["UPDATE audit SET action = 'nothing.happened'", "DELETE FROM audit"];
    if f.is_postgres() {
        forbidden.push("TRUNCATE audit");
    }
    for sql in forbidden {
        assert_eq!(f.raw(sql).await, Err("audit is append-only".to_owned()), "{sql}");
    }
    assert_eq!(f.db.audit(&nord(), None, &page(9)).await.unwrap().items, [event]);
}
