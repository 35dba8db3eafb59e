//! The registry of patients.

use greffon_core::model::audit::Role;
use serde_json::{Value, json};

use super::rows;
use super::support::{Answer, HERE, TestApp, bearer};

const PATIENTS: &str = "/v1/practices/les-tilleuls/patients";

/// An app whose practice has two records of one patient.
async fn known() -> TestApp {
    let app = TestApp::new();
    app.write(HERE, async |transaction| {
        let mut second = rows::patient(HERE, 2);
        second.phones = vec!["+33639980002".to_owned()];
        second.resembles = vec![rows::patient(HERE, 1).id];
        transaction.save_patient(&mut rows::patient(HERE, 1)).await.unwrap();
        transaction.save_patient(&mut second).await.unwrap();
    })
    .await;
    app
}

fn id(number: u128) -> String {
    rows::patient(HERE, number).id.to_string()
}

fn path(number: u128) -> String {
    format!("{PATIENTS}/{}", id(number))
}

async fn put(app: &TestApp, role: Role, path: &str, body: &Value) -> Answer {
    let token = bearer(&app.token(role));
    let headers = [("content-type", "application/json"), ("authorization", token.as_str())];
    app.send("PUT", path, &headers, &body.to_string()).await
}

fn names(answer: Answer) -> Vec<String> {
    let found = answer.expect(200).json();
    found["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn patients_are_found_by_birth_date_and_letters_or_by_telephone() {
    let app = known().await;
    let search = async |body: Value| app.post(Role::Secretary, &format!("{PATIENTS}/search"), &body).await;
    assert_eq!(names(search(json!({ "birth_date": "1988-03-07", "letters": "lef" })).await), [id(1), id(2)]);
    assert_eq!(names(search(json!({ "phone": "06 39 98 00 02" })).await), [id(2)]);
    assert_eq!(names(search(json!({ "birth_date": "1988-03-08" })).await), Vec::<String>::new());
    for body in [json!({}), json!({ "letters": "lef" }), json!({ "birth_date": "1988" })] {
        assert_eq!(search(body).await.problem(), "422 invalid birth_date");
    }
    assert_eq!(search(json!({ "name": "lef" })).await.problem(), "422 invalid name");
}

#[tokio::test]
async fn a_record_is_joined_by_those_who_may_and_comes_apart_again() {
    let app = known().await;
    let resolve = format!("{}/resolve", path(2));
    let same = json!({ "same-as": id(1) });
    assert_eq!(app.post(Role::Secretary, &resolve, &same).await.problem(), "403 role-may-not");
    let joined = app.post(Role::Practitioner, &resolve, &same).await.expect(200).json();
    assert_eq!(joined["joined_to"], id(1));
    let whole = app.get(Role::Secretary, &path(2)).await.expect(200).json();
    assert_eq!((whole["id"].as_str(), whole["joined"][0]["id"].as_str()), (Some(&*id(1)), Some(&*id(2))));
    app.post(Role::Practitioner, &resolve, &same).await.expect(200);
    let back = format!("{}/resolve", path(1));
    assert_eq!(app.post(Role::Practitioner, &back, &json!({ "same-as": id(2) })).await.problem(), "409 patient-merged");
    let apart = json!({ "apart-from": id(1) });
    let apart = app.post(Role::Practitioner, &resolve, &apart).await.expect(200).json();
    assert_eq!(apart["joined_to"], Value::Null);
    app.post(Role::Supervisor, &resolve, &json!({ "distinct-from": id(1) })).await.expect(200);
    let doubtful = app.get(Role::Secretary, &format!("{PATIENTS}/doubtful")).await;
    assert_eq!(names(doubtful), Vec::<String>::new());
    let nobody = json!({ "same-as": id(9) });
    assert_eq!(app.post(Role::Supervisor, &resolve, &nobody).await.problem(), "404 not-found");
}

#[tokio::test]
async fn a_change_names_the_version_that_was_read() {
    let app = known().await;
    let read = app.get(Role::PracticeAdmin, &path(1)).await.expect(200).json();
    let mut traits = read["traits"].clone();
    traits["sex"] = json!("female");
    traits["birth_place"] = json!("75120");
    let change = json!({
        "version": read["version"], "traits": traits, "phones": read["phones"], "trust": "validated",
        "reason": "carte d'identité vue au cabinet",
    });
    assert_eq!(put(&app, Role::Secretary, &path(1), &change).await.problem(), "403 practice-only");
    let changed = put(&app, Role::PracticeAdmin, &path(1), &change).await.expect(200).json();
    assert_eq!(
        (changed["trust"].as_str(), changed["trust_set"]["reason"].as_str()),
        (Some("validated"), change["reason"].as_str())
    );
    assert_eq!(put(&app, Role::PracticeAdmin, &path(1), &change).await.problem(), "409 changed-meanwhile");
    let mut place = change;
    place["version"] = changed["version"].clone();
    place["traits"]["birth_place"] = json!("Paris");
    assert_eq!(put(&app, Role::PracticeAdmin, &path(1), &place).await.problem(), "422 invalid birth-place");
}

#[tokio::test]
async fn a_contact_shows_whom_it_may_be_about_until_a_person_chooses() {
    let app = known().await;
    let facts = json!([
        { "key": "patient.family", "value": { "text": "Lefèvre" } },
        { "key": "patient.given", "value": { "text": "Chloé" } },
        { "key": "patient.birth-date", "value": { "date": "1988-07-03" } },
    ]);
    let body = json!({ "channel": "phone", "facts": facts });
    let received = app.post(Role::Secretary, "/v1/practices/les-tilleuls/contacts", &body).await.expect(201).json();
    let view = &received;
    assert_eq!(view["patient"]["state"], "doubtful", "{view}");
    assert_eq!(view["patient"]["candidates"][0]["differs"], json!(["birth-date"]));
    let contact = view["contact"].as_str().unwrap();
    let choose = format!("/v1/contacts/{contact}/patient");
    let chosen = app.post(Role::Secretary, &choose, &json!({ "patient": id(1) })).await.expect(200).json();
    assert_eq!(
        (chosen["patient"]["state"].as_str(), chosen["patient"]["patient"].as_str()),
        (Some("known"), Some(&*id(1)))
    );
    assert_eq!(app.post(Role::Secretary, &choose, &json!({ "patient": id(9) })).await.problem(), "404 not-found");
    let nobody = app.post(Role::Secretary, &choose, &json!({ "patient": null })).await.expect(200).json();
    assert_eq!(nobody["patient"]["state"], "somebody");
}
