//! What the contract asks, done at the vendor.

pub mod book;
pub mod callback;
pub mod cancel;
pub mod catalogue;
pub mod changes;
pub mod find;
pub mod look_up;
pub mod memory;
pub mod patient;
pub mod place;
pub mod told;
pub mod vendor;
