//! The life of a contact as a pure function. Facts are only added, the level
//! only rises, an emergency stays one; a practitioner alone lowers.

use std::time::Duration;

use greffon_words::{Text, fields, reasons, refusals};

use super::permission::is_open;
use super::steps::emergency_outcome;
use super::weigh::{UNDECIDED, UNDECIDED_LEVEL, host_content};
use super::{CloseOutcome, Contact, ContactState, Known, Lowering, RecapOutcome, Statement};
use crate::model::audit::Role;
use crate::model::care::{Level, Nature, keys, latest};
use crate::model::emergency::EmergencyService;
use crate::model::heard::Listened;
use crate::model::practice::Delays;
use crate::model::refusal::Refusal;
use crate::model::triage::{Assessment, Orientation, Reason};
use crate::time::Instant;

/// More facts than this are not one contact any more.
const MAX_FACTS: usize = 2000;

/// A reason to lower a level has at least so many words.
const MIN_REASON_WORDS: usize = 3;

/// What happens to a contact.
#[derive(Clone, Debug, PartialEq)]
pub enum ContactEvent {
    /// Facts were told.
    Told(Listened),
    /// Host and plugins weighed what is known.
    Weighed {
        /// No level may be lower.
        floor: Option<Level>,
        /// The same, without what only uncertain words give.
        known_floor: Option<Level>,
        /// The conclusion, when there is one.
        conclusion: Option<Box<Assessment>>,
        /// The last fact whose words brought up what has no answer yet and can have one.
        unanswered: Option<usize>,
        /// Whether a laboratory has still to say its result.
        awaits_result: bool,
    },
    /// The caller is gone, and what words brought up was never asked about, or a
    /// laboratory's result never said.
    LeftUnanswered {
        /// The highest level of what is missing.
        heard: Level,
        /// Of that, what is known surely.
        surely: Option<Level>,
        /// What it was.
        reasons: Vec<Reason>,
    },
    /// Whoever works on it sees what comes next.
    Shown,
    /// Somebody sets the level.
    LevelSet {
        /// To what.
        level: Level,
        /// Why.
        reason: String,
        /// Who.
        by: String,
        /// In which role.
        role: Role,
    },
    /// Somebody ends the contact.
    Close(Box<Closing>),
}

/// The end of a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Closing {
    /// How it ends.
    pub outcome: CloseOutcome,
    /// What was said.
    pub statements: Vec<Statement>,
    /// What the host and the script know of its completeness.
    pub check: CloseCheck,
}

/// What decides whether a contact may be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseCheck {
    /// What the contact is about.
    pub nature: Nature,
    /// Whether red flags wait for an answer.
    pub asks_red_flags: bool,
    /// Whether it says for whom it is, what for, and where to call back (R8).
    pub identified: bool,
    /// Whether nobody has said yet what came of its alert.
    pub alert_open: bool,
    /// Whether the script asks for nothing more.
    pub script_allows: bool,
    /// Whether the operator gives a reason to close without the script.
    pub overridden: bool,
}

/// What must follow, in the same transaction. Each happens once in a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactEffect {
    /// A practitioner must know at once: the level is vital or very urgent.
    Alert(Level),
    /// A practitioner has decided that it is neither: its alert is over.
    EndAlert,
    /// Somebody is promised something; once more when it becomes urgent.
    Promise(Promise),
    /// What words brought up must have its answer within [`ANSWERED_WITHIN`].
    WatchAnswers,
    /// A laboratory must have said its result within [`RESULT_WITHIN`].
    WatchResult,
}

/// How long a sign of danger that was heard may stay without an answer until it counts
/// at its level: a caller who cannot speak any more does not say so.
pub const ANSWERED_WITHIN: Duration = Duration::from_secs(180);

/// How long a laboratory's call may go on without a result until it counts as one that
/// nobody could read: who calls and for whom is asked before it.
pub const RESULT_WITHIN: Duration = Duration::from_secs(300);

/// What an orientation promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Promise {
    /// A clinician calls back within so many minutes.
    Callback(u32),
    /// A clinician decides; the text says why.
    Decision(String),
    /// A recipient answers a message.
    Answer(String),
    /// A document of this kind is made ready.
    Document(String),
}

/// One step of a contact.
///
/// # Errors
/// `NotAllowed` on a closed contact or with what is missing to close it;
/// `Forbidden("clinician-only")`, `Forbidden("care-role")`; `Invalid` for a
/// reason of fewer than three words, or too many facts.
pub fn decide(
    contact: &Contact,
    event: ContactEvent,
    delays: &Delays,
    now: Instant,
) -> Result<(Contact, Vec<ContactEffect>), Refusal> {
    is_open(contact)?;
    let mut next = contact.clone();
    let mut watch = None;
    let mut watch_result = false;
    let lowers = match &event {
        ContactEvent::LevelSet { level, .. } => contact.level.is_some_and(|was| !level.at_least(was)),
        _ => false,
    };
    match event {
        ContactEvent::Told(told) => tell(&mut next, told)?,
        ContactEvent::Weighed { floor, known_floor, conclusion, unanswered, awaits_result } => {
            watch = unanswered;
            watch_result = awaits_result;
            if let Some(floor) = known_floor {
                raise(&mut next, floor);
            }
            if let Some(floor) = floor {
                suppose(&mut next, floor);
            }
            match conclusion {
                Some(conclusion) => concluded(&mut next, *conclusion, delays),
                None => refit(&mut next, delays),
            }
        }
        ContactEvent::LeftUnanswered { heard, surely, reasons } => {
            left_unanswered(&mut next, heard, surely, reasons, delays);
        }
        ContactEvent::Shown => {
            let shown = next.is_emergency().then_some(now);
            next.emergency_shown_at = next.emergency_shown_at.or(shown);
        }
        ContactEvent::LevelSet { level, reason, by, role } => {
            set_level(&mut next, level, &reason, by, role, delays, now)?;
        }
        ContactEvent::Close(closing) => close(&mut next, *closing, delays, now)?,
    }
    if lowers {
        // What rises above this later is alerted again.
        let is_above = |level: &Level| next.level.is_none_or(|now| !now.at_least(*level));
        let above: Vec<String> = Level::ALL.iter().filter(|level| is_above(level)).map(alert_key).collect();
        next.done.retain(|key| !above.contains(key));
        // An alert that stands goes on; without one, what was only supposed is known now.
        let stands = next.level.filter(|level| level.at_least(Level::VeryUrgent) && next.alert.is_some());
        if let Some(level) = stands {
            mark_done(&mut next, alert_key(&level));
        }
    }
    let watched = watch.is_some_and(|fact| mark_done(&mut next, format!("{WATCH_PREFIX}{fact}")));
    if watched && next.state == ContactState::Concluded && !next.is_emergency() {
        // It was concluded without these words.
        next.state = ContactState::Open;
    }
    let mut effects = effects(&mut next);
    if lowers && next.alert.is_some() && !next.level.is_some_and(|level| level.at_least(Level::VeryUrgent)) {
        effects.push(ContactEffect::EndAlert);
    }
    if watched {
        effects.push(ContactEffect::WatchAnswers);
    }
    if watch_result && mark_done(&mut next, WATCH_RESULT.to_owned()) {
        effects.push(ContactEffect::WatchResult);
    }
    Ok((next, effects))
}

fn tell(contact: &mut Contact, told: Listened) -> Result<(), Refusal> {
    let facts = told.facts();
    if contact.facts.len() + facts.len() > MAX_FACTS {
        return Err(Refusal::invalid("facts", fields::too_many(MAX_FACTS)));
    }
    let counts = facts.iter().any(|fact| !is_administrative(&fact.key));
    let reopens = counts && contact.state == ContactState::Concluded && !contact.is_emergency();
    if contact.state == ContactState::Received || reopens {
        contact.state = ContactState::Open;
    }
    contact.hearing.listen(&contact.facts);
    contact.facts.extend(told.append_to(&mut contact.hearing));
    Ok(())
}

/// Whether a fact says nothing that a triage could use.
#[must_use]
pub fn is_administrative(key: &str) -> bool {
    matches!(
        key,
        keys::CALLER_NAME
            | keys::CALLER_PHONE
            | keys::PATIENT_FAMILY
            | keys::PATIENT_GIVEN
            | keys::PATIENT_EMAIL
            | keys::PATIENT_PHONE
            | keys::PATIENT_LOCATION
            | keys::PATIENT_REFERRED
            | keys::RECAP
            | keys::EMERGENCY_OUTCOME
            | keys::EMERGENCY_LINE
    )
}

fn raise(contact: &mut Contact, level: Level) {
    let higher = |so_far: Option<Level>| Some(so_far.map_or(level, |so_far| so_far.raised_to(level)));
    contact.level = higher(contact.level);
    if let Some(known) = &mut contact.supposed {
        known.level = higher(known.level);
        if known.level == contact.level {
            contact.supposed = None;
        }
    }
}

/// Raises the level to one that only uncertain words give.
fn suppose(contact: &mut Contact, level: Level) {
    if contact.level.is_some_and(|so_far| so_far.at_least(level)) {
        return;
    }
    contact.supposed.get_or_insert(Known { level: contact.level });
    contact.level = Some(level);
}

fn concluded(contact: &mut Contact, mut new: Assessment, delays: &Delays) {
    let own_level = new.level;
    raise(contact, new.level);
    let level = contact.level.unwrap_or(new.level);
    let decided = contact.assessment.take().filter(|former| former.protocol.id != UNDECIDED);
    if let Some(former) = decided {
        let emergency = matches!(former.orientation, Orientation::EmergencyCall(_));
        // What was said before, higher, still holds: later facts only add reasons (S7).
        if emergency || !own_level.at_least(former.level) {
            new.orientation = former.orientation;
        }
        for reason in former.reasons {
            if !new.reasons.contains(&reason) {
                new.reasons.push(reason);
            }
        }
    }
    new.level = level;
    new.orientation = fitting(level, new.orientation, delays);
    if let Some(motive) = latest(&contact.facts, keys::MOTIVE).and_then(|fact| fact.value.as_text()) {
        mark_done(contact, format!("run-triage:{motive}"));
    }
    contact.assessment = Some(new);
    contact.state = ContactState::Concluded;
}

/// Brings a standing conclusion up to a level that rose meanwhile.
fn refit(contact: &mut Contact, delays: &Delays) {
    if let (Some(level), Some(assessment)) = (contact.level, contact.assessment.as_mut()) {
        let orientation = assessment.orientation.clone();
        assessment.level = level;
        assessment.orientation = fitting(level, orientation, delays);
    }
}

/// The orientation, or a stronger one where it is too weak for the level: an
/// appointment next week answers no emergency (S13).
fn fitting(level: Level, orientation: Orientation, delays: &Delays) -> Orientation {
    use Orientation::{
        ClinicianCallback, EmergencyCall, HumanDecision, LiveTransfer, Recontact, SameDaySlot, SlotWithin,
        Teleconsultation,
    };
    match (level, &orientation) {
        (_, EmergencyCall(_)) => orientation,
        // Whoever else takes it over: help is on its way first.
        (Level::Vital, _) => EmergencyCall(EmergencyService::Samu),
        (_, LiveTransfer(_) | HumanDecision(_)) => orientation,
        (Level::VeryUrgent, ClinicianCallback(minutes)) => {
            ClinicianCallback((*minutes).min(delays.urgent_decision_min))
        }
        (Level::VeryUrgent, _) => ClinicianCallback(delays.urgent_decision_min),
        (Level::SameDay, SlotWithin(_) | Teleconsultation(_) | Recontact(_)) => SameDaySlot,
        _ => orientation,
    }
}

fn set_level(
    contact: &mut Contact,
    level: Level,
    reason: &str,
    by: String,
    role: Role,
    delays: &Delays,
    now: Instant,
) -> Result<(), Refusal> {
    if !matches!(role, Role::Secretary | Role::Supervisor | Role::Practitioner | Role::PracticeAdmin) {
        return Err(Refusal::Forbidden { code: "care-role" });
    }
    match contact.level {
        Some(from) if !level.at_least(from) => {
            if role != Role::Practitioner {
                return Err(Refusal::Forbidden { code: "clinician-only" });
            }
            if reason.split_whitespace().count() < MIN_REASON_WORDS {
                return Err(Refusal::invalid("reason", fields::lowering_reason(MIN_REASON_WORDS)));
            }
            contact.level = Some(level);
            contact.supposed = None;
            let lowered = reason_of("level.lowered", &reasons::lowered());
            contact.assessment = Some(of_person(contact, level, lowered));
            contact.state = ContactState::Concluded;
            // The clinician has just decided: nobody is asked to decide again.
            mark_done(contact, promise_key("decision", Level::Routine));
            mark_done(contact, promise_key("decision", level));
            let facts = Some(contact.facts.len());
            contact.lowered = Some(Lowering { to: level, from, by, reason: reason.to_owned(), at: now, facts });
        }
        _ => {
            let before = contact.level;
            raise(contact, level);
            // Somebody has looked at it.
            contact.supposed = None;
            if contact.level != before
                && let Some(assessment) = contact.assessment.as_mut()
            {
                assessment.reasons.push(raised_by_person());
            }
            if level == Level::Vital && !contact.is_emergency() {
                let mut new = of_person(contact, level, raised_by_person());
                new.orientation = Orientation::EmergencyCall(EmergencyService::Samu);
                contact.assessment = Some(new);
                contact.state = ContactState::Concluded;
            }
            refit(contact, delays);
        }
    }
    Ok(())
}

fn raised_by_person() -> Reason {
    reason_of("level.raised", &reasons::raised())
}

fn reason_of(rule: &str, text: &Text) -> Reason {
    Reason { rule: rule.to_owned(), facts: Vec::new(), text: text.to_string() }
}

/// A conclusion of a person, with the reasons that stood before it.
fn of_person(contact: &Contact, level: Level, reason: Reason) -> Assessment {
    let former = contact.assessment.as_ref();
    let text = reason.text.clone();
    let mut reasons = vec![reason];
    let stood = former.iter().flat_map(|one| one.reasons.iter().cloned());
    reasons.extend(stood.filter(|one| one.rule != "level.raised"));
    Assessment {
        level,
        nature: former.map_or(Nature::Medical, |one| one.nature),
        orientation: Orientation::HumanDecision(text),
        reasons,
        say: former.map(|one| one.say.clone()).unwrap_or_default(),
        safety_net: former.and_then(|one| one.safety_net.clone()),
        missing: former.map(|one| one.missing.clone()).unwrap_or_default(),
        protocol: host_content("host.person"),
    }
}

/// Why a contact may not be closed now: codes, the most important first.
#[must_use]
pub fn close_blockers(contact: &Contact, check: &CloseCheck) -> Vec<&'static str> {
    let mut blockers = Vec::new();
    if contact.is_emergency() && emergency_outcome(contact).is_none() {
        blockers.push("emergency-outcome-missing");
    }
    if check.nature != Nature::Administrative && contact.state != ContactState::Concluded {
        blockers.push("not-concluded");
    } else if check.asks_red_flags && contact.state != ContactState::Concluded && !check.overridden {
        // Whoever asks for a paper may be ill as well.
        blockers.push("red-flags-unanswered");
    }
    if !check.identified && !check.overridden && !contact.is_emergency() {
        blockers.push("identity-missing");
    }
    if !check.script_allows && !check.overridden {
        blockers.push("facts-missing");
    }
    if check.alert_open {
        blockers.push("alert-open");
    }
    blockers
}

fn close(contact: &mut Contact, closing: Closing, delays: &Delays, now: Instant) -> Result<(), Refusal> {
    if closing.outcome.recap == RecapOutcome::NotReached && closing.check.overridden {
        cut_off(contact, closing.check.nature, delays);
    }
    if let Some(code) = close_blockers(contact, &closing.check).first() {
        let remedy = match *code {
            "emergency-outcome-missing" => refusals::emergency_outcome_missing(),
            "not-concluded" => refusals::not_concluded(),
            "red-flags-unanswered" => refusals::red_flags_unanswered(),
            "identity-missing" => refusals::contact_unidentified(),
            "alert-open" => refusals::alert_open(),
            _ => refusals::facts_missing(),
        };
        return Err(Refusal::not_allowed(code, remedy));
    }
    let unread = closing.outcome.recap == RecapOutcome::NotReached && contact.channel.can_be_asked();
    if unread && !closing.check.overridden {
        return Err(Refusal::not_allowed("recap-missing", refusals::recap_missing()));
    }
    contact.outcome = Some(closing.outcome);
    contact.statements.extend(closing.statements);
    contact.state = ContactState::Closed;
    contact.closed_at = Some(now);
    Ok(())
}

/// The caller was gone before triage concluded: the contact can be closed, and
/// somebody is charged with finding out what it was about.
fn cut_off(contact: &mut Contact, nature: Nature, delays: &Delays) {
    if nature == Nature::Administrative || contact.state == ContactState::Concluded {
        return;
    }
    let level = contact.level.unwrap_or(UNDECIDED_LEVEL).raised_to(UNDECIDED_LEVEL);
    let reason = reason_of("host.cut-off", &reasons::cut_off());
    let mut assessment = of_person(contact, level, reason);
    assessment.orientation = fitting(level, assessment.orientation, delays);
    contact.assessment = Some(assessment);
    contact.level = Some(level);
    contact.state = ContactState::Concluded;
}

/// What was brought up counts as if it had been confirmed: nobody can be asked any more.
fn left_unanswered(contact: &mut Contact, heard: Level, surely: Option<Level>, reasons: Vec<Reason>, delays: &Delays) {
    if let Some(level) = surely {
        raise(contact, level);
    }
    suppose(contact, heard);
    let level = contact.level.unwrap_or(heard);
    let mut assessment = of_person(contact, level, reason_of("host.cut-off", &reasons::cut_off()));
    for reason in reasons.into_iter().rev() {
        if !assessment.reasons.contains(&reason) {
            assessment.reasons.insert(1, reason);
        }
    }
    if let Some(service) = contact.emergency() {
        assessment.orientation = Orientation::EmergencyCall(service);
    }
    assessment.orientation = fitting(level, assessment.orientation, delays);
    contact.assessment = Some(assessment);
    contact.state = ContactState::Concluded;
}

/// Prefixes of effects of the host's own among [`Contact::done`].
const ALERT_PREFIX: &str = "host:alert:";
const PROMISE_PREFIX: &str = "host:promise:";
/// Followed by the number of the fact whose words are watched: what is said later is
/// watched too.
const WATCH_PREFIX: &str = "host:watch-fact:";
const WATCH_RESULT: &str = "host:watch-result";

/// What the present level and conclusion ask for and was not done yet.
fn effects(contact: &mut Contact) -> Vec<ContactEffect> {
    let mut effects = Vec::new();
    let known = contact.supposed.map_or(contact.level, |known| known.level);
    if let Some(level) = known.filter(|level| level.at_least(Level::VeryUrgent))
        && mark_done(contact, alert_key(&level))
    {
        effects.push(ContactEffect::Alert(level));
    }
    if !matches!(contact.state, ContactState::Concluded | ContactState::Closed) {
        return effects;
    }
    let promise = match contact.assessment.as_ref().map(|one| &one.orientation) {
        Some(Orientation::ClinicianCallback(minutes)) => ("callback", Promise::Callback(*minutes)),
        Some(Orientation::HumanDecision(why)) => ("decision", Promise::Decision(why.clone())),
        Some(Orientation::Message(to)) => ("answer", Promise::Answer(to.clone())),
        Some(Orientation::DocumentRequest(kind)) => ("document", Promise::Document(kind.clone())),
        _ => return effects,
    };
    let level = contact.level.unwrap_or(Level::Routine);
    // What was promised for an hour of a lower level has an earlier one when it becomes urgent.
    let is_first = mark_done(contact, promise_key(promise.0, Level::Routine));
    if mark_done(contact, promise_key(promise.0, level)) || is_first {
        effects.push(ContactEffect::Promise(promise.1));
    }
    effects
}

/// The key of what is promised at a level: once, and once more when it is urgent.
fn promise_key(what: &str, level: Level) -> String {
    let urgent = if level.at_least(Level::VeryUrgent) { ":urgent" } else { "" };
    format!("{PROMISE_PREFIX}{what}{urgent}")
}

fn alert_key(level: &Level) -> String {
    format!("{ALERT_PREFIX}{}", level.as_str())
}

/// Notes that something is done; says whether it was not before.
fn mark_done(contact: &mut Contact, key: String) -> bool {
    let new = !contact.done.contains(&key);
    if new {
        contact.done.push(key);
    }
    new
}
