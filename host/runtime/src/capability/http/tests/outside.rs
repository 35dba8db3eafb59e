//! Why a request fails, how often it is sent, and when it is not.

use std::time::Duration;

use greffon_core::ids::{FeatureId, PracticeId};
use greffon_core::model::outside_failure::{FailureClass, OutsideFailure, Resting};
use greffon_core::time::Instant;
use greffon_simulation::ManualClock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::super::SystemLookup;
use super::super::upstream::REQUESTS_PER_MINUTE;
use super::server::{Does, Server};
use super::*;
use crate::trail::{Conclusion, End, Hint};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

/// What the host saw of a call of one request that the guest could not use.
async fn seen(egress: &Egress, bound: Bound, request: Request<WasiBody>) -> OutsideFailure {
    let trail = Arc::default();
    let mut hooks = egress.hooks_with(&Arc::new(bound), &trail);
    let sending = hooks.send_request(request, None, Box::new(async { Ok(()) }));
    // Whatever the guest makes of it.
    let _ = Pin::from(sending).await;
    match trail.conclude(End::Told { hint: Hint::Unavailable, reads: true }) {
        Conclusion::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

async fn answering(status: &str) -> Server {
    Server::start(Does::Answers(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").into_bytes())).await
}

/// The port of a server that speaks before it is spoken to, and hangs up.
async fn speaking_first(words: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(words).await;
        }
    });
    port
}

#[tokio::test]
async fn each_failure_has_its_class_its_origin_and_its_status() {
    let egress = Egress::default();
    for (answer, class, status) in [
        ("401 Unauthorized", FailureClass::CredentialsRefused, Some(401)),
        ("403 Forbidden", FailureClass::NotPermitted, Some(403)),
        ("404 Not Found", FailureClass::NotFound, Some(404)),
        ("302 Found", FailureClass::NotFound, Some(302)),
        ("429 Too Many Requests", FailureClass::RateLimited, Some(429)),
        ("500 Oh", FailureClass::ServerError, Some(500)),
        ("200 OK", FailureClass::ProtocolBreach, Some(200)),
    ] {
        let server = answering(answer).await;
        let request = get(&format!("{}/secret/path?token=s3cret", server.origin));
        let failure = seen(&egress, granting(&[&server.origin], LOOPBACK), request).await;
        assert_eq!(failure, OutsideFailure { class, origin: Some(server.origin.clone()), status });
    }
    let garbage = Server::start(Does::AnswersAndCloses(b"SSH-2.0-OpenSSH\r\n".to_vec())).await;
    let failure = seen(&egress, granting(&[&garbage.origin], LOOPBACK), get(&garbage.origin)).await;
    assert_eq!(failure.class, FailureClass::ProtocolBreach);
    let hanging = Server::start(Does::Hangs).await;
    let mut bound = granting(&[&hanging.origin], LOOPBACK);
    bound.limits.deadline = Duration::from_millis(200);
    let failure = seen(&egress, bound, get(&hanging.origin)).await;
    assert_eq!(failure.class, FailureClass::TimeOut);

    let free = TcpListener::bind("127.0.0.1:0").await.expect("bound").local_addr().expect("address").port();
    let plain = speaking_first(b"220 ready\r\n").await;
    let named = Egress::new(Names::answering("private.example", &[&["10.0.0.1"]]));
    for (egress, origin, opened, class) in [
        (&egress, format!("http://127.0.0.1:{free}"), LOOPBACK, FailureClass::Connection),
        (&egress, format!("https://127.0.0.1:{plain}"), LOOPBACK, FailureClass::Tls),
        (&egress, "http://127.0.0.1".to_owned(), &[][..], FailureClass::DeniedAddress),
        (&named, "https://private.example".to_owned(), &[][..], FailureClass::DeniedAddress),
        (&named, "https://nowhere.example".to_owned(), &[][..], FailureClass::Name),
    ] {
        let failure = seen(egress, granting(&[&origin], opened), get(&origin)).await;
        let shown = origin.parse::<crate::origin::Origin>().expect("an origin").to_string();
        assert_eq!(failure, OutsideFailure { class, origin: Some(shown), status: None });
    }
    let failure = seen(&egress, granting(&[], LOOPBACK), get("https://dav.example/cabinet/")).await;
    let class = FailureClass::DeniedByGrant;
    assert_eq!(failure, OutsideFailure { class, origin: Some("https://dav.example".to_owned()), status: None });
}

/// A server that closes a connection when a second request comes over it.
async fn impatient() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let origin = format!("http://{}", listener.local_addr().expect("address"));
    let received = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&received);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve_once(stream, Arc::clone(&heard)));
        }
    });
    (origin, received)
}

async fn serve_once(mut stream: TcpStream, heard: Arc<Mutex<Vec<String>>>) {
    let mut chunk = [0; 4096];
    let Ok(length @ 1..) = stream.read(&mut chunk).await else { return };
    let text = String::from_utf8_lossy(&chunk[..length]).into_owned();
    heard.lock().expect("whole").push(text.split(' ').next().unwrap_or_default().to_owned());
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    // The next one's first byte is the last.
    let _ = stream.read(&mut [0; 1]).await;
    let _ = stream.set_zero_linger();
}

#[tokio::test]
async fn a_kept_connection_that_is_closed_just_then_leaves_no_doubt() {
    let (origin, received) = impatient().await;
    let (egress, bound) = (Egress::default(), Arc::new(granting(&[&origin], LOOPBACK)));
    let methods = ["GET", "PUT", "GET", "GET", "DELETE", "REPORT", "PROPFIND", "POST", "GET"];
    for method in methods {
        let answer = send(&egress, &bound, request(method, &origin, "")).await;
        assert_eq!(answer.map(|seen| seen.status).ok(), Some(200), "{method}");
    }
    assert_eq!(*received.lock().expect("whole"), methods, "each arrived once");
}

#[tokio::test]
async fn a_read_is_repeated_once_and_a_write_never() {
    let resets = Server::start(Does::AnswersAndCloses(Vec::new())).await;
    let (egress, bound) = (Egress::default(), Arc::new(granting(&[&resets.origin], LOOPBACK)));
    for (method, times) in [("PUT", 1), ("GET", 3), ("POST", 4), ("PROPFIND", 6)] {
        let answer = send(&egress, &bound, request(method, &resets.origin, "x")).await;
        assert!(matches!(answer, Err(Error::ConnectionTerminated)), "{method}: {answer:?}");
        assert_eq!(resets.requests().len(), times, "{method}");
    }
}

fn of_feature(feature: &str, server: &Server) -> Arc<Bound> {
    Arc::new(Bound { feature: FeatureId::from(feature), ..granting(&[&server.origin], LOOPBACK) })
}

#[tokio::test]
async fn who_asks_for_rest_is_left_alone_by_all_features_of_the_practice() {
    let busy = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start(Does::Answers(busy.to_vec())).await;
    let clock = Arc::new(ManualClock::at(Instant(1_000_000)));
    let egress = Egress::within_budget(Arc::new(SystemLookup), Arc::clone(&clock) as _, REQUESTS_PER_MINUTE);
    let (agenda, channel) = (of_feature("agenda", &server), of_feature("sms", &server));
    let ask = async |bound: &Arc<Bound>, method| send(&egress, bound, request(method, &server.origin, "")).await;
    ask(&agenda, "GET").await.expect("the server's own");
    clock.advance(Duration::from_millis(59_001));
    for (bound, method) in [(&agenda, "GET"), (&channel, "POST")] {
        let answer = ask(bound, method).await.expect("the host's");
        assert_eq!((answer.status, answer.headers["retry-after"].as_bytes()), (429, b"1".as_slice()));
        let [resting] = egress.resting(bound).try_into().expect("one origin");
        assert_eq!(resting, Resting { origin: server.origin.clone(), until: Instant(1_060_000) });
    }
    assert_eq!(server.requests().len(), 1, "nothing more was sent");

    let elsewhere = Bound { practice: PracticeId::from("autre"), ..granting(&[&server.origin], LOOPBACK) };
    ask(&Arc::new(elsewhere), "GET").await.expect("the server's own");
    assert_eq!(server.requests().len(), 2, "it is another practice's affair");

    clock.advance(Duration::from_millis(999));
    assert!(egress.resting(&agenda).is_empty());
    ask(&channel, "GET").await.expect("the server's own");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_rest_of_a_year_is_a_quarter_of_an_hour() {
    let busy = b"HTTP/1.1 503 Oh\r\nretry-after: Thu, 31 Dec 9998 23:59:59 GMT\r\ncontent-length: 0\r\n\r\n";
    let server = Server::start(Does::Answers(busy.to_vec())).await;
    let clock = Arc::new(ManualClock::at(Instant(1_000_000)));
    let egress = Egress::within_budget(Arc::new(SystemLookup), Arc::clone(&clock) as _, REQUESTS_PER_MINUTE);
    let bound = of_feature("agenda", &server);
    send(&egress, &bound, get(&server.origin)).await.expect("the server's own");
    assert_eq!(egress.resting(&bound)[0].until, Instant(1_900_000));
    clock.advance(Duration::from_secs(15 * 60));
    send(&egress, &bound, get(&server.origin)).await.expect("the server's own");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_budget_that_is_spent_sends_nothing() {
    let server = Server::polite().await;
    let clock = Arc::new(ManualClock::at(Instant(1_000_000)));
    let egress = Egress::within_budget(Arc::new(SystemLookup), Arc::clone(&clock) as _, 2);
    let (agenda, channel) = (of_feature("agenda", &server), of_feature("sms", &server));
    let mut statuses = Vec::new();
    for bound in [&agenda, &channel, &agenda, &channel] {
        statuses.push(send(&egress, bound, get(&server.origin)).await.expect("an answer").status);
    }
    assert_eq!((statuses.as_slice(), server.requests().len()), (&[200, 200, 429, 429][..], 2));
    clock.advance(Duration::from_secs(30));
    assert_eq!(send(&egress, &agenda, get(&server.origin)).await.expect("an answer").status, 200);
}
