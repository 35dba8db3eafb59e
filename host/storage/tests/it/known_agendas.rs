use greffon_core::model::known_agendas::{KnownAgendas, MAX_KNOWN_BYTES};
use greffon_core::model::scheduling::AgendaInfo;
use greffon_core::ports::storage::StorageError;

use crate::samples::{MONDAY, minute, sud};
use crate::support::{Fixture, nord};

contract! {
    what_agendas_told_is_read_back_by_feature,
    what_they_tell_later_takes_its_place,
    another_practice_is_told_nothing_of_them,
    what_is_too_large_is_refused_and_what_was_kept_stays,
    ; databases:
    what_cannot_be_read_is_not_known,
}

fn agenda(label: &str) -> AgendaInfo {
    AgendaInfo {
        id: "martin".into(),
        identity: None,
        label: label.to_owned(),
        zone: "Europe/Paris".to_owned(),
        practitioner: None,
        site: None,
        resources: Vec::new(),
        horizon: None,
        writable: true,
    }
}

fn told(feature: &str, label: &str) -> KnownAgendas {
    KnownAgendas {
        feature: feature.into(),
        binding: "digest".to_owned(),
        agendas: vec![agenda(label)],
        motives: [("martin".into(), Vec::new())].into(),
        read_at: MONDAY,
    }
}

async fn what_agendas_told_is_read_back_by_feature(f: Fixture) {
    assert_eq!(f.db.known_agendas(&nord()).await.unwrap(), []);
    let (ville, port) = (told("ville", "Dr Martin \0"), told("port", "Dr Petit"));
    f.db.keep_agendas(&nord(), &ville).await.unwrap();
    f.db.keep_agendas(&nord(), &port).await.unwrap();
    assert_eq!(f.db.known_agendas(&nord()).await.unwrap(), [port, ville]);
}

async fn what_they_tell_later_takes_its_place(f: Fixture) {
    f.db.keep_agendas(&nord(), &told("ville", "Dr Martin")).await.unwrap();
    let later = KnownAgendas { binding: "other".to_owned(), read_at: minute(5), ..told("ville", "Dr Petit") };
    f.db.keep_agendas(&nord(), &later).await.unwrap();
    f.db.keep_agendas(&nord(), &later).await.unwrap();
    assert_eq!(f.db.known_agendas(&nord()).await.unwrap(), [later]);
}

async fn another_practice_is_told_nothing_of_them(f: Fixture) {
    let (nords, suds) = (told("ville", "Dr Martin"), told("ville", "Dr Petit"));
    f.db.keep_agendas(&nord(), &nords).await.unwrap();
    assert_eq!(f.db.known_agendas(&sud()).await.unwrap(), []);
    f.db.keep_agendas(&sud(), &suds).await.unwrap();
    assert_eq!(f.db.known_agendas(&nord()).await.unwrap(), [nords]);
    assert_eq!(f.db.known_agendas(&sud()).await.unwrap(), [suds]);
}

async fn what_is_too_large_is_refused_and_what_was_kept_stays(f: Fixture) {
    let kept = told("ville", "Dr Martin");
    f.db.keep_agendas(&nord(), &kept).await.unwrap();
    for refused in [told("ville", &"x".repeat(MAX_KNOWN_BYTES)), told(&"f".repeat(1025), ""), told("a\0b", "")] {
        let refused = f.db.keep_agendas(&nord(), &refused).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { .. })), "{refused:?}");
    }
    assert_eq!(f.db.known_agendas(&nord()).await.unwrap(), [kept]);
}

async fn what_cannot_be_read_is_not_known(f: Fixture) {
    let (ville, port) = (told("ville", "Dr Martin"), told("port", "Dr Petit"));
    f.db.keep_agendas(&nord(), &ville).await.unwrap();
    f.db.keep_agendas(&nord(), &port).await.unwrap();
    f.raw("UPDATE known_agendas SET doc = 'x' WHERE feature = 'ville'").await.unwrap();
    assert_eq!(f.db.known_agendas(&nord()).await.unwrap(), [port]);
}
