//! Where the interface is. One place has one spelling, because an agenda's identity is made of it.

/// Origin and path of a base URL: scheme and host in lower case, no default port, no slash at the end.
///
/// # Errors
/// What is wrong with it.
pub fn canonical(url: &str) -> Result<String, &'static str> {
    let (scheme, rest) = url.trim().split_once("://").ok_or("write it with its scheme, such as https://api.example")?;
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "https" && scheme != "http" {
        return Err("only https and http are possible");
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    if authority.contains('@') {
        return Err("write no user into it: credentials stand under credentials.api");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if authority.is_empty() || !authority.bytes().all(plain) {
        return Err("it names no host");
    }
    let of_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/._~-".contains(&byte);
    if !path.bytes().all(of_path) || path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err("its path has a query, a fragment, dots or signs");
    }
    let authority = authority.to_ascii_lowercase();
    let default = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default).unwrap_or(&authority);
    Ok(format!("{scheme}://{authority}{}", path.trim_end_matches('/')))
}

/// A value in a query (RFC 3986 §2.1).
pub fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_spelling() {
        for url in ["https://api.example/x", "HTTPS://API.example:443/x/", " https://api.example/x "] {
            assert_eq!(canonical(url), Ok("https://api.example/x".to_owned()), "{url}");
        }
        assert_eq!(canonical("http://127.0.0.1:8090"), Ok("http://127.0.0.1:8090".to_owned()));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for url in
            ["api.example", "ftp://x", "https://u:p@x", "https://", "https://x/../y", "https://x/?a", "https://x y/"]
        {
            assert!(canonical(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_value_cannot_leave_its_place_in_a_query() {
        assert_eq!(encoded("Noël&page=2+ #"), "No%C3%ABl%26page%3D2%2B%20%23");
    }
}
