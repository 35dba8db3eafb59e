//! The turns to write to an agenda, in memory.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::select;
use greffon_core::ports::agenda_turn::{AgendaIdentity, AgendaTurns, NamedAgenda, Turn, TurnRequest};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Effect, MemoryStorage};

/// All turns, and what agendas were learnt to be.
#[derive(Debug, Default)]
pub(super) struct Turns {
    rows: Mutex<Rows>,
    given_back: Notify,
}

#[derive(Debug, Default)]
struct Rows {
    turns: BTreeMap<AgendaIdentity, Row>,
    identities: BTreeMap<NamedAgenda, (String, AgendaIdentity)>,
}

#[derive(Debug, Default)]
struct Row {
    fence: i64,
    held: Option<(Uuid, Instant)>,
}

impl Row {
    fn is_held(&self, now: Instant) -> bool {
        self.held.is_some_and(|(_, until)| until > now)
    }
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, Rows> {
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
    fn held_until(&self, agendas: &[AgendaIdentity], now: Instant) -> Option<Instant> {
        let rows = self.lock();
        let held = agendas.iter().filter_map(|agenda| rows.turns.get(agenda)?.held);
        held.map(|(_, until)| until).filter(|until| *until > now).max()
    }
}

#[async_trait]
impl AgendaTurns for MemoryStorage {
    async fn take(&self, wanted: &TurnRequest) -> Stored<Option<Turn>> {
        self.effect(Effect::StorageWrite).await?;
        Ok(self.inner.turns.try_take(wanted, self.now()))
    }

    async fn wait(&self, agendas: &[AgendaIdentity], at_most: Duration) -> Stored<Duration> {
        let began = self.now();
        let end = began + at_most;
        loop {
            let given_back = self.inner.turns.given_back.notified();
            let mut given_back = pin!(given_back);
            given_back.as_mut().enable();
            let now = self.now();
            match self.inner.turns.held_until(agendas, now) {
                Some(until) if now < end => {
                    let sleeper = self.inner.sleeper.clone();
                    let ended = async move {
                        match sleeper {
                            Some(clock) => clock.sleep_until(until.min(end)).await,
                            None => std::future::pending().await,
                        }
                    };
                    select(given_back, pin!(ended)).await;
                }
                _ => return Ok(now.since(began)),
            }
        }
    }

    async fn give_back(&self, turn: &Turn) -> Stored<()> {
        self.effect(Effect::StorageWrite).await?;
        self.inner.turns.give_back(turn);
        Ok(())
    }

    async fn identity(&self, of: &NamedAgenda, binding: &str) -> Stored<Option<AgendaIdentity>> {
        self.effect(Effect::StorageRead).await?;
        let rows = self.inner.turns.lock();
        let known = rows.identities.get(of).filter(|(learnt_from, _)| learnt_from == binding);
        Ok(known.map(|(_, identity)| identity.clone()))
    }

    async fn learn(
        &self,
        of: &NamedAgenda,
        binding: &str,
        identity: &AgendaIdentity,
        _now: Instant,
    ) -> Stored<Vec<NamedAgenda>> {
        self.effect(Effect::StorageWrite).await?;
        let mut rows = self.inner.turns.lock();
        rows.turns.entry(identity.clone()).or_default();
        rows.identities.insert(of.clone(), (binding.to_owned(), identity.clone()));
        let same = rows.identities.iter().filter(|(other, (_, known))| *other != of && known == identity);
        Ok(same.map(|(other, _)| other.clone()).collect())
    }
}
