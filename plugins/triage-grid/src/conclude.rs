//! Conclusions: level, orientation, reasons. Organisational, never a diagnosis.

use greffon_sdk::practice::{ContentRef, Level};
use greffon_sdk::triage::{Assessment, Orientation, Reason};

use crate::prepared::Common;
use crate::settings::{Instruction, Protocol, RedFlag, Rule};

/// Minutes in which a clinician calls back for a red flag without an
/// orientation of its own.
const CLINICIAN_NOW_MIN: u32 = 15;

/// Why a case is concluded.
pub(crate) enum Conclusion<'a> {
    /// At least one red flag.
    RedFlags(&'a [&'a RedFlag]),
    /// Red flags that were understood and not answered.
    Undecided(&'a [&'a RedFlag]),
    /// The rules that fired, and the keys of unanswered questions that none of
    /// them speaks of.
    Rules(&'a [&'a Rule], &'a [&'a str]),
    /// Too many questions.
    TooLong,
}

/// Whether a level ends the questions at once.
pub(crate) fn is_urgent(level: Level) -> bool {
    level.at_least(Level::VeryUrgent)
}

/// A conclusion is never lower than the one before: a case that was urgent
/// stays so, with what was decided then.
pub(crate) fn not_below(new: Assessment, previous: Option<&Assessment>) -> Assessment {
    let Some(previous) = previous.filter(|previous| !new.level.at_least(previous.level)) else { return new };
    let mut reasons = previous.reasons.clone();
    reasons.extend(new.reasons.into_iter().filter(|reason| !previous.reasons.contains(reason)));
    Assessment {
        level: previous.level,
        orientation: previous.orientation.clone(),
        say: previous.say.clone(),
        safety_net: previous.safety_net.clone().or(new.safety_net),
        reasons,
        ..new
    }
}

impl Conclusion<'_> {
    /// The assessment of this conclusion, at or above the protocol's floor.
    pub fn assess(self, common: &Common, protocol: &Protocol, missing: Vec<String>) -> Assessment {
        let decided = match self {
            Self::RedFlags(flags) => red_flags(common, flags),
            Self::Undecided(flags) => undecided(flags),
            Self::Rules([], _) => Decided::human(
                Level::Routine,
                "no-rule",
                Vec::new(),
                "Aucune règle de la grille ne conclut pour ces réponses.",
            ),
            Self::Rules(fired, unhandled) => rules(fired, unhandled),
            Self::TooLong => Decided::human(
                Level::Routine,
                "too-many-questions",
                Vec::new(),
                "Le nombre maximal de questions est atteint sans conclusion.",
            ),
        };
        Assessment {
            level: decided.level.raised_to(protocol.floor),
            nature: protocol.nature,
            orientation: decided.orientation,
            reasons: decided.reasons,
            say: decided.say,
            safety_net: decided.safety_net.or_else(|| protocol.safety_net.as_ref().map(ContentRef::from)),
            missing,
            protocol: protocol.content(),
        }
    }
}

struct Decided {
    level: Level,
    orientation: Orientation,
    reasons: Vec<Reason>,
    say: Vec<ContentRef>,
    safety_net: Option<ContentRef>,
}

impl Decided {
    fn human(level: Level, rule: &str, facts: Vec<String>, why: &str) -> Self {
        let reason = Reason { rule: rule.to_owned(), facts, text: why.to_owned() };
        let orientation = Orientation::HumanDecision(why.to_owned());
        Self { level, orientation, reasons: vec![reason], say: Vec::new(), safety_net: None }
    }
}

/// The most urgent of the first ones.
fn top<'a, T>(items: &[&'a T], level: impl Fn(&T) -> Level) -> &'a T {
    let mut top = items[0];
    for &item in items {
        if !level(top).at_least(level(item)) {
            top = item;
        }
    }
    top
}

fn say<'a>(instructions: impl Iterator<Item = &'a Instruction>) -> Vec<ContentRef> {
    let mut said: Vec<ContentRef> = Vec::new();
    for content in instructions.map(ContentRef::from) {
        if !said.contains(&content) {
            said.push(content);
        }
    }
    said
}

fn red_flags(common: &Common, flags: &[&RedFlag]) -> Decided {
    let top = top(flags, |flag| flag.level);
    let orientation = match &top.orientation {
        Some(destination) => destination.clone().into(),
        None if top.level == Level::Vital => Orientation::EmergencyCall(common.emergency_service.into()),
        None => Orientation::ClinicianCallback(CLINICIAN_NOW_MIN),
    };
    let reason = |flag: &&RedFlag| Reason {
        rule: format!("red-flag:{}", flag.key),
        facts: vec![flag.key.clone()],
        text: format!("Signe d'alerte non écarté : {}", flag.spoken),
    };
    Decided {
        level: top.level,
        orientation,
        reasons: flags.iter().map(reason).collect(),
        say: say(top.say.iter()),
        safety_net: None,
    }
}

fn undecided(flags: &[&RedFlag]) -> Decided {
    let level = undecided_level(top(flags, undecided_level));
    let facts = flags.iter().map(|flag| flag.key.clone()).collect();
    Decided::human(level, "red-flag-undecided", facts, "Signe d'alerte : question comprise, réponse inconnue.")
}

fn rules(fired: &[&Rule], unhandled: &[&str]) -> Decided {
    let top = top(fired, |rule| rule.level);
    let mut reasons: Vec<Reason> = fired
        .iter()
        .map(|rule| Reason {
            rule: rule.id.clone(),
            facts: rule.when.facts().into_iter().map(str::to_owned).collect(),
            text: rule.reason.clone(),
        })
        .collect();
    let highest = fired.iter().filter(|rule| rule.level == top.level);
    let mut decided = Decided {
        level: top.level,
        orientation: top.orientation.clone().into(),
        say: say(highest.flat_map(|rule| &rule.say)),
        safety_net: top.safety_net.as_ref().map(ContentRef::from),
        reasons: Vec::new(),
    };
    if !unhandled.is_empty() && !is_urgent(top.level) {
        let why = "Réponse inconnue à une question dont la grille a besoin.";
        decided.orientation = Orientation::HumanDecision(why.to_owned());
        let facts = unhandled.iter().map(|&key| key.to_owned()).collect();
        reasons.push(Reason { rule: "unknown-answer".to_owned(), facts, text: why.to_owned() });
    }
    decided.reasons = reasons;
    decided
}

/// The level at which a human decides on a red flag that was understood and
/// not answered: a clinician now, for want of a proof of less.
fn undecided_level(flag: &RedFlag) -> Level {
    if flag.level == Level::Vital { Level::VeryUrgent } else { flag.level }
}
