//! Keys that verify tokens: one algorithm each, so that a token cannot choose.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::AuthError;

/// More keys than any issuer rotates through; the rest of a set is not read.
const MOST_KEYS: usize = 64;

/// A public key and the only algorithm that it verifies.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    pub(crate) kid: Option<String>,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

/// The keys of one issuer.
#[derive(Clone, Default)]
pub(crate) struct KeySet(Vec<VerifyingKey>);

impl KeySet {
    /// A set of one key.
    pub(crate) fn of(key: VerifyingKey) -> Self {
        Self(vec![key])
    }

    /// Reads a JWK set (RFC 7517). Keys of other kinds, of other uses or of
    /// wrong sizes are left out: a set may hold keys that are not for us.
    /// Symmetric keys are always left out, or anybody who knows the public key
    /// of an issuer could sign with it.
    pub(crate) fn from_jwks(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<serde_json::Value>,
        }
        let set: Set = serde_json::from_slice(body).ok()?;
        let keys = set
            .keys
            .into_iter()
            .take(MOST_KEYS)
            .filter_map(|value| serde_json::from_value(value).ok())
            .filter_map(|jwk| usable(&jwk))
            .collect();
        Some(Self(keys))
    }

    /// The key that a token names; the only one when it names none.
    pub(crate) fn find(&self, kid: Option<&str>) -> Option<&VerifyingKey> {
        match kid {
            Some(kid) => self.0.iter().find(|key| key.kid.as_deref() == Some(kid)),
            None => match self.0.as_slice() {
                [only] => Some(only),
                _ => None,
            },
        }
    }
}

impl VerifyingKey {
    /// The claims of a token, once its signature stands. Nothing but the
    /// signature is checked here: time and audience are checked on our own
    /// clock.
    pub(crate) fn verify<T: DeserializeOwned>(&self, token: &str, algorithm: Algorithm) -> Result<T, AuthError> {
        if algorithm != self.algorithm {
            return Err(AuthError::WrongAlgorithm);
        }
        let mut signature_only = Validation::new(self.algorithm);
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        signature_only.required_spec_claims.clear();
        match jsonwebtoken::decode::<T>(token, &self.key, &signature_only) {
            Ok(decoded) => Ok(decoded.claims),
            Err(error) => Err(match error.kind() {
                jsonwebtoken::errors::ErrorKind::Json(_) => AuthError::BadClaims,
                _ => AuthError::BadSignature,
            }),
        }
    }
}

/// The key, when it is one of RS256, ES256 and EdDSA, of a size that the
/// libraries below expect: a shorter one would make them panic, a longer one
/// would make every request slow.
fn usable(jwk: &Jwk) -> Option<VerifyingKey> {
    if matches!(&jwk.common.public_key_use, Some(key_use) if *key_use != PublicKeyUse::Signature) {
        return None;
    }
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(rsa) if (256..=1024).contains(&size(&rsa.n)?) && (1..=8).contains(&size(&rsa.e)?) => {
            (Algorithm::RS256, KeyAlgorithm::RS256)
        }
        AlgorithmParameters::EllipticCurve(ec)
            if ec.curve == EllipticCurve::P256 && size(&ec.x)? == 32 && size(&ec.y)? == 32 =>
        {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(okp) if okp.curve == EllipticCurve::Ed25519 && size(&okp.x)? == 32 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        _ => return None,
    };
    if jwk.common.key_algorithm.is_some_and(|declared| declared != named) {
        return None;
    }
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some(VerifyingKey { kid: jwk.common.key_id.clone(), algorithm, key })
}

/// Size in bytes of a number in a JWK.
fn size(number: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(number).ok().map(|bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Algorithm;
    use serde_json::json;

    use super::{AuthError, KeySet};

    fn set(keys: &serde_json::Value) -> KeySet {
        KeySet::from_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap()
    }

    fn ed(x: &str) -> serde_json::Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "x": x })
    }

    /// RFC 8037, appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_key_that_is_too_short_is_left_out() {
        assert!(set(&json!([ed(X)])).find(Some("a")).is_some());
        assert!(set(&json!([ed(&X[..10])])).find(Some("a")).is_none());
    }

    // Signed once with OpenSSL; the private keys were thrown away.
    const RSA_MODULUS: &str = concat!(
        "lVQZhUCw3l235f6bGGq3utDQOITXVkJjfDPhqEbqOSZbfivX91k5hm_wa9Mnlzzyg4ru4-SVrxHUuGyrs-KfDF_FmKJUeFfaavkt",
        "zw5J6VQ9nQ0kqij03CVfKyL5PN-f0s2bgO0bbNNR8e_QX_Lv5iZ5iVqYWReySKVNi_IQlyF31lP9sv5BZEZ83K2lLddLVuP8y-5R",
        "T-ad71wMRdg1i7FuZoH9NpzF-uYFCRfVwEcYEKNuW6ivrNmQw4dJmqB3i6gMWGHMB788U3AIUByAAjAwBLOPWZ1u8ZMsjq-LwnX_",
        "cyb3HmXXmnmMmT-SnAkU0qi8xhiLj7OeAyjxm2WSxQ",
    );
    const RSA_TOKEN: &str = concat!(
        "eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJzdWIiOiJzLTEifQ.kuEit63uJhr5mCs-WQqd2Rt6dWTMPZ_beTbAzTPHPBh2rC",
        "UFe-7ql-oHdX8eRynoNA-PeNyBe6UW2VFcLRdfuNL4rxQCFsw3Mw6Bm5QinZk2KNj7Ed7jGS-8JnD6TB7-Ez8ZzqEjZIJ8FvgAgK",
        "TOHW5oPNdlO3Gb-iENPdx5iNFHWeq6yGBUso01nzj7lZ9ddHVHUEN97V471t2zbqlgVvvzFD7om6XhkAIvIFaENsY5zraIeiFfif",
        "N0SPzy0LAykRy01qMYbL3qgAYMKTdoVsxoSpIHf0PvXd_PFp6YPbGKHhbaAVAAsvJSlFDOBIL2OPvyQcpnSpCNUcfI7SepAg",
    );
    const EC_POINT: [&str; 2] =
        ["nX1jPkgJA1VDICrrUEXsO7QRCJVBO3pF7hOwitVCex4", "PqIPD_OT-6H_IQ1BU6f7iy19Wya4iIRSIsVeDe3QBZc"];
    const EC_TOKEN: &str = concat!(
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImUifQ.eyJzdWIiOiJzLTEifQ.j-fqUkJE6Qj0B7jKmZBgj84YwTcReP4KClb_niLvIiXiAc",
        "6rVdKit9nsAMj8lwwHN5x-BBy-WkuiXesun62q1A",
    );

    #[test]
    fn rs256_and_es256_are_verified() {
        let keys = set(&json!([
            { "kty": "RSA", "kid": "r", "use": "sig", "n": RSA_MODULUS, "e": "AQAB" },
            { "kty": "EC", "kid": "e", "crv": "P-256", "x": EC_POINT[0], "y": EC_POINT[1] },
        ]));
        for (kid, algorithm, token) in [("r", Algorithm::RS256, RSA_TOKEN), ("e", Algorithm::ES256, EC_TOKEN)] {
            let key = keys.find(Some(kid)).unwrap();
            let claims: serde_json::Value = key.verify(token, algorithm).unwrap();
            assert_eq!(claims, json!({ "sub": "s-1" }));
            let other_claims = token.replacen("eyJzdWIi", "eyJzdWIj", 1);
            assert_eq!(key.verify::<serde_json::Value>(&other_claims, algorithm), Err(AuthError::BadSignature));
            assert_eq!(key.verify::<serde_json::Value>(token, Algorithm::HS256), Err(AuthError::WrongAlgorithm));
        }
    }

    #[test]
    fn symmetric_keys_are_left_out() {
        let keys = set(&json!([{ "kty": "oct", "kid": "a", "alg": "HS256", "k": "c2VjcmV0" }]));
        assert!(keys.find(Some("a")).is_none());
    }

    #[test]
    fn a_key_of_another_use_or_algorithm_is_left_out() {
        let mut encrypts = ed(X);
        encrypts["use"] = json!("enc");
        let mut other = ed(X);
        other["alg"] = json!("ES256");
        assert!(set(&json!([encrypts])).find(Some("a")).is_none());
        assert!(set(&json!([other])).find(Some("a")).is_none());
    }

    #[test]
    fn a_key_that_cannot_be_read_does_not_hide_the_others() {
        let keys = set(&json!([{ "kty": "MOON" }, 7, { "kty": "RSA", "n": 3 }, ed(X)]));
        assert!(keys.find(Some("a")).is_some());
    }

    #[test]
    fn a_token_without_kid_is_given_a_key_only_when_there_is_no_choice() {
        let mut second = ed(X);
        second["kid"] = json!("b");
        assert!(set(&json!([ed(X)])).find(None).is_some());
        assert!(set(&json!([ed(X), second])).find(None).is_none());
    }

    #[test]
    fn a_body_that_is_not_a_key_set_is_no_set() {
        assert!(KeySet::from_jwks(b"<html>").is_none());
        assert!(KeySet::from_jwks(b"[]").is_none());
    }
}
