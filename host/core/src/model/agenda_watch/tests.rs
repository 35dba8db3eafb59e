use uuid::Uuid;

use super::*;
use crate::ids::IntentId;
use crate::model::scheduling::{AgendaAbsence, AppointmentStatus, ByWhom};
use crate::model::standing::Standing;

const NOW: Instant = Instant(1_795_507_200_000);

fn span(start_min: i64) -> Span {
    let start = NOW.plus_minutes(start_min);
    Span { start, end: start.plus_minutes(15) }
}

fn entry(id: &str, start_min: i64) -> AgendaAppointment {
    AgendaAppointment {
        id: id.into(),
        op: None,
        version: Some("1".to_owned()),
        agenda: "dr-martin".into(),
        span: span(start_min),
        buffer: None,
        motive: None,
        status: AppointmentStatus::Booked,
        patient: None,
        resources: Vec::new(),
        replaces: None,
        series: None,
        entry: None,
        last_change: None,
        by: ByWhom::Secretary,
        ours: id.starts_with("own"),
    }
}

fn known(id: &str, start_min: i64) -> Appointment {
    let intent = IntentId(Uuid::nil());
    Appointment {
        id: id.into(),
        practice: "nord".into(),
        feature: "agenda".into(),
        intent,
        chain: intent,
        pending: None,
        contact: None,
        held: entry(id, start_min),
        standing: Standing::default(),
        updated_at: NOW,
        version: 1,
    }
}

fn told(changes: Vec<Change>) -> Told {
    let mut told = Told::default();
    told.take(changes);
    told
}

fn window() -> Span {
    Span { start: NOW, end: NOW.plus_minutes(10_000) }
}

#[test]
fn what_an_agenda_says_of_an_appointment_is_a_reason_to_look() {
    let standing = [known("own-a", 60), known("own-b", 120), known("own-c", 180), known("own-d", 20_000)];
    let moved = entry("own-a", 75);
    let noted = AgendaAppointment { version: Some("2".to_owned()), ..entry("own-b", 120) };
    let struck = AgendaAppointment { status: AppointmentStatus::Cancelled, ..entry("own-c", 180) };
    let delta = told(vec![Change::Upsert(moved), Change::Upsert(noted), Change::Upsert(struck)]);
    let found = suspects(&standing, &delta, window());
    assert_eq!(found.changed, ["own-a".into(), "own-b".into()]);
    assert_eq!(found.vanished, ["own-c".into()], "what is not told of is as it was");
    let whole = told(vec![Change::Reset, Change::Upsert(entry("own-a", 60))]);
    let found = suspects(&standing, &whole, window());
    assert_eq!(found.vanished, ["own-b".into(), "own-c".into()], "what was not read says nothing: own-d");
    assert!(found.changed.is_empty());
}

#[test]
fn what_others_write_over_an_appointment_is_a_reason_once() {
    let mut standing = [known("own-a", 60)];
    let absence = AgendaAbsence { id: "x".to_owned(), span: span(50), label: None, entry: None };
    for change in [Change::Upsert(entry("hand", 70)), Change::Absence(absence)] {
        let found = suspects(&standing, &told(vec![change]), window());
        assert_eq!(found.changed, ["own-a".into()]);
    }
    assert_eq!(suspects(&standing, &told(vec![Change::Upsert(entry("hand", 75))]), window()), Suspects::default());
    let gone_again = told(vec![Change::Upsert(entry("hand", 70)), Change::Removed("hand".into())]);
    assert_eq!(suspects(&standing, &gone_again, window()), Suspects::default());
    standing[0].standing.double = true;
    assert_eq!(suspects(&standing, &told(vec![Change::Upsert(entry("hand", 70))]), window()), Suspects::default());
}

#[test]
fn many_that_vanish_at_once_are_a_mass_and_few_are_not() {
    for (vanished, all, mass) in [(5, 5, false), (6, 6, true), (6, 60, false), (7, 60, true), (30, 300, false)] {
        let names = (0..vanished).map(|n| AppointmentId::from(format!("own-{n}").as_str()));
        let found = Suspects { vanished: names.collect(), ..Suspects::default() };
        assert_eq!(found.is_a_mass(all), mass, "{vanished} of {all}");
    }
}

#[test]
fn an_agenda_is_compared_whole_once_a_day() {
    let followed = Followed { cursor: Some("c".to_owned()), compared_at: Some(NOW), ..Followed::default() };
    assert_eq!(followed.place(NOW.plus_minutes(24 * 60 - 1)), Some("c"));
    assert_eq!(followed.place(NOW.plus_minutes(24 * 60)), None);
    assert_eq!(Followed { compared_at: None, ..followed }.place(NOW), None);
}

#[test]
fn entries_of_ours_that_nobody_knows_are_named() {
    let delta = told(vec![
        Change::Upsert(entry("own-a", 60)),
        Change::Upsert(entry("own-lost", 90)),
        Change::Upsert(entry("hand", 120)),
    ]);
    let standing = [known("own-a", 60)];
    let unknown: Vec<_> = delta.unknown_of_ours(&standing).into_iter().map(|one| one.id.as_str()).collect();
    assert_eq!(unknown, ["own-lost"]);
}
