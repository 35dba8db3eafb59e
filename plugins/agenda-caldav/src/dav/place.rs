//! Where things are on the server. One thing has one path: percent-encoding is made uniform, because servers write the
//! same path in different ways.

/// The server that the settings name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Scheme, host and port, lower case, without a default port.
    pub origin: String,
    /// Path of the base URL.
    pub base: String,
}

impl Server {
    /// Reads a base URL.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let (scheme, rest) =
            url.trim().split_once("://").ok_or("write it with its scheme, such as https://dav.example")?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "https" && scheme != "http" {
            return Err("only https and http are possible");
        }
        let (authority, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
        if authority.contains('@') {
            return Err("write no user into it: credentials stand under credentials.dav");
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if authority.is_empty() || !authority.bytes().all(plain) {
            return Err("it names no host");
        }
        let authority = authority.to_ascii_lowercase();
        let default = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(default).unwrap_or(&authority);
        let base = canonical(path).ok_or("its path has a query, a fragment or dots")?;
        Ok(Self { origin: format!("{scheme}://{authority}"), base })
    }

    /// The path of an `href` or a `Location`: an absolute path, or a URL on this server. None: it is elsewhere, or not
    /// readable.
    pub fn path(&self, href: &str) -> Option<String> {
        let href = href.trim();
        if href.starts_with('/') && !href.starts_with("//") {
            return canonical(href);
        }
        let other = Self::parse(href).ok()?;
        (other.origin == self.origin).then_some(other.base)
    }

    /// The URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// An absolute path with everything encoded that is not unreserved (RFC 3986 §2.3). None for a path that climbs or that
/// is not only a path.
pub fn canonical(path: &str) -> Option<String> {
    if !path.starts_with('/') || path.len() > 2_000 {
        return None;
    }
    let mut text = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'/' => text.push('/'),
            b'?' | b'#' | b'\\' => return None,
            b'%' => {
                let hex = [bytes.next()?, bytes.next()?];
                let value = std::str::from_utf8(&hex).ok().filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
                push(&mut text, u8::from_str_radix(value, 16).ok()?);
            }
            byte => push(&mut text, byte),
        }
    }
    if text.split('/').any(|segment| segment == "." || segment == "..") { None } else { Some(text) }
}

fn push(text: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        text.push(char::from(byte));
    } else {
        text.push_str(&format!("%{byte:02X}"));
    }
}

/// The last segment of a member of a collection (both canonical). None: it is not directly in it.
pub fn member<'p>(collection: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(collection).filter(|name| !name.is_empty() && !name.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_read() {
        let server = Server::parse("HTTPS://Dav.Example:443/remote.php/dav/").unwrap();
        assert_eq!((server.origin.as_str(), server.base.as_str()), ("https://dav.example", "/remote.php/dav/"));
        assert_eq!(Server::parse("http://127.0.0.1:5232").unwrap().origin, "http://127.0.0.1:5232");
        assert_eq!(Server::parse("http://[::1]:80").unwrap().origin, "http://[::1]");
        for url in [
            "",
            "dav.example",
            "ftp://x/",
            "https://",
            "https:///a",
            "https://u:p@x/",
            "https://x/?a",
            "https://x/../y",
            "https://x y/",
        ] {
            assert!(Server::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn one_thing_has_one_path() {
        for path in ["/a%40b/%C3%A9t%c3%a9.ics", "/a@b/été.ics", "/a%40b/%c3%a9t%C3%A9%2eics"] {
            assert_eq!(canonical(path).unwrap(), "/a%40b/%C3%A9t%C3%A9.ics");
        }
        assert_eq!(canonical("/a%2Fb").unwrap(), "/a%2Fb", "an encoded slash separates nothing");
        assert_eq!(canonical("/a b").unwrap(), "/a%20b");
        for path in [
            "",
            "a",
            "/a%4",
            "/a%zz",
            "/a%+1",
            "/a/../b",
            "/a/%2e%2E/b",
            "/a/./b",
            "/a?b",
            "/a#b",
            "/a\\b",
            &"/a".repeat(2000),
        ] {
            assert_eq!(canonical(path), None, "{path}");
        }
    }

    #[test]
    fn hrefs_of_other_servers_are_nothing() {
        let server = Server::parse("https://dav.example/").unwrap();
        assert_eq!(server.path("/a/b.ics").as_deref(), Some("/a/b.ics"));
        assert_eq!(server.path("https://DAV.example:443/a").as_deref(), Some("/a"));
        for href in
            ["https://evil.example/a", "http://dav.example/a", "//evil.example/a", "a.ics", "../a", "", "javascript:x"]
        {
            assert_eq!(server.path(href), None, "{href}");
        }
    }

    #[test]
    fn members_stand_directly_in_their_collection() {
        assert_eq!(member("/cal/", "/cal/a.ics"), Some("a.ics"));
        for path in ["/cal/", "/cal/sub/a.ics", "/calendar/a.ics", "/other/a.ics"] {
            assert_eq!(member("/cal/", path), None, "{path}");
        }
    }
}
