//! Grids and scripts, and who approves them.

use greffon_core::model::audit::Role;
use greffon_core::ports::clock::Clock as _;
use greffon_server::NewToken;
use serde_json::{Value, json};

use super::support::{Answer, ELSEWHERE, HERE, TestApp, bearer, content, token};

const LIST: &str = "/v1/practices/les-tilleuls/contents";
const APPROVAL: &str = "/v1/practices/les-tilleuls/contents/tri/approval";
const WITHDRAWAL: &str = "/v1/practices/les-tilleuls/contents/tri/withdrawal";

/// Somebody whose token has an RPPS number, or none.
async fn post_as(
    app: &TestApp,
    role: Role,
    rpps: Option<&str>,
    practices: &[&str],
    path: &str,
    body: &Value,
) -> Answer {
    let token = NewToken { rpps: rpps.map(str::to_owned), ..token(role, practices) };
    let bearer = bearer(&app.issuer.sign(&token, app.clock.now()).unwrap());
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    app.send("POST", path, &headers, &body.to_string()).await
}

async fn doctor(app: &TestApp, path: &str, body: &Value) -> Answer {
    post_as(app, Role::Practitioner, Some("10003456789"), &[HERE], path, body).await
}

fn approving() -> Value {
    json!({ "settings": content().settings.to_string(), "until": "2027-11-23T00:00:00Z" })
}

fn journal(app: &TestApp, action: &str) -> usize {
    app.storage.look(&HERE.into(), |rows| rows.audit.iter().filter(|event| event.action == action).count())
}

#[tokio::test]
async fn contents_are_listed_with_what_is_approved_and_whether_they_are() {
    let app = TestApp::new();
    let listed = app.get(Role::Practitioner, LIST).await.expect(200).json();
    let one = &listed["items"][0];
    assert_eq!(
        (one["name"].as_str(), one["kind"].as_str(), one["state"].as_str()),
        (Some("tri"), Some("triage"), Some("refused"))
    );
    assert_eq!(one["settings"].as_str(), Some(content().settings.to_string().as_str()));
    assert_eq!((one["contents"][0]["id"].as_str(), one["remedy"].as_str()), (Some("fievre"), Some("le signer")));
    assert_eq!(app.get(Role::Auditor, LIST).await.problem(), "403 role-may-not");
}

#[tokio::test]
async fn a_practitioner_approves_and_withdraws_what_they_have_read() {
    let app = TestApp::new();
    let given = doctor(&app, APPROVAL, &approving()).await.expect(200).json();
    assert_eq!((given["rpps"].as_str(), given["from"].as_str()), (Some("10003456789"), Some("2026-11-23T08:00:00Z")));
    assert_eq!(doctor(&app, APPROVAL, &approving()).await.expect(200).json(), given, "said twice it is said once");
    assert_eq!(journal(&app, "content.approved"), 1);
    let withdrawn = doctor(&app, WITHDRAWAL, &json!({})).await.expect(200).json();
    assert_eq!(doctor(&app, WITHDRAWAL, &json!({})).await.expect(200).json(), withdrawn);
    assert_eq!(journal(&app, "content.withdrawn"), 1);
}

#[tokio::test]
async fn what_is_not_theirs_to_approve_is_refused() {
    let app = TestApp::new();
    for role in [Role::Secretary, Role::Supervisor, Role::PracticeAdmin, Role::OperatorAdmin] {
        for path in [APPROVAL, WITHDRAWAL] {
            let refused = post_as(&app, role, Some("10003456789"), &[HERE], path, &approving()).await;
            assert_eq!(refused.problem(), "403 role-may-not", "{role:?}");
        }
    }
    for path in [APPROVAL, WITHDRAWAL] {
        let foreign = post_as(&app, Role::Practitioner, Some("10003456789"), &[ELSEWHERE], path, &approving()).await;
        assert_eq!(foreign.problem(), "404 not-found");
        let unknown = path.replace("/tri/", "/autre/");
        assert_eq!(doctor(&app, &unknown, &approving()).await.problem(), "404 not-found");
    }
    let no_number = post_as(&app, Role::Practitioner, None, &[HERE], APPROVAL, &approving()).await;
    assert_eq!(no_number.problem(), "409 rpps-missing");
    assert!(no_number.text.contains("numéro RPPS"), "{}", no_number.text);
    for (key, value, problem) in [
        ("settings", json!("0".repeat(64)), "409 content-changed"),
        ("settings", json!("0"), "422 invalid settings"),
        ("until", json!("2026-11-23T08:00:00Z"), "422 invalid until"),
        ("until", json!("demain"), "422 invalid until"),
        ("from", json!("2027-11-23T00:00:00Z"), "422 invalid until"),
    ] {
        let mut body = approving();
        body[key] = value;
        assert_eq!(doctor(&app, APPROVAL, &body).await.problem(), problem, "{body}");
    }
    assert_eq!(journal(&app, "content.approved"), 0);
}
