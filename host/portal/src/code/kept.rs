//! The hash that a practice's file holds of a code.

use argon2::password_hash::{self, PasswordVerifier as _};
use argon2::{ARGON2ID_IDENT, Argon2, Params, PasswordHash, Version};
use thiserror::Error;

use super::plain::plain;

/// Most memory that one verification may take, in KiB.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
/// Most passes over it.
const MAX_PASSES: u32 = 10;
/// Most lanes.
const MAX_LANES: u32 = 4;

/// A hash that is worth running.
pub(crate) struct KeptCode(PasswordHash);

/// Why a hash is not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unfit {
    /// It is none.
    #[error("not a PHC string")]
    NoPhc,
    /// It was made in another way.
    #[error("not argon2id of version 19")]
    NotArgon2id,
    /// Its parameters cannot be read, or take too much of the machine.
    #[error("parameters beyond 256 MiB, 10 passes or 4 lanes, or not those of argon2")]
    Parameters,
    /// It holds no salt or no digest.
    #[error("no salt or no digest in it")]
    Incomplete,
}

impl KeptCode {
    /// Reads a hash, with or without a line's end, and runs nothing. A file may come from anywhere: what would take
    /// the machine's memory or minutes of it is refused.
    pub(crate) fn read(phc: &str) -> Result<Self, Unfit> {
        let hash = PasswordHash::new(phc.trim()).map_err(|_| Unfit::NoPhc)?;
        // Without a version it is the older one (PHC string format).
        if hash.algorithm != ARGON2ID_IDENT || hash.version != Some(Version::V0x13.into()) {
            return Err(Unfit::NotArgon2id);
        }
        let params = Params::try_from(&hash).map_err(|_| Unfit::Parameters)?;
        if params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_PASSES || params.p_cost() > MAX_LANES {
            return Err(Unfit::Parameters);
        }
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err(Unfit::Incomplete);
        }
        Ok(Self(hash))
    }

    /// Whether this is the code. Takes a core and the memory that the hash asks for, for
    /// as long as it asks.
    pub(crate) fn is(&self, code: &str) -> Result<bool, password_hash::Error> {
        match Argon2::default().verify_password(plain(code).as_bytes(), &self.0) {
            Ok(()) => Ok(true),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptCode, Unfit};

    const SALT_AND_DIGEST: &str = "c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    fn read(before: &str) -> Option<Unfit> {
        KeptCode::read(&format!("{before}${SALT_AND_DIGEST}")).err()
    }

    #[test]
    fn what_takes_no_more_than_its_due_is_run() {
        for fit in ["m=19456,t=2,p=1", "m=262144,t=10,p=4", "m=8,t=1,p=1"] {
            assert_eq!(read(&format!("$argon2id$v=19${fit}")), None, "{fit}");
        }
        assert!(KeptCode::read(&format!("$argon2id$v=19$m=8,t=1,p=1${SALT_AND_DIGEST}\n")).is_ok());
    }

    #[test]
    fn one_past_the_end_of_each_is_not() {
        for absurd in [
            "m=262145,t=2,p=1",
            "m=19456,t=11,p=1",
            "m=19456,t=2,p=5",
            "m=4294967295,t=4294967295,p=1",
            "m=99999999999,t=2,p=1",
            "m=19456,t=0,p=1",
            "m=19456,t=2,p=0",
            "m=7,t=2,p=1",
            "m=19456,t=2,p=1,x=9",
        ] {
            assert!(matches!(read(&format!("$argon2id$v=19${absurd}")), Some(Unfit::Parameters)), "{absurd}");
        }
    }

    #[test]
    fn another_algorithm_another_version_and_nonsense_are_no_code() {
        for other in ["$argon2i$v=19$m=19456,t=2,p=1", "$argon2d$v=19$m=19456,t=2,p=1", "$scrypt$v=19$m=8,t=1,p=1"] {
            assert_eq!(read(other), Some(Unfit::NotArgon2id), "{other}");
        }
        for old in ["$argon2id$v=16$m=19456,t=2,p=1", "$argon2id$m=19456,t=2,p=1"] {
            assert_eq!(read(old), Some(Unfit::NotArgon2id), "{old}");
        }
        for nonsense in ["", "123456", "$", "$$$$$", "$argon2id$essai$", "é$argon2id", &"$a".repeat(10_000)] {
            assert!(KeptCode::read(nonsense).is_err(), "{nonsense:.40}");
        }
        for half in ["$argon2id$v=19$m=19456,t=2,p=1", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ"] {
            assert_eq!(KeptCode::read(half).err(), Some(Unfit::Incomplete), "{half}");
        }
    }
}
