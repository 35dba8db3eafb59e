//! The workers of a process, and what the system asks of it by signals.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use greffon_core::jobs::{self, Jobs, Process, Workers};
use greffon_core::model::job::Lane;
use greffon_core::ports::storage::Storage as _;
use greffon_storage::Database;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::wire::Host;

/// How long a stop waits for the jobs that run. Those that are cut off are run
/// again when their lease ends.
const STOP_GRACE: Duration = Duration::from_secs(35);

/// Pause between two looks at what is to be done again and again: which practices wait to be
/// compared after a restore, how old it is what agendas told of themselves, and which chains
/// of alerts are to be tested.
const LOOK_AGAIN: Duration = Duration::from_secs(10 * 60);

/// Pause between two looks whether each practice has its job of the night.
const ASK_TO_PURGE: Duration = Duration::from_secs(60 * 60);

/// Pause between two looks at what waits in the queue, for metrics.
const MEASURE: Duration = Duration::from_secs(5);

/// The workers of this process, until they are stopped.
pub struct Working {
    stop: watch::Sender<bool>,
    lanes: JoinSet<()>,
    _renewing: AbortOnDrop,
    _recurring: AbortOnDrop,
    _purging: AbortOnDrop,
}

impl Working {
    /// Starts a worker for each lane.
    pub fn start(host: &Host) -> Self {
        let workers = Workers::new(host.reception.clone(), host.alerts.clone());
        let (stop, stopped) = watch::channel(false);
        let mut lanes = JoinSet::new();
        for lane in Lane::ALL {
            let process = Tasks(Arc::clone(&host.database));
            lanes.spawn(Arc::clone(&workers).work(lane, process, stopped.clone()));
        }
        let renewing = AbortOnDrop(tokio::spawn(renew(workers)).abort_handle());
        let recurring = tokio::spawn(enqueue_recurring(Jobs::new(host.reception.clone())));
        let purging = tokio::spawn(ask_to_purge(Jobs::new(host.reception.clone())));
        Self {
            stop,
            lanes,
            _renewing: renewing,
            _recurring: AbortOnDrop(recurring.abort_handle()),
            _purging: AbortOnDrop(purging.abort_handle()),
        }
    }

    /// Takes no more jobs, and lets those that run come to their end.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.lanes.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_GRACE, ended).await.is_err() {
            tracing::warn!(grace_ms = STOP_GRACE.as_millis(), "stopped before every job had ended");
        }
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Jobs as tasks of this process.
struct Tasks(Arc<Database>);

impl Process for Tasks {
    fn spawn(&self, job: BoxFuture<'static, ()>) {
        tokio::spawn(job);
    }

    fn idle(&self, lane: Lane) -> BoxFuture<'static, ()> {
        let database = Arc::clone(&self.0);
        Box::pin(async move { database.until_due(lane).await })
    }
}

async fn renew(workers: Arc<Workers>) {
    loop {
        tokio::time::sleep(jobs::lease_renewal()).await;
        if let Err(error) = workers.renew().await {
            tracing::warn!(error = %error, "the leases of running jobs cannot be renewed");
        }
    }
}

/// Has agendas compared after a restore, what they tell of themselves read when it is old, and
/// chains of alerts tested at their hour.
async fn enqueue_recurring(jobs: Jobs) {
    loop {
        match jobs.enqueue_recoveries().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "practices compare their agendas after a restore before they go on"),
            Err(error) => tracing::warn!(error = %error, "the agendas cannot be compared after a restore"),
        }
        match jobs.enqueue_agenda_reads().await {
            Ok(count) => tracing::debug!(count, "agendas will be asked what they are"),
            Err(error) => tracing::warn!(error = %error, "agendas cannot be asked what they are"),
        }
        match jobs.enqueue_agenda_watches().await {
            Ok(count) => tracing::debug!(count, "agendas will be followed"),
            Err(error) => tracing::warn!(error = %error, "agendas cannot be followed"),
        }
        match jobs.enqueue_alert_tests().await {
            Ok(count) => tracing::debug!(count, "chains of alerts will be tested"),
            Err(error) => tracing::warn!(error = %error, "the tests of chains of alerts cannot be written down"),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Has what practices have kept for long enough removed every night.
async fn ask_to_purge(jobs: Jobs) {
    loop {
        match jobs.enqueue_purges().await {
            Ok(count) => tracing::debug!(count, "practices will have removed what is old"),
            Err(error) => tracing::warn!(error = %error, "what is old cannot be removed"),
        }
        tokio::time::sleep(ASK_TO_PURGE).await;
    }
}

/// Shows in the metrics what waits in the queue, for ever.
pub async fn measure(database: Arc<Database>) {
    loop {
        match database.lane_depths().await {
            Ok(depths) => jobs::metrics::depths(&depths),
            Err(error) => tracing::debug!(error = %error, "the queue cannot be measured"),
        }
        tokio::time::sleep(MEASURE).await;
    }
}

/// Ends when the person or the system asks the process to stop. Whoever asks from the
/// moment that this is called on is heard: before, the system ends the process itself.
pub fn stop_asked() -> impl Future<Output = ()> + Send + 'static {
    #[cfg(unix)]
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    #[cfg(unix)]
    let interrupt = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    async move {
        #[cfg(unix)]
        if let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        // Without a handler nothing can ask: run until the process is ended.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// SIGHUP: a terminal that closed, or somebody who wants the practices read again.
/// It never ends the process, from the moment that this is made.
pub struct Hangups {
    #[cfg(unix)]
    signals: Option<tokio::signal::unix::Signal>,
}

impl Hangups {
    /// Begins to listen.
    #[must_use]
    pub fn listen() -> Self {
        Self {
            #[cfg(unix)]
            signals: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok(),
        }
    }

    /// Ends at the next one.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(signals) = &mut self.signals
            && signals.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hangup_is_heard_and_ends_nothing() {
        let mut hangups = Hangups::listen();
        for _ in 0..2 {
            let this = std::process::id().to_string();
            let sent = std::process::Command::new("kill").args(["-HUP", &this]).status().unwrap();
            assert!(sent.success());
            hangups.next().await;
        }
    }
}
