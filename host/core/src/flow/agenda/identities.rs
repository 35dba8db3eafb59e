//! What this process remembers of agendas' identities.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::ports::agenda_turn::{AgendaIdentity, NamedAgenda};

/// Identities that were learnt. Losing them loses nothing: the database has them.
#[derive(Default)]
pub(super) struct Identities(Mutex<HashMap<NamedAgenda, (String, AgendaIdentity)>>);

impl Identities {
    /// What an agenda is, if it was learnt from the binding of this digest.
    pub(super) fn known(&self, of: &NamedAgenda, binding: &str) -> Option<AgendaIdentity> {
        let identities = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        identities.get(of).filter(|(known, _)| known == binding).map(|(_, identity)| identity.clone())
    }

    pub(super) fn keep(&self, of: NamedAgenda, binding: &str, identity: &AgendaIdentity) {
        let mut identities = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        identities.insert(of, (binding.to_owned(), identity.clone()));
    }
}
