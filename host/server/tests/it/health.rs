//! Probes, metrics, and the API's own description over HTTP.

use super::support::TestApp;

#[tokio::test]
async fn a_probe_needs_no_token() {
    let app = TestApp::new();
    assert_eq!(app.send("GET", "/healthz", &[], "").await.expect(200).text, "ok\n");
    assert_eq!(app.send("GET", "/readyz", &[], "").await.expect(200).text, "ready\n");
}

#[tokio::test]
async fn metrics_are_what_the_recorder_says() {
    let answer = TestApp::new().send("GET", "/metrics", &[], "").await.expect(200);
    assert_eq!(answer.text, "greffon_up 1\n");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
}

#[tokio::test]
async fn the_description_is_served() {
    let answer = TestApp::new().send("GET", "/v1/openapi.json", &[], "").await.expect(200);
    assert_eq!(answer.text, greffon_server::openapi());
    assert_eq!(answer.header("content-type"), "application/json");
}
