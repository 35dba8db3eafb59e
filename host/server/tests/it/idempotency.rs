//! Requests that are sent twice.

use greffon_core::ids::PracticeId;
use greffon_core::model::audit::Role;
use greffon_core::ports::plugins::GuestError;
use greffon_core::ports::storage::{Page, Storage};
use greffon_simulation::{Effect, Fault};
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::support::{Answer, HERE, NOW, TestApp, bearer, instant};

const CONTACTS: &str = "/v1/practices/les-tilleuls/contacts";
const KEY: (&str, &str) = ("idempotency-key", "0192f0c4-7a3e");

async fn receive(app: &TestApp, reason: &str) -> Answer {
    app.post_with(Role::Secretary, CONTACTS, &json!({ "channel": "phone", "reason": reason }), &[KEY]).await
}

async fn stored(app: &TestApp) -> usize {
    let page = Page { limit: 200, cursor: None };
    app.storage.contacts(&PracticeId::from(HERE), None, &page).await.unwrap().items.len()
}

#[tokio::test]
async fn a_contact_sent_twice_is_stored_once() {
    let app = TestApp::new();
    let first = receive(&app, "toux").await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = receive(&app, "toux").await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_contact_as_it_is_now() {
    let app = TestApp::new();
    let path = receive(&app, "toux").await.header("location").to_owned();
    let body = json!({ "facts": [{ "key": "red-flag.all", "value": "yes" }] });
    let now = app.post(Role::Secretary, &format!("{path}/facts"), &body).await.expect(200).json();
    assert_eq!(receive(&app, "toux").await.json(), now);
}

#[tokio::test]
async fn a_key_is_for_one_request() {
    let app = TestApp::new();
    let path = receive(&app, "toux").await.expect(201).header("location").to_owned();
    assert_eq!(receive(&app, "fièvre").await.problem(), "422 idempotency-key-reused");
    let body = json!({ "facts": [] });
    let other = app.post_with(Role::Secretary, &format!("{path}/facts"), &body, &[KEY]).await;
    assert_eq!(other.problem(), "422 idempotency-key-reused");
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn people_do_not_share_keys() {
    let app = TestApp::new();
    receive(&app, "toux").await.expect(201);
    let other = greffon_server::NewToken { subject: "s-2".into(), ..super::support::token(Role::Secretary, &[HERE]) };
    let other = bearer(&app.issuer.sign(&other, instant(NOW)).unwrap());
    let headers = [("authorization", other.as_str()), ("content-type", "application/json"), KEY];
    app.send("POST", CONTACTS, &headers, &json!({ "channel": "chat" }).to_string()).await.expect(201);
    assert_eq!(stored(&app).await, 2);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let app = TestApp::new();
    receive(&app, "toux").await.expect(201);
    app.clock.advance(Duration::from_secs(24 * 3600 + 1));
    receive(&app, "fièvre").await.expect(201);
    assert_eq!(stored(&app).await, 2);
}

#[tokio::test]
async fn a_request_that_failed_may_be_corrected_under_its_key() {
    let app = TestApp::new();
    let wrong = json!({ "channel": "phone", "caller": { "phone": "x" } });
    let answer = app.post_with(Role::Secretary, CONTACTS, &wrong, &[KEY]).await;
    assert_eq!(answer.problem(), "422 invalid caller.phone");
    receive(&app, "toux").await.expect(201);
}

#[tokio::test]
async fn facts_sent_twice_are_written_once() {
    let app = TestApp::new();
    let path = app.received().await;
    let body = json!({ "facts": [{ "key": "request.words", "value": { "text": "toux" } }] });
    for replayed in ["", "true", "true"] {
        let answer = app.post_with(Role::Secretary, &format!("{path}/facts"), &body, &[KEY]).await.expect(200);
        assert_eq!(answer.header("idempotency-replayed"), replayed);
    }
    assert_eq!(app.get(Role::Secretary, &path).await.json()["facts"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_close_that_was_done_may_be_sent_again() {
    let app = TestApp::new();
    let path = app.concluded().await;
    let body = json!({ "recap": "confirmed" });
    for _ in 0..2 {
        let answer = app.post_with(Role::Secretary, &format!("{path}/close"), &body, &[KEY]).await.expect(200);
        assert_eq!(answer.json()["state"], "closed");
    }
}

#[tokio::test]
async fn a_key_of_the_wrong_form_is_refused() {
    let app = TestApp::new();
    for key in ["", &"x".repeat(129), "\u{e9}"] {
        let headers = [("idempotency-key", key)];
        let answer = app.post_with(Role::Secretary, CONTACTS, &json!({ "channel": "phone" }), &headers).await;
        assert_eq!(answer.problem(), "422 invalid Idempotency-Key");
    }
    assert_eq!(stored(&app).await, 0);
}

#[tokio::test]
async fn a_contact_whose_storing_failed_is_stored_by_the_repeat() {
    let app = TestApp::new();
    app.faults.next(Effect::StorageWrite, Fault::Refused);
    let answer = receive(&app, "toux").await;
    assert_eq!(answer.problem(), "503 storage-unavailable");
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(stored(&app).await, 0);
    receive(&app, "toux").await.expect(201);
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn a_contact_that_was_stored_before_the_process_died_is_found_by_the_repeat() {
    let app = TestApp::new();
    let died = AtomicBool::new(false);
    app.plugins.set_script(move |_| {
        assert!(died.swap(true, Ordering::Relaxed), "the first time that the script is asked");
        Ok(Err(GuestError { code: "none".to_owned(), text: String::new() }))
    });
    receive(&app, "toux").await.expect(500);
    assert_eq!(stored(&app).await, 1);
    let again = receive(&app, "toux").await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn two_at_once_store_one_contact() {
    let app = TestApp::new();
    let (one, two) = tokio::join!(receive(&app, "toux"), receive(&app, "toux"));
    let statuses = [one.status.as_u16(), two.status.as_u16()];
    assert!(statuses.contains(&201), "{statuses:?}");
    assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{statuses:?}");
    assert_eq!(stored(&app).await, 1);
}
