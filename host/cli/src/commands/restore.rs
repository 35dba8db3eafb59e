//! `greffon restore`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use greffon_core::flow::FlowError;
use greffon_core::ids::PracticeId;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_core::ports::storage::Storage as _;
use greffon_storage::{BackupError, StorageOptions, connect, migrate, restore};

use crate::config::operator::OperatorConfig;
use crate::output;
use crate::wire::{self, Host};

/// What is said after every restore.
const NEXT: &str = "every practice compares its agendas before it books and sends again; it begins when greffon does. \
                    \"greffon doctor\" says how far each is";

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Restore {
    #[command(subcommand)]
    command: Option<Command>,
    /// What "greffon backup" wrote
    #[arg(required_unless_present = "compare")]
    file: Option<PathBuf>,
    /// The database was restored by its own tools: have the agendas compared
    #[arg(long, conflicts_with = "file")]
    compare: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Let a practice go on although one of its agendas could not be compared
    Release {
        /// Which
        practice: String,
    },
}

impl Restore {
    pub async fn run(self, config: OperatorConfig) -> anyhow::Result<ExitCode> {
        match (self.command, self.file) {
            (Some(Command::Release { practice }), _) => release(config, practice.as_str().into()).await,
            (None, Some(file)) => from_file(config, &file).await,
            (None, None) => compare(config).await,
        }
    }
}

async fn from_file(config: OperatorConfig, file: &Path) -> anyhow::Result<ExitCode> {
    let waiting = output::spinner("looking through the backup");
    let done = restore(&config.storage, file, SystemClock.now()).await;
    waiting.finish_and_clear();
    let restored = match done {
        Ok(restored) => restored,
        Err(error @ BackupError::OfServer { .. }) => bail!(
            "{error}\n\nhint: stop every node, then: pg_restore --clean --if-exists --single-transaction \
             --dbname=DATABASE {} && greffon restore --compare",
            file.display()
        ),
        Err(error) => return Err(error.into()),
    };
    output::data(&format!("restored what was stored before {}", restored.mark.taken_at))?;
    if restored.ended_another {
        output::note("a restore that had been interrupted was ended first");
    }
    if let Some(aside) = restored.aside {
        output::note(&format!("the database of before is {}: remove it when nobody needs it", aside.display()));
    }
    output::note(NEXT);
    Ok(ExitCode::SUCCESS)
}

/// Marks a database that its own tools have restored.
async fn compare(config: OperatorConfig) -> anyhow::Result<ExitCode> {
    wire::make_storage_folder(&config.storage)?;
    let database = connect(&config.storage, StorageOptions::default()).await?;
    database.work_alone().await?;
    migrate(&database).await?;
    let marked = database.mark_restored(SystemClock.now(), None).await;
    database.close().await;
    marked.context("the restore cannot be written down")?;
    output::data("marked as restored")?;
    output::note(NEXT);
    Ok(ExitCode::SUCCESS)
}

async fn release(config: OperatorConfig, practice: PracticeId) -> anyhow::Result<ExitCode> {
    let host = Host::beside(config).await?;
    let released = host.reception.recoveries.release(&practice, &super::operator::actor()).await;
    host.database.close().await;
    match released {
        Ok(_) => {}
        Err(FlowError::NotFound(_)) => bail!("there is no practice \"{practice}\"\n\nhint: greffon practice list"),
        Err(FlowError::NotAllowed { code: "not-recovering", .. }) => bail!("this database was never restored"),
        Err(FlowError::NotAllowed { code: "already-released", .. }) => bail!("\"{practice}\" goes on already"),
        Err(error) => return Err(error.into()),
    }
    output::data(&format!("{practice} books and sends again"))?;
    output::note("look into the agendas that could not be compared before an appointment is given in them");
    Ok(ExitCode::SUCCESS)
}
