//! `greffon backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_storage::{BackupError, back_up};

use crate::config::operator::OperatorConfig;
use crate::output;

#[derive(Args)]
pub struct Backup {
    /// The new file; an existing one is never written over
    file: PathBuf,
}

impl Backup {
    /// Copies the database beside the server that works on it.
    pub async fn run(self, config: OperatorConfig) -> anyhow::Result<ExitCode> {
        let bar = output::bar(0);
        bar.set_message("copying the database");
        let progress = |written: u64, all: u64| {
            bar.set_length(all / 1024);
            bar.set_position(written / 1024);
        };
        let version = env!("CARGO_PKG_VERSION");
        let done = back_up(&config.storage, &self.file, version, SystemClock.now(), progress).await;
        bar.finish_and_clear();
        match done {
            Ok(written) => {
                output::data(&format!("{}", self.file.display()))?;
                output::note(&format!(
                    "{} KiB, checked; everything that was stored before {} is in it. It holds what patients told: keep \
                     it as you keep the database",
                    written.bytes / 1024,
                    written.mark.taken_at
                ));
                Ok(ExitCode::SUCCESS)
            }
            Err(error @ BackupError::OfServer { .. }) => {
                let file = self.file.display();
                anyhow::bail!(
                    "{error}\n\nhint: pg_dump --format=custom --file={file} DATABASE, which reads one snapshot while \
                     nodes work\nhint: to restore it, stop every node, then: pg_restore --clean --if-exists \
                     --single-transaction --dbname=DATABASE {file} && greffon restore --compare"
                )
            }
            Err(error) => Err(error.into()),
        }
    }
}
