//! What outside services tell.

use std::time::Duration;

use greffon_core::model::audit::Role;
use greffon_core::model::inbound::{MAX_BODY_BYTES, PER_MINUTE};
use serde_json::{Value, json};

use super::request_log::logged;
use super::support::{Answer, HERE, TestApp};

const SIGNED: (&str, &str) = ("signature", "right");

fn path() -> String {
    format!("/v1/practices/{HERE}/inbound")
}

/// A new address, and its path.
async fn made(app: &TestApp) -> (Value, String) {
    let made = app.post(Role::PracticeAdmin, &path(), &json!({ "feature": "agenda" })).await.expect(201).json();
    let url = made["url"].as_str().unwrap().strip_prefix("https://accueil.example").unwrap().to_owned();
    (made, url)
}

async fn tell(app: &TestApp, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    app.send("POST", url, headers, body).await
}

#[tokio::test]
async fn an_address_is_shown_once_listed_and_revoked() {
    let app = TestApp::new();
    let (made, url) = made(&app).await;
    assert_eq!((&made["feature"], &made["revoked_at"]), (&json!("agenda"), &Value::Null));
    let listed = app.get(Role::PracticeAdmin, &path()).await.expect(200);
    assert!(!listed.text.contains(url.rsplit('/').next().unwrap()), "{}", listed.text);
    assert_eq!(listed.json()[0]["id"], made["id"]);
    tell(&app, &url, &[SIGNED], "martin").await.expect(204);
    let revoke = format!("{}/{}/revoke", path(), made["id"].as_str().unwrap());
    let revoked = app.post(Role::PracticeAdmin, &revoke, &json!({})).await.expect(200).json();
    assert!(revoked["revoked_at"].is_string());
    assert_eq!(app.post(Role::PracticeAdmin, &revoke, &json!({})).await.expect(200).json(), revoked);
    assert_eq!(tell(&app, &url, &[SIGNED], "martin").await.problem(), "404 no-such-route");
    for (wrong, problem) in [("triage", "404 not-found"), ("nowhere", "404 not-found"), ("é\u{0}", "404 not-found")] {
        let answer = app.post(Role::PracticeAdmin, &path(), &json!({ "feature": wrong })).await;
        assert_eq!(answer.problem(), problem, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_not_believed_is_answered_with_what_is_wrong() {
    let app = TestApp::new();
    let (_, url) = made(&app).await;
    for (headers, problem) in [
        (&[("signature", "wrong")][..], "401 bad-signature"),
        (&[], "401 bad-signature"),
        (&[SIGNED, ("signed-at", "0")], "401 untimely"),
        (&[SIGNED, ("account", "theirs")], "422 not-mine"),
    ] {
        assert_eq!(tell(&app, &url, headers, "martin").await.problem(), problem, "{headers:?}");
    }
    let unknown = format!("/v1/inbound/{}", "a".repeat(64));
    for nowhere in [unknown.as_str(), "/v1/inbound/short", "/v1/inbound/%ff"] {
        let answer = tell(&app, nowhere, &[SIGNED], "martin").await;
        assert!(answer.problem().starts_with("404 "), "{nowhere}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_body_of_256_kib_is_heard_and_one_byte_more_is_not() {
    let app = TestApp::new();
    let (_, url) = made(&app).await;
    let most = "x".repeat(MAX_BODY_BYTES);
    tell(&app, &url, &[SIGNED], &most).await.expect(204);
    assert_eq!(tell(&app, &url, &[SIGNED], &format!("{most}x")).await.problem(), "413 body-too-large");
    let many: Vec<String> = (0..70).map(|number| format!("x-{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(tell(&app, &url, &many, "").await.problem(), "413 body-too-large");
    let long = "x".repeat(17 * 1024);
    assert_eq!(tell(&app, &url, &[("x-long", &long)], "").await.problem(), "413 body-too-large");
}

#[tokio::test]
async fn more_than_sixty_in_a_minute_are_told_when_to_come_again() {
    let app = TestApp::new();
    let (_, url) = made(&app).await;
    for _ in 0..PER_MINUTE {
        tell(&app, &url, &[SIGNED], "martin").await.expect(204);
    }
    let refused = tell(&app, &url, &[SIGNED], "martin").await;
    assert_eq!((refused.problem(), refused.header("retry-after")), ("429 too-many".to_owned(), "1"));
    app.clock.advance(Duration::from_secs(1));
    tell(&app, &url, &[SIGNED], "martin").await.expect(204);
}

#[tokio::test]
async fn the_secret_of_an_address_is_in_no_log() {
    let app = TestApp::new();
    let (_, url) = made(&app).await;
    let secret = url.rsplit('/').next().unwrap();
    let lines = logged(async || {
        tell(&app, &url, &[SIGNED], "martin").await.expect(204);
        assert_eq!(tell(&app, &format!("{url}?secret={secret}"), &[], "").await.problem(), "401 bad-signature");
    })
    .await;
    let lines = Value::from(lines).to_string();
    assert!(lines.contains("/v1/inbound/{token}"), "{lines}");
    assert!(!lines.contains(secret), "{lines}");
}
