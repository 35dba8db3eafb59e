//! What was sent, or not.

use greffon_core::model::audit::Role;
use greffon_core::model::message::MessageState;
use serde_json::json;

use super::rows;
use super::support::{ELSEWHERE, HERE, TestApp};

const LIST: &str = "/v1/practices/les-tilleuls/messages";

async fn app() -> TestApp {
    let app = TestApp::new();
    app.write(HERE, async |transaction| {
        for (number, state) in [(1, MessageState::Sent), (2, MessageState::Uncertain), (3, MessageState::Sent)] {
            transaction.save_message(&mut rows::message(HERE, number, state)).await.unwrap();
        }
    })
    .await;
    app.write(ELSEWHERE, async |transaction| {
        transaction.save_message(&mut rows::message(ELSEWHERE, 4, MessageState::Sent)).await.unwrap();
    })
    .await;
    app
}

#[tokio::test]
async fn messages_are_listed_newest_first_in_pages() {
    let app = app().await;
    let first = app.get(Role::Secretary, &format!("{LIST}?limit=2")).await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let rest = format!("{LIST}?limit=2&cursor={}", first["next"].as_str().unwrap());
    let rest = app.get(Role::Secretary, &rest).await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], json!(null));
}

#[tokio::test]
async fn a_message_shows_how_far_it_is() {
    let app = app().await;
    let uncertain = app.get(Role::Secretary, &format!("{LIST}?state=uncertain")).await.expect(200).json();
    assert_eq!(uncertain["items"].as_array().unwrap().len(), 1);
    insta::assert_json_snapshot!(uncertain["items"][0], @r#"
    {
      "attempts": 0,
      "body": "Rappeler Mme Dupont.",
      "cause": {
        "contact": "0192f0c4-7a3e-7000-8000-000000000001"
      },
      "created_at": "2026-11-23T08:00:00Z",
      "failure": null,
      "feature": null,
      "id": "0192f0c4-7a3e-7000-8000-000000000002",
      "level": "soon",
      "receipts": [],
      "recipient": "secretariat",
      "sensitivity": "personal",
      "state": "uncertain",
      "subject": "Demande de rappel",
      "template": {
        "id": "rappel",
        "version": "1"
      },
      "to": {
        "scheme": "mailto",
        "value": "secretariat@tilleuls.example"
      },
      "updated_at": "2026-11-23T08:00:00Z",
      "valid_until": null
    }
    "#);
}

#[tokio::test]
async fn a_state_that_does_not_exist_is_refused() {
    assert_eq!(app().await.get(Role::Secretary, &format!("{LIST}?state=lost")).await.problem(), "422 invalid query");
}
