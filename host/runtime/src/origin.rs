//! Origins (RFC 6454): scheme, host and port. What grants, credentials and
//! requests are compared by.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use thiserror::Error;

/// An origin, in its one canonical form: lower case, port always known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// `https`, or `http`.
    scheme: String,
    /// Host name or address; an IPv6 address keeps its brackets.
    host: String,
    /// Port, the scheme's own when none was written.
    port: u16,
}

/// Why a text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{0}\" is not an origin; write scheme, host and port only, such as \"https://dav.example\"")]
pub struct NotAnOrigin(pub String);

impl Origin {
    /// The origin of a request's URI. `None` without a scheme or a host, for a
    /// scheme other than http and https, and with user information.
    #[must_use]
    pub fn of(uri: &Uri) -> Option<Self> {
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = uri.authority()?;
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() || authority.as_str().contains('@') {
            return None;
        }
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            // `http` answers `None` for a port that is no number too.
            None if authority.as_str().len() > host.len() => return None,
            None => default_port,
        };
        Some(Self { scheme, host, port })
    }

    /// `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Host name or address; an IPv6 address is in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let not = || NotAnOrigin(text.to_owned());
        let uri: Uri = text.parse().map_err(|_| not())?;
        let bare = uri.path_and_query().is_none_or(|rest| rest.as_str() == "/");
        if !bare || text.ends_with('/') || text.contains('#') {
            return Err(not());
        }
        Self::of(&uri).ok_or_else(not)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = matches!((self.scheme.as_str(), self.port), ("https", 443) | ("http", 80));
        if default {
            write!(f, "{}://{}", self.scheme, self.host)
        } else {
            write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().expect(text)
    }

    #[test]
    fn an_origin_is_the_same_however_it_is_written() {
        assert_eq!(origin("https://DAV.example"), origin("https://dav.example:443"));
        assert_eq!(origin("http://127.0.0.1:5232").to_string(), "http://127.0.0.1:5232");
        assert_eq!(origin("https://dav.example:443").to_string(), "https://dav.example");
    }

    #[test]
    fn another_port_or_scheme_is_another_origin() {
        assert_ne!(origin("https://dav.example"), origin("https://dav.example:8443"));
        assert_ne!(origin("https://dav.example"), origin("http://dav.example:443"));
    }

    #[test]
    fn what_is_more_or_less_than_an_origin_is_refused() {
        for text in [
            "",
            "dav.example",
            "https://",
            "https://u:p@dav.example",
            "https://dav.example/",
            "https://dav.example/a",
            "https://dav.example?q",
            "https://dav.example#f",
            "ftp://dav.example",
            "https://dav.example:",
            "/path",
            "https://dav.example:99999",
            "https://dav.example:0x50",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_origin_of_a_request_leaves_the_path_out() {
        let uri: Uri = "https://dav.example/calendars/?x=1".parse().expect("uri");
        assert_eq!(Origin::of(&uri), Some(origin("https://dav.example")));
        assert_eq!(Origin::of(&"/calendars/".parse().expect("uri")), None);
    }

    #[test]
    fn an_ipv6_origin_keeps_its_brackets() {
        assert_eq!(origin("http://[::1]:8080").to_string(), "http://[::1]:8080");
        assert_eq!(origin("http://[::1]").port(), 80);
    }
}
