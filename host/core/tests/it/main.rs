//! The road of a contact over ports in memory: what people see, what leaves,
//! what stands in the agenda, and what a crash or a lost answer does to it.

mod agenda_changes;
mod alert_kills;
mod alert_tests;
mod alerts;
mod approvals;
mod bookings;
mod callback_hours;
mod callback_windows;
mod changes;
mod closing;
mod contact_decisions;
mod contact_properties;
mod contacts;
mod contest;
mod counting;
mod disclosure;
mod disclosure_matrix;
mod emergency_steps;
mod going_on;
mod laboratories;
mod messages;
mod office;
mod pinned;
mod promises;
mod reading_out;
mod reads;
mod registry;
mod restores;
mod retention;
mod revisions;
mod script_effects;
mod unanswered;
mod unknown_outcomes;
mod wishes;
mod workers;
