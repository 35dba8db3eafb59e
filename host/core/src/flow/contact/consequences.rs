//! What a level or a conclusion asks for: alerts, promises, and the messages that
//! say so.

use super::Contacts;
use crate::flow::act::Act;
use crate::flow::commitment::Pledge;
use crate::flow::message::Post;
use crate::model::alert::chain;
use crate::model::care::Level;
use crate::model::commitment::{CALLBACK, Commitment, due_at};
use crate::model::contact::{ANSWERED_WITHIN, Contact, ContactEffect, Promise, RESULT_WITHIN, opening};
use crate::model::job::{Due, Job, Lane};
use crate::model::message::MessageCause;
use crate::model::recipients::{Recipient, clinicians, first_of, named, present, reception};
use crate::model::wording::{self, Ask};
use crate::ports::storage::{Stored, Transaction};
use crate::time::{Instant, Span};

impl Contacts {
    /// Carries out what a level or a conclusion asks for.
    pub(super) async fn carry_out(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        effects: Vec<ContactEffect>,
    ) -> Stored<()> {
        let level = effects.iter().find_map(|effect| match effect {
            ContactEffect::Alert(level) => Some(*level),
            _ => None,
        });
        // Whoever the alert is told to need not be told once more of what is promised.
        let alerted = match level {
            Some(_) => chain(act.practice, &contact.facts, act.now).into_iter().next().unwrap_or_default(),
            None => Vec::new(),
        };
        let mut promised = None;
        for effect in effects {
            match effect {
                ContactEffect::Alert(_) => {}
                ContactEffect::EndAlert => self.alerts.end_by_lowering(tx, act, contact).await?,
                ContactEffect::Promise(promise) => {
                    promised = self.make_good(tx, act, contact, promise, &alerted).await?.or(promised);
                }
                ContactEffect::WatchAnswers => {
                    let job = Job::WatchAnswers(contact.id);
                    self.acts.enqueue(tx, act, &job, Lane::Alert, Due::After(ANSWERED_WITHIN)).await?;
                }
                ContactEffect::WatchResult => {
                    let job = Job::WatchResult(contact.id);
                    self.acts.enqueue(tx, act, &job, Lane::Alert, Due::After(RESULT_WITHIN)).await?;
                }
            }
        }
        if let Some(level) = level {
            self.alerts.raise(tx, act, contact, level, promised).await?;
        }
        Ok(())
    }

    /// Makes a promise; returns its hour when a clinician is to keep it.
    async fn make_good(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        promise: Promise,
        alerted: &[String],
    ) -> Stored<Option<Instant>> {
        let practice = act.practice;
        let delays = &practice.delays;
        let level = contact.level.unwrap_or(Level::SameDay);
        let urgent = level.at_least(Level::VeryUrgent);
        let decision_min = if urgent { delays.urgent_decision_min } else { delays.decision_min };
        let clinicians = clinicians(practice, &contact.facts);
        let (what, ask, minutes, owners) = match promise {
            Promise::Callback(minutes) => (CALLBACK, Ask::Callback, minutes, clinicians),
            Promise::Decision(_) => ("decision", Ask::Decision, decision_min, clinicians),
            Promise::Answer(to) => ("answer", Ask::Answer, delays.answer_min, named(practice, &contact.facts, &to)),
            Promise::Document(_) => ("document", Ask::Document, delays.document_min, reception()),
        };
        // A grid's own delay is a clinician's word: it is not stretched by opening hours.
        let opening = if what == CALLBACK { Vec::new() } else { opening(practice, &contact.facts, act.now) };
        let due = due_at(act.now, minutes.max(1), level, &opening);
        let owners = match urgent {
            true => {
                let told = tx.absences(Span { start: act.now, end: act.now.plus_millis(1) }).await?;
                present(practice, owners, &told, act.now)
            }
            false => owners,
        };
        let to = first_of(practice, &owners);
        let pledge = Pledge { what: what.to_owned(), said: None, owner: to.name.clone(), level, due };
        let promised = self.commitments.pledge(tx, act, contact, pledge).await?;
        let is_clinicians = matches!(ask, Ask::Callback | Ask::Decision);
        if !(is_clinicians && alerted.contains(&to.name)) {
            self.hand_over(tx, act, contact, to, ask, &promised).await?;
        }
        Ok(is_clinicians.then_some(promised.due))
    }

    async fn hand_over(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &Contact,
        to: Recipient,
        ask: Ask,
        promised: &Commitment,
    ) -> Stored<()> {
        let letter = wording::hand_over(act.practice, contact, ask, promised);
        let cause = MessageCause::Contact(contact.id);
        let level = promised.level;
        let post = Post { to, letter, level, valid_until: None, cause, contact: Some(contact.id) };
        self.messages.post(tx, act, post).await?;
        Ok(())
    }
}
