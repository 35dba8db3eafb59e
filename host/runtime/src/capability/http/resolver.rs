//! Names to addresses. The connection goes to an address that this answer
//! contains: there is no second look-up for an attacker to answer differently.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::capability::address::{Reach, reach};

/// Looks host names up.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of a name.
    ///
    /// # Errors
    ///
    /// When the name has none, or nobody answers.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The resolver of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// How long a look-up may take.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(3);

/// Why a name gave no address to connect to.
#[derive(Debug, Error)]
pub(crate) enum Unresolved {
    #[error("the name was not resolved in time")]
    TimedOut,
    #[error("the name was not resolved")]
    Failed(#[source] io::Error),
    #[error("the name has no address")]
    NoAddress,
    #[error("no address of the name is allowed")]
    Prohibited,
}

/// Resolves a name to the addresses that may be connected to: public ones and
/// those in `opened`, or only the latter. An answer that mixes allowed and
/// denied addresses gives the allowed ones.
pub(crate) async fn resolve(
    lookup: &dyn Lookup,
    host: &str,
    opened: &[IpNet],
    only_opened: bool,
) -> Result<Vec<IpAddr>, Unresolved> {
    let found = match tokio::time::timeout(LOOKUP_TIMEOUT, lookup.lookup(host)).await {
        Err(_) => return Err(Unresolved::TimedOut),
        Ok(Err(error)) => return Err(Unresolved::Failed(error)),
        Ok(Ok(found)) => found,
    };
    if found.is_empty() {
        return Err(Unresolved::NoAddress);
    }
    let allowed: Vec<IpAddr> = found.into_iter().filter(|address| is_allowed(*address, opened, only_opened)).collect();
    if allowed.is_empty() { Err(Unresolved::Prohibited) } else { Ok(allowed) }
}

/// Whether the host may connect to an address.
pub(crate) fn is_allowed(address: IpAddr, opened: &[IpNet], only_opened: bool) -> bool {
    match reach(address, opened) {
        Reach::Opened => true,
        Reach::Public => !only_opened,
        Reach::Denied => false,
    }
}

/// The resolver of one client of one practice.
pub(super) struct Filtered {
    pub lookup: Arc<dyn Lookup>,
    pub opened: Arc<[IpNet]>,
    pub only_opened: bool,
}

impl Resolve for Filtered {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.lookup);
        let opened = Arc::clone(&self.opened);
        let only_opened = self.only_opened;
        Box::pin(async move {
            let allowed = resolve(lookup.as_ref(), name.as_str(), &opened, only_opened).await?;
            // Port 0 is replaced by the URL's.
            let addresses: Addrs = Box::new(allowed.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
