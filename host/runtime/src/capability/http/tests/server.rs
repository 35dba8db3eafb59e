//! A web server of a few lines, which misbehaves on demand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request, once it has read all of it.
#[derive(Clone)]
pub(super) enum Does {
    /// Answers with these bytes and keeps the connection.
    Answers(Vec<u8>),
    /// Answers with these bytes and closes the connection.
    AnswersAndCloses(Vec<u8>),
    /// Answers with these bytes, seems to keep the connection, and ends it at
    /// whatever comes next.
    AnswersOnce(Vec<u8>),
    /// Never answers.
    Hangs,
}

pub(super) struct Server {
    /// `http://127.0.0.1:…`.
    pub origin: String,
    pub port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
        let port = listener.local_addr().expect("address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            origin: format!("http://127.0.0.1:{port}"),
            port,
            connections: connections.clone(),
            requests: requests.clone(),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(serve(stream, does.clone(), requests.clone()));
            }
        });
        server
    }

    /// One that answers 200 with an empty body.
    pub(super) async fn polite() -> Self {
        Self::start(Does::Answers(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec())).await
    }

    /// Every request that arrived whole, as text.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn serve(mut stream: TcpStream, does: Does, requests: Arc<Mutex<Vec<String>>>) {
    let mut received = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(length) => received.extend_from_slice(&chunk[..length]),
        }
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some(head) = text.find("\r\n\r\n") else { continue };
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.trim().parse::<usize>().expect("length"));
        if received.len() < head + 4 + length {
            continue;
        }
        received.clear();
        requests.lock().expect("not poisoned").push(text);
        match &does {
            Does::Answers(bytes) => stream.write_all(bytes).await.expect("answered"),
            Does::AnswersAndCloses(bytes) => {
                stream.write_all(bytes).await.expect("answered");
                return;
            }
            Does::AnswersOnce(bytes) => {
                stream.write_all(bytes).await.expect("answered");
                let _ = stream.readable().await;
                return;
            }
            Does::Hangs => {}
        }
    }
}
