//! The journal.

use greffon_core::model::audit::Role;
use serde_json::json;

use super::rows;
use super::support::{ELSEWHERE, HERE, TestApp};

const LIST: &str = "/v1/practices/les-tilleuls/audit";

async fn app() -> TestApp {
    let app = TestApp::new();
    let contact = rows::contact(HERE, 1).id;
    app.write(HERE, async |transaction| {
        for (number, of) in [(11, Some(contact)), (12, None), (13, Some(contact))] {
            transaction.audit(&rows::event(HERE, number, of)).await.unwrap();
        }
    })
    .await;
    app.write(ELSEWHERE, async |transaction| {
        transaction.audit(&rows::event(ELSEWHERE, 14, None)).await.unwrap();
    })
    .await;
    app
}

#[tokio::test]
async fn the_journal_is_listed_newest_first_in_pages() {
    let app = app().await;
    let first = app.get(Role::Auditor, &format!("{LIST}?limit=2")).await.expect(200).json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    insta::assert_json_snapshot!(first["items"][0], @r#"
    {
      "action": "contact.received",
      "actor": {
        "role": "secretary",
        "subject": "s-1"
      },
      "at": "2026-11-23T08:00:00Z",
      "contact": "0192f0c4-7a3e-7000-8000-000000000001",
      "fields": {
        "channel": "phone"
      },
      "id": "0192f0c4-7a3e-7000-8000-00000000000d",
      "subject": null
    }
    "#);
    let rest = format!("{LIST}?limit=2&cursor={}", first["next"].as_str().unwrap());
    let rest = app.get(Role::Auditor, &rest).await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], json!(null));
}

#[tokio::test]
async fn the_journal_of_one_contact_is_listed() {
    let app = app().await;
    let of = format!("{LIST}?contact={}", rows::contact(HERE, 1).id);
    assert_eq!(app.get(Role::Auditor, &of).await.expect(200).json()["items"].as_array().unwrap().len(), 2);
    let of_nobody = format!("{LIST}?contact={}", rows::contact(HERE, 99).id);
    assert_eq!(app.get(Role::Auditor, &of_nobody).await.expect(200).json()["items"], json!([]));
    assert_eq!(app.get(Role::Auditor, &format!("{LIST}?contact=x")).await.problem(), "422 invalid contact");
}

#[tokio::test]
async fn a_cursor_that_was_not_given_by_the_list_is_refused() {
    let app = app().await;
    assert_eq!(app.get(Role::Auditor, &format!("{LIST}?cursor=zzz")).await.problem(), "422 invalid cursor");
}
