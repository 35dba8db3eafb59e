//! The greffon host: one binary to serve, work, check and demonstrate.

mod commands;
mod config;
mod demo;
mod output;
mod telemetry;
mod wire;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let arguments = commands::Arguments::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::from(1)
        }
    }
}
