//! A client that sees what a plugin's would: an answer, or none.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
    /// Null when it is no JSON.
    pub(crate) body: Value,
}

pub(crate) struct Client {
    host: String,
    pub(crate) token: String,
}

impl Client {
    pub(crate) fn new(base_url: &str) -> Self {
        Self { host: base_url.trim_start_matches("http://").to_owned(), token: String::new() }
    }

    pub(crate) async fn log_in(&mut self, (id, secret): (&str, &str)) {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let answer = self.send_text("POST", "/oauth/token", &form).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        self.token = answer.body["access_token"].as_str().unwrap().to_owned();
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        self.send_text(method, path, &body.map(Value::to_string).unwrap_or_default()).await
    }

    /// None: the connection ended without an answer.
    pub(crate) async fn send_text(&self, method: &str, path: &str, body: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(&self.host).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.ok()?;
        let text = String::from_utf8(bytes).unwrap();
        let (head, text) = text.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let body = serde_json::from_str(text).unwrap_or(Value::Null);
        Some(Answer { status, head: head.to_lowercase(), text: text.to_owned(), body })
    }
}
