//! `greffon migrate`.

use std::process::ExitCode;

use greffon_storage::{StorageOptions, connect, migrate};

use crate::config::operator::OperatorConfig;
use crate::output;

/// Brings the schema to this version. Forward only; safe to run twice.
pub async fn run(config: OperatorConfig) -> anyhow::Result<ExitCode> {
    crate::wire::make_storage_folder(&config.storage)?;
    let database = connect(&config.storage, StorageOptions::default()).await?;
    let applied = migrate(&database).await?;
    for name in &applied {
        output::data(&format!("applied {name}"))?;
    }
    output::note(if applied.is_empty() { "nothing to do: the schema is the one of this version" } else { "done" });
    Ok(ExitCode::SUCCESS)
}
