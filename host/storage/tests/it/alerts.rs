use greffon_core::ids::{AlertId, PracticeId};
use greffon_core::model::alert::{Alert, AlertState, LiveState};
use greffon_core::model::care::Level;
use greffon_core::ports::storage::{Page, StorageError};

use crate::samples::{self, minute, sud};
use crate::support::{Fixture, nord, page};

contract! {
    an_alert_is_read_back_as_it_was_saved,
    save_refuses_the_known_and_the_overtaken,
    alerts_are_listed_newest_first_and_by_state,
    an_alert_of_another_practice_is_none,
    what_waits_over_practices_is_listed_most_urgent_and_oldest_first,
    a_list_over_practices_shows_those_that_were_asked_for,
}

async fn save(f: &Fixture, alert: &mut Alert) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&alert.practice).await?;
    tx.save_alert(alert).await?;
    tx.commit().await
}

async fn an_alert_is_read_back_as_it_was_saved(f: Fixture) {
    let mut alert = samples::alert(minute(60));
    save(&f, &mut alert).await.unwrap();
    assert_eq!(alert.version, 1);
    assert_eq!(f.db.practice_of_alert(alert.id).await.unwrap(), Some(nord()));
    assert_eq!(f.begin().await.alert(alert.id).await.unwrap(), Some(alert.clone()));
    assert_eq!(f.db.alert(&nord(), alert.id).await.unwrap(), Some(alert));
    let unknown = AlertId(samples::id());
    assert_eq!(f.db.alert(&nord(), unknown).await.unwrap(), None);
    assert_eq!(f.db.practice_of_alert(unknown).await.unwrap(), None);
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut alert = samples::alert(minute(60));
    let mut twin = alert.clone();
    save(&f, &mut alert).await.unwrap();
    assert!(matches!(save(&f, &mut twin).await, Err(StorageError::Exists { thing: "alert" })));
    let mut late = alert.clone();
    save(&f, &mut alert).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "alert" })));
}

async fn alerts_are_listed_newest_first_and_by_state(f: Fixture) {
    for (raised, state) in [(30, AlertState::Open), (10, AlertState::Ended), (20, AlertState::Open)] {
        save(&f, &mut Alert { state, ..samples::alert(minute(raised)) }).await.unwrap();
    }
    let first = f.db.alerts(&nord(), None, &page(2)).await.unwrap();
    let rest = f.db.alerts(&nord(), None, &Page { limit: 2, cursor: first.next }).await.unwrap();
    let raised: Vec<_> = first.items.iter().chain(&rest.items).map(|alert| alert.raised_at).collect();
    assert_eq!(raised, [minute(30), minute(20), minute(10)]);
    let open = f.db.alerts(&nord(), Some(AlertState::Open), &page(1)).await.unwrap();
    let after = Page { limit: 1, cursor: open.next };
    let after = f.db.alerts(&nord(), Some(AlertState::Open), &after).await.unwrap();
    assert_eq!((open.items[0].raised_at, after.items[0].raised_at), (minute(30), minute(20)));
    assert_eq!(after.next, None);
}

async fn an_alert_of_another_practice_is_none(f: Fixture) {
    let mut alert = samples::alert(minute(10));
    save(&f, &mut alert).await.unwrap();
    assert_eq!(f.db.alert(&sud(), alert.id).await.unwrap(), None);
    assert_eq!(f.db.alerts(&sud(), None, &page(9)).await.unwrap().items, []);
    let mut tx = f.db.begin(&sud()).await.unwrap();
    assert_eq!(tx.alert(alert.id).await.unwrap(), None);
    assert!(matches!(tx.save_alert(&mut alert).await, Err(StorageError::NotStorable { thing: "alert", .. })));
}

/// An alert of a practice, raised so many minutes after the hour.
async fn raise(f: &Fixture, practice: PracticeId, raised: i64, level: Level, state: AlertState) {
    save(f, &mut Alert { practice, level, state, ..samples::alert(minute(raised)) }).await.unwrap();
}

/// When those of a list were raised, page by page.
async fn raised(f: &Fixture, practices: &[PracticeId], state: LiveState) -> Vec<i64> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let listed = f.db.live_alerts(practices, state, &Page { limit: 1, cursor }).await.unwrap();
        all.extend(listed.items.iter().map(|alert| alert.raised_at.millis_since(minute(0)) / 60_000));
        cursor = listed.next;
        if cursor.is_none() {
            return all;
        }
    }
}

async fn what_waits_over_practices_is_listed_most_urgent_and_oldest_first(f: Fixture) {
    for (practice, at, level, state) in [
        (nord(), 10, Level::VeryUrgent, AlertState::Open),
        (sud(), 30, Level::Vital, AlertState::Open),
        (nord(), 20, Level::Vital, AlertState::Open),
        (sud(), 5, Level::VeryUrgent, AlertState::Open),
        (nord(), 40, Level::Vital, AlertState::Acknowledged),
        (nord(), 1, Level::Vital, AlertState::Ended),
    ] {
        raise(&f, practice, at, level, state).await;
    }
    let both = [nord(), sud()];
    assert_eq!(raised(&f, &both, LiveState::Open).await, [20, 30, 5, 10]);
    assert_eq!(raised(&f, &both, LiveState::Acknowledged).await, [40]);
}

async fn a_list_over_practices_shows_those_that_were_asked_for(f: Fixture) {
    let mut rising = samples::alert(minute(10));
    rising.level = Level::VeryUrgent;
    save(&f, &mut rising).await.unwrap();
    raise(&f, nord(), 20, Level::VeryUrgent, AlertState::Open).await;
    raise(&f, nord(), 30, Level::Vital, AlertState::Open).await;
    raise(&f, sud(), 1, Level::Vital, AlertState::Open).await;
    rising.level = Level::Vital;
    save(&f, &mut rising).await.unwrap();
    assert_eq!(raised(&f, &[nord()], LiveState::Open).await, [10, 30, 20], "it has risen");
    assert_eq!(raised(&f, &[sud(), "nowhere".into()], LiveState::Open).await, [1]);
    assert_eq!(raised(&f, &[], LiveState::Open).await, Vec::<i64>::new());
    let wrong = Page { limit: 1, cursor: Some("x".to_owned()) };
    assert!(matches!(f.db.live_alerts(&[nord()], LiveState::Open, &wrong).await, Err(StorageError::InvalidCursor)));
}
