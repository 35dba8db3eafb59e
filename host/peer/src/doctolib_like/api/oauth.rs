//! Tokens: OAuth 2 client credentials (RFC 6749 §4.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::doctolib_like::app::App;

/// Most tokens that live at once.
const MOST_TOKENS: usize = 1_000;

pub(super) async fn token(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Response {
    let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let refused = |status, error: &str| (status, Json(json!({ "error": error }))).into_response();
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(from_basic);
    let (id, secret) = basic.unwrap_or_else(|| (field("client_id").to_owned(), field("client_secret").to_owned()));
    if id != app.client_id || secret != app.client_secret {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    if field("grant_type") != "client_credentials" {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let now = app.shared.now();
    let mut state = app.shared.lock();
    state.tokens.retain(|_, until| now < *until);
    if state.tokens.len() >= MOST_TOKENS {
        return refused(StatusCode::TOO_MANY_REQUESTS, "slow_down");
    }
    state.tokens_made += 1;
    // Nobody without the password can tell the next one.
    let seed = format!("{}:{now}:{}", app.client_secret, state.tokens_made);
    let token: String = Sha256::digest(seed.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    state.tokens.insert(token.clone(), now + i64::from(app.token_life_s) * 1_000);
    let answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": app.token_life_s });
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

/// User and password of a `Basic` header, as RFC 6749 §2.3.1 writes them. None: it is none.
fn from_basic(value: &str) -> Option<(String, String)> {
    let text = String::from_utf8(base64(value.strip_prefix("Basic ")?)?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |text: &str| form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned());
    Some((decoded(id)?, decoded(secret)?))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut kept) = (Vec::new(), 0_u32, 0_u32);
    for letter in text.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|one| *one == letter)?;
        kept = (kept << 6 | u32::try_from(value).ok()?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(kept >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basic_header_is_read_and_nothing_else() {
        assert_eq!(from_basic("Basic Z3JlZmZvbjpzJTI2Yw=="), Some(("greffon".to_owned(), "s&c".to_owned())));
        assert_eq!(from_basic("Bearer Z3JlZmZvbjpzZWNyZXQ="), None);
        assert_eq!(from_basic("Basic é"), None);
    }
}
