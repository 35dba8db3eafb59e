//! `greffon peer`: servers to try plugins on, without an account with a vendor.

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use greffon_peer::doctolib_like::{DoctolibLike, Options};

use crate::output;

#[derive(Subcommand)]
pub enum Peer {
    /// The partner interface of a big vendor's agenda, which misbehaves on demand
    DoctolibLike {
        /// Where it listens
        #[arg(long, default_value = "127.0.0.1:8090")]
        listen: SocketAddr,
    },
}

impl Peer {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let Self::DoctolibLike { listen } = self;
        let options = Options::default();
        let (client, secret) = (options.client_id.clone(), options.client_secret.clone());
        let peer = DoctolibLike::listen(listen, options).await;
        let peer = peer.with_context(|| format!("{listen} cannot be listened on\n\nhint: name another: --listen"))?;
        output::data(&format!("base-url      {}", peer.base_url()))?;
        output::data(&format!("token-url     {}", peer.token_url()))?;
        output::data(&format!("client-id     {client}"))?;
        output::data(&format!("client-secret {secret}"))?;
        output::note(&format!(
            "synthetic agendas, in memory: its calendar is at {}/, and POST {}/_faults makes it misbehave. Ctrl-C ends it",
            peer.base_url(),
            peer.base_url()
        ));
        tokio::select! {
            () = peer.ended() => {}
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
