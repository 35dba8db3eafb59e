//! Carries out what a script proposes, as far as the host does that by itself.

use super::Contacts;
use crate::flow::act::Act;
use crate::flow::commitment::Pledge;
use crate::flow::error::Flow;
use crate::flow::journal::Entry;
use crate::flow::message::Post;
use crate::flow::patient::records_in;
use crate::model::care::Level;
use crate::model::commitment::latest_due;
use crate::model::contact::{Contact, address_of, opening, patient_of};
use crate::model::message::MessageCause;
use crate::model::recipients::{PATIENT, Recipient, first_of, named};
use crate::model::script::{CommitmentDraft, Effect, MessageDraft};
use crate::model::wording;
use crate::ports::storage::{Stored, Transaction};

/// A script carries out at most so many effects in one contact; what it
/// proposes beyond is a fault of the script.
const MAX_EFFECTS: usize = 60;

/// Longest text of a promise, in characters.
const MAX_SAID: usize = 500;

/// Whether the script proposes something that the host would carry out now.
pub(super) fn has_new_effect(contact: &Contact, effects: &[Effect]) -> bool {
    let mut own = effects.iter().filter(|effect| effect.is_carried_out());
    contact.done.len() < MAX_EFFECTS && own.any(|effect| !contact.done.contains(&effect.key()))
}

/// What came of an effect.
enum Carried {
    Out,
    /// It cannot be done yet: the patient's address is not known.
    NotNow,
    /// It may never be done: what it names is not approved.
    Refused,
}

impl Contacts {
    /// Carries out the effects that the host does by itself, each once. Says
    /// whether the contact changed.
    pub(super) async fn carry_out_script(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        effects: &[Effect],
    ) -> Flow<bool> {
        let mut any = false;
        for effect in effects.iter().filter(|effect| effect.is_carried_out()) {
            let key = effect.key();
            if contact.done.contains(&key) || contact.done.len() >= MAX_EFFECTS {
                continue;
            }
            let carried = match effect {
                Effect::Commitment(draft) => self.promise_of_script(tx, act, contact, draft).await?,
                Effect::Notify(draft) => self.message_of_script(tx, act, contact, draft).await?,
                _ => Carried::NotNow,
            };
            match carried {
                Carried::Out => {}
                Carried::NotNow => continue,
                Carried::Refused => {
                    let entry = Entry::new("script.effect-refused").in_contact(Some(contact.id)).field("effect", &key);
                    self.acts.note(tx, act, entry).await?;
                }
            }
            contact.done.push(key);
            any = true;
        }
        Ok(any)
    }

    async fn promise_of_script(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        draft: &CommitmentDraft,
    ) -> Stored<Carried> {
        let owner = first_of(act.practice, &named(act.practice, &contact.facts, &draft.owner));
        let level = contact.level.map_or(draft.level, |level| level.raised_to(draft.level));
        // A due time that is past cannot be promised; soonest is in a minute.
        let latest = latest_due(act.now, level, &opening(act.practice, &contact.facts, act.now));
        let due = draft.due.clamp(act.now.plus_minutes(1), latest);
        if due != draft.due {
            let entry = Entry::new("script.promise-clamped")
                .in_contact(Some(contact.id))
                .field("effect", Effect::Commitment(draft.clone()).key())
                .field("level", level.as_str())
                .field("proposed", draft.due)
                .field("due", due);
            self.acts.note(tx, act, entry).await?;
        }
        let pledge = Pledge {
            what: draft.what.chars().take(100).collect(),
            said: Some(draft.said.chars().take(MAX_SAID).collect()),
            owner: owner.name,
            level,
            due,
        };
        self.commitments.pledge(tx, act, contact, pledge).await?;
        Ok(Carried::Out)
    }

    /// To the patient only approved texts may go (S11); to the practice, the
    /// facts that the script chose.
    async fn message_of_script(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &Contact,
        draft: &MessageDraft,
    ) -> Stored<Carried> {
        let practice = act.practice;
        let (to, letter) = if draft.to == PATIENT {
            let Some(letter) = wording::approved_text(practice, &draft.template) else { return Ok(Carried::Refused) };
            let records = records_in(tx, contact.patient.patient()).await?;
            let address = address_of(&patient_of(&contact.facts), &records);
            if address.is_none() {
                return Ok(Carried::NotNow);
            }
            (Recipient { name: PATIENT.to_owned(), address }, letter)
        } else {
            let to = first_of(practice, &named(practice, &contact.facts, &draft.to));
            let verbatim = draft.verbatim.as_deref();
            (to, wording::of_script(practice, contact, &draft.template, &draft.facts, verbatim))
        };
        let level: Level = contact.level.map_or(draft.level, |level| level.raised_to(draft.level));
        let cause = MessageCause::Contact(contact.id);
        let post = Post { to, letter, level, valid_until: None, cause, contact: Some(contact.id) };
        self.messages.post(tx, act, post).await?;
        Ok(Carried::Out)
    }
}
