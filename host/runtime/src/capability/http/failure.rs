//! What a plugin can conclude from a failed request.
//!
//! **Nothing was sent**, so nothing can have happened at the other end: every
//! code that begins with `DNS-`, `destination-`, `TLS-` or `HTTP-request-`, and
//! `connection-refused`, `connection-timeout`, `connection-limit-reached`,
//! `configuration-error`.
//!
//! **The request may have been carried out**, only the answer is lost:
//! `connection-terminated`, `connection-read-timeout`,
//! `connection-write-timeout`, every code that begins with `HTTP-response-`,
//! `HTTP-protocol-error`, `internal-error`, and any code not named here.
//!
//! The host follows no redirect. It sends once what may change something: over a
//! connection of its own, so that one that another request left open is not
//! closed just then. It sends a second time, over a new connection, what never
//! left because no connection came about, and what only reads.

use std::error::Error as StdError;
use std::io;

use greffon_core::model::outside_failure::FailureClass;
use wasmtime_wasi_http::Error;

use super::resolver::Unresolved;

/// A request that got no response head.
pub(super) fn of_request(error: &reqwest::Error) -> Error {
    if error.is_builder() {
        return Error::HttpRequestUriInvalid;
    }
    if error.is_connect() {
        return of_connection(error);
    }
    if error.is_timeout() {
        return Error::HttpResponseTimeout;
    }
    match find::<hyper::Error>(error) {
        Some(cause) if cause.is_parse() => Error::HttpProtocolError,
        _ => Error::ConnectionTerminated,
    }
}

/// Whether the request that ended so was never sent.
pub(super) fn is_certainly_unsent(error: &Error) -> bool {
    matches!(
        error,
        Error::DnsTimeout
            | Error::DnsError { .. }
            | Error::DestinationIpProhibited
            | Error::DestinationUnavailable
            | Error::TlsProtocolError
            | Error::TlsCertificateError
            | Error::TlsAlertReceived { .. }
            | Error::ConnectionRefused
            | Error::ConnectionTimeout
            | Error::ConnectionLimitReached
            | Error::HttpRequestDenied
            | Error::HttpRequestUriInvalid
            | Error::HttpRequestUriTooLong
            | Error::ConfigurationError
    )
}

/// Whether a request that ended so may be sent once more over a fresh connection. `reads` says that it changes
/// nothing.
pub(super) fn may_be_repeated(error: &Error, reads: bool) -> bool {
    match error {
        // No connection came about.
        Error::ConnectionRefused | Error::TlsProtocolError => true,
        // A connection that was kept may have been closed by the other end.
        Error::ConnectionTerminated => reads,
        _ => false,
    }
}

/// The class of a failed request; `None` for what is the host's or the guest's own.
pub(super) fn class_of(error: &Error) -> Option<FailureClass> {
    Some(match error {
        Error::DnsTimeout | Error::DnsError { .. } => FailureClass::Name,
        Error::DestinationIpProhibited => FailureClass::DeniedAddress,
        Error::HttpRequestDenied => FailureClass::DeniedByGrant,
        Error::ConnectionRefused | Error::ConnectionTerminated | Error::DestinationUnavailable => {
            FailureClass::Connection
        }
        Error::TlsProtocolError | Error::TlsCertificateError | Error::TlsAlertReceived { .. } => FailureClass::Tls,
        // Who waits for a place waits for requests that have no answer.
        Error::ConnectionTimeout | Error::HttpResponseTimeout | Error::ConnectionLimitReached => FailureClass::TimeOut,
        Error::HttpProtocolError
        | Error::HttpResponseIncomplete
        | Error::HttpResponseBodySize(_)
        | Error::HttpResponseHeaderSectionSize(_) => FailureClass::ProtocolBreach,
        // A credential that cannot be sent, or a consent that has ended.
        Error::ConfigurationError => FailureClass::CredentialsRefused,
        _ => return None,
    })
}

/// A response whose body ended early.
pub(super) fn of_response_body(error: &reqwest::Error) -> Error {
    if error.is_timeout() { Error::HttpResponseTimeout } else { Error::HttpResponseIncomplete }
}

fn of_connection(error: &reqwest::Error) -> Error {
    if let Some(unresolved) = find::<Unresolved>(error) {
        return match unresolved {
            Unresolved::TimedOut => Error::DnsTimeout,
            Unresolved::Failed(_) | Unresolved::NoAddress => Error::DnsError { rcode: None, info_code: None },
            Unresolved::Prohibited => Error::DestinationIpProhibited,
        };
    }
    if error.is_timeout() {
        return Error::ConnectionTimeout;
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return match tls {
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => Error::TlsCertificateError,
            rustls::Error::AlertReceived(alert) => {
                Error::TlsAlertReceived { alert_id: Some(u8::from(*alert)), alert_message: None }
            }
            _ => Error::TlsProtocolError,
        };
    }
    let mut kinds = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind);
    match kinds.find(|kind| *kind != io::ErrorKind::Other) {
        Some(io::ErrorKind::ConnectionRefused) => Error::ConnectionRefused,
        Some(io::ErrorKind::TimedOut) => Error::ConnectionTimeout,
        // The connection broke between TCP's handshake and the end of TLS's.
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) => {
            Error::TlsProtocolError
        }
        _ => Error::DestinationUnavailable,
    }
}

/// The first error of a type in a chain.
pub(crate) fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref::<E>())
}

/// An error and what it wraps. An `io::Error` hides that from `source`, so it
/// is opened.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'a (dyn StdError + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}
