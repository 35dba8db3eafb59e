//! Where messages go: an `https` URL with a host, and a port, a path and a query
//! if need be. What else RFC 3986 knows is refused.

/// Bytes of a URL. Servers take more, a practice never has so long a one.
const URL_BYTES: usize = 2_000;
/// Bytes of a label of a host name (RFC 1035 §2.3.4).
const LABEL_BYTES: usize = 63;
const SCHEME: &str = "https://";

/// An endpoint that can be asked for as it stands.
pub struct Endpoint {
    url: String,
    /// Where the path or the query begins.
    path_at: usize,
}

impl Endpoint {
    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong and what to do, without the URL: what stands before an `@`
    /// may be a password.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        if url.len() > URL_BYTES {
            return Err("it is longer than 2000 bytes");
        }
        let Some((scheme, rest)) = url.split_at_checked(SCHEME.len()) else {
            return Err("it does not begin with https://");
        };
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err("it does not begin with https://; messages go over TLS only");
        }
        if rest.contains('#') {
            return Err("it has a fragment, which no server gets to see; leave out the # and what follows");
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err("it names a user; leave that out, credentials.key signs each message");
        }
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        if !host.split('.').all(is_label) {
            return Err("its host is neither a name in ASCII, such as hook.example, nor an IPv4 address");
        }
        if !port.is_none_or(is_port) {
            return Err("its port is no number from 1 to 65535");
        }
        if !path.bytes().all(is_path_byte) {
            return Err("it has a blank or another sign that stands in no URL; write it as %20 and the like");
        }
        Ok(Self { url: url.to_owned(), path_at: SCHEME.len() + authority.len() })
    }

    /// The URL, as it was written.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Scheme, host and port: what a practice grants.
    pub fn origin(&self) -> &str {
        &self.url[..self.path_at]
    }
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_BYTES).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_port(port: &str) -> bool {
    // `parse` alone would take "+80" and "080".
    port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0') && port.parse::<u16>().is_ok()
}

/// A byte of a path or a query (RFC 3986 §3.3 and §3.4).
fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(url: &str) -> Option<&'static str> {
        Endpoint::parse(url).err()
    }

    #[test]
    fn an_endpoint_has_a_host_and_what_it_needs_beside() {
        for (url, origin) in [
            ("https://a.example", "https://a.example"),
            ("https://a.example/", "https://a.example"),
            ("HTTPS://A.example/Hook/@1?to=a%20b&x=y", "HTTPS://A.example"),
            ("https://a.example?x", "https://a.example"),
            ("https://a-b.example:8443/hook", "https://a-b.example:8443"),
            ("https://192.0.2.1:1", "https://192.0.2.1:1"),
            ("https://pager", "https://pager"),
        ] {
            let endpoint = Endpoint::parse(url).unwrap_or_else(|problem| panic!("{url}: {problem}"));
            assert_eq!((endpoint.url(), endpoint.origin()), (url, origin));
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for url in [
            "",
            "https:/",
            "https://",
            "https:///hook",
            "https://?x",
            "http://a.example",
            "ftps://a.example",
            " https://a.example",
            "https://a.example ",
            "https://a.example/\n",
            "https://a.example/a b",
            "https://a.example/a\\b",
            "https://a.example/é",
            "https://é.example/",
            "https://user@a.example/",
            "https://user:word@a.example/",
            "https://@a.example/",
            "https://a.example/#",
            "https://a.example#f",
            "https://a..example/",
            "https://.example/",
            "https://a.example./",
            "https://-a.example/",
            "https://a-.example/",
            "https://a_b.example/",
            "https://a.example:/",
            "https://a.example:0/",
            "https://a.example:080/",
            "https://a.example:+80/",
            "https://a.example:80:80/",
            "https://[::1]/",
            "éééé",
        ] {
            assert!(problem(url).is_some(), "{url:?}");
        }
    }

    #[test]
    fn lengths_are_bounded_one_past_the_end() {
        let url = |path: usize| format!("https://a.example/{}", "p".repeat(path));
        let room = URL_BYTES - url(0).len();
        assert_eq!(problem(&url(room)), None);
        assert_eq!(problem(&url(room + 1)), Some("it is longer than 2000 bytes"));
        assert_eq!(problem(&format!("https://{}.example", "a".repeat(63))), None);
        assert!(problem(&format!("https://{}.example", "a".repeat(64))).is_some());
        assert_eq!(problem("https://a.example:65535"), None);
        assert_eq!(problem("https://a.example:65536"), Some("its port is no number from 1 to 65535"));
    }
}
