//! The HTTP API as the demo's secretaries use it.

use anyhow::{Context as _, bail};
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

/// Somebody with a token.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Body; null when empty.
    pub body: Value,
}

impl Answer {
    /// The body of a success.
    pub fn ok(self, what: &str) -> anyhow::Result<Value> {
        if !self.status.is_success() {
            bail!("{what}: {} {} {}", self.status.as_u16(), self.code(), self.body);
        }
        Ok(self.body)
    }

    /// The problem's stable code.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("no code")
    }
}

/// A text as one segment of a path: agendas name appointments as they like.
#[must_use]
pub fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

impl Api {
    /// Somebody who talks to `base` with `token`.
    pub fn new(client: Client, base: String, token: String) -> Self {
        Self { client, base, token }
    }

    /// One request.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        self.send(method, path, body, None).await
    }

    /// One POST that may be repeated: the same key, the same answer.
    pub async fn post_once(&self, path: &str, body: &Value, key: &str) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> anyhow::Result<Answer> {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let response = request.send().await.with_context(|| format!("the API does not answer on {path}"))?;
        let status = response.status();
        let bytes = response.bytes().await?;
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap_or(Value::Null) };
        Ok(Answer { status, body })
    }

    /// Every item of a list, over all pages.
    pub async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = match &cursor {
                None => format!("{path}{joint}limit=200"),
                Some(cursor) => format!("{path}{joint}limit=200&cursor={cursor}"),
            };
            let mut body = self.call(Method::GET, &page, None).await?.ok(path)?;
            if let Value::Array(page) = body["items"].take() {
                items.extend(page);
            }
            match body["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }
}
