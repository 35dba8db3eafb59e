//! The `AgendaTurns` port.

use std::time::Duration;

use async_trait::async_trait;
use greffon_core::ports::agenda_turn::{AgendaIdentity, AgendaTurns, NamedAgenda, Turn, TurnRequest};
use greffon_core::ports::storage::Stored;
use greffon_core::time::Instant;
use tokio::time::timeout;

use crate::agenda_queues::LOOK_AGAIN;
use crate::database::Database;
use crate::error::failed;
use crate::repository::agenda_turns;
use crate::sql::Sql;

const INSTALLATION: Sql = Sql::both("SELECT id FROM installation");

impl Database {
    /// The id of this installation, made once with the schema. A copy of the
    /// database is the same installation: one of the two must not write to agendas.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer.
    pub async fn installation(&self) -> Stored<String> {
        let (id,) = fetch!(fetch_one, (String,), self.reader().await?.on(), INSTALLATION).map_err(failed)?;
        Ok(id)
    }
}

#[async_trait]
impl AgendaTurns for Database {
    async fn take(&self, wanted: &TurnRequest) -> Stored<Option<Turn>> {
        agenda_turns::take(self.writer().await?.on(), &self.lease_clock, wanted).await
    }

    async fn wait(&self, agendas: &[AgendaIdentity], at_most: Duration) -> Stored<Duration> {
        let began = tokio::time::Instant::now();
        let waiting = async {
            // Sorted, so that two who wait for the same agendas never wait for each other.
            let queues: Vec<_> = agendas.iter().map(|agenda| self.agenda_queues.of(agenda)).collect();
            let mut heads = Vec::with_capacity(queues.len());
            for queue in &queues {
                heads.push(queue.at_the_head().await);
            }
            while agenda_turns::is_held(self.reader().await?.on(), &self.lease_clock, agendas).await? {
                let rung = futures::future::select_all(queues.iter().map(|queue| Box::pin(queue.rung())));
                // Late is as good as rung: another node gives back without ringing here.
                drop(timeout(LOOK_AGAIN, rung).await);
            }
            Ok(())
        };
        match timeout(at_most, waiting).await {
            Ok(Err(error)) => Err(error),
            Ok(Ok(())) | Err(_) => Ok(began.elapsed()),
        }
    }

    async fn give_back(&self, turn: &Turn) -> Stored<()> {
        agenda_turns::give_back(self.writer().await?.on(), turn).await?;
        self.agenda_queues.ring(&turn.agendas);
        Ok(())
    }

    async fn identity(&self, of: &NamedAgenda, binding: &str) -> Stored<Option<AgendaIdentity>> {
        agenda_turns::identity(self.reader().await?.on(), of, binding).await
    }

    async fn learn(
        &self,
        of: &NamedAgenda,
        binding: &str,
        identity: &AgendaIdentity,
        now: Instant,
    ) -> Stored<Vec<NamedAgenda>> {
        let mut open = self.open().await?;
        let others = agenda_turns::learn(open.on(), of, binding, identity, now).await?;
        open.commit().await?;
        Ok(others)
    }
}
