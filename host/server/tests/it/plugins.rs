//! Which plugins are bound, and whether they can be used.

use greffon_core::model::audit::Role;
use serde_json::json;

use super::support::TestApp;

#[tokio::test]
async fn plugins_of_a_practice_are_listed_with_their_health() {
    let app = TestApp::new();
    let listed = app.get(Role::Integrator, "/v1/practices/les-tilleuls/plugins").await.expect(200).json();
    let features: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| one["feature"].clone()).collect();
    assert_eq!(features, [json!("agenda"), json!("triage"), json!("script"), json!("courrier")]);
    assert_eq!(listed["next"], json!(null));
    insta::assert_json_snapshot!(listed["items"][0], @r#"
    {
      "digest": "",
      "feature": "agenda",
      "kind": "agenda",
      "plugin": "agenda-essai",
      "problem": null,
      "suspended": false,
      "usable": true,
      "version": "0.0.0"
    }
    "#);
}
