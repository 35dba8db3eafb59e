use greffon_core::ids::AppointmentId;
use greffon_core::model::intent::Appointment;
use greffon_core::ports::storage::{Page, StorageError};
use greffon_core::time::{Instant, Span};

use crate::samples::{self, minutes, sud};
use crate::support::{Fixture, nord, page};

contract! {
    an_appointment_is_read_back_with_and_without_its_feature,
    of_two_with_one_name_none_is_found_without_a_feature,
    save_refuses_the_known_and_the_overtaken,
    all_practices_of_a_name_are_found,
    those_of_several_names_are_found_at_once,
    appointments_that_overlap_a_window_are_listed_earliest_first,
    a_long_appointment_that_began_before_the_window_is_listed,
    garbage_spans_do_not_break_the_list,
    a_name_that_cannot_be_stored_is_refused_and_never_found,
}

async fn save(f: &Fixture, appointment: &mut Appointment) -> Result<(), StorageError> {
    let mut tx = f.db.begin(&appointment.practice).await?;
    tx.save_appointment(appointment).await?;
    tx.commit().await
}

async fn names(f: &Fixture, window: Span) -> Vec<String> {
    let listed = f.db.appointments(&nord(), window, &page(200)).await.unwrap();
    listed.items.into_iter().map(|appointment| appointment.id.0).collect()
}

async fn an_appointment_is_read_back_with_and_without_its_feature(f: Fixture) {
    let mut appointment = samples::appointment("a", minutes(0, 15));
    save(&f, &mut appointment).await.unwrap();
    let (feature, id) = (appointment.feature.clone(), appointment.id.clone());

    assert_eq!(appointment.version, 1);
    assert_eq!(f.db.appointment(&nord(), None, &id).await.unwrap(), Some(appointment.clone()));
    assert_eq!(f.db.appointment(&nord(), Some(&feature), &id).await.unwrap(), Some(appointment.clone()));
    assert_eq!(f.begin().await.appointment(&feature, &id).await.unwrap(), Some(appointment));
    assert_eq!(f.db.appointment(&nord(), Some(&"other".into()), &id).await.unwrap(), None);
    assert_eq!(f.db.appointment(&nord(), None, &"b".into()).await.unwrap(), None);
}

async fn of_two_with_one_name_none_is_found_without_a_feature(f: Fixture) {
    let mut north = samples::appointment("a", minutes(0, 15));
    let mut south = Appointment { feature: "agenda-sud".into(), ..samples::appointment("a", minutes(0, 15)) };
    save(&f, &mut north).await.unwrap();
    save(&f, &mut south).await.unwrap();

    assert_eq!(f.db.appointment(&nord(), None, &"a".into()).await.unwrap(), None);
    let found = f.db.appointment(&nord(), Some(&south.feature), &"a".into()).await.unwrap();
    assert_eq!(found, Some(south));
}

async fn save_refuses_the_known_and_the_overtaken(f: Fixture) {
    let mut appointment = samples::appointment("a", minutes(0, 15));
    let mut twin = appointment.clone();
    save(&f, &mut appointment).await.unwrap();
    assert!(matches!(save(&f, &mut twin).await, Err(StorageError::Exists { thing: "appointment" })));
    let mut late = appointment.clone();
    save(&f, &mut appointment).await.unwrap();
    assert!(matches!(save(&f, &mut late).await, Err(StorageError::Stale { thing: "appointment" })));
}

async fn all_practices_of_a_name_are_found(f: Fixture) {
    save(&f, &mut samples::appointment("a", minutes(0, 15))).await.unwrap();
    save(&f, &mut Appointment { feature: "agenda-sud".into(), ..samples::appointment("a", minutes(0, 15)) })
        .await
        .unwrap();
    save(&f, &mut Appointment { practice: sud(), ..samples::appointment("a", minutes(0, 15)) }).await.unwrap();
    assert_eq!(f.db.practices_of_appointment(&"a".into()).await.unwrap(), [nord(), sud()]);
    assert_eq!(f.db.practices_of_appointment(&"b".into()).await.unwrap(), []);
}

async fn appointments_that_overlap_a_window_are_listed_earliest_first(f: Fixture) {
    for (name, from, to) in [("e", 60, 75), ("c", 15, 30), ("b", 15, 30), ("a", 0, 15), ("d", 30, 45)] {
        save(&f, &mut samples::appointment(name, minutes(from, to))).await.unwrap();
    }
    // Touching is not overlapping.
    assert_eq!(names(&f, minutes(15, 60)).await, ["b", "c", "d"]);
    assert_eq!(names(&f, minutes(14, 61)).await, ["a", "b", "c", "d", "e"]);

    let mut paged = Vec::new();
    let mut next = page(1);
    loop {
        let listed = f.db.appointments(&nord(), minutes(0, 90), &next).await.unwrap();
        paged.extend(listed.items.into_iter().map(|appointment| appointment.id.0));
        let Some(cursor) = listed.next else { break };
        next = Page { limit: 1, cursor: Some(cursor) };
    }
    assert_eq!(paged, ["a", "b", "c", "d", "e"]);
}

async fn a_long_appointment_that_began_before_the_window_is_listed(f: Fixture) {
    save(&f, &mut samples::appointment("short", minutes(0, 15))).await.unwrap();
    save(&f, &mut samples::appointment("long", minutes(-100_000, 100_000))).await.unwrap();
    assert_eq!(names(&f, minutes(99_999, 100_000)).await, ["long"]);
    assert_eq!(names(&f, minutes(-100_000, -99_999)).await, ["long"]);
    assert_eq!(names(&f, minutes(100_000, 100_001)).await, [""; 0]);
}

async fn garbage_spans_do_not_break_the_list(f: Fixture) {
    let all = Span { start: Instant(i64::MIN), end: Instant(i64::MAX) };
    let reversed = Span { start: Instant(i64::MAX), end: Instant(i64::MIN) };
    save(&f, &mut samples::appointment("for ever", all)).await.unwrap();
    save(&f, &mut samples::appointment("reversed", reversed)).await.unwrap();
    save(&f, &mut samples::appointment("sound", minutes(0, 15))).await.unwrap();
    assert!(names(&f, minutes(0, 15)).await.contains(&"sound".to_owned()));
    assert!(names(&f, all).await.contains(&"sound".to_owned()));
    assert_eq!(names(&f, reversed).await, [""; 0]);
}

async fn a_name_that_cannot_be_stored_is_refused_and_never_found(f: Fixture) {
    for name in ["nul\0", &"x".repeat(1025)] {
        let refused = save(&f, &mut samples::appointment(name, minutes(0, 15))).await;
        assert!(matches!(refused, Err(StorageError::NotStorable { thing: "appointment id", .. })), "{refused:?}");
        let id = AppointmentId::from(name);
        assert_eq!(f.db.appointment(&nord(), None, &id).await.unwrap(), None);
        assert_eq!(f.db.practices_of_appointment(&id).await.unwrap(), []);
    }
}

async fn those_of_several_names_are_found_at_once(f: Fixture) {
    let mut one = samples::appointment("a", minutes(0, 15));
    let mut other = samples::appointment("b", minutes(15, 30));
    let mut elsewhere = Appointment { practice: sud(), ..samples::appointment("c", minutes(30, 45)) };
    for appointment in [&mut one, &mut other, &mut elsewhere] {
        save(&f, appointment).await.unwrap();
    }
    let (odd, unknown, feature): (AppointmentId, AppointmentId, _) = ("\"]\0".into(), "none".into(), "other".into());

    let mut found =
        f.db.appointments_named(
            &nord(),
            &[
                (&other.feature, &other.id),
                (&one.feature, &one.id),
                (&one.feature, &one.id),
                (&feature, &one.id),
                (&elsewhere.feature, &elsewhere.id),
                (&one.feature, &unknown),
                (&one.feature, &odd),
            ],
        )
        .await
        .unwrap();
    found.sort_by(|one, other| one.id.cmp(&other.id));
    assert_eq!(found, [one, other]);
    assert_eq!(f.db.appointments_named(&nord(), &[]).await.unwrap(), []);
}
