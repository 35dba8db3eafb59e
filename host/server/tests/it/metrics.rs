//! What is counted, and by which labels.

use greffon_core::model::audit::Role;
use metrics_exporter_prometheus::PrometheusBuilder;

use super::support::TestApp;

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_name() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let rendered = recorder.handle();
    let guard = metrics::set_default_local_recorder(&recorder);
    greffon_server::describe_metrics();
    let app = TestApp::new();
    app.get(Role::Secretary, "/v1/practices/les-tilleuls/contacts?limit=7").await.expect(200);
    app.get(Role::Secretary, "/v1/practices/DUPONT/contacts").await.expect(404);
    app.get(Role::Secretary, "/v1/contacts/DUPONT").await.expect(404);
    app.get(Role::Secretary, "/DUPONT").await.expect(404);
    app.send("DUPONT", "/v1/contacts/DUPONT", &[], "").await.expect(405);
    app.send("GET", "/v1/contacts/DUPONT", &[("authorization", "Bearer DUPONT")], "").await.expect(401);
    drop(guard);
    let text = rendered.render();
    assert!(!text.contains("DUPONT") && !text.contains("les-tilleuls"), "{text}");
    let mut counted: Vec<&str> = text.lines().filter(|line| line.contains("_total{")).collect();
    counted.sort_unstable();
    insta::assert_snapshot!(counted.join("\n"), @r#"
    greffon_auth_refused_tokens_total{reason="malformed"} 1
    greffon_http_requests_total{method="GET",route="/v1/contacts/{id}",status="401"} 1
    greffon_http_requests_total{method="GET",route="/v1/contacts/{id}",status="404"} 1
    greffon_http_requests_total{method="GET",route="/v1/practices/{practice}/contacts",status="200"} 1
    greffon_http_requests_total{method="GET",route="/v1/practices/{practice}/contacts",status="404"} 1
    greffon_http_requests_total{method="GET",route="unmatched",status="404"} 1
    greffon_http_requests_total{method="other",route="/v1/contacts/{id}",status="405"} 1
    "#);
}
