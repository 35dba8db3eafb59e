//! Alerts, raised in the transaction that raises the level; and whom they are told to.

use super::Alerts;
use crate::flow::act::Act;
use crate::flow::journal::Entry;
use crate::flow::message::Post;
use crate::ids::AlertId;
use crate::model::alert::{Alert, AlertEffect, AlertEvent, AlertState, Link, Told, chain, decide, persons};
use crate::model::care::Level;
use crate::model::contact::Contact;
use crate::model::job::{Due, Job, Lane};
use crate::model::message::MessageCause;
use crate::model::recipients::Recipient;
use crate::model::secret::Secret;
use crate::model::wording;
use crate::ports::storage::{Stored, Transaction};
use crate::time::Instant;

/// More tellings than this are not kept with an alert: the oldest go, their messages stay.
const MAX_TOLD: usize = 200;

impl Alerts {
    /// Raises the alert of a contact to a level, or makes it, and tells whoever is first in
    /// its chain. `promised` is until when the contact promises somebody's call or decision.
    pub(crate) async fn raise(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: &mut Contact,
        level: Level,
        promised: Option<Instant>,
    ) -> Stored<()> {
        let known = match contact.alert {
            Some(id) => tx.alert(id).await?,
            None => None,
        };
        let before = known.unwrap_or_else(|| Alert {
            id: AlertId(self.acts.id(act.now)),
            practice: act.practice.id.clone(),
            contact: contact.id,
            level,
            raised_at: act.now,
            promised,
            state: AlertState::Open,
            rung: 0,
            repeats: 0,
            watch_at: act.now,
            watch: 0,
            told: Vec::new(),
            acknowledged: Vec::new(),
            end: None,
            version: 0,
        });
        contact.alert = Some(before.id);
        let entry = Entry::new("alert.raised")
            .in_contact(Some(contact.id))
            .about("alert", before.id)
            .field("level", level.as_str());
        self.acts.note(tx, act, entry).await?;
        self.step(tx, act, before, contact, AlertEvent::Raised { level, promised }).await?;
        Ok(())
    }

    /// Decides one event of an alert that can always happen, and stores what follows.
    pub(super) async fn step(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        before: Alert,
        contact: &Contact,
        event: AlertEvent,
    ) -> Stored<Alert> {
        let rungs = self.rungs(act, contact);
        match decide(&before, event, count(&rungs), act.now) {
            Ok((after, effects)) => self.keep(tx, act, &before, after, contact, &rungs, effects).await,
            // What only people may be refused is none of these events.
            Err(_) => Ok(before),
        }
    }

    /// The chain of a contact's alert, as it is now.
    pub(super) fn rungs(&self, act: Act<'_>, contact: &Contact) -> Vec<Vec<String>> {
        chain(act.practice, &contact.facts, act.now)
    }

    /// Stores an alert after a step, with the messages that the step asks for and the job
    /// that looks at it next.
    #[expect(clippy::too_many_arguments, reason = "before, after and what follows, of one step")]
    pub(super) async fn keep(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        before: &Alert,
        mut after: Alert,
        contact: &Contact,
        rungs: &[Vec<String>],
        effects: Vec<AlertEffect>,
    ) -> Stored<Alert> {
        if after == *before && effects.is_empty() && before.version > 0 {
            return Ok(after);
        }
        for AlertEffect::Tell(rung) in effects {
            self.tell(tx, act, &mut after, contact, rungs, rung).await?;
        }
        if after.watch != before.watch {
            let job = Job::EscalateAlert(after.id, after.watch);
            self.acts.enqueue(tx, act, &job, Lane::Alert, Due::from_now(act.now, after.watch_at)).await?;
        }
        tx.save_alert(&mut after).await?;
        Ok(after)
    }

    async fn tell(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        alert: &mut Alert,
        contact: &Contact,
        rungs: &[Vec<String>],
        rung: u32,
    ) -> Stored<()> {
        let on_rung = usize::try_from(rung).ok().and_then(|rung| rungs.get(rung));
        let told = persons(act.practice, on_rung.map_or(&[], Vec::as_slice));
        let entry = Entry::new("alert.told")
            .in_contact(Some(contact.id))
            .about("alert", alert.id)
            .field("rung", rung)
            .field("persons", told.len());
        self.acts.note(tx, act, entry).await?;
        for (person, addresses) in told {
            let secret = Secret::of(|| self.acts.id(act.now));
            let link = wording::alert_link(act.practice, &person, alert.id, &secret);
            for address in addresses {
                let post = Post {
                    to: Recipient { name: person.clone(), address: Some(address.clone()) },
                    letter: wording::alert(act.practice, contact, alert, link.as_deref(), act.now),
                    level: alert.level,
                    valid_until: None,
                    cause: MessageCause::Alert(alert.id),
                    contact: Some(contact.id),
                };
                let message = self.messages.post(tx, act, post).await?;
                let link = link.is_some().then(|| Link::new(&secret, act.now));
                alert.told.push(Told { rung, person: person.clone(), message, at: act.now, lost: false, link });
            }
        }
        let over = alert.told.len().saturating_sub(MAX_TOLD);
        alert.told.drain(..over);
        Ok(())
    }
}

pub(super) fn count(rungs: &[Vec<String>]) -> u32 {
    u32::try_from(rungs.len()).unwrap_or(u32::MAX)
}
