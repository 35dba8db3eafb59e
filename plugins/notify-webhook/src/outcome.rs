//! What the endpoint's answer, or its absence, means for the message.
//!
//! A receiver takes one `webhook-id` once, so that what may have arrived is
//! `Uncertain` and sent again by the host under the same id. No text holds what
//! the endpoint said: it may repeat the message.

use greffon_sdk::channel::SendError;
use greffon_sdk::http::{Error, Response};
use greffon_sdk::log;
use serde::Deserialize;

use crate::endpoint::Endpoint;

/// Longest `Retry-After` that is passed on, in seconds: an hour.
const LONGEST_WAIT_S: u32 = 3_600;
/// Bytes of an id that is taken from an answer.
const ID_BYTES: usize = 100;
/// Bytes of an answer in which an id is looked for.
const ANSWER_BYTES: usize = 64 << 10;

/// The id under which the endpoint has the message: its own, or the message's.
///
/// # Errors
/// The endpoint does not say that it has the message.
pub fn answered(response: &Response, key: &str) -> Result<String, SendError> {
    if response.is_success() {
        return Ok(own_id(&response.body).unwrap_or_else(|| key.to_owned()));
    }
    let refusal = refused(response);
    // Who runs the endpoint asks for the status; not every error carries it.
    let status = [("status", response.status.into())];
    match &refusal {
        SendError::Unauthorised => log::error("endpoint-unauthorised", &status),
        _ => log::warn("endpoint-refused", &status),
    }
    Err(refusal)
}

/// Why there is no answer.
pub fn unanswered(error: &Error, endpoint: &Endpoint) -> SendError {
    let origin = endpoint.origin();
    match error {
        Error::Denied(_) => {
            log::error("endpoint-denied", &[]);
            SendError::NoRecipient(format!(
                "the host lets no message to {origin}: add it to grants.http, or let the operator open its network"
            ))
        }
        Error::Invalid(_) => SendError::NoRecipient(format!("{origin} cannot be asked: correct settings.url")),
        Error::NotSent(_) => {
            log::warn("endpoint-unreachable", &[]);
            SendError::Transient(None)
        }
        Error::ResponseLost(_) => {
            log::warn("answer-lost", &[]);
            SendError::Uncertain(format!("the answer of {origin} was lost; the message may have arrived"))
        }
    }
}

fn refused(response: &Response) -> SendError {
    let status = response.status;
    let told = |what: &str| format!("{what} (HTTP {status})");
    match status {
        300..=399 => SendError::Rejected(told(
            "the endpoint points elsewhere, and redirects are not followed: write its new address in settings.url",
        )),
        401 | 403 => SendError::Unauthorised,
        404 => SendError::NoRecipient(told(
            "the endpoint does not exist, or does not know the recipient: correct settings.url or the recipient's address",
        )),
        // 409: an earlier attempt is still under way, or came to something that
        // is not told. 408: a proxy may say it of what went through.
        408 | 409 => SendError::Uncertain(told("the endpoint does not say whether it has the message")),
        410 => SendError::Rejected(told(
            "the endpoint is gone for good: write another one in settings.url, or take the feature out",
        )),
        413 => SendError::ContentRefused(told("the endpoint takes no message of this size: shorten the text")),
        422 => SendError::ContentRefused(told("the endpoint does not accept what the message says: ask who runs it")),
        429 => SendError::Quota(retry_after_s(response)),
        400..=499 => SendError::Rejected(told(
            "the endpoint refuses the request: let who runs it compare the key and the clock, and read its log",
        )),
        // A 5xx may come after the message was taken, or from a proxy while the
        // receiver still works; Retry-After does not tell which.
        _ => SendError::Uncertain(told("the endpoint failed; the message may have arrived")),
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3). None: there is none, or it is a
/// date, and the host's own pauses do.
fn retry_after_s(response: &Response) -> Option<u32> {
    let value = response.header("retry-after")?.trim();
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| value.parse().map_or(LONGEST_WAIT_S, |seconds: u32| seconds.min(LONGEST_WAIT_S)))
}

/// The id that the endpoint gives, if it can stand in a journal.
fn own_id(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Answer {
        id: String,
    }

    if body.len() > ANSWER_BYTES {
        return None;
    }
    let Answer { id } = serde_json::from_slice(body).ok()?;
    let fits = (1..=ID_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(id)
}

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::Fakes;

    use super::*;

    const KEY: &str = "0192f0c1-key";

    fn of(status: u16) -> Result<String, SendError> {
        answered(&Response::new(status, "Jeanne Durand, +33199000001"), KEY)
    }

    fn id_of(body: impl Into<Vec<u8>>) -> String {
        answered(&Response::new(200, body), KEY).unwrap()
    }

    #[test]
    fn only_2xx_says_that_the_message_is_there() {
        let _fakes = Fakes::new();
        for status in 100..=999 {
            assert_eq!(of(status).is_ok(), (200..300).contains(&status), "{status}");
        }
    }

    #[test]
    fn what_may_have_arrived_is_uncertain_and_what_has_not_is_final() {
        let _fakes = Fakes::new();
        for status in [100, 199, 408, 409, 500, 501, 502, 503, 504, 507, 599, 600, 999] {
            assert!(matches!(of(status), Err(SendError::Uncertain(_))), "{status}");
        }
        for status in [300, 301, 302, 303, 307, 308, 399, 400, 402, 405, 407, 410, 411, 415, 421, 428, 431, 451, 499] {
            assert!(matches!(of(status), Err(SendError::Rejected(_))), "{status}");
        }
        for status in [413, 422] {
            assert!(matches!(of(status), Err(SendError::ContentRefused(_))), "{status}");
        }
        assert!(matches!(of(404), Err(SendError::NoRecipient(_))));
        assert_eq!([of(401), of(403)], [Err(SendError::Unauthorised), Err(SendError::Unauthorised)]);
        assert_eq!(of(429), Err(SendError::Quota(None)));
    }

    #[test]
    fn a_refusal_names_the_status_and_never_what_the_endpoint_said() {
        let fakes = Fakes::new();
        for status in (300..=599).filter(|status| ![401, 403, 429].contains(status)) {
            let text = format!("{:?}", of(status).unwrap_err());
            assert!(text.contains(&format!("HTTP {status}")) && !text.contains("Jeanne"), "{text}");
        }
        assert_eq!(fakes.logged().len(), 297);
    }

    #[test]
    fn the_operator_reads_the_status_of_what_a_person_must_mend() {
        let fakes = Fakes::new();
        assert!(of(401).is_err() && of(503).is_err() && of(200).is_ok());
        let logged: Vec<_> = fakes.logged().into_iter().map(|one| (one.code, one.fields)).collect();
        assert_eq!(
            logged,
            [
                ("endpoint-unauthorised", vec![("status", 401_u16.into())]),
                ("endpoint-refused", vec![("status", 503_u16.into())])
            ]
        );
    }

    #[test]
    fn the_endpoint_asks_for_patience_but_not_for_days() {
        let _fakes = Fakes::new();
        for (written, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("3600", Some(3_600)),
            ("3601", Some(3_600)),
            ("4294967296", Some(3_600)),
            ("99999999999999999999999999", Some(3_600)),
            ("-1", None),
            ("+7", None),
            ("7.5", None),
            ("", None),
            ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ] {
            let response = Response::new(429, "").with_header("Retry-After", written);
            assert_eq!(answered(&response, KEY), Err(SendError::Quota(seconds)), "{written:?}");
        }
        let unavailable = Response::new(503, "").with_header("Retry-After", "7");
        assert!(matches!(answered(&unavailable, KEY), Err(SendError::Uncertain(_))));
    }

    #[test]
    fn an_id_of_the_endpoint_is_kept() {
        let _fakes = Fakes::new();
        assert_eq!(id_of(r#"{"status":"queued","id":"pager-17"}"#), "pager-17");
        assert_eq!(answered(&Response::new(208, r#"{"id":"pager-17"}"#), KEY).as_deref(), Ok("pager-17"));
        let long = "i".repeat(ID_BYTES);
        assert_eq!(id_of(format!(r#"{{"id":"{long}"}}"#)), long);
    }

    #[test]
    fn whatever_else_the_endpoint_answers_the_id_is_the_messages_own() {
        let _fakes = Fakes::new();
        let past = format!(r#"{{"id":"{}"}}"#, "i".repeat(ID_BYTES + 1));
        let huge = format!(r#"{{"id":"{}"}}"#, "i".repeat(5 << 20));
        let deep = format!(r#"{{"x":{}"#, "[".repeat(60_000));
        for body in [
            "",
            "ok",
            "{}",
            "[]",
            "null",
            r#"{"id":null}"#,
            r#"{"id":17}"#,
            r#"{"id":""}"#,
            r#"{"id":"Jeanne Durand"}"#,
            r#"{"id":"Zo\u00e9"}"#,
            r#"{"id":"a\u0000b"}"#,
            r#"{"id":"a\r\nb"}"#,
            r#"{"id":"\u001b[2J"}"#,
            r#"{"id":"a","id":"b"}"#,
            r#"{"id":"a"} b"#,
            "{\"id\":\"a",
            &past,
            &huge,
            &deep,
        ] {
            assert_eq!(id_of(body), KEY, "{body:.40}");
        }
        assert_eq!(id_of(b"{\"id\":\"\xff\"}".to_vec()), KEY);
    }

    #[test]
    fn an_answer_is_read_up_to_its_limit() {
        let _fakes = Fakes::new();
        let answer = |length: usize| {
            let text = r#"{"id":"pager-17"}"#;
            format!("{text}{}", " ".repeat(length - text.len()))
        };
        assert_eq!(id_of(answer(ANSWER_BYTES)), "pager-17");
        assert_eq!(id_of(answer(ANSWER_BYTES + 1)), KEY);
    }

    #[test]
    fn without_an_answer_only_what_never_left_is_sent_again_as_new() {
        let fakes = Fakes::new();
        let endpoint = Endpoint::parse("https://pager.example:8443/secret-path").unwrap_or_else(|why| panic!("{why}"));
        let why = || "why".to_owned();
        let text_of = |error| match unanswered(&error, &endpoint) {
            SendError::NoRecipient(text) => (false, text),
            SendError::Uncertain(text) => (true, text),
            other => panic!("{other:?}"),
        };
        assert_eq!(unanswered(&Error::NotSent(why()), &endpoint), SendError::Transient(None));
        for (error, may_have_arrived, remedy) in [
            (Error::Denied(why()), false, "grants.http"),
            (Error::Invalid(why()), false, "settings.url"),
            (Error::ResponseLost(why()), true, "may have arrived"),
        ] {
            let (uncertain, text) = text_of(error);
            assert_eq!(uncertain, may_have_arrived, "{text}");
            assert!(text.contains("https://pager.example:8443") && text.contains(remedy), "{text}");
            assert!(!text.contains("secret-path"), "{text}");
        }
        let codes: Vec<_> = fakes.logged().iter().map(|one| one.code).collect();
        assert_eq!(codes, ["endpoint-unreachable", "endpoint-denied", "answer-lost"]);
    }
}
