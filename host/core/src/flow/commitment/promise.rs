//! Promises, made in the transaction of their cause together with the job that
//! watches them.

use super::Commitments;
use crate::flow::act::Act;
use crate::flow::journal::Entry;
use crate::flow::message::Post;
use crate::ids::CommitmentId;
use crate::model::care::{Level, keys, latest};
use crate::model::civil::Zone;
use crate::model::commitment::{
    CALLBACK, CallbackHour, Commitment, CommitmentEffect, CommitmentEvent, CommitmentState, callback_hour,
    callback_windows, decide, has_callback_windows, longest_callback_min,
};
use crate::model::contact::{Contact, LABORATORY, opening};
use crate::model::job::{Due, Job, Lane};
use crate::model::message::MessageCause;
use crate::model::recipients::{escalation, first_of};
use crate::model::wording;
use crate::ports::storage::{Stored, Transaction};
use crate::time::{Instant, Span};

/// A commitment to be made.
pub(crate) struct Pledge {
    pub(crate) what: String,
    /// The words said; the host's own, with the hour, when absent.
    pub(crate) said: Option<String>,
    pub(crate) owner: String,
    pub(crate) level: Level,
    /// Until when at the latest.
    pub(crate) due: Instant,
}

impl Commitments {
    /// Makes a commitment and the job that watches it; or gives an earlier promise of the same
    /// its hour. What comes back is what the contact is promised now.
    pub(crate) async fn pledge(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        pledge: Pledge,
    ) -> Stored<Commitment> {
        let CallbackHour { due, window, beyond_room } = self.hour(tx, act, contact, &pledge).await?;
        let id = CommitmentId(self.acts.id(act.now));
        let mut commitment = Commitment {
            id,
            practice: act.practice.id.clone(),
            contact: contact.id,
            what: pledge.what,
            said: String::new(),
            owner: pledge.owner,
            level: pledge.level,
            promised_at: act.now,
            due,
            window,
            beyond_room,
            state: CommitmentState::Promised,
            rung: 0,
            moves: Vec::new(),
            closing_note: None,
            ended_at: None,
            version: 0,
        };
        commitment.said = pledge.said.unwrap_or_else(|| wording::said(act.practice, &commitment));
        if let Some(joined) = self.join(tx, act, contact, &commitment).await? {
            return Ok(joined);
        }
        tx.save_commitment(&mut commitment).await?;
        contact.commitments.push(id);
        self.note_promise(tx, act, "commitment.promised", &commitment).await?;
        let watch_at = match decide(&commitment, CommitmentEvent::Tick, act.now) {
            Ok((_, effects)) => CommitmentEffect::next_watch(&effects),
            Err(_) => None,
        };
        let at = watch_at.unwrap_or(commitment.due);
        self.acts.enqueue(tx, act, &Job::WatchCommitment(id), Lane::of(commitment.level), Due::At(at)).await?;
        self.tell_beyond(tx, act, &commitment).await?;
        Ok(commitment)
    }

    /// The hour of a promise: of a call-back, one at which its owner has room. It is decided in
    /// the transaction that writes the promise, while the practice's other writers wait, so that
    /// no two are given the last room. What is urgent waits for no window.
    async fn hour(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &Contact,
        pledge: &Pledge,
    ) -> Stored<CallbackHour> {
        if pledge.what != CALLBACK {
            return Ok(CallbackHour { due: pledge.due, window: None, beyond_room: false });
        }
        let (practice, now) = (act.practice, act.now);
        let latest = pledge.due.min(now.plus_minutes(longest_callback_min(pledge.level)));
        if pledge.level.at_least(Level::VeryUrgent) || !has_callback_windows(practice, &pledge.owner) {
            return Ok(CallbackHour { due: latest, window: None, beyond_room: false });
        }
        // From midnight on: what is late already is still to be done in a window that has begun.
        let zone = Zone::of(practice);
        let today = zone.day(zone.date(now)).start;
        let open = tx.open_commitments(Span { start: today, end: latest.plus_millis(1) }).await?;
        let time = Span { start: now, end: latest };
        let told = tx.absences(time).await?;
        let windows = callback_windows(practice, Some(&pledge.owner), time, &open, &told);
        Ok(callback_hour(now, latest, &windows, &opening(practice, &contact.facts, now)))
    }

    /// What a contact is promised under the same name, or by whoever gets a laboratory's
    /// result, is one promise: the desk reads one hour. `None` when there is none yet, or only
    /// one that is late or over.
    async fn join(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &Contact,
        new: &Commitment,
    ) -> Stored<Option<Commitment>> {
        let caller = latest(&contact.facts, keys::CALLER_KIND).and_then(|fact| fact.value.as_text());
        for id in contact.commitments.iter().rev() {
            let Some(before) = tx.commitment(*id).await? else { continue };
            let is_same = before.what == new.what || caller == Some(LABORATORY);
            let is_told = before.was_told() && new.was_told();
            if !is_same || !is_told || before.state.is_final() || before.due <= act.now {
                continue;
            }
            let Ok((mut joined, effects)) = decide(&before, CommitmentEvent::Join(Box::new(new.clone())), act.now)
            else {
                continue;
            };
            if joined == before {
                return Ok(Some(before));
            }
            tx.save_commitment(&mut joined).await?;
            self.note_promise(tx, act, "commitment.joined", &joined).await?;
            if let Some(at) = CommitmentEffect::next_watch(&effects) {
                let job = Job::WatchCommitment(joined.id);
                self.acts.enqueue(tx, act, &job, Lane::of(joined.level), Due::At(at)).await?;
                self.tell_beyond(tx, act, &joined).await?;
            }
            return Ok(Some(joined));
        }
        Ok(None)
    }

    async fn note_promise(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        action: &str,
        commitment: &Commitment,
    ) -> Stored<()> {
        let mut entry = Entry::new(action)
            .in_contact(Some(commitment.contact))
            .about("commitment", commitment.id)
            .field("what", &commitment.what)
            .field("owner", &commitment.owner)
            .field("due", commitment.due);
        if commitment.beyond_room {
            entry = entry.field("room", "exceeded");
        }
        self.acts.note(tx, act, entry).await
    }

    /// Tells those above the owner that a call-back comes on top of what fits into the owner's
    /// windows, or that none was in time: they can move it, or make room.
    async fn tell_beyond(&self, tx: &mut dyn Transaction, act: Act<'_>, commitment: &Commitment) -> Stored<()> {
        if !commitment.beyond_room {
            return Ok(());
        }
        let post = Post {
            to: first_of(act.practice, &escalation()),
            letter: wording::beyond_room(act.practice, commitment),
            level: commitment.level,
            valid_until: Some(commitment.due),
            cause: MessageCause::Commitment(commitment.id),
            contact: Some(commitment.contact),
        };
        self.messages.post(tx, act, post).await?;
        Ok(())
    }
}
