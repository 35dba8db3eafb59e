//! Who is shown a client certificate.

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::super::identity::identity;
use super::*;
use crate::binding::{Credential, CredentialScheme};

const AUTHORITY: &str = include_str!("pki/ca.pem");
const CLIENT: &str = include_str!("pki/client.pem");
const CLIENT_KEY: &str = include_str!("pki/client.key");
const STRANGERS_KEY: &str = include_str!("pki/stranger.key");

fn authority() -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(AUTHORITY.as_bytes()).expect("PEM")).expect("an authority");
    Arc::new(roots)
}

/// A server that answers with the word `shown` or `nobody`: whether it was
/// shown a certificate of its authority. It asks everybody and insists on none.
async fn asking() -> u16 {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(authority(), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()
        .expect("a verifier");
    let chain = vec![CertificateDer::from_pem_slice(include_bytes!("pki/server.pem")).expect("PEM")];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("pki/server.key")).expect("PEM");
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let word = if stream.get_ref().1.peer_certificates().is_some() { "shown" } else { "nobody" };
                let _ = stream.read(&mut [0; 4096]).await;
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{word}", word.len());
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    port
}

fn egress() -> Egress {
    let here: IpAddr = "127.0.0.1".parse().expect("address");
    let names = ["platform.test", "other.test"].map(|name| (name.to_owned(), VecDeque::from([vec![here]])));
    let lookup: Arc<dyn Lookup> = Arc::new(Names(Mutex::new(HashMap::from(names))));
    let egress = Egress::new(lookup);
    egress.shared.roots.set(authority()).expect("nobody has asked yet");
    egress
}

fn certificate() -> CredentialScheme {
    CredentialScheme::ClientCertificate { certificate: CLIENT.to_owned(), key: CLIENT_KEY.to_owned().into() }
}

#[tokio::test]
async fn a_certificate_is_shown_to_its_origin_and_to_no_other() {
    let port = asking().await;
    let [mine, other] = ["platform", "other"].map(|name| format!("https://{name}.test:{port}"));
    let mut bound = granting(&[&mine, &other], &["127.0.0.0/8"]);
    bound.credentials.insert("igc".to_owned(), Credential { scheme: certificate(), origin: Some(mine.clone()) });
    let (bound, egress) = (Arc::new(bound), egress());
    for (origin, word) in [(&mine, "shown"), (&other, "nobody"), (&mine, "shown")] {
        let seen = send(&egress, &bound, get(origin)).await.expect("answer");
        assert_eq!((seen.status, seen.body.as_str()), (200, word), "{origin}");
    }
    let stranger = Arc::new(granting(&[&mine], &["127.0.0.0/8"]));
    assert_eq!(send(&egress, &stranger, get(&mine)).await.expect("answer").body, "nobody");
}

#[test]
fn what_is_no_pair_is_refused_with_the_part_that_is_wrong() {
    let wrong = |chain: &str, key: &str| identity(chain, &key.to_owned().into()).expect_err("refused").part;
    assert!(identity(CLIENT, &CLIENT_KEY.to_owned().into()).is_ok());
    assert!(identity(&[CLIENT, AUTHORITY].concat(), &CLIENT_KEY.to_owned().into()).is_ok());
    assert_eq!(wrong("", CLIENT_KEY), "certificate");
    assert_eq!(wrong("-----BEGIN CERTIFICATE-----\nAAAA", CLIENT_KEY), "certificate");
    assert_eq!(wrong(&CLIENT.repeat(11), CLIENT_KEY), "certificate");
    assert_eq!(wrong(CLIENT, CLIENT), "key");
    assert_eq!(wrong(CLIENT, ""), "key");
    let error = identity(CLIENT, &STRANGERS_KEY.to_owned().into()).expect_err("refused");
    assert_eq!((error.part, error.why), ("key", "is not the key of the certificate"));
}
