//! Appointments that exist already.

use greffon_core::ids::PracticeId;
use greffon_core::model::audit::Role;
use greffon_core::time::Instant;
use serde_json::{Value, json};

use super::rows;
use super::support::{ELSEWHERE, HERE, NOW, TestApp, bearer, instant};

const LIST: &str = "/v1/practices/les-tilleuls/appointments";

async fn hold(app: &TestApp, practice: &str, name: &str, start: Instant) {
    app.write(practice, async |transaction| {
        transaction.save_appointment(&mut rows::appointment(practice, name, start)).await.unwrap();
    })
    .await;
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn appointments_that_overlap_a_window_are_listed_earliest_first() {
    let app = TestApp::new();
    let nine = instant("2026-11-23T09:00:00Z");
    for (name, start) in [("late", nine.plus_minutes(60)), ("early", nine), ("before", nine.plus_minutes(-15))] {
        hold(&app, HERE, name, start).await;
    }
    hold(&app, ELSEWHERE, "foreign", nine).await;
    let list = async |window: &str| app.get(Role::Secretary, &format!("{LIST}?{window}")).await.expect(200).json();
    let all = list("from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z").await;
    assert_eq!(names(&all), ["before", "early", "late"]);
    assert_eq!(all["items"][1]["start"], "2026-11-23T09:00:00Z");
    assert_eq!(all["items"][1]["patient"]["family"], "Dupont");
    // Half-open on both sides: what only touches the window is not in it.
    let nine_to_ten = list("from=2026-11-23T09:00:00Z&to=2026-11-23T10:00:00Z").await;
    assert_eq!(names(&nine_to_ten), ["early"]);
    let page = list("from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z&limit=2").await;
    assert_eq!(names(&page), ["before", "early"]);
    let rest =
        format!("from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z&limit=2&cursor={}", page["next"].as_str().unwrap());
    assert_eq!(names(&list(&rest).await), ["late"]);
}

#[tokio::test]
async fn a_window_is_needed_and_has_two_ends() {
    let app = TestApp::new();
    for (query, problem) in [
        ("", "422 invalid from"),
        ("from=2026-11-23T00:00:00Z", "422 invalid to"),
        ("to=2026-11-23T00:00:00Z", "422 invalid from"),
        ("from=2026-11-23&to=2026-11-24", "422 invalid from"),
        ("from=2026-11-23T00:00:00Z&to=2026-11-23T00:00:00Z", "422 invalid to"),
        ("from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z", "422 invalid to"),
    ] {
        assert_eq!(app.get(Role::Secretary, &format!("{LIST}?{query}")).await.problem(), problem, "{query}");
    }
}

#[tokio::test]
async fn a_name_that_several_practices_know_must_be_told_apart() {
    let app = TestApp::new();
    for practice in [HERE, ELSEWHERE] {
        hold(&app, practice, "rdv/1", instant(NOW)).await;
    }
    let both = bearer(&app.token_for(Role::Secretary, &[HERE, ELSEWHERE]));
    let headers = [("authorization", both.as_str()), ("content-type", "application/json")];
    let body = json!({ "op_id": "op-1", "status": "moon" }).to_string();
    let mark =
        async |query: &str| app.send("POST", &format!("/v1/appointments/rdv%2F1/status{query}"), &headers, &body).await;
    let answer = mark("").await;
    assert_eq!(answer.problem(), "422 ambiguous-appointment");
    assert_eq!(answer.json()["practices"], json!([ELSEWHERE, HERE]));
    // Told apart, the request itself is looked at.
    assert_eq!(mark("?practice=le-port").await.problem(), "422 invalid status");
    assert_eq!(mark("?practice=nowhere").await.problem(), "404 not-found");
    // A token of one practice has nothing to tell apart.
    let one = app.post(Role::Secretary, "/v1/appointments/rdv%2F1/status", &json!({ "op_id": "op-1" })).await;
    assert_eq!(one.problem(), "422 invalid body");
}

#[tokio::test]
async fn a_change_names_a_contact_of_the_same_practice() {
    let app = TestApp::new();
    hold(&app, HERE, "rdv-1", instant(NOW)).await;
    app.write(ELSEWHERE, async |transaction| {
        transaction.save_contact(&mut rows::contact(ELSEWHERE, 5)).await.unwrap();
    })
    .await;
    for contact in [rows::contact(ELSEWHERE, 5).id, rows::contact(HERE, 6).id] {
        let body = json!({ "op_id": "op-1", "contact": contact, "by": "patient", "reason": "patient-request" });
        let answer = app.post(Role::Secretary, "/v1/appointments/rdv-1/cancel", &body).await;
        assert_eq!(answer.problem(), "422 invalid contact");
    }
}

/// A booked appointment's path.
async fn booked(app: &TestApp) -> String {
    let contact = app.concluded().await;
    let slot = app.first_slots(&contact, 1).await.remove(0);
    let body = json!({ "op_id": "op-book", "slot": slot });
    let booking = app.post(Role::Secretary, &format!("{contact}/bookings"), &body).await.expect(201).json();
    format!("/v1/appointments/{}", booking["appointment"].as_str().unwrap().replace('/', "%2F"))
}

#[tokio::test]
async fn an_appointment_is_moved_and_then_called_off() {
    let app = TestApp::new();
    let path = booked(&app).await;
    let later = json!({ "op_id": "op-move", "start": "2026-11-24T09:00:00Z" });
    let alone = app.post(Role::Secretary, &format!("{path}/move"), &later).await;
    assert_eq!(alone.problem(), "409 contact-needed");
    let moved = app.post(Role::Supervisor, &format!("{path}/move"), &later).await.expect(200).json();
    assert_eq!((&moved["state"], &moved["start"]), (&json!("confirmed"), &json!("2026-11-24T09:00:00Z")));
    let again = app.post(Role::Supervisor, &format!("{path}/move"), &later).await.expect(200).json();
    assert_eq!(again["replayed"], true);

    let end = json!({ "op_id": "op-cancel", "by": "patient", "reason": "patient-request" });
    let ended = app.post(Role::Supervisor, &format!("{path}/cancel"), &end).await.expect(200).json();
    assert_eq!(ended["state"], "confirmed");
    assert!(app.agenda.live().is_empty());
}

#[tokio::test]
async fn an_appointment_is_marked_as_arrived() {
    let app = TestApp::new();
    let path = booked(&app).await;
    let arrived = json!({ "op_id": "op-arrived", "status": "arrived" });
    let marked = app.post(Role::Secretary, &format!("{path}/status"), &arrived).await.expect(200).json();
    assert_eq!(marked["status"], "arrived");
    let odd = json!({ "op_id": "op-odd", "status": "proposed" });
    assert!(app.post(Role::Secretary, &format!("{path}/status"), &odd).await.status.is_client_error());
}

#[tokio::test]
async fn a_move_to_a_time_that_is_taken_keeps_the_old_one() {
    let app = TestApp::new();
    let path = booked(&app).await;
    app.agenda.enter(
        &"dr-martin".into(),
        greffon_core::time::Span { start: instant("2026-11-24T09:00:00Z"), end: instant("2026-11-24T09:15:00Z") },
    );
    let body = json!({ "op_id": "op-move", "start": "2026-11-24T09:00:00Z" });
    let answer = app.post(Role::Supervisor, &format!("{path}/move"), &body).await;
    assert_eq!(answer.problem(), "409 slot-taken");
    let practice = PracticeId::from(HERE);
    let kept = app
        .storage
        .look(&practice, |rows| rows.appointments.values().map(|one| one.held.span.start).collect::<Vec<_>>());
    assert!(!kept.contains(&instant("2026-11-24T09:00:00Z")));
}

#[tokio::test]
async fn an_appointment_that_nobody_holds_is_not_found() {
    let app = TestApp::new();
    for action in ["move", "cancel", "status"] {
        let answer = app.post(Role::Secretary, &format!("/v1/appointments/rdv-0/{action}"), &json!({})).await;
        assert_eq!(answer.problem(), "404 not-found", "{action}");
    }
}

#[tokio::test]
async fn agendas_are_listed_for_five_weeks_at_most_and_say_what_is_not_known() {
    let app = TestApp::new();
    let path = format!("/v1/practices/{HERE}/agendas");
    let window = |to: &str| format!("{path}?from=2026-11-02T00:00:00Z&to={to}");
    let listed = app.get(Role::Secretary, &window("2026-12-07T00:00:00Z")).await.expect(200).json();
    let first = &listed[0];
    assert_eq!((&first["practitioner"], &first["as_of"]), (&json!("dr-martin"), &Value::Null));
    assert_eq!(first["entries"], json!([]));
    let named = format!("{}&practitioner=dr-personne", window("2026-12-07T00:00:00Z"));
    assert_eq!(app.get(Role::Secretary, &named).await.expect(200).json(), json!([]));
    for (wrong, field) in [(window("2026-12-07T00:00:01Z"), "to"), (path.clone(), "from")] {
        assert_eq!(app.get(Role::Secretary, &wrong).await.problem(), format!("422 invalid {field}"), "{wrong}");
    }
}
