//! Plugins as the domain sees them: one small trait a kind, whose methods name
//! neither practice nor feature. The runtime makes one when it binds a feature
//! of a practice; what it cannot bind is a [`Problem`] of that feature.
//!
//! No method is ever called while a transaction is open.

mod agenda;
mod bound;
mod channel;
mod failure;
mod health;
mod problem;
mod script;
mod stamp;
mod triage;

pub use self::agenda::{Agenda, read_agendas};
pub use self::bound::{Bound, WeakBound};
pub use self::channel::Channel;
pub use self::failure::{GuestError, PluginFailure, Pure};
pub use self::health::Health;
pub use self::problem::{Problem, SourcePlace};
pub use self::script::Script;
pub use self::stamp::Stamp;
pub use self::triage::Triage;
