//! What went wrong with a request, and what that means for a read and for a write.

use greffon_sdk::agenda::{Error, Rule};
use greffon_sdk::http;
use serde_json::Value;

/// Longest `Retry-After` that is passed on, in seconds: an hour.
const LONGEST_WAIT_S: u32 = 3_600;

/// Longest text of a vendor's that is repeated, in characters.
const WORDS: usize = 200;

/// Why a request brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no answer.
    Http(http::Error),
    /// The answer is a refusal.
    Status {
        /// Its status.
        status: u16,
        /// The field that it names. None: none.
        field: Option<String>,
        /// What the vendor says.
        words: String,
        /// Seconds after which to ask again.
        retry_after_s: Option<u32>,
    },
    /// The answer is not what the interface says: what was expected.
    Garbage(&'static str),
    /// A list came with fewer items than it says to have, twice.
    Incomplete,
    /// A list is longer than is read.
    TooLong,
}

impl Failure {
    /// Reads a refusal.
    pub fn of(response: &http::Response) -> Self {
        let body: Value = response.json().unwrap_or(Value::Null);
        let said = |name: &str| body["error"][name].as_str().map(|text| text.chars().take(WORDS).collect::<String>());
        let wait = response.header("retry-after").and_then(|value| value.trim().parse::<u32>().ok());
        Self::Status {
            status: response.status,
            field: said("field"),
            words: said("message").unwrap_or_default(),
            retry_after_s: wait.map(|seconds| seconds.min(LONGEST_WAIT_S)),
        }
    }

    /// The status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        if let Self::Status { status, .. } = self { Some(*status) } else { None }
    }

    /// What it means for a function that only read.
    pub fn of_read(&self) -> Error {
        match self {
            Self::Http(error) => Error::read_failed(error),
            Self::Garbage(expected) => Error::Unavailable(format!("the vendor's answer is not {expected}")),
            Self::Incomplete => Error::Unavailable("the vendor's list has fewer items than it says".to_owned()),
            Self::TooLong => Error::Unavailable("the vendor's list is too long".to_owned()),
            Self::Status { status, retry_after_s, .. } => match status {
                401 | 403 | 407 => {
                    Error::Denied(format!("the vendor does not let us in (HTTP {status}): check credentials.api"))
                }
                404 => Error::NotFound,
                429 => Error::RateLimited(*retry_after_s),
                503 if retry_after_s.is_some() => Error::RateLimited(*retry_after_s),
                300..=399 => Error::Unavailable(format!(
                    "the vendor points elsewhere (HTTP {status}): correct settings.base-url"
                )),
                _ => Error::Unavailable(format!("the vendor answers HTTP {status}")),
            },
        }
    }

    /// What it means for a write that was sent. The interface promises that nothing was done with 4xx alone.
    pub fn of_write(&self) -> Error {
        match self {
            Self::Http(error) => Error::write_failed(error),
            Self::Status { status, field, words, .. } => match status {
                400 | 413 | 415 | 422 => {
                    let field = field.clone().unwrap_or_else(|| "object".to_owned());
                    if field == "end" {
                        let text = "ce n'est pas la durée du motif chez l'éditeur".to_owned();
                        return Error::RuleBroken((Rule::Duration, text));
                    }
                    Error::Invalid((field, format!("the vendor does not accept it (HTTP {status}): {words}")))
                }
                // Nothing tells that a gateway did not pass it on.
                500..=599 => Error::OutcomeUnknown(format!("the vendor answered HTTP {status}")),
                _ => self.of_read(),
            },
            Self::Garbage(_) | Self::Incomplete | Self::TooLong => {
                Error::OutcomeUnknown("the vendor's answer cannot be read".to_owned())
            }
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
        for code in [500, 501, 502, 503, 504, 599] {
            assert!(status(code).leaves_doubt(), "{code}");
        }
        for code in [301, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429] {
            assert!(!status(code).leaves_doubt(), "{code}");
        }
        assert!(Failure::Http(http::Error::ResponseLost("x".to_owned())).leaves_doubt());
        assert!(!Failure::Http(http::Error::NotSent("x".to_owned())).leaves_doubt());
        assert!(Failure::Garbage("an appointment").leaves_doubt());
    }

    #[test]
    fn the_vendor_says_when_to_come_back_within_an_hour() {
        let failure = |wait: &str| Failure::of(&Response::new(429, "").with_header("Retry-After", wait)).of_read();
        assert_eq!(failure("7"), Error::RateLimited(Some(7)));
        assert_eq!(failure("999999999"), Error::RateLimited(Some(3_600)));
        assert_eq!(failure("Wed, 21 Oct 2026 07:28:00 GMT"), Error::RateLimited(None));
    }

    #[test]
    fn a_field_that_is_refused_is_named_and_the_words_are_cut() {
        let body = format!(r#"{{"error":{{"code":"invalid","field":"notes","message":"{}"}}}}"#, "é".repeat(5_000));
        let Error::Invalid((field, words)) = Failure::of(&Response::new(422, body)).of_write() else { panic!() };
        assert!(field == "notes" && words.chars().count() < 300);
        let body = r#"{"error":{"field":"end"}}"#;
        assert!(matches!(Failure::of(&Response::new(422, body)).of_write(), Error::RuleBroken((Rule::Duration, _))));
    }
}
