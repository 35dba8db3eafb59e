//! TLS client certificates (RFC 8446 §4.4.2): how a binding shows who it is to
//! an origin that asks. The key stays here; a guest does not know of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use secrecy::{ExposeSecret as _, SecretString};

use crate::binding::{Credential, CredentialScheme};
use crate::origin::Origin;

/// Most certificates of one chain.
const MOST_CERTIFICATES: usize = 10;

/// Why a certificate and a key are no identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoIdentity {
    /// The part that is wrong, by its name in the practice's file.
    pub part: &'static str,
    /// What is wrong with it; never its text.
    pub why: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// A chain and its key, both PEM (RFC 7468).
///
/// # Errors
/// One of them cannot be read, or they do not belong together.
pub(crate) fn identity(chain: &str, key: &SecretString) -> Result<CertifiedKey, NoIdentity> {
    let no_chain = NoIdentity {
        part: "certificate",
        why: "is no chain of 1 to 10 certificates in PEM",
        remedy: "put the client's own certificate first, then those between it and its authority",
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain.as_bytes()).collect();
    let certificates = certificates.map_err(|_| no_chain)?;
    if certificates.is_empty() || certificates.len() > MOST_CERTIFICATES {
        return Err(no_chain);
    }
    let no_key = NoIdentity {
        part: "key",
        why: "is no private key in PEM that can be used",
        remedy: "write it without a password: openssl pkey -in key.pem -out plain.pem",
    };
    let key = PrivateKeyDer::from_pem_slice(key.expose_secret().as_bytes()).map_err(|_| no_key)?;
    CertifiedKey::from_der(certificates, key, &ring::default_provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => {
            NoIdentity { part: "key", why: "is not the key of the certificate", remedy: "use the pair that was issued" }
        }
        rustls::Error::InvalidCertificate(_) => no_chain,
        _ => no_key,
    })
}

/// Which of the credentials are identities, each with the origin that is shown
/// it. `None` when one cannot be used, which
/// binding refuses.
pub(super) fn identities(credentials: &BTreeMap<String, Credential>) -> Option<Vec<(Origin, Arc<CertifiedKey>)>> {
    let certified = credentials.values().filter_map(|credential| match &credential.scheme {
        CredentialScheme::ClientCertificate { certificate, key } => Some((credential, certificate, key)),
        _ => None,
    });
    certified
        .map(|(credential, certificate, key)| {
            let origin = credential.origin.as_ref()?.parse().ok()?;
            Some((origin, Arc::new(identity(certificate, key).ok()?)))
        })
        .collect()
}
