//! Promises, made in the transaction of their cause together with the job that
//! watches them.

use super::Commitments;
use crate::flow::act::Act;
use crate::flow::journal::Entry;
use crate::ids::CommitmentId;
use crate::model::care::Level;
use crate::model::commitment::{Commitment, CommitmentEffect, CommitmentEvent, CommitmentState, decide};
use crate::model::contact::Contact;
use crate::model::job::{Due, Job, Lane};
use crate::ports::storage::{Stored, Transaction};
use crate::time::Instant;

/// A commitment to be made.
pub(crate) struct Pledge {
    pub(crate) what: String,
    pub(crate) said: String,
    pub(crate) owner: String,
    pub(crate) level: Level,
    pub(crate) due: Instant,
}

impl Commitments {
    /// Makes a commitment and the job that watches it.
    pub(crate) async fn pledge(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        pledge: Pledge,
    ) -> Stored<()> {
        let id = CommitmentId(self.acts.id(act.now));
        let mut commitment = Commitment {
            id,
            practice: act.practice.id.clone(),
            contact: contact.id,
            what: pledge.what,
            said: pledge.said,
            owner: pledge.owner,
            level: pledge.level,
            promised_at: act.now,
            due: pledge.due,
            state: CommitmentState::Promised,
            rung: 0,
            moves: Vec::new(),
            closing_note: None,
            ended_at: None,
            version: 0,
        };
        tx.save_commitment(&mut commitment).await?;
        contact.commitments.push(id);
        let entry = Entry::new("commitment.promised")
            .in_contact(Some(contact.id))
            .about("commitment", id)
            .field("what", &commitment.what)
            .field("owner", &commitment.owner)
            .field("due", commitment.due);
        self.acts.note(tx, act, entry).await?;
        let watch_at = match decide(&commitment, CommitmentEvent::Tick, act.now) {
            Ok((_, effects)) => CommitmentEffect::next_watch(&effects),
            Err(_) => None,
        };
        let at = watch_at.unwrap_or(commitment.due);
        self.acts.enqueue(tx, act, &Job::WatchCommitment(id), Lane::of(commitment.level), Due::At(at)).await
    }
}
