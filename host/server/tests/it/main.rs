//! The API over the ports in memory, one file per group of routes.

mod alerts;
mod appointments;
mod audit;
mod auth;
mod bookings;
mod bookings_by_hand;
mod commitments;
mod contacts;
mod contents;
mod dead_letters;
mod disclosures;
mod every_route;
mod health;
mod http;
mod idempotency;
mod keys;
mod languages;
mod messages;
mod metrics;
mod openapi;
mod patients;
mod plugins;
mod request_log;
mod rows;
mod serve;
mod support;
