//! Who and what is not there.

use greffon_core::model::audit::Role;
use serde_json::{Value, json};

use super::support::{HERE, TestApp};

const ID: &str = "01930000-0000-7000-8000-000000000001";

fn path() -> String {
    format!("/v1/practices/{HERE}/absences")
}

async fn free(app: &TestApp, contact: &str) -> Vec<Value> {
    let query = format!("{contact}/slots?practitioner=dr-martin&limit=3");
    let offer = app.get(Role::Secretary, &query).await.expect(200).json();
    offer["slots"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_absence_is_told_listed_and_ended() {
    let app = TestApp::new();
    let contact = app.concluded().await;
    let slots = free(&app, &contact).await;
    let body = json!({ "op_id": "op-1", "slot": slots[1] });
    let booked = app.post(Role::Secretary, &format!("{contact}/bookings"), &body).await.expect(201).json();
    let new = json!({ "id": ID, "practitioner": "dr-martin", "note": "bloquée sur la route" });
    let told = app.post(Role::Secretary, &path(), &new).await.expect(201).json();
    assert_eq!(
        (&told["practitioner"], &told["resource"], &told["until"]),
        (&json!("dr-martin"), &Value::Null, &Value::Null)
    );
    assert_eq!(told["affected"][0]["intent"], booked["intent"]);
    assert!(free(&app, &contact).await.is_empty());
    let again = app.post(Role::Secretary, &path(), &new).await.expect(201).json();
    assert_eq!(again, told, "the same click");
    let other = json!({ "id": ID, "practitioner": "dr-petit" });
    assert_eq!(app.post(Role::Secretary, &path(), &other).await.problem(), "422 op-id-reused");
    let listed = app.get(Role::Secretary, &path()).await.expect(200).json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &json!(ID)));
    let one = format!("{}/{ID}", path());
    let ended = app.delete(Role::Secretary, &one).await.expect(200).json();
    assert!(ended["ended_at"].is_string());
    assert_eq!(app.get(Role::Secretary, &path()).await.expect(200).json(), json!([]));
    assert!(!free(&app, &contact).await.is_empty());
    let nothing = app.delete(Role::Secretary, &format!("{}/{}", path(), ID.replace('1', "2"))).await;
    assert_eq!(nothing.problem(), "404 not-found");
}

#[tokio::test]
async fn what_is_wrong_with_an_absence_is_named() {
    let app = TestApp::new();
    for (new, field) in [
        (json!({ "id": ID }), "practitioner"),
        (json!({ "id": ID, "practitioner": "dr-martin", "resource": "ecg" }), "practitioner"),
        (json!({ "id": ID, "practitioner": "dr-personne" }), "practitioner"),
        (json!({ "id": ID, "resource": "ecg" }), "resource"),
        (json!({ "id": ID, "practitioner": "dr-martin", "until": "2020-01-01T00:00:00Z" }), "until"),
        (json!({ "id": ID, "practitioner": "dr-martin", "from": "2036-01-01T00:00:00Z" }), "from"),
        (json!({ "id": ID, "practitioner": "dr-martin", "note": "x".repeat(1001) }), "note"),
    ] {
        let answer = app.post(Role::Secretary, &path(), &new).await;
        assert_eq!(answer.problem(), format!("422 invalid {field}"), "{new}");
    }
}
