//! The hash of a code, for a practice's file.

use argon2::password_hash::{self, PasswordHasher as _};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use thiserror::Error;

use super::plain::plain;

/// 19 MiB.
const MEMORY_KIB: u32 = 19_456;
/// Passes over them.
const PASSES: u32 = 2;
/// Lanes that they are filled in.
const LANES: u32 = 1;

/// A code could not be hashed: there is no memory for it.
#[derive(Debug, Error)]
#[error("the code cannot be hashed: {0}")]
pub struct HashError(password_hash::Error);

/// The argon2id hash of a code, as a PHC string: what a practice's file holds of it.
///
/// Its parameters are the least that OWASP's Password Storage Cheat Sheet recommends for
/// Argon2id: 19 MiB, two passes, one lane
/// (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>).
/// The salt must be random, and another one for every code. Whether the code is any good
/// is [`check_new_code`](crate::check_new_code)'s to say.
///
/// # Errors
/// There is no memory for it.
pub fn hash_code(code: &str, salt: [u8; 16]) -> Result<String, HashError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| HashError(error.into()))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash: PasswordHash = argon2.hash_password_with_salt(plain(code).as_bytes(), &salt).map_err(HashError)?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::hash_code;
    use crate::code::KeptCode;

    #[test]
    fn a_hash_says_how_it_was_made_and_fits_its_code_alone() {
        let hash = hash_code("clé-de-Béa", [7; 16]).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let kept = || KeptCode::read(&hash).unwrap();
        for same in ["clé-de-Béa", " clé-de-Béa\n", "cle\u{301}-de-Be\u{301}a"] {
            assert!(kept().is(same).unwrap(), "{same:?}");
        }
        for other in ["", "cle-de-Bea", "clé-de-béa", "clé-de-Béa-"] {
            assert!(!kept().is(other).unwrap(), "{other:?}");
        }
    }

    #[test]
    fn another_salt_is_another_hash() {
        assert_ne!(hash_code("clé-de-Béa", [7; 16]).unwrap(), hash_code("clé-de-Béa", [8; 16]).unwrap());
    }
}
