//! Jobs that were given up, and what people do with them.

use greffon_core::ids::MessageId;
use greffon_core::model::audit::Role;
use greffon_core::model::dead_letter::DeadLetter;
use greffon_core::model::job::{Job, Lane};
use greffon_core::model::message::{Message, MessageState};
use greffon_core::ports::storage::Storage;
use serde_json::{Value, json};

use super::rows;
use super::support::{ELSEWHERE, HERE, TestApp};

const LIST: &str = "/v1/practices/les-tilleuls/dead-letters";

fn letter() -> DeadLetter {
    rows::dead_letter(HERE, 4, 5)
}

fn path(verb: &str) -> String {
    format!("/v1/dead-letters/{}/{verb}", letter().id)
}

/// An app with a dead letter about a message in this state.
async fn app(state: MessageState, failure: Option<&str>) -> TestApp {
    let app = TestApp::new();
    let mut message = Message { failure: failure.map(str::to_owned), attempts: 3, ..rows::message(HERE, 5, state) };
    app.write(HERE, async |transaction| {
        transaction.save_message(&mut message).await.unwrap();
        transaction.save_dead_letter(&mut letter()).await.unwrap();
    })
    .await;
    app.write(ELSEWHERE, async |transaction| {
        transaction.save_dead_letter(&mut rows::dead_letter(ELSEWHERE, 6, 7)).await.unwrap();
    })
    .await;
    app
}

async fn message(app: &TestApp) -> Message {
    let Job::DeliverMessage(id) = letter().job else { unreachable!("see rows") };
    app.storage.message(&HERE.into(), id).await.unwrap().unwrap()
}

fn jobs(app: &TestApp) -> Vec<Job> {
    app.storage.jobs().into_iter().map(|(_, job, _)| job).collect()
}

async fn listed(app: &TestApp, state: &str) -> Vec<Value> {
    let list = app.get(Role::Secretary, &format!("{LIST}?state={state}")).await.expect(200).json();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_dead_letter_says_what_was_to_be_done_and_why_it_was_not() {
    let app = app(MessageState::Failed, Some("given-up")).await;
    let open = listed(&app, "open").await;
    assert_eq!(open.len(), 1, "the other practice's is not shown");
    insta::assert_json_snapshot!(open[0], @r#"
    {
      "code": "panic",
      "died_at": "2026-11-23T08:00:00Z",
      "ended_at": null,
      "ended_by": null,
      "failures": 12,
      "id": "0192f0c4-7a3e-7000-8000-000000000004",
      "kind": "deliver-message",
      "lane": "alert",
      "reason": null,
      "state": "open",
      "subject": "message:0192f0c4-7a3e-7000-8000-000000000005"
    }
    "#);
}

#[tokio::test]
async fn a_message_that_did_not_leave_is_delivered_after_all_once() {
    let app = app(MessageState::Failed, Some("given-up")).await;
    let retried = app.post(Role::Secretary, &path("retry"), &json!(null)).await.expect(200).json();
    assert_eq!((&retried["state"], &retried["ended_at"]), (&json!("retried"), &json!("2026-11-23T08:00:00Z")));
    let message = message(&app).await;
    assert_eq!((message.state, message.failure, message.attempts), (MessageState::Queued, None, 0));
    assert_eq!(jobs(&app), [letter().job]);
    assert_eq!(app.post(Role::Secretary, &path("retry"), &json!(null)).await.problem(), "409 already-final");
    assert_eq!(jobs(&app).len(), 1);
    assert_eq!(listed(&app, "open").await, Vec::<Value>::new());
    let audit = app.storage.look(&HERE.into(), |rows| rows.audit.last().unwrap().action.clone());
    assert_eq!(audit, "job.retried");
}

#[tokio::test]
async fn a_message_that_may_have_left_is_not_sent_again_and_can_be_closed() {
    let app = app(MessageState::Uncertain, Some("uncertain")).await;
    let refused = app.post(Role::Secretary, &path("retry"), &json!(null)).await;
    assert_eq!(refused.problem(), "409 message-ended");
    assert_eq!((message(&app).await.state, jobs(&app)), (MessageState::Uncertain, vec![]));
    let closed = app.post(Role::Secretary, &path("close"), &json!({ "reason": " appelé au téléphone " })).await;
    assert_eq!(closed.expect(200).json()["reason"], "appelé au téléphone");
    let again = app.post(Role::Secretary, &path("close"), &json!({ "reason": "encore" })).await;
    assert_eq!(again.problem(), "409 already-final");
    assert_eq!(listed(&app, "closed").await.len(), 1);
}

#[tokio::test]
async fn a_message_that_still_waits_gets_its_job_back() {
    let app = app(MessageState::Queued, None).await;
    app.post(Role::Supervisor, &path("retry"), &json!(null)).await.expect(200);
    assert_eq!(jobs(&app), [Job::DeliverMessage(MessageId(rows::message(HERE, 5, MessageState::Queued).id.0))]);
    assert_eq!(app.storage.next_job_in(Lane::Alert).await.unwrap(), Some(std::time::Duration::ZERO), "in its lane");
}

#[tokio::test]
async fn a_closing_needs_a_reason_of_bounded_length() {
    let app = app(MessageState::Failed, Some("given-up")).await;
    for reason in ["", "  ", &"é".repeat(501)] {
        let refused = app.post(Role::Secretary, &path("close"), &json!({ "reason": reason })).await;
        assert_eq!(refused.problem(), "422 invalid reason");
    }
    app.post(Role::Secretary, &path("close"), &json!({ "reason": "é".repeat(500) })).await.expect(200);
}
