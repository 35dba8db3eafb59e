//! `greffon token`: tokens for people and programs, signed with the
//! installation's own key.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use greffon_core::model::audit;
use greffon_core::ports::clock::{Clock as _, SystemClock};
use greffon_server::NewToken;

use crate::config::environment;
use crate::config::operator::OperatorConfig;
use crate::{output, signature, wire};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Token {
    #[command(subcommand)]
    command: Option<Command>,
    /// Pseudonymous id of the person or program
    #[arg(long, default_value = "operator")]
    subject: String,
    /// What they may do
    #[arg(long, value_enum, default_value_t = Role::Secretary)]
    role: Role,
    /// Practices they may do it in; repeat for more
    #[arg(long = "practice")]
    practices: Vec<String>,
    /// RPPS number of a practitioner, who approves grids and scripts with it
    #[arg(long)]
    rpps: Option<String>,
    /// Hours until the token ends, 1 to 720
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=720))]
    hours: u64,
}

#[derive(Subcommand)]
enum Command {
    /// Print a new Ed25519 signing key in PEM; keep it secret
    Key,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Secretary,
    Supervisor,
    Practitioner,
    PracticeAdmin,
    Integrator,
    Auditor,
    OperatorAdmin,
}

impl From<Role> for audit::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Secretary => Self::Secretary,
            Role::Supervisor => Self::Supervisor,
            Role::Practitioner => Self::Practitioner,
            Role::PracticeAdmin => Self::PracticeAdmin,
            Role::Integrator => Self::Integrator,
            Role::Auditor => Self::Auditor,
            Role::OperatorAdmin => Self::OperatorAdmin,
        }
    }
}

impl Token {
    pub fn run(self, config: &Path) -> anyhow::Result<ExitCode> {
        if let Some(Command::Key) = self.command {
            output::data(wire::new_key()?.trim_end())?;
            return Ok(ExitCode::SUCCESS);
        }
        let config = OperatorConfig::load(config, environment::variables())?;
        let Some(issuer) = wire::own_issuer(&config)? else {
            bail!(
                "no signing key is configured\n\nhint: greffon token key > signing.pem, then [keys] signing = {{ file = \"signing.pem\" }}"
            );
        };
        let practices = match (self.practices.is_empty(), self.role) {
            (false, _) => Some(self.practices.into_iter().map(Into::into).collect()),
            (true, Role::OperatorAdmin) => None,
            (true, _) => bail!("a token needs practices\n\nhint: add --practice <id>"),
        };
        if let Some(rpps) = self.rpps.as_ref().filter(|rpps| !signature::is_rpps(rpps)) {
            bail!("\"{rpps}\" is not an RPPS number\n\nhint: 11 digits");
        }
        let token = NewToken {
            subject: self.subject,
            role: self.role.into(),
            practices,
            scope: None,
            rpps: self.rpps,
            lifetime: Duration::from_secs(self.hours * 3600),
        };
        output::data(&issuer.sign(&token, SystemClock.now())?)?;
        Ok(ExitCode::SUCCESS)
    }
}
