//! Fetches key sets over HTTPS.

use std::time::Duration;

use async_trait::async_trait;
use axum::http::header::CACHE_CONTROL;
use reqwest::{Client, Url, redirect};
use thiserror::Error;

use super::jwks::{FetchError, FetchedKeys, KeySource};

/// From name resolution to the last byte.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A key set is a few kilobytes.
const LARGEST_BODY: usize = 256 * 1024;

/// The address of a key set cannot be used.
#[derive(Debug, Error)]
pub enum KeyUrlError {
    /// Not an absolute URL.
    #[error("\"{0}\" is not a URL; write https://issuer.example/path/jwks")]
    NotAUrl(String),
    /// Plain HTTP to another machine: anybody on the way could put keys in.
    #[error("\"{0}\" is not https; only a loopback address may be plain http")]
    NotHttps(String),
}

/// Checks the address of a key set.
///
/// # Errors
/// [`KeyUrlError`], with the address and what to write.
pub fn check_key_url(url: &str) -> Result<(), KeyUrlError> {
    let parsed = Url::parse(url).map_err(|_| KeyUrlError::NotAUrl(url.to_owned()))?;
    let loopback = match parsed.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        None => return Err(KeyUrlError::NotAUrl(url.to_owned())),
    };
    match parsed.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(KeyUrlError::NotHttps(url.to_owned())),
    }
}

/// Fetches over HTTPS: no redirects, no proxy, a deadline, a cap. Only the
/// operator's configured addresses are ever asked, so private ones are allowed.
pub struct HttpKeys {
    client: Client,
}

impl HttpKeys {
    /// A fetcher.
    ///
    /// # Errors
    /// When the TLS library cannot be set up.
    pub fn new() -> Result<Self, FetchError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Somebody else may win the race; either provider will do.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let client = Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| cause(&error))?;
        Ok(Self { client })
    }
}

#[async_trait]
impl KeySource for HttpKeys {
    async fn fetch(&self, url: &str) -> Result<FetchedKeys, FetchError> {
        let mut answer = self.client.get(url).send().await.map_err(|error| cause(&error))?;
        if !answer.status().is_success() {
            return Err(FetchError(format!("status {}", answer.status().as_u16())));
        }
        let max_age = answer.headers().get(CACHE_CONTROL).and_then(|value| max_age(value.to_str().ok()?));
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| cause(&error))? {
            if body.len() + chunk.len() > LARGEST_BODY {
                return Err(FetchError(format!("more than {LARGEST_BODY} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(FetchedKeys { body, max_age })
    }
}

fn cause(error: &reqwest::Error) -> FetchError {
    let what = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_builder() {
        "client could not be set up"
    } else {
        "broken answer"
    };
    FetchError(what.to_owned())
}

/// `max-age` of a `Cache-Control` value (RFC 9111, section 5.2.2).
fn max_age(value: &str) -> Option<Duration> {
    let directives = || value.split(',').map(|one| one.trim().to_ascii_lowercase());
    if directives().any(|one| one == "no-store" || one == "no-cache") {
        return Some(Duration::ZERO);
    }
    let seconds = directives().find_map(|one| one.strip_prefix("max-age=").map(str::to_owned))?;
    seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::{check_key_url, max_age};
    use std::time::Duration;

    #[test]
    fn only_https_or_loopback_is_asked_for_keys() {
        for good in ["https://id.example/jwks", "http://127.0.0.1:8080/jwks", "http://[::1]/", "http://localhost/"] {
            assert!(check_key_url(good).is_ok(), "{good}");
        }
        for bad in ["http://id.example/jwks", "http://127.evil.example/", "file:///etc/passwd", "jwks", "ftp://a/"] {
            assert!(check_key_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn max_age_is_read_from_cache_control() {
        assert_eq!(max_age("public, max-age=600"), Some(Duration::from_secs(600)));
        assert_eq!(max_age("Max-Age=\"60\""), Some(Duration::from_secs(60)));
        assert_eq!(max_age("max-age=600, no-store"), Some(Duration::ZERO));
        assert_eq!(max_age("max-age=-1"), None);
        assert_eq!(max_age("public"), None);
    }
}
