//! Alerts, and what people say of them.

use greffon_core::model::alert::{Alert, AlertState};
use greffon_core::model::audit::Role;
use greffon_core::model::care::Level;
use serde_json::json;

use super::rows;
use super::support::{Answer, ELSEWHERE, HERE, TestApp, bearer};

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

/// Four alerts of two practices, numbered by their age; the last is older than any, and over.
async fn two_practices() -> TestApp {
    let app = TestApp::new();
    for (practice, contact, alerts) in [
        (HERE, 1, [(3, Level::VeryUrgent, AlertState::Open), (5, Level::Vital, AlertState::Acknowledged)]),
        (ELSEWHERE, 11, [(4, Level::Vital, AlertState::Open), (2, Level::Vital, AlertState::Ended)]),
    ] {
        app.write(practice, async |transaction| {
            transaction.save_contact(&mut rows::contact(practice, contact)).await.unwrap();
            for (number, level, state) in alerts {
                let contact = rows::contact(practice, contact).id;
                let mut alert = Alert { contact, level, state, ..rows::alert(practice, number) };
                transaction.save_alert(&mut alert).await.unwrap();
            }
        })
        .await;
    }
    app
}

async fn over(app: &TestApp, role: Role, practices: &[&str], query: &str) -> Answer {
    let token = app.token_for(role, practices);
    app.send("GET", &format!("/v1/alerts{query}"), &[("authorization", &bearer(&token))], "").await
}

/// The practices of what is on a page, in its order.
fn practices_of(page: &serde_json::Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|one| one["practice"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn alerts_over_practices_are_listed_most_urgent_and_oldest_first() {
    let app = two_practices().await;
    let both = [HERE, ELSEWHERE];
    let open = over(&app, Role::Supervisor, &both, "").await.expect(200).json();
    assert_eq!(practices_of(&open), [ELSEWHERE, HERE], "vital before what is older and very urgent");
    assert!(open["items"][0]["text"].as_str().unwrap().contains("+33612345678"), "{open}");
    let taken = over(&app, Role::Supervisor, &both, "?state=acknowledged").await.expect(200).json();
    assert_eq!(practices_of(&taken), [HERE]);
    let first = over(&app, Role::Supervisor, &both, "?limit=1").await.expect(200).json();
    let next = format!("?limit=1&cursor={}", first["next"].as_str().expect("another page"));
    let second = over(&app, Role::Supervisor, &both, &next).await.expect(200).json();
    assert_eq!((practices_of(&first), practices_of(&second)), (vec![ELSEWHERE], vec![HERE]));
    assert!(second["next"].is_null());
    assert_eq!(over(&app, Role::Supervisor, &both, "?state=ended").await.problem(), "422 invalid query");
    assert_eq!(over(&app, Role::Supervisor, &both, "?cursor=x").await.problem(), "422 invalid cursor");
}

#[tokio::test]
async fn a_foreign_practice_never_shows_among_those_of_a_token() {
    let app = two_practices().await;
    for (practices, shown) in [(vec![HERE], vec![HERE]), (vec![ELSEWHERE], vec![ELSEWHERE]), (vec!["nowhere"], vec![])]
    {
        for role in [Role::Secretary, Role::Supervisor, Role::Practitioner, Role::PracticeAdmin] {
            let open = over(&app, role, &practices, "").await.expect(200).json();
            assert_eq!(practices_of(&open), shown);
        }
    }
    // A page of both goes on with none of the other.
    let first = over(&app, Role::Supervisor, &[HERE, ELSEWHERE], "?limit=1").await.expect(200).json();
    let next = format!("?cursor={}", first["next"].as_str().expect("another page"));
    let rest = over(&app, Role::Supervisor, &[ELSEWHERE], &next).await.expect(200).json();
    assert_eq!(practices_of(&rest), Vec::<&str>::new());
    assert_eq!(over(&app, Role::OperatorAdmin, &["*"], "").await.problem(), "403 role-may-not");
}
