//! Every fault by its name.

use greffon_peer::doctolib_like::{Fault, Switch};
use serde_json::json;

use super::{NINE, peer};

const TEN: &str = "2026-03-03T10:00:00+01:00";

#[tokio::test]
async fn error_after_commit_writes_and_answers_500() {
    let peer = peer().await;
    peer.server.switch(Switch::times(Fault::ErrorAfterCommit, 1));
    assert_eq!(peer.book(NINE).await.unwrap().status, 500);
    assert_eq!(peer.tuesday().await["meta"]["total"], 1);
    assert_eq!(peer.book(TEN).await.unwrap().status, 201, "once");
}

#[tokio::test]
async fn answer_lost_writes_and_request_lost_does_not() {
    let peer = peer().await;
    peer.server.switch(Switch::times(Fault::AnswerLost, 1));
    assert!(peer.book(NINE).await.is_none());
    assert_eq!(peer.tuesday().await["meta"]["total"], 1);
    peer.server.switch(Switch::times(Fault::RequestLost, 1));
    assert!(peer.book(TEN).await.is_none());
    assert_eq!(peer.tuesday().await["meta"]["total"], 1);
    let id = peer.server.entries()[0].id;
    peer.server.switch(Switch::times(Fault::AnswerLost, 1));
    assert!(peer.client.send("DELETE", &format!("/v1/appointments/{id}"), None).await.is_none());
    assert_eq!(peer.tuesday().await["meta"]["total"], 0);
}

#[tokio::test]
async fn a_refused_write_is_no_lost_one() {
    let peer = peer().await;
    peer.book(NINE).await.unwrap();
    peer.server.switch(Switch::times(Fault::AnswerLost, 1));
    assert_eq!(peer.book(NINE).await.unwrap().status, 409, "what was not written loses no answer");
    assert!(peer.book(TEN).await.is_none(), "and the fault waits for what is");
}

#[tokio::test]
async fn late_visible_is_in_lists_after_a_while_and_by_its_id_at_once() {
    let peer = peer().await;
    peer.server.switch(Switch::times(Fault::LateVisible, 1).seconds(20));
    let id = peer.book(NINE).await.unwrap().body["id"].as_u64().unwrap();
    assert_eq!(peer.tuesday().await["meta"]["total"], 0);
    assert_eq!(peer.get(&format!("/v1/appointments/{id}")).await.status, 200);
    peer.pass_ms(20_000);
    assert_eq!(peer.tuesday().await["meta"]["total"], 1);
    peer.server.switch(Switch::times(Fault::LateVisible, 1).reads(2));
    peer.book(TEN).await.unwrap();
    for expected in [1, 1, 2] {
        assert_eq!(peer.tuesday().await["meta"]["total"], expected);
    }
}

#[tokio::test]
async fn notes_dropped_keeps_none() {
    let peer = peer().await;
    peer.server.switch(Switch::times(Fault::NotesDropped, 1));
    assert_eq!(peer.book(NINE).await.unwrap().body["notes"], "");
    assert_eq!(peer.book(TEN).await.unwrap().body["notes"], "x");
}

#[tokio::test]
async fn rate_limited_and_token_expires_do_nothing() {
    let peer = peer().await;
    peer.server.switch(Switch::times(Fault::RateLimited, 1).seconds(9));
    let limited = peer.book(NINE).await.unwrap();
    assert!(limited.status == 429 && limited.head.contains("retry-after: 9"), "{limited:?}");
    peer.server.switch(Switch::times(Fault::TokenExpires, 1));
    assert_eq!(peer.book(NINE).await.unwrap().status, 401);
    assert_eq!(peer.book(NINE).await.unwrap().status, 401, "that token is over");
    assert!(peer.server.entries().is_empty());
}

#[tokio::test]
async fn accepts_overlap_takes_what_is_not_on_offer() {
    let peer = peer().await;
    peer.book(NINE).await.unwrap();
    peer.server.switch(Switch::times(Fault::AcceptsOverlap, 1));
    assert_eq!(peer.book("2026-03-03T09:05:00+01:00").await.unwrap().status, 201);
    assert_eq!(peer.tuesday().await["meta"]["total"], 2);
}

#[tokio::test]
async fn truncated_page_says_that_it_is_the_last_and_counts_right() {
    let peer = peer().await;
    peer.book(NINE).await.unwrap();
    peer.book(TEN).await.unwrap();
    peer.server.switch(Switch::times(Fault::TruncatedPage, 1));
    let page = peer.tuesday().await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["meta"]["total"]), (1, &json!(2)));
    assert_eq!(page["meta"]["next_page"], json!(null));
}

#[tokio::test]
async fn stale_availability_offers_what_is_refused() {
    let peer = peer().await;
    peer.book(NINE).await.unwrap();
    let path = "/v1/availabilities?agenda_ids=101&visit_motive_id=201&start_date=2026-03-03&days=1";
    assert_eq!(peer.get(path).await.body["meta"]["total"], 29);
    peer.server.switch(Switch::until_off(Fault::StaleAvailability));
    assert_eq!(peer.get(path).await.body["meta"]["total"], 30);
    assert_eq!(peer.book(NINE).await.unwrap().status, 409);
    peer.server.switch_off(Fault::StaleAvailability);
    assert_eq!(peer.get(path).await.body["meta"]["total"], 29);
}

#[tokio::test]
async fn slow_answers_later() {
    let peer = peer().await;
    peer.server.switch(Switch::times(Fault::Slow, 1).seconds(1));
    let asked = std::time::Instant::now();
    assert_eq!(peer.get("/v1/agendas").await.status, 200);
    assert!(asked.elapsed().as_millis() >= 1_000);
}

#[tokio::test]
async fn faults_are_switched_over_the_line_too() {
    let peer = peer().await;
    let on = |body: &str| {
        let body = body.to_owned();
        let client = &peer.client;
        async move { client.send_text("POST", "/_faults", &body).await.unwrap().status }
    };
    assert_eq!(on(r#"{"fault":"notes-dropped","count":2}"#).await, 204);
    assert_eq!(on(r#"{"fault":"slow","seconds":1,"on":"GET /v1/patients"}"#).await, 204);
    assert_eq!(on(r#"{"fault":"earthquake"}"#).await, 400);
    let listed = peer.get("/_faults").await.body;
    assert_eq!(listed["on"][0], json!({ "fault": "notes-dropped", "left": 2 }));
    assert_eq!(peer.client.send("DELETE", "/_faults", None).await.unwrap().status, 204);
    assert_eq!(peer.get("/_faults").await.body["on"], json!([]));
    peer.server.switch(Switch::until_off(Fault::Slow));
    peer.server.heal();
    assert_eq!(peer.get("/_faults").await.body["on"], json!([]));
}
