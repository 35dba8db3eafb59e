//! Cancels appointments, through the same intents as bookings.

use greffon_words::fields;

use super::changeable::busy;
use super::{Appointments, NewCancellation};
use crate::flow::act::Act;
use crate::flow::agenda::{Asking, Calls, WriteRules, Writing};
use crate::flow::booking::{
    Begun, BookingOutcome, MAX_TRIES, Sent, begin_change, check_op, digest_of, intent_entry, refusal,
};
use crate::flow::error::{Flow, FlowError, Thing};
use crate::ids::{AppointmentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::contact::is_open;
use crate::model::intent::{Intent, IntentEvent, IntentKind, IntentState, decide};
use crate::model::scheduling::ByWhom;
use crate::model::view::BookingView;
use crate::ports::practices::LivePractice;
use crate::ports::storage::StorageError;

/// Longest reason code, in bytes.
const MAX_REASON: usize = 64;

impl Appointments {
    /// Calls an appointment off.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`, `NotAllowed`, `OpIdReused`, `AgendaUnavailable`, `Storage`.
    pub async fn cancel(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewCancellation,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.acts.practice(practice)?;
        check_op(&new.op_id)?;
        let code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if new.reason.is_empty() || new.reason.len() > MAX_REASON || !new.reason.bytes().all(code) {
            return Err(FlowError::invalid("reason", fields::cancellation_reason()));
        }
        // Only greffon itself acts as the system.
        if new.by == ByWhom::System {
            return Err(FlowError::invalid("by", fields::cancelled_by()));
        }
        let digest = digest_of(&("cancel", appointment, &new));
        for _ in 0..MAX_TRIES {
            if let Some(earlier) = self.storage.intent_by_op(&practice.id, &new.op_id).await? {
                return self.bookings.replay(&practice, earlier, &digest).await;
            }
            let tried = self.try_cancel(&practice, appointment, &new, &digest, actor).await;
            if let Begun::Done(outcome) = self.seen_changed(&practice, appointment, tried).await? {
                self.contacts.refresh_after(&practice.id, new.contact, actor).await;
                return Ok(outcome);
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_cancel(
        &self,
        practice: &LivePractice,
        appointment: &AppointmentId,
        new: &NewCancellation,
        digest: &str,
        actor: &Actor,
    ) -> Flow<Begun> {
        self.gate.pass(&practice.id).await?;
        let (known, holder) = self.changeable(practice, appointment).await?;
        let act = Act::new(practice, actor, self.acts.now());
        let contact = self.changing_contact(act, new.contact, &holder).await?;
        let rules = WriteRules::of(practice, &known.feature)?;
        let asking = self.agendas.asking(practice, &known.feature, &[&known.held.agenda], &rules, Calls::One).await?;
        let kind = IntentKind::Cancel { appointment: known.id.clone(), by: new.by, reason: new.reason.clone() };
        let mut draft = self.draft(act, &known, &holder, contact.as_ref(), kind, digest);
        draft.op = new.op_id.clone();
        let (intent, writing) = match self.begin_cancel(act, &draft, &rules, &asking).await {
            Ok(begun) => begun,
            Err(FlowError::Storage(StorageError::Exists { .. }) | FlowError::Conflict) => return Ok(Begun::Again),
            Err(error) => return Err(error),
        };
        let Sent { intent, said } = self.bookings.send(practice, actor, &intent, &rules, &writing).await?;
        if intent.state == IntentState::Refused {
            return Err(refusal(&intent, said.as_ref(), Vec::new()));
        }
        Ok(Begun::Done(BookingOutcome { booking: BookingView::of(&intent), replayed: false }))
    }

    /// Stores the cancellation as a send, in the agenda's turn. It claims nothing,
    /// so that nothing is kept while it waits: a busy agenda is for the desk to try
    /// again.
    async fn begin_cancel(
        &self,
        act: Act<'_>,
        draft: &Intent,
        rules: &WriteRules,
        asking: &Asking,
    ) -> Flow<(Intent, Writing)> {
        if let Some(begun) = self.store_cancel(act, draft, rules, asking, None).await? {
            return Ok(begun);
        }
        let writing = self.agendas.turn_at(asking, rules).await?.ok_or_else(busy)?;
        let begun = self.store_cancel(act, draft, rules, asking, Some(&writing)).await;
        if !matches!(begun, Ok(Some(_))) {
            self.agendas.end_turn(&writing).await;
        }
        begun?.ok_or(FlowError::Conflict)
    }

    /// `None` when the turn is another's.
    async fn store_cancel(
        &self,
        act: Act<'_>,
        draft: &Intent,
        rules: &WriteRules,
        asking: &Asking,
        held: Option<&Writing>,
    ) -> Flow<Option<(Intent, Writing)>> {
        let mut tx = self.storage.begin(&act.practice.id).await?;
        let writing = match held {
            Some(writing) if tx.holds_turn(&writing.turn).await? => writing.clone(),
            Some(_) => return Ok(None),
            None => {
                let asking = asking.again(self.acts.boot());
                let Some(turn) = tx.take_turn(&asking.request).await? else { return Ok(None) };
                asking.given(turn, self.acts.boot())
            }
        };
        let (mut intent, _) = decide(draft, IntentEvent::Send, self.agendas.lease_now(&writing))?;
        if let Some(id) = intent.contact {
            let mut contact = tx.contact(id).await?.ok_or(FlowError::NotFound(Thing::Contact))?;
            is_open(&contact)?;
            contact.intents.push(intent.id);
            tx.save_contact(&mut contact).await?;
        }
        if let IntentKind::Cancel { appointment, .. } = &intent.kind {
            begin_change(tx.as_mut(), act, &intent, appointment).await?;
        }
        self.acts.note(tx.as_mut(), act, intent_entry(&intent).by_plugin(&rules.stamp)).await?;
        self.bookings.watch(tx.as_mut(), act, &intent, rules).await?;
        tx.save_intent(&mut intent).await?;
        tx.commit().await?;
        Ok(Some((intent, writing)))
    }
}
