//! Tokens of external issuers, whose keys are fetched.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::model::audit::Role;
use greffon_core::ports::clock::Clock;
use greffon_server::{ExternalIssuer, FetchError, FetchedKeys, HttpKeys, KeySource};
use serde_json::{Value, json};

use super::support::{HERE, Setup, TestApp, bearer, issuer, token};

const ISSUER: &str = "https://id.example/realm";

/// An issuer's key endpoint.
#[derive(Default)]
struct Endpoint {
    keys: Mutex<Option<Value>>,
    max_age: Option<Duration>,
    fetches: AtomicUsize,
}

impl Endpoint {
    fn show(&self, keys: &Value) {
        *self.keys.lock().unwrap() = Some(json!({ "keys": keys }));
    }

    fn fail(&self) {
        *self.keys.lock().unwrap() = None;
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl KeySource for Endpoint {
    async fn fetch(&self, url: &str) -> Result<FetchedKeys, FetchError> {
        assert_eq!(url, "https://id.example/keys");
        self.fetches.fetch_add(1, Ordering::Relaxed);
        match &*self.keys.lock().unwrap() {
            Some(keys) => Ok(FetchedKeys { body: keys.to_string().into_bytes(), max_age: self.max_age }),
            None => Err(FetchError("no connection".into())),
        }
    }
}

fn app(endpoint: &Arc<Endpoint>) -> TestApp {
    let source = Arc::clone(endpoint);
    TestApp::with(Setup {
        authenticator: Box::new(|usual| {
            let external = ExternalIssuer {
                issuer: ISSUER.into(),
                audience: "greffon".into(),
                key_url: "https://id.example/keys".into(),
            };
            usual.with_external(external, source)
        }),
        ..Setup::default()
    })
}

/// The public key of the issuer of this seed.
fn jwk(seed: u8) -> Value {
    use base64::Engine;
    let public = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes();
    json!({
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid(seed),
        "x": base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(public),
    })
}

fn kid(seed: u8) -> String {
    let signed = issuer(ISSUER, "greffon", seed)
        .sign(&token(Role::Secretary, &[HERE]), super::support::instant(super::support::NOW));
    let header = jsonwebtoken::decode_header(signed.unwrap()).unwrap();
    header.kid.unwrap()
}

async fn status(app: &TestApp, seed: u8) -> u16 {
    let signed = issuer(ISSUER, "greffon", seed).sign(&token(Role::Secretary, &[HERE]), app.clock.now()).unwrap();
    let path = format!("/v1/practices/{HERE}/contacts");
    app.send("GET", &path, &[("authorization", &bearer(&signed))], "").await.status.as_u16()
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept() {
    let endpoint = Arc::new(Endpoint::default());
    endpoint.show(&json!([jwk(1)]));
    let app = app(&endpoint);
    for _ in 0..3 {
        assert_eq!(status(&app, 1).await, 200);
    }
    assert_eq!(endpoint.fetches(), 1);
}

#[tokio::test]
async fn the_own_issuer_needs_no_fetch() {
    let endpoint = Arc::new(Endpoint::default());
    let app = app(&endpoint);
    app.get(Role::Secretary, "/v1/practices/les-tilleuls/contacts").await.expect(200);
    assert_eq!(endpoint.fetches(), 0);
}

#[tokio::test]
async fn a_rotated_key_is_fetched_when_a_token_names_it() {
    let endpoint = Arc::new(Endpoint::default());
    endpoint.show(&json!([jwk(1)]));
    let app = app(&endpoint);
    assert_eq!(status(&app, 1).await, 200);
    endpoint.show(&json!([jwk(1), jwk(2)]));
    app.clock.advance(Duration::from_secs(30));
    assert_eq!(status(&app, 2).await, 200);
    assert_eq!(endpoint.fetches(), 2);
}

#[tokio::test]
async fn unknown_keys_in_tokens_do_not_make_us_fetch_at_will() {
    let endpoint = Arc::new(Endpoint::default());
    endpoint.show(&json!([jwk(1)]));
    let app = app(&endpoint);
    for _ in 0..20 {
        assert_eq!(status(&app, 9).await, 401);
    }
    assert_eq!(endpoint.fetches(), 1);
    app.clock.advance(Duration::from_millis(29_999));
    assert_eq!(status(&app, 9).await, 401);
    assert_eq!(endpoint.fetches(), 1);
}

#[tokio::test]
async fn a_key_that_the_issuer_took_back_is_refused_once_the_set_is_not_fresh() {
    let endpoint = Arc::new(Endpoint { max_age: Some(Duration::from_secs(300)), ..Endpoint::default() });
    endpoint.show(&json!([jwk(1), jwk(2)]));
    let app = app(&endpoint);
    assert_eq!(status(&app, 1).await, 200);
    endpoint.show(&json!([jwk(2)]));
    app.clock.advance(Duration::from_secs(299));
    assert_eq!(status(&app, 1).await, 200);
    app.clock.advance(Duration::from_secs(1));
    assert_eq!(status(&app, 1).await, 401);
}

#[tokio::test]
async fn known_keys_go_on_counting_for_a_day_while_the_issuer_does_not_answer() {
    let endpoint = Arc::new(Endpoint::default());
    endpoint.show(&json!([jwk(1)]));
    let app = app(&endpoint);
    assert_eq!(status(&app, 1).await, 200);
    endpoint.fail();
    app.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(status(&app, 1).await, 200);
    app.clock.advance(Duration::from_secs(600));
    assert_eq!(status(&app, 1).await, 503);
}

#[tokio::test]
async fn an_issuer_that_never_answered_is_unavailable_not_the_client_to_blame() {
    let endpoint = Arc::new(Endpoint::default());
    let app = app(&endpoint);
    let signed = issuer(ISSUER, "greffon", 1).sign(&token(Role::Secretary, &[HERE]), app.clock.now()).unwrap();
    let path = format!("/v1/practices/{HERE}/contacts");
    let answer = app.send("GET", &path, &[("authorization", &bearer(&signed))], "").await;
    assert_eq!(answer.problem(), "503 issuer-unavailable");
    assert_eq!(answer.header("retry-after"), "30");
}

#[tokio::test]
async fn one_issuer_does_not_speak_for_another() {
    let endpoint = Arc::new(Endpoint::default());
    endpoint.show(&json!([jwk(1)]));
    let app = app(&endpoint);
    let posing = issuer("greffon", "greffon", 1).sign(&token(Role::Supervisor, &[HERE]), app.clock.now()).unwrap();
    let path = format!("/v1/practices/{HERE}/contacts");
    app.send("GET", &path, &[("authorization", &bearer(&posing))], "").await.expect(401);
}

#[tokio::test]
async fn a_real_endpoint_is_fetched_with_its_limits() {
    use axum::http::header::CACHE_CONTROL;
    use axum::response::Redirect;
    use axum::routing::get;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = axum::Router::new()
        .route("/keys", get(|| async { ([(CACHE_CONTROL, "max-age=120")], r#"{"keys":[]}"#) }))
        .route("/moved", get(|| async { Redirect::temporary("/keys") }))
        .route("/huge", get(|| async { "x".repeat(256 * 1024 + 1) }));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let keys = HttpKeys::new().unwrap();

    let fetched = keys.fetch(&format!("http://{address}/keys")).await.unwrap();
    assert_eq!((fetched.body.as_slice(), fetched.max_age), (&br#"{"keys":[]}"#[..], Some(Duration::from_secs(120))));
    let failure = async |path: &str| keys.fetch(&format!("http://{address}{path}")).await.unwrap_err().0;
    assert_eq!(failure("/moved").await, "status 307");
    assert_eq!(failure("/absent").await, "status 404");
    assert_eq!(failure("/huge").await, "more than 262144 bytes");
    assert_eq!(keys.fetch("http://127.0.0.1:1/").await.unwrap_err().0, "no connection");
}
