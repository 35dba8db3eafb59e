//! What the specification says when nothing is broken.

use greffon_peer::doctolib_like::{DoctolibLike, Options, Refusal, Seed};
use serde_json::{Value, json};

use super::{HOUR_MS, NINE, NOON, appointment, peer, peer_with};

#[tokio::test]
async fn nobody_is_let_in_without_a_good_token() {
    let mut peer = peer().await;
    let token = std::mem::take(&mut peer.client.token);
    assert_eq!(peer.get("/v1/agendas").await.status, 401);
    assert_eq!(peer.book(NINE).await.unwrap().status, 401);
    peer.client.token = token.clone();
    peer.pass_ms(299_000);
    assert_eq!(peer.get("/v1/agendas").await.status, 200);
    peer.client.log_in(peer.server.credentials()).await;
    assert_ne!(peer.client.token, token, "a new one before the old one ends");
    let new = std::mem::replace(&mut peer.client.token, token);
    assert_eq!(peer.get("/v1/agendas").await.status, 200, "and the old one is still good");
    peer.pass_ms(1_000);
    assert_eq!(peer.get("/v1/agendas").await.status, 401);
    peer.client.token = new;
    assert_eq!(peer.get("/v1/agendas").await.status, 200);
    let wrong = "grant_type=client_credentials&client_id=greffon&client_secret=x";
    assert_eq!(peer.client.send_text("POST", "/oauth/token", wrong).await.unwrap().status, 401);
}

#[tokio::test]
async fn what_is_on_offer_can_be_booked_once() {
    let peer = peer().await;
    let path = "/v1/availabilities?agenda_ids=101&visit_motive_id=201&start_date=2026-03-03&days=1";
    let before = peer.get(path).await.body;
    assert_eq!(before["items"].as_array().unwrap().len(), 30, "14 in the morning, 16 in the afternoon");
    assert_eq!(before["items"][2]["start"], "2026-03-03T09:00:00.000+01:00");
    let booked = peer.book(NINE).await.unwrap();
    assert_eq!(booked.status, 201, "{}", booked.text);
    assert_eq!(booked.body["patient"]["last_name"], "Bernard");
    assert_eq!(peer.get(path).await.body["items"].as_array().unwrap().len(), 29);
    let again = peer.book(NINE).await.unwrap();
    assert_eq!((again.status, again.body["error"]["code"].as_str()), (409, Some("slot_unavailable")));
    for start in ["2026-03-03T09:05:00+01:00", "2026-03-03T12:00:00+01:00", "2026-03-02T11:00:00+01:00"] {
        assert_eq!(peer.book(start).await.unwrap().status, 409, "{start}");
    }
}

#[tokio::test]
async fn a_cancelled_appointment_stays_and_its_time_is_free_again() {
    let peer = peer().await;
    let id = peer.book(NINE).await.unwrap().body["id"].as_u64().unwrap();
    let path = format!("/v1/appointments/{id}");
    let before = peer.get(&path).await.body;
    assert_eq!(peer.client.send("DELETE", &path, None).await.unwrap().status, 204);
    assert_eq!(peer.client.send("DELETE", &path, None).await.unwrap().status, 404);
    let after = peer.get(&path).await.body;
    assert_eq!(after["status"], "cancelled");
    assert_ne!(after["updated_at"], before["updated_at"]);
    assert_eq!(peer.tuesday().await["meta"]["total"], 0);
    let changed = peer.get("/v1/appointments?agenda_id=101&updated_since=2026-03-02T00:00:00Z").await.body;
    assert_eq!(changed["items"][0]["status"], "cancelled");
    assert_eq!(peer.book(NINE).await.unwrap().status, 201);
}

#[tokio::test]
async fn bounds_are_refused_one_past_each() {
    let peer = peer().await;
    let offers = |rest: &str| format!("/v1/availabilities?agenda_ids=101&visit_motive_id=201&{rest}");
    let list = |rest: &str| format!("/v1/appointments?agenda_id=101&{rest}");
    for (path, status) in [
        (offers("start_date=2026-03-02&days=7"), 200),
        (offers("start_date=2026-03-02&days=8"), 422),
        (offers("start_date=2026-03-02&days=0"), 422),
        (offers("start_date=02/03/2026&days=1"), 422),
        (list("from=2026-01-01T00:00:00Z&to=2027-01-02T00:00:00Z"), 200),
        (list("from=2026-01-01T00:00:00Z&to=2027-01-02T00:00:01Z"), 422),
        (list("from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"), 422),
        (list("updated_since=2026-01-31T11:00:00Z"), 200),
        (list("updated_since=2026-01-31T10:59:59Z"), 410),
        ("/v1/appointments?agenda_id=999&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z".to_owned(), 404),
        ("/v1/appointments/1".to_owned(), 404),
        ("/v1/nothing".to_owned(), 404),
    ] {
        assert_eq!(peer.get(&path).await.status, status, "{path}");
    }
    let with = |key: &str, value: Value| {
        let mut body = appointment(NINE);
        body[key] = value;
        body
    };
    for (body, status) in [
        (with("notes", json!("é".repeat(1_001))), 422),
        (with("end", json!("2026-03-03T09:20:00+01:00")), 422),
        (with("visit_motive_id", json!(204)), 422),
        (with("patient_id", json!(1)), 404),
        (with("start", json!("2026-03-03T09:00:00")), 422),
        (with("colour", json!("red")), 400),
        (with("notes", json!("é".repeat(1_000))), 201),
    ] {
        assert_eq!(peer.client.send("POST", "/v1/appointments", Some(&body)).await.unwrap().status, status, "{body}");
    }
}

#[tokio::test]
async fn lists_are_paged_in_order() {
    let peer = peer_with(Options { page_size: 2, ..Options::default() }).await;
    for minute in [45, 0, 30, 15, 50] {
        let start = format!("2026-03-03T10:{minute:02}:00+01:00");
        let expected = if minute == 50 { 409 } else { 201 };
        assert_eq!(peer.book(&start).await.unwrap().status, expected);
    }
    let path = "/v1/appointments?agenda_id=101&from=2026-03-03T00:00:00Z&to=2026-03-04T00:00:00Z&page=";
    let first = peer.get(&format!("{path}1")).await.body;
    let second = peer.get(&format!("{path}2")).await.body;
    let third = peer.get(&format!("{path}3")).await.body;
    assert_eq!((&first["meta"]["total"], &first["meta"]["next_page"]), (&json!(4), &json!(2)));
    assert_eq!((&second["meta"]["next_page"], third["items"].as_array().unwrap().len()), (&Value::Null, 0));
    assert_eq!(second["items"][1]["start"], "2026-03-03T10:45:00.000+01:00");
}

#[tokio::test]
async fn a_patient_is_found_whatever_case_and_accents() {
    let peer = peer().await;
    let new = json!({ "last_name": "Noël-Lefèvre", "first_name": "Zoé", "birth_date": "1990-02-28" });
    assert_eq!(peer.client.send("POST", "/v1/patients", Some(&new)).await.unwrap().status, 201);
    let found = peer.get("/v1/patients?birth_date=1990-02-28&last_name=NOEL%20LEFEVRE").await.body;
    assert_eq!(found["items"][0]["first_name"], "Zoé");
    assert_eq!(peer.get("/v1/patients?birth_date=1990-02-27&last_name=noel-lefevre").await.body["meta"]["total"], 0);
    let born = json!({ "last_name": "A", "first_name": "B", "birth_date": "1990-02-30" });
    assert_eq!(peer.client.send("POST", "/v1/patients", Some(&born)).await.unwrap().status, 422);
}

#[tokio::test]
async fn too_many_calls_a_minute_are_told_when_to_come_back() {
    let peer = peer_with(Options { calls_per_min: Some(3), ..Options::default() }).await;
    for _ in 0..3 {
        assert_eq!(peer.get("/v1/agendas").await.status, 200);
    }
    let refused = peer.get("/v1/agendas").await;
    assert_eq!(refused.status, 429);
    assert!(refused.head.contains("retry-after: 61") || refused.head.contains("retry-after: 60"), "{}", refused.head);
    peer.pass_ms(60_000);
    assert_eq!(peer.get("/v1/agendas").await.status, 200);
}

#[tokio::test]
async fn a_practitioner_writes_moves_and_deletes_whatever_is_there() {
    let peer = peer().await;
    let nine = NOON + 21 * HOUR_MS;
    let id = peer.book(NINE).await.unwrap().body["id"].as_u64().unwrap();
    let block = peer.server.block(101, nine, nine + HOUR_MS, "Réunion").unwrap();
    assert_eq!(peer.tuesday().await["meta"]["total"], 2);
    let moved = peer.server.move_entry(id, nine + HOUR_MS).unwrap();
    assert_eq!(moved.end - moved.start, 15 * 60_000);
    peer.server.cancel_entry(block.id).unwrap();
    assert_eq!(peer.server.cancel_entry(block.id), Err(Refusal::Cancelled));
    assert_eq!(peer.server.block(101, nine, nine, "x"), Err(Refusal::EmptyPeriod));
    assert_eq!(peer.server.move_entry(1, nine), Err(Refusal::Unknown));
    let changes: Vec<i64> = peer.server.entries().iter().map(|entry| entry.updated_at).collect();
    assert_eq!(changes.len(), 2);
    assert_ne!(changes[0], changes[1], "no two changes share an instant, though the clock stands still");
}

#[tokio::test]
async fn of_many_who_book_the_same_time_at_once_one_has_it() {
    let peer = peer().await;
    let tries = (0..24).map(|_| peer.book(NINE));
    let mut won = 0;
    for answer in join_all(tries).await {
        won += u32::from(answer.unwrap().status == 201);
    }
    assert_eq!(won, 1);
}

/// Polls all of them at once.
async fn join_all<F: Future>(tries: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut tries: Vec<_> = tries.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|cx| {
        tries.retain_mut(|one| match one.as_mut().poll(cx) {
            std::task::Poll::Ready(output) => {
                done.push(output);
                false
            }
            std::task::Poll::Pending => true,
        });
        if tries.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

#[tokio::test]
async fn a_server_with_nothing_answers_with_nothing() {
    let peer = peer_with(Options { seed: Seed::empty(), ..Options::default() }).await;
    assert_eq!(peer.get("/v1/agendas").await.body["meta"]["total"], 0);
    assert_eq!(peer.get("/").await.status, 422);
    let taken = peer.server.base_url().trim_start_matches("http://").parse().unwrap();
    assert!(DoctolibLike::listen(taken, Options::default()).await.is_err(), "the address is taken");
}
