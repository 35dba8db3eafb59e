//! The only place where greffon writes to an agenda, and where it asks what
//! became of a write. Never inside a transaction, and only by whoever holds the
//! right to write to that agenda.

use super::Bookings;
use super::pending::still_stands;
use crate::flow::act::Act;
use crate::flow::agenda::{Calls, WriteRules, Writing};
use crate::flow::error::Flow;
use crate::ids::{AgendaId, OpId};
use crate::model::audit::Actor;
use crate::model::claims::is_time;
use crate::model::intent::{
    Answer, Appointment, Finding, Intent, IntentEvent, IntentKind, IntentState, read_answer, read_cancel_look_up,
    read_look_up, read_move_look_up, read_remains,
};
use crate::model::scheduling::{
    AgendaAppointment, AgendaError, Audience, BookingRequest, ByWhom, Conflict, Found, Slot, SlotQuery, SlotState,
};
use crate::model::standing::{is_gone, is_same_visit};
use crate::ports::plugins::Agenda;
use crate::ports::practices::LivePractice;
use crate::time::Span;

/// An intent after the agenda was called, and what the agenda said if it
/// refused.
pub(in crate::flow) struct Sent {
    pub(in crate::flow) intent: Intent,
    pub(in crate::flow) said: Option<AgendaError>,
}

/// Most entries around one appointment that are read.
const AROUND: u32 = 100;

/// Whether the minutes before and after are free of what others wrote into the agenda. greffon's
/// own appointments cannot be there, by their claims; the time of the visit itself is looked at by
/// whoever writes.
///
/// # Errors
/// `SlotTaken` when they are not; `Unavailable` when the agenda does not say, as a buffer that
/// nobody has seen free is none.
async fn look_around(
    agenda: &dyn Agenda,
    intent: &Intent,
    left: Option<&AgendaAppointment>,
) -> Result<(), AgendaError> {
    let BookingRequest { agenda: of, span, motive, mode, patient, .. } = &intent.request;
    let Some(wide) = with_buffers(intent) else { return Ok(()) };
    let query = SlotQuery {
        agendas: vec![of.clone()],
        motive: Some(motive.clone()),
        window: wide,
        audience: Audience::default(),
        modes: vec![*mode],
        known_patient: patient.known_to_practice,
        limit: AROUND,
    };
    let page = agenda.find_slots(&query).await?;
    let is_own = |slot: &Slot| left.is_some_and(|left| left.agenda == slot.agenda && left.span == slot.span);
    let in_the_way = |slot: &&Slot| {
        slot.agenda == *of
            && slot.state != SlotState::Free
            && slot.span.overlaps(&wide)
            && !slot.span.overlaps(span)
            && !is_own(slot)
    };
    if page.slots.iter().any(|slot| in_the_way(&slot)) {
        return Err(AgendaError::SlotTaken(Conflict::default()));
    }
    if page.complete { Ok(()) } else { Err(AgendaError::Unavailable("incomplete".to_owned())) }
}

/// What an intent claims of its agenda, when that is more than the visit.
fn with_buffers(intent: &Intent) -> Option<Span> {
    let claimed = intent.claims.iter().find(|claim| is_time(claim))?.span;
    (claimed != intent.request.span).then_some(claimed)
}

/// Asks the agenda for what an intent wants, once.
async fn write(
    practice: &LivePractice,
    intent: &Intent,
    rules: &WriteRules,
    writing: &Writing,
    left: Option<&AgendaAppointment>,
    expected: Option<&str>,
) -> Result<AgendaAppointment, AgendaError> {
    let agenda = match practice.agenda(&intent.feature) {
        Ok(agenda) => agenda.within(writing.window),
        Err(out) => return Err(AgendaError::Unavailable(out.to_string())),
    };
    if !matches!(intent.kind, IntentKind::Cancel { .. }) && !agenda.descriptor().caps.serves_slots {
        look_around(agenda.as_ref(), intent, left).await?;
    }
    match &intent.kind {
        IntentKind::Move(id) if rules.moves => agenda.move_to(&intent.op, id, expected, &intent.request).await,
        IntentKind::Book | IntentKind::Move(_) => agenda.book(&intent.op, &intent.request, None).await,
        IntentKind::Cancel { appointment, by, reason } => {
            agenda.cancel(&intent.op, appointment, expected, *by, reason).await
        }
    }
}

impl Bookings {
    /// The right to write wherever an intent writes, if it comes in time: a move
    /// also touches the agenda it leaves.
    pub(super) async fn writing_for(
        &self,
        practice: &LivePractice,
        intent: &Intent,
        rules: &WriteRules,
        calls: Calls,
    ) -> Flow<Option<Writing>> {
        let left = self.concerned(intent).await?.map(|known| known.held.agenda);
        let agendas: Vec<&AgendaId> = std::iter::once(&intent.request.agenda).chain(left.as_ref()).collect();
        let asking = self.agendas.asking(practice, &intent.feature, &agendas, rules, calls).await?;
        self.agendas.turn_at(&asking, rules).await
    }

    /// Calls the agenda for an intent that is `sending`, and stores the answer. The
    /// turn is given back with it.
    pub(in crate::flow) async fn send(
        &self,
        practice: &LivePractice,
        actor: &Actor,
        intent: &Intent,
        rules: &WriteRules,
        writing: &Writing,
    ) -> Flow<Sent> {
        let before = self.concerned(intent).await?;
        let held = before.as_ref().map(|known| &known.held);
        let expected = held.and_then(|held| held.version.as_deref());
        let mut result = write(practice, intent, rules, writing, held, expected).await;
        // A note that somebody wrote into it is no other appointment: nothing was changed, and
        // the same is asked once more of what is there now.
        if let (Some(held), Err(AgendaError::Stale(now))) = (held, &result)
            && is_same_visit(held, now)
            && now.version.is_some()
        {
            let version = now.version.clone();
            result = write(practice, intent, rules, writing, Some(held), version.as_deref()).await;
        }
        let why = result.as_ref().err().and_then(|_| practice.failing(&intent.feature));
        let answer = read_answer(intent, held, result.clone()).because(why);
        let event = IntentEvent::Answered { send: intent.sends, answer };
        let act = Act::new(practice, actor, self.acts.now());
        let stepped = self.step(act, intent.id, &event, rules, Some(writing)).await?;
        Ok(Sent { intent: stepped.intent, said: result.err() })
    }

    /// Asks the agenda what became of an intent.
    pub(super) async fn look_up(
        &self,
        practice: &LivePractice,
        intent: &Intent,
        rules: &WriteRules,
        _writing: &Writing,
    ) -> Flow<Finding> {
        let before = self.concerned(intent).await?;
        let Ok(agenda) = practice.agenda(&intent.feature) else { return Ok(Finding::Unreadable) };
        match (&intent.kind, before) {
            (IntentKind::Move(_), Some(before)) if rules.moves => {
                let by_own = agenda.look_up(&intent.op, &intent.request).await;
                let by_former = match &by_own {
                    Ok(Found::Absent) => {
                        let former = self.written_as(&before, intent).await?;
                        Some(agenda.look_up(&former.0, &former.1.request).await)
                    }
                    _ => None,
                };
                Ok(read_move_look_up(intent, &before.held, by_own, by_former))
            }
            (IntentKind::Cancel { .. }, Some(before)) => {
                let former = self.written_as(&before, intent).await?;
                Ok(read_cancel_look_up(&before.held, agenda.look_up(&former.0, &former.1.request).await))
            }
            _ => Ok(read_look_up(intent, agenda.look_up(&intent.op, &intent.request).await)),
        }
    }

    /// Takes out what must not be in the agenda.
    pub(super) async fn take_out(&self, practice: &LivePractice, intent: &Intent, writing: &Writing) -> Answer {
        let Some(held) = &intent.appointment else { return Answer::Refused("no-appointment".to_owned()) };
        // One write of its own, the same on every try.
        let op = OpId(format!("{}", intent.id));
        let undo = Intent {
            kind: IntentKind::Cancel {
                appointment: held.id.clone(),
                by: ByWhom::System,
                reason: "booked-after-refusal".to_owned(),
            },
            ..intent.clone()
        };
        let agenda = match practice.agenda(&intent.feature) {
            Ok(agenda) => agenda.within(writing.window),
            Err(out) => return Answer::Unreachable(out.code().to_owned()),
        };
        let result =
            agenda.cancel(&op, &held.id, held.version.as_deref(), ByWhom::System, "booked-after-refusal").await;
        let why = result.as_ref().err().and_then(|_| practice.failing(&intent.feature));
        read_answer(&undo, Some(held), result).because(why)
    }

    /// Asks the agenda what an intent that is over left there, and the database
    /// whether that is wanted.
    pub(super) async fn look_for_remains(
        &self,
        practice: &LivePractice,
        intent: &Intent,
        _writing: &Writing,
    ) -> Flow<(Finding, bool)> {
        let Ok(agenda) = practice.agenda(&intent.feature) else { return Ok((Finding::Unreadable, true)) };
        if let IntentKind::Cancel { .. } = &intent.kind {
            let Some(before) = self.concerned(intent).await? else { return Ok((Finding::Absent, false)) };
            if still_stands(&before).is_err() {
                return Ok((Finding::Absent, false));
            }
            let former = self.written_as(&before, intent).await?;
            return Ok((read_cancel_look_up(&before.held, agenda.look_up(&former.0, &former.1.request).await), false));
        }
        let finding = read_remains(&intent.op, agenda.look_up(&intent.op, &intent.request).await);
        let (Finding::Present(found) | Finding::Beside(found)) = &finding else {
            let own = intent.appointment.as_ref().filter(|_| intent.state == IntentState::Confirmed);
            let known = match own {
                Some(own) => self.storage.appointment(&practice.id, Some(&intent.feature), &own.id).await?,
                None => None,
            };
            let wanted = known.is_some_and(|known| known.intent == intent.id && !is_gone(known.held.status));
            return Ok((finding, wanted));
        };
        let known = self.storage.appointment(&practice.id, Some(&intent.feature), &found.id).await?;
        match known {
            // Somebody struck it out there: what is there again may have been put back, or have come late.
            Some(known) if is_gone(known.held.status) && known.standing.struck_out => Ok((Finding::Ambiguous, true)),
            // It stands, at another time than anybody here knows of; also when the patient has come meanwhile.
            Some(known) if !is_gone(known.held.status) && known.held.span != found.span => {
                Ok((Finding::Ambiguous, true))
            }
            known => Ok((finding, known.is_some_and(|known| !is_gone(known.held.status)))),
        }
    }

    /// The appointment that a move or a cancellation is about.
    async fn concerned(&self, intent: &Intent) -> Flow<Option<Appointment>> {
        match &intent.kind {
            IntentKind::Book => Ok(None),
            IntentKind::Move(id) | IntentKind::Cancel { appointment: id, .. } => {
                Ok(self.storage.appointment(&intent.practice, Some(&intent.feature), id).await?)
            }
        }
    }

    /// The op-id that an appointment was last written with, and the intent that
    /// holds it.
    async fn written_as(&self, appointment: &Appointment, intent: &Intent) -> Flow<(OpId, Intent)> {
        let holder = self.storage.intent(&intent.practice, appointment.intent).await?;
        let holder = holder.unwrap_or_else(|| intent.clone());
        let op = appointment.held.op.clone().unwrap_or_else(|| holder.op.clone());
        Ok((op, holder))
    }
}
