//! Appointments of the restored database that are otherwise in their agenda, or not there
//! any more. Nobody is told by greffon: whoever did it after the backup has told them.

use super::Recoveries;
use super::compare::JOB;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError};
use crate::flow::journal::Entry;
use crate::model::audit::Actor;
use crate::model::intent::{Appointment, Claim, Intent};
use crate::model::recovery::is_live;
use crate::model::scheduling::{AgendaAppointment, AppointmentStatus};
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored};

/// How often one begins again because others changed the same things.
pub(super) const MAX_TRIES: usize = 8;

impl Recoveries {
    /// The appointment is not in its agenda any more: it is called off here, and its time is
    /// free. Says whether it was not so already.
    pub(super) async fn end_gone(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        appointment: &Appointment,
    ) -> Flow<bool> {
        let held = AgendaAppointment { status: AppointmentStatus::Cancelled, ..appointment.held.clone() };
        self.take(practice, actor, appointment, &held, "appointment.gone").await
    }

    /// The appointment is what its agenda says. Says whether it was not so already.
    pub(super) async fn correct(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        appointment: &Appointment,
        held: &AgendaAppointment,
    ) -> Flow<bool> {
        self.take(practice, actor, appointment, held, "appointment.corrected").await
    }

    async fn take(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        appointment: &Appointment,
        held: &AgendaAppointment,
        action: &str,
    ) -> Flow<bool> {
        debug_assert_eq!(appointment.id, held.id, "one entry of the agenda");
        for _ in 0..MAX_TRIES {
            match self.try_take(practice, actor, appointment, held, action).await {
                Err(FlowError::Conflict | FlowError::Storage(StorageError::ClaimTaken { .. })) => {}
                done => return done,
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_take(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        appointment: &Appointment,
        held: &AgendaAppointment,
        action: &str,
    ) -> Flow<bool> {
        let act = Act::new(practice, actor, self.acts.now());
        let holder = self.storage.intent(&practice.id, appointment.intent).await?;
        let moved = held.span != appointment.held.span || held.agenda != appointment.held.agenda;
        let changed = match holder {
            // Another version, a status: its time is the same.
            Some(_) if !moved && is_live(held) => None,
            Some(before) => {
                let claims = if is_live(held) { self.claims_of(practice, &before, held).await? } else { Vec::new() };
                Some(moved_to(before, held, claims))
            }
            None => None,
        };
        let mut tx = self.storage.begin(&practice.id).await?;
        let Some(mut stored) = tx.appointment(&appointment.feature, &appointment.id).await? else { return Ok(false) };
        if stored.held == *held {
            return Ok(false);
        }
        stored.held = held.clone();
        stored.updated_at = act.now;
        tx.save_appointment(&mut stored).await?;
        if let Some(mut intent) = changed {
            intent.updated_at = act.now;
            tx.save_intent(&mut intent).await?;
        }
        let entry = Entry::new(action).in_contact(stored.contact).about("intent", stored.intent).field("by", JOB);
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The claims of an appointment that stands like this in its agenda.
    async fn claims_of(
        &self,
        practice: &LivePractice,
        holder: &Intent,
        held: &AgendaAppointment,
    ) -> Stored<Vec<Claim>> {
        self.claims_beside(practice, holder, held, &holder.claims).await
    }

    /// The same, where `own` is what its chain claims already.
    pub(super) async fn claims_beside(
        &self,
        practice: &LivePractice,
        intent: &Intent,
        held: &AgendaAppointment,
        own: &[Claim],
    ) -> Stored<Vec<Claim>> {
        let motive = practice.motive(&intent.request.motive);
        let agenda = (&intent.feature, &held.agenda);
        self.agendas.claims_of_standing(practice, motive, agenda, held.span, own).await
    }
}

fn moved_to(before: Intent, held: &AgendaAppointment, claims: Vec<Claim>) -> Intent {
    let mut intent = before;
    intent.claims = claims;
    intent.request.agenda = held.agenda.clone();
    intent.request.span = held.span;
    intent.appointment = Some(held.clone());
    intent
}
