//! States that only this installation can read: encrypted and authenticated under
//! the operator's keys (AEAD, RFC 8439), and bound to the name that they are kept
//! under, so that a row of the database that was changed or put in another's place
//! cannot be opened.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use greffon_core::ports::sealed_state::{SealedStates, StateName};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;
use zeroize::Zeroizing;

/// Bytes of a key (RFC 8439 §2.8).
const KEY_BYTES: usize = 32;

/// The first byte of what is sealed: how the rest is to be read.
const FORM: u8 = 1;

/// What the associated data begins with: what these keys seal for another purpose
/// can never be taken for a state.
const PURPOSE: &[u8] = b"greffon sealed state";

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a sealing key: 32 bytes in base64")]
pub struct NotAKey;

/// The operator's keys: one that seals, and earlier ones that still open.
#[derive(Clone)]
pub struct SealingKeys(Arc<[LessSafeKey]>);

impl fmt::Debug for SealingKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKeys").field("earlier", &(self.0.len() - 1)).finish_non_exhaustive()
    }
}

impl SealingKeys {
    /// Reads keys as [`new_sealing_key`] writes them.
    ///
    /// # Errors
    /// When one of them is none; nothing is said of its text.
    pub fn new(current: &SecretString, earlier: &[SecretString]) -> Result<Self, NotAKey> {
        std::iter::once(current).chain(earlier).map(key).collect::<Result<_, _>>().map(Self)
    }

    /// Seals a state for the name that it will be kept under. Never twice the
    /// same: a nonce is drawn at random, of which 2^32 under one key are far from
    /// meeting (NIST SP 800-38D §8.3 for nonces of this length).
    ///
    /// `None` when the system gives no randomness.
    pub(crate) fn seal(&self, of: &StateName, state: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        // Of its final size at once: no copy of the state is left behind by growing.
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + state.len() + CHACHA20_POLY1305.tag_len());
        sealed.push(FORM);
        sealed.extend(nonce);
        sealed.extend(state);
        let body = &mut sealed[1 + NONCE_LEN..];
        let tag = self.0[0].seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), associated(of), body);
        sealed.extend(tag.ok()?.as_ref());
        Some(sealed)
    }

    /// Opens a state that was sealed for this name under one of the keys. `None`
    /// for everything else, whatever is wrong with it.
    pub(crate) fn open(&self, of: &StateName, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (&form, rest) = sealed.split_first()?;
        let (&nonce, body) = rest.split_first_chunk::<NONCE_LEN>()?;
        if form != FORM {
            return None;
        }
        self.0.iter().find_map(|key| {
            // What a wrong key makes of it is wiped; the next one gets it whole.
            let mut opened = Zeroizing::new(body.to_vec());
            let nonce = Nonce::assume_unique_for_key(nonce);
            let length = key.open_in_place(nonce, associated(of), &mut opened).ok()?.len();
            opened.truncate(length);
            Some(opened)
        })
    }
}

/// Where sealed states are kept, and the keys that seal them.
#[derive(Clone)]
pub struct Sealing {
    /// The operator's keys.
    pub keys: SealingKeys,
    /// The storage.
    pub states: Arc<dyn SealedStates>,
}

impl fmt::Debug for Sealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealing").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// A new key, for the operator's file of secrets; `None` when the system gives no
/// randomness.
#[must_use]
pub fn new_sealing_key() -> Option<SecretString> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    SystemRandom::new().fill(bytes.as_mut()).ok()?;
    Some(STANDARD.encode(bytes.as_ref()).into())
}

fn key(text: &SecretString) -> Result<LessSafeKey, NotAKey> {
    let bytes = Zeroizing::new(STANDARD.decode(text.expose_secret().trim()).map_err(|_| NotAKey)?);
    UnboundKey::new(&CHACHA20_POLY1305, &bytes).map(LessSafeKey::new).map_err(|_| NotAKey)
}

/// What a sealed state is bound to; each part with its length, so that no two
/// names are one.
fn associated(of: &StateName) -> Aad<Vec<u8>> {
    let mut bound = PURPOSE.to_vec();
    for part in [of.practice.as_str(), of.feature.as_str(), of.name.as_str()] {
        bound.extend(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        bound.extend(part.as_bytes());
    }
    Aad::from(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> SecretString {
        new_sealing_key().expect("randomness")
    }

    fn keys(current: &SecretString, earlier: &[&SecretString]) -> SealingKeys {
        let earlier: Vec<_> = earlier.iter().map(|key| (*key).clone()).collect();
        SealingKeys::new(current, &earlier).expect("keys")
    }

    fn name(practice: &str, feature: &str, name: &str) -> StateName {
        StateName { practice: practice.into(), feature: feature.into(), name: name.to_owned() }
    }

    fn opened(keys: &SealingKeys, of: &StateName, sealed: &[u8]) -> Option<Vec<u8>> {
        keys.open(of, sealed).map(|opened| opened.to_vec())
    }

    #[test]
    fn a_state_is_opened_under_its_name_and_key_and_is_never_sealed_alike() {
        let (keys, of) = (keys(&fresh(), &[]), name("a", "b", "c"));
        let sealed = keys.seal(&of, b"the state").expect("sealed");
        assert!(!sealed.windows(9).any(|window| window == b"the state"));
        assert_ne!(sealed, keys.seal(&of, b"the state").expect("sealed"));
        assert_eq!(opened(&keys, &of, &sealed).as_deref(), Some(b"the state".as_slice()));
    }

    #[test]
    fn a_state_in_another_s_place_is_not_opened() {
        let (keys, of) = (keys(&fresh(), &[]), name("ab", "c", "d"));
        let sealed = keys.seal(&of, b"the state").expect("sealed");
        for other in [name("a", "bc", "d"), name("ab", "cd", ""), name("ab", "c", "e"), name("x", "c", "d")] {
            assert_eq!(opened(&keys, &other, &sealed), None, "{other:?}");
        }
    }

    #[test]
    fn each_byte_of_a_state_counts() {
        let (keys, of) = (keys(&fresh(), &[]), name("a", "b", "c"));
        let sealed = keys.seal(&of, b"s").expect("sealed");
        for index in 0..sealed.len() {
            let mut tampered = sealed.clone();
            tampered[index] ^= 1;
            assert_eq!(opened(&keys, &of, &tampered), None, "byte {index}");
            assert_eq!(opened(&keys, &of, &sealed[..index]), None, "cut at {index}");
        }
    }

    #[test]
    fn an_earlier_key_opens_and_does_not_seal() {
        let (old, new, of) = (fresh(), fresh(), name("a", "b", "c"));
        let before = keys(&old, &[]).seal(&of, b"before").expect("sealed");
        let rotated = keys(&new, &[&old]);
        assert_eq!(opened(&rotated, &of, &before).as_deref(), Some(b"before".as_slice()));
        let after = rotated.seal(&of, b"after").expect("sealed");
        assert_eq!(opened(&keys(&old, &[]), &of, &after), None);
        assert_eq!(opened(&keys(&new, &[]), &of, &after).as_deref(), Some(b"after".as_slice()));
        assert_eq!(opened(&keys(&new, &[]), &of, &before), None);
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_quoted() {
        for text in ["", "short", "c2hvcnQ=", "****************************************", &"A".repeat(48)] {
            let refused = SealingKeys::new(&text.to_owned().into(), &[]).expect_err("no key");
            assert!(text.len() < 4 || !refused.to_string().contains(text), "{text}");
        }
        let key = fresh();
        assert!(SealingKeys::new(&format!(" {}\n", key.expose_secret()).into(), std::slice::from_ref(&key)).is_ok());
        assert_eq!(format!("{:?}", keys(&key, &[&key])), "SealingKeys { earlier: 1, .. }");
    }
}
