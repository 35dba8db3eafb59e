//! Stores a contact the moment it arrives, then looks at it for the first time.

use std::time::Duration;

use greffon_words::fields;

use super::advance::host_pass;
use super::facts::checked;
use super::{Contacts, NewContact};
use crate::flow::act::Act;
use crate::flow::conversation::script::first_script;
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::Entry;
use crate::flow::patient::Recognised;
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;
use crate::model::care::Fact;
use crate::model::contact::{Contact, ContactEvent, decide};
use crate::model::heard::Listened;
use crate::model::pin::Pin;
use crate::model::view::ContactView;
use crate::ports::practices::Feature;

/// Contacts of one origin within this time are one person who tries again (S12).
const REPEATED_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest origin, in bytes.
const MAX_ORIGIN: usize = 254;

impl Contacts {
    /// Stores a new contact and returns its first view. The contact is durable
    /// and audited before any plugin is asked.
    ///
    /// # Errors
    /// `NotFound(Practice)`, `NotFound(Appointment)`, `Invalid` for a bad fact, `Storage`.
    pub async fn receive(&self, practice: &PracticeId, new: NewContact, actor: &Actor) -> Flow<ContactView> {
        self.receive_as(practice, self.mint(), new, actor).await
    }

    /// A name for a contact that is about to be received.
    #[must_use]
    pub fn mint(&self) -> ContactId {
        ContactId(self.acts.id(self.acts.now()))
    }

    /// The same under a name that the caller minted and may use again after a
    /// crash: of several tries one stores the contact.
    ///
    /// # Errors
    /// As [`Contacts::receive`]; `Conflict`, or `Storage` of a row that
    /// exists, when the contact was stored before.
    pub async fn receive_as(
        &self,
        practice: &PracticeId,
        id: ContactId,
        new: NewContact,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let facts = checked(&practice, new.facts, actor, act.now)?;
        let origin = new.origin.map(|origin| origin.trim().to_owned()).filter(|origin| !origin.is_empty());
        if origin.as_ref().is_some_and(|origin| origin.len() > MAX_ORIGIN || origin.chars().any(char::is_control)) {
            return Err(FlowError::invalid("origin", fields::origin(MAX_ORIGIN)));
        }
        if let Some(about) = &new.about
            && self.storage.appointment(&practice.id, None, about).await?.is_none()
        {
            return Err(FlowError::NotFound(Thing::Appointment));
        }
        let recognised = self.patients.recognise(&practice.id, &facts, origin.as_deref()).await?;
        let repeated = recognised.repeated(origin.as_deref(), act.now - REPEATED_WITHIN);
        let received = Contact::received(id, practice.id.clone(), new.channel, act.now);
        let contact = Contact { origin, about: new.about, repeated, ..received };
        let contact = self.store_received(act, contact, facts, &recognised).await?;
        self.look_at(&practice, contact, actor).await
    }

    async fn store_received(
        &self,
        act: Act<'_>,
        contact: Contact,
        facts: Vec<Fact>,
        recognised: &Recognised,
    ) -> Flow<Contact> {
        let told = facts.len();
        let mut contact = contact;
        if told > 0 {
            (contact, _) = decide(&contact, ContactEvent::Told(Listened::to(facts)), &act.practice.delays, act.now)?;
        }
        recognised.write_into(&mut contact);
        let (mut contact, effects) = host_pass(act.practice, &contact, act.now)?;
        contact.script = first_script(act.practice, &contact);
        let pure: Vec<(Pin, &str)> = act.practice.features.iter().filter_map(pinned).collect();
        contact.pins = pure.iter().map(|(pin, _)| pin.clone()).collect();
        let mut tx = self.storage.begin(&act.practice.id).await?;
        let entry = Entry::new("contact.received")
            .in_contact(Some(contact.id))
            .field("facts", told)
            .field("repeated", contact.repeated);
        self.acts.note(tx.as_mut(), act, entry).await?;
        self.note_weighed(tx.as_mut(), act, None, &contact, &[]).await?;
        self.carry_out(tx.as_mut(), act, &mut contact, effects).await?;
        tx.keep_settings(contact.id, &pure).await?;
        tx.save_contact(&mut contact).await?;
        tx.commit().await?;
        Ok(contact)
    }
}

/// A grid or script that a contact begins with, and its settings (S9).
fn pinned(feature: &Feature) -> Option<(Pin, &str)> {
    Some((feature.pin()?, feature.settings.as_ref()?.text()))
}
