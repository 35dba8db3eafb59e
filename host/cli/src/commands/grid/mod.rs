//! `greffon grid check|explain|signer|sign|withdraw|verify`.

mod check;
mod explain;
mod key;
mod page;
mod read;
mod sign;
mod verify;
mod walk;

use std::process::ExitCode;

use clap::Subcommand;

use crate::config::operator::OperatorConfig;
use crate::wire::Wiring;

#[derive(Subcommand)]
pub enum Grid {
    /// Check the grids, scripts and texts of a practice: everything that is wrong, with line and remedy
    Check {
        /// The practice
        practice: String,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Print the grids of a practice in French, every path of every motive, to be read before signing
    Explain {
        /// The practice
        practice: String,
        /// Only this motive
        #[arg(long)]
        motive: Option<String>,
    },
    /// Print the lines of greffon.toml that make somebody a signer
    Signer(key::NewSigner),
    /// Sign the grids and scripts of a practice
    Sign(sign::Sign),
    /// Withdraw the grids and scripts of a practice: they are used no more
    Withdraw(sign::Withdraw),
    /// Say who signed the grids and scripts of a practice, and whether that holds
    Verify {
        /// The practice
        practice: String,
        /// For programs
        #[arg(long)]
        json: bool,
    },
}

impl Grid {
    pub async fn run(self, config: impl FnOnce() -> anyhow::Result<OperatorConfig>) -> anyhow::Result<ExitCode> {
        match self {
            Self::Check { practice, json } => check::run(&Wiring::without_storage(config()?)?, &practice, json),
            Self::Explain { practice, motive } => {
                explain::run(&Wiring::without_storage(config()?)?, &practice, motive.as_deref()).await
            }
            // Needs no file: the one that it is for may not be there yet.
            Self::Signer(signer) => signer.run(),
            Self::Sign(sign) => sign.run(&Wiring::without_storage(config()?)?),
            Self::Withdraw(withdraw) => withdraw.run(&Wiring::without_storage(config()?)?),
            Self::Verify { practice, json } => verify::run(&Wiring::without_storage(config()?)?, &practice, json).await,
        }
    }
}
