//! Addresses of a receiver: a scheme of its own and any text that it knows
//! somebody by, such as `hook:astreinte`.

use greffon_sdk::channel::{Address, SendError};

/// Characters of what follows the scheme.
const VALUE_CHARS: usize = 200;
/// Characters of a scheme.
const SCHEME_CHARS: usize = 32;
/// What other channels send to.
const OTHERS: [&str; 2] = ["mailto", "tel"];

/// The one form of an address: the scheme in lower case, no blanks around the
/// rest, which is the receiver's own and stays as it is.
///
/// # Errors
/// `Unsupported` for a scheme that is none or another channel's, `NoRecipient`
/// for the rest. Never with the address, which is personal.
pub fn normalised(address: &Address) -> Result<Address, SendError> {
    let scheme = address.scheme.to_ascii_lowercase();
    if OTHERS.contains(&scheme.as_str()) {
        return Err(SendError::unsupported("an address whose scheme is mailto or tel"));
    }
    if !is_scheme(&scheme) {
        return Err(SendError::unsupported("an address whose scheme is no word such as hook"));
    }
    let value = address.value.trim();
    let wrong = |why: &str| Err(SendError::NoRecipient(format!("this is no address of a receiver: {why}")));
    if value.is_empty() {
        return wrong("it is empty; write what the receiver knows the recipient by");
    }
    if value.chars().nth(VALUE_CHARS).is_some() {
        return wrong("it is longer than 200 characters");
    }
    if value.contains(char::is_control) {
        return wrong("it has a control character; write it on one line");
    }
    Ok(Address { scheme, value: value.to_owned() })
}

/// A scheme (RFC 3986 §3.1) in lower case.
fn is_scheme(scheme: &str) -> bool {
    scheme.len() <= SCHEME_CHARS
        && scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(scheme: &str, value: &str) -> Result<Address, SendError> {
        normalised(&Address { scheme: scheme.to_owned(), value: value.to_owned() })
    }

    #[test]
    fn a_name_is_the_receivers_own() {
        let address = read("Hook", " Équipe de garde/nuit #2\n").unwrap();
        assert_eq!((address.scheme.as_str(), address.value.as_str()), ("hook", "Équipe de garde/nuit #2"));
    }

    #[test]
    fn what_other_channels_reach_is_theirs() {
        for scheme in ["mailto", "tel", "TEL", "MailTo", "", "1hook", "a b", "hook:", "é", "a\n"] {
            assert!(matches!(read(scheme, "astreinte"), Err(SendError::Unsupported(_))), "{scheme:?}");
        }
        assert!(read(&"a".repeat(32), "x").is_ok());
        assert!(read(&"a".repeat(33), "x").is_err());
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for value in ["", " \t\n", "astreinte\r\nx: y", "astre\0inte", "astre\u{85}inte"] {
            let error = read("hook", value).unwrap_err();
            assert!(matches!(&error, SendError::NoRecipient(why) if !why.contains("astre")), "{value:?}");
        }
    }

    #[test]
    fn characters_are_counted_one_past_the_end() {
        assert!(read("hook", &format!("  {}  ", "é".repeat(200))).is_ok());
        assert!(matches!(read("hook", &"é".repeat(201)), Err(SendError::NoRecipient(_))));
    }

    proptest! {
        #[test]
        fn normalising_again_changes_nothing(scheme in "[a-zA-Z+.-]{1,5}", value in "\\PC{0,20}") {
            if let Ok(once) = read(&scheme, &value) {
                prop_assert_eq!(read(&once.scheme, &once.value), Ok(once));
            }
        }
    }
}
