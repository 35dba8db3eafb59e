//! What a token endpoint answers (RFC 6749 §5). Nothing of it is believed beyond
//! what is understood, and none of its texts is repeated anywhere.

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::no_token::Refusal;

/// How long an access token is taken to last when the answer does not say
/// (RFC 6749 §5.1 only recommends that it does).
const LIFETIME_UNSAID: Duration = Duration::from_secs(5 * 60);

/// What every lifetime is taken for at least, so that an answer that says
/// nothing sensible is not asked for again at each request; and at most, so that
/// times can be reckoned with.
const LIFETIMES_S: (u64, u64) = (30, 365 * 24 * 60 * 60);

/// What came of an exchange.
#[derive(Debug)]
pub(in super::super) enum Answer {
    /// The provider granted what was asked for.
    Granted {
        /// The access token and how long it lasts; `None` when there is none that
        /// greffon can use.
        access: Option<(SecretString, Duration)>,
        /// The refresh token that replaces the spent one; `None` when that stays.
        successor: Option<SecretString>,
    },
    /// The refresh token is good no more: `invalid_grant`.
    GrantEnded,
    /// Something else is wrong, and nothing was spent.
    Refused(Refusal),
    /// Nothing that can be used.
    Nothing {
        /// Whether the refresh token may have been spent all the same.
        may_be_spent: bool,
    },
}

#[derive(Deserialize)]
struct Successor {
    refresh_token: Option<SecretString>,
}

#[derive(Deserialize)]
struct Access {
    access_token: SecretString,
    token_type: String,
    expires_in: Option<Lifetime>,
}

/// Seconds; some providers write them as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Lifetime {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// Reads an answer.
pub(super) fn read(status: StatusCode, body: &[u8]) -> Answer {
    if status.is_success() {
        // On its own: a successor counts, whatever the rest of the answer is.
        let successor = serde_json::from_slice(body).ok().and_then(|Successor { refresh_token }| refresh_token);
        let successor = successor.filter(|token| !token.expose_secret().is_empty());
        return match (serde_json::from_slice(body).ok().and_then(usable), successor) {
            (None, None) => Answer::Nothing { may_be_spent: true },
            (access, successor) => Answer::Granted { access, successor },
        };
    }
    if !status.is_client_error() {
        return Answer::Nothing { may_be_spent: status.is_server_error() };
    }
    match serde_json::from_slice(body) {
        Ok(Refused { error }) if error == "invalid_grant" => Answer::GrantEnded,
        Ok(Refused { error }) => Refusal::of(&error).map_or(Answer::Nothing { may_be_spent: false }, Answer::Refused),
        Err(_) => Answer::Nothing { may_be_spent: false },
    }
}

/// A bearer token that fits into a header. RFC 6749 §7.1: a token of a type that
/// the client does not know must not be used.
fn usable(access: Access) -> Option<(SecretString, Duration)> {
    let fits = HeaderValue::from_str(access.access_token.expose_secret()).is_ok();
    let is_bearer = access.token_type.eq_ignore_ascii_case("bearer");
    if !fits || !is_bearer || access.access_token.expose_secret().is_empty() {
        return None;
    }
    let said = match access.expires_in {
        None => None,
        Some(Lifetime::Number(seconds)) => Some(seconds),
        Some(Lifetime::Text(text)) => text.trim().parse().ok(),
    };
    // Saturating, as casts from a float are; what is no number is 0.
    let seconds = said.map(|seconds: f64| (seconds as u64).clamp(LIFETIMES_S.0, LIFETIMES_S.1));
    Some((access.access_token, seconds.map_or(LIFETIME_UNSAID, Duration::from_secs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(body: &str) -> Answer {
        read(StatusCode::OK, body.as_bytes())
    }

    fn granted(body: &str) -> (Option<(String, u64)>, Option<String>) {
        let text = |secret: SecretString| secret.expose_secret().to_owned();
        match ok(body) {
            Answer::Granted { access, successor } => {
                (access.map(|(token, lasts)| (text(token), lasts.as_secs())), successor.map(text))
            }
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn a_grant_is_read_however_its_lifetime_is_written() {
        for (expires_in, seconds) in [
            (",\"expires_in\":3600", 3600),
            (",\"expires_in\":\"3600\"", 3600),
            (",\"expires_in\":3599.9", 3599),
            ("", 300),
            (",\"expires_in\":null", 300),
            (",\"expires_in\":\"soon\"", 300),
            (",\"expires_in\":0", 30),
            (",\"expires_in\":-5", 30),
            (",\"expires_in\":1e300", 365 * 24 * 3600),
        ] {
            let body = format!("{{\"access_token\":\"a\",\"token_type\":\"BEARER\"{expires_in}}}");
            assert_eq!(granted(&body), (Some(("a".to_owned(), seconds)), None), "{body}");
        }
    }

    #[test]
    fn a_successor_counts_though_the_rest_cannot_be_used() {
        let body = r#"{"access_token":"a","token_type":"bearer","refresh_token":"r2"}"#;
        assert_eq!(granted(body), (Some(("a".to_owned(), 300)), Some("r2".to_owned())));
        for unusable in [
            r#"{"access_token":"a","token_type":"mac","refresh_token":"r2"}"#,
            r#"{"access_token":"a\nb","token_type":"bearer","refresh_token":"r2"}"#,
            r#"{"access_token":"","token_type":"bearer","refresh_token":"r2"}"#,
            r#"{"access_token":7,"refresh_token":"r2"}"#,
        ] {
            assert_eq!(granted(unusable), (None, Some("r2".to_owned())), "{unusable}");
        }
    }

    #[test]
    fn whether_the_token_may_be_spent_follows_from_what_was_answered() {
        for body in ["", "<html>", "[]", "{}", r#"{"access_token":"a"}"#, r#"{"refresh_token":""}"#] {
            assert!(matches!(ok(body), Answer::Nothing { may_be_spent: true }), "{body}");
        }
        for (status, spent) in [(302, false), (400, false), (404, false), (429, false), (500, true), (503, true)] {
            let answer = read(StatusCode::from_u16(status).expect("status"), b"<html>");
            assert!(matches!(answer, Answer::Nothing { may_be_spent } if may_be_spent == spent), "{status}");
        }
    }

    #[test]
    fn a_refusal_is_of_the_token_or_of_the_client() {
        let refused = |error: &str| {
            let body = format!("{{\"error\":\"{error}\",\"error_description\":\"the token first-token\"}}");
            read(StatusCode::UNAUTHORIZED, body.as_bytes())
        };
        assert!(matches!(refused("invalid_grant"), Answer::GrantEnded));
        assert!(matches!(refused("invalid_client"), Answer::Refused(Refusal::InvalidClient)));
        assert!(matches!(refused("invalid_scope"), Answer::Refused(Refusal::InvalidScope)));
        assert!(matches!(refused("try_later"), Answer::Nothing { may_be_spent: false }));
        // A server that fails may have carried it out, whatever it says.
        let body = br#"{"error":"invalid_grant"}"#;
        let failed = read(StatusCode::INTERNAL_SERVER_ERROR, body);
        assert!(matches!(failed, Answer::Nothing { may_be_spent: true }));
    }

    #[test]
    fn an_answer_shows_no_token() {
        let body = r#"{"access_token":"access-1","token_type":"bearer","refresh_token":"refresh-2"}"#;
        let shown = format!("{:?}", ok(body));
        assert!(!shown.contains("access-1") && !shown.contains("refresh-2"), "{shown}");
    }
}
