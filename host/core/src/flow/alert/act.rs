//! What people say of an alert.

use serde::{Deserialize, Serialize};

use greffon_words::fields;

use super::Alerts;
use super::raise::count;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::ids::{AlertId, PracticeId};
use crate::model::alert::{Alert, AlertEvent, AlertOutcome, NextStep, decide};
use crate::model::audit::Actor;
use crate::time::Instant;

/// Longest note, in characters.
const MAX_NOTE: usize = 2000;

/// Somebody takes an alert in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAcknowledgement {
    /// What they do next.
    pub next: NextStep,
    /// Until when.
    pub until: Instant,
}

/// Somebody says what came of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEnd {
    /// What.
    pub outcome: AlertOutcome,
    /// In their words.
    #[serde(default)]
    pub note: Option<String>,
}

impl Alerts {
    /// Takes an alert in hand: nobody else is told until the hour that is given, and then
    /// everybody again unless it has ended.
    ///
    /// # Errors
    /// `NotFound(Alert)`, `Invalid`, `NotAllowed("alert-ended")`, `Conflict`, `Storage`.
    pub async fn acknowledge(
        &self,
        practice: &PracticeId,
        id: AlertId,
        new: NewAcknowledgement,
        actor: &Actor,
    ) -> Flow<Alert> {
        let event = AlertEvent::Acknowledge { by: actor.subject.clone(), next: new.next, until: new.until };
        let entry = Entry::new("alert.acknowledged").field("next", new.next.as_str()).field("until", new.until);
        self.act(practice, id, event, entry, actor).await
    }

    /// Ends an alert with what came of it.
    ///
    /// # Errors
    /// `NotFound(Alert)`, `Invalid`, `Forbidden("clinician-only")`, `NotAllowed("alert-ended")`,
    /// `Conflict`, `Storage`.
    pub async fn end(&self, practice: &PracticeId, id: AlertId, new: NewEnd, actor: &Actor) -> Flow<Alert> {
        if new.note.as_ref().is_some_and(|note| note.chars().count() > MAX_NOTE) {
            return Err(FlowError::invalid("note", fields::too_long(MAX_NOTE)));
        }
        let NewEnd { outcome, note } = new;
        let event = AlertEvent::End { outcome, note, by: actor.subject.clone(), role: actor.role };
        let entry = Entry::new("alert.ended").field("outcome", outcome.as_str());
        self.act(practice, id, event, entry, actor).await
    }

    async fn act(
        &self,
        practice: &PracticeId,
        id: AlertId,
        event: AlertEvent,
        entry: Entry,
        actor: &Actor,
    ) -> Flow<Alert> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.alert(id).await?.ok_or(FlowError::NotFound(Thing::Alert))?;
        let contact = tx.contact(before.contact).await?.ok_or(FlowError::NotFound(Thing::Contact))?;
        let rungs = self.rungs(act, &contact);
        let (after, effects) = decide(&before, event, count(&rungs), act.now)?;
        self.acts.note(tx.as_mut(), act, entry.in_contact(Some(contact.id)).about("alert", id)).await?;
        let after = self.keep(tx.as_mut(), act, &before, after, &contact, &rungs, effects).await?;
        tx.commit().await?;
        Ok(after)
    }
}
