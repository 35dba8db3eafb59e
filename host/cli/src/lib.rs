//! The greffon host's commands, configuration and composition root, as a
//! library so that tests compose a whole host in their own process. The binary
//! only calls [`run`].

mod agendas;
pub mod approvals;
mod commands;
pub mod config;
pub mod demo;
mod output;
mod probe;
mod recovery;
mod rehearsal;
pub mod signature;
mod storage_url;
mod telemetry;
pub mod wire;
pub mod worker;

use std::process::ExitCode;

use clap::Parser as _;

pub use crate::commands::{Arguments, run as execute};

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    wire::provide_tls();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::from(1)
        }
    }
}
