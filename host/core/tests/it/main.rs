//! The road of a contact over ports in memory: what people see, what leaves,
//! what stands in the agenda, and what a crash or a lost answer does to it.

mod alert_kills;
mod alert_tests;
mod alerts;
mod bookings;
mod changes;
mod closing;
mod contact_decisions;
mod contact_properties;
mod contacts;
mod contest;
mod counting;
mod disclosure;
mod going_on;
mod laboratories;
mod messages;
mod office;
mod pinned;
mod promises;
mod reads;
mod registry;
mod restores;
mod retention;
mod revisions;
mod unknown_outcomes;
mod workers;
