//! Promises and what people do with them.

use std::sync::Arc;

use greffon_core::model::audit::Role;
use greffon_core::model::commitment::CommitmentState;
use greffon_core::model::practice::{CallbackWindows, WeekHours};
use greffon_core::ports::practices::LivePractice;
use greffon_core::time::Span;
use greffon_simulation::{FixedPractices, french_practice};
use serde_json::json;

use super::rows;
use super::support::{ELSEWHERE, HERE, Setup, TestApp, instant};

const LIST: &str = "/v1/practices/les-tilleuls/commitments";

/// An app with a promise, and the path of what can be done with it.
async fn promised() -> (TestApp, String) {
    let app = TestApp::new();
    app.write(HERE, async |transaction| {
        transaction.save_contact(&mut rows::contact(HERE, 1)).await.unwrap();
        transaction.save_commitment(&mut rows::commitment(HERE, 2)).await.unwrap();
    })
    .await;
    let path = format!("/v1/commitments/{}/actions", rows::commitment(HERE, 2).id);
    (app, path)
}

#[tokio::test]
async fn a_promise_is_started_and_kept_once() {
    let (app, path) = promised().await;
    let started = app.post(Role::Secretary, &path, &json!("start")).await.expect(200).json();
    assert_eq!(started["state"], "in-progress");
    let keep = json!({ "keep": { "note": "rappelée, tout va bien" } });
    let kept = app.post(Role::Secretary, &path, &keep).await.expect(200).json();
    assert_eq!(kept["state"], "kept");
    assert_eq!(kept["ended_at"], "2026-11-23T08:00:00Z");
    let again = app.post(Role::Secretary, &path, &keep).await;
    assert_eq!(again.problem(), "409 already-final");
    assert_eq!(again.json()["detail"], "Cet engagement est terminé : ouvrez-en un nouveau.");
}

#[tokio::test]
async fn a_promise_is_moved_with_a_reason() {
    let (app, path) = promised().await;
    let to = |due: &str, reason: &str| json!({ "move": { "due": due, "reason": reason } });
    let moved = app.post(Role::Secretary, &path, &to("2026-11-23T16:00:00+01:00", "médecin en visite")).await;
    let moved = moved.expect(200).json();
    assert_eq!(moved["due"], "2026-11-23T15:00:00Z");
    assert_eq!(moved["moves"][0]["from"], "2026-11-23T09:02:00Z");
    for (due, reason, problem) in [
        ("2026-11-23T08:00:00Z", "trop tard", "422 invalid move.due"),
        ("2028-11-23T08:00:00Z", "trop loin", "422 invalid move.due"),
        ("2026-11-23T16:00:00Z", " ", "422 invalid move.reason"),
        ("demain", "quand ?", "422 invalid move.due"),
    ] {
        assert_eq!(app.post(Role::Secretary, &path, &to(due, reason)).await.problem(), problem, "{due}");
    }
}

#[tokio::test]
async fn a_promise_is_broken_or_withdrawn_only_with_a_reason() {
    for (word, state) in [("break", "broken"), ("withdraw", "withdrawn")] {
        let (app, path) = promised().await;
        let empty = app.post(Role::Secretary, &path, &json!({ word: { "reason": "" } })).await;
        assert_eq!(empty.problem(), format!("422 invalid {word}.reason"));
        let done = app.post(Role::Secretary, &path, &json!({ word: { "reason": "plus nécessaire" } })).await;
        assert_eq!(done.expect(200).json()["state"], state);
    }
}

#[tokio::test]
async fn an_action_that_does_not_exist_is_named() {
    let (app, path) = promised().await;
    for (body, problem) in [
        (json!("forget"), "422 invalid body"),
        (json!({ "forget": {} }), "422 invalid body"),
        (json!({ "keep": {} }), "422 invalid keep"),
        (json!({ "keep": { "note": "a", "by": "b" } }), "422 invalid keep.by"),
        (json!({}), "400 malformed-body"),
    ] {
        assert_eq!(app.post(Role::Secretary, &path, &body).await.problem(), problem, "{body}");
    }
}

#[tokio::test]
async fn promises_are_listed_by_their_due_time_in_pages() {
    let app = TestApp::new();
    app.write(HERE, async |transaction| {
        transaction.save_contact(&mut rows::contact(HERE, 1)).await.unwrap();
        for number in [4, 2, 3] {
            let mut commitment = rows::commitment(HERE, number);
            if number == 3 {
                commitment.state = CommitmentState::Kept;
            }
            transaction.save_commitment(&mut commitment).await.unwrap();
        }
    })
    .await;
    app.write(ELSEWHERE, async |transaction| {
        transaction.save_commitment(&mut rows::commitment(ELSEWHERE, 5)).await.unwrap();
    })
    .await;
    let first = app.get(Role::Secretary, &format!("{LIST}?limit=2")).await.expect(200).json();
    let dues: Vec<_> = first["items"].as_array().unwrap().iter().map(|one| one["due"].clone()).collect();
    assert_eq!(dues, [json!("2026-11-23T09:02:00Z"), json!("2026-11-23T09:03:00Z")]);
    let rest = format!("{LIST}?limit=2&cursor={}", first["next"].as_str().unwrap());
    let rest = app.get(Role::Secretary, &rest).await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest["next"], json!(null));
    let kept = app.get(Role::Secretary, &format!("{LIST}?state=kept")).await.expect(200).json();
    assert_eq!(kept["items"].as_array().unwrap().len(), 1);
    insta::assert_json_snapshot!(kept["items"][0], @r#"
    {
      "beyond_room": false,
      "closing_note": null,
      "contact": "0192f0c4-7a3e-7000-8000-000000000001",
      "due": "2026-11-23T09:03:00Z",
      "ended_at": null,
      "id": "0192f0c4-7a3e-7000-8000-000000000003",
      "level": "soon",
      "moves": [],
      "owner": "secretariat",
      "promised_at": "2026-11-23T08:00:00Z",
      "rung": 0,
      "said": "Le secrétariat vous rappelle avant midi.",
      "state": "kept",
      "what": "callback",
      "window": null
    }
    "#);
}

#[tokio::test]
async fn the_list_says_when_owners_call_back_and_how_much_room_is_left() {
    let plain = TestApp::new();
    assert_eq!(plain.get(Role::Secretary, LIST).await.expect(200).json()["windows"], json!([]));
    let mut practice = french_practice(HERE);
    practice.callback_windows = vec![CallbackWindows {
        owner: "secretariat".to_owned(),
        site: "nord".into(),
        hours: WeekHours(std::array::from_fn(|day| if day == 0 { vec![(720, 780)] } else { Vec::new() })),
        room: 2,
    }];
    let practices = FixedPractices::new([LivePractice { practice, features: Vec::new() }]);
    let app = TestApp::with(Setup { practices: Some(Arc::new(practices)), ..Setup::default() });
    app.write(HERE, async |transaction| {
        let mut promised = rows::commitment(HERE, 2);
        promised.due = instant("2026-11-23T12:00:00Z");
        promised.window = Span::new(instant("2026-11-23T11:00:00Z"), promised.due);
        promised.beyond_room = true;
        transaction.save_commitment(&mut promised).await.unwrap();
    })
    .await;
    let listed = app.get(Role::Secretary, LIST).await.expect(200).json();
    let item = &listed["items"][0];
    assert_eq!(item["window"], json!({ "from": "2026-11-23T11:00:00Z", "to": "2026-11-23T12:00:00Z" }));
    assert_eq!(item["beyond_room"], true);
    insta::assert_json_snapshot!(listed["windows"], @r#"
    [
      {
        "from": "2026-11-23T11:00:00Z",
        "left": 1,
        "owner": "secretariat",
        "promised": 1,
        "room": 2,
        "to": "2026-11-23T12:00:00Z"
      }
    ]
    "#);
}

#[tokio::test]
async fn a_promise_of_another_practice_is_not_found() {
    let app = TestApp::new();
    app.write(ELSEWHERE, async |transaction| {
        transaction.save_commitment(&mut rows::commitment(ELSEWHERE, 5)).await.unwrap();
    })
    .await;
    let path = format!("/v1/commitments/{}/actions", rows::commitment(ELSEWHERE, 5).id);
    assert_eq!(app.post(Role::Supervisor, &path, &json!("start")).await.problem(), "404 not-found");
    assert_eq!(
        app.post(Role::Supervisor, "/v1/commitments/x/actions", &json!("start")).await.problem(),
        "404 not-found"
    );
}
