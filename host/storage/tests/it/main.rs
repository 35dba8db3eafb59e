//! The contract of the storage ports, on every database. One binary; one file
//! per repository; `contract!` runs each test on SQLite and on PostgreSQL.

#[macro_use]
mod support;

mod appointments;
mod audit;
mod claims;
mod commitments;
mod contacts;
mod idempotency;
mod intents;
mod isolation;
mod jobs;
mod keyvalue;
mod lease_time;
mod messages;
mod samples;
mod setup;
mod transactions;
