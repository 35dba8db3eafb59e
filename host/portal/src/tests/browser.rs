//! What is sent to the pages, and what comes back.

use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::office::{CODE, Office};
use crate::routes::routes;

/// An answer.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Page {
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.html);
        self
    }

    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(self.html.contains(text), "no {text:?} in {}", self.html);
        self
    }

    #[track_caller]
    pub fn hides(self, text: &str) -> Self {
        assert!(!self.html.contains(text), "{text:?} in {}", self.html);
        self
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

pub fn router(office: &Office) -> Router {
    routes(office.portal.clone())
}

pub async fn send(office: &Office, request: Request<Body>) -> Page {
    let answer = router(office).oneshot(request).await.unwrap();
    let (head, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Page { status: head.status, headers: head.headers, html: String::from_utf8(body.to_vec()).unwrap() }
}

pub async fn get(office: &Office, path: &str) -> Page {
    send(office, Request::get(path).body(Body::empty()).unwrap()).await
}

pub async fn get_in_english(office: &Office, path: &str) -> Page {
    send(office, Request::get(path).header(ACCEPT_LANGUAGE, "en-GB").body(Body::empty()).unwrap()).await
}

pub async fn post(office: &Office, path: &str, body: impl Into<Body>) -> Page {
    send(office, form(path, body)).await
}

pub fn form(path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.into()).unwrap()
}

/// The form that opens, with a code.
pub fn opening(code: &str) -> String {
    encoded(&[("code", code), ("next", "call-back"), ("minutes", "10")])
}

/// The form that ends, with the right code.
pub fn ending(outcome: &str, note: &str) -> String {
    encoded(&[("code", CODE), ("outcome", outcome), ("note", note)])
}

pub fn encoded(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
