//! What is counted. Labels are bounded: methods, matched paths, status codes
//! and codes of this crate; never an id, a practice or a person.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

const REQUESTS: &str = "greffon_http_requests_total";
const DURATION: &str = "greffon_http_request_duration_seconds";
const IN_FLIGHT: &str = "greffon_http_requests_in_flight";
const SHED: &str = "greffon_http_requests_shed_total";
const REFUSED_TOKENS: &str = "greffon_auth_refused_tokens_total";
const INBOUND: &str = "greffon_inbound_calls_total";
const KEY_FETCHES: &str = "greffon_auth_key_fetches_total";

/// Registers names, units and descriptions with the installed recorder. Called
/// once, by the composition root.
pub fn describe() {
    describe_counter!(REQUESTS, Unit::Count, "answered requests by method, route and status");
    describe_histogram!(DURATION, Unit::Seconds, "time until the answer by method and route");
    describe_gauge!(IN_FLIGHT, Unit::Count, "requests that are being answered");
    describe_counter!(SHED, Unit::Count, "requests that were refused because too many came at once");
    describe_counter!(REFUSED_TOKENS, Unit::Count, "tokens that were not believed by reason");
    describe_counter!(INBOUND, Unit::Count, "calls of outside services by what became of them");
    describe_counter!(KEY_FETCHES, Unit::Count, "fetches of an external issuer's keys by result");
}

pub(crate) fn answered(method: &'static str, route: &str, status: StatusCode, took: Duration) {
    let route = route.to_owned();
    counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status.as_str().to_owned())
        .increment(1);
    histogram!(DURATION, "method" => method, "route" => route).record(took.as_secs_f64());
}

/// Counts a request as in flight until it is dropped.
pub(crate) struct InFlight;

impl InFlight {
    pub(crate) fn begin() -> Self {
        gauge!(IN_FLIGHT).increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!(IN_FLIGHT).decrement(1.0);
    }
}

pub(crate) fn shed() {
    counter!(SHED).increment(1);
}

pub(crate) fn refused_token(reason: &'static str) {
    counter!(REFUSED_TOKENS, "reason" => reason).increment(1);
}

pub(crate) fn inbound(outcome: &'static str) {
    counter!(INBOUND, "outcome" => outcome).increment(1);
}

pub(crate) fn key_fetch(result: &'static str) {
    counter!(KEY_FETCHES, "result" => result).increment(1);
}

/// The method's name, bounded: a client may send any word.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
