//! What an agenda is, whoever names it: learnt once, kept in the database, and
//! remembered by the process. Nothing is written to an agenda without it.

use super::Agendas;
use crate::flow::error::{Flow, FlowError, Unreached};
use crate::ids::{AgendaId, FeatureId};
use crate::model::scheduling::AgendaError;
use crate::ports::agenda_turn::{AgendaIdentity, NamedAgenda};
use crate::ports::practices::LivePractice;

impl Agendas {
    /// What an agenda is: from memory, from the database, or else from its plugin,
    /// once. Nothing is written to an agenda without it.
    pub(crate) async fn identity(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        agenda: &AgendaId,
    ) -> Flow<AgendaIdentity> {
        let of = NamedAgenda { practice: practice.id.clone(), feature: feature.clone(), agenda: agenda.clone() };
        let unidentified = || FlowError::AgendaUnidentified(feature.clone());
        let bound = practice.agenda(feature).map_err(|_| unidentified())?;
        let binding = bound.binding();
        if let Some(known) = self.identities.known(&of, &binding) {
            return Ok(known);
        }
        let identity = match self.turns.identity(&of, &binding).await? {
            Some(known) => known,
            None => {
                let identity = bound.identity(agenda).await.map_err(|error| match error {
                    AgendaError::Unavailable(_) | AgendaError::RateLimited(_) => {
                        FlowError::AgendaUnavailable(Unreached {
                            feature: feature.clone(),
                            class: practice.failing(feature),
                        })
                    }
                    _ => unidentified(),
                })?;
                let others = self.turns.learn(&of, &binding, &identity, self.acts.now()).await?;
                for other in others {
                    tracing::warn!(
                        practice.id = %of.practice, feature = %of.feature, agenda.id = %of.agenda,
                        other.practice = %other.practice, other.feature = %other.feature,
                        other.agenda = %other.agenda,
                        "two bindings name the same agenda: they write in turn, but know nothing of each other's rules"
                    );
                }
                identity
            }
        };
        self.identities.keep(of, &binding, &identity);
        Ok(identity)
    }
}
