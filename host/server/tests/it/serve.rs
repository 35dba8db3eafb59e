//! Real connections, and an end that loses nothing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use greffon_core::model::audit::Role;
use greffon_core::ports::clock::Clock;
use greffon_server::{ExternalIssuer, FetchError, FetchedKeys, KeySource, Limits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};

use super::support::{HERE, Setup, TestApp, bearer, issuer, token};

/// An issuer that answers when it is told to.
#[derive(Default)]
struct Slow {
    asked: Notify,
    answer: Notify,
}

#[async_trait]
impl KeySource for Slow {
    async fn fetch(&self, _: &str) -> Result<FetchedKeys, FetchError> {
        self.asked.notify_one();
        self.answer.notified().await;
        Err(FetchError("no connection".to_owned()))
    }
}

struct Served {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    ended: tokio::task::JoinHandle<bool>,
    slow: Arc<Slow>,
    /// A request that hangs until the issuer answers.
    hanging: String,
}

async fn served(limits: Limits) -> Served {
    let slow = Arc::new(Slow::default());
    let source = Arc::clone(&slow);
    let app = TestApp::with(Setup {
        limits,
        authenticator: Box::new(|usual| {
            let external = ExternalIssuer {
                issuer: "slow".into(),
                audience: "greffon".into(),
                key_url: "https://slow.example".into(),
            };
            usual.with_external(external, source)
        }),
        ..Setup::default()
    });
    let token = issuer("slow", "greffon", 1).sign(&token(Role::Secretary, &[HERE]), app.clock.now()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(serve(listener, Arc::clone(&app.app), async {
        let _ = stopped.await;
    }));
    let hanging = format!(
        "GET /v1/practices/{HERE}/contacts HTTP/1.1\r\nhost: greffon\r\nauthorization: {}\r\n\r\n",
        bearer(&token)
    );
    Served { address, stop, ended, slow, hanging }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_request_over_a_real_connection_is_answered() {
    let served = served(Limits::default()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: greffon\r\nconnection: close\r\n\r\n").await.unwrap();
    let answer = read(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok\n"), "{answer}");
}

#[tokio::test]
async fn a_stop_lets_requests_under_way_end_and_takes_no_new_ones() {
    let served = served(Limits::default()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(served.hanging.as_bytes()).await.unwrap();
    served.slow.asked.notified().await;
    served.stop.send(()).unwrap();
    // The listener is closed before the request under way has ended.
    while TcpStream::connect(served.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!served.ended.is_finished());
    served.slow.answer.notify_one();
    assert!(read(&mut stream).await.starts_with("HTTP/1.1 503 "));
    assert!(served.ended.await.unwrap());
}

#[tokio::test]
async fn a_stop_is_bounded() {
    let served = served(Limits { stop_grace: Duration::from_millis(1), ..Limits::default() }).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(served.hanging.as_bytes()).await.unwrap();
    served.slow.asked.notified().await;
    served.stop.send(()).unwrap();
    assert!(!served.ended.await.unwrap());
}
