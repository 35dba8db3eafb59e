//! The requests that the plugin makes. The host puts the token into them.

use std::time::Duration;

use greffon_sdk::calendar;
use greffon_sdk::http::{self, Request, Response};
use serde_json::Value;

use super::failure::Failure;

/// How soon a request that never left must have failed to be sent again, in milliseconds.
const SOON_MS: i64 = 500;

/// The interface at one place.
pub struct Client {
    /// Its base URL, canonical.
    pub base: String,
    /// How long each part of a request may take.
    pub timeout: Duration,
}

impl Client {
    /// Reads a path with its query.
    pub fn get(&self, path: &str) -> Result<Value, Failure> {
        let response = self.send("GET", path, None)?;
        match response.status {
            200 => response.json().map_err(|_| Failure::Garbage("JSON")),
            _ => Err(Failure::of(&response)),
        }
    }

    /// Reads what may not be there. None: it is not.
    pub fn find(&self, path: &str) -> Result<Option<Value>, Failure> {
        match self.get(path) {
            Ok(value) => Ok(Some(value)),
            Err(failure) if failure.status() == Some(404) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Creates something and returns it as it was answered.
    pub fn create(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let response = self.send("POST", path, Some(body))?;
        match response.status {
            200 | 201 => response.json().map_err(|_| Failure::Garbage("JSON")),
            // Done, and nobody says what.
            202..=299 => Err(Failure::Garbage("what was created")),
            _ => Err(Failure::of(&response)),
        }
    }

    /// Takes something out.
    pub fn delete(&self, path: &str) -> Result<(), Failure> {
        let response = self.send("DELETE", path, None)?;
        if response.is_success() { Ok(()) } else { Err(Failure::of(&response)) }
    }

    /// Sends once, and once more where the first one certainly did nothing: it never left, or its token had ended, in
    /// whose place the host puts another one.
    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Response, Failure> {
        let mut request = Request::new(method, format!("{}{path}", self.base)).timeout(self.timeout);
        request = request.header("accept", "application/json");
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let begun = calendar::now();
        match request.clone().send() {
            Err(http::Error::NotSent(_)) if calendar::now().saturating_sub(begun) < SOON_MS => request.send(),
            Ok(response) if response.status == 401 => request.send(),
            other => other,
        }
        .map_err(Failure::Http)
    }
}
