#![doc = include_str!("../README.md")]

#[macro_use]
mod sql;
#[macro_use]
mod lease_time;

mod agenda_queues;
mod agenda_turns;
mod backup;
mod cursor;
mod database;
mod error;
mod idempotency;
mod line;
mod lookup;
mod lookup_key;
mod migrations;
mod postgres_transaction;
mod repository;
mod role;
mod rows;
mod sealed_states;
mod storage;
mod transaction;
mod turns;
mod url;
mod wake;

pub use backup::{BackupError, BackupMark, Restored, Written, back_up, restore};
pub use database::{Database, StorageOptions, connect};
pub use error::{Cause, SetupError};
pub use lease_time::LeaseTime;
pub use migrations::{migrate, pending};
