//! Bookings that wait for a person, and what people say of them.

use greffon_core::model::audit::Role;
use greffon_core::model::intent::{Intent, IntentState};
use greffon_core::ports::storage::Storage;
use serde_json::json;

use super::rows;
use super::support::{ELSEWHERE, HERE, TestApp};

const LIST: &str = "/v1/practices/les-tilleuls/bookings/to-verify";

fn waiting() -> Intent {
    rows::intent(HERE, 8)
}

fn path(verb: &str) -> String {
    format!("/v1/practices/les-tilleuls/bookings/{}/{verb}", waiting().id)
}

async fn app(state: IntentState) -> TestApp {
    let app = TestApp::new();
    app.write(HERE, async |transaction| {
        transaction.save_intent(&mut Intent { state, ..waiting() }).await.unwrap();
    })
    .await;
    app.write(ELSEWHERE, async |transaction| {
        transaction.save_intent(&mut rows::intent(ELSEWHERE, 9)).await.unwrap();
    })
    .await;
    app
}

async fn stored(app: &TestApp) -> Intent {
    app.storage.intent(&HERE.into(), waiting().id).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_waits_for_a_person_is_a_list() {
    let app = app(IntentState::NeedsHuman).await;
    let list = app.get(Role::Secretary, LIST).await.expect(200).json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "the other practice's is not shown");
    let one = &items[0];
    assert_eq!(
        (&one["kind"], &one["state"], &one["progress"]),
        (&json!("book"), &json!("needs-human"), &json!("to-verify"))
    );
    assert_eq!(
        (&one["patient"]["family"], &one["agenda"], &one["sends"]),
        (&json!("Dupont"), &json!("dr-martin"), &json!(1))
    );
}

#[tokio::test]
async fn whoever_has_looked_brings_it_to_its_end() {
    for (found, code) in [("not-done", "not-done"), ("by-hand", "by-hand")] {
        let app = app(IntentState::NeedsHuman).await;
        let body = json!({"found": found, "note": "rien dans l'agenda"});
        let ended = app.post(Role::Secretary, &path("verdict"), &body).await.expect(200).json();
        assert_eq!((&ended["state"], &ended["refusal"]), (&json!("refused"), &json!(code)));
        let list = app.get(Role::Secretary, LIST).await.expect(200).json();
        assert_eq!(list["items"], json!([]));
        let again = app.post(Role::Secretary, &path("verdict"), &body).await;
        assert_eq!(again.problem(), "409 no-verdict");
    }
}

#[tokio::test]
async fn what_is_said_to_be_there_must_be_seen() {
    let app = app(IntentState::NeedsHuman).await;
    for found in ["done", "take-out"] {
        let answer = app.post(Role::Secretary, &path("verdict"), &json!({"found": found, "note": "vu"})).await;
        assert_eq!(answer.problem(), "409 not-seen");
    }
    assert_eq!(stored(&app).await.state, IntentState::NeedsHuman);
    let answer = app.post(Role::Secretary, &path("verdict"), &json!({"found": "done", "note": " "})).await;
    assert_eq!(answer.problem(), "422 invalid note");
    let answer = app.post(Role::Secretary, &path("verdict"), &json!({"found": "perhaps", "note": "vu"})).await;
    assert_eq!(answer.problem(), "422 invalid found");
}

#[tokio::test]
async fn a_booking_that_nobody_knows_of_can_be_called_off() {
    let app = app(IntentState::Unknown).await;
    app.post(Role::Secretary, &path("call-off"), &json!({})).await.expect(200);
    let intent = stored(&app).await;
    assert!(intent.open.called_off);
    assert_eq!(intent.state, IntentState::Unknown, "its time is kept until it was looked for");
    let nowhere = path("call-off").replace("les-tilleuls", "nulle-part");
    assert_eq!(app.post(Role::Secretary, &nowhere, &json!({})).await.problem(), "404 not-found");
}
