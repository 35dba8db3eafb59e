//! What a level or a conclusion asks for: alerts, promises, and the messages that
//! say so.

use super::Contacts;
use crate::flow::act::Act;
use crate::flow::commitment::Pledge;
use crate::flow::message::Post;
use crate::model::care::Level;
use crate::model::commitment::due_at;
use crate::model::contact::{ANSWERED_WITHIN, Contact, ContactEffect, Promise, opening};
use crate::model::job::{Due, Job, Lane};
use crate::model::message::MessageCause;
use crate::model::recipients::{Recipient, clinicians, first_of, named, reception};
use crate::model::wording::{self, Ask};
use crate::ports::storage::{Stored, Transaction};
use crate::time::Instant;

impl Contacts {
    /// Carries out what a level or a conclusion asks for.
    pub(super) async fn carry_out(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        effects: Vec<ContactEffect>,
    ) -> Stored<()> {
        // A clinician who is asked to call or decide is alerted by that.
        let asked = effects
            .iter()
            .any(|effect| matches!(effect, ContactEffect::Promise(Promise::Callback(_) | Promise::Decision(_))));
        for effect in effects {
            match effect {
                ContactEffect::Alert(_) if asked => {}
                ContactEffect::Alert(level) => {
                    let to = first_of(act.practice, &clinicians(act.practice, &contact.facts));
                    self.hand_over(tx, act, contact, to, Ask::Alert, level, None).await?;
                }
                ContactEffect::Promise(promise) => self.make_good(tx, act, contact, promise).await?,
                ContactEffect::WatchAnswers => {
                    let job = Job::WatchAnswers(contact.id);
                    self.acts.enqueue(tx, act, &job, Lane::Alert, Due::After(ANSWERED_WITHIN)).await?;
                }
            }
        }
        Ok(())
    }

    async fn make_good(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        promise: Promise,
    ) -> Stored<()> {
        let practice = act.practice;
        let delays = &practice.delays;
        let level = contact.level.unwrap_or(Level::SameDay);
        let urgent = level.at_least(Level::VeryUrgent);
        let decision_min = if urgent { delays.urgent_decision_min } else { delays.decision_min };
        let clinicians = clinicians(practice, &contact.facts);
        let (what, ask, minutes, owners) = match promise {
            Promise::Callback(minutes) => ("callback", Ask::Callback, minutes, clinicians),
            Promise::Decision(_) => ("decision", Ask::Decision, decision_min, clinicians),
            Promise::Answer(to) => ("answer", Ask::Answer, delays.answer_min, named(practice, &contact.facts, &to)),
            Promise::Document(_) => ("document", Ask::Document, delays.document_min, reception()),
        };
        // A grid's own delay is a clinician's word: it is not stretched by opening hours.
        let opening = if what == "callback" { Vec::new() } else { opening(practice, &contact.facts, act.now) };
        let due = due_at(act.now, minutes.max(1), level, &opening);
        let to = first_of(practice, &owners);
        let pledge = Pledge {
            what: what.to_owned(),
            said: wording::said(practice, what, due),
            owner: to.name.clone(),
            level,
            due,
        };
        self.commitments.pledge(tx, act, contact, pledge).await?;
        self.hand_over(tx, act, contact, to, ask, level, Some(due)).await
    }

    #[expect(clippy::too_many_arguments, reason = "each is one word of the sentence that the letter says")]
    async fn hand_over(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &Contact,
        to: Recipient,
        ask: Ask,
        level: Level,
        due: Option<Instant>,
    ) -> Stored<()> {
        let letter = wording::hand_over(act.practice, contact, ask, due);
        let cause = MessageCause::Contact(contact.id);
        self.messages
            .post(tx, act, Post { to, letter, level, valid_until: None, cause, contact: Some(contact.id) })
            .await
    }
}
