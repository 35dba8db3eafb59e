//! What every handler is given.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use greffon_core::flow::Reception;
use greffon_core::ports::idempotency::Idempotency;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::auth::Authenticator;
use crate::error::ApiError;

/// Writes the metrics in the Prometheus text format.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Limits of the API. The defaults suit one node.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest request body, in bytes.
    pub body_bytes: usize,
    /// Longest time until an answer. Work that writes goes on after it.
    pub timeout: Duration,
    /// Requests of `/v1` at once; one more is answered 503.
    pub concurrent_requests: usize,
    /// Connections at once; one more waits to be accepted.
    pub connections: usize,
    /// How long a stop waits for what is under way.
    pub stop_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 256 * 1024,
            timeout: Duration::from_secs(30),
            concurrent_requests: 512,
            connections: 4096,
            stop_grace: Duration::from_secs(35),
        }
    }
}

/// The ports, the authenticator and the limits. Built once, in the composition
/// root.
pub struct App {
    pub(crate) reception: Reception,
    pub(crate) idempotency: Arc<dyn Idempotency>,
    pub(crate) authenticator: Authenticator,
    pub(crate) render_metrics: RenderMetrics,
    pub(crate) limits: Limits,
    pub(crate) places: Semaphore,
    pub(crate) tasks: TaskTracker,
    pub(crate) pages: Router<Arc<App>>,
}

impl App {
    /// An app over these ports.
    #[must_use]
    pub fn new(
        reception: Reception,
        idempotency: Arc<dyn Idempotency>,
        authenticator: Authenticator,
        render_metrics: RenderMetrics,
        limits: Limits,
    ) -> Self {
        Self {
            places: Semaphore::new(limits.concurrent_requests),
            tasks: TaskTracker::new(),
            reception,
            idempotency,
            authenticator,
            render_metrics,
            limits,
            pages: Router::new(),
        }
    }

    /// The same with pages of other crates beside the API, behind the same layers.
    #[must_use]
    pub fn with_pages(self, pages: Router) -> Self {
        Self { pages: pages.with_state(()), ..self }
    }

    /// Runs work that writes to its end, even when the client goes away or the
    /// request times out: an agenda that was asked must have its answer
    /// written down. A stop waits for it.
    pub(crate) async fn complete<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
    ) -> Result<T, ApiError> {
        match self.tasks.spawn(work).await {
            Ok(result) => result,
            Err(_) => Err(ApiError::Internal { cause: "the handler panicked".to_owned() }),
        }
    }
}
