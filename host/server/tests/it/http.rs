//! Routes, bodies and limits.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ids::PracticeId;
use greffon_core::model::audit::Role;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::practices::{LivePractice, Practices};
use greffon_server::{ExternalIssuer, FetchError, FetchedKeys, KeySource, Limits};
use greffon_simulation::{FixedPractices, Pace, french_practice};
use serde_json::json;
use tokio::sync::Notify;

use super::support::{HERE, Setup, TestApp, bearer, issuer, token};

const CONTACTS: &str = "/v1/practices/les-tilleuls/contacts";

#[tokio::test]
async fn a_route_that_does_not_exist_is_a_problem() {
    let app = TestApp::new();
    for path in ["/", "/v1", "/v2/contacts", "/v1/practices/les-tilleuls", "/v1/contacts/"] {
        assert_eq!(app.send("GET", path, &[], "").await.problem(), "404 no-such-route", "{path}");
    }
}

#[tokio::test]
async fn another_method_is_a_problem() {
    let app = TestApp::new();
    let answer = app.send("DELETE", CONTACTS, &[], "").await;
    assert_eq!(answer.problem(), "405 method-not-allowed");
    assert_eq!(answer.header("allow"), "POST,GET,HEAD");
}

#[tokio::test]
async fn a_body_must_be_declared_as_json() {
    let app = TestApp::new();
    let token = bearer(&app.token(Role::Secretary));
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx")] {
        let mut headers = vec![("authorization", token.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        assert_eq!(app.send("POST", CONTACTS, &headers, "{}").await.problem(), "415 not-json", "{kind:?}");
    }
    let headers = [("authorization", token.as_str()), ("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(app.send("POST", CONTACTS, &headers, "{}").await.problem(), "422 invalid body");
}

#[tokio::test]
async fn a_body_that_is_not_json_says_where() {
    let app = TestApp::new();
    let token = bearer(&app.token(Role::Secretary));
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    for body in ["", "{", "{\"channel\": phone}", "\u{0}", "{\"channel\":\"phone\"}{}"] {
        assert_eq!(app.send("POST", CONTACTS, &headers, body).await.problem(), "400 malformed-body", "{body}");
    }
    let deep = "[".repeat(10_000);
    assert!(app.send("POST", CONTACTS, &headers, &deep).await.status.is_client_error());
}

#[tokio::test]
async fn a_wrong_field_is_named_without_its_value() {
    let app = TestApp::new();
    let wrong = [
        (json!({ "channel": "pigeon-dupont" }), "422 invalid channel"),
        (json!({ "channel": "phone", "origine": "+33612345678" }), "422 invalid origine"),
        (json!({ "channel": "phone", "caller": { "kind": "dupont" } }), "422 invalid caller.kind"),
        (json!({ "channel": "phone", "facts": [{ "key": "a", "value": "dupont" }] }), "422 invalid facts.0.value"),
        (json!({ "channel": "phone", "facts": [{ "key": "a", "value": "yes", "at": 1 }] }), "422 invalid facts.0.at"),
    ];
    for (body, problem) in wrong {
        let answer = app.post(Role::Secretary, CONTACTS, &body).await;
        assert_eq!(answer.problem(), problem);
        assert!(!answer.text.contains("dupont"), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_body_of_the_limit_is_read_and_one_byte_more_is_not() {
    let app = TestApp::with(Setup { limits: Limits { body_bytes: 1000, ..Limits::default() }, ..Setup::default() });
    let token = bearer(&app.token(Role::Secretary));
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let padded = |size: usize| format!("{{{}}}", " ".repeat(size - 2));
    assert_eq!(app.send("POST", CONTACTS, &headers, &padded(1000)).await.problem(), "422 invalid body");
    assert_eq!(app.send("POST", CONTACTS, &headers, &padded(1001)).await.problem(), "413 body-too-large");
    let lying = [headers[0], headers[1], ("content-length", "1001")];
    assert_eq!(app.send("POST", CONTACTS, &lying, "{}").await.problem(), "413 body-too-large");
}

#[tokio::test]
async fn a_query_that_is_not_understood_is_named() {
    let app = TestApp::new();
    let wrong = [
        ("limit=0", "422 invalid limit"),
        ("limit=201", "422 invalid limit"),
        ("limit=many", "422 invalid limit"),
        ("state=lost", "422 invalid query"),
        ("cursor=", "422 invalid cursor"),
        ("page=2", "422 invalid query"),
        ("limit=1&limit=2", "422 invalid query"),
    ];
    for (query, problem) in wrong {
        assert_eq!(app.get(Role::Secretary, &format!("{CONTACTS}?{query}")).await.problem(), problem, "{query}");
    }
    app.get(Role::Secretary, &format!("{CONTACTS}?limit=200&state=in-progress")).await.expect(422);
    app.get(Role::Secretary, &format!("{CONTACTS}?limit=200&state=open")).await.expect(200);
}

#[tokio::test]
async fn nothing_may_be_kept_by_a_cache_or_run_by_a_browser() {
    let app = TestApp::new();
    for path in [CONTACTS, "/healthz", "/nowhere"] {
        let answer = app.get(Role::Secretary, path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
    }
}

#[tokio::test]
async fn a_request_has_a_name_and_a_well_formed_one_is_kept() {
    let app = TestApp::new();
    assert_eq!(app.send("GET", "/healthz", &[], "").await.header("x-request-id").len(), 36);
    for (given, kept) in [("a-B_9.x", true), ("", false), ("a b", false), ("é", false), (&"x".repeat(65), false)] {
        let answer = app.send("GET", "/healthz", &[("x-request-id", given)], "").await;
        assert_eq!(answer.header("x-request-id") == given, kept, "{given}");
    }
}

/// Fails when it is asked for this practice.
struct Broken(FixedPractices);

impl Practices for Broken {
    fn get(&self, id: &PracticeId) -> Option<Arc<LivePractice>> {
        assert_ne!(id.as_str(), "broken", "Mme Dupont");
        self.0.get(id)
    }

    fn list(&self) -> Vec<PracticeId> {
        self.0.list()
    }
}

#[tokio::test]
async fn a_panic_is_a_constant_500_with_the_name_of_the_request() {
    let broken = Broken(FixedPractices::new([french_practice(HERE)]));
    let app = TestApp::with(Setup { practices: Some(Arc::new(broken)), ..Setup::default() });
    let token = bearer(&app.token_for(Role::Secretary, &["broken"]));
    let headers = [("authorization", token.as_str()), ("x-request-id", "r-1")];
    let answer = app.send("GET", "/v1/practices/broken/contacts", &headers, "").await;
    insta::assert_json_snapshot!(answer.json(), @r#"
    {
      "code": "internal",
      "detail": "La panne est consignée sous le numéro de cette requête : donnez-le à l'assistance.",
      "request_id": "r-1",
      "status": 500,
      "title": "Erreur interne",
      "type": "urn:greffon:problem:internal"
    }
    "#);
    let headers = [headers[0], headers[1], ("accept-language", "en")];
    let english = app.send("GET", "/v1/practices/broken/contacts", &headers, "").await;
    assert_eq!(english.problem(), "500 internal");
    assert_eq!(english.json()["title"], "Internal error");
    assert_eq!(english.json()["detail"], "The fault was logged under the id of this request: give it to the support.");
    app.get(Role::Secretary, CONTACTS).await.expect(200);
}

/// An issuer that answers when it is told to.
#[derive(Default)]
struct Slow {
    asked: Notify,
    answer: Notify,
}

#[async_trait]
impl KeySource for Slow {
    async fn fetch(&self, _: &str) -> Result<FetchedKeys, FetchError> {
        self.asked.notify_one();
        self.answer.notified().await;
        Err(FetchError("no connection".to_owned()))
    }
}

/// An app and a request that hangs until the issuer answers.
fn hanging(limits: Limits) -> (TestApp, Arc<Slow>, String) {
    let slow = Arc::new(Slow::default());
    let source = Arc::clone(&slow);
    let app = TestApp::with(Setup {
        limits,
        authenticator: Box::new(|usual| {
            let external = ExternalIssuer {
                issuer: "slow".into(),
                audience: "greffon".into(),
                key_url: "https://slow.example".into(),
            };
            usual.with_external(external, source)
        }),
        ..Setup::default()
    });
    let token = issuer("slow", "greffon", 1).sign(&token(Role::Secretary, &[HERE]), app.clock.now()).unwrap();
    (app, slow, bearer(&token))
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_a_problem() {
    let (app, _, token) = hanging(Limits { timeout: Duration::from_millis(1), ..Limits::default() });
    let answer = app.send("GET", CONTACTS, &[("authorization", &token)], "").await;
    assert_eq!(answer.problem(), "504 timed-out");
}

#[tokio::test]
async fn work_that_writes_ends_although_the_client_went_away() {
    let app = TestApp::with(Setup { pace: Pace::interleaving(), ..Setup::default() });
    let body = json!({ "channel": "phone" });
    tokio::select! {
        biased;
        () = tokio::task::yield_now() => {}
        answer = app.post(Role::Secretary, CONTACTS, &body) => panic!("answered before it stored: {}", answer.text),
    }
    let stored = || app.storage.look(&HERE.into(), |rows| rows.contacts.len());
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(stored(), 1);
}

#[tokio::test]
async fn one_request_too_many_is_told_at_once_and_probes_are_answered() {
    let (app, slow, token) = hanging(Limits { concurrent_requests: 1, ..Limits::default() });
    let router = app.router.clone();
    let first = tokio::spawn(async move {
        use tower::ServiceExt;
        let request = axum::http::Request::get(CONTACTS).header("authorization", token);
        router.oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap().status()
    });
    slow.asked.notified().await;
    let shed = app.get(Role::Secretary, CONTACTS).await;
    assert_eq!(shed.problem(), "503 overloaded");
    assert_eq!(shed.header("retry-after"), "1");
    app.send("GET", "/healthz", &[], "").await.expect(200);
    slow.answer.notify_one();
    assert_eq!(first.await.unwrap(), 503);
    app.get(Role::Secretary, CONTACTS).await.expect(200);
}
