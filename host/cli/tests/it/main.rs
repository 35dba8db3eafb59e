//! The binary as people and programs start it.

mod commands;
mod confinement;
mod dialogues;
mod kill_nine;
mod kit;
mod second_process;
mod support;
