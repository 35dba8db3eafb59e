//! Weighs the host's findings and the triage plugins' reports into one
//! conclusion. A plugin can only raise (S1); a plugin that fails leaves the
//! decision to a person, never lower than what is known (S4).

use greffon_words::reasons;

use super::{Contact, ContactState, Findings};
use crate::model::care::{ContentRef, Level, Nature, keys};
use crate::model::emergency::EmergencyService;
use crate::model::practice::Practice;
use crate::model::triage::{Assessment, Orientation, Question, Reason};

/// More questions of a grid than this go to a person (S8).
pub const MAX_GRID_QUESTIONS: usize = 12;

/// The most that is kept of a plugin's lists.
const MAX_REASONS: usize = 50;
const MAX_ASKED_AT_ONCE: usize = 30;

/// The level of a medical contact that nobody could triage and whose motive has
/// no floor: a person looks at it the same day.
pub const UNDECIDED_LEVEL: Level = Level::SameDay;

/// What the names of the host's own contents begin with.
const HOST_CONTENT: &str = "host.";

/// Protocol of conclusions that nobody could draw.
pub const UNDECIDED: &str = "host.undecided";

/// The failure of a plugin that asks what only the host asks.
pub const RESERVED_KEY: &str = "reserved-key";

/// A content of the host's own.
#[must_use]
pub fn host_content(id: &str) -> ContentRef {
    ContentRef { id: id.to_owned(), version: "1".to_owned(), digest: Vec::new() }
}

/// What the host does with a contact before any plugin.
#[derive(Clone, Debug, PartialEq)]
pub enum HostStep {
    /// It concludes by itself.
    Conclude(Box<Assessment>),
    /// Red flags have no answer yet.
    AskRedFlags,
    /// A laboratory has not said its result yet: the script asks for it.
    AskResult,
    /// The motive is not known.
    AskMotive,
    /// Nothing to conclude: a sales call.
    Nothing,
    /// The practice's grids are next.
    AskGrids,
    /// It is concluded already, on all facts that count.
    Stands,
}

/// Decides what comes first: a vital sign, the other red flags, a laboratory's result, the
/// motive, then the grids. Administrative requests need no grid.
#[must_use]
pub fn host_step(contact: &Contact, findings: &Findings<'_>) -> HostStep {
    let undecided = contact.assessment.as_ref().is_some_and(|one| one.protocol.id == UNDECIDED);
    // Also a place, or what somebody wrote beside a recap, may tell of a sign.
    let passed_over = findings.red_flags.heard_level().0.is_some_and(|heard| !is_at_least(contact.level, heard));
    let concluded = contact.state == ContactState::Concluded && !passed_over;
    let settled = concluded || contact.state == ContactState::Closed;
    if contact.is_emergency() || (settled && !undecided) || contact.state == ContactState::Closed {
        return HostStep::Stands;
    }
    // Also by a floor of the motive, or by words where nobody can be asked: at the vital
    // level nothing else is waited for.
    if [findings.floor, contact.level].contains(&Some(Level::Vital)) {
        return HostStep::Conclude(Box::new(vital(findings)));
    }
    if findings.asks_red_flags() {
        return HostStep::AskRedFlags;
    }
    if findings.awaits_result {
        return HostStep::AskResult;
    }
    match (findings.motive, findings.nature) {
        (None, _) if findings.colleague.is_some() => HostStep::Conclude(Box::new(of_colleague(findings))),
        (None, Nature::Administrative) => HostStep::Nothing,
        (None, _) => HostStep::AskMotive,
        (Some(_), Nature::Administrative) => HostStep::Conclude(Box::new(administrative(findings))),
        (Some(_), _) => HostStep::AskGrids,
    }
}

fn is_at_least(level: Option<Level>, other: Level) -> bool {
    level.is_some_and(|level| level.at_least(other))
}

/// Its level is the one that is known: what only uncertain words give was supposed before,
/// and wakes nobody by a conclusion.
fn vital(findings: &Findings<'_>) -> Assessment {
    let mut reasons = findings.reasons.clone();
    if findings.red_flags.human_decision() {
        let text = reasons::red_flag_neither().to_string();
        reasons.push(Reason { rule: "host.red-flag-neither".to_owned(), facts: Vec::new(), text });
    }
    Assessment {
        level: findings.known_floor.unwrap_or(Level::Routine),
        nature: Nature::Medical,
        orientation: Orientation::EmergencyCall(EmergencyService::Samu),
        reasons,
        say: Vec::new(),
        safety_net: None,
        missing: findings.red_flags.unanswered().map(|flag| format!("{}{}", keys::RED_FLAG_PREFIX, flag.id)).collect(),
        protocol: host_content("host.red-flags"),
    }
}

/// A colleague without a motive: no grid is made for them, a practitioner is
/// told.
fn of_colleague(findings: &Findings<'_>) -> Assessment {
    Assessment {
        level: findings.colleague.unwrap_or(UNDECIDED_LEVEL),
        nature: Nature::Medical,
        orientation: Orientation::Message("practitioner".to_owned()),
        reasons: findings.reasons.clone(),
        say: Vec::new(),
        safety_net: None,
        missing: Vec::new(),
        protocol: host_content("host.colleague"),
    }
}

fn administrative(findings: &Findings<'_>) -> Assessment {
    let minutes = findings.motive.map_or(0, |motive| motive.max_horizon_days.saturating_mul(24 * 60));
    Assessment {
        level: Level::Routine,
        nature: Nature::Administrative,
        orientation: Orientation::SlotWithin(minutes),
        reasons: vec![Reason {
            rule: "host.administrative".to_owned(),
            facts: vec![keys::MOTIVE.to_owned()],
            text: reasons::administrative().to_string(),
        }],
        say: Vec::new(),
        safety_net: None,
        missing: Vec::new(),
        protocol: host_content("host.administrative"),
    }
}

/// What one triage plugin said.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// It asks.
    Asks(Vec<Question>),
    /// It concludes.
    Concludes {
        /// What.
        assessment: Box<Assessment>,
        /// No conclusion of that protocol may be lower.
        protocol_floor: Option<Level>,
    },
    /// It has no grid for this case.
    NotApplicable,
    /// It gave no answer, or one that cannot be used: a code.
    Failed(String),
}

/// What all plugins together come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Ask these. `level` is what was said so far.
    Ask {
        /// The questions, each once.
        questions: Vec<Question>,
        /// The highest level that a plugin gave already.
        level: Option<Level>,
    },
    /// It is concluded.
    Conclude(Box<Assessment>),
}

/// Draws one conclusion from all reports: the highest level wins, any failure
/// and any doubt goes to a person.
#[must_use]
pub fn conclude(practice: &Practice, contact: &Contact, findings: &Findings<'_>, reports: Vec<Report>) -> Outcome {
    let mut asked: Vec<Question> = Vec::new();
    let mut concluded: Vec<Assessment> = Vec::new();
    let mut failure: Option<String> = None;
    for report in reports {
        match report {
            Report::Asks(questions) => {
                for question in questions {
                    if asked.len() < MAX_ASKED_AT_ONCE && !asked.iter().any(|one| one.key == question.key) {
                        asked.push(question);
                    }
                }
            }
            Report::Concludes { mut assessment, protocol_floor } => {
                for floor in [protocol_floor, findings.floor].into_iter().flatten() {
                    assessment.level = assessment.level.raised_to(floor);
                }
                // Whoever must call an emergency service is in vital danger, whatever else is said.
                if matches!(assessment.orientation, Orientation::EmergencyCall(_)) {
                    assessment.level = Level::Vital;
                }
                approved_only(practice, &mut assessment);
                // A grid is not the host, whatever it calls its protocol.
                if assessment.protocol.id.starts_with(HOST_CONTENT) {
                    assessment.protocol.id.insert_str(0, "grid:");
                }
                concluded.push(*assessment);
            }
            Report::NotApplicable => {}
            Report::Failed(code) => failure = Some(code),
        }
    }
    concluded.sort_by_key(|one| one.level);
    let level = concluded.first().map(|one| one.level);
    let vital = level == Some(Level::Vital);
    if let Some(code) = failure
        && !vital
    {
        return Outcome::Conclude(Box::new(undecided(findings, level, &code)));
    }
    if !asked.is_empty() && !vital {
        if answered_to_grids(contact) >= MAX_GRID_QUESTIONS {
            return Outcome::Conclude(Box::new(undecided(findings, level, "too-many-questions")));
        }
        return Outcome::Ask { questions: asked, level };
    }
    let mut concluded = concluded.into_iter();
    let Some(mut first) = concluded.next() else {
        return Outcome::Conclude(Box::new(undecided(findings, None, "no-grid")));
    };
    first.reasons.extend(findings.reasons.iter().cloned());
    first.reasons.extend(concluded.flat_map(|other| other.reasons));
    first.reasons.truncate(MAX_REASONS);
    Outcome::Conclude(Box::new(first))
}

/// Only approved instructions of the practice may be said (S11).
fn approved_only(practice: &Practice, assessment: &mut Assessment) {
    let approved = |content: &ContentRef| {
        practice.instructions.iter().any(|one| one.id == content.id && one.version == content.version)
    };
    assessment.say.retain(approved);
    assessment.safety_net = assessment.safety_net.take().filter(approved);
}

fn undecided(findings: &Findings<'_>, level: Option<Level>, code: &str) -> Assessment {
    let least = findings.motive.and_then(|motive| motive.floor).unwrap_or(UNDECIDED_LEVEL);
    let level = [findings.floor, level].into_iter().flatten().fold(least, Level::raised_to);
    let text = match code {
        "no-grid" => reasons::no_grid(),
        "contradiction" => reasons::contradiction(),
        "too-many-questions" => reasons::too_many_questions(),
        RESERVED_KEY => reasons::reserved_key(),
        _ => reasons::no_answer(),
    };
    let own = Reason { rule: format!("{UNDECIDED}.{code}"), facts: Vec::new(), text: text.to_string() };
    Assessment {
        level,
        nature: findings.nature,
        orientation: Orientation::HumanDecision(text.to_string()),
        reasons: std::iter::once(own).chain(findings.reasons.iter().cloned()).collect(),
        say: Vec::new(),
        safety_net: None,
        missing: Vec::new(),
        protocol: host_content(UNDECIDED),
    }
}

/// How many questions of grids were answered: distinct keys that are not the
/// host's own.
fn answered_to_grids(contact: &Contact) -> usize {
    let host_prefixes =
        ["caller.", "patient.", "request.", keys::RED_FLAG_PREFIX, "recap.", "emergency.", "laboratory."];
    let mut keys: Vec<&str> = contact
        .facts
        .iter()
        .map(|fact| fact.key.as_str())
        .filter(|key| !host_prefixes.iter().any(|prefix| key.starts_with(prefix)))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}
