//! Secrets that stand in an address: whoever has the address has the right. What is kept of
//! one is its digest.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What an address ends with: 256 bits, as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret of the random bits of four fresh UUIDv7, which have 74 each: together more than
    /// a digest of 256 bits can hold.
    #[must_use]
    pub fn of(fresh: impl FnMut() -> Uuid) -> Self {
        let ids: Vec<Uuid> = std::iter::repeat_with(fresh).take(4).collect();
        Self(hexadecimal(&ids.iter().fold(Sha256::new(), |hash, id| hash.chain_update(id.as_bytes())).finalize()))
    }

    /// What somebody says is a secret; `None` when it has not the form of one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(hexadecimal)).then(|| Self(text.to_owned()))
    }

    /// The text, for whoever is to have it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the text, as 64 hexadecimal digits: what is stored opens nothing.
    #[must_use]
    pub fn digest(&self) -> String {
        hexadecimal(&Sha256::digest(&self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_as_itself_and_another_one_has_another_digest() {
        let mut number = 0;
        let mut fresh = || {
            number += 1;
            Secret::of(|| {
                number += 1;
                Uuid::from_u128(number)
            })
        };
        let (one, other) = (fresh(), fresh());
        assert_eq!(Secret::read(one.expose()).as_ref(), Some(&one));
        assert_ne!(one.digest(), other.digest());
        assert_eq!(format!("{one:?}"), "Secret");
    }

    #[test]
    fn what_has_not_the_form_of_a_secret_is_none() {
        let right = "a".repeat(64);
        assert!(Secret::read(&right).is_some());
        for wrong in ["", &right[1..], &format!("{right}0"), &right.to_uppercase(), &"é".repeat(32)] {
            assert_eq!(Secret::read(wrong), None, "{wrong}");
        }
    }
}
