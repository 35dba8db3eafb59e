//! The binary as people and programs start it.

mod alert_kills;
mod bad_content;
mod commands;
mod confinement;
mod dialogues;
mod grid;
mod kill_nine;
mod kit;
mod probe;
mod restores;
mod second_process;
mod support;
