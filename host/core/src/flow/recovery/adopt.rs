//! Takes over an entry of greffon's own that the restored database does not know: it was
//! booked after the backup. It can be moved and cancelled like any other from then on.

use greffon_words::recovery as words;

use super::Recoveries;
use super::correct::MAX_TRIES;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError};
use crate::flow::journal::Entry;
use crate::ids::{FeatureId, IntentId, MotiveId, OpId};
use crate::model::audit::Actor;
use crate::model::intent::{Appointment, Finding, Intent, IntentEvent, IntentKind, decide};
use crate::model::person::{Identifier, Person};
use crate::model::scheduling::{AgendaAppointment, BookingRequest, VisitMode};
use crate::model::standing::Standing;
use crate::ports::practices::LivePractice;
use crate::ports::storage::StorageError;

/// The motive of an appointment whose agenda does not tell it.
const NO_MOTIVE: &str = "inconnu";

impl Recoveries {
    /// Takes an entry over. Says whether nobody knew it; what an op-id of the database wrote
    /// is known.
    pub(super) async fn adopt(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        feature: &FeatureId,
        op: &OpId,
        held: &AgendaAppointment,
    ) -> Flow<bool> {
        for _ in 0..MAX_TRIES {
            match self.try_adopt(practice, actor, feature, op, held).await {
                // Somebody booked the time, or the same entry was taken over, meanwhile.
                Err(
                    FlowError::Conflict
                    | FlowError::Storage(StorageError::ClaimTaken { .. } | StorageError::Exists { .. }),
                ) => {}
                done => return done,
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_adopt(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        feature: &FeatureId,
        op: &OpId,
        held: &AgendaAppointment,
    ) -> Flow<bool> {
        let act = Act::new(practice, actor, self.acts.now());
        let mut draft = self.draft(act, feature, op, held);
        draft.claims = self.claims_beside(practice, &draft, held, &[]).await?;
        let (mut intent, _) = decide(&draft, IntentEvent::Restored(Finding::Present(Box::new(held.clone()))), act.now)?;
        let mut tx = self.storage.begin(&practice.id).await?;
        if tx.intent_by_op(op).await?.is_some() || tx.appointment(feature, &held.id).await?.is_some() {
            return Ok(false);
        }
        let mut appointment = Appointment {
            id: held.id.clone(),
            practice: practice.id.clone(),
            feature: feature.clone(),
            intent: intent.id,
            chain: intent.chain,
            pending: None,
            contact: None,
            held: held.clone(),
            standing: Standing::default(),
            updated_at: act.now,
            version: 0,
        };
        tx.save_intent(&mut intent).await?;
        tx.save_appointment(&mut appointment).await?;
        let entry = Entry::new("appointment.adopted")
            .about("intent", intent.id)
            .field("op", op)
            .field("feature", feature)
            .field("agenda", &held.agenda);
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The wish that the entry was, as far as its agenda tells it. Its digest is empty: what
    /// was asked for under its op-id is known to the agenda alone.
    fn draft(&self, act: Act<'_>, feature: &FeatureId, op: &OpId, held: &AgendaAppointment) -> Intent {
        let nobody = || Person { family: words::found_in_agenda().to_string(), ..Person::default() };
        let motive = held.motive.clone().unwrap_or_else(|| MotiveId::from(NO_MOTIVE));
        let mode = act.practice.motive(&motive).and_then(|motive| motive.modes.first().copied());
        let request = BookingRequest {
            agenda: held.agenda.clone(),
            span: held.span,
            motive,
            mode: mode.unwrap_or(VisitMode::Office),
            patient: held.patient.clone().unwrap_or_else(nobody),
            resources: held.resources.clone(),
            slot_handle: None,
            slot_version: None,
            note: None,
            operator: Identifier { system: "urn:greffon:subject".to_owned(), value: act.actor.subject.clone() },
            allow_overlap: false,
            entry: None,
        };
        let id = IntentId(self.acts.id(act.now));
        let (practice, by) = (act.practice.id.clone(), act.actor.subject.clone());
        Intent {
            op: op.clone(),
            ..Intent::drafted(id, practice, IntentKind::Book, feature.clone(), request, by, act.now)
        }
    }
}
