//! E-mail addresses, as far as mail is sent to them: the dot-string form of
//! RFC 5321 §4.1.2 in ASCII. Quoted local parts, address literals and SMTPUTF8
//! are refused.

/// Bytes of an address (RFC 5321 §4.5.3.1.3, without the angle brackets).
const ADDRESS_BYTES: usize = 254;
/// Bytes of a local part (RFC 5321 §4.5.3.1.1).
const LOCAL_BYTES: usize = 64;
/// Bytes of a label of a domain (RFC 1035 §2.3.4).
const LABEL_BYTES: usize = 63;

/// An address in the one form that mail is sent to: printable ASCII, the domain
/// in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct AddrSpec {
    text: String,
    at: usize,
}

impl AddrSpec {
    /// Reads an address; blanks around it do not count.
    ///
    /// # Errors
    /// What is wrong, without the address, which is personal.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        if text.len() > ADDRESS_BYTES {
            return Err("it is longer than 254 bytes");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("it has a blank, a control character or a letter beyond ASCII");
        }
        let Some((local, domain)) = text.split_once('@') else { return Err("it has no @") };
        if local.len() > LOCAL_BYTES {
            return Err("what stands before the @ is longer than 64 bytes");
        }
        if !local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext)) {
            return Err("what stands before the @ is empty, has a misplaced dot or a sign that is not allowed");
        }
        let labels: Vec<&str> = domain.split('.').collect();
        if labels.len() < 2 || !labels.iter().all(|label| is_label(label)) {
            return Err("what stands after the @ is no domain name with a dot");
        }
        // RFC 3696 §2: no top-level domain is a number; this is an IP address.
        if labels.last().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err("what stands after the @ is an IP address");
        }
        Ok(Self { text: format!("{local}@{}", domain.to_ascii_lowercase()), at: local.len() })
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands after the @.
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

/// A byte that an atom may hold (RFC 5322 §3.2.3).
pub fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_label(label: &str) -> bool {
    (1..=LABEL_BYTES).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<String, &'static str> {
        AddrSpec::parse(text).map(|address| address.as_str().to_owned())
    }

    #[test]
    fn only_the_domain_is_without_case() {
        assert_eq!(read(" Jeanne.Durand+rdv@Exemple.FR\n"), Ok("Jeanne.Durand+rdv@exemple.fr".to_owned()));
        assert_eq!(
            AddrSpec::parse("a@B.example").map(|address| address.domain().to_owned()),
            Ok("b.example".to_owned())
        );
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "a",
            "@b.example",
            "a@",
            "a@b",
            "a@b@c.example",
            ".a@b.example",
            "a.@b.example",
            "a..b@c.example",
            "a@b..example",
            "a@.example",
            "a@b.example.",
            "a@-b.example",
            "a@b-.example",
            "a@b_c.example",
            "a b@c.example",
            "a,b@c.example",
            "\"a\"@b.example",
            "<a@b.example>",
            "a@[192.0.2.1]",
            "a@192.0.2.1",
            "é@b.example",
            "a@é.example",
            "a@b.example\r\nBcc: c@d.example",
            "a\0@b.example",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_bounded_one_past_the_end() {
        assert!(read(&format!("{}@b.example", "a".repeat(64))).is_ok());
        assert!(read(&format!("{}@b.example", "a".repeat(65))).is_err());
        assert!(read(&format!("a@{}.example", "b".repeat(63))).is_ok());
        assert!(read(&format!("a@{}.example", "b".repeat(64))).is_err());
        let label = "b".repeat(61);
        let domain = format!("{label}.{label}.{label}.{}", "b".repeat(2));
        let local = |length: usize| "a".repeat(length);
        assert_eq!(read(&format!("{}@{domain}x", local(64))).map(|text| text.len()), Ok(254));
        assert!(read(&format!("{}@{domain}xy", local(64))).is_err());
    }

    proptest! {
        #[test]
        fn reading_again_changes_nothing(text in "\\PC{0,20}@?[a-zA-Z0-9.-]{0,20}") {
            if let Ok(once) = read(&text) {
                prop_assert_eq!(read(&once), Ok(once.clone()));
            }
        }
    }
}
