//! Configuration: the operator's file, the practices' files, secrets, and
//! errors that name file, line, column, value and remedy. The only place that
//! reads the environment.

mod binding;
pub mod diagnostic;
pub mod directory;
mod hours;
mod loader;
pub mod operator;
pub mod others;
pub mod plugins;
pub mod practice;
pub mod practice_file;
pub mod secret;
