//! Takes facts in and gives the view out: red flags in the host, then triage,
//! then script.
//!
//! Facts and everything that the host concludes from them by itself are one
//! transaction, before any plugin is asked: a plugin, a crash or a lost answer
//! can delay a grid, never an alert.

use super::facts::checked;
use super::script_effects::has_new_effect;
use super::{Contacts, NewFact, NewLevel};
use crate::flow::act::Act;
use crate::flow::conversation::grids::{self, Reported};
use crate::flow::conversation::script::{self, Rendered};
use crate::flow::error::{Flow, FlowError, Thing};
use crate::flow::journal::{Entry, Involved};
use crate::flow::patient::{Recognised, records_of};
use crate::flow::read::{sequel_of, sequel_with};
use crate::ids::{ContactId, PracticeId};
use crate::model::audit::{Actor, Role};
use crate::model::care::{Fact, Level};
use crate::model::contact::{
    Contact, ContactEffect, ContactEvent, ContactState, Findings, HostStep, Outcome, decide, emergency_steps, find,
    host_step, identity_of,
};
use crate::model::heard::Listened;
use crate::model::patient::Patient;
use crate::model::practice::Practice;
use crate::model::refusal::Refusal;
use crate::model::triage::{Orientation, Question};
use crate::model::view::{ContactView, Said, Sequel, Told, assemble};
use crate::ports::practices::LivePractice;
use crate::ports::storage::{StorageError, Stored, Transaction};
use crate::time::Instant;

/// How often a step begins again because somebody else changed the same
/// contact meanwhile.
pub(super) const MAX_TRIES: usize = 8;

impl Contacts {
    /// Appends facts and returns what comes next.
    ///
    /// # Errors
    /// `NotFound(Contact)`, `Invalid`, `NotAllowed("contact-closed")`, `Conflict`, `Storage`.
    pub async fn advance(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        facts: Vec<NewFact>,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let facts = Listened::to(checked(&practice, facts, actor, act.now)?);
        let told = facts.facts().len();
        let (before, recognised) = self.recognised(&practice, contact, facts.facts()).await?;
        let contact = self
            .change_of(
                act,
                (contact, before),
                |contact| {
                    let (mut told, _) = decide(contact, ContactEvent::Told(facts.clone()), &practice.delays, act.now)?;
                    if let Some(recognised) = &recognised {
                        recognised.write_into(&mut told);
                    }
                    host_pass(&practice, &told, act.now)
                },
                |entry| entry.field("facts", told),
                "contact.told",
            )
            .await?;
        let records = recognised.and_then(|recognised| recognised.records_for(&contact));
        self.look_with(&practice, contact, records, actor).await
    }

    /// What the registry says of the patient, when facts tell of another one than before; and
    /// the contact, when it was read for that.
    async fn recognised(
        &self,
        practice: &Practice,
        id: ContactId,
        facts: &[Fact],
    ) -> Flow<(Option<Contact>, Option<Recognised>)> {
        let nobody = identity_of(&[]);
        if identity_of(facts) == nobody {
            return Ok((None, None));
        }
        let before = self.stored(practice, id).await?;
        let told: Vec<Fact> = before.facts.iter().chain(facts).cloned().collect();
        if identity_of(&told) == identity_of(&before.facts) {
            return Ok((Some(before), None));
        }
        let recognised = self.patients.recognise(&practice.id, &told, before.origin.as_deref()).await?;
        let recognised = recognised.after(&before.facts);
        Ok((Some(before), Some(recognised)))
    }

    /// The view of a contact whose last step may have been cut short, by a process
    /// that died between the facts and the grids: takes the step to its end.
    ///
    /// # Errors
    /// `NotFound(Contact)`, `Conflict`, `Storage`.
    pub async fn resume(&self, practice: &PracticeId, contact: ContactId, actor: &Actor) -> Flow<ContactView> {
        let practice = self.acts.practice(practice)?;
        let contact = self.stored(&practice, contact).await?;
        self.look_at(&practice, contact, actor).await
    }

    /// Asks grids and script again, if anything has changed since they were asked: a
    /// booking, a promise, the practice's files, a step that was cut short.
    ///
    /// # Errors
    /// As [`Contacts::resume`].
    pub async fn refresh(&self, practice: &PracticeId, contact: ContactId, actor: &Actor) -> Flow<()> {
        let practice = self.acts.practice(practice)?;
        let contact = self.stored(&practice, contact).await?;
        let sequel = sequel_of(self.storage.as_ref(), &contact).await?;
        let now = Told::of(&practice.revision, &contact, &sequel);
        let said = self.storage.said(&practice.id, contact.id).await?;
        if said.is_none_or(|said| said.of != now) {
            self.look_at(&practice, contact, actor).await?;
        }
        Ok(())
    }

    /// Asks them again after an act on a booking of this contact, which stands whatever
    /// comes of this: whoever reads the contact sees that its view is outdated, and a job
    /// asks again.
    pub(crate) async fn refresh_after(&self, practice: &PracticeId, contact: Option<ContactId>, actor: &Actor) {
        let Some(contact) = contact else { return };
        if let Err(error) = self.resume(practice, contact, actor).await {
            tracing::warn!(contact.id = %contact, error = %error, "the view of a contact was not refreshed");
        }
    }

    /// Raises the level (anybody), or lowers it (a practitioner, with a reason: S2).
    ///
    /// # Errors
    /// `NotFound(Contact)`, `Forbidden`, `Invalid`, `NotAllowed`, `Conflict`, `Storage`.
    pub async fn set_level(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewLevel,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.acts.practice(practice)?;
        let act = Act::new(&practice, actor, self.acts.now());
        let event = ContactEvent::LevelSet {
            level: new.level,
            reason: new.reason,
            by: actor.subject.clone(),
            role: actor.role,
        };
        let contact = self
            .change(
                act,
                contact,
                |contact| decide(contact, event.clone(), &practice.delays, act.now),
                |entry| entry.field("level", new.level.as_str()),
                "contact.level-set",
            )
            .await?;
        self.look_at(&practice, contact, actor).await
    }

    /// One decision on a contact, with its effects, in one transaction.
    pub(super) async fn change(
        &self,
        act: Act<'_>,
        id: ContactId,
        decision: impl Fn(&Contact) -> Result<(Contact, Vec<ContactEffect>), Refusal>,
        detail: impl Fn(Entry) -> Entry,
        action: &str,
    ) -> Flow<Contact> {
        self.change_of(act, (id, None), decision, detail, action).await
    }

    /// The same of a contact that may have been read before: one that changed since then is read
    /// again.
    async fn change_of(
        &self,
        act: Act<'_>,
        (id, mut read): (ContactId, Option<Contact>),
        decision: impl Fn(&Contact) -> Result<(Contact, Vec<ContactEffect>), Refusal>,
        detail: impl Fn(Entry) -> Entry,
        action: &str,
    ) -> Flow<Contact> {
        loop {
            let mut tx = self.storage.begin(&act.practice.id).await?;
            let (before, is_locked) = match read.take() {
                Some(before) => (before, false),
                None => (tx.contact(id).await?.ok_or(FlowError::NotFound(Thing::Contact))?, true),
            };
            let (mut contact, effects) = decision(&before)?;
            if contact == before && effects.is_empty() {
                return Ok(before);
            }
            let entry = detail(Entry::new(action).in_contact(Some(id)));
            self.acts.note(tx.as_mut(), act, entry).await?;
            self.note_weighed(tx.as_mut(), act, Some(&before), &contact, &[]).await?;
            self.carry_out(tx.as_mut(), act, &mut contact, effects).await?;
            match tx.save_contact(&mut contact).await {
                Err(StorageError::Stale { .. }) if !is_locked => continue,
                saved => saved?,
            }
            tx.commit().await?;
            return Ok(contact);
        }
    }

    /// Asks the grids and the script what comes next, keeps what they conclude,
    /// and shows it. Begins again when somebody changes the contact meanwhile. Of one
    /// that is closed nobody is asked anything.
    pub(super) async fn look_at(&self, practice: &LivePractice, contact: Contact, actor: &Actor) -> Flow<ContactView> {
        self.look_with(practice, contact, None, actor).await
    }

    /// The same, when the records of its patient may have been read just now.
    async fn look_with(
        &self,
        practice: &LivePractice,
        contact: Contact,
        records: Option<Vec<Patient>>,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let (mut contact, mut records) = (contact, records);
        for _ in 0..MAX_TRIES {
            if contact.state == ContactState::Closed {
                return self.as_closed(practice, &contact).await;
            }
            let act = Act::new(practice, actor, self.acts.now());
            match self.try_look_at(act, contact, records.take()).await? {
                Looked::Seen(view) => return Ok(*view),
                Looked::Changed(id) => contact = self.stored(practice, id).await?,
            }
        }
        Err(FlowError::Conflict)
    }

    /// A contact that is over, with what was said when it ended: the settings that it
    /// began with may be gone by now.
    async fn as_closed(&self, practice: &LivePractice, contact: &Contact) -> Flow<ContactView> {
        let sequel = sequel_of(self.storage.as_ref(), contact).await?;
        let said = self.storage.said(&practice.id, contact.id).await?;
        let said = said.unwrap_or_else(|| Said::nothing(Told::of(&practice.revision, contact, &sequel)));
        Ok(assemble(practice, contact, &said, true, &sequel, self.acts.now()))
    }

    async fn try_look_at(&self, act: Act<'_>, contact: Contact, records: Option<Vec<Patient>>) -> Flow<Looked> {
        let practice = act.practice;
        let storage = self.storage.as_ref();
        let records = match records {
            Some(records) => records,
            None => records_of(storage, &practice.id, contact.patient.patient()).await?,
        };
        let asked = grids::ask(storage, practice, &contact, &records, act.now).await?;
        let (mut weighed, effects, questions, involved) = weigh(practice, &contact, asked, act.now)?;
        if act.actor.role != Role::System && weighed.is_emergency() && weighed.emergency_shown_at.is_none() {
            // The answer to this request is what the screen shows.
            (weighed, _) = decide(&weighed, ContactEvent::Shown, &practice.delays, act.now)?;
        }
        let sequel = sequel_with(storage, &contact, records).await?;
        let rendered = self.render(act, &weighed, &sequel).await?;
        let pins = weighed.script.is_none() && rendered.script.is_some();
        let acts = has_new_effect(&weighed, &rendered.view.effects) || !effects.is_empty();
        if weighed == contact && !pins && !acts {
            let view = self.say(act, &weighed, questions, rendered, &sequel).await;
            return Ok(Looked::Seen(Box::new(view)));
        }
        let Some(kept) = self.keep(act, &contact, weighed, effects, &involved, &rendered).await? else {
            return Ok(Looked::Changed(contact.id));
        };
        // What was carried out or promised shows in the recap.
        let (sequel, rendered) = if acts {
            let sequel = sequel_with(self.storage.as_ref(), &kept, sequel.records).await?;
            let rendered = self.render(act, &kept, &sequel).await?;
            (sequel, rendered)
        } else {
            (sequel, rendered)
        };
        let view = self.say(act, &kept, questions, rendered, &sequel).await;
        Ok(Looked::Seen(Box::new(view)))
    }

    async fn render(&self, act: Act<'_>, contact: &Contact, sequel: &Sequel) -> Stored<Rendered> {
        script::render(self.storage.as_ref(), act.practice, contact, sequel, None, act.now).await
    }

    /// Keeps what grids and script said, for those who read the contact, and shows
    /// it. When it cannot be kept they are shown what was said before, and that it
    /// is outdated.
    pub(super) async fn say(
        &self,
        act: Act<'_>,
        contact: &Contact,
        questions: Vec<Question>,
        rendered: Rendered,
        sequel: &Sequel,
    ) -> ContactView {
        let said = Said {
            of: Told::of(&act.practice.revision, contact, sequel),
            questions,
            script: rendered.view,
            script_failed: rendered.failed.is_some(),
        };
        if let Err(error) = self.storage.keep_said(&act.practice.id, contact.id, &said).await {
            tracing::warn!(contact.id = %contact.id, error = %error, "what the script said was not kept");
        }
        assemble(act.practice, contact, &said, true, sequel, act.now)
    }

    /// Stores what grids and script came to; `None` when the contact changed
    /// since it was looked at.
    async fn keep(
        &self,
        act: Act<'_>,
        before: &Contact,
        mut contact: Contact,
        effects: Vec<ContactEffect>,
        involved: &[Involved],
        rendered: &Rendered,
    ) -> Flow<Option<Contact>> {
        let mut tx = self.storage.begin(&act.practice.id).await?;
        if contact.script.is_none() {
            contact.script.clone_from(&rendered.script);
        }
        self.note_weighed(tx.as_mut(), act, Some(before), &contact, involved).await?;
        if let Some(failed) = &rendered.failed {
            self.note_failure(tx.as_mut(), act, contact.id, "script.failed", failed).await?;
        }
        self.carry_out(tx.as_mut(), act, &mut contact, effects).await?;
        self.carry_out_script(tx.as_mut(), act, &mut contact, &rendered.view.effects).await?;
        // The version says whether it is still the contact that was looked at.
        match tx.save_contact(&mut contact).await {
            Err(StorageError::Stale { .. }) => return Ok(None),
            other => other?,
        }
        tx.commit().await?;
        Ok(Some(contact))
    }

    /// Writes down how level and conclusion changed, and who said so.
    pub(super) async fn note_weighed(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        before: Option<&Contact>,
        after: &Contact,
        involved: &[Involved],
    ) -> Stored<()> {
        let former_level = before.and_then(|contact| contact.level);
        if let Some(level) = after.level.filter(|level| Some(*level) != former_level) {
            let lowered = former_level.is_some_and(|former| !level.at_least(former));
            let entry = Entry::new(if lowered { "contact.level-lowered" } else { "contact.level-raised" })
                .in_contact(Some(after.id))
                .field("from", former_level.map_or("none", Level::as_str))
                .field("to", level.as_str());
            self.acts.note(tx, act, entry).await?;
        }
        let known = before.map(emergency_steps).unwrap_or_default();
        for taken in emergency_steps(after).into_iter().filter(|taken| !known.contains(taken)) {
            let entry = Entry::new("contact.emergency-step")
                .in_contact(Some(after.id))
                .field("step", taken.step.as_str())
                .field("at", taken.at);
            self.acts.note(tx, act, entry).await?;
        }
        for failed in involved.iter().filter(|one| one.failure.is_some()) {
            self.note_failure(tx, act, after.id, "triage.failed", failed).await?;
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
        self.acts.note(tx, act, entry).await
    }

    async fn note_failure(
        &self,
        tx: &mut dyn Transaction,
        act: Act<'_>,
        contact: ContactId,
        action: &str,
        failed: &Involved,
    ) -> Stored<()> {
        let code = failed.failure.as_deref().unwrap_or("none");
        let entry = Entry::new(action).in_contact(Some(contact)).field("code", code).by_plugin(&failed.stamp);
        self.acts.note(tx, act, entry).await
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
    let conclusion = match host_step(contact, &findings) {
        // What was only supposed until now may be known: somebody is told.
        HostStep::Stands if contact.supposed.is_some() && contact.state != ContactState::Closed => None,
        HostStep::Stands => return Ok((contact.clone(), Vec::new())),
        HostStep::Conclude(assessment) => Some(assessment),
        _ => None,
    };
    let mentions = findings.red_flags.brought_up.iter().map(|(_, mention)| mention.fact);
    let unanswered = mentions.max().filter(|_| contact.channel.can_be_asked());
    let Findings { floor, known_floor, awaits_result, .. } = findings;
    let event = ContactEvent::Weighed { floor, known_floor, conclusion, unanswered, awaits_result };
    decide(contact, event, &practice.delays, now)
}

type Weighed = (Contact, Vec<ContactEffect>, Vec<Question>, Vec<Involved>);

/// What the grids' answers make of the contact.
fn weigh(practice: &Practice, contact: &Contact, asked: Option<Reported>, now: Instant) -> Result<Weighed, Refusal> {
    let Some(Reported { outcome, involved }) = asked else {
        return Ok((contact.clone(), Vec::new(), Vec::new(), Vec::new()));
    };
    let weighed = |floor, conclusion| ContactEvent::Weighed {
        floor,
        known_floor: floor,
        conclusion,
        unanswered: None,
        awaits_result: false,
    };
    let (event, questions) = match outcome {
        Outcome::Ask { questions, level } => (weighed(level, None), questions),
        Outcome::Conclude(assessment) => (weighed(None, Some(assessment)), Vec::new()),
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
