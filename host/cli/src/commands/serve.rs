//! `greffon serve` and `greffon worker`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use greffon_core::flow::Reception;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::ports::idempotency::Idempotency as _;
use greffon_runtime::Runtime;
use greffon_storage::Database;
use tokio::net::TcpListener;

use crate::config::directory::Directory;
use crate::config::operator::OperatorConfig;
use crate::output;
use crate::telemetry;
use crate::wire::Host;

/// Jobs taken from the queue at once.
const BATCH: u32 = 32;

/// Longest pause between two looks at the queue: another node may have added
/// to it.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Pause between two looks at the practice files.
const WATCH: Duration = Duration::from_secs(2);

/// How long a repeated request gets its first answer again, in minutes; what
/// the API promises for an `Idempotency-Key`.
const ANSWERS_KEPT_MIN: i64 = 24 * 60;

/// Pause between two removals of older answers.
const TIDY: Duration = Duration::from_secs(3600);

#[derive(Args)]
pub struct Serve {
    /// Leave the queue to `greffon worker`
    #[arg(long)]
    no_worker: bool,
}

impl Serve {
    pub async fn run(self, config: OperatorConfig) -> anyhow::Result<ExitCode> {
        telemetry::start(&config.log, "info")?;
        let listen = config.listen;
        let host = Host::build(config, Arc::new(SystemClock)).await?;
        let app = host.app(telemetry::metrics()?)?;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}; change `listen` or stop what uses the port"))?;
        tokio::spawn(watch(Arc::clone(&host.wiring.directory), Arc::clone(&host.wiring.runtime)));
        tokio::spawn(tidy(Arc::clone(&host.database)));
        if !self.no_worker {
            tokio::spawn(work(host.reception.clone()));
        }
        output::note(&format!("greffon listens on http://{}", listener.local_addr()?));
        let ended_cleanly = greffon_server::serve(listener, app, stop_asked()).await;
        host.database.close().await;
        Ok(if ended_cleanly { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Works off the queue until it is asked to stop.
pub async fn worker(config: OperatorConfig) -> anyhow::Result<ExitCode> {
    telemetry::start(&config.log, "info")?;
    let host = Host::build(config, Arc::new(SystemClock)).await?;
    tokio::spawn(watch(Arc::clone(&host.wiring.directory), Arc::clone(&host.wiring.runtime)));
    tokio::select! {
        () = work(host.reception.clone()) => {}
        () = stop_asked() => {}
    }
    host.database.close().await;
    Ok(ExitCode::SUCCESS)
}

/// Works off the queue for ever. A job that is cut off by a stop is leased
/// again when its lease ends: every job may run twice.
pub async fn work(reception: Reception) {
    loop {
        match reception.run_due_jobs(BATCH).await {
            Ok(0) => tokio::time::sleep(pause(&reception).await).await,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %error, "the queue cannot be reached");
                tokio::time::sleep(LONGEST_PAUSE).await;
            }
        }
    }
}

async fn pause(reception: &Reception) -> Duration {
    let next = reception.storage.next_job_at().await.ok().flatten();
    let until = next.map_or(i64::MAX, |at| at.millis_since(reception.clock.now()));
    Duration::from_millis(u64::try_from(until).unwrap_or(0)).clamp(Duration::from_millis(5), LONGEST_PAUSE)
}

/// Forgets answers that no client may ask for again.
async fn tidy(database: Arc<Database>) {
    loop {
        match database.forget(SystemClock.now().plus_minutes(-ANSWERS_KEPT_MIN)).await {
            Ok(count) => tracing::debug!(count, "old answers forgotten"),
            Err(error) => tracing::warn!(error = %error, "old answers cannot be forgotten"),
        }
        tokio::time::sleep(TIDY).await;
    }
}

async fn watch(directory: Arc<Directory>, runtime: Arc<Runtime>) {
    let mut said: Vec<String> = Vec::new();
    loop {
        tokio::time::sleep(WATCH).await;
        let directory = Arc::clone(&directory);
        let Ok(refresh) = tokio::task::spawn_blocking(move || directory.refresh()).await else { return };
        for id in &refresh.changed {
            tracing::info!(practice.id = %id, "practice configuration taken");
        }
        for id in &refresh.removed {
            runtime.forget(id);
            tracing::warn!(practice.id = %id, "practice removed: its file is gone");
        }
        // A broken file is looked at every time and said once.
        let problems: Vec<String> = refresh.problems.iter().map(ToString::to_string).collect();
        for problem in problems.iter().filter(|problem| !said.contains(problem)) {
            tracing::error!("practice file not taken, the last good configuration stays: {problem}");
        }
        said = problems;
    }
}

/// Ends when the person or the system asks the process to stop.
pub async fn stop_asked() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler nothing can ask: run until the process is ended.
    if interrupt.await.is_err() {
        std::future::pending::<()>().await;
    }
}
