use greffon_core::ids::AgendaId;
use greffon_core::model::agenda_mirror::{EntryKind, EntryName, MirrorChange, MirrorEntry, Mirrored};
use greffon_core::ports::storage::StorageError;
use greffon_core::time::{Instant, Span};

use crate::samples::{MONDAY, minute, sud};
use crate::support::{Fixture, nord};

contract! {
    nothing_is_known_of_an_agenda_that_was_not_mirrored_whole_in_all_of_the_window,
    a_whole_reading_takes_the_place_of_the_one_before,
    differences_are_added_moved_and_taken_out,
    differences_of_another_binding_and_of_what_is_not_mirrored_count_nothing,
    what_is_not_complete_is_not_read_until_it_is,
    several_agendas_are_as_old_as_the_oldest,
    another_practice_and_another_feature_have_their_own,
    what_was_taken_out_is_gone,
    what_ended_long_ago_is_forgotten,
    what_cannot_be_kept_is_refused_whole,
    two_thousand_entries_are_one_change,
}

const WINDOW: Span = Span { start: MONDAY, end: Instant(MONDAY.0 + 7 * 24 * 3_600_000) };

fn martin() -> AgendaId {
    "martin".into()
}

fn name(id: &str) -> EntryName {
    EntryName { kind: EntryKind::Appointment, id: id.to_owned() }
}

fn span(start: i64) -> Span {
    Span { start: minute(start), end: minute(start + 15) }
}

fn entry(id: &str, start: i64) -> MirrorEntry {
    MirrorEntry { name: name(id), span: span(start), tag: Some("\"1\"".to_owned()) }
}

fn whole(at: i64, there: Vec<MirrorEntry>) -> MirrorChange {
    MirrorChange {
        binding: "b1".to_owned(),
        read_at: minute(at),
        whole: Some(WINDOW),
        complete: true,
        gone: Vec::new(),
        there,
    }
}

fn since(at: i64, gone: Vec<EntryName>, there: Vec<MirrorEntry>) -> MirrorChange {
    MirrorChange { whole: None, gone, ..whole(at, there) }
}

async fn write(f: &Fixture, agenda: &str, change: &MirrorChange) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&nord()).await?;
    tx.mirror_agenda(&"ville".into(), &agenda.into(), change).await?;
    tx.commit().await
}

async fn read(f: &Fixture, agendas: &[AgendaId], window: Span) -> Option<Mirrored> {
    f.db.mirrored(&nord(), &"ville".into(), "b1", agendas, window).await.unwrap()
}

/// The starts of what an agenda holds, in minutes after Monday.
async fn starts(f: &Fixture) -> Option<Vec<i64>> {
    let mirrored = read(f, &[martin()], WINDOW).await?;
    Some(mirrored.entries.iter().map(|(_, entry)| entry.span.start.millis_since(MONDAY) / 60_000).collect())
}

async fn nothing_is_known_of_an_agenda_that_was_not_mirrored_whole_in_all_of_the_window(f: Fixture) {
    assert_eq!(read(&f, &[martin()], WINDOW).await, None);
    write(&f, "martin", &whole(1, vec![entry("a", 60)])).await.unwrap();
    let held = Mirrored { as_of: minute(1), entries: vec![(martin(), entry("a", 60))] };
    assert_eq!(read(&f, &[martin()], WINDOW).await, Some(held.clone()));
    assert_eq!(read(&f, &[martin()], Span { start: minute(74), end: minute(90) }).await, Some(held), "it overlaps");
    let later = read(&f, &[martin()], Span { start: minute(75), end: minute(90) }).await.unwrap();
    assert_eq!(later.entries, [], "what ends there takes nothing");
    for beyond in
        [Span { start: Instant(WINDOW.start.0 - 1), ..WINDOW }, Span { end: Instant(WINDOW.end.0 + 1), ..WINDOW }]
    {
        assert_eq!(read(&f, &[martin()], beyond).await, None);
    }
    assert_eq!(read(&f, &[martin(), "petit".into()], WINDOW).await, None, "of one nothing is known");
    assert_eq!(read(&f, &[], WINDOW).await, None);
    let other = f.db.mirrored(&nord(), &"ville".into(), "b2", &[martin()], WINDOW).await.unwrap();
    assert_eq!(other, None, "it is another agenda by now");
}

async fn a_whole_reading_takes_the_place_of_the_one_before(f: Fixture) {
    write(&f, "martin", &whole(1, vec![entry("a", 60), entry("b", 120)])).await.unwrap();
    write(&f, "martin", &whole(2, vec![entry("b", 150), entry("c", 30)])).await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [30, 150]);
    write(&f, "martin", &whole(3, Vec::new())).await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [0_i64; 0]);
}

async fn differences_are_added_moved_and_taken_out(f: Fixture) {
    write(&f, "martin", &whole(1, vec![entry("a", 60), entry("b", 120), entry("c", 180)])).await.unwrap();
    let absence = MirrorEntry { name: EntryName { kind: EntryKind::Absence, ..name("a") }, ..entry("a", 300) };
    let change = since(2, vec![name("b"), name("never-there")], vec![entry("a", 90), entry("d", 240), absence]);
    write(&f, "martin", &change).await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [90, 180, 240, 300], "an absence may have the name of an appointment");
    write(&f, "martin", &change).await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [90, 180, 240, 300], "the same once more changes nothing");
    write(&f, "martin", &since(9, Vec::new(), Vec::new())).await.unwrap();
    assert_eq!(read(&f, &[martin()], WINDOW).await.unwrap().as_of, minute(9), "it was read, and nothing had changed");
}

async fn differences_of_another_binding_and_of_what_is_not_mirrored_count_nothing(f: Fixture) {
    write(&f, "martin", &since(1, Vec::new(), vec![entry("a", 60)])).await.unwrap();
    assert_eq!(starts(&f).await, None);
    write(&f, "martin", &whole(2, vec![entry("b", 120)])).await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [120], "what was told of it before is not in it");
    let other = MirrorChange { binding: "b2".to_owned(), ..since(3, vec![name("b")], vec![entry("c", 180)]) };
    write(&f, "martin", &other).await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [120]);
}

async fn what_is_not_complete_is_not_read_until_it_is(f: Fixture) {
    write(&f, "martin", &MirrorChange { complete: false, ..whole(1, vec![entry("a", 60)]) }).await.unwrap();
    assert_eq!(starts(&f).await, None);
    write(&f, "martin", &since(2, Vec::new(), vec![entry("b", 120)])).await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [60, 120], "what was told meanwhile is in it");
    write(&f, "martin", &MirrorChange { complete: false, ..since(3, Vec::new(), Vec::new()) }).await.unwrap();
    assert_eq!(starts(&f).await, None);
}

async fn several_agendas_are_as_old_as_the_oldest(f: Fixture) {
    write(&f, "martin", &whole(5, vec![entry("a", 60)])).await.unwrap();
    write(&f, "petit", &whole(3, vec![entry("a", 30)])).await.unwrap();
    let both = read(&f, &[martin(), "petit".into()], WINDOW).await.unwrap();
    let entries = vec![("petit".into(), entry("a", 30)), (martin(), entry("a", 60))];
    assert_eq!(both, Mirrored { as_of: minute(3), entries });
    assert_eq!(read(&f, &[martin()], WINDOW).await.unwrap().entries, [(martin(), entry("a", 60))]);
}

async fn another_practice_and_another_feature_have_their_own(f: Fixture) {
    write(&f, "martin", &whole(1, vec![entry("a", 60)])).await.unwrap();
    let elsewhere = f.db.mirrored(&sud(), &"ville".into(), "b1", &[martin()], WINDOW).await.unwrap();
    assert_eq!(elsewhere, None);
    let mut tx = f.db.begin(&nord()).await.unwrap();
    tx.mirror_agenda(&"port".into(), &martin(), &whole(1, vec![entry("z", 600)])).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [60]);
}

async fn what_was_taken_out_is_gone(f: Fixture) {
    write(&f, "martin", &whole(1, vec![entry("a", 60), entry("b", 120)])).await.unwrap();
    let mut tx = f.db.begin(&nord()).await.unwrap();
    tx.unmirror_entry(&"ville".into(), &martin(), &name("a")).await.unwrap();
    tx.unmirror_entry(&"ville".into(), &martin(), &name("a")).await.unwrap();
    tx.unmirror_entry(&"ville".into(), &"personne".into(), &name("b")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [120]);
    let mut tx = f.db.begin(&nord()).await.unwrap();
    tx.unmirror_entry(&"ville".into(), &martin(), &name("b")).await.unwrap();
    drop(tx);
    assert_eq!(starts(&f).await.unwrap(), [120], "a transaction that ends without a commit did nothing");
}

async fn what_ended_long_ago_is_forgotten(f: Fixture) {
    write(&f, "martin", &whole(200, vec![entry("a", 60), entry("b", 120)])).await.unwrap();
    write(&f, "petit", &whole(50, vec![entry("c", 300)])).await.unwrap();
    let mut tx = f.db.begin(&nord()).await.unwrap();
    assert_eq!(tx.purge_mirrors(minute(100)).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(starts(&f).await.unwrap(), [120]);
    assert_eq!(read(&f, &["petit".into()], WINDOW).await, None, "nobody has read it since");
}

async fn what_cannot_be_kept_is_refused_whole(f: Fixture) {
    write(&f, "martin", &whole(1, vec![entry("a", 60)])).await.unwrap();
    let backwards = MirrorEntry { span: Span { start: minute(9), end: minute(9) }, ..entry("b", 0) };
    for bad in [backwards, entry(&"x".repeat(1_025), 120), entry("a\0b", 120)] {
        let refused = write(&f, "martin", &whole(2, vec![entry("c", 200), bad])).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { .. })), "{refused:?}");
    }
    assert_eq!(starts(&f).await.unwrap(), [60]);
}

async fn two_thousand_entries_are_one_change(f: Fixture) {
    let many: Vec<MirrorEntry> = (0..2_000).map(|index| entry(&format!("e{index}"), index * 5)).collect();
    write(&f, "martin", &whole(1, many)).await.unwrap();
    assert_eq!(starts(&f).await.unwrap().len(), 2_000);
    let gone: Vec<EntryName> = (0..1_000).map(|index| name(&format!("e{index}"))).collect();
    write(&f, "martin", &since(2, gone, Vec::new())).await.unwrap();
    assert_eq!(starts(&f).await.unwrap().len(), 1_000);
}
