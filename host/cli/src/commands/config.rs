//! `greffon config check|example|sealing-key|schema`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Subcommand, ValueEnum};
use secrecy::ExposeSecret as _;

use crate::config::environment;
use crate::config::operator::{EXAMPLE, OperatorConfig};
use crate::config::practice_file::PracticeFile;
use crate::output;

#[derive(Subcommand)]
pub enum Config {
    /// Check greffon.toml; practices are checked by `practice check`
    Check,
    /// Print a commented greffon.toml with all defaults
    Example,
    /// Print a new key for keys.sealing of greffon.toml; keep it secret
    SealingKey,
    /// Print the JSON Schema of a file, for editors
    Schema {
        /// Which file
        #[arg(value_enum, default_value_t = File::Practice)]
        file: File,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum File {
    /// greffon.toml
    Operator,
    /// practices/<id>/practice.toml
    Practice,
}

impl Config {
    pub fn run(self, file: &Path) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check => {
                OperatorConfig::load(file, environment::variables())?;
                output::note(&format!("{}: ok", file.display()));
            }
            Self::Example => output::data(EXAMPLE.trim_end())?,
            Self::SealingKey => {
                let key = greffon_runtime::new_sealing_key().context("the system gives no randomness")?;
                output::data(key.expose_secret())?;
            }
            Self::Schema { file: File::Operator } => output::json(&schemars::schema_for!(OperatorConfig))?,
            Self::Schema { file: File::Practice } => output::json(&schemars::schema_for!(PracticeFile))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
