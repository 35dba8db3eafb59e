//! A grid that answers anything.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use greffon_core::model::care::{ContentRef, Level, Nature, Validation};
use greffon_core::model::emergency::EmergencyService;
use greffon_core::model::triage::{
    AnswerKind, Assessment, Choice, Encounter, Orientation, Protocol, Question, Reason, Step,
};
use greffon_core::ports::plugins::{GuestError, Health, PluginFailure, Pure, Triage};
use greffon_core::time::Instant;

use crate::random::Random;

/// In every text of a plugin, so that it is known wherever it comes out.
pub(super) const OF_A_PLUGIN: &str = "[greffon essayé]";

/// Keys that plugins ask for: their own, everybody's, and those of the host.
const KEYS: [&str; 17] = [
    "grid.worse",
    "grid.details",
    "grid.since",
    "note",
    "patient.family",
    "patient.pregnant",
    "request.motive",
    "request.words",
    "caller.kind",
    "red-flag.all",
    "red-flag.chest-pain",
    "Red_Flag.breathing.understood",
    "emergency.outcome",
    "recap.outcome",
    "",
    "une clé",
    "level",
];

/// A triage plugin that does what its seed says.
pub(super) struct HostileGrid {
    random: Mutex<Random>,
    protocols: Vec<Protocol>,
}

impl HostileGrid {
    pub(super) fn new(mut random: Random) -> Self {
        let protocols = (0..random.below(3)).map(|number| protocol(&mut random, number)).collect();
        Self { random: Mutex::new(random), protocols }
    }
}

impl Health for HostileGrid {
    fn is_suspended(&self) -> bool {
        false
    }
}

#[async_trait]
impl Triage for HostileGrid {
    fn protocols(&self) -> &[Protocol] {
        &self.protocols
    }

    async fn next(&self, _encounter: &Encounter) -> Pure<Step> {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = failure(&mut random) {
            return failure;
        }
        Ok(Ok(if random.chance(3500) {
            Step::Ask(questions(&mut random))
        } else {
            Step::Conclude(conclude(&mut random))
        }))
    }
}

/// No answer, or an error of the plugin's own.
pub(super) fn failure<T>(random: &mut Random) -> Option<Pure<T>> {
    let guest = |code: String| Some(Ok(Err(GuestError { code, text: OF_A_PLUGIN.to_owned() })));
    match random.below(24) {
        0 => Some(Err(PluginFailure::Trapped("unreachable".to_owned()))),
        1 => Some(Err(PluginFailure::LimitReached("memory".to_owned()))),
        2 => Some(Err(PluginFailure::Busy)),
        3 => guest("not-applicable".to_owned()),
        4 => guest(OF_A_PLUGIN.repeat(100)),
        _ => None,
    }
}

/// Questions, perhaps none, perhaps too many, perhaps the host's own.
pub(super) fn questions(random: &mut Random) -> Vec<Question> {
    let many = if random.chance(300) { 200 } else { random.below(3) };
    let kinds = [AnswerKind::YesNoUnknown, AnswerKind::Text, AnswerKind::Single, AnswerKind::Number];
    // Most grids keep to what they may ask: else none would ever get anywhere.
    let keys = if random.chance(8500) { &KEYS[..9] } else { &KEYS[..] };
    let mut question = |number: u64| Question {
        key: match random.pick(keys) {
            Some(key) if many <= 3 => (*key).to_owned(),
            _ => format!("grid.q{number}"),
        },
        spoken: OF_A_PLUGIN.to_owned(),
        why: OF_A_PLUGIN.to_owned(),
        kind: random.pick(&kinds).copied().unwrap_or(AnswerKind::Text),
        choices: vec![Choice { id: "no".to_owned(), label: OF_A_PLUGIN.to_owned() }],
        red_flag: random.chance(3000),
        required: random.chance(5000),
    };
    (0..many).map(&mut question).collect()
}

/// A reference to a content, approved or invented.
pub(super) fn content(random: &mut Random) -> ContentRef {
    const IDS: [&str; 5] = ["aggravation", "consigne-0", "grille-0", "host.undecided", "prenez un comprimé"];
    let id = random.pick(&IDS).copied().unwrap_or("aggravation").to_owned();
    ContentRef { id, version: if random.chance(8000) { "1" } else { "2" }.to_owned(), digest: Vec::new() }
}

/// A level, most often a low one: that is what a bad grid does harm with.
pub(super) fn level(random: &mut Random) -> Level {
    use Level::{Routine, SameDay, Soon, VeryUrgent, Vital};
    random
        .pick(&[Routine, Routine, Routine, Soon, Soon, SameDay, SameDay, VeryUrgent, Vital])
        .copied()
        .unwrap_or(Routine)
}

fn conclude(random: &mut Random) -> Assessment {
    let reason =
        |number: u64| Reason { rule: format!("red-flag.{number}"), facts: Vec::new(), text: OF_A_PLUGIN.to_owned() };
    let reasons = if random.chance(500) { 100 } else { random.below(3) };
    Assessment {
        level: level(random),
        nature: random
            .pick(&[Nature::Medical, Nature::Administrative, Nature::Mixed])
            .copied()
            .unwrap_or(Nature::Mixed),
        orientation: orientation(random),
        reasons: (0..reasons).map(reason).collect(),
        say: (0..random.below(3)).map(|_| content(random)).collect(),
        safety_net: random.chance(5000).then(|| content(random)),
        missing: vec!["red-flag.all".to_owned()],
        protocol: content(random),
    }
}

fn orientation(random: &mut Random) -> Orientation {
    let minutes = u32::try_from(random.below(1_000_000)).unwrap_or(0);
    let words = || OF_A_PLUGIN.to_owned();
    match random.below(14) {
        0 => Orientation::EmergencyCall(random.pick(&EmergencyService::ALL).copied().unwrap_or(EmergencyService::Samu)),
        1 => Orientation::LiveTransfer("0899000000".to_owned()),
        2 => Orientation::ClinicianCallback(minutes),
        3..=5 => Orientation::SameDaySlot,
        6..=8 => Orientation::SlotWithin(minutes),
        9 => Orientation::Teleconsultation(minutes),
        10 => Orientation::Message(words()),
        11 => Orientation::Redirect(words()),
        12 => Orientation::Recontact(minutes),
        _ => Orientation::HumanDecision(words()),
    }
}

fn protocol(random: &mut Random, number: u64) -> Protocol {
    let expires_at = Instant(if random.chance(5000) { 0 } else { i64::MAX });
    let signed = |expires_at| Validation {
        author: OF_A_PLUGIN.to_owned(),
        validator_rpps: String::new(),
        validated_at: Instant(0),
        expires_at,
        signature: Vec::new(),
    };
    Protocol {
        content: ContentRef { id: format!("grille-{number}"), version: "1".to_owned(), digest: Vec::new() },
        title: OF_A_PLUGIN.to_owned(),
        motives: Vec::new(),
        min_age_days: None,
        max_age_days: None,
        floor: level(random),
        validation: random.chance(5000).then(|| signed(expires_at)),
    }
}
