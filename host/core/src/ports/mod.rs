//! What the domain needs from outside, as traits. Implemented by
//! greffon-storage, greffon-runtime and, in memory, by greffon-simulation.

pub mod agenda_turn;
pub mod clock;
pub mod earlier;
pub mod idempotency;
pub mod keyvalue;
pub mod pinned;
pub mod plugins;
pub mod practices;
pub mod sealed_state;
pub mod storage;
