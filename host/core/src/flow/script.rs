//! Renders the script of a contact, and carries out what it proposes as far as
//! the host does that by itself.

use super::journal::{Entry, Involved};
use super::outbox::{Pledge, Post};
use super::scene::{context, zone};
use super::{Flow, Reception, Scene};
use crate::ids::StatementId;
use crate::model::care::{ContentRef, Level, keys, latest};
use crate::model::commitment::{Commitment, MAX_PROMISE_DAYS};
use crate::model::contact::{Contact, RESERVED_KEY, Statement, address_of, patient_of};
use crate::model::intent::{Intent, IntentKind};
use crate::model::message::MessageCause;
use crate::model::minimal_script;
use crate::model::practice::{Instruction, PluginKind, Practice};
use crate::model::recipients::{PATIENT, Recipient, first_of, named};
use crate::model::script::{
    AppointmentSummary, BookingProgress, CommitmentDraft, CommitmentSummary, Effect, MessageDraft, ScriptInfo, Session,
    View,
};
use crate::model::view::progress_of;
use crate::model::wording;
use crate::ports::plugins::GuestError;
use crate::ports::practices::{Feature, LivePractice};
use crate::ports::storage::{Stored, Transaction};
use crate::time::{Instant, Span};

/// A script carries out at most so many effects in one contact; what it
/// proposes beyond is a fault of the script.
const MAX_EFFECTS: usize = 60;

/// Longest text of a promise, in characters.
const MAX_SAID: usize = 500;

/// What the script says now.
pub(super) struct Rendered {
    pub(super) view: View,
    /// The content that was rendered; `None` for the host's own script.
    pub(super) script: Option<ContentRef>,
    /// The plugin that failed, when the host's own script stands in for it.
    pub(super) failed: Option<Involved>,
}

impl Reception {
    /// Renders the script; the host's own when no plugin gives an answer.
    pub(super) async fn render_script(
        &self,
        practice: &LivePractice,
        contact: &Contact,
        intents: &[Intent],
        commitments: &[Commitment],
        override_reason: Option<&str>,
        now: Instant,
    ) -> Rendered {
        let empty = ContentRef { id: String::new(), version: String::new(), digest: Vec::new() };
        let mut session = Session {
            script: contact.script.clone().unwrap_or(empty),
            context: context(practice, &contact.facts, now),
            facts: contact.facts.clone(),
            assessment: contact.assessment.clone(),
            emergency_call: contact.emergency().map(|service| service.called().to_owned()),
            appointment: appointment_summary(practice, intents),
            commitments: commitments.iter().map(|one| summary_of(practice, one)).collect(),
            done: contact.done.iter().filter(|key| !key.starts_with("host:")).cloned().collect(),
            override_reason: override_reason.map(str::to_owned),
        };
        let Some(feature) = serving(practice, contact) else {
            let view = minimal_script::render(practice, &session);
            return Rendered { view, script: None, failed: None };
        };
        match render_bound(feature, contact, &mut session).await {
            Ok(view) => Rendered { view, script: Some(session.script), failed: None },
            Err(code) => {
                let view = minimal_script::render(practice, &session);
                let failed = Involved { stamp: feature.stamp.clone(), failure: Some(code) };
                Rendered { view, script: None, failed: Some(failed) }
            }
        }
    }

    /// Carries out the effects that the host does by itself, each once. Says
    /// whether the contact changed.
    pub(super) async fn carry_out_script(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: &mut Contact,
        effects: &[Effect],
    ) -> Flow<bool> {
        let mut any = false;
        for effect in effects {
            let Some(key) = own_key(effect) else { continue };
            if contact.done.contains(&key) || contact.done.len() >= MAX_EFFECTS {
                continue;
            }
            let carried = match effect {
                Effect::Commitment(draft) => self.promise_of_script(tx, scene, contact, draft).await?,
                Effect::Notify(draft) => self.message_of_script(tx, scene, contact, draft).await?,
                Effect::StateInstruction(content) => self.state_instruction(tx, scene, contact, content).await?,
                _ => Carried::NotNow,
            };
            match carried {
                Carried::Out => {}
                Carried::NotNow => continue,
                Carried::Refused => {
                    let entry = Entry::new("script.effect-refused").in_contact(Some(contact.id)).field("effect", &key);
                    self.note(tx, scene, entry).await?;
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
        scene: Scene<'_>,
        contact: &mut Contact,
        draft: &CommitmentDraft,
    ) -> Stored<Carried> {
        let owner = first_of(scene.practice, &named(scene.practice, &contact.facts, &draft.owner));
        let latest_due = scene.now.plus_minutes(MAX_PROMISE_DAYS * 24 * 60);
        let pledge = Pledge {
            what: draft.what.chars().take(100).collect(),
            said: draft.said.chars().take(MAX_SAID).collect(),
            owner: owner.name,
            level: contact.level.map_or(draft.level, |level| level.raised_to(draft.level)),
            // A due time that is past cannot be promised; soonest is in a minute.
            due: draft.due.clamp(scene.now.plus_minutes(1), latest_due),
        };
        self.pledge(tx, scene, contact, pledge).await?;
        Ok(Carried::Out)
    }

    /// To the patient only approved texts may go (S11); to the practice, the
    /// facts that the script chose.
    async fn message_of_script(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: &Contact,
        draft: &MessageDraft,
    ) -> Stored<Carried> {
        let practice = scene.practice;
        let (to, letter) = if draft.to == PATIENT {
            let Some(letter) = wording::approved_text(practice, &draft.template) else { return Ok(Carried::Refused) };
            let address = address_of(&patient_of(&contact.facts));
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
        self.post(tx, scene, post).await?;
        Ok(Carried::Out)
    }

    async fn state_instruction(
        &self,
        tx: &mut dyn Transaction,
        scene: Scene<'_>,
        contact: &mut Contact,
        content: &ContentRef,
    ) -> Stored<Carried> {
        let approved = |one: &Instruction| one.id == content.id && one.version == content.version;
        if !scene.practice.instructions.iter().any(approved) {
            return Ok(Carried::Refused);
        }
        let statement = Statement {
            id: StatementId(self.ids.next(scene.now)),
            instruction: Some(content.clone()),
            text: None,
            at: scene.now,
            by: scene.actor.subject.clone(),
        };
        let entry = Entry::new("statement.recorded")
            .in_contact(Some(contact.id))
            .about("statement", statement.id)
            .field("instruction", &content.id)
            .field("version", &content.version);
        contact.statements.push(statement);
        self.note(tx, scene, entry).await?;
        Ok(Carried::Out)
    }
}

/// The script that a new contact begins with, and keeps (S9); `None` when it has the
/// host's own, or its plugin is out.
pub(super) fn first_script(practice: &LivePractice, contact: &Contact) -> Option<ContentRef> {
    let script = serving(practice, contact)?.script().ok()?;
    choose_script(script.catalogue(), contact).ok()
}

/// The feature whose script a contact has. One that is out may have been no script at
/// all: whichever is known to be one comes first.
fn serving<'a>(practice: &'a LivePractice, contact: &Contact) -> Option<&'a Feature> {
    practice.serving(PluginKind::Script, &contact.facts).min_by_key(|feature| feature.kind.is_none())
}

async fn render_bound(feature: &Feature, contact: &Contact, session: &mut Session) -> Result<View, String> {
    let script = feature.script().map_err(|failure| failure.code().to_owned())?;
    if contact.script.is_none() {
        session.script = choose_script(script.catalogue(), contact)?;
    }
    match script.render(session).await {
        Ok(Ok(view)) => return sound(view),
        // The version this contact began with is gone: begin on the present one (S9).
        Ok(Err(GuestError { code, .. })) if code == "version-withdrawn" || code == "unknown-script" => {}
        Ok(Err(error)) => return Err(code_of(&error)),
        Err(failure) => return Err(failure.code().to_owned()),
    }
    session.script = choose_script(script.catalogue(), contact)?;
    match script.render(session).await {
        Ok(Ok(view)) => sound(view),
        Ok(Err(error)) => Err(code_of(&error)),
        Err(failure) => Err(failure.code().to_owned()),
    }
}

/// Refuses a view that asks what only the host asks: an answer would stand for
/// the host's own rules.
fn sound(view: View) -> Result<View, String> {
    let mut asks = view.prompts.iter().flat_map(|prompt| &prompt.asks);
    if asks.all(|question| keys::is_askable(&question.key, PluginKind::Script)) {
        Ok(view)
    } else {
        Err(RESERVED_KEY.to_owned())
    }
}

/// The first script that is made for this motive and this kind of caller.
fn choose_script(scripts: &[ScriptInfo], contact: &Contact) -> Result<ContentRef, String> {
    let text = |key: &str| latest(&contact.facts, key).and_then(|fact| fact.value.as_text());
    let (motive, caller) = (text(keys::MOTIVE), text(keys::CALLER_KIND));
    let serves = |list: &[String], value: Option<&str>| {
        list.is_empty() || value.is_some_and(|value| list.iter().any(|one| one == value))
    };
    let fits = |info: &&ScriptInfo| serves(&info.motives, motive) && serves(&info.caller_kinds, caller);
    let chosen = scripts.iter().find(fits).or(scripts.first()).ok_or_else(|| "no-script".to_owned())?;
    Ok(chosen.content.clone())
}

/// What came of an effect.
enum Carried {
    Out,
    /// It cannot be done yet: the patient's address is not known.
    NotNow,
    /// It may never be done: what it names is not approved.
    Refused,
}

/// The key of an effect that the host carries out by itself, as sessions and
/// contacts keep it.
fn own_key(effect: &Effect) -> Option<String> {
    matches!(effect, Effect::Commitment(_) | Effect::Notify(_) | Effect::StateInstruction(_)).then(|| key(effect))
}

fn key(effect: &Effect) -> String {
    match effect {
        Effect::RunTriage(motive) => format!("run-triage:{motive}"),
        Effect::SearchSlots(_) => "search-slots".to_owned(),
        Effect::Book(slot) => format!("book:{slot}"),
        Effect::Cancel(appointment) => format!("cancel:{appointment}"),
        Effect::Commitment(draft) => format!("commitment:{}", draft.what),
        Effect::Notify(draft) => format!("notify:{}", draft.template.id),
        Effect::StateInstruction(content) => format!("state-instruction:{}", content.id),
        Effect::OpenPlaybook(playbook) => format!("open-playbook:{playbook}"),
        Effect::Transfer(to) => format!("transfer:{to}"),
        Effect::Close(outcome) => format!("close:{outcome}"),
    }
}

/// What is left for a person to decide.
pub(super) fn proposals(contact: &Contact, effects: &[Effect]) -> Vec<Effect> {
    effects.iter().filter(|effect| own_key(effect).is_none() && !contact.done.contains(&key(effect))).cloned().collect()
}

/// Whether the script proposes something that the host would carry out now.
pub(super) fn has_new_effect(contact: &Contact, effects: &[Effect]) -> bool {
    contact.done.len() < MAX_EFFECTS && effects.iter().filter_map(own_key).any(|key| !contact.done.contains(&key))
}

fn code_of(error: &GuestError) -> String {
    let word = |sign: &char| sign.is_ascii_lowercase() || *sign == '-';
    error.code.chars().take(40).filter(word).collect()
}

/// The appointment that stands at the end of all bookings, moves and
/// cancellations of a contact.
fn appointment_summary(practice: &Practice, intents: &[Intent]) -> Option<AppointmentSummary> {
    // A move that was refused leaves the appointment before it standing.
    let stands = |intent: &&Intent| progress_of(intent.state) != BookingProgress::Refused;
    let latest = intents.iter().rev().find(stands).or(intents.last())?;
    if matches!(latest.kind, IntentKind::Cancel { .. }) && progress_of(latest.state) == BookingProgress::Confirmed {
        return None;
    }
    let request = &latest.request;
    let span: Span = latest.appointment.as_ref().map_or(request.span, |held| held.span);
    let seat = super::agenda_of(practice, &latest.feature, &request.agenda);
    let motive = practice.motive(&request.motive);
    Some(AppointmentSummary {
        state: progress_of(latest.state),
        span,
        start_local: zone(practice).text(span.start),
        practitioner: seat.map(|(practitioner, _)| practitioner.name.clone()),
        site: seat.and_then(|(_, agenda)| practice.site(&agenda.site)).map(|site| site.name.clone()),
        motive: motive.map_or_else(|| request.motive.0.clone(), |motive| motive.label.clone()),
        instructions: motive.and_then(|motive| motive.instructions.clone()),
        documents: motive.map(|motive| motive.documents.clone()).unwrap_or_default(),
        arrive_early_min: motive.map_or(0, |motive| motive.arrive_early_min),
    })
}

fn summary_of(practice: &Practice, commitment: &Commitment) -> CommitmentSummary {
    CommitmentSummary {
        what: commitment.what.clone(),
        said: commitment.said.clone(),
        due: commitment.due,
        due_local: zone(practice).text(commitment.due),
    }
}
