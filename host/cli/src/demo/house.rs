//! A host of its own in a folder: the synthetic practices, a database, a key, a clock that
//! stands still until it is moved, and the HTTP API that people use.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use greffon_core::model::audit::Role;
use greffon_core::ports::clock::Clock;
use greffon_core::ports::practices::Practices as _;
use greffon_core::time::Instant;
use greffon_peer::caldav::CalDav;
use greffon_server::{Issuer, NewToken, RenderMetrics};
use tokio::net::TcpListener;

use super::api::Api;
use super::assets;
use super::clock::DemoClock;
use super::day::PlannedOutage;
use crate::config::operator::{Allow, OperatorConfig};
use crate::config::secret::{SecretFile, SecretRef};
use crate::wire::{self, Host};

/// The practice whose agenda is on the demo's own CalDAV server.
const WITH_CALDAV: &str = "maison-des-remparts";

/// How long the tokens last, on the house's clock.
const TOKEN_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// A host that runs, and everything that it stands on.
pub struct House {
    /// The host.
    pub host: Host,
    /// Its clock.
    pub clock: Arc<DemoClock>,
    /// The CalDAV server of one practice.
    pub(super) peer: CalDav,
    /// Where its API answers.
    pub address: SocketAddr,
    issuer: Issuer,
    client: reqwest::Client,
}

impl House {
    /// Opens one in a folder, on a clock that shows `at`. What may be used again is kept in
    /// the second folder.
    pub(super) async fn open(
        (folder, data): (&Path, &Path),
        examples: Option<&Path>,
        at: Instant,
        outages: Vec<PlannedOutage>,
        metrics: RenderMetrics,
    ) -> anyhow::Result<Self> {
        let clock = Arc::new(DemoClock::default());
        clock.advance_to(at);
        let shown = Arc::clone(&clock);
        let outage = move || {
            let now = shown.now();
            outages.iter().find(|outage| outage.from <= now && now < outage.to).map(|outage| outage.mode.into())
        };
        let peer = CalDav::start(folder.join("caldav"), outage).await.context("cannot start the demo's agenda")?;
        assets::write_practices(folder, examples, peer.address)?;
        let config = configure(folder, data)?;
        let issuer = wire::own_issuer(&config)?.context("the demo has a signing key")?;
        let host = Host::build_on(config, Arc::clone(&clock) as Arc<dyn Clock>).await?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("cannot open a local port")?;
        let address = listener.local_addr()?;
        tokio::spawn(greffon_server::serve(listener, host.app(metrics)?, std::future::pending()));
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        Ok(Self { host, clock, peer, address, issuer, client })
    }

    /// One in which nothing misbehaves, with the practices of `examples`, or the binary's.
    /// What is compiled is kept in `data`, for the next one.
    pub async fn quiet(
        folder: &Path,
        data: &Path,
        examples: Option<&Path>,
        at: Instant,
        metrics: RenderMetrics,
    ) -> anyhow::Result<Self> {
        Self::open((folder, data), examples, at, Vec::new(), metrics).await
    }

    /// Somebody who works there.
    pub fn person(&self, subject: &str, role: Role) -> anyhow::Result<Api> {
        Ok(Api::new(self.client.clone(), format!("http://{}", self.address), self.token(subject, role)?))
    }

    /// A token for somebody who works there.
    pub fn token(&self, subject: &str, role: Role) -> anyhow::Result<String> {
        let token = NewToken {
            subject: format!("demo-{subject}"),
            role,
            practices: Some(self.host.wiring.directory.list()),
            scope: None,
            rpps: None,
            lifetime: TOKEN_LIFETIME,
        };
        Ok(self.issuer.sign(&token, self.clock.now())?)
    }
}

/// An operator's configuration for a folder, with a key of its own.
fn configure(folder: &Path, data: &Path) -> anyhow::Result<OperatorConfig> {
    let key = folder.join("signing.pem");
    if !key.exists() {
        std::fs::write(&key, wire::new_key()?).context("cannot write the demo's signing key")?;
    }
    let mut config = OperatorConfig {
        storage: format!("sqlite:{}", folder.join("greffon.db").display()),
        practices: folder.join("practices"),
        data: data.to_path_buf(),
        shared: assets::shared(folder),
        ..OperatorConfig::default()
    };
    config.keys.signing = Some(SecretRef::File(SecretFile { file: key.display().to_string() }));
    config.base = std::env::current_dir()?;
    config.allow.insert(WITH_CALDAV.to_owned(), Allow { cidrs: vec!["127.0.0.0/8".parse()?] });
    Ok(config)
}
