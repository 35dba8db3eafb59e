//! What people do with promises.

use greffon_words::fields;

use super::Commitments;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::flow::message::Post;
use crate::flow::patient::records_in;
use crate::ids::{CommitmentId, PracticeId};
use crate::model::audit::Actor;
use crate::model::commitment::{Commitment, CommitmentAction, CommitmentEffect, CommitmentEvent, decide};
use crate::model::contact::{address_of, patient_of};
use crate::model::job::{Due, Job, Lane};
use crate::model::message::MessageCause;
use crate::model::recipients::{PATIENT, Recipient, escalation, first_of};
use crate::model::wording::{self, Reminder};
use crate::ports::storage::{Stored, Transaction};

/// Longest note or reason, in characters.
const MAX_TEXT: usize = 2000;

impl Commitments {
    /// Starts, keeps, breaks, withdraws or moves a commitment.
    ///
    /// # Errors
    /// `NotFound(Commitment)`, `Invalid`, `NotAllowed("already-final")`, `Conflict`, `Storage`.
    pub async fn act(
        &self,
        practice: &PracticeId,
        commitment: CommitmentId,
        action: CommitmentAction,
        actor: &Actor,
    ) -> Flow<Commitment> {
        let practice = self.acts.practice(practice)?;
        let text = match &action {
            CommitmentAction::Start => "",
            CommitmentAction::Keep { note } => note,
            CommitmentAction::Break { reason }
            | CommitmentAction::Withdraw { reason }
            | CommitmentAction::Move { reason, .. } => reason,
        };
        if text.chars().count() > MAX_TEXT {
            return Err(FlowError::invalid("reason", fields::too_long(MAX_TEXT)));
        }
        let event = CommitmentEvent::Act { action, by: actor.subject.clone() };
        let act = Act::new(&practice, actor, self.acts.now());
        self.step(act, commitment, event).await
    }

    /// Decides one event of a commitment and stores what follows from it.
    pub(crate) async fn step(&self, act: Act<'_>, id: CommitmentId, event: CommitmentEvent) -> Flow<Commitment> {
        let mut tx = self.storage.begin(&act.practice.id).await?;
        let before = tx.commitment(id).await?.ok_or(FlowError::NotFound(Thing::Commitment))?;
        let by_time = event == CommitmentEvent::Tick;
        let (mut commitment, effects) = decide(&before, event, act.now)?;
        if commitment == before && effects.is_empty() {
            return Ok(before);
        }
        if commitment != before {
            let entry = Entry::new(journal_action(&before, &commitment))
                .in_contact(Some(commitment.contact))
                .about("commitment", id)
                .field("due", commitment.due);
            self.acts.note(tx.as_mut(), act, entry).await?;
        }
        for effect in &effects {
            match effect {
                CommitmentEffect::Warn => self.remind(tx.as_mut(), act, &commitment, Reminder::Soon).await?,
                CommitmentEffect::Escalate => self.remind(tx.as_mut(), act, &commitment, Reminder::Late).await?,
                CommitmentEffect::EscalateFurther => {
                    self.remind(tx.as_mut(), act, &commitment, Reminder::StillLate).await?;
                }
                CommitmentEffect::TellMoved if commitment.was_told() => {
                    self.tell_moved(tx.as_mut(), act, &commitment).await?;
                }
                CommitmentEffect::TellMoved | CommitmentEffect::WatchAt(_) => {}
            }
        }
        if let Some(at) = CommitmentEffect::next_watch(&effects) {
            // From now on, by the clock that decided: on a node whose clock is behind, the hour itself may be
            // past for the queue already, and the watch would run again and again until this node catches up.
            let due = Due::from_now(act.now, at);
            self.acts.enqueue(tx.as_mut(), act, &Job::WatchCommitment(id), Lane::of(commitment.level), due).await?;
        }
        // A tick that changes nothing only sets the next watch.
        if commitment != before || !by_time {
            tx.save_commitment(&mut commitment).await?;
        }
        tx.commit().await?;
        Ok(commitment)
    }

    async fn remind(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        commitment: &Commitment,
        reminder: Reminder,
    ) -> Stored<()> {
        let first = |names: Vec<String>| vec![first_of(act.practice, &names)];
        let supervisors = &act.practice.supervision.supervisors;
        let told = match reminder {
            Reminder::Soon => first(std::iter::once(commitment.owner.clone()).chain(escalation()).collect()),
            Reminder::StillLate if !supervisors.is_empty() => {
                supervisors.iter().map(|name| first_of(act.practice, std::slice::from_ref(name))).collect()
            }
            Reminder::Late | Reminder::StillLate => first(escalation()),
        };
        for to in told {
            let post = Post {
                to,
                letter: wording::about_promise(act.practice, commitment, reminder),
                level: commitment.level,
                valid_until: None,
                cause: MessageCause::Commitment(commitment.id),
                contact: Some(commitment.contact),
            };
            self.messages.post(tx, act, post).await?;
        }
        Ok(())
    }

    /// Nobody will be warned by itself any more: those who are told when a promise
    /// is late are told now.
    pub(crate) async fn give_up(&self, tx: &mut dyn Transaction, act: Act<'_>, id: CommitmentId) -> Stored<()> {
        match tx.commitment(id).await? {
            Some(commitment) if !commitment.state.is_final() => self.remind(tx, act, &commitment, Reminder::Late).await,
            _ => Ok(()),
        }
    }

    async fn tell_moved(&self, tx: &mut dyn Transaction, act: Act<'_>, commitment: &Commitment) -> Stored<()> {
        let Some(contact) = tx.contact(commitment.contact).await? else { return Ok(()) };
        let records = records_in(tx, contact.patient.patient()).await?;
        let Some(address) = address_of(&patient_of(&contact.facts), &records) else { return Ok(()) };
        let post = Post {
            to: Recipient { name: PATIENT.to_owned(), address: Some(address) },
            letter: wording::promise_moved(act.practice, commitment.due),
            level: commitment.level,
            valid_until: Some(commitment.due),
            cause: MessageCause::Commitment(commitment.id),
            contact: Some(commitment.contact),
        };
        self.messages.post(tx, act, post).await?;
        Ok(())
    }
}

fn journal_action(before: &Commitment, after: &Commitment) -> String {
    if before.state != after.state {
        return format!("commitment.{}", after.state.as_str());
    }
    let action = match after.rung {
        _ if before.moves.len() != after.moves.len() => "moved",
        1 => "warned",
        _ if before.rung < 2 => "late",
        _ => "still-late",
    };
    format!("commitment.{action}")
}
