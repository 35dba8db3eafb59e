//! Whether the process answers at all.

/// Whether the process runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "healthz",
    tag = "health",
    security(()),
    responses((status = 200, description = "It does", body = String, content_type = "text/plain")),
)]
pub(super) async fn handler() -> &'static str {
    "ok\n"
}
