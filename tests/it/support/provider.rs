//! A provider of OAuth 2 (RFC 6749) whose refresh tokens rotate: a token endpoint
//! that ends the grant when a spent token comes again (RFC 9700 §4.14.2), and an
//! API that wants the newest access token.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A provider that a test owns.
pub struct Provider {
    /// The token endpoint.
    pub token_url: String,
    /// The API's origin.
    pub api: String,
    grant: Arc<Mutex<Grant>>,
}

/// What somebody consented to.
#[derive(Default)]
struct Grant {
    refresh_token: String,
    access_token: String,
    exchanges: usize,
    ended: bool,
}

impl Provider {
    /// One that gave this refresh token.
    pub async fn start(consent: &str) -> anyhow::Result<Self> {
        let grant = Grant { refresh_token: consent.to_owned(), ..Grant::default() };
        let grant = Arc::new(Mutex::new(grant));
        let (token, api) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
        let provider = Self {
            token_url: format!("http://{}/token", token.local_addr()?),
            api: format!("http://{}", api.local_addr()?),
            grant: Arc::clone(&grant),
        };
        tokio::spawn(serve(token, Arc::clone(&grant), exchange));
        tokio::spawn(serve(api, grant, answer));
        Ok(provider)
    }

    /// The practitioner withdraws his consent, or its time is over.
    pub fn end(&self) {
        lock(&self.grant).ended = true;
    }

    /// He consents anew.
    pub fn consent(&self, refresh_token: &str) {
        let mut grant = lock(&self.grant);
        grant.refresh_token = refresh_token.to_owned();
        grant.ended = false;
    }

    /// How many refresh tokens were spent, or tried.
    pub fn exchanges(&self) -> usize {
        lock(&self.grant).exchanges
    }

    /// What nobody else may know.
    pub fn secrets(&self) -> [String; 2] {
        let grant = lock(&self.grant);
        [grant.refresh_token.clone(), grant.access_token.clone()]
    }
}

fn lock(grant: &Mutex<Grant>) -> MutexGuard<'_, Grant> {
    grant.lock().unwrap_or_else(PoisonError::into_inner)
}

type Answers = fn(&mut Grant, &str) -> (&'static str, String);

fn exchange(grant: &mut Grant, request: &str) -> (&'static str, String) {
    grant.exchanges += 1;
    let sent = request.split("refresh_token=").last().and_then(|rest| rest.split('&').next());
    grant.ended |= sent != Some(grant.refresh_token.as_str());
    if grant.ended {
        return ("400 Bad Request", r#"{"error":"invalid_grant"}"#.to_owned());
    }
    let number = grant.exchanges;
    grant.refresh_token = format!("refresh-token-{number}");
    grant.access_token = format!("access-token-{number}");
    let Grant { refresh_token, access_token, .. } = grant;
    let body = format!(
        r#"{{"access_token":"{access_token}","token_type":"Bearer","expires_in":3600,"refresh_token":"{refresh_token}"}}"#
    );
    ("200 OK", body)
}

fn answer(grant: &mut Grant, request: &str) -> (&'static str, String) {
    let wanted = format!("authorization: Bearer {}\r\n", grant.access_token);
    let status = if request.contains(&wanted) { "200 OK" } else { "401 Unauthorized" };
    (status, String::new())
}

async fn serve(listener: TcpListener, grant: Arc<Mutex<Grant>>, answers: Answers) {
    while let Ok((stream, _)) = listener.accept().await {
        let grant = Arc::clone(&grant);
        tokio::spawn(async move { drop(one(stream, &grant, answers).await) });
    }
}

/// One request of one connection.
async fn one(mut stream: TcpStream, grant: &Mutex<Grant>, answers: Answers) -> anyhow::Result<()> {
    let mut received = Vec::new();
    let request = loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).await?;
        anyhow::ensure!(length > 0, "the request ended early");
        received.extend_from_slice(&chunk[..length]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some(head) = text.find("\r\n\r\n") else { continue };
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.unwrap_or("0").trim().parse().context("a length")?;
        if received.len() >= head + 4 + length {
            break text;
        }
    };
    let (status, body) = answers(&mut lock(grant), &request);
    let length = body.len();
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}
