//! Who acts when a command is typed.

use greffon_core::model::audit::{Actor, Role};

/// Whoever types a command, in the journal.
pub(super) fn actor() -> Actor {
    Actor { subject: "operator:command-line".to_owned(), role: Role::OperatorAdmin }
}
