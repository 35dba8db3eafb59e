//! What an appointment keeps others out of that stands in its agenda already.

use super::Agendas;
use crate::ids::{AgendaId, FeatureId};
use crate::model::claims::{agenda_resource, claims_beside};
use crate::model::intent::Claim;
use crate::model::practice::{Motive, Practice};
use crate::ports::storage::Stored;
use crate::time::Span;

impl Agendas {
    /// The claims of an appointment that stands in an agenda at `span`: its time with the motive's
    /// buffers, but for what others claim already. `own` is what its chain claims.
    ///
    /// # Errors
    /// `Storage`.
    pub(crate) async fn claims_of_standing(
        &self,
        practice: &Practice,
        motive: Option<&Motive>,
        (feature, agenda): (&FeatureId, &AgendaId),
        span: Span,
        own: &[Claim],
    ) -> Stored<Vec<Claim>> {
        let (before, after) = motive.map_or((0, 0), |one| (one.before_min, one.after_min));
        let resource = agenda_resource(feature, agenda);
        let mut others = self.storage.claims(&practice.id, &resource, span.widened(before, after)).await?;
        for claim in own {
            if let Some(index) = others.iter().position(|other| other == claim) {
                others.remove(index);
            }
        }
        Ok(claims_beside(practice, feature, agenda, motive, span, &others))
    }
}
