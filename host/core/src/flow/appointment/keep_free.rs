//! Times that are kept free for a patient while somebody decides who keeps a time that two have.
//! Each is a claim of an intent that is never sent, in the chain of the appointment: nobody else
//! can book it, and the appointment itself can be moved there.

use std::time::Duration;

use super::Appointments;
use crate::flow::act::Act;
use crate::flow::booking::intent_entry;
use crate::ids::IntentId;
use crate::model::claims::claims_beside;
use crate::model::intent::{Appointment, Intent, IntentEvent, IntentKind, decide};
use crate::model::job::{Due, Job, Lane};
use crate::model::scheduling::BookingRequest;
use crate::ports::storage::{Stored, Transaction};
use crate::time::{Instant, Span};

/// So long before a visit a person has decided who keeps a time that two have, in minutes: the
/// patient is on the way afterwards.
pub(super) const DECIDED_MIN: i64 = 2 * 60;

/// How long times are kept at most, in minutes: a day, in which a reception has been open.
const KEPT_MIN: i64 = 24 * 60;

/// For less than this nothing is kept, in minutes: nobody could be asked.
const LEAST_MIN: i64 = 10;

/// Until when times are kept for an appointment that begins then; `None` when it is too late.
pub(super) fn kept_until(start: Instant, now: Instant) -> Option<Instant> {
    let until = now.plus_minutes(KEPT_MIN).min(start.plus_minutes(-DECIDED_MIN));
    (until >= now.plus_minutes(LEAST_MIN)).then_some(until)
}

impl Appointments {
    /// Keeps these times free. They may be taken by now: then none of the transaction is stored.
    pub(super) async fn keep_free(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        known: &Appointment,
        holder: &Intent,
        (starts, until): (&[Instant], Instant),
    ) -> Stored<Vec<IntentId>> {
        let practice = act.practice;
        let Some(motive) = practice.motive(&holder.request.motive) else { return Ok(Vec::new()) };
        let (feature, agenda) = (&known.feature, &known.held.agenda);
        let mut kept = Vec::new();
        for start in starts {
            let span: Span = practice.visit(motive, feature, agenda, *start);
            let request = BookingRequest {
                agenda: agenda.clone(),
                span,
                slot_handle: None,
                slot_version: None,
                entry: None,
                ..holder.request.clone()
            };
            let id = IntentId(self.acts.id(act.now));
            let by = act.actor.subject.clone();
            let drafted =
                Intent::drafted(id, practice.id.clone(), IntentKind::Book, feature.clone(), request, by, act.now);
            let drafted = Intent {
                contact: known.contact,
                chain: known.chain,
                claims: claims_beside(practice, feature, agenda, Some(motive), span, &[]),
                ..drafted
            };
            // A draft is never refused a claim.
            let Ok((mut claimed, _)) = decide(&drafted, IntentEvent::Claim, act.now) else { continue };
            self.acts.note(tx, act, intent_entry(&claimed)).await?;
            tx.save_intent(&mut claimed).await?;
            let after = Duration::from_millis(until.millis_since(act.now).max(0).unsigned_abs());
            self.acts.enqueue(tx, act, &Job::ExpireHold(id), Lane::Watch, Due::After(after)).await?;
            kept.push(id);
        }
        Ok(kept)
    }
}
