//! Moves appointments, through the same intents as bookings.

use greffon_words::fields;

use super::{Appointments, NewMove};
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::booking::{
    Begun, BookingOutcome, MAX_TRIES, Wanted, asker_of, check_op, check_text, digest_of, operator,
};
use crate::flow::error::{Flow, FlowError};
use crate::ids::{AppointmentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::contact::may_move;
use crate::model::intent::IntentKind;
use crate::model::scheduling::BookingRequest;
use crate::model::slots::Asker;
use crate::ports::practices::LivePractice;

impl Appointments {
    /// Gives an appointment another time. The old time is released only when
    /// the new one is confirmed.
    ///
    /// # Errors
    /// As [`Bookings::book`](super::super::booking::Bookings::book).
    pub async fn move_to(
        &self,
        practice: &PracticeId,
        appointment: &AppointmentId,
        new: NewMove,
        actor: &Actor,
    ) -> Flow<BookingOutcome> {
        let practice = self.acts.practice(practice)?;
        check_op(&new.op_id)?;
        check_text("slot_handle", new.slot_handle.as_deref())?;
        check_text("slot_version", new.slot_version.as_deref())?;
        let digest = digest_of(&("move", appointment, &new));
        for _ in 0..MAX_TRIES {
            if let Some(earlier) = self.storage.intent_by_op(&practice.id, &new.op_id).await? {
                return self.bookings.replay(&practice, earlier, &digest).await;
            }
            let tried = self.try_move(&practice, appointment, &new, &digest, actor).await;
            if let Begun::Done(outcome) = self.seen_changed(&practice, appointment, tried).await? {
                self.contacts.refresh_after(&practice.id, new.contact, actor).await;
                return Ok(outcome);
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_move(
        &self,
        practice: &LivePractice,
        appointment: &AppointmentId,
        new: &NewMove,
        digest: &str,
        actor: &Actor,
    ) -> Flow<Begun> {
        self.gate.pass(&practice.id).await?;
        let act = Act::new(practice, actor, self.acts.now());
        let (known, holder) = self.changeable(practice, appointment).await?;
        let contact = self.changing_contact(act, new.contact, &holder).await?;
        contact.as_ref().map_or(Ok(()), may_move)?;
        let motive = practice.motive(&holder.request.motive);
        let motive = motive.ok_or_else(|| FlowError::invalid("appointment", fields::motive_gone()))?;
        let rules = WriteRules::of(practice, &known.feature)?;
        let asker = Asker {
            known: holder.request.patient.known_to_practice,
            ..contact.as_ref().map(asker_of).unwrap_or_default()
        };
        let agenda = new.agenda.as_ref().unwrap_or(&known.held.agenda);
        let request = BookingRequest {
            agenda: agenda.clone(),
            span: practice.visit(motive, &known.feature, agenda, new.start),
            slot_handle: new.slot_handle.clone(),
            slot_version: new.slot_version.clone(),
            operator: operator(actor),
            // What is booked anew and cancelled is greffon's own.
            entry: holder.request.entry.clone().filter(|_| rules.moves),
            ..holder.request.clone()
        };
        let mut kept = Vec::new();
        for id in &known.standing.kept {
            kept.extend(self.storage.intent(&practice.id, *id).await?);
        }
        let wanted = Wanted {
            motive,
            asker,
            start: new.start,
            handle: new.slot_handle.clone(),
            contact: None,
            only: None,
            without: Some(&holder),
            kept,
        };
        let kind = IntentKind::Move(known.id.clone());
        let mut draft = self.draft(act, &known, &holder, contact.as_ref(), kind, digest);
        draft.op = new.op_id.clone();
        draft.request = request;
        self.bookings.claim_and_send(act, draft, &wanted, &rules).await
    }
}
