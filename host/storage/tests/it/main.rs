//! The contract of the storage ports, on every storage. One binary; one file per
//! repository; `contract!` runs each test on SQLite, on PostgreSQL and in memory,
//! so that what is simulated holds of the databases.

#[macro_use]
mod support;

mod absences;
mod agenda_mirrors;
mod agenda_turns;
mod alert_tests;
mod alerts;
mod appointments;
mod approvals;
mod audit;
mod backup;
mod claims;
mod commitments;
mod contacts;
mod idempotency;
mod inbound;
mod intents;
mod isolation;
mod jobs;
mod kept_settings;
mod keyvalue;
mod known_agendas;
mod lease_time;
mod messages;
mod patients;
mod recoveries;
mod retention;
mod samples;
mod sealed_states;
mod setup;
mod transactions;
