//! What an agenda is, whoever names it: what its plugin says, checked against what
//! the practice grants, in one spelling.

use greffon_core::ids::{AgendaId, FeatureId, PracticeId};
use greffon_core::ports::agenda_turn::{AgendaIdentity, MAX_IDENTITY_BYTES, OWN_AGENDA};
use http::Uri;

use crate::origin::Origin;

/// The identity of an agenda, from what its plugin said. Only a binding that
/// reaches no server may leave it to the host: its agenda is in its own space.
///
/// # Errors
/// Why what was said cannot be relied on; holds nothing of what it was.
pub(crate) fn identity(
    practice: &PracticeId,
    feature: &FeatureId,
    agenda: &AgendaId,
    said: Option<&str>,
    granted: &[Origin],
) -> Result<AgendaIdentity, &'static str> {
    let Some(said) = said else {
        if !granted.is_empty() {
            return Err("a plugin that reaches a server must say which agenda it is");
        }
        let own = [practice.as_str(), feature.as_str(), agenda.as_str()].map(encoded).join(":");
        return bounded(format!("{OWN_AGENDA}{own}"));
    };
    if said.len() > MAX_IDENTITY_BYTES || !said.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("an identity is at most 1024 printable ASCII characters");
    }
    if said.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:")) {
        return urn(&said[4..]);
    }
    if said.contains('#') {
        return Err("an identity has no fragment");
    }
    let uri: Uri = said.parse().map_err(|_| "an identity is an absolute URL or a URN")?;
    let origin = Origin::of(&uri).ok_or("an identity is an absolute http or https URL, without a user, or a URN")?;
    if !granted.contains(&origin) {
        return Err("the origin of an identity must be among the granted ones");
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    bounded(format!("{origin}{}", spelt(path)?))
}

/// A URN (RFC 8141) without components, scheme and namespace in lower case.
fn urn(rest: &str) -> Result<AgendaIdentity, &'static str> {
    let (namespace, name) = rest.split_once(':').ok_or("a URN has a namespace and a name")?;
    let namespace = namespace.to_ascii_lowercase();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let named = (2..=32).contains(&namespace.len())
        && namespace.bytes().all(plain)
        && !namespace.starts_with('-')
        && !namespace.ends_with('-');
    if !named || name.is_empty() || name.contains(['?', '#']) {
        return Err("a URN has a namespace and a name, and no components");
    }
    if namespace == "greffon" {
        return Err("URNs of greffon are the host's to give");
    }
    bounded(format!("urn:{namespace}:{}", spelt(name)?))
}

fn bounded(text: String) -> Result<AgendaIdentity, &'static str> {
    if text.len() > MAX_IDENTITY_BYTES {
        return Err("an identity is at most 1024 bytes");
    }
    Ok(AgendaIdentity(text))
}

/// The same with percent-encoding in one form (RFC 3986 §6.2.2): unreserved
/// characters are not encoded, the others in upper case.
fn spelt(text: &str) -> Result<String, &'static str> {
    let mut spelt = String::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            spelt.push(char::from(byte));
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let value = digit(bytes.next()).zip(digit(bytes.next())).map(|(high, low)| high * 16 + low);
        let value = value.and_then(|value| u8::try_from(value).ok()).ok_or("its percent-encoding is broken")?;
        push(&mut spelt, value, is_unreserved(value));
    }
    Ok(spelt)
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        push(&mut encoded, byte, is_unreserved(byte));
    }
    encoded
}

fn push(text: &mut String, byte: u8, plain: bool) {
    if plain {
        text.push(char::from(byte));
    } else {
        text.push_str(&format!("%{byte:02X}"));
    }
}

/// RFC 3986 §2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(said: Option<&str>, granted: &[&str]) -> Result<String, &'static str> {
        let granted: Vec<Origin> = granted.iter().map(|origin| origin.parse().expect("an origin")).collect();
        let named = identity(&"les-tilleuls".into(), &"agenda".into(), &"Dr Martin".into(), said, &granted);
        named.map(|identity| identity.0)
    }

    #[test]
    fn one_agenda_has_one_identity_however_it_is_spelt() {
        let granted = ["https://dav.example", "http://127.0.0.1:5232"];
        for said in ["https://dav.example/caf%c3%a9/%7Emartin/", "HTTPS://DAV.example:443/caf%C3%A9/~martin/"] {
            assert_eq!(of(Some(said), &granted).unwrap(), "https://dav.example/caf%C3%A9/~martin/");
        }
        assert_eq!(of(Some("http://127.0.0.1:5232"), &granted).unwrap(), "http://127.0.0.1:5232/");
        assert_eq!(of(Some("URN:Oid:1.2.250"), &granted).unwrap(), "urn:oid:1.2.250");
    }

    #[test]
    fn an_agenda_of_the_plugin_s_own_is_named_by_the_host_and_only_such_a_one() {
        assert_eq!(of(None, &[]).unwrap(), "urn:greffon:les-tilleuls:agenda:Dr%20Martin");
        assert!(of(None, &["https://dav.example"]).is_err());
    }

    #[test]
    fn what_is_not_the_practice_s_to_name_is_refused() {
        let granted = ["https://dav.example"];
        for said in [
            "",
            "https://other.example/cal/",
            "http://dav.example/cal/",
            "https://dav.example:8443/cal/",
            "https://user@dav.example/cal/",
            "https://dav.example/cal/#x",
            "https://dav.example/a b",
            "https://dav.example/%zz",
            "/cal/",
            "dav.example/cal/",
            "urn:greffon:les-tilleuls:agenda:x",
            "URN:GREFFON:x",
            "urn:x:y",
            "urn:oid:",
            "urn:oid",
            "urn:oid:1?+x",
            "urn:-oid:1",
            &format!("urn:oid:{}", "1".repeat(1017)),
        ] {
            assert!(of(Some(said), &granted).is_err(), "{said}");
        }
        assert!(of(Some(&format!("urn:oid:{}", "1".repeat(1016))), &granted).is_ok());
    }
}
