//! What a message should have told a patient, somebody tells them.

use super::{Commitments, Pledge};
use crate::flow::act::Act;
use crate::flow::message::{contact_of, was_heard};
use crate::flow::rows::Rows;
use crate::model::care::Level;
use crate::model::commitment::{TELL_PATIENT, due_at};
use crate::model::contact::opening;
use crate::model::message::{Message, MessageState};
use crate::model::recipients::{PATIENT, first_of, reception};
use crate::ports::storage::{Stored, Transaction};

impl Commitments {
    /// A message to a patient that did not arrive, or perhaps not, becomes work of the
    /// reception: its words are to be said, in the contact that they are about; unless the desk
    /// has said them. Once a message, in the transaction of its end.
    pub(crate) async fn tell_instead(&self, tx: &mut dyn Transaction, act: Act<'_>, message: &Message) -> Stored<()> {
        let is_lost = matches!(message.state, MessageState::Failed | MessageState::Uncertain);
        let in_vain = message.is_worthless(act.now) || !message.can_be_told_instead();
        if message.recipient != PATIENT || !is_lost || in_vain {
            return Ok(());
        }
        let Some(mut contact) = contact_of(&mut Rows::Locked(tx), &message.cause).await? else { return Ok(()) };
        let key = format!("told-instead.{}", message.id);
        if was_heard(message, &contact) || contact.done.contains(&key) {
            return Ok(());
        }
        contact.done.push(key);
        let practice = act.practice;
        let level = message.level.raised_to(Level::Soon);
        let hours = opening(practice, &contact.facts, act.now);
        let pledge = Pledge {
            what: TELL_PATIENT.to_owned(),
            said: Some(message.body.clone()),
            owner: first_of(practice, &reception()).name,
            level,
            due: due_at(act.now, practice.delays.decision_min.max(1), level, &hours),
        };
        self.pledge(tx, act, &mut contact, pledge).await?;
        tx.save_contact(&mut contact).await
    }
}
