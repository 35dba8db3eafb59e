//! Log lines on stderr, and the metrics that `/metrics` shows.

use std::sync::Arc;

use anyhow::Context as _;
use greffon_server::RenderMetrics;
use tracing_subscriber::EnvFilter;

use crate::config::operator::{Log, LogFormat};

/// Starts logging. `GREFFON_LOG` wins over the file, `fallback` is for when
/// neither says anything.
///
/// # Errors
/// When the filter is not readable.
pub fn start(log: &Log, fallback: &str) -> anyhow::Result<()> {
    let filter = std::env::var("GREFFON_LOG").ok().or_else(|| log.filter.clone()).unwrap_or_else(|| fallback.into());
    let filter = EnvFilter::try_new(&filter)
        .with_context(|| format!("log filter \"{filter}\" is not readable; write for example \"info\""))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))
}

/// Starts counting; the function writes what was counted.
///
/// # Errors
/// When something counts already.
pub fn metrics() -> anyhow::Result<RenderMetrics> {
    let handle =
        metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().context("metrics cannot start")?;
    greffon_server::describe_metrics();
    greffon_core::jobs::metrics::describe();
    greffon_runtime::metrics::describe();
    Ok(Arc::new(move || handle.render()))
}
