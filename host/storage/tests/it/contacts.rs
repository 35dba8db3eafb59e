use greffon_core::ids::ContactId;
use greffon_core::model::contact::{Contact, ContactState};
use greffon_core::ports::storage::{Page, StorageError};

use crate::samples::{self, MONDAY, minute, sud};
use crate::support::{Fixture, nord, page};

contract! {
    a_contact_is_read_back_as_it_was_saved,
    an_unknown_contact_is_absent,
    each_save_moves_the_version_on,
    save_refuses_a_version_that_was_overtaken,
    save_refuses_an_id_that_exists,
    save_refuses_a_version_that_never_was,
    contacts_are_listed_newest_first_page_by_page,
    contacts_are_listed_by_state,
    a_page_ends_at_200_whatever_is_asked,
    a_cursor_of_another_list_is_refused,
    contacts_of_one_origin_are_found_newest_first,
    what_a_contact_names_is_read_at_once_in_its_order,
    ;
    databases:
    an_origin_is_kept_in_the_document_only,
}

async fn save(fixture: &Fixture, contact: &mut Contact) -> Result<(), StorageError> {
    let mut tx = fixture.db.begin(&contact.practice).await?;
    tx.save_contact(contact).await?;
    tx.commit().await
}

async fn a_contact_is_read_back_as_it_was_saved(f: Fixture) {
    let mut contact = samples::contact();
    save(&f, &mut contact).await.unwrap();

    assert_eq!(f.db.contact(&nord(), contact.id).await.unwrap(), Some(contact.clone()));
    assert_eq!(f.begin().await.contact(contact.id).await.unwrap(), Some(contact.clone()));
    assert_eq!(f.db.practice_of_contact(contact.id).await.unwrap(), Some(nord()));
}

async fn what_a_contact_names_is_read_at_once_in_its_order(f: Fixture) {
    let mut intents = [samples::intent(0, 15), samples::intent(15, 30)];
    let mut commitments = [samples::commitment(minute(60)), samples::commitment(minute(5))];
    let mut tx = f.begin().await;
    for (intent, commitment) in intents.iter_mut().zip(&mut commitments) {
        tx.save_intent(intent).await.unwrap();
        tx.save_commitment(commitment).await.unwrap();
    }
    tx.commit().await.unwrap();

    let nothing = samples::contact();
    assert_eq!(f.db.intents_of(&nothing).await.unwrap(), []);
    assert_eq!(f.db.commitments_named(&nord(), &nothing.commitments).await.unwrap(), []);
    let [first, second] = intents;
    let [one, other] = commitments;
    let contact = Contact {
        // One that is not there is left out.
        intents: vec![second.id, samples::intent(0, 1).id, first.id],
        commitments: vec![other.id, samples::commitment(MONDAY).id, one.id],
        ..nothing
    };
    assert_eq!(f.db.intents_of(&contact).await.unwrap(), [second, first]);
    assert_eq!(f.db.commitments_named(&nord(), &contact.commitments).await.unwrap(), [other, one]);
    let elsewhere = Contact { practice: sud(), ..contact };
    assert_eq!(f.db.intents_of(&elsewhere).await.unwrap(), []);
    assert_eq!(f.db.commitments_named(&sud(), &elsewhere.commitments).await.unwrap(), []);
}

async fn an_unknown_contact_is_absent(f: Fixture) {
    let unknown = ContactId(samples::id());
    assert_eq!(f.db.contact(&nord(), unknown).await.unwrap(), None);
    assert_eq!(f.begin().await.contact(unknown).await.unwrap(), None);
    assert_eq!(f.db.practice_of_contact(unknown).await.unwrap(), None);
}

async fn each_save_moves_the_version_on(f: Fixture) {
    let mut contact = samples::contact();
    for version in 1..=3 {
        save(&f, &mut contact).await.unwrap();
        assert_eq!(contact.version, version);
        assert_eq!(f.db.contact(&nord(), contact.id).await.unwrap().unwrap().version, version);
    }
}

async fn save_refuses_a_version_that_was_overtaken(f: Fixture) {
    let mut contact = samples::contact();
    save(&f, &mut contact).await.unwrap();
    let mut late = contact.clone();
    contact.state = ContactState::Open;
    save(&f, &mut contact).await.unwrap();

    late.state = ContactState::Closed;
    let refused = save(&f, &mut late).await;
    assert!(matches!(refused, Err(StorageError::Stale { thing: "contact" })), "{refused:?}");
    assert_eq!(late.version, 1, "a refused save leaves the version that was read");
    assert_eq!(f.db.contact(&nord(), contact.id).await.unwrap(), Some(contact));
}

async fn save_refuses_an_id_that_exists(f: Fixture) {
    let mut contact = samples::contact();
    let mut twin = contact.clone();
    save(&f, &mut contact).await.unwrap();

    let mut tx = f.begin().await;
    let refused = tx.save_contact(&mut twin).await;
    assert!(matches!(refused, Err(StorageError::Exists { thing: "contact" })), "{refused:?}");
    // The transaction is still good for something else.
    tx.save_contact(&mut samples::contact()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn save_refuses_a_version_that_never_was(f: Fixture) {
    for version in [-1, 7, i64::MAX - 1] {
        let mut contact = Contact { version, ..samples::contact() };
        let refused = save(&f, &mut contact).await;
        assert!(matches!(refused, Err(StorageError::Stale { .. })), "{version}: {refused:?}");
    }
}

async fn contacts_are_listed_newest_first_page_by_page(f: Fixture) {
    let mut expected = Vec::new();
    // Two of them arrive in the same millisecond.
    for at in [0, 1, 1, 2, 3] {
        let mut contact = Contact { received_at: minute(at), ..samples::contact() };
        save(&f, &mut contact).await.unwrap();
        expected.insert(0, contact.id);
    }
    let mut seen = Vec::new();
    let mut next = page(2);
    loop {
        let listed = f.db.contacts(&nord(), None, &next).await.unwrap();
        assert!(listed.items.len() <= 2);
        seen.extend(listed.items.into_iter().map(|contact| contact.id));
        match listed.next {
            Some(cursor) => next = Page { limit: 2, cursor: Some(cursor) },
            None => break,
        }
    }
    assert_eq!(seen, expected);
    let all = f.db.contacts(&nord(), None, &page(5)).await.unwrap();
    assert_eq!(all.next, None, "a page that holds everything is the last");
}

async fn contacts_are_listed_by_state(f: Fixture) {
    for state in [ContactState::Open, ContactState::Closed, ContactState::Open] {
        save(&f, &mut Contact { state, ..samples::contact() }).await.unwrap();
    }
    let open = f.db.contacts(&nord(), Some(ContactState::Open), &page(1)).await.unwrap();
    let rest = Page { limit: 1, cursor: open.next };
    let rest = f.db.contacts(&nord(), Some(ContactState::Open), &rest).await.unwrap();
    assert_eq!((open.items[0].state, rest.items[0].state), (ContactState::Open, ContactState::Open));
    assert_eq!(rest.next, None);
    assert!(f.db.contacts(&nord(), Some(ContactState::Concluded), &page(9)).await.unwrap().items.is_empty());
}

async fn a_page_ends_at_200_whatever_is_asked(f: Fixture) {
    let mut tx = f.begin().await;
    for _ in 0..201 {
        tx.save_contact(&mut samples::contact()).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (asked, given) in [(u32::MAX, 200), (0, 1)] {
        let listed = f.db.contacts(&nord(), None, &page(asked)).await.unwrap();
        assert_eq!(listed.items.len(), given);
        assert!(listed.next.is_some());
    }
}

async fn a_cursor_of_another_list_is_refused(f: Fixture) {
    for _ in 0..2 {
        save(&f, &mut samples::contact()).await.unwrap();
    }
    let cursor = f.db.contacts(&nord(), None, &page(1)).await.unwrap().next;
    assert!(cursor.is_some());
    for cursor in [cursor, Some("garbage".to_owned()), Some(String::new())] {
        let listed = f.db.messages(&nord(), None, &Page { limit: 1, cursor }).await;
        assert!(matches!(listed, Err(StorageError::InvalidCursor)), "{listed:?}");
    }
}

async fn contacts_of_one_origin_are_found_newest_first(f: Fixture) {
    for at in [-10, 0, 10] {
        save(&f, &mut Contact { received_at: minute(at), ..samples::contact() }).await.unwrap();
    }
    save(&f, &mut Contact { origin: None, ..samples::contact() }).await.unwrap();
    save(&f, &mut Contact { practice: sud(), ..samples::contact() }).await.unwrap();

    let times = async |practice, origin: &str, limit| -> Vec<_> {
        let found = f.db.contacts_of(&practice, Some(origin), &[], limit).await.unwrap();
        found.into_iter().map(|one| one.received_at).collect()
    };
    assert_eq!(times(nord(), "+33612345678", 10).await, [minute(10), MONDAY, minute(-10)]);
    assert_eq!(times(nord(), "+33612345678", 2).await, [minute(10), MONDAY]);
    assert_eq!(times(sud(), "+33612345678", 10).await.len(), 1);
    assert_eq!(times(nord(), "+33612345679", 10).await, []);
    assert_eq!(f.db.contacts_of(&nord(), None, &[], 10).await.unwrap(), []);
}

async fn an_origin_is_kept_in_the_document_only(f: Fixture) {
    save(&f, &mut samples::contact()).await.unwrap();
    let cast = if f.is_postgres() { "length(origin_hash) = 32" } else { "length(CAST(origin_hash AS BLOB)) = 32" };
    let hashed = f.raw(&format!("UPDATE contacts SET doc = '' WHERE {cast}")).await;
    assert_eq!(hashed, Ok(1));
}
