//! Configuration: the operator's file, the practices' files, secrets, and
//! errors that name file, line, column, value and remedy. The only place that
//! reads the environment.

mod alerts;
pub mod approvals;
pub mod binding;
mod callback_windows;
pub mod confined;
pub mod diagnostic;
pub mod directory;
mod disclosure;
pub mod environment;
mod hours;
mod instructions;
pub mod keys;
mod laboratory;
pub mod loader;
mod motives;
pub mod operator;
pub mod plugin_files;
pub mod plugins;
pub mod practice;
pub mod practice_file;
pub mod practice_folders;
pub mod practice_id;
mod references;
mod retention;
mod said;
pub mod secret;
mod services;
pub mod shared;
pub mod signed;
pub mod stamp;
pub mod supervision;
pub mod watched;
