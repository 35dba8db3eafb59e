//! Stores a contact the moment it arrives, then looks at it for the first time.

use std::time::Duration;

use super::facts::checked;
use super::journal::Entry;
use super::script::first_script;
use super::{Flow, FlowError, NewContact, Reception, Scene};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;
use crate::model::contact::{Contact, ContactEvent, ContactState, decide};
use crate::model::view::ContactView;

/// Contacts of one origin within this time are one person who tries again (S12).
const REPEATED_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest origin, in bytes.
const MAX_ORIGIN: usize = 254;

impl Reception {
    /// Stores a new contact and returns its first view. The contact is durable
    /// and audited before any plugin is asked.
    ///
    /// # Errors
    /// `NotFound("practice")`, `NotFound("appointment")`, `Invalid` for a bad fact, `Storage`.
    pub async fn receive_contact(&self, practice: &PracticeId, new: NewContact, actor: &Actor) -> Flow<ContactView> {
        let id = ContactId(self.ids.next(self.clock.now()));
        self.receive_contact_as(practice, id, new, actor).await
    }

    /// The same under a name that the caller minted and may use again after a
    /// crash: of several tries one stores the contact.
    ///
    /// # Errors
    /// As [`Reception::receive_contact`]; `Conflict`, or `Storage` of a row that
    /// exists, when the contact was stored before.
    pub async fn receive_contact_as(
        &self,
        practice: &PracticeId,
        id: ContactId,
        new: NewContact,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.practice(practice)?;
        let scene = Scene::new(&practice, actor, self.clock.now());
        let facts = checked(&practice, new.facts, actor, scene.now)?;
        let origin = new.origin.map(|origin| origin.trim().to_owned()).filter(|origin| !origin.is_empty());
        if origin.as_ref().is_some_and(|origin| origin.len() > MAX_ORIGIN || origin.chars().any(char::is_control)) {
            let why = "expected a number or an address of at most 254 bytes".to_owned();
            return Err(FlowError::Invalid { field: "origin".to_owned(), why });
        }
        if let Some(about) = &new.about
            && self.storage.appointment(&practice.id, None, about).await?.is_none()
        {
            return Err(FlowError::NotFound("appointment"));
        }
        let repeated = match &origin {
            Some(origin) => self.storage.contacts_from(&practice.id, origin, scene.now - REPEATED_WITHIN).await?,
            None => 0,
        };
        let contact = Contact {
            id,
            practice: practice.id.clone(),
            channel: new.channel,
            origin,
            state: ContactState::Received,
            received_at: scene.now,
            closed_at: None,
            facts: Vec::new(),
            level: None,
            assessment: None,
            lowered: None,
            script: None,
            pins: Vec::new(),
            done: Vec::new(),
            statements: Vec::new(),
            intents: Vec::new(),
            commitments: Vec::new(),
            about: new.about,
            repeated,
            outcome: None,
            version: 0,
        };
        let contact = self.store_received(scene, contact, facts).await?;
        self.look_at(&practice, contact, actor).await
    }

    async fn store_received(
        &self,
        scene: Scene<'_>,
        contact: Contact,
        facts: Vec<crate::model::care::Fact>,
    ) -> Flow<Contact> {
        let told = facts.len();
        let mut contact = contact;
        if told > 0 {
            (contact, _) = decide(&contact, ContactEvent::Told(facts), &scene.practice.delays, scene.now)?;
        }
        let (mut contact, effects) = super::advance_contact::host_pass(scene.practice, &contact, scene.now)?;
        contact.script = first_script(scene.practice, &contact);
        let mut tx = self.storage.begin(&scene.practice.id).await?;
        let entry = Entry::new("contact.received")
            .in_contact(Some(contact.id))
            .field("facts", told)
            .field("repeated", contact.repeated);
        self.note(tx.as_mut(), scene, entry).await?;
        self.note_weighed(tx.as_mut(), scene, None, &contact, &[]).await?;
        self.carry_out(tx.as_mut(), scene, &mut contact, effects).await?;
        tx.save_contact(&mut contact).await?;
        tx.commit().await?;
        self.memory.keep_practice(contact.id, &contact.practice);
        Ok(contact)
    }
}
