//! The turns to write to an agenda, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use greffon_core::ports::agenda_turn::{AgendaIdentity, NamedAgenda, Turn, TurnRequest};
use greffon_core::time::Instant;
use tokio::sync::Notify;
use uuid::Uuid;

/// All turns, and what agendas were learnt to be.
#[derive(Debug, Default)]
pub(super) struct Turns {
    rows: Mutex<Rows>,
    pub(super) given_back: Notify,
}

#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) turns: BTreeMap<AgendaIdentity, Row>,
    pub(super) identities: BTreeMap<NamedAgenda, (String, AgendaIdentity)>,
}

#[derive(Debug, Default)]
pub(super) struct Row {
    fence: i64,
    held: Option<(Uuid, Instant)>,
}

impl Row {
    fn is_held(&self, now: Instant) -> bool {
        self.held.is_some_and(|(_, until)| until > now)
    }
}

impl Turns {
    pub(super) fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn try_take(&self, wanted: &TurnRequest, now: Instant) -> Option<Turn> {
        let mut rows = self.lock();
        let free = |agenda| rows.turns.get(agenda).is_some_and(|row: &Row| !row.is_held(now));
        if !wanted.agendas.iter().all(free) {
            return None;
        }
        let mut fence = None;
        for agenda in &wanted.agendas {
            let Some(row) = rows.turns.get_mut(agenda) else { continue };
            row.fence += 1;
            row.held = Some((wanted.holder, now + wanted.lasts));
            fence.get_or_insert(row.fence);
        }
        let (agendas, holder) = (wanted.agendas.clone(), wanted.holder);
        Some(Turn { agendas, holder, fence: fence.unwrap_or_default(), taken_at: now })
    }

    /// Whether nobody took it since, its end notwithstanding.
    pub(super) fn holds(&self, turn: &Turn) -> bool {
        let rows = self.lock();
        let own =
            |agenda| rows.turns.get(agenda).and_then(|row: &Row| row.held).is_some_and(|(id, _)| id == turn.holder);
        turn.agendas.iter().all(own)
    }

    pub(super) fn give_back(&self, turn: &Turn) {
        for row in self.lock().turns.values_mut() {
            row.held.take_if(|(holder, _)| *holder == turn.holder);
        }
        self.given_back.notify_waiters();
    }

    pub(super) fn end_all(&self) {
        for row in self.lock().turns.values_mut() {
            row.held = None;
        }
        self.given_back.notify_waiters();
    }

    /// When the last of these turns ends, if one is held.
    pub(super) fn held_until(&self, agendas: &[AgendaIdentity], now: Instant) -> Option<Instant> {
        let rows = self.lock();
        let held = agendas.iter().filter_map(|agenda| rows.turns.get(agenda)?.held);
        held.map(|(_, until)| until).filter(|until| *until > now).max()
    }
}
