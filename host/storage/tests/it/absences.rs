use futures::future::join_all;
use greffon_core::ids::AbsenceId;
use greffon_core::model::absence::{Missing, ReportedAbsence};
use greffon_core::model::intent::{Claim, Intent, IntentState};
use greffon_core::ports::storage::StorageError;
use greffon_core::time::Instant;

use crate::intents::save as save_intent;
use crate::samples::{self, claim, minute, minutes, sud};
use crate::support::{Fixture, nord};

contract! {
    an_absence_is_found_in_its_time_until_it_is_ended,
    save_refuses_the_known_and_the_overtaken,
    an_absence_of_another_practice_is_none,
    holders_are_those_with_a_live_claim_inside_the_time,
    of_64_who_want_one_room_in_their_own_agendas_one_gets_it_or_nobody_has_anything,
}

const ROOM: &str = "resource:salle-1";

fn absence(from: i64, until: Option<i64>) -> ReportedAbsence {
    ReportedAbsence {
        id: AbsenceId(samples::id()),
        practice: nord(),
        missing: Missing::Resource("salle-1".into()),
        from: minute(from),
        until: until.map(minute),
        note: Some("en panne".to_owned()),
        by: "secretary-1".to_owned(),
        told_at: minute(0),
        ended_at: None,
        to_displace: vec![],
        version: 0,
    }
}

async fn save(f: &Fixture, absence: &mut ReportedAbsence) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&absence.practice).await?;
    tx.save_absence(absence).await?;
    tx.commit().await
}

async fn an_absence_is_found_in_its_time_until_it_is_ended(f: Fixture) {
    let (mut open, mut short) = (absence(60, None), absence(10, Some(20)));
    save(&f, &mut open).await.unwrap();
    save(&f, &mut short).await.unwrap();
    let found = async |from, until| f.db.absences(&nord(), minutes(from, until)).await.unwrap();
    assert_eq!(found(0, 100).await, [short.clone(), open.clone()], "earliest first");
    assert_eq!(found(20, 60).await, [], "neither has begun or it is over");
    assert_eq!(found(100_000, 100_001).await, [open.clone()], "nobody has ended it");
    let mut tx = f.begin().await;
    assert_eq!(tx.absence(open.id).await.unwrap(), Some(open.clone()));
    let mut ended = open.ended(minute(90));
    tx.save_absence(&mut ended).await.unwrap();
    assert_eq!(tx.absences(minutes(80, 100_000)).await.unwrap(), [ended.clone()], "as its transaction sees it");
    tx.commit().await.unwrap();
    assert_eq!(found(90, 100_000).await, []);
    let mut before = absence(500, None);
    save(&f, &mut before).await.unwrap();
    let mut never = before.ended(minute(400));
    save(&f, &mut never).await.unwrap();
    assert_eq!(found(300, 100_000).await, [], "it was ended before it began");
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut first = absence(0, None);
    let mut again = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut again).await, Err(StorageError::Exists { thing: "absence" })));
    let mut late = first.clone();
    save(&f, &mut first).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "absence" })));
}

async fn an_absence_of_another_practice_is_none(f: Fixture) {
    let mut first = absence(0, None);
    save(&f, &mut first).await.unwrap();
    assert_eq!(f.db.absences(&sud(), minutes(0, 100)).await.unwrap(), []);
    let mut tx = f.db.begin(&sud()).await.unwrap();
    assert_eq!(tx.absence(first.id).await.unwrap(), None);
    let foreign = tx.save_absence(&mut first).await;
    assert!(matches!(foreign, Err(StorageError::NotStorable { thing: "absence", .. })));
}

/// A booking that takes a room with its agenda's time.
fn in_room(agenda: usize, from: i64, until: i64) -> Intent {
    let mut intent = samples::intent(from, until);
    intent.claims = vec![
        Claim { resource: format!("agenda:agenda-nord/praticien-{agenda}"), ..claim(from, until) },
        Claim { resource: ROOM.to_owned(), ..claim(from, until) },
    ];
    intent
}

async fn holders_are_those_with_a_live_claim_inside_the_time(f: Fixture) {
    let (mut first, mut second, mut gone) = (in_room(1, 0, 15), in_room(2, 15, 30), in_room(3, 40, 50));
    for intent in [&mut first, &mut second, &mut gone] {
        save_intent(&f, intent).await.unwrap();
    }
    gone.state = IntentState::Refused;
    save_intent(&f, &mut gone).await.unwrap();
    let mut elsewhere = Intent { practice: sud(), ..in_room(4, 0, 50) };
    save_intent(&f, &mut elsewhere).await.unwrap();
    let mut tx = f.begin().await;
    let room = [ROOM.to_owned()];
    let mut held = async |from, until| {
        let found = tx.holders(&room, minutes(from, until)).await.unwrap();
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(held(0, 100).await, [first.id, second.id]);
    assert_eq!(held(15, 20).await, [second.id], "what ends as it begins is not in it");
    assert_eq!(held(30, 100).await, []);
    let forever = greffon_core::time::Span { start: minute(20), end: Instant(i64::MAX) };
    assert_eq!(tx.holders(&room, forever).await.unwrap().len(), 1);
    let both = [ROOM.to_owned(), "agenda:agenda-nord/praticien-1".to_owned()];
    assert_eq!(tx.holders(&both, minutes(0, 10)).await.unwrap().len(), 1, "each once");
    assert_eq!(tx.holders(&[], minutes(0, 100)).await.unwrap(), []);
}

async fn of_64_who_want_one_room_in_their_own_agendas_one_gets_it_or_nobody_has_anything(f: Fixture) {
    for round in 0..5_i64 {
        let tasks = (0..64_usize).map(|task| {
            let f = f.clone();
            let mut intent = in_room(task, round * 100, round * 100 + 15);
            tokio::spawn(async move { save_intent(&f, &mut intent).await })
        });
        let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        let lost = |one: &&Result<(), _>| matches!(one, Err(StorageError::ClaimTaken { resource }) if resource == ROOM);
        assert_eq!(outcomes.iter().filter(|one| one.is_ok()).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(lost).count(), 63);
        let mut agendas = 0;
        for task in 0..64 {
            let time = minutes(round * 100, round * 100 + 15);
            let resource = format!("agenda:agenda-nord/praticien-{task}");
            agendas += f.db.claims(&nord(), &resource, time).await.unwrap().len();
        }
        assert_eq!(agendas, 1, "whoever did not get the room has no time of their agenda either");
    }
}
