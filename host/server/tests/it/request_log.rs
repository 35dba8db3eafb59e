//! One line per request, and what is not in it.

use std::io::Write;
use std::sync::{Arc, Mutex};

use greffon_core::model::audit::Role;
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;

use super::support::{HERE, TestApp, bearer};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is logged while `work` runs on this thread.
pub async fn logged(work: impl AsyncFnOnce()) -> Vec<Value> {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(lines.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    work().await;
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["target"].as_str().unwrap().starts_with("greffon_server")).collect()
}

#[tokio::test]
async fn a_request_is_one_line_with_whom_where_and_how_long() {
    let app = TestApp::new();
    let path = format!("/v1/practices/{HERE}/contacts?limit=7");
    let token = bearer(&app.token(Role::Secretary));
    let mut lines = logged(async || {
        app.send("GET", &path, &[("authorization", &token), ("x-request-id", "r-1")], "").await.expect(200);
    })
    .await;
    assert_eq!(lines.len(), 1);
    assert!(lines[0]["duration_ms"].as_f64().unwrap() >= 0.0);
    for varying in ["timestamp", "duration_ms"] {
        lines[0].as_object_mut().unwrap().remove(varying);
    }
    insta::assert_json_snapshot!(lines[0], @r#"
    {
      "http.method": "GET",
      "http.route": "/v1/practices/{practice}/contacts",
      "http.status": 200,
      "level": "INFO",
      "message": "GET /v1/practices/{practice}/contacts 200",
      "practice.id": "les-tilleuls",
      "request.id": "r-1",
      "requester": "s-1",
      "role": "secretary",
      "target": "greffon_server::middleware::request_log"
    }
    "#);
}

#[tokio::test]
async fn a_failure_is_in_the_line_with_its_code() {
    let app = TestApp::new();
    let lines = logged(async || {
        app.send("GET", "/v1/practices/les-tilleuls/contacts", &[], "").await.expect(401);
        app.get(Role::Integrator, "/v1/practices/les-tilleuls/contacts").await.expect(403);
        app.get(Role::Integrator, "/v1/practices/le-port/contacts").await.expect(404);
    })
    .await;
    let told = |line: &Value| [&line["error.code"], &line["error.cause"], &line["practice.id"]].map(Value::clone);
    assert_eq!(told(&lines[0]), [json!("unauthenticated"), json!("missing"), Value::Null]);
    assert_eq!(told(&lines[1]), [json!("role-may-not"), Value::Null, json!("les-tilleuls")]);
    assert_eq!(told(&lines[2]), [json!("not-found"), Value::Null, Value::Null]);
}

#[tokio::test]
async fn nothing_of_a_patient_is_ever_logged() {
    let app = TestApp::new();
    let lines = logged(async || {
        let body = json!({ "channel": "phone", "patient": { "family": "DUPONT-CANARI", "name": 1 } });
        app.post(Role::Secretary, "/v1/practices/les-tilleuls/contacts", &body).await.expect(422);
        app.get(Role::Secretary, "/v1/practices/DUPONT-CANARI/contacts?cursor=DUPONT-CANARI").await.expect(404);
        app.get(Role::Secretary, "/v1/contacts/DUPONT-CANARI").await.expect(404);
        app.get(Role::Secretary, "/DUPONT-CANARI").await.expect(404);
        let weird = app.send("DUPONT", "/v1/practices/les-tilleuls/contacts", &[], "").await;
        assert_eq!(weird.status, 405);
    })
    .await;
    assert_eq!(lines.len(), 5);
    let text = serde_json::to_string(&lines).unwrap();
    assert!(!text.contains("DUPONT"), "{text}");
}

#[tokio::test]
async fn probes_that_succeed_are_quiet() {
    let app = TestApp::new();
    let lines = logged(async || {
        app.send("GET", "/healthz", &[], "").await.expect(200);
    })
    .await;
    assert_eq!(lines[0]["level"], "DEBUG");
}
