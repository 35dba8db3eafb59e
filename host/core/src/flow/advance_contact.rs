//! Takes facts in and gives the view out: red flags in the host, then triage,
//! then script.
//!
//! Facts and everything that the host concludes from them by itself are one
//! transaction, before any plugin is asked: a plugin, a crash or a lost answer
//! can delay a grid, never an alert.

use super::facts::checked;
use super::grids::Asked;
use super::journal::{Entry, Involved};
use super::script::{Rendered, has_new_effect};
use super::{Flow, FlowError, NewFact, NewLevel, Reception, Scene};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::Actor;
use crate::model::commitment::Commitment;
use crate::model::contact::{Contact, ContactEffect, ContactEvent, HostStep, Outcome, decide, find, host_step};
use crate::model::intent::Intent;
use crate::model::practice::Practice;
use crate::model::refusal::Refusal;
use crate::model::triage::{Orientation, Question};
use crate::model::view::ContactView;
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored, Transaction};
use crate::time::Instant;

/// How often a step begins again because somebody else changed the same
/// contact meanwhile.
pub(super) const MAX_TRIES: usize = 8;

impl Reception {
    /// Appends facts and returns what comes next.
    ///
    /// # Errors
    /// `NotFound("contact")`, `Invalid`, `NotAllowed("contact-closed")`, `Conflict`, `Storage`.
    pub async fn advance_contact(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        facts: Vec<NewFact>,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.practice(practice)?;
        let scene = Scene::new(&practice, actor, self.clock.now());
        let facts = checked(&practice, facts, actor, scene.now)?;
        let told = facts.len();
        let contact = self
            .change_contact(
                scene,
                contact,
                |contact| {
                    let (told, _) = decide(contact, ContactEvent::Told(facts.clone()), &practice.delays, scene.now)?;
                    host_pass(&practice, &told, scene.now)
                },
                |entry| entry.field("facts", told),
                "contact.told",
            )
            .await?;
        self.look_at(&practice, contact, actor).await
    }

    /// The view as it stands, without changing anything.
    ///
    /// # Errors
    /// `NotFound("contact")`, `Storage`.
    pub async fn view_contact(&self, practice: &PracticeId, contact: ContactId) -> Flow<ContactView> {
        let practice = self.practice(practice)?;
        let contact = self.stored_contact(&practice, contact).await?;
        let now = self.clock.now();
        let questions = match self.grid_pass(&practice, &contact, now).await {
            Some(Asked { outcome: Outcome::Ask { questions, .. }, .. }) => questions,
            _ => Vec::new(),
        };
        let (intents, commitments) = self.of_contact(&contact).await?;
        let script = self.render_script(&practice, &contact, &intents, &commitments, None, now).await;
        Ok(super::view::assemble(&practice, &contact, questions, &script, &intents, commitments, now))
    }

    /// The view of a contact whose last step may have been cut short, by a process
    /// that died between the facts and the grids: takes the step to its end.
    ///
    /// # Errors
    /// `NotFound("contact")`, `Conflict`, `Storage`.
    pub async fn resume_contact(&self, practice: &PracticeId, contact: ContactId, actor: &Actor) -> Flow<ContactView> {
        let practice = self.practice(practice)?;
        let contact = self.stored_contact(&practice, contact).await?;
        self.look_at(&practice, contact, actor).await
    }

    /// Raises the level (anybody), or lowers it (a practitioner, with a reason: S2).
    ///
    /// # Errors
    /// `NotFound("contact")`, `Forbidden`, `Invalid`, `NotAllowed`, `Conflict`, `Storage`.
    pub async fn set_level(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewLevel,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.practice(practice)?;
        let scene = Scene::new(&practice, actor, self.clock.now());
        let event = ContactEvent::LevelSet {
            level: new.level,
            reason: new.reason,
            by: actor.subject.clone(),
            role: actor.role,
        };
        let contact = self
            .change_contact(
                scene,
                contact,
                |contact| decide(contact, event.clone(), &practice.delays, scene.now),
                |entry| entry.field("level", new.level.as_str()),
                "contact.level-set",
            )
            .await?;
        self.look_at(&practice, contact, actor).await
    }

    /// One decision on a contact, with its effects, in one transaction.
    pub(super) async fn change_contact(
        &self,
        scene: Scene<'_>,
        id: ContactId,
        decision: impl Fn(&Contact) -> Result<(Contact, Vec<ContactEffect>), Refusal>,
        detail: impl Fn(Entry) -> Entry,
        action: &str,
    ) -> Flow<Contact> {
        let mut tx = self.storage.begin(&scene.practice.id).await?;
        let before = tx.contact(id).await?.ok_or(FlowError::NotFound("contact"))?;
        let (mut contact, effects) = decision(&before)?;
        if contact == before && effects.is_empty() {
            return Ok(before);
        }
        let entry = detail(Entry::new(action).in_contact(Some(id)));
        self.note(tx.as_mut(), scene, entry).await?;
        self.note_weighed(tx.as_mut(), scene, Some(&before), &contact, &[]).await?;
        self.carry_out(tx.as_mut(), scene, &mut contact, effects).await?;
        tx.save_contact(&mut contact).await?;
        tx.commit().await?;
        Ok(contact)
    }

    /// Asks the grids and the script what comes next, keeps what they conclude,
    /// and shows it. Begins again when somebody changes the contact meanwhile.
    pub(super) async fn look_at(&self, practice: &LivePractice, contact: Contact, actor: &Actor) -> Flow<ContactView> {
        let mut contact = contact;
        for _ in 0..MAX_TRIES {
            let scene = Scene::new(practice, actor, self.clock.now());
            match self.try_look_at(scene, contact).await? {
                Looked::Seen(view) => return Ok(*view),
                Looked::Changed(id) => contact = self.stored_contact(practice, id).await?,
            }
        }
        Err(FlowError::Conflict)
    }

    async fn try_look_at(&self, scene: Scene<'_>, contact: Contact) -> Flow<Looked> {
        let practice = scene.practice;
        let asked = self.grid_pass(practice, &contact, scene.now).await;
        let (weighed, effects, questions, involved) = weigh(practice, &contact, asked, scene.now)?;
        let (intents, commitments) = self.of_contact(&contact).await?;
        let script = self.render_script(practice, &weighed, &intents, &commitments, None, scene.now).await;
        let open = contact.closed_at.is_none();
        let pins = open && weighed.script.is_none() && script.script.is_some();
        let script_acts = open && has_new_effect(&weighed, &script.view.effects);
        if weighed == contact && effects.is_empty() && !pins && !script_acts {
            let view = super::view::assemble(practice, &weighed, questions, &script, &intents, commitments, scene.now);
            return Ok(Looked::Seen(Box::new(view)));
        }
        let Some(kept) = self.keep(scene, &contact, weighed, effects, &involved, &script).await? else {
            return Ok(Looked::Changed(contact.id));
        };
        let (intents, commitments) = self.of_contact(&kept).await?;
        // What was carried out shows in the recap.
        let script = if script_acts {
            self.render_script(practice, &kept, &intents, &commitments, None, scene.now).await
        } else {
            script
        };
        let view = super::view::assemble(practice, &kept, questions, &script, &intents, commitments, scene.now);
        Ok(Looked::Seen(Box::new(view)))
    }

    /// Stores what grids and script came to; `None` when the contact changed
    /// since it was looked at.
    async fn keep(
        &self,
        scene: Scene<'_>,
        before: &Contact,
        mut contact: Contact,
        effects: Vec<ContactEffect>,
        involved: &[Involved],
        script: &Rendered,
    ) -> Flow<Option<Contact>> {
        let mut tx = self.storage.begin(&scene.practice.id).await?;
        if contact.script.is_none() {
            contact.script.clone_from(&script.script);
        }
        self.note_weighed(tx.as_mut(), scene, Some(before), &contact, involved).await?;
        if let Some(failed) = &script.failed {
            self.note_failure(tx.as_mut(), scene, contact.id, "script.failed", failed).await?;
        }
        self.carry_out(tx.as_mut(), scene, &mut contact, effects).await?;
        self.carry_out_script(tx.as_mut(), scene, &mut contact, &script.view.effects).await?;
        // The version says whether it is still the contact that was looked at.
        match tx.save_contact(&mut contact).await {
            Err(StorageError::Stale { .. }) => return Ok(None),
            other => other?,
        }
        tx.commit().await?;
        Ok(Some(contact))
    }

    /// Asks the grids, when it is their turn.
    async fn grid_pass(&self, practice: &LivePractice, contact: &Contact, now: Instant) -> Option<Asked> {
        let findings = find(practice, contact, now);
        match host_step(contact, &findings) {
            HostStep::AskGrids => Some(self.ask_grids(practice, contact, &findings, now).await),
            _ => None,
        }
    }

    /// Writes down how level and conclusion changed, and who said so.
    pub(super) async fn note_weighed(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        before: Option<&Contact>,
        after: &Contact,
        involved: &[Involved],
    ) -> Stored<()> {
        let former_level = before.and_then(|contact| contact.level);
        if let Some(level) = after.level.filter(|level| Some(*level) != former_level) {
            let lowered = former_level.is_some_and(|former| !level.at_least(former));
            let entry = Entry::new(if lowered { "contact.level-lowered" } else { "contact.level-raised" })
                .in_contact(Some(after.id))
                .field("from", former_level.map_or("none", crate::model::care::Level::as_str))
                .field("to", level.as_str());
            self.note(tx, scene, entry).await?;
        }
        for failed in involved.iter().filter(|one| one.failure.is_some()) {
            self.note_failure(tx, scene, after.id, "triage.failed", failed).await?;
        }
        if after.assessment == before.and_then(|contact| contact.assessment.clone()) {
            return Ok(());
        }
        let Some(assessment) = &after.assessment else { return Ok(()) };
        let mut entry = Entry::new("contact.concluded")
            .in_contact(Some(after.id))
            .field("level", assessment.level.as_str())
            .field("orientation", orientation_code(&assessment.orientation))
            .field("protocol", &assessment.protocol.id)
            .field("protocol-version", &assessment.protocol.version);
        for one in involved {
            entry = entry.by_plugin(&one.stamp);
        }
        self.note(tx, scene, entry).await
    }

    async fn note_failure(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: ContactId,
        action: &str,
        failed: &Involved,
    ) -> Stored<()> {
        let code = failed.failure.as_deref().unwrap_or("none");
        let entry = Entry::new(action).in_contact(Some(contact)).field("code", code).by_plugin(&failed.stamp);
        self.note(tx, scene, entry).await
    }

    pub(super) async fn stored_contact(&self, practice: &Practice, id: ContactId) -> Flow<Contact> {
        self.storage.contact(&practice.id, id).await?.ok_or(FlowError::NotFound("contact"))
    }

    /// The bookings and promises of a contact, oldest first.
    pub(super) async fn of_contact(&self, contact: &Contact) -> Stored<(Vec<Intent>, Vec<Commitment>)> {
        let intents = self.storage.intents_of(contact).await?;
        Ok((intents, self.storage.commitments_of(contact).await?))
    }
}

enum Looked {
    Seen(Box<ContactView>),
    Changed(ContactId),
}

/// What the host concludes by itself: red flags, floors, administrative
/// requests. No plugin is needed for it.
pub(super) fn host_pass(
    practice: &Practice,
    contact: &Contact,
    now: Instant,
) -> Result<(Contact, Vec<ContactEffect>), Refusal> {
    let findings = find(practice, contact, now);
    let (floor, conclusion) = match host_step(contact, &findings) {
        HostStep::Stands => return Ok((contact.clone(), Vec::new())),
        HostStep::Conclude(assessment) => (findings.floor, Some(assessment)),
        _ => (findings.floor, None),
    };
    decide(contact, ContactEvent::Weighed { floor, conclusion }, &practice.delays, now)
}

type Weighed = (Contact, Vec<ContactEffect>, Vec<Question>, Vec<Involved>);

/// What the grids' answers make of the contact.
fn weigh(practice: &Practice, contact: &Contact, asked: Option<Asked>, now: Instant) -> Result<Weighed, Refusal> {
    let Some(Asked { outcome, involved }) = asked else {
        return Ok((contact.clone(), Vec::new(), Vec::new(), Vec::new()));
    };
    let (event, questions) = match outcome {
        Outcome::Ask { questions, level } => (ContactEvent::Weighed { floor: level, conclusion: None }, questions),
        Outcome::Conclude(assessment) => {
            (ContactEvent::Weighed { floor: None, conclusion: Some(assessment) }, Vec::new())
        }
    };
    let (contact, effects) = decide(contact, event, &practice.delays, now)?;
    Ok((contact, effects, questions, involved))
}

fn orientation_code(orientation: &Orientation) -> &'static str {
    match orientation {
        Orientation::EmergencyCall(_) => "emergency-call",
        Orientation::LiveTransfer(_) => "live-transfer",
        Orientation::ClinicianCallback(_) => "clinician-callback",
        Orientation::SameDaySlot => "same-day-slot",
        Orientation::SlotWithin(_) => "slot-within",
        Orientation::Teleconsultation(_) => "teleconsultation",
        Orientation::Message(_) => "message",
        Orientation::DocumentRequest(_) => "document-request",
        Orientation::Redirect(_) => "redirect",
        Orientation::Recontact(_) => "recontact",
        Orientation::HumanDecision(_) => "human-decision",
    }
}
