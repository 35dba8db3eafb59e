//! A small CalDAV server (RFC 4791), so that the real plugin talks to a real agenda over a real connection without
//! anything to install. It keeps its objects in a folder, and its line misbehaves when it is told to.

mod line;
mod store;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use self::line::Line;
pub use self::line::Outage;
pub use self::store::{Object, Store};

/// A running server.
pub struct CalDav {
    /// Where plugins reach it.
    pub address: SocketAddr,
    /// What it holds.
    pub store: Arc<Store>,
}

impl CalDav {
    /// Starts a server over a folder, on a free port of the loopback interface. `outage` is asked with every part of a
    /// request or an answer whether something is wrong now. It serves until the runtime ends.
    ///
    /// # Errors
    /// The folder cannot be read, or there is no free port.
    pub async fn start(
        folder: PathBuf,
        outage: impl Fn() -> Option<Outage> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let store = Arc::new(Store::open(folder)?);
        let server = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let behind = server.local_addr()?;
        let router = Router::new().fallback(answer).with_state(Arc::clone(&store));
        tokio::spawn(async move { axum::serve(server, router).await });
        let address = Line::open(behind, outage).await?;
        Ok(Self { address, store })
    }
}

async fn answer(
    State(store): State<Arc<Store>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !headers.contains_key(header::AUTHORIZATION) {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"demo\"")]).into_response();
    }
    let path = uri.path();
    let text = String::from_utf8_lossy(&body);
    match method.as_str() {
        "OPTIONS" => ([("dav", "1, calendar-access"), ("allow", "OPTIONS, PROPFIND, REPORT, GET, PUT, DELETE")], "")
            .into_response(),
        "PROPFIND" => propfind(&store, path, depth(&headers)),
        "REPORT" => report(&store, path, &text),
        "GET" => get(&store, path),
        "PUT" => put(&store, path, &headers, &text),
        "DELETE" => delete(&store, path, &headers),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

fn depth(headers: &HeaderMap) -> bool {
    headers.get("depth").is_some_and(|depth| depth == "1")
}

fn multistatus(responses: &str) -> Response {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <D:multistatus xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
         xmlns:CS=\"http://calendarserver.org/ns/\">{responses}</D:multistatus>"
    );
    (StatusCode::MULTI_STATUS, [(header::CONTENT_TYPE, "application/xml; charset=utf-8")], xml).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn found(href: &str, props: &str) -> String {
    format!(
        "<D:response><D:href>{}</D:href><D:propstat><D:prop>{props}</D:prop>\
         <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>",
        escape(href)
    )
}

fn object(object: &Object, with_data: bool) -> String {
    let data =
        if with_data { format!("<C:calendar-data>{}</C:calendar-data>", escape(&object.data)) } else { String::new() };
    found(&object.href, &format!("<D:getetag>{}</D:getetag><D:resourcetype/>{data}", escape(&object.etag)))
}

fn propfind(store: &Store, path: &str, members: bool) -> Response {
    if !path.ends_with('/') {
        return match store.get(path) {
            Some(one) => multistatus(&object(&one, false)),
            None => StatusCode::NOT_FOUND.into_response(),
        };
    }
    let tag = store.tag(path);
    let mut responses = found(
        path,
        &format!(
            "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>\
             <CS:getctag>{tag}</CS:getctag><D:sync-token>urn:demo:{tag}</D:sync-token>"
        ),
    );
    if members {
        responses.extend(store.list(path).iter().map(|one| object(one, false)));
    }
    multistatus(&responses)
}

/// A query is answered with every object of the calendar: the plugin filters by
/// itself, as it must with servers that expand recurrences wrongly.
fn report(store: &Store, path: &str, body: &str) -> Response {
    if body.contains("calendar-multiget") {
        let responses = hrefs(body)
            .map(|href| match store.get(href) {
                Some(one) => object(&one, true),
                None => format!(
                    "<D:response><D:href>{}</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>",
                    escape(href)
                ),
            })
            .collect::<String>();
        return multistatus(&responses);
    }
    if body.contains("calendar-query") {
        return multistatus(&store.list(path).iter().map(|one| object(one, true)).collect::<String>());
    }
    let xml = "<?xml version=\"1.0\"?><D:error xmlns:D=\"DAV:\"><D:supported-report/></D:error>";
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "application/xml")], xml).into_response()
}

/// The text of every `href` element, whatever its prefix.
fn hrefs(body: &str) -> impl Iterator<Item = &str> {
    body.split("href>").skip(1).step_by(2).filter_map(|rest| rest.split('<').next())
}

fn get(store: &Store, path: &str) -> Response {
    match store.get(path) {
        Some(one) => {
            ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()), (header::ETAG, one.etag)], one.data)
                .into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn put(store: &Store, path: &str, headers: &HeaderMap, data: &str) -> Response {
    if path.ends_with('/') || !data.starts_with("BEGIN:VCALENDAR") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let must_be_new = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*");
    let expected = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    match store.put(path, data, must_be_new, expected) {
        Ok((etag, true)) => (StatusCode::CREATED, [(header::ETAG, etag)]).into_response(),
        Ok((etag, false)) => (StatusCode::NO_CONTENT, [(header::ETAG, etag)]).into_response(),
        Err(status) => status.into_response(),
    }
}

fn delete(store: &Store, path: &str, headers: &HeaderMap) -> Response {
    let expected = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
    match store.delete(path, expected) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(status) => status.into_response(),
    }
}
