//! Black-box tests over the whole of greffon: one binary, one module per
//! folder of behaviour.

mod support;

mod alert_chain;
mod architecture;
mod booking_race;
mod caldav_journey;
mod circles;
mod config_errors;
mod confinement;
mod doctolib_like;
mod field;
mod first_plugin;
mod hostile_guests;
mod lost_answers;
mod pinned;
mod refresh_tokens;
mod restore_drill;
mod road_of_a_contact;
mod taken_over;
mod two_nodes;
