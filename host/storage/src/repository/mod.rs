//! One table or two per file: the SQL, and the rows in and out.

pub(crate) mod absences;
pub(crate) mod agenda_mirrors;
pub(crate) mod agenda_turns;
pub(crate) mod agenda_watches;
pub(crate) mod alert_tests;
pub(crate) mod alerts;
pub(crate) mod appointments;
pub(crate) mod approvals;
pub(crate) mod audit;
pub(crate) mod claims;
pub(crate) mod commitments;
pub(crate) mod contact_views;
pub(crate) mod contacts;
pub(crate) mod dead_letters;
pub(crate) mod idempotency;
pub(crate) mod inbound;
pub(crate) mod intents;
pub(crate) mod jobs;
pub(crate) mod kept_settings;
pub(crate) mod keyvalue;
pub(crate) mod known_agendas;
pub(crate) mod messages;
pub(crate) mod patients;
pub(crate) mod recoveries;
pub(crate) mod retention;
pub(crate) mod sealed_states;
