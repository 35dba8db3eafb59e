use greffon_core::ids::MessageId;
use greffon_core::model::message::{Message, MessageState};
use greffon_core::ports::storage::{Page, StorageError};

use crate::samples::{self, minute};
use crate::support::{Fixture, nord, page};

contract! {
    a_message_is_read_back_as_it_was_saved,
    save_refuses_the_known_and_the_overtaken,
    messages_are_listed_newest_first_and_by_state,
}

async fn save(f: &Fixture, message: &mut Message) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&message.practice).await?;
    tx.save_message(message).await?;
    tx.commit().await
}

async fn a_message_is_read_back_as_it_was_saved(f: Fixture) {
    let mut message = samples::message();
    save(&f, &mut message).await.unwrap();
    assert_eq!(message.version, 1);
    assert_eq!(f.begin().await.message(message.id).await.unwrap(), Some(message.clone()));
    assert_eq!(f.db.message(&nord(), message.id).await.unwrap(), Some(message));
    assert_eq!(f.db.message(&nord(), MessageId(samples::id())).await.unwrap(), None);
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut message = samples::message();
    let mut twin = message.clone();
    save(&f, &mut message).await.unwrap();
    assert!(matches!(save(&f, &mut twin).await, Err(StorageError::Exists { thing: "message" })));
    let mut late = message.clone();
    save(&f, &mut message).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "message" })));
}

async fn messages_are_listed_newest_first_and_by_state(f: Fixture) {
    let mut ids = Vec::new();
    for (at, state) in [(0, MessageState::Queued), (1, MessageState::Uncertain), (2, MessageState::Queued)] {
        let mut message = Message { created_at: minute(at), state, ..samples::message() };
        save(&f, &mut message).await.unwrap();
        ids.insert(0, message.id);
    }
    let first = f.db.messages(&nord(), None, &page(2)).await.unwrap();
    let rest = f.db.messages(&nord(), None, &Page { limit: 2, cursor: first.next }).await.unwrap();
    let listed: Vec<_> = first.items.iter().chain(&rest.items).map(|message| message.id).collect();
    assert_eq!(listed, ids);
    let uncertain = f.db.messages(&nord(), Some(MessageState::Uncertain), &page(9)).await.unwrap();
    assert_eq!(uncertain.items.iter().map(|message| message.id).collect::<Vec<_>>(), [ids[1]]);
}
