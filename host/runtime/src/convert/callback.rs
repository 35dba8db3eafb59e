//! What outside services tell, and are answered: `greffon:practice/types`.

use greffon_core::model::callback::{CallbackError, Delivery, InboundAnswer, InboundRequest};

use super::{Breach, FromGuest, Intake};
use crate::bindings::practice as wit;

/// Headers of a guest's answer that are sent: what a body is, and how long it
/// holds. All others are the host's business.
const HEADERS: [&str; 2] = ["content-type", "cache-control"];
/// Bytes of a header's value.
const VALUE_BYTES: usize = 1_024;

impl From<InboundRequest> for wit::HttpIn {
    fn from(request: InboundRequest) -> Self {
        Self { method: request.method, url: request.url, headers: request.headers, body: request.body }
    }
}

impl FromGuest<wit::HttpOut> for InboundAnswer {
    fn from_guest(answer: wit::HttpOut, intake: &mut Intake) -> Result<Self, Breach> {
        if !(200..600).contains(&answer.status) {
            return Err(Breach::Contract);
        }
        intake.count(u64::try_from(answer.body.len()).unwrap_or(u64::MAX))?;
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in answer.headers {
            let name = name.to_ascii_lowercase();
            if !HEADERS.contains(&name.as_str()) || headers.iter().any(|(known, _)| *known == name) {
                continue;
            }
            if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
                return Err(Breach::Contract);
            }
            headers.push((name, intake.sized(value, VALUE_BYTES)?));
        }
        Ok(Self { status: answer.status, headers, body: answer.body })
    }
}

impl FromGuest<wit::Delivery> for Delivery {
    fn from_guest(delivery: wit::Delivery, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(Self { id: intake.optional_id(delivery.id)?, signed_at: intake.take(delivery.signed_at)? })
    }
}

impl FromGuest<wit::CallbackError> for CallbackError {
    fn from_guest(error: wit::CallbackError, intake: &mut Intake) -> Result<Self, Breach> {
        Ok(match error {
            wit::CallbackError::BadSignature => Self::BadSignature,
            wit::CallbackError::NotMine => Self::NotMine,
            wit::CallbackError::Malformed(why) => Self::Malformed(intake.why(&why)),
            wit::CallbackError::Other(why) => Self::Other(intake.why(&why)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)]) -> Result<InboundAnswer, Breach> {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Intake::new(10_000).take(wit::HttpOut { status, headers, body: b"{}".to_vec() })
    }

    #[test]
    fn a_guest_says_what_its_answer_is_and_no_more() {
        let headers = [("Content-Type", "application/fhir+json"), ("set-cookie", "a=b"), ("content-type", "text/html")];
        let taken = answer(200, &headers).expect("taken");
        assert_eq!(taken.headers, [("content-type".to_owned(), "application/fhir+json".to_owned())]);
    }

    #[test]
    fn an_answer_that_is_none_is_refused() {
        for status in [0, 101, 199, 600, u16::MAX] {
            assert_eq!(answer(status, &[]), Err(Breach::Contract), "{status}");
        }
        assert_eq!(answer(200, &[("content-type", "a\r\nset-cookie: b")]), Err(Breach::Contract));
        let long = "x".repeat(VALUE_BYTES + 1);
        assert_eq!(answer(200, &[("content-type", &long)]), Err(Breach::TooMuch));
    }
}
