//! Alerts, and what people say of them.

use greffon_core::model::alert::{Alert, AlertState};
use greffon_core::model::audit::Role;
use serde_json::json;

use super::rows;
use super::support::{HERE, TestApp};

const LIST: &str = "/v1/practices/les-tilleuls/alerts";

/// An app with an open alert, and the alert's path.
async fn alerted() -> (TestApp, String) {
    let app = TestApp::new();
    app.write(HERE, async |transaction| {
        transaction.save_contact(&mut rows::contact(HERE, 1)).await.unwrap();
        transaction.save_alert(&mut rows::alert(HERE, 2)).await.unwrap();
    })
    .await;
    (app, format!("/v1/alerts/{}", rows::alert(HERE, 2).id))
}

#[tokio::test]
async fn an_alert_says_who_was_told_and_what_it_is_about() {
    let (app, path) = alerted().await;
    let alert = app.get(Role::Secretary, &path).await.expect(200).json();
    assert_eq!((alert["state"].as_str(), alert["level"].as_str()), (Some("open"), Some("vital")));
    assert_eq!(alert["told"][0]["person"], "dr-martin");
    assert!(alert["told"][0].get("link").is_none(), "{alert}");
    assert!(alert["text"].as_str().unwrap().contains("+33612345678"), "{alert}");
}

#[tokio::test]
async fn alerts_are_listed_newest_first_and_by_state() {
    let (app, _) = alerted().await;
    app.write(HERE, async |transaction| {
        let mut ended = Alert { state: AlertState::Ended, ..rows::alert(HERE, 3) };
        transaction.save_alert(&mut ended).await.unwrap();
    })
    .await;
    let all = app.get(Role::Supervisor, LIST).await.expect(200).json();
    let states: Vec<_> = all["items"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["ended", "open"]);
    let open = app.get(Role::Supervisor, &format!("{LIST}?state=open")).await.expect(200).json();
    assert_eq!(open["items"].as_array().unwrap().len(), 1);
    assert_eq!(app.get(Role::Supervisor, &format!("{LIST}?state=lost")).await.problem(), "422 invalid query");
}

#[tokio::test]
async fn an_alert_is_taken_in_hand_with_a_step_and_its_hour_and_ended_once() {
    let (app, path) = alerted().await;
    let acknowledge = format!("{path}/acknowledge");
    let take = |next: &str, until: &str| json!({ "next": next, "until": until });
    for (next, until, problem) in [
        ("call-back", "2026-11-23T08:00:00Z", "422 invalid until"),
        ("call-back", "2026-11-23T08:15:01Z", "422 invalid until"),
        ("call-back", "demain", "422 invalid until"),
        ("wait", "2026-11-23T08:10:00Z", "422 invalid next"),
    ] {
        assert_eq!(app.post(Role::Practitioner, &acknowledge, &take(next, until)).await.problem(), problem);
    }
    let only_when = json!({ "until": "2026-11-23T08:10:00Z" });
    assert_eq!(app.post(Role::Practitioner, &acknowledge, &only_when).await.problem(), "422 invalid body");
    let taken = app.post(Role::Practitioner, &acknowledge, &take("call-back", "2026-11-23T08:15:00Z")).await;
    let taken = taken.expect(200).json();
    assert_eq!(
        (taken["state"].as_str(), taken["watch_at"].as_str()),
        (Some("acknowledged"), Some("2026-11-23T08:15:00Z"))
    );

    let end = format!("{path}/end");
    assert_eq!(
        app.post(Role::Supervisor, &end, &json!({ "outcome": "unreachable" })).await.problem(),
        "422 invalid note"
    );
    let safe = json!({ "outcome": "no-danger", "note": "douleur ancienne et connue" });
    assert_eq!(app.post(Role::Supervisor, &end, &safe).await.problem(), "403 clinician-only");
    let ended = app.post(Role::Practitioner, &end, &safe).await.expect(200).json();
    assert_eq!((ended["state"].as_str(), ended["watch_at"].as_str()), (Some("ended"), None));
    app.post(Role::Practitioner, &end, &safe).await.expect(200);
    let other = app.post(Role::Supervisor, &end, &json!({ "outcome": "seen" })).await;
    assert_eq!(other.problem(), "409 alert-ended");
    let again = app.post(Role::Practitioner, &acknowledge, &take("see-now", "2026-11-23T08:10:00Z")).await;
    assert_eq!(again.problem(), "409 alert-ended");
}

#[tokio::test]
async fn whoever_holds_the_line_sees_an_alert_and_does_not_take_it() {
    let (app, path) = alerted().await;
    app.get(Role::Secretary, &path).await.expect(200);
    let take = json!({ "next": "call-back", "until": "2026-11-23T08:10:00Z" });
    for role in [Role::Secretary, Role::PracticeAdmin] {
        assert_eq!(app.post(role, &format!("{path}/acknowledge"), &take).await.problem(), "403 role-may-not");
    }
}
