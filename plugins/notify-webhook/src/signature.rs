//! The signature of Standard Webhooks: `v1,` and the HMAC-SHA256, in base64, of
//! `{id}.{timestamp}.{body}`. The host computes it; the key stays there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use greffon_sdk::channel::SendError;
use greffon_sdk::credentials::{self, Algorithm, Error};
use greffon_sdk::log;
use greffon_sdk::practice::Instant;

/// The credential that signs, as the manifest asks for it.
const CREDENTIAL: &str = "key";

/// Two of the three headers; the third is the id.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature {
    /// `webhook-timestamp`, in seconds of Unix time.
    pub timestamp: String,
    /// `webhook-signature`.
    pub header: String,
}

/// Signs a body as it will be sent at `now`.
///
/// # Errors
/// There is no signature: nothing may leave without one.
pub fn sign(id: &str, now: Instant, body: &[u8]) -> Result<Signature, SendError> {
    let timestamp = now.div_euclid(1_000).to_string();
    let mac = credentials::hmac(CREDENTIAL, Algorithm::Sha256, &signed(id, &timestamp, body))
        .map_err(|error| unsigned(&error))?;
    Ok(Signature { header: header(&mac), timestamp })
}

fn signed(id: &str, timestamp: &str, body: &[u8]) -> Vec<u8> {
    [id.as_bytes(), timestamp.as_bytes(), body].join(&b'.')
}

fn header(mac: &[u8]) -> String {
    format!("v1,{}", STANDARD.encode(mac))
}

fn unsigned(error: &Error) -> SendError {
    match error {
        Error::NotGranted(_) => {
            log::error("key-missing", &[]);
            let why = "messages are signed, and the feature has no credentials.key: add credentials.key = { scheme = \
                       \"key\", key = { file = \"secrets/…\" } }";
            SendError::NoRecipient(why.to_owned())
        }
        Error::Unusable(_) => {
            log::error("key-unusable", &[]);
            let why = "credentials.key cannot sign: give it scheme = \"key\"";
            SendError::NoRecipient(why.to_owned())
        }
        Error::TooLarge(limit) => {
            SendError::ContentRefused(format!("the message has more than {limit} bytes; shorten it"))
        }
        // Nothing was sent, and nothing says that it stays so.
        Error::Other(_) => SendError::Transient(None),
    }
}

#[cfg(test)]
mod tests {
    use greffon_sdk::testing::Fakes;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use sha2::Sha256;

    use super::*;

    /// The secret, the message and the signature with which the libraries of the
    /// specification test themselves.
    #[test]
    fn the_vector_of_the_specification_is_met() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let data = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", br#"{"test": 2432232314}"#);
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(data).finalize().into_bytes();
        assert_eq!(header(&mac), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_host_signs_id_time_and_body_with_the_practices_key() {
        let fakes = Fakes::new();
        fakes.grant_credential("key");
        let signature = sign("0192f0c1", 1_614_265_330_999, b"{}").unwrap();
        assert_eq!(signature.timestamp, "1614265330");
        let mac = STANDARD.decode(signature.header.strip_prefix("v1,").unwrap()).unwrap();
        assert_eq!(mac, b"hmac(Algorithm::Sha256, key, 0192f0c1.1614265330.{})");
    }

    #[test]
    fn without_a_key_there_is_no_signature_and_the_line_to_add_is_told() {
        let fakes = Fakes::new();
        fakes.grant_credential("other");
        let error = sign("0192f0c1", 0, b"{}").unwrap_err();
        assert!(matches!(&error, SendError::NoRecipient(why) if why.contains("credentials.key = {")), "{error:?}");
        assert_eq!(fakes.logged()[0].code, "key-missing");
    }

    #[test]
    fn what_else_keeps_the_host_from_signing_keeps_its_meaning() {
        let _fakes = Fakes::new();
        let meant = |error| unsigned(&error);
        assert!(
            matches!(meant(Error::Unusable("x".to_owned())), SendError::NoRecipient(why) if why.contains("scheme"))
        );
        assert!(matches!(meant(Error::TooLarge(7)), SendError::ContentRefused(why) if why.contains("7 bytes")));
        assert_eq!(meant(Error::Other("x".to_owned())), SendError::Transient(None));
    }
}
