//! What may be said to whoever is on the line.

use greffon_core::model::audit::Role;
use greffon_core::model::care::{Fact, Source, Value, keys};
use greffon_core::model::patient::Link;
use serde_json::json;

use super::rows;
use super::support::{HERE, NOW, TestApp, instant};

/// An app with a contact about the patient of the registry, of somebody of this kind.
async fn called_by(kind: &str) -> (TestApp, String) {
    let app = TestApp::new();
    let patient = rows::patient(HERE, 7);
    let mut contact = rows::contact(HERE, 1);
    let fact = |key: &str, value: Value| Fact {
        key: key.to_owned(),
        value,
        source: Source::Caller,
        at: instant(NOW),
        by: "secretary-1".to_owned(),
    };
    contact.facts = vec![
        fact(keys::CALLER_KIND, Value::Choice(kind.to_owned())),
        fact(keys::PATIENT_FAMILY, Value::Text("Lefèvre".to_owned())),
        fact(keys::PATIENT_GIVEN, Value::Text("Chloé".to_owned())),
        fact(keys::PATIENT_BIRTH_DATE, Value::Date("1988-03-07".to_owned())),
    ];
    contact.patient = Link::Known { patient: patient.id, by: None };
    let path = format!("/v1/contacts/{}", contact.id);
    app.write(HERE, async |transaction| {
        transaction.save_patient(&mut patient.clone()).await.unwrap();
        transaction.save_contact(&mut contact.clone()).await.unwrap();
    })
    .await;
    (app, path)
}

#[tokio::test]
async fn the_host_is_asked_before_anything_is_said() {
    let (app, path) = called_by("patient").await;
    let ask = async |what: &str| {
        app.post(Role::Secretary, &format!("{path}/disclosures"), &json!({ "information": what })).await
    };
    let said = ask("appointment-time").await.expect(200).json();
    assert_eq!(said, json!({ "information": "appointment-time", "relation": "patient", "verified": "matched" }));
    assert_eq!(ask("answer").await.problem(), "409 verify-first");
    assert_eq!(ask("result").await.problem(), "409 not-told");
    assert_eq!(ask("diagnosis").await.problem(), "422 invalid information");
    let check = json!({ "how": "called-back" });
    let view = app.post(Role::Secretary, &format!("{path}/identity-checks"), &check).await.expect(200).json();
    assert_eq!(view["may_say"]["verified"], "confirmed");
    ask("answer").await.expect(200);
}

#[tokio::test]
async fn a_view_says_what_to_say_instead() {
    let (app, path) = called_by("relative").await;
    let view = app.get(Role::Secretary, &path).await.expect(200).json();
    let may_say = &view["view"]["may_say"];
    assert_eq!(may_say["relation"], "relative");
    for mark in may_say["marks"].as_array().unwrap() {
        assert_eq!(mark["verdict"], "refused", "{mark}");
        assert!(mark["instead"].as_str().unwrap().contains("secret médical"), "{mark}");
    }
}
