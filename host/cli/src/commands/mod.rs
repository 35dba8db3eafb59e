//! The commands, one file each.

mod backup;
mod config;
mod doctor;
mod grid;
mod inbound;
mod migrate;
mod operator;
mod peer;
mod plugin;
mod practice;
mod restore;
mod script;
mod sdk;
mod serve;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::environment;
use crate::config::operator::OperatorConfig;
use crate::demo;

/// The open platform for medical reception.
#[derive(Parser)]
#[command(name = "greffon", version, about, propagate_version = true)]
pub struct Arguments {
    /// The operator's file.
    #[arg(long, global = true, env = "GREFFON_CONFIG", default_value = "greffon.toml")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the HTTP API and work off the queue
    Serve(serve::Serve),
    /// Work off the queue only, beside other nodes
    Worker,
    /// Play a whole morning at three synthetic practices
    Demo(demo::Demo),
    /// Check, show and describe configuration files
    #[command(subcommand)]
    Config(config::Config),
    /// List and check practices
    #[command(subcommand)]
    Practice(practice::Practice),
    /// Check, explain and sign the grids and scripts of a practice
    #[command(subcommand)]
    Grid(grid::Grid),
    /// Write, build, try, list and inspect plugins
    #[command(subcommand)]
    Plugin(plugin::Plugin),
    /// Rehearse what is said
    #[command(subcommand)]
    Script(script::Script),
    /// Export what plugins are written with
    #[command(subcommand)]
    Sdk(sdk::Sdk),
    /// Serve agendas to try plugins on
    #[command(subcommand)]
    Peer(peer::Peer),
    /// Make tokens and the key that signs them
    Token(token::Token),
    /// Make and revoke the addresses at which outside services tell of agendas
    #[command(subcommand)]
    Inbound(inbound::Inbound),
    /// Bring the database's schema to this version
    Migrate,
    /// Copy the database while it is worked on
    Backup(backup::Backup),
    /// Put a backup in the database's place, and let practices go on after it
    Restore(restore::Restore),
    /// Check everything that serving needs, and say what to do
    Doctor(doctor::Doctor),
}

/// Runs one command.
///
/// # Errors
/// What went wrong, with the remedy.
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = || Ok::<_, anyhow::Error>(OperatorConfig::load(&arguments.config, environment::variables())?);
    match arguments.command {
        Command::Serve(serve) => block_on(serve.run(config()?)),
        Command::Worker => block_on(serve::worker(config()?)),
        Command::Demo(demo) => block_on(demo.run()),
        Command::Config(command) => command.run(&arguments.config),
        Command::Practice(command) => block_on(command.run(config()?)),
        Command::Grid(command) => block_on(command.run(config)),
        Command::Plugin(command) => command.run(),
        Command::Script(command) => block_on(command.run()),
        Command::Sdk(command) => command.run(),
        Command::Peer(command) => block_on(command.run()),
        Command::Token(token) => token.run(&arguments.config),
        Command::Inbound(command) => block_on(command.run(config()?)),
        Command::Migrate => block_on(migrate::run(config()?)),
        Command::Backup(backup) => block_on(backup.run(config()?)),
        Command::Restore(restore) => block_on(restore.run(config()?)),
        Command::Doctor(doctor) => block_on(doctor.run(arguments.config.clone())),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
