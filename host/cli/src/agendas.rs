//! What the commands say of a feature's agendas: what is kept of them, never what a
//! plugin would have to ask the network for.

use std::collections::BTreeMap;
use std::time::Duration;

use greffon_core::ids::PracticeId;
use greffon_core::model::known_agendas::KnownAgendas;
use greffon_core::ports::storage::Storage as _;
use greffon_core::time::Instant;
use greffon_storage::StorageOptions;

use crate::storage_url::sqlite_file;

/// What is kept of the agendas of these practices, in a database that is there: none is
/// made, and none is changed. Nothing when it does not answer, which `greffon doctor`
/// says.
pub async fn kept(
    storage: &str,
    practices: impl Iterator<Item = &PracticeId>,
) -> BTreeMap<PracticeId, Vec<KnownAgendas>> {
    let mut kept = BTreeMap::new();
    if sqlite_file(storage).is_some_and(|file| !file.exists()) {
        return kept;
    }
    let Ok(database) = greffon_storage::connect(storage, StorageOptions::default()).await else { return kept };
    for practice in practices {
        match database.known_agendas(practice).await {
            Ok(known) => kept.insert(practice.clone(), known),
            Err(_) => break,
        };
    }
    database.close().await;
    kept
}

/// What is known of the agendas of a feature, for people: `2 agendas, read 5 min ago`.
pub fn said(known: Option<&KnownAgendas>, now: Instant) -> String {
    let Some(known) = known else { return "agendas not read yet".to_owned() };
    let count = known.agendas.len();
    format!("{count} agenda{}, read {} ago", if count == 1 { "" } else { "s" }, rough(known.age(now)))
}

/// A length of time in its largest unit that is not zero; hours up to two days.
fn rough(time: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match time.as_secs() {
        seconds @ ..MINUTE => format!("{seconds} s"),
        seconds @ ..HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_that_is_there_is_asked_and_none_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("greffon.db");
        let url = format!("sqlite:{}", file.display());
        let practices = [PracticeId::from("nord"), PracticeId::from("sud")];
        assert!(kept(&url, practices.iter()).await.is_empty());
        assert!(!file.exists());

        let told = KnownAgendas {
            feature: "agenda".into(),
            binding: "digest".to_owned(),
            agendas: Vec::new(),
            motives: BTreeMap::new(),
            read_at: Instant(1_000),
        };
        let database = greffon_storage::connect(&url, StorageOptions::default()).await.expect("opens");
        assert!(kept(&url, practices.iter()).await.is_empty(), "it has no tables yet");
        greffon_storage::migrate(&database).await.expect("migrates");
        database.keep_agendas(&practices[0], &told).await.expect("kept");
        let kept = kept(&url, practices.iter()).await;
        assert_eq!(
            kept,
            BTreeMap::from([(practices[0].clone(), vec![told.clone()]), (practices[1].clone(), Vec::new())])
        );
        assert_eq!(said(Some(&told), Instant(301_000)), "0 agendas, read 5 min ago");
        assert_eq!(said(None, Instant(0)), "agendas not read yet");
        database.close().await;
    }

    #[test]
    fn a_length_of_time_is_told_in_its_largest_unit() {
        let told = [0, 59, 60, 3_599, 3_600, 172_799, 172_800].map(|seconds| rough(Duration::from_secs(seconds)));
        assert_eq!(told, ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 d"]);
    }
}
