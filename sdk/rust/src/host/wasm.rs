//! The seam between the SDK and its host, in a component: the imports.

use crate::bindings::imports::greffon::host;
use crate::bindings::imports::wasi::http::outgoing_handler::handle;
use crate::bindings::imports::wasi::http::types as wire;
use crate::bindings::imports::wasi::io::streams::StreamError;
use crate::bindings::imports::wasi::keyvalue::{atomics, store};
use crate::calendar::{self, RuleSet};
use crate::credentials::{self, Algorithm};
use crate::http::{self, Request, Response};
use crate::keyvalue;
use crate::log::{Field, Severity};
use crate::mail::{Envelope, MailError, Receipt};
use crate::practice::{Instant, Span};

/// Most bytes that one write to an output stream may carry (wasi:io).
const WRITE_BYTES: usize = 4096;
/// Bytes asked for by one read of an answer.
const READ_BYTES: u64 = 64 * 1024;

pub(crate) fn settings() -> String {
    host::settings::get()
}

pub(crate) fn installation() -> String {
    host::settings::installation()
}

pub(crate) fn log(severity: Severity, code: &'static str, fields: &[(&'static str, Field)]) {
    let fields: Vec<(String, Field)> = fields.iter().map(|(name, field)| ((*name).to_owned(), field.clone())).collect();
    host::log::log(severity, code, &fields);
}

pub(crate) fn credential_names() -> Vec<String> {
    host::credentials::names()
}

pub(crate) fn digest(name: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, credentials::Error> {
    host::credentials::digest(name, algorithm, data)
}

pub(crate) fn hmac(name: &str, algorithm: Algorithm, data: &[u8]) -> Result<Vec<u8>, credentials::Error> {
    host::credentials::hmac(name, algorithm, data)
}

pub(crate) fn mail(message: &[u8], envelope: &Envelope) -> Result<Receipt, MailError> {
    host::mail::send(message, envelope)
}

pub(crate) fn now() -> Instant {
    host::calendar::now()
}

pub(crate) fn to_instant(civil: &str, zone: &str) -> Result<Vec<Instant>, calendar::Error> {
    host::calendar::to_instant(civil, zone)
}

pub(crate) fn to_civil(at: Instant, zone: &str) -> Result<String, calendar::Error> {
    host::calendar::to_civil(at, zone)
}

pub(crate) fn expand(of: &RuleSet, window: Span, limit: u32) -> Result<Vec<Span>, calendar::Error> {
    host::calendar::expand(of, window, limit)
}

#[derive(Debug)]
pub(crate) struct Bucket(store::Bucket);

impl Bucket {
    pub(crate) fn open(name: &str) -> Result<Self, keyvalue::Error> {
        match store::open(name) {
            Ok(bucket) => Ok(Self(bucket)),
            Err(store::Error::NoSuchStore) => Err(keyvalue::Error::NoSuchBucket(name.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, keyvalue::Error> {
        Ok(self.0.get(key)?)
    }

    pub(crate) fn set(&self, key: &str, value: &[u8]) -> Result<(), keyvalue::Error> {
        Ok(self.0.set(key, value)?)
    }

    pub(crate) fn delete(&self, key: &str) -> Result<(), keyvalue::Error> {
        Ok(self.0.delete(key)?)
    }

    pub(crate) fn exists(&self, key: &str) -> Result<bool, keyvalue::Error> {
        Ok(self.0.exists(key)?)
    }

    pub(crate) fn list_keys(&self, cursor: Option<String>) -> Result<(Vec<String>, Option<String>), keyvalue::Error> {
        let page = self.0.list_keys(cursor.as_deref())?;
        Ok((page.keys, page.cursor))
    }

    pub(crate) fn increment(&self, key: &str, delta: i64) -> Result<i64, keyvalue::Error> {
        Ok(atomics::increment(&self.0, key, delta)?)
    }

    pub(crate) fn cas(&self, key: &str) -> Result<Cas, keyvalue::Error> {
        Ok(Cas(atomics::Cas::new(&self.0, key)?))
    }
}

#[derive(Debug)]
pub(crate) struct Cas(atomics::Cas);

impl Cas {
    pub(crate) fn current(&self) -> Result<Option<Vec<u8>>, keyvalue::Error> {
        Ok(self.0.current()?)
    }

    /// Writes if nobody else did since. None: written. Some: not written, with
    /// what to try again on.
    pub(crate) fn swap(self, value: &[u8]) -> Result<Option<Self>, keyvalue::Error> {
        match atomics::swap(self.0, value) {
            Ok(()) => Ok(None),
            Err(atomics::CasError::CasFailed(newer)) => Ok(Some(Self(newer))),
            Err(atomics::CasError::StoreError(error)) => Err(error.into()),
        }
    }
}

impl From<store::Error> for keyvalue::Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NoSuchStore => Self::NoSuchBucket(String::new()),
            store::Error::AccessDenied => Self::AccessDenied,
            store::Error::Other(why) => Self::Storage(why),
        }
    }
}

pub(crate) fn http(request: Request) -> Result<Response, http::Error> {
    let outgoing = form(&request)?;
    let options = request.timeout.map(|timeout| {
        let nanoseconds = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        let options = wire::RequestOptions::new();
        // A host that does not know one of the three keeps its own.
        let _ = options.set_connect_timeout(Some(nanoseconds));
        let _ = options.set_first_byte_timeout(Some(nanoseconds));
        let _ = options.set_between_bytes_timeout(Some(nanoseconds));
        options
    });
    let body = outgoing.body().map_err(|()| invalid("body"))?;
    let future = handle(outgoing, options).map_err(failure)?;
    // A body that cannot be written has its cause told by the answer.
    let written = write(body, &request.body);
    future.subscribe().block();
    let answer = future.get().and_then(Result::ok).ok_or_else(|| lost("the host gave no answer"))?;
    let response = answer.map_err(failure)?;
    written?;
    let status = response.status();
    let headers = response
        .headers()
        .entries()
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), String::from_utf8_lossy(&value).into_owned()))
        .collect();
    Ok(Response { status, headers, body: read(&response)? })
}

fn form(request: &Request) -> Result<wire::OutgoingRequest, http::Error> {
    let (scheme, rest) = request.url.split_once("://").ok_or_else(|| invalid("url without scheme"))?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (authority, path) = match rest.find(['/', '?']) {
        Some(at) => rest.split_at(at),
        None => (rest, "/"),
    };
    let path = if path.starts_with('?') { format!("/{path}") } else { path.to_owned() };
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "https" => wire::Scheme::Https,
        "http" => wire::Scheme::Http,
        _ => return Err(invalid("scheme")),
    };
    let mut headers: Vec<(String, Vec<u8>)> =
        request.headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    let told = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    if !told && (!request.body.is_empty() || matches!(request.method.as_str(), "PUT" | "POST" | "PATCH")) {
        headers.push(("content-length".to_owned(), request.body.len().to_string().into_bytes()));
    }
    let fields = wire::Fields::from_list(&headers).map_err(|error| invalid(&error.to_string()))?;
    let outgoing = wire::OutgoingRequest::new(fields);
    outgoing.set_method(&method(&request.method)).map_err(|()| invalid("method"))?;
    outgoing.set_scheme(Some(&scheme)).map_err(|()| invalid("scheme"))?;
    outgoing.set_authority(Some(authority)).map_err(|()| invalid("authority"))?;
    outgoing.set_path_with_query(Some(&path)).map_err(|()| invalid("path"))?;
    Ok(outgoing)
}

fn method(name: &str) -> wire::Method {
    match name {
        "GET" => wire::Method::Get,
        "HEAD" => wire::Method::Head,
        "POST" => wire::Method::Post,
        "PUT" => wire::Method::Put,
        "DELETE" => wire::Method::Delete,
        "OPTIONS" => wire::Method::Options,
        "PATCH" => wire::Method::Patch,
        other => wire::Method::Other(other.to_owned()),
    }
}

fn write(body: wire::OutgoingBody, bytes: &[u8]) -> Result<(), http::Error> {
    if !bytes.is_empty() {
        let stream = body.write().map_err(|()| lost("request body"))?;
        for chunk in bytes.chunks(WRITE_BYTES) {
            stream.blocking_write_and_flush(chunk).map_err(|_| lost("request body was cut off"))?;
        }
    }
    wire::OutgoingBody::finish(body, None).map_err(failure)
}

fn read(response: &wire::IncomingResponse) -> Result<Vec<u8>, http::Error> {
    let body = response.consume().map_err(|()| lost("response body"))?;
    let stream = body.stream().map_err(|()| lost("response body"))?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(READ_BYTES) {
            Ok(chunk) => bytes.extend(chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => {
                let why = wire::http_error_code(&error)
                    .map_or_else(|| "response body was cut off".to_owned(), |code| code.to_string());
                return Err(http::Error::ResponseLost(why));
            }
        }
    }
}

fn invalid(what: &str) -> http::Error {
    http::Error::Invalid(what.to_owned())
}

fn lost(why: &str) -> http::Error {
    http::Error::ResponseLost(why.to_owned())
}

/// What an error of wasi:http says about the request. Only causes that come
/// before the first byte of the request count as not sent.
fn failure(code: wire::ErrorCode) -> http::Error {
    use wire::ErrorCode as Code;

    let why = code.to_string();
    match code {
        Code::HttpRequestDenied | Code::DestinationIpProhibited => http::Error::Denied(why),
        Code::HttpRequestMethodInvalid
        | Code::HttpRequestUriInvalid
        | Code::HttpRequestUriTooLong
        | Code::HttpRequestLengthRequired
        | Code::HttpRequestBodySize(_)
        | Code::HttpRequestHeaderSectionSize(_)
        | Code::HttpRequestHeaderSize(_)
        | Code::HttpRequestTrailerSectionSize(_)
        | Code::HttpRequestTrailerSize(_) => http::Error::Invalid(why),
        Code::DnsTimeout
        | Code::DnsError(_)
        | Code::DestinationNotFound
        | Code::DestinationUnavailable
        | Code::DestinationIpUnroutable
        | Code::ConnectionRefused
        | Code::ConnectionTimeout
        | Code::ConnectionLimitReached
        | Code::TlsCertificateError => http::Error::NotSent(why),
        _ => http::Error::ResponseLost(why),
    }
}
