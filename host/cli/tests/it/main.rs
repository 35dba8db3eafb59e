//! The binary as people and programs start it.

mod commands;
mod kill_nine;
mod support;
