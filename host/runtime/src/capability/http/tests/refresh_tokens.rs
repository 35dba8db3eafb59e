//! Refresh tokens over HTTP: what is sent where, and what bad token endpoints
//! come to.

use std::time::Duration;

use greffon_core::ports::agenda_turn::WriteWindow;
use greffon_core::ports::clock::Clock;
use greffon_core::time::{BootInstant, Instant};
use greffon_simulation::{ManualClock, MemorySealedStates};
use tokio::net::TcpListener;
use wasmtime_wasi_http::WasiHttpHooks as _;

use super::super::oauth::{Grants, HttpEndpoint};
use super::server::{Does, Server};
use super::*;
use crate::binding::{Credential, CredentialScheme};
use crate::sealing::{Sealing, SealingKeys, new_sealing_key};
use crate::window::{Window, WithinWindow};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

fn json(body: &str) -> Does {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
    Does::Answers([head.as_bytes(), body.as_bytes()].concat())
}

fn token(access: &str) -> Does {
    json(&format!(r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":3600,"refresh_token":"r2"}}"#))
}

fn credential(token_url: &str, origin: &str, secret: Option<&str>) -> Credential {
    let scheme = CredentialScheme::RefreshToken {
        token_url: token_url.to_owned(),
        client_id: "greffon & co".to_owned(),
        client_secret: secret.map(|secret| secret.to_owned().into()),
        refresh_token: "first/token+1".to_owned().into(),
        scope: Some("agenda.write offline_access".to_owned()),
    };
    Credential { scheme, origin: Some(origin.to_owned()) }
}

/// Gives a feature the credential `api`.
fn give(bound: &mut Bound, clock: &Arc<ManualClock>, credential: Credential) {
    let keys = SealingKeys::new(&new_sealing_key().expect("randomness"), &[]).expect("a key");
    let clock = Arc::clone(clock) as Arc<dyn Clock>;
    let sealing = Sealing { keys, states: Arc::new(MemorySealedStates::on(Arc::clone(&clock))) };
    bound.credentials.insert("api".to_owned(), credential);
    let grants = Grants::of(&bound.practice, &bound.feature, &bound.credentials, Some(&sealing), &clock);
    bound.refresh_grants = grants.expect("a grant");
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(Instant(1_772_438_400_000)))
}

/// A feature with a credential for the first of these origins.
fn bound(origins: &[&str], token_url: &str, secret: Option<&str>) -> Bound {
    let mut bound = granting(origins, LOOPBACK);
    give(&mut bound, &clock(), credential(token_url, origins[0], secret));
    bound
}

#[tokio::test]
async fn an_access_token_goes_to_its_origin_and_nowhere_else() {
    let (api, other, idp) = (Server::polite().await, Server::polite().await, Server::start(token("acc3ss")).await);
    let origins = [api.origin.as_str(), &other.origin];
    let bound = Arc::new(bound(&origins, &format!("{}/oauth/token", idp.origin), Some("s3cret:é")));
    let egress = Egress::default();
    for server in [&api, &other, &api] {
        let mut request = get(&server.origin);
        request.headers_mut().insert("authorization", "of-the-guest".parse().expect("value"));
        send(&egress, &bound, request).await.expect("answer");
    }
    for arrived in api.requests() {
        assert!(arrived.contains("authorization: Bearer acc3ss\r\n") && !arrived.contains("of-the-guest"), "{arrived}");
    }
    assert!(!other.requests()[0].contains("authorization"));

    assert_eq!(idp.requests().len(), 1, "one exchange for all requests");
    let asked = idp.requests().remove(0);
    assert!(asked.starts_with("POST /oauth/token HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("content-type: application/x-www-form-urlencoded\r\n"), "{asked}");
    // greffon+%26+co:s3cret%3A%C3%A9, as RFC 6749 §2.3.1 has it.
    assert!(asked.contains("authorization: Basic Z3JlZmZvbislMjYrY286czNjcmV0JTNBJUMzJUE5\r\n"), "{asked}");
    let form = "grant_type=refresh_token&refresh_token=first%2Ftoken%2B1&scope=agenda.write+offline_access";
    assert!(asked.ends_with(form), "{asked}");

    // The guest itself has no business there.
    let denied = send(&egress, &bound, get(&idp.origin)).await;
    assert!(matches!(denied, Err(Error::HttpRequestDenied)), "{denied:?}");
}

#[tokio::test]
async fn a_public_client_says_who_it_is_and_proves_nothing() {
    let (api, idp) = (Server::polite().await, Server::start(token("a")).await);
    let bound = Arc::new(bound(&[&api.origin], &idp.origin, None));
    send(&Egress::default(), &bound, get(&api.origin)).await.expect("answer");
    let asked = idp.requests().remove(0);
    assert!(!asked.contains("authorization:") && asked.ends_with("&client_id=greffon+%26+co"), "{asked}");
}

#[tokio::test]
async fn without_an_access_token_no_request_is_sent() {
    let refuses = |status: u16, error: &str| {
        let body = format!("{{\"error\":\"{error}\"}}");
        let head = format!("HTTP/1.1 {status} No\r\ncontent-length: {}\r\n\r\n", body.len());
        Does::Answers([head, body].concat().into_bytes())
    };
    let lasting = [refuses(400, "invalid_grant"), refuses(401, "invalid_client")];
    let passing = [refuses(503, "x"), json("<html>"), Does::AnswersAndCloses(Vec::new())];
    let cases = lasting.into_iter().map(|does| (does, true)).chain(passing.into_iter().map(|does| (does, false)));
    for (number, (does, is_lasting)) in cases.enumerate() {
        let (api, idp) = (Server::polite().await, Server::start(does).await);
        let bound = Arc::new(bound(&[&api.origin], &idp.origin, None));
        for _ in 0..3 {
            let answer = send(&Egress::default(), &bound, get(&api.origin)).await;
            let expected = match answer {
                Err(Error::ConfigurationError) => is_lasting,
                Err(Error::DestinationUnavailable) => !is_lasting,
                _ => false,
            };
            assert!(expected, "case {number}: {answer:?}");
        }
        assert_eq!((api.connections(), idp.requests().len()), (0, 1), "case {number}");
    }
}

#[tokio::test]
async fn a_request_waits_for_its_token_no_longer_than_for_its_answer() {
    let (api, idp) = (Server::polite().await, Server::start(Does::Hangs).await);
    let mut bound = bound(&[&api.origin], &idp.origin, None);
    bound.limits.deadline = Duration::from_millis(300);
    let bound = Arc::new(bound);
    for _ in 0..2 {
        let answer = send(&Egress::default(), &bound, get(&api.origin)).await;
        assert!(matches!(answer, Err(Error::ConnectionTimeout)), "{answer:?}");
    }
    assert_eq!((api.connections(), idp.requests().len()), (0, 1), "the second waits for the same exchange");
}

#[tokio::test]
async fn whether_a_token_may_be_spent_follows_from_how_the_exchange_failed() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("bound").local_addr().expect("address");
    let huge = format!("{{\"access_token\":\"{}\",\"token_type\":\"bearer\"}}", "a".repeat(64 << 10));
    let endless = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n20000\r\n".to_owned() + &"x".repeat(0x20000);
    let mut cases = vec![(format!("http://{free}/"), false)];
    let mut servers = Vec::new();
    for (does, may_be_spent) in [
        (json(&huge), true),
        (Does::Answers(endless.into_bytes()), true),
        (json("{\"access_token\":"), true),
        (Does::AnswersAndCloses(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()), true),
        (Does::AnswersAndCloses(b"220 smtp ready\r\n".to_vec()), true),
        (Does::Hangs, true),
        (
            Does::Answers(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec()),
            false,
        ),
    ] {
        let server = Server::start(does).await;
        cases.push((server.origin.clone(), may_be_spent));
        servers.push(server);
    }
    for (number, (token_url, may_be_spent)) in cases.into_iter().enumerate() {
        let bound = bound(&["http://127.0.0.1:1"], &token_url, None);
        let clients = Egress::default().clients(&bound).expect("clients");
        let endpoint = HttpEndpoint::over(clients);
        let answer = endpoint.try_first(&bound.credentials["api"], Duration::from_millis(500)).await;
        let expected = format!("Nothing {{ may_be_spent: {may_be_spent} }}");
        assert_eq!(format!("{answer:?}"), expected, "case {number}");
    }
    assert!(servers.iter().all(|server| server.requests().len() == 1), "each was asked once");
}

#[tokio::test]
async fn a_token_endpoint_in_a_network_that_is_not_opened_is_not_asked() {
    let idp = Server::start(token("a")).await;
    let names = Names::answering("idp.test", &[&["127.0.0.1"]]);
    for token_url in
        [idp.origin.clone(), format!("http://idp.test:{}/", idp.port), format!("https://idp.test:{}/", idp.port)]
    {
        let mut bound = bound(&["https://api.example"], &token_url, None);
        bound.opened.clear();
        let answer = send(&Egress::new(Arc::clone(&names) as _), &Arc::new(bound), get("https://api.example/")).await;
        assert!(matches!(answer, Err(Error::DestinationUnavailable)), "{answer:?}");
    }
    assert_eq!(idp.connections(), 0);
}

#[tokio::test]
async fn a_header_that_repeats_the_access_token_is_removed() {
    let echo = b"HTTP/1.1 200 OK\r\nx-echo: you sent acc3ss-t0ken\r\ncontent-length: 0\r\n\r\n";
    let (api, idp) = (Server::start(Does::Answers(echo.to_vec())).await, Server::start(token("acc3ss-t0ken")).await);
    let bound = Arc::new(bound(&[&api.origin], &idp.origin, None));
    let seen = send(&Egress::default(), &bound, get(&api.origin)).await.expect("answer");
    assert!(!seen.headers.contains_key("x-echo"));
}

#[tokio::test]
async fn an_api_that_refuses_a_token_gets_another_one_after_a_while() {
    let refuses = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
    let (api, idp) = (Server::start(Does::Answers(refuses.to_vec())).await, Server::start(token("a")).await);
    let mut bound = granting(&[&api.origin], LOOPBACK);
    let clock = clock();
    give(&mut bound, &clock, credential(&idp.origin, &api.origin, None));
    let bound = Arc::new(bound);
    for exchanges in [1, 1, 2] {
        let seen = send(&Egress::default(), &bound, get(&api.origin)).await.expect("the guest sees it");
        assert_eq!((seen.status, idp.requests().len()), (401, exchanges));
        // The second refusal is of a token that is not fresh any more.
        clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_write_whose_token_comes_when_its_time_is_over_is_not_sent() {
    let (api, idp) = (Server::polite().await, Server::start(token("a")).await);
    let mut bound = granting(&[&api.origin], LOOPBACK);
    let clock = clock();
    give(&mut bound, &clock, credential(&idp.origin, &api.origin, None));
    let closes = BootInstant(clock.boot().0 + 1_000);
    let window = Arc::new(Window::new(WriteWindow { closes }, Arc::clone(&clock) as _));
    let inner = Egress::default().hooks(&Arc::new(bound));
    let mut hooks = WithinWindow { inner, window: Arc::clone(&window) };
    let mut send = |method: &str| {
        Pin::from(hooks.send_request(request(method, &api.origin, ""), None, Box::new(async { Ok(()) })))
    };
    // Begun in time, and held up.
    let late = send("PUT");
    clock.advance(Duration::from_secs(1));
    let answer = late.await.map(drop);
    assert!(matches!(answer, Err(Error::ConnectionTimeout)), "{answer:?}");
    assert!(send("GET").await.is_ok(), "reading changes nothing");
    let arrived = api.requests();
    assert!(arrived.len() == 1 && arrived[0].starts_with("GET "), "{arrived:?}");
    assert!(!window.cut_in_two());
}
