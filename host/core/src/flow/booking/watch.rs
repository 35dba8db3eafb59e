//! What is written down of an intent beside its own row: the line of the journal,
//! and the job that looks after it.

use super::Bookings;
use crate::flow::act::Act;
use crate::flow::agenda::WriteRules;
use crate::flow::journal::Entry;
use crate::model::intent::{Intent, IntentKind, next_at};
use crate::model::job::{Due, Job, Lane};
use crate::ports::storage::{Stored, Transaction};

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
