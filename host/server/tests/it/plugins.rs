//! Which plugins are bound, and whether they can be used.

use greffon_core::model::audit::Role;
use greffon_core::model::known_agendas::KnownAgendas;
use greffon_core::ports::clock::Clock as _;
use greffon_core::ports::plugins::{Agenda as _, read_agendas};
use greffon_core::ports::storage::Storage as _;
use greffon_simulation::{Effect, Fault};
use serde_json::{Value, json};

use super::support::{HERE, TestApp};

#[tokio::test]
async fn plugins_of_a_practice_are_listed_with_their_health() {
    let app = TestApp::new();
    let listed = app.get(Role::Integrator, "/v1/practices/les-tilleuls/plugins").await.expect(200).json();
    let features: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| one["feature"].clone()).collect();
    assert_eq!(features, [json!("agenda"), json!("triage"), json!("script"), json!("courrier")]);
    assert_eq!(listed["next"], json!(null));
    insta::assert_json_snapshot!(listed["items"][0], @r#"
    {
      "agendas": null,
      "digest": "",
      "feature": "agenda",
      "kind": "agenda",
      "last_failure": null,
      "plugin": "agenda-essai",
      "problem": null,
      "resting": [],
      "suspended": false,
      "usable": true,
      "version": "0.0.0"
    }
    "#);
}

#[tokio::test]
async fn what_agendas_last_told_is_shown_with_its_time_and_asked_of_nobody() {
    let app = TestApp::new();
    let agendas = async || -> Value {
        let listed = app.get(Role::Integrator, "/v1/practices/les-tilleuls/plugins").await.expect(200).json();
        assert!(listed["items"].as_array().unwrap().iter().skip(1).all(|other| other["agendas"].is_null()));
        listed["items"][0]["agendas"].clone()
    };
    app.faults.next(Effect::AgendaRead, Fault::Lost);
    assert_eq!(agendas().await, json!(null), "not read yet");
    assert!(read_agendas(&app.agenda, &"agenda".into(), app.clock.now()).await.is_err(), "the fault was there still");

    let told = read_agendas(&app.agenda, &"agenda".into(), app.clock.now()).await.unwrap();
    app.storage.keep_agendas(&HERE.into(), &told).await.unwrap();
    let count = app.agenda.agendas().await.unwrap().len();
    assert_eq!(agendas().await, json!({ "count": count, "read_at": app.clock.now().to_string() }));

    let before = KnownAgendas { binding: "of other settings".to_owned(), ..told };
    app.storage.keep_agendas(&HERE.into(), &before).await.unwrap();
    assert_eq!(agendas().await, json!(null), "what another binding was told does not count");
}
