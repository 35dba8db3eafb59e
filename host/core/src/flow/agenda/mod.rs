//! The practice's agendas: what is free in them, what they are, and the turn to
//! write to one.

mod alternatives;
mod contest;
mod free;
mod identities;
mod identity;
mod known;
mod rules;
mod standing;
mod turn;

use std::sync::Arc;

use self::contest::Contests;
pub(super) use self::free::{Seat, Unread, Wish};
use self::identities::Identities;
pub(crate) use self::rules::WriteRules;
pub(crate) use self::turn::{Asking, Calls, Writing};
use super::act::Acts;
use crate::ports::agenda_turn::AgendaTurns;
use crate::ports::storage::Storage;

/// Reads agendas, and gives the right to write to them.
#[derive(Clone)]
pub(crate) struct Agendas {
    acts: Acts,
    storage: Arc<dyn Storage>,
    turns: Arc<dyn AgendaTurns>,
    identities: Arc<Identities>,
    contests: Arc<Contests>,
}

impl Agendas {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>, turns: Arc<dyn AgendaTurns>) -> Self {
        Self { acts, storage, turns, identities: Arc::default(), contests: Arc::default() }
    }

    /// The same agendas over another way into the same database.
    pub(super) fn over(&self, storage: Arc<dyn Storage>) -> Self {
        Self { storage, ..self.clone() }
    }
}
