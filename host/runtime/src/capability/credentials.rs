//! `greffon:host/credentials`: secrets that a plugin uses and never reads.
//! Those that go into requests are in `http::authorization`.

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use crate::binding::{Credential, CredentialScheme};
use crate::bindings::host::credentials::{Algorithm, Error, Host};
use crate::state::CallState;

/// Bytes that one call of `digest` or `hmac` takes.
const DATA_BYTES: usize = 1 << 20;

impl Host for CallState {
    async fn names(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(self.bound.credentials.keys().cloned().collect())
    }

    async fn digest(
        &mut self,
        name: String,
        algorithm: Algorithm,
        data: Vec<u8>,
    ) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        Ok(self.secret(&name, &data).map(|secret| digest(secret, algorithm, &data)))
    }

    async fn hmac(
        &mut self,
        name: String,
        algorithm: Algorithm,
        data: Vec<u8>,
    ) -> wasmtime::Result<Result<Vec<u8>, Error>> {
        Ok(self.secret(&name, &data).map(|secret| hmac(secret, algorithm, &data)))
    }
}

impl CallState {
    fn secret(&self, name: &str, data: &[u8]) -> Result<&SecretString, Error> {
        let Some(credential) = self.bound.credentials.get(name) else {
            return Err(Error::NotGranted(name.chars().take(100).collect()));
        };
        if data.len() > DATA_BYTES {
            return Err(Error::TooLarge(DATA_BYTES as u64));
        }
        secret_of(credential).map_err(|why| Error::Unusable(why.to_owned()))
    }
}

/// The secret as bytes to compute with, or why there is none: a private key is
/// for connections, and tokens that change are for requests.
fn secret_of(credential: &Credential) -> Result<&SecretString, &'static str> {
    match &credential.scheme {
        CredentialScheme::Basic { password: secret, .. }
        | CredentialScheme::Bearer { token: secret }
        | CredentialScheme::Header { value: secret, .. }
        | CredentialScheme::Key { key: secret } => Ok(secret),
        CredentialScheme::ClientCertificate { .. } => Err("a client certificate is for connections only"),
        CredentialScheme::RefreshToken { .. } | CredentialScheme::Client { .. } => {
            Err("tokens of OAuth 2 are for requests only")
        }
    }
}

fn digest(secret: &SecretString, algorithm: Algorithm, data: &[u8]) -> Vec<u8> {
    let secret = secret.expose_secret().as_bytes();
    match algorithm {
        Algorithm::Sha1 => Sha1::new().chain_update(secret).chain_update(data).finalize().to_vec(),
        Algorithm::Sha256 => Sha256::new().chain_update(secret).chain_update(data).finalize().to_vec(),
        Algorithm::Sha512 => Sha512::new().chain_update(secret).chain_update(data).finalize().to_vec(),
    }
}

fn hmac(secret: &SecretString, algorithm: Algorithm, data: &[u8]) -> Vec<u8> {
    const ANY_LENGTH: &str = "HMAC takes a key of any length (RFC 2104 §3)";
    let key = secret.expose_secret().as_bytes();
    match algorithm {
        Algorithm::Sha1 => {
            Hmac::<Sha1>::new_from_slice(key).expect(ANY_LENGTH).chain_update(data).finalize().into_bytes().to_vec()
        }
        Algorithm::Sha256 => {
            Hmac::<Sha256>::new_from_slice(key).expect(ANY_LENGTH).chain_update(data).finalize().into_bytes().to_vec()
        }
        Algorithm::Sha512 => {
            Hmac::<Sha512>::new_from_slice(key).expect(ANY_LENGTH).chain_update(data).finalize().into_bytes().to_vec()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::testing::{call, grant_nothing};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn secret(text: &str) -> SecretString {
        text.to_owned().into()
    }

    #[test]
    fn hmac_is_rfc_2202_and_rfc_4231() {
        let data = b"what do ya want for nothing?";
        assert_eq!(hex(&hmac(&secret("Jefe"), Algorithm::Sha1, data)), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(
            hex(&hmac(&secret("Jefe"), Algorithm::Sha256, data)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(hex(&hmac(&secret("Jefe"), Algorithm::Sha512, data)).starts_with("164b7a7bfcf819e2e395fbe73b56e0a3"));
    }

    #[test]
    fn digest_is_of_the_secret_followed_by_the_data() {
        assert_eq!(hex(&digest(&secret("a"), Algorithm::Sha1, b"bc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert!(hex(&digest(&secret("ab"), Algorithm::Sha256, b"c")).starts_with("ba7816bf8f01cfea414140de5dae2223"));
        assert!(hex(&digest(&secret(""), Algorithm::Sha512, b"abc")).starts_with("ddaf35a193617abacc417349ae204131"));
    }

    #[tokio::test]
    async fn a_credential_that_is_not_granted_does_not_exist() {
        let mut state = call(grant_nothing());
        let answer = state.hmac("dav".to_owned(), Algorithm::Sha1, vec![]).await.expect("no trap");
        assert!(matches!(answer, Err(Error::NotGranted(name)) if name == "dav"));
        assert!(state.names().await.expect("no trap").is_empty());
    }

    #[tokio::test]
    async fn a_private_key_is_nothing_to_compute_with() {
        let mut bound = grant_nothing();
        let scheme = CredentialScheme::ClientCertificate { certificate: String::new(), key: secret("k") };
        bound.credentials.insert("igc".to_owned(), Credential { scheme, origin: None });
        let answer = call(bound).hmac("igc".to_owned(), Algorithm::Sha256, vec![]).await.expect("no trap");
        assert!(matches!(answer, Err(Error::Unusable(_))));
    }

    #[tokio::test]
    async fn names_are_sorted_and_data_is_capped() {
        let mut bound = grant_nothing();
        for name in ["sms", "dav"] {
            let scheme = CredentialScheme::Key { key: secret("k") };
            bound.credentials.insert(name.to_owned(), Credential { scheme, origin: None });
        }
        let mut state = call(bound);
        assert_eq!(state.names().await.expect("no trap"), ["dav", "sms"]);
        let mut hmac_of = async |bytes| state.hmac("dav".to_owned(), Algorithm::Sha1, vec![0; bytes]).await;
        assert!(hmac_of(DATA_BYTES).await.expect("no trap").is_ok());
        let past = hmac_of(DATA_BYTES + 1).await.expect("no trap");
        assert!(matches!(past, Err(Error::TooLarge(limit)) if limit == DATA_BYTES as u64));
    }
}
