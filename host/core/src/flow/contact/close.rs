//! Ends a contact: nothing required is missing, the recap was said.

use greffon_words::fields;

use super::advance::MAX_TRIES;
use super::{Contacts, NewClosing, NewOverride, NewStatement};
use crate::flow::act::Act;
use crate::flow::conversation::script;
use crate::flow::error::{Flow, FlowError};
use crate::flow::journal::Entry;
use crate::flow::read::sequel_of;
use crate::ids::{ContactId, PracticeId, StatementId};
use crate::model::audit::{Actor, Role};
use crate::model::care::{ContentRef, Fact, Level, Source, Value, keys, latest};
use crate::model::contact::{
    CloseCheck, CloseOutcome, Closing, Contact, ContactChannel, ContactEvent, ContactState, OverrideCode, RecapOutcome,
    Statement, decide, emergency_outcome, find, heard_level, heard_reason, is_identified, missing_result,
};
use crate::model::heard::Listened;
use crate::model::practice::Practice;
use crate::model::view::{ContactView, nature};
use crate::ports::storage::StorageError;
use crate::time::Instant;

/// Longest free statement or reason, in characters.
const MAX_TEXT: usize = 2000;
/// A reason to close without what is missing has at least so many words.
const MIN_REASON_WORDS: usize = 3;
/// Contacts that were closed with something missing, by reason.
const OVERRIDDEN: &str = "greffon_contacts_closed_overridden_total";
/// Most statements in one closing.
const MAX_STATEMENTS: usize = 50;

impl Contacts {
    /// Closes a contact.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` for an unknown instruction, `NotAllowed` with what is missing, `Conflict`, `Storage`.
    pub async fn close(
        &self,
        practice: &PracticeId,
        contact: ContactId,
        new: NewClosing,
        actor: &Actor,
    ) -> Flow<ContactView> {
        let practice = self.acts.practice(practice)?;
        check_override(new.overriding.as_ref(), actor)?;
        for _ in 0..MAX_TRIES {
            let act = Act::new(&practice, actor, self.acts.now());
            let mut before = self.stored(&practice, contact).await?;
            if matches!(before.state, ContactState::Received | ContactState::Open) {
                // A process that died after the facts left the grids unasked.
                self.look_at(&practice, before, actor).await?;
                before = self.stored(&practice, contact).await?;
            }
            // Of an emergency nothing more will be asked, however the call ends; and a call
            // without its result is no shorter for that it was read back.
            let signs = new.recap == RecapOutcome::NotReached || before.is_emergency();
            before = self.count_what_was_left_unanswered(act, before, Left { signs, result: true }).await?;
            if new.recap == RecapOutcome::NotReached {
                before = self.note_cut(act, before).await?;
            }
            if let Some(view) = self.try_close(act, before, &new).await? {
                return Ok(view);
            }
        }
        Err(FlowError::Conflict)
    }

    /// What words brought up some time ago and nobody asked about counts at its level.
    ///
    /// # Errors
    /// `NotFound(Contact)`, `Conflict`, `Storage`.
    pub async fn count_unanswered(&self, practice: &PracticeId, contact: ContactId, actor: &Actor) -> Flow<()> {
        self.count(practice, contact, Left { signs: true, result: false }, actor).await
    }

    /// A laboratory that has not said its result by now counts as one that nobody could read.
    ///
    /// # Errors
    /// `NotFound(Contact)`, `Conflict`, `Storage`.
    pub async fn count_missing_result(&self, practice: &PracticeId, contact: ContactId, actor: &Actor) -> Flow<()> {
        self.count(practice, contact, Left { signs: false, result: true }, actor).await
    }

    async fn count(&self, practice: &PracticeId, contact: ContactId, left: Left, actor: &Actor) -> Flow<()> {
        let practice = self.acts.practice(practice)?;
        let contact = self.stored(&practice, contact).await?;
        if contact.state != ContactState::Closed {
            let act = Act::new(&practice, actor, self.acts.now());
            self.count_what_was_left_unanswered(act, contact, left).await?;
        }
        Ok(())
    }

    /// The caller is gone: what words brought up and nobody asked about counts, and a
    /// laboratory's result that nobody wrote down, whether the contact can be closed then
    /// or not.
    async fn count_what_was_left_unanswered(&self, act: Act<'_>, before: Contact, left: Left) -> Flow<Contact> {
        let practice = act.practice;
        let event = |contact: &Contact| left.of(practice, contact, act.now);
        if event(&before).is_none() {
            return Ok(before);
        }
        let decision = |contact: &Contact| match event(contact) {
            Some(event) => decide(contact, event, &practice.delays, act.now),
            None => Ok((contact.clone(), Vec::new())),
        };
        self.change(act, before.id, decision, |entry| entry, "contact.left-unanswered").await
    }

    /// Of an emergency the cut is written down, whether the contact can be closed then or not:
    /// whoever holds the line is asked to call back.
    async fn note_cut(&self, act: Act<'_>, before: Contact) -> Flow<Contact> {
        let is_new = |contact: &Contact| {
            let called = contact.channel == ContactChannel::Phone && contact.is_emergency();
            called && emergency_outcome(contact).is_none() && latest(&contact.facts, keys::EMERGENCY_LINE).is_none()
        };
        if !is_new(&before) {
            return Ok(before);
        }
        let cut = Fact {
            key: keys::EMERGENCY_LINE.to_owned(),
            value: Value::Choice("cut".to_owned()),
            source: Source::Operator,
            at: act.now,
            by: act.actor.subject.clone(),
        };
        let decision = |contact: &Contact| match is_new(contact) {
            true => {
                let told = ContactEvent::Told(Listened::to(vec![cut.clone()]));
                decide(contact, told, &act.practice.delays, act.now)
            }
            false => Ok((contact.clone(), Vec::new())),
        };
        self.change(act, before.id, decision, |entry| entry.field("facts", 1), "contact.told").await
    }

    /// `None` when the contact changed since it was read.
    async fn try_close(&self, act: Act<'_>, before: Contact, new: &NewClosing) -> Flow<Option<ContactView>> {
        let practice = act.practice;
        let overriding = new.overriding.as_ref();
        let overridden = overriding.map(|one| one.words.as_str());
        let sequel = sequel_of(self.storage.as_ref(), &before).await?;
        let recap = Fact {
            key: keys::RECAP.to_owned(),
            value: Value::Choice(recap_word(new.recap).to_owned()),
            source: Source::Operator,
            at: act.now,
            by: act.actor.subject.clone(),
        };
        let (told, _) = decide(&before, ContactEvent::Told(Listened::to(vec![recap])), &practice.delays, act.now)?;
        let rendered = script::render(self.storage.as_ref(), practice, &told, &sequel, overridden, act.now).await?;
        let findings = find(practice, &told, act.now);
        let closing = Closing {
            outcome: CloseOutcome {
                recap: new.recap,
                override_reason: overridden.map(str::to_owned),
                override_code: overriding.map(|one| one.code),
            },
            statements: self.statements(act, new)?,
            check: CloseCheck {
                nature: nature(&told, &findings),
                asks_red_flags: findings.asks_red_flags(),
                identified: is_identified(&told),
                alert_open: sequel.alert_is_open(),
                script_allows: rendered.view.may_close,
                overridden: overridden.is_some(),
            },
        };
        let said: Vec<Statement> = closing.statements.clone();
        let event = ContactEvent::Close(Box::new(closing));
        let (mut closed, effects) = decide(&told, event, &practice.delays, act.now)?;

        let mut tx = self.storage.begin(&practice.id).await?;
        for statement in &said {
            let entry = Entry::new("statement.recorded").in_contact(Some(closed.id)).about("statement", statement.id);
            let entry = match &statement.instruction {
                Some(content) => entry.field("instruction", &content.id).field("version", &content.version),
                None => entry.field("free", "true"),
            };
            self.acts.note(tx.as_mut(), act, entry).await?;
        }
        let entry = Entry::new("contact.closed")
            .in_contact(Some(closed.id))
            .field("recap", recap_word(new.recap))
            .field("overridden", overriding.map_or("no", |one| one.code.as_str()));
        self.acts.note(tx.as_mut(), act, entry).await?;
        self.carry_out(tx.as_mut(), act, &mut closed, effects).await?;
        self.patients.register(tx.as_mut(), act, &mut closed, &sequel.records).await?;
        tx.release_settings(closed.id).await?;
        // The version says whether it is still the contact that was read.
        match tx.save_contact(&mut closed).await {
            Err(StorageError::Stale { .. }) => return Ok(None),
            other => other?,
        }
        tx.commit().await?;
        if let Some(overriding) = overriding {
            metrics::counter!(OVERRIDDEN, "code" => overriding.code.as_str()).increment(1);
        }
        let view = self.say(act, &closed, Vec::new(), rendered, &sequel).await;
        Ok(Some(view))
    }

    fn statements(&self, act: Act<'_>, new: &NewClosing) -> Flow<Vec<Statement>> {
        if new.statements.len() > MAX_STATEMENTS {
            return Err(FlowError::invalid("statements", fields::too_many(MAX_STATEMENTS)));
        }
        let statement = |(index, said): (usize, &NewStatement)| {
            let field = format!("statements.{index}");
            let (instruction, text) = match said {
                NewStatement::Instruction(id) => {
                    let found = act.practice.instructions.iter().find(|one| one.id == *id);
                    let found = found.ok_or_else(|| FlowError::invalid(&field, fields::instruction()))?;
                    let content =
                        ContentRef { id: found.id.clone(), version: found.version.clone(), digest: Vec::new() };
                    (Some(content), None)
                }
                NewStatement::Free(text) => {
                    if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
                        return Err(FlowError::invalid(&field, fields::length(1_usize, MAX_TEXT)));
                    }
                    (None, Some(text.clone()))
                }
            };
            let id = StatementId(self.acts.id(act.now));
            Ok(Statement { id, instruction, text, at: act.now, by: act.actor.subject.clone() })
        };
        new.statements.iter().enumerate().map(statement).collect()
    }
}

/// What counts although nobody answered it.
#[derive(Clone, Copy)]
struct Left {
    /// Signs of danger that were heard.
    signs: bool,
    /// A laboratory's result.
    result: bool,
}

impl Left {
    /// What it makes of a contact; `None` when that is nothing new.
    fn of(self, practice: &Practice, contact: &Contact, now: Instant) -> Option<ContactEvent> {
        let found = find(practice, contact, now);
        let (mut heard, mut surely) = (None, None);
        let mut reasons = Vec::new();
        if self.signs {
            (heard, surely) = heard_level(practice, contact, &found.red_flags, now);
            reasons.extend(found.red_flags.brought_up.iter().map(|(flag, _)| heard_reason(flag)));
        }
        // What is concluded already was concluded on what is known.
        let missing = self.result && found.awaits_result && contact.state != ContactState::Concluded;
        if missing {
            let raised = |level: Option<Level>| Some(Level::VeryUrgent.raised_to(level.unwrap_or(Level::VeryUrgent)));
            (heard, surely) = (raised(heard), raised(surely));
            reasons.insert(0, missing_result());
        }
        let known = contact.supposed.map_or(contact.level, |known| known.level);
        let is_above = |one: Level, level: Option<Level>| level.is_none_or(|level| !level.at_least(one));
        // What was supposed may be sure by now, at the same level.
        let rises = |heard: &Level| is_above(*heard, contact.level) || surely.is_some_and(|one| is_above(one, known));
        let heard = heard.filter(|heard| missing || rises(heard))?;
        Some(ContactEvent::LeftUnanswered { heard, surely, reasons })
    }
}

fn check_override(overriding: Option<&NewOverride>, actor: &Actor) -> Flow<()> {
    let Some(NewOverride { code, words }) = overriding else { return Ok(()) };
    if words.split_whitespace().count() < MIN_REASON_WORDS {
        return Err(FlowError::invalid("override.words", fields::override_reason(MIN_REASON_WORDS)));
    }
    if words.chars().count() > MAX_TEXT {
        return Err(FlowError::invalid("override.words", fields::length(1_usize, MAX_TEXT)));
    }
    if *code == OverrideCode::Other && !matches!(actor.role, Role::Supervisor | Role::Practitioner) {
        return Err(FlowError::Forbidden { code: "supervisor-only" });
    }
    Ok(())
}

fn recap_word(recap: RecapOutcome) -> &'static str {
    match recap {
        RecapOutcome::Confirmed => "confirmed",
        RecapOutcome::Corrected => "corrected",
        RecapOutcome::NotReached => "not-reached",
    }
}
