//! Alerts that somebody opens by the link that they were sent, with their own code.
//!
//! Looking at a link changes nothing: mail gateways open links. A code is counted before
//! it is checked, so that nobody tries many at once.

use std::sync::Arc;

use super::Alerts;
use super::act::{NewAcknowledgement, NewEnd};
use super::raise::count;
use crate::flow::act::Act;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::ids::AlertId;
use crate::model::alert::{Alert, AlertEvent, AlertState, LinkState, NextStep, decide};
use crate::model::audit::{Actor, Role};
use crate::model::secret::Secret;
use crate::model::wording;
use crate::ports::practices::LivePractice;

/// What a link leads to, for somebody who has not said a code yet.
#[derive(Clone, Debug)]
pub struct LinkedAlert {
    /// The practice's name: all that may be shown.
    pub practice_name: String,
    /// Its IANA zone, for hours.
    pub time_zone: String,
    /// What the link can still do.
    pub state: LinkState,
    /// The argon2id hash of the recipient's code; `None` when they have none any more.
    pub code: Option<String>,
}

/// An alert that was opened with a link and its code.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The alert as it is now.
    pub alert: Alert,
    /// What it is about, as the recipient is told.
    pub text: String,
    /// Its time zone.
    pub time_zone: String,
}

/// The recipient of a link, among those that the alert was told to.
struct Found {
    alert: Alert,
    practice: Arc<LivePractice>,
    person: String,
    state: LinkState,
}

impl Found {
    /// Whoever was sent the link. A recipient who is a practitioner acts as one.
    fn recipient(&self) -> Actor {
        let is_practitioner = self.practice.practitioners.iter().any(|one| one.id.0 == self.person);
        let role = if is_practitioner { Role::Practitioner } else { Role::Supervisor };
        Actor { subject: format!("recipient:{}", self.person), role }
    }
}

impl Alerts {
    /// What a link leads to. Changes nothing.
    ///
    /// # Errors
    /// `NotFound(Alert)` for a link that nobody was sent, `Storage`.
    pub async fn at_link(&self, id: AlertId, secret: &Secret) -> Flow<LinkedAlert> {
        let Found { practice, person, state, .. } = self.find(id, secret).await?;
        let code = practice.recipients.get(&person).and_then(|one| one.code.clone());
        Ok(LinkedAlert { practice_name: practice.name.clone(), time_zone: practice.time_zone.clone(), state, code })
    }

    /// Counts a try of a code, which must be checked only when this succeeds.
    ///
    /// # Errors
    /// `NotFound(Alert)`, `NotAllowed("link-dead")`, `NotAllowed("link-expired")`, `Conflict`, `Storage`.
    pub async fn count_try(&self, id: AlertId, secret: &Secret) -> Flow<()> {
        self.through_link(id, secret, AlertEvent::Try(secret.clone()), None).await.map(drop)
    }

    /// The code was wrong. After the fifth the link is dead, and the next rung is told.
    ///
    /// # Errors
    /// `NotFound(Alert)`, `Conflict`, `Storage`.
    pub async fn wrong_code(&self, id: AlertId, secret: &Secret) -> Flow<()> {
        let entry = Entry::new("alert.wrong-code");
        self.through_link(id, secret, AlertEvent::Wrong(secret.clone()), Some(entry)).await.map(drop)
    }

    /// The code was right: opens the alert, and takes it in hand when it is open.
    ///
    /// # Errors
    /// `NotFound(Alert)`, `Conflict`, `Storage`.
    pub async fn open_link(&self, id: AlertId, secret: &Secret, next: NextStep, minutes: u16) -> Flow<Opened> {
        let (alert, actor) = self.let_in(id, secret).await?;
        if alert.state == AlertState::Open {
            let until = self.acts.now().plus_minutes(i64::from(minutes));
            match self.acknowledge(&alert.practice, id, NewAcknowledgement { next, until }, &actor).await {
                // Somebody has ended it meanwhile: that is shown.
                Ok(_) | Err(FlowError::NotAllowed { code: "alert-ended", .. }) => {}
                Err(error) => return Err(error),
            }
        }
        self.opened(id, secret).await
    }

    /// The code was right: says what came of the alert.
    ///
    /// # Errors
    /// As [`end`](Self::end).
    pub async fn end_by_link(&self, id: AlertId, secret: &Secret, new: NewEnd) -> Flow<Opened> {
        let (alert, actor) = self.let_in(id, secret).await?;
        self.end(&alert.practice, id, new, &actor).await?;
        self.opened(id, secret).await
    }

    async fn let_in(&self, id: AlertId, secret: &Secret) -> Flow<(Alert, Actor)> {
        let entry = Entry::new("alert.opened");
        self.through_link(id, secret, AlertEvent::Right(secret.clone()), Some(entry)).await
    }

    async fn opened(&self, id: AlertId, secret: &Secret) -> Flow<Opened> {
        let Found { alert, practice, .. } = self.find(id, secret).await?;
        let contact = self.storage.contact(&practice.id, alert.contact).await?;
        let contact = contact.ok_or(FlowError::NotFound(Thing::Contact))?;
        let text = wording::alert(&practice, &contact, &alert, None, self.acts.now()).body;
        Ok(Opened { alert, text, time_zone: practice.time_zone.clone() })
    }

    async fn find(&self, id: AlertId, secret: &Secret) -> Flow<Found> {
        let unknown = || FlowError::NotFound(Thing::Alert);
        let practice = self.storage.practice_of_alert(id).await?.ok_or_else(unknown)?;
        let practice = self.acts.practice(&practice)?;
        let alert = self.stored(&practice.id, id).await?;
        let now = self.acts.now();
        let told = alert.told.iter().rev().find_map(|told| {
            let link = told.link.as_ref().filter(|link| link.is_opened_by(secret))?;
            Some((told.person.clone(), link.state(now)))
        });
        let (person, state) = told.ok_or_else(unknown)?;
        Ok(Found { alert, practice, person, state })
    }

    async fn through_link(
        &self,
        id: AlertId,
        secret: &Secret,
        event: AlertEvent,
        entry: Option<Entry>,
    ) -> Flow<(Alert, Actor)> {
        let found = self.find(id, secret).await?;
        let (practice, actor) = (Arc::clone(&found.practice), found.recipient());
        let act = Act::new(&practice, &actor, self.acts.now());
        let mut tx = self.storage.begin(&practice.id).await?;
        let before = tx.alert(id).await?.ok_or(FlowError::NotFound(Thing::Alert))?;
        let contact = tx.contact(before.contact).await?.ok_or(FlowError::NotFound(Thing::Contact))?;
        let rungs = self.rungs(act, &contact);
        let (after, effects) = decide(&before, event, count(&rungs), act.now)?;
        if let Some(entry) = entry {
            self.acts.note(tx.as_mut(), act, entry.in_contact(Some(contact.id)).about("alert", id)).await?;
        }
        let after = self.keep(tx.as_mut(), act, &before, after, &contact, &rungs, effects).await?;
        tx.commit().await?;
        Ok((after, actor))
    }
}
