//! `greffon serve` and `greffon worker`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::ports::idempotency::Idempotency as _;
use greffon_storage::Database;
use tokio::net::TcpListener;

use crate::config::directory::Directory;
use crate::config::operator::OperatorConfig;
use crate::output;
use crate::telemetry;
use crate::wire::Host;
use crate::worker::{stop_asked, work};

/// Pause between two looks at the practices' folders.
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
        let host = Host::build(config).await?;
        let app = host.app(telemetry::metrics()?)?;
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}; change `listen` or stop what uses the port"))?;
        tokio::spawn(watch(Arc::clone(&host.wiring.directory)));
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
    let host = Host::build(config).await?;
    tokio::spawn(watch(Arc::clone(&host.wiring.directory)));
    tokio::select! {
        () = work(host.reception.clone()) => {}
        () = stop_asked() => {}
    }
    host.database.close().await;
    Ok(ExitCode::SUCCESS)
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

async fn watch(directory: Arc<Directory>) {
    let mut said: Vec<String> = Vec::new();
    loop {
        tokio::time::sleep(WATCH).await;
        let directory = Arc::clone(&directory);
        let Ok(refresh) = tokio::task::spawn_blocking(move || directory.refresh()).await else { return };
        for id in &refresh.changed {
            tracing::info!(practice.id = %id, "practice configuration taken");
        }
        for id in &refresh.removed {
            tracing::warn!(practice.id = %id, "practice removed: its folder is gone");
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
