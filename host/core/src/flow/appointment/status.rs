//! Marks appointments arrived, fulfilled or no-show.

use greffon_words::{fields, refusals};

use super::changeable::busy;
use super::{Appointments, NewStatus};
use crate::flow::act::Act;
use crate::flow::agenda::{Calls, WriteRules, Writing};
use crate::flow::booking::{cancelled, check_op, rule_of_the_agenda, unavailable};
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::ids::{AppointmentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::intent::Appointment;
use crate::model::scheduling::{AgendaError, AppointmentStatus};
use crate::model::standing::is_same_visit;
use crate::ports::practices::LivePractice;

impl Appointments {
    /// Marks an appointment arrived, fulfilled or no-show.
    ///
    /// # Errors
    /// `NotFound`, `NotAllowed`, `AgendaUnavailable`, `Conflict`, `Storage`.
    pub async fn set_status(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewStatus,
        actor: &Actor,
    ) -> Flow<Appointment> {
        let practice = self.acts.practice(practice)?;
        check_op(&new.op_id)?;
        let marks = [AppointmentStatus::Arrived, AppointmentStatus::Fulfilled, AppointmentStatus::Noshow];
        if !marks.contains(&new.status) {
            return Err(FlowError::invalid("status", fields::status()));
        }
        self.gate.pass(&practice.id).await?;
        let known = self.known(&practice, appointment).await?;
        if known.held.status == AppointmentStatus::Cancelled {
            return Err(cancelled());
        }
        let rules = WriteRules::of(&practice, &known.feature)?;
        let agendas = [&known.held.agenda];
        let asking = self.agendas.asking(&practice, &known.feature, &agendas, &rules, Calls::One).await?;
        let writing = self.agendas.turn_at(&asking, &rules).await?.ok_or_else(busy)?;
        let marked = self.mark(&practice, known, &new, actor, &rules, &writing).await;
        if marked.is_err() {
            self.agendas.end_turn(&writing).await;
        }
        marked
    }

    /// Marks an appointment in the agenda, then in the mirror, and gives the turn
    /// back with that.
    async fn mark(
        &self,
        practice: &LivePractice,
        known: Appointment,
        new: &NewStatus,
        actor: &Actor,
        rules: &WriteRules,
        writing: &Writing,
    ) -> Flow<Appointment> {
        let feature = &known.feature;
        let agenda = practice.agenda(feature).map_err(|_| unavailable(practice, feature))?;
        let mut held = known.held.clone();
        held.status = new.status;
        if agenda.descriptor().caps.statuses {
            let agenda = agenda.within(writing.window);
            let version = known.held.version.as_deref();
            let mut set = agenda.set_status(&new.op_id, &known.id, version, new.status).await;
            // A note that somebody wrote into it is no other appointment.
            if let Err(AgendaError::Stale(now)) = &set
                && is_same_visit(&known.held, now)
                && let Some(version) = now.version.clone()
            {
                set = agenda.set_status(&new.op_id, &known.id, Some(&version), new.status).await;
            }
            held = match set {
                Ok(held) | Err(AgendaError::Already(held)) => held,
                // Setting a status again is a success by contract: one more try tells.
                Err(AgendaError::OutcomeUnknown(_)) => {
                    let again = agenda.set_status(&new.op_id, &known.id, None, new.status).await;
                    again.map_err(|error| status_refused(practice, &known, error))?
                }
                Err(error) => return Err(status_refused(practice, &known, error)),
            };
        }
        if held.id != known.id {
            return Err(unavailable(practice, feature));
        }
        let act = Act::new(practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let mut stored = tx.appointment(feature, &known.id).await?.ok_or(FlowError::NotFound(Thing::Appointment))?;
        stored.held = held;
        stored.updated_at = act.now;
        let entry = Entry::new("appointment.status")
            .in_contact(stored.contact)
            .about("appointment", stored.intent)
            .field("status", format!("{:?}", new.status).to_lowercase())
            .by_plugin(&rules.stamp);
        self.acts.note(tx.as_mut(), act, entry).await?;
        tx.save_appointment(&mut stored).await?;
        // What was marked is marked, whoever has the turn by now.
        tx.give_back_turn(&writing.turn).await?;
        tx.commit().await?;
        Ok(stored)
    }
}

fn status_refused(practice: &LivePractice, known: &Appointment, error: AgendaError) -> FlowError {
    match error {
        AgendaError::NotFound => FlowError::NotFound(Thing::Appointment),
        AgendaError::Stale(_) => FlowError::Conflict,
        AgendaError::RuleBroken(rule, why) => rule_of_the_agenda(rule, &why),
        AgendaError::Unavailable(_) | AgendaError::RateLimited(_) | AgendaError::OutcomeUnknown(_) => {
            unavailable(practice, &known.feature)
        }
        _ => FlowError::NotAllowed { code: "agenda-refused", remedy: refusals::agenda_refused_change() },
    }
}
