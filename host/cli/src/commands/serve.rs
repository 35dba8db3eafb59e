//! `greffon serve` and `greffon worker`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use greffon_core::ports::idempotency::{Idempotency as _, KEPT_FOR};
use greffon_core::ports::sealed_state::{self, SealedStates as _};
use greffon_core::ports::storage::Storage as _;
use greffon_storage::Database;
use tokio::net::TcpListener;

use crate::approvals::Lookout;
use crate::config::operator::OperatorConfig;
use crate::output;
use crate::telemetry;
use crate::wire::Host;
use crate::worker::{Hangups, Working, measure, stop_asked};

/// Pause between two looks at the practices' folders.
const WATCH: Duration = Duration::from_secs(2);

/// Pause between two removals of what nobody needs any more.
const TIDY: Duration = Duration::from_secs(3600);

#[derive(Args)]
pub struct Serve {
    /// Leave the queue to `greffon worker`; with PostgreSQL only
    #[arg(long)]
    no_worker: bool,
}

impl Serve {
    pub async fn run(self, config: OperatorConfig) -> anyhow::Result<ExitCode> {
        let hangups = Hangups::listen();
        let stop = stop_asked();
        telemetry::start(&config.log, "info")?;
        if self.no_worker && config.storage.starts_with("sqlite:") {
            bail!("one process works on an SQLite file\n\nhint: leave out --no-worker, or use PostgreSQL");
        }
        let listen = config.listen;
        let host = Host::build(config).await?;
        let app = host.app(telemetry::metrics()?)?;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}; change `listen` or stop what uses the port"))?;
        tokio::spawn(watch(Arc::clone(&host.lookout), hangups));
        tokio::spawn(tidy(Arc::clone(&host.database)));
        tokio::spawn(measure(Arc::clone(&host.database)));
        let working = (!self.no_worker).then(|| Working::start(&host));
        output::note(&format!("greffon listens on http://{}", listener.local_addr()?));
        let ended_cleanly = greffon_server::serve(listener, app, stop).await;
        if let Some(working) = working {
            working.stop().await;
        }
        host.database.close().await;
        Ok(if ended_cleanly { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Works off the queue until it is asked to stop.
pub async fn worker(config: OperatorConfig) -> anyhow::Result<ExitCode> {
    let hangups = Hangups::listen();
    let stop = stop_asked();
    telemetry::start(&config.log, "info")?;
    let host = Host::build(config).await?;
    tokio::spawn(watch(Arc::clone(&host.lookout), hangups));
    let working = Working::start(&host);
    output::note("greffon works off the queue");
    stop.await;
    working.stop().await;
    host.database.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Forgets answers that no client may ask for again, settings that no open contact
/// began with, and states of what is gone.
async fn tidy(database: Arc<Database>) {
    loop {
        match database.discard(sealed_state::KEPT_FOR).await {
            Ok(count) => tracing::debug!(count, "old sealed states discarded"),
            Err(error) => tracing::warn!(error = %error, "old sealed states cannot be discarded"),
        }
        match database.forget(KEPT_FOR).await {
            Ok(count) => tracing::debug!(count, "old answers forgotten"),
            Err(error) => tracing::warn!(error = %error, "old answers cannot be forgotten"),
        }
        match database.forget_settings().await {
            Ok(count) => tracing::debug!(count, "settings of closed contacts forgotten"),
            Err(error) => tracing::warn!(error = %error, "settings of closed contacts cannot be forgotten"),
        }
        tokio::time::sleep(TIDY).await;
    }
}

/// Takes changed practice files, now and then and when somebody asks by SIGHUP.
async fn watch(lookout: Arc<Lookout>, mut hangups: Hangups) {
    let mut said: Vec<String> = Vec::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(WATCH) => {}
            () = hangups.next() => tracing::info!("the practice files are read again: SIGHUP"),
        }
        let Some(refresh) = lookout.look().await else { return };
        for id in &refresh.changed {
            tracing::info!(practice.id = %id, "practice configuration taken");
        }
        for id in &refresh.removed {
            tracing::warn!(practice.id = %id, "practice removed: its folder is gone");
        }
        for warning in &refresh.ungranted {
            tracing::warn!("{warning}");
        }
        // A broken file is looked at every time and said once.
        let not_taken = |problem| format!("practice not taken, the last good configuration stays: {problem}");
        let out = |problem| format!("a feature is out, the rest of its practice is served: {problem}");
        let problems: Vec<String> = refresh.problems.iter().map(not_taken).chain(refresh.out.iter().map(out)).collect();
        for problem in problems.iter().filter(|problem| !said.contains(problem)) {
            tracing::error!("{problem}");
        }
        said = problems;
    }
}
