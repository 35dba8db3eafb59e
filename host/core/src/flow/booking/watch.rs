//! What is written down of an intent beside its own row: the line of the journal,
//! and the jobs that look after it and after its appointment.

use super::Bookings;
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::journal::Entry;
use crate::model::intent::{Intent, IntentKind, next_at};
use crate::model::job::{Due, Job, Lane};
use crate::model::standing::{Difference, Seen};
use crate::ports::storage::{Stored, Transaction};
use crate::time::Span;

impl Bookings {
    /// Writes the job that looks at the intent when its time comes.
    pub(in crate::flow) async fn watch(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        intent: &Intent,
        rules: &WriteRules,
    ) -> Stored<()> {
        match next_at(intent, rules.rule(intent)) {
            Some(at) => {
                // By the clock that wrote the intent's instants, which need not be this node's.
                let due = Due::from_now(intent.updated_at, at);
                self.acts.enqueue(tx, act, &Job::ReconcileBooking(intent.id), Lane::Urgent, due).await
            }
            None => Ok(()),
        }
    }

    /// Has the appointment of a move looked at now that somebody gave this time in the agenda:
    /// whoever asked for the move does not wait until the other hand has come to rest.
    pub(super) async fn look_at_once(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        intent: &Intent,
        to: Span,
    ) -> Stored<()> {
        let IntentKind::Move(id) = &intent.kind else { return Ok(()) };
        let Some(mut known) = tx.appointment(&intent.feature, id).await? else { return Ok(()) };
        known.standing.seen = Some(Seen { difference: Difference::Moved(to), since: act.now, somebody_waits: true });
        known.updated_at = act.now;
        tx.save_appointment(&mut known).await?;
        let look = Job::LookAgain(known.feature.clone(), known.id.clone());
        self.acts.enqueue(tx, act, &look, Lane::Watch, Due::NOW).await
    }
}

/// The line of the journal of an intent's new state.
pub(in crate::flow) fn intent_entry(intent: &Intent) -> Entry {
    let kind = match intent.kind {
        IntentKind::Book => "book",
        IntentKind::Move(_) => "move",
        IntentKind::Cancel { .. } => "cancel",
    };
    let mut entry = Entry::new(format!("intent.{}", intent.state.as_str()))
        .in_contact(intent.contact)
        .about("intent", intent.id)
        .field("kind", kind)
        .field("op", &intent.op)
        .field("sends", intent.sends);
    if let Some(code) = &intent.refusal {
        entry = entry.field("refusal", code);
    }
    entry
}
