//! What went wrong with a request, and what that means for a read and for a write.

use greffon_sdk::agenda::Error;
use greffon_sdk::http;

use super::place::Server;
use super::xml::{Element, Ns};

/// Longest `Retry-After` that is passed on, in seconds: an hour.
const LONGEST_WAIT_S: u32 = 3_600;

/// Why a request brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no answer.
    Http(http::Error),
    /// The answer is a refusal.
    Status {
        /// Its status.
        status: u16,
        /// Seconds after which to ask again.
        retry_after_s: Option<u32>,
        /// The precondition that the body names (RFC 4918 §16), such as `valid-sync-token`.
        precondition: Option<String>,
    },
    /// The answer points elsewhere; the host follows nothing by itself.
    Redirect {
        /// Its status.
        status: u16,
        /// Where to, as the server wrote it.
        location: String,
    },
    /// The answer is not what the protocol says: what was expected.
    Garbage(&'static str),
}

impl Failure {
    /// Reads a refusal.
    pub fn of(response: &http::Response) -> Self {
        if let (301 | 302 | 303 | 307 | 308, Some(location)) = (response.status, response.header("location")) {
            return Self::Redirect { status: response.status, location: location.to_owned() };
        }
        let retry_after_s = response.header("retry-after").and_then(|value| value.trim().parse::<u32>().ok());
        let precondition = Element::parse(&response.body)
            .filter(|root| root.is(Ns::Dav, "error"))
            .and_then(|root| root.children.into_iter().next())
            .map(|child| child.name);
        Self::Status {
            status: response.status,
            retry_after_s: retry_after_s.map(|seconds| seconds.min(LONGEST_WAIT_S)),
            precondition,
        }
    }

    /// The status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        if let Self::Status { status, .. } = self { Some(*status) } else { None }
    }

    /// Whether the server names this precondition.
    pub fn names(&self, wanted: &str) -> bool {
        matches!(self, Self::Status { precondition: Some(name), .. } if name == wanted)
    }

    /// What it means for a function that only read.
    pub fn of_read(&self) -> Error {
        match self {
            Self::Http(error) => Error::read_failed(error),
            Self::Garbage(expected) => Error::Unavailable(format!("the server's answer is not {expected}")),
            Self::Redirect { status, location } => {
                // Only what was understood of a location is repeated.
                let place = Server::parse(location).map_or("another path".to_owned(), |server| server.origin);
                Error::Unavailable(format!(
                    "the server points to {place} (HTTP {status}): correct base-url or the path"
                ))
            }
            Self::Status { status, retry_after_s, .. } => match status {
                401 | 403 | 407 => Error::Denied(format!(
                    "the CalDAV server does not let us in (HTTP {status}): check credentials.dav and the calendar's path"
                )),
                404 | 410 => Error::NotFound,
                429 => Error::RateLimited(*retry_after_s),
                503 if retry_after_s.is_some() => Error::RateLimited(*retry_after_s),
                _ => Error::Unavailable(format!("the server answers HTTP {status}")),
            },
        }
    }

    /// What it means for a write that was sent. A 5xx may come after committing, or from a proxy while the server still
    /// works; only what says that nothing was done is taken for that.
    pub fn of_write(&self) -> Error {
        match self {
            Self::Http(error) => Error::write_failed(error),
            Self::Garbage(expected) => Error::OutcomeUnknown(format!("the server's answer is not {expected}")),
            Self::Redirect { .. } => self.of_read(),
            Self::Status { status, retry_after_s, precondition } => match status {
                503 if retry_after_s.is_some() => Error::RateLimited(*retry_after_s),
                501 | 505 | 507 => Error::Unavailable(format!("the server cannot write (HTTP {status})")),
                500..=599 => Error::OutcomeUnknown(format!("the server answered HTTP {status}")),
                400 | 413 | 415 | 422 => {
                    let named = precondition.as_deref().filter(|name| *name == "max-resource-size");
                    let why = named.unwrap_or("the server does not accept the object");
                    Error::Invalid(("object".to_owned(), format!("{why} (HTTP {status})")))
                }
                409 => Error::NotFound,
                _ => self.of_read(),
            },
        }
    }

    /// Whether a write may have been done all the same.
    pub fn leaves_doubt(&self) -> bool {
        matches!(self.of_write(), Error::OutcomeUnknown(_))
    }
}

#[cfg(test)]
mod tests {
    use greffon_sdk::http::Response;

    use super::*;

    fn status(status: u16) -> Failure {
        Failure::of(&Response::new(status, ""))
    }

    #[test]
    fn every_answer_after_which_a_write_may_stand_is_an_unknown_outcome() {
        for code in [500, 502, 503, 504, 599] {
            assert!(status(code).leaves_doubt(), "{code}");
        }
        for code in [301, 400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422, 423, 429, 501, 505, 507] {
            assert!(!status(code).leaves_doubt(), "{code}");
        }
        assert!(Failure::Http(http::Error::ResponseLost("x".to_owned())).leaves_doubt());
        assert!(!Failure::Http(http::Error::NotSent("x".to_owned())).leaves_doubt());
        assert!(!Failure::Http(http::Error::Denied("x".to_owned())).leaves_doubt());
    }

    #[test]
    fn the_server_says_when_to_come_back() {
        let failure = Failure::of(&Response::new(503, "").with_header("Retry-After", "7"));
        assert_eq!(failure.of_read(), Error::RateLimited(Some(7)));
        assert_eq!(failure.of_write(), Error::RateLimited(Some(7)));
        let failure = Failure::of(&Response::new(429, "").with_header("Retry-After", "999999999"));
        assert_eq!(failure.of_write(), Error::RateLimited(Some(3_600)));
        let failure = Failure::of(&Response::new(429, "").with_header("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"));
        assert_eq!(failure.of_write(), Error::RateLimited(None));
    }

    #[test]
    fn a_refusal_is_no_outage() {
        assert!(matches!(status(401).of_read(), Error::Denied(_)));
        assert!(matches!(status(403).of_write(), Error::Denied(_)));
        assert!(matches!(status(404).of_read(), Error::NotFound));
        let redirect = Failure::of(&Response::new(302, "").with_header("Location", "https://new.example/dav/"));
        assert!(matches!(redirect.of_read(), Error::Unavailable(why) if why.contains("https://new.example")));
        assert!(!redirect.leaves_doubt());
    }

    #[test]
    fn a_precondition_is_read_in_both_dialects() {
        for body in [
            "<?xml version='1.0' encoding='utf-8'?>\n<error xmlns=\"DAV:\"><valid-sync-token /></error>",
            "<ns0:error xmlns:ns0=\"DAV:\"><ns0:valid-sync-token /><ns0:responsedescription>x</ns0:responsedescription></ns0:error>",
        ] {
            assert!(Failure::of(&Response::new(412, body)).names("valid-sync-token"));
        }
        assert!(!Failure::of(&Response::new(403, "Forbidden")).names("valid-sync-token"));
    }
}
