//! What a request carries, and what a guest learns from an answer.

use std::time::Duration;

use http::HeaderName;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::server::{Does, Server};
use super::*;

use crate::binding::{Credential, CredentialScheme};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

fn to(server: &Server) -> Bound {
    granting(&[&server.origin], LOOPBACK)
}

fn answer(head: &str, body: &str) -> Does {
    Does::Answers(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{head}\r\n{body}", body.len()).into_bytes())
}

fn bind(bound: &mut Bound, name: &str, scheme: CredentialScheme, origin: &str) {
    bound.credentials.insert(name.to_owned(), Credential { scheme, origin: Some(origin.to_owned()) });
}

fn basic() -> CredentialScheme {
    CredentialScheme::Basic { username: "cabinet".to_owned(), password: "s3cret-word".to_owned().into() }
}

#[tokio::test]
async fn a_request_arrives_as_the_guest_wrote_it() {
    let server = Server::start(answer("etag: \"1\"\r\n", "stored")).await;
    let mut put = request("PUT", &format!("{}/cabinet/a%20b.ics?x=1", server.origin), "BEGIN:VCALENDAR");
    put.headers_mut().insert("if-none-match", "*".parse().expect("value"));
    let seen = send(&Egress::default(), &Arc::new(to(&server)), put).await.expect("answer");
    assert_eq!((seen.status, seen.body.as_str()), (200, "stored"));
    assert_eq!(seen.headers["etag"], "\"1\"");
    let arrived = server.requests().remove(0);
    assert!(arrived.starts_with("PUT /cabinet/a%20b.ics?x=1 HTTP/1.1\r\n"), "{arrived}");
    assert!(arrived.contains(&format!("host: 127.0.0.1:{}\r\n", server.port)), "{arrived}");
    assert!(arrived.contains("if-none-match: *\r\n") && arrived.ends_with("BEGIN:VCALENDAR"), "{arrived}");
}

#[tokio::test]
async fn a_credential_goes_to_its_origin_and_nowhere_else() {
    let (mine, other) = (Server::polite().await, Server::polite().await);
    let mut bound = granting(&[&mine.origin, &other.origin], LOOPBACK);
    bind(&mut bound, "dav", basic(), &mine.origin);
    let key = CredentialScheme::Header { name: "X-Api-Key".to_owned(), value: "k-123456".to_owned().into() };
    bind(&mut bound, "key", key, &mine.origin);
    let bound = Arc::new(bound);
    let egress = Egress::default();
    for server in [&mine, &other] {
        let mut request = get(&server.origin);
        for name in ["authorization", "cookie", "x-api-key", "proxy-authorization"] {
            request.headers_mut().insert(name, "of-the-guest".parse().expect("value"));
        }
        send(&egress, &bound, request).await.expect("answer");
    }
    let (mine, other) = (mine.requests().remove(0), other.requests().remove(0));
    assert!(mine.contains("authorization: Basic Y2FiaW5ldDpzM2NyZXQtd29yZA==\r\n"), "{mine}");
    assert!(mine.contains("x-api-key: k-123456\r\n"), "{mine}");
    assert!(!other.contains("authorization") && !other.contains("x-api-key"), "{other}");
    assert!(!mine.contains("of-the-guest") && !other.contains("of-the-guest"));
}

#[tokio::test]
async fn bearer_tokens_are_injected() {
    let server = Server::polite().await;
    let mut bound = to(&server);
    bind(&mut bound, "api", CredentialScheme::Bearer { token: "t0ken".to_owned().into() }, &server.origin);
    send(&Egress::default(), &Arc::new(bound), get(&server.origin)).await.expect("answer");
    assert!(server.requests()[0].contains("authorization: Bearer t0ken\r\n"));
}

#[tokio::test]
async fn credentials_that_cannot_be_sent_stop_the_request() {
    let server = Server::polite().await;
    let colon = CredentialScheme::Basic { username: "a:b".to_owned(), password: "x".to_owned().into() };
    let newline = CredentialScheme::Bearer { token: "a\r\nx: y".to_owned().into() };
    let mut twice = to(&server);
    bind(&mut twice, "one", basic(), &server.origin);
    bind(&mut twice, "two", basic(), &server.origin);
    let mut bounds = vec![twice];
    for scheme in [colon, newline] {
        let mut bound = to(&server);
        bind(&mut bound, "dav", scheme, &server.origin);
        bounds.push(bound);
    }
    for bound in bounds {
        let answer = send(&Egress::default(), &Arc::new(bound), get(&server.origin)).await;
        assert!(matches!(answer, Err(Error::ConfigurationError)), "{answer:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_header_that_repeats_a_secret_is_removed() {
    let echo = "x-echo: Basic Y2FiaW5ldDpzM2NyZXQtd29yZA==\r\nx-word: a s3cret-word b\r\nx-kept: yes\r\n";
    let server = Server::start(answer(echo, "")).await;
    let mut bound = to(&server);
    bind(&mut bound, "dav", basic(), &server.origin);
    let seen = send(&Egress::default(), &Arc::new(bound), get(&server.origin)).await.expect("answer");
    assert!(!seen.headers.contains_key("x-echo") && !seen.headers.contains_key("x-word"));
    assert_eq!(seen.headers["x-kept"], "yes");
}

#[tokio::test]
async fn names_of_credentials_and_cookies_are_forbidden_to_guests() {
    let mut bound = grant_nothing();
    let key = CredentialScheme::Header { name: "X-Api-Key".to_owned(), value: "k".to_owned().into() };
    bind(&mut bound, "key", key, "https://api.example");
    let mut hooks = Egress::default().hooks(&Arc::new(bound));
    for name in ["authorization", "cookie", "set-cookie", "x-api-key", "host", "connection", "transfer-encoding"] {
        assert!(hooks.is_forbidden_header(&HeaderName::from_static(name)), "{name}");
    }
    assert!(!hooks.is_forbidden_header(&HeaderName::from_static("if-match")));
}

#[tokio::test]
async fn a_redirect_is_handed_to_the_guest() {
    let head = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start(Does::Answers(head.to_vec())).await;
    let seen = send(&Egress::default(), &Arc::new(to(&server)), get(&server.origin)).await.expect("answer");
    assert_eq!(seen.status, 302);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn bodies_are_capped_in_both_directions() {
    let server = Server::start(answer("", &"x".repeat(100))).await;
    let mut bound = to(&server);
    bound.limits.http_body_bytes = 100;
    let bound = Arc::new(bound);
    let egress = Egress::default();
    let full = send(&egress, &bound, request("POST", &server.origin, "y".repeat(100))).await.expect("answer");
    assert_eq!(full.body.len(), 100);
    let past = send(&egress, &bound, request("POST", &server.origin, "y".repeat(101))).await;
    assert!(matches!(past, Err(Error::HttpRequestBodySize(Some(100)))), "{past:?}");
    assert_eq!(server.requests().len(), 1);

    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n".to_owned() + &"x".repeat(101) + "\r\n0\r\n\r\n";
    for does in [answer("", &"x".repeat(101)), Does::Answers(chunked.into_bytes())] {
        let server = Server::start(does).await;
        let mut bound = to(&server);
        bound.limits.http_body_bytes = 100;
        let past = send(&egress, &Arc::new(bound), get(&server.origin)).await;
        assert!(matches!(past, Err(Error::HttpResponseBodySize(Some(100)))), "{past:?}");
    }
}

#[tokio::test]
async fn header_sections_are_capped_in_both_directions() {
    let server = Server::start(answer(&format!("x-long: {}\r\n", "x".repeat(70_000)), "")).await;
    let bound = Arc::new(to(&server));
    let answer = send(&Egress::default(), &bound, get(&server.origin)).await;
    assert!(matches!(answer, Err(Error::HttpResponseHeaderSectionSize(Some(_)))), "{answer:?}");
    let mut request = get(&server.origin);
    request.headers_mut().insert("x-long", "x".repeat(70_000).parse().expect("value"));
    let answer = send(&Egress::default(), &bound, request).await;
    assert!(matches!(answer, Err(Error::HttpRequestHeaderSectionSize(Some(_)))), "{answer:?}");
    let long = format!("{}/{}", server.origin, "x".repeat(9_000));
    assert!(matches!(send(&Egress::default(), &bound, get(&long)).await, Err(Error::HttpRequestUriTooLong)));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_not_mistaken_for_an_unsent_request() {
    let close = |bytes: &str| Does::AnswersAndCloses(bytes.as_bytes().to_vec());
    type Expected = fn(&Error) -> bool;
    let cases: [(Does, Expected); 5] = [
        (close(""), |error| matches!(error, Error::ConnectionTerminated)),
        (close("HTTP/1.1 200 OK\r\ncontent-le"), |error| matches!(error, Error::ConnectionTerminated)),
        (close("220 smtp ready\r\n"), |error| matches!(error, Error::HttpProtocolError)),
        (close("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"), |error| {
            matches!(error, Error::HttpResponseIncomplete)
        }),
        (Does::Hangs, |error| matches!(error, Error::HttpResponseTimeout)),
    ];
    for (number, (does, expected)) in cases.into_iter().enumerate() {
        let server = Server::start(does).await;
        let mut bound = to(&server);
        bound.limits.deadline = Duration::from_millis(if number == 4 { 300 } else { 60_000 });
        let error =
            send(&Egress::default(), &Arc::new(bound), request("PUT", &server.origin, "x")).await.expect_err("lost");
        assert!(expected(&error), "case {number}: {error:?}");
        assert_eq!(server.requests().len(), 1, "case {number}");
    }
}

#[tokio::test]
async fn a_request_that_never_left_says_so() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("bound").local_addr().expect("address");
    let origin = format!("http://{free}");
    let answer = send(&Egress::default(), &Arc::new(granting(&[&origin], LOOPBACK)), get(&origin)).await;
    assert!(matches!(answer, Err(Error::ConnectionRefused)), "{answer:?}");

    let unknown = Arc::new(granting(&["https://dav.example"], &[]));
    let answer = send(&Egress::new(Arc::new(Names::default())), &unknown, get("https://dav.example/")).await;
    assert!(matches!(answer, Err(Error::DnsError { .. })), "{answer:?}");
    let nothing = Egress::new(Names::answering("dav.example", &[&[]]));
    assert!(matches!(send(&nothing, &unknown, get("https://dav.example/")).await, Err(Error::DnsError { .. })));

    // Not a TLS server: the handshake fails before there is a request.
    let server = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let origin = format!("https://{}", server.local_addr().expect("address"));
    let bound = Arc::new(granting(&[&origin], LOOPBACK));
    // It is tried twice: no request has left.
    let closes = async {
        for _ in 0..2 {
            drop(server.accept().await.expect("connection"));
        }
    };
    let (answer, ()) = futures::future::join(send(&Egress::default(), &bound, get(&origin)), closes).await;
    assert!(matches!(answer, Err(Error::TlsProtocolError)), "{answer:?}");
    let speaks_http = async {
        for _ in 0..2 {
            let (mut connection, _) = server.accept().await.expect("connection");
            connection.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.expect("written");
        }
    };
    let (answer, ()) = futures::future::join(send(&Egress::default(), &bound, get(&origin)), speaks_http).await;
    assert!(matches!(answer, Err(Error::TlsProtocolError)), "{answer:?}");
}

/// Where a kept connection is reset, nobody can tell whether the request left before: a write would be in doubt for
/// nothing.
#[tokio::test]
async fn what_changes_something_goes_over_a_connection_of_its_own() {
    let server = Server::start(Does::AnswersOnce(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())).await;
    let (egress, bound) = (Egress::default(), Arc::new(to(&server)));
    send(&egress, &bound, get(&server.origin)).await.expect("answer");
    for method in ["PUT", "DELETE", "POST", "PUT"] {
        let seen = send(&egress, &bound, request(method, &server.origin, "x")).await;
        assert_eq!(seen.expect(method).status, 200);
    }
    assert_eq!(server.connections(), 5);
}

#[tokio::test]
async fn connections_belong_to_one_binding_and_end_with_it() {
    let server = Server::polite().await;
    let egress = Egress::default();
    let mine = Arc::new(to(&server));
    for _ in 0..3 {
        send(&egress, &mine, get(&server.origin)).await.expect("answer");
    }
    assert_eq!(server.connections(), 1);
    send(&egress, &Arc::new(to(&server)), get(&server.origin)).await.expect("answer");
    assert_eq!(server.connections(), 2);
    send(&egress, &mine, get(&server.origin)).await.expect("answer");
    assert_eq!(server.connections(), 2, "the first is still there");
}

#[tokio::test]
async fn requests_of_one_call_are_counted_and_take_turns() {
    let server = Server::polite().await;
    let mut bound = to(&server);
    bound.limits.http_requests = 2;
    let egress = Egress::default();
    let mut hooks = egress.hooks(&Arc::new(bound));
    for allowed in [true, true, false] {
        let sending = hooks.send_request(get(&server.origin), None, Box::new(async { Ok(()) }));
        let answer = Pin::from(sending).await;
        assert_eq!(answer.is_ok(), allowed);
        assert!(allowed || matches!(answer, Err(Error::HttpRequestDenied)));
    }

    let hanging = Server::start(Does::Hangs).await;
    let mut hooks = egress.hooks(&Arc::new(to(&hanging)));
    let mut send = || Pin::from(hooks.send_request(get(&hanging.origin), None, Box::new(async { Ok(()) })));
    let first_four = futures::future::join_all([send(), send(), send(), send()]);
    let fifth = send();
    match futures::future::select(first_four, fifth).await {
        futures::future::Either::Right((fifth, _)) => assert!(matches!(fifth, Err(Error::ConnectionLimitReached))),
        futures::future::Either::Left((first_four, _)) => panic!("answered: {}", first_four.len()),
    }
}

#[tokio::test]
async fn methods_that_tunnel_or_echo_are_refused() {
    let server = Server::polite().await;
    for method in ["TRACE", "CONNECT"] {
        let answer = send(&Egress::default(), &Arc::new(to(&server)), request(method, &server.origin, "")).await;
        assert!(matches!(answer, Err(Error::HttpRequestMethodInvalid)), "{method}");
    }
    assert_eq!(server.connections(), 0);
}
