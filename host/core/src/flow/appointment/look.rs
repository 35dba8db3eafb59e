//! Looks whether an appointment stands in its agenda as greffon knows it.

use std::time::Duration;

use super::Appointments;
use super::follow::{Change, as_known, rules_of};
use crate::flow::act::Act;
use crate::flow::booking::{APPOINTMENT_CHANGED, Begun, still_stands};
use crate::flow::error::{Flow, FlowError, Thing};
use crate::ids::{AppointmentId, FeatureId, IntentId};
use crate::model::audit::Actor;
use crate::model::intent::{Appointment, Intent, IntentState};
use crate::model::job::{Due, Job, Lane};
use crate::model::scheduling::{AgendaAppointment, BookingRequest, Found};
use crate::model::slots::Asker;
use crate::model::standing::{Difference, Follow, Haste, decide, read_look};
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored};
use crate::time::Instant;

/// Who acts, in the journal.
const JOB: &str = "look-again";

/// How many other times the reception is told.
const OTHERS: usize = 3;

/// Pause while the appointment is being changed through greffon: whoever changes it sees what
/// is there.
const CHANGING_AGAIN: Duration = Duration::from_secs(30);

impl Appointments {
    /// Looks at what the agenda holds of an appointment. Says after how long to look again, if
    /// anybody should.
    ///
    /// # Errors
    /// `Storage`.
    pub(crate) async fn look_again(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        id: &AppointmentId,
    ) -> Flow<Option<Duration>> {
        self.look(practice, feature, id, Haste::None, &Actor::job(JOB)).await
    }

    /// The same at once, for somebody who wants to change what the agenda says has changed.
    pub(super) async fn look_now(&self, practice: &LivePractice, known: &Appointment) -> Flow<()> {
        let actor = Actor::job(JOB);
        let again = self.look(practice, &known.feature, &known.id, Haste::SomebodyWaits, &actor).await?;
        // What is not there is believed once it was seen twice.
        if let Some(again) = again {
            let act = Act::new(practice, &actor, self.acts.now());
            let job = Job::LookAgain(known.feature.clone(), known.id.clone());
            let mut tx = self.storage.begin(&practice.id).await?;
            self.acts.enqueue(tx.as_mut(), act, &job, Lane::Watch, Due::After(again)).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// What came of a change. One that was refused because somebody had changed the appointment
    /// in the agenda, or struck it out there, leaves greffon with what is there now, so that the next
    /// one is asked of that.
    pub(super) async fn seen_changed(
        &self,
        practice: &LivePractice,
        id: &AppointmentId,
        tried: Flow<Begun>,
    ) -> Flow<Begun> {
        let changed = matches!(
            &tried,
            Err(FlowError::NotAllowed { code: APPOINTMENT_CHANGED, .. } | FlowError::NotFound(Thing::Appointment))
        );
        if changed {
            let known = self.known(practice, id).await?;
            self.look_now(practice, &known).await?;
        }
        tried
    }

    async fn look(
        &self,
        practice: &LivePractice,
        feature: &FeatureId,
        id: &AppointmentId,
        haste: Haste,
        actor: &Actor,
    ) -> Flow<Option<Duration>> {
        let Some(known) = self.storage.appointment(&practice.id, Some(feature), id).await? else { return Ok(None) };
        if still_stands(&known).is_err() || known.held.span.end <= self.acts.now() {
            return Ok(None);
        }
        if self.is_changing(practice, &known).await? {
            return Ok(Some(CHANGING_AGAIN));
        }
        let Some(holder) = self.storage.intent(&practice.id, known.intent).await? else { return Ok(None) };
        let Ok(agenda) = practice.agenda(feature) else { return Ok(None) };
        let op = known.held.op.clone().unwrap_or_else(|| holder.op.clone());
        let request =
            BookingRequest { agenda: known.held.agenda.clone(), span: known.held.span, ..holder.request.clone() };
        let asked_at = self.acts.now();
        let mut found = agenda.look_up(&op, &request).await;
        if let Ok(Found::Ambiguous(all)) = &mut found {
            self.know_strangers(practice, all).await?;
        }
        let look = read_look(&known.held, found);
        let act = Act::new(practice, actor, self.acts.now());
        let (standing, follow, again) = decide(&known.held, &known.standing, look, haste, asked_at, act.now);
        let again = again.map(|ms| Duration::from_millis(ms.max(1).unsigned_abs()));
        let seen = Appointment { standing, updated_at: act.now, ..known.clone() };
        let tells = matches!(follow, Follow::Tell(..));
        let stored = match follow {
            Follow::Nothing if seen.standing == known.standing => return Ok(again),
            Follow::Nothing => self.store_look(act, seen, &known.standing.kept).await,
            Follow::Keep(held) => {
                let held = as_known(&known.held, *held);
                self.store_look(act, Appointment { held, ..seen }, &known.standing.kept).await
            }
            Follow::Tell(difference, held) => {
                let others = self.others(practice, &known, &holder, difference).await;
                let untold = known.standing.news_awaits(act.now).is_some();
                let kept = &known.standing.kept;
                let change = Change { difference, held: held.as_deref(), others: &others, untold, kept };
                self.follow(act, &seen, &holder, &change).await
            }
        };
        match stored {
            Ok(()) => {}
            // It was changed through greffon meanwhile: what was seen may be from before.
            Err(StorageError::Stale { .. }) => return Ok(Some(CHANGING_AGAIN)),
            Err(error) => return Err(error.into()),
        }
        if tells {
            self.contacts.refresh_after(&practice.id, known.contact, actor).await;
        }
        Ok(again)
    }

    /// When the patient may be offered to come instead, of an appointment that perhaps cannot
    /// take place.
    async fn others(
        &self,
        practice: &LivePractice,
        known: &Appointment,
        holder: &Intent,
        difference: Difference,
    ) -> Vec<Instant> {
        if !matches!(difference, Difference::Gone | Difference::Double) {
            return Vec::new();
        }
        let Some(motive) = practice.motive(&holder.request.motive) else { return Vec::new() };
        // Whoever has an appointment may have another one.
        let asker = Asker { known: Some(true), ..Asker::default() };
        let (feature, held) = (&known.feature, &known.held);
        let others = self.agendas.alternatives(practice, motive, asker, feature, &held.agenda, held.span.start).await;
        others.iter().map(|one| one.slot.span.start).take(OTHERS).collect()
    }

    /// Claims keep apart what this practice wants. What greffon wrote for another practice that has
    /// the same agenda, or what stands there though nobody wants it, is somebody else's to them.
    async fn know_strangers(&self, practice: &LivePractice, all: &mut [AgendaAppointment]) -> Stored<()> {
        for one in all.iter_mut().filter(|one| one.ours) {
            let Some(op) = &one.op else { continue };
            let wants = |intent: Intent| intent.state.is_live() && intent.state != IntentState::NeedsHuman;
            one.ours = self.storage.intent_by_op(&practice.id, op).await?.is_some_and(wants);
        }
        Ok(())
    }

    async fn is_changing(&self, practice: &LivePractice, known: &Appointment) -> Stored<bool> {
        let Some(change) = known.pending else { return Ok(false) };
        let change = self.storage.intent(&practice.id, change).await?;
        Ok(change.is_some_and(|change| !change.state.is_final()))
    }

    /// Stores what was seen. What was `kept` free until now and is not needed any more is let go.
    async fn store_look(&self, act: Act<'_>, mut seen: Appointment, kept: &[IntentId]) -> Stored<()> {
        let mut tx = self.storage.begin(&seen.practice).await?;
        if seen.standing.kept.is_empty() {
            self.bookings.let_all_go(tx.as_mut(), act, kept, &rules_of(act.practice, &seen.feature)).await?;
        }
        tx.save_appointment(&mut seen).await?;
        tx.commit().await
    }
}
