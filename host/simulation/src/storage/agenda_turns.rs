//! The port of turns, in memory.

use std::pin::pin;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::select;
use greffon_core::ports::agenda_turn::{AgendaIdentity, AgendaTurns, NamedAgenda, Turn, TurnRequest};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;

use super::memory::MemoryStorage;
use crate::faults::Effect;

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
