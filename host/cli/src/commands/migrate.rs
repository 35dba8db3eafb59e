//! `greffon migrate`.

use std::process::ExitCode;

use greffon_storage::{StorageOptions, connect, migrate};

use crate::config::operator::OperatorConfig;
use crate::output;

/// Brings the schema to this version. Forward only; safe to run twice.
pub async fn run(config: OperatorConfig) -> anyhow::Result<ExitCode> {
    crate::wire::make_storage_folder(&config.storage)?;
    let database = connect(&config.storage, StorageOptions::default()).await?;
    migrate(&database).await?;
    output::note("the schema is the one of this version");
    Ok(ExitCode::SUCCESS)
}
