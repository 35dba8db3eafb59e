use greffon_core::ids::ContactId;
use greffon_core::model::pin::{MAX_SETTINGS_BYTES, Pin, SettingsDigest};
use greffon_core::model::practice::PluginKind;
use greffon_core::ports::storage::StorageError;

use crate::samples::{self, sud};
use crate::support::{Fixture, nord};

contract! {
    settings_are_read_back_as_they_were_kept,
    a_contact_names_what_it_began_with_beside_what_it_named_before,
    settings_stay_until_the_last_contact_names_them_no_more,
    what_is_kept_twice_is_kept_once,
    settings_that_were_forgotten_are_kept_again,
    another_practice_reads_and_forgets_nothing,
    a_text_that_is_not_what_its_pin_names_is_refused,
    who_is_killed_before_the_commit_has_kept_and_released_nothing,
    a_contact_that_begins_while_settings_are_forgotten_has_its_own,
    ; databases:
    what_a_contact_names_cannot_be_removed,
}

const GRID: &str = r#"{"protocols":[{"id":"fièvre","note":"\u0000 \"39,5\" ✓"}]}"#;
const EDITED: &str = r#"{"protocols":[]}"#;

fn pin(settings: &str) -> Pin {
    let digest = SettingsDigest::of("triage-grid", settings);
    Pin { feature: "tri".into(), kind: PluginKind::Triage, plugin: "triage-grid".to_owned(), settings: digest }
}

fn contact() -> ContactId {
    ContactId(samples::id())
}

async fn keep(f: &Fixture, contact: ContactId, settings: &[&str]) {
    let pins: Vec<_> = settings.iter().map(|settings| (pin(settings), *settings)).collect();
    let mut tx = f.begin().await;
    tx.keep_settings(contact, &pins).await.unwrap();
    tx.commit().await.unwrap();
}

async fn release(f: &Fixture, contact: ContactId) {
    let mut tx = f.begin().await;
    tx.release_settings(contact).await.unwrap();
    tx.commit().await.unwrap();
}

async fn read(f: &Fixture, settings: &str) -> Option<String> {
    f.db.settings(&nord(), pin(settings).settings).await.unwrap()
}

async fn settings_are_read_back_as_they_were_kept(f: Fixture) {
    assert_eq!(read(&f, GRID).await, None);
    keep(&f, contact(), &[GRID, EDITED]).await;
    assert_eq!(read(&f, GRID).await.as_deref(), Some(GRID));
    assert_eq!(read(&f, EDITED).await.as_deref(), Some(EDITED));
    let largest = format!("\"{}\"", "é".repeat(MAX_SETTINGS_BYTES / 2 - 1));
    assert_eq!(largest.len(), MAX_SETTINGS_BYTES);
    keep(&f, contact(), &[&largest]).await;
    assert_eq!(read(&f, &largest).await, Some(largest));
    keep(&f, contact(), &[]).await;
}

async fn a_contact_names_what_it_began_with_beside_what_it_named_before(f: Fixture) {
    let one = contact();
    keep(&f, one, &[GRID]).await;
    keep(&f, one, &[EDITED]).await;
    assert_eq!(f.db.forget_settings().await.unwrap(), 0);
    release(&f, one).await;
    assert_eq!(f.db.forget_settings().await.unwrap(), 2);
}

async fn settings_stay_until_the_last_contact_names_them_no_more(f: Fixture) {
    let (first, second) = (contact(), contact());
    keep(&f, first, &[GRID]).await;
    keep(&f, second, &[GRID]).await;
    release(&f, first).await;
    assert_eq!(f.db.forget_settings().await.unwrap(), 0);
    assert_eq!(read(&f, GRID).await.as_deref(), Some(GRID));
    release(&f, second).await;
    release(&f, second).await;
    assert_eq!(read(&f, GRID).await.as_deref(), Some(GRID), "they go with the sweep");
    assert_eq!(f.db.forget_settings().await.unwrap(), 1);
    assert_eq!(read(&f, GRID).await, None);
    assert_eq!(f.db.forget_settings().await.unwrap(), 0);
}

async fn what_is_kept_twice_is_kept_once(f: Fixture) {
    let one = contact();
    keep(&f, one, &[GRID, GRID]).await;
    keep(&f, one, &[GRID]).await;
    let mut tx = f.begin().await;
    for _ in 0..2 {
        tx.keep_settings(one, &[(pin(GRID), GRID), (pin(EDITED), EDITED)]).await.unwrap();
    }
    tx.commit().await.unwrap();
    release(&f, one).await;
    assert_eq!(f.db.forget_settings().await.unwrap(), 2);
}

async fn settings_that_were_forgotten_are_kept_again(f: Fixture) {
    let one = contact();
    keep(&f, one, &[GRID]).await;
    release(&f, one).await;
    assert_eq!(f.db.forget_settings().await.unwrap(), 1);
    keep(&f, one, &[GRID]).await;
    assert_eq!(read(&f, GRID).await.as_deref(), Some(GRID));
    // What is released and kept in one transaction is kept, and the other way round not.
    let mut tx = f.begin().await;
    tx.release_settings(one).await.unwrap();
    tx.keep_settings(one, &[(pin(EDITED), EDITED)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.db.forget_settings().await.unwrap(), 1);
    assert_eq!(read(&f, EDITED).await.as_deref(), Some(EDITED));
    let mut tx = f.begin().await;
    tx.keep_settings(one, &[(pin(GRID), GRID)]).await.unwrap();
    tx.release_settings(one).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.db.forget_settings().await.unwrap(), 2);
}

async fn another_practice_reads_and_forgets_nothing(f: Fixture) {
    let one = contact();
    keep(&f, one, &[GRID]).await;
    assert_eq!(f.db.settings(&sud(), pin(GRID).settings).await.unwrap(), None);
    let mut tx = f.db.begin(&sud()).await.unwrap();
    tx.release_settings(one).await.unwrap();
    tx.keep_settings(one, &[(pin(EDITED), EDITED)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.db.forget_settings().await.unwrap(), 0);
    assert_eq!(read(&f, GRID).await.as_deref(), Some(GRID));
    assert_eq!(read(&f, EDITED).await, None);
    release(&f, one).await;
    assert_eq!(f.db.forget_settings().await.unwrap(), 1, "sud's are still named by sud's contact");
    assert_eq!(f.db.settings(&sud(), pin(EDITED).settings).await.unwrap().as_deref(), Some(EDITED));
}

async fn a_text_that_is_not_what_its_pin_names_is_refused(f: Fixture) {
    let large = " ".repeat(MAX_SETTINGS_BYTES + 1);
    for (pin, text) in [(pin(GRID), EDITED), (pin(&large), large.as_str())] {
        let refused = f.begin().await.keep_settings(contact(), &[(pin, text)]).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { thing: "settings", .. })), "{refused:?}");
    }
    assert_eq!(read(&f, GRID).await, None);
}

async fn who_is_killed_before_the_commit_has_kept_and_released_nothing(f: Fixture) {
    let one = contact();
    let mut tx = f.begin().await;
    tx.keep_settings(one, &[(pin(GRID), GRID)]).await.unwrap();
    drop(tx);
    assert_eq!(read(&f, GRID).await, None);
    assert_eq!(f.db.forget_settings().await.unwrap(), 0);

    keep(&f, one, &[GRID]).await;
    let mut tx = f.begin().await;
    tx.release_settings(one).await.unwrap();
    drop(tx);
    assert_eq!(f.db.forget_settings().await.unwrap(), 0);
    assert_eq!(read(&f, GRID).await.as_deref(), Some(GRID));
}

async fn a_contact_that_begins_while_settings_are_forgotten_has_its_own(f: Fixture) {
    for _ in 0..20 {
        let (gone, begins) = (contact(), contact());
        keep(&f, gone, &[GRID]).await;
        release(&f, gone).await;
        let node = f.clone();
        let forgets = tokio::spawn(async move { node.db.forget_settings().await.unwrap() });
        keep(&f, begins, &[GRID]).await;
        forgets.await.unwrap();
        assert_eq!(read(&f, GRID).await.as_deref(), Some(GRID));
        release(&f, begins).await;
        f.db.forget_settings().await.unwrap();
        assert_eq!(read(&f, GRID).await, None);
    }
}

async fn what_a_contact_names_cannot_be_removed(f: Fixture) {
    keep(&f, contact(), &[GRID]).await;
    let removed = f.raw("DELETE FROM kept_settings").await;
    assert!(removed.as_ref().is_err_and(|error| error.to_lowercase().contains("foreign key")), "{removed:?}");
}
