//! The clients of one binding: their connections are shared with nobody, and
//! end with it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ipnet::IpNet;
use reqwest::{Client, Url, redirect, retry};
use rustls::crypto::ring;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{Error, Result};

use super::identity::identities;
use super::resolver::{Filtered, Lookup, is_allowed};
use crate::binding::Credential;
use crate::origin::Origin;

/// Bytes of a URL; what most servers take.
const URL_BYTES: usize = 8 << 10;
/// Requests of one binding that are under way at once. One request holds one
/// connection.
const CONNECTIONS_PER_BINDING: usize = 32;
/// Name resolution, TCP and TLS together.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const IDLE_CONNECTIONS_PER_HOST: usize = 8;
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const RESPONSE_HEADERS: usize = 100;

/// The clients of a binding, made at the first request.
#[derive(Default)]
pub struct Connections(OnceLock<Arc<Clients>>);

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").finish_non_exhaustive()
    }
}

impl Connections {
    /// Those that reach `opened` networks and show the certificates among
    /// `credentials`; the same at every call. `None` when the TLS library refuses
    /// its configuration or a certificate.
    pub(super) fn clients(
        &self,
        lookup: &Arc<dyn Lookup>,
        roots: impl FnOnce() -> Arc<RootCertStore>,
        opened: &[IpNet],
        credentials: &BTreeMap<String, Credential>,
    ) -> Option<Arc<Clients>> {
        if let Some(clients) = self.0.get() {
            return Some(Arc::clone(clients));
        }
        let made = Arc::new(Clients::new(Arc::clone(lookup), roots(), Arc::from(opened), credentials)?);
        Some(Arc::clone(self.0.get_or_init(|| made)))
    }
}

/// The clients of a binding, one per protocol: plain HTTP goes to opened
/// networks only. An origin with a client certificate has one of its own, so
/// that no other is ever shown it.
pub(super) struct Clients {
    /// The networks that were opened when the clients were made.
    pub opened: Arc<[IpNet]>,
    /// One permit per request under way.
    pub connections: Semaphore,
    https: Pair,
    certified: Vec<(Origin, Pair)>,
    http: OnceLock<Option<Pair>>,
    lookup: Arc<dyn Lookup>,
    roots: Arc<RootCertStore>,
}

/// Over which connection a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    /// One that an earlier request left open, where there is one. It may be closed by the other end at the very moment
    /// at which the request leaves, and then nobody knows whether it arrived: for what may be asked twice only.
    Kept,
    /// One of its own: when it cannot be made, nothing was sent.
    Fresh,
}

/// The same client with kept connections and without. They share what TLS keeps of a server, so that a fresh
/// connection costs a short handshake.
struct Pair {
    kept: Client,
    fresh: Client,
}

impl Pair {
    fn client(&self, connection: Connection) -> &Client {
        match connection {
            Connection::Kept => &self.kept,
            Connection::Fresh => &self.fresh,
        }
    }
}

impl Clients {
    /// `None` when the TLS library refuses its configuration or a certificate.
    fn new(
        lookup: Arc<dyn Lookup>,
        roots: Arc<RootCertStore>,
        opened: Arc<[IpNet]>,
        credentials: &BTreeMap<String, Credential>,
    ) -> Option<Self> {
        let https = build(&lookup, &roots, &opened, false, None)?;
        let of_origin = |(origin, identity)| Some((origin, build(&lookup, &roots, &opened, false, Some(identity))?));
        let certified: Option<Vec<_>> = identities(credentials)?.into_iter().map(of_origin).collect();
        let certified = certified?;
        Some(Self {
            opened,
            connections: Semaphore::new(CONNECTIONS_PER_BINDING),
            https,
            certified,
            http: OnceLock::new(),
            lookup,
            roots,
        })
    }

    /// The client for an origin.
    pub(super) fn client(&self, origin: &Origin, connection: Connection) -> Option<&Client> {
        let pair = if origin.scheme() == "http" {
            self.http.get_or_init(|| build(&self.lookup, &self.roots, &self.opened, true, None)).as_ref()?
        } else {
            let certified = self.certified.iter().find(|(shown, _)| shown == origin);
            certified.map_or(&self.https, |(_, pair)| pair)
        };
        Some(pair.client(connection))
    }

    /// The URL as the client reads it. Its host, where that is an address
    /// (however it was spelt), passes the same filter as a resolved one.
    pub(super) fn checked_url(&self, text: &str, origin: &Origin) -> Result<Url> {
        if text.len() > URL_BYTES {
            return Err(Error::HttpRequestUriTooLong);
        }
        let url = Url::parse(text).map_err(|_| Error::HttpRequestUriInvalid)?;
        if url.scheme() != origin.scheme() || url.port_or_known_default() != Some(origin.port()) {
            return Err(Error::HttpRequestDenied);
        }
        let host = url.host_str().ok_or(Error::HttpRequestUriInvalid)?;
        let literal: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        let only_opened = origin.scheme() == "http";
        if literal.is_some_and(|address| !is_allowed(address, &self.opened, only_opened)) {
            return Err(Error::DestinationIpProhibited);
        }
        Ok(url)
    }
}

fn build(
    lookup: &Arc<dyn Lookup>,
    roots: &Arc<RootCertStore>,
    opened: &Arc<[IpNet]>,
    plain: bool,
    identity: Option<Arc<CertifiedKey>>,
) -> Option<Pair> {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(Arc::clone(roots));
    let mut tls = match identity {
        None => tls.with_no_client_auth(),
        Some(identity) => tls.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity))),
    };
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let filtered = || Filtered { lookup: Arc::clone(lookup), opened: Arc::clone(opened), only_opened: plain };
    let client = |idle_connections| client(tls.clone(), filtered(), plain, idle_connections);
    Some(Pair { kept: client(IDLE_CONNECTIONS_PER_HOST)?, fresh: client(0)? })
}

fn client(tls: ClientConfig, filtered: Filtered, plain: bool, idle_connections: usize) -> Option<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(!plain)
        .dns_resolver(filtered)
        // One request per connection: the cap on requests is one on
        // connections, and a broken connection concerns one request.
        .http1_only()
        .http1_max_headers(RESPONSE_HEADERS)
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(idle_connections)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .user_agent(concat!("greffon/", env!("CARGO_PKG_VERSION")))
        .build()
        .ok()
}

/// The certificate authorities that the operating system trusts. Empty when it
/// has none: then every TLS handshake fails, and nothing else.
pub(super) fn system_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        tracing::warn!(ignored, "the system trusts no certificate authority: plugins cannot make https requests");
    }
    roots
}
