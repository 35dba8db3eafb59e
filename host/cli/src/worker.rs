//! Works off the queue, beside the server or alone, until the process is asked
//! to stop.

use std::time::Duration;

use greffon_core::flow::Reception;

/// Jobs taken from the queue at once.
const BATCH: u32 = 32;

/// Longest pause between two looks at the queue: another node may have added
/// to it.
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

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
    let next = reception.storage.next_job_in().await.ok().flatten();
    next.unwrap_or(LONGEST_PAUSE).clamp(Duration::from_millis(5), LONGEST_PAUSE)
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
