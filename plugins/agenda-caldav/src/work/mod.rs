//! What the contract asks, done on one calendar.

mod absence;
mod book;
mod calendar;
mod change;
mod changes;
mod find;
mod told;

pub use self::calendar::Calendar;
pub use self::find::find_slots;
