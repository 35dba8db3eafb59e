//! What the host itself finds in the facts of a contact, before any plugin.

use greffon_words::{Text, reasons};

use super::Contact;
use crate::ids::MotiveId;
use crate::model::care::{Level, Nature, keys, latest};
use crate::model::civil::Zone;
use crate::model::practice::{Motive, Practice, RedFlag};
use crate::model::red_flags::{self, Circumstances};
use crate::model::triage::Reason;
use crate::time::Instant;

/// Who may call, as [`keys::CALLER_KIND`] says it.
pub const CALLER_KINDS: [&str; 7] =
    ["patient", "relative", "professional", "laboratory", "commercial", "internal", "unknown"];

/// Callers who are not asked the red flags: they do not speak for their own
/// health or that of somebody beside them.
const NOT_ASKED: [&str; 3] = ["professional", "laboratory", "commercial"];

/// What the host finds.
#[derive(Clone, Debug)]
pub struct Findings<'a> {
    /// What the request is about. Not knowing is `Mixed`.
    pub nature: Nature,
    /// The motive, once known.
    pub motive: Option<&'a Motive>,
    /// The red flags.
    pub red_flags: red_flags::Assessed,
    /// Red flags to be asked now, those that the caller's words bring up first.
    pub to_ask: Vec<RedFlag>,
    /// The level of a colleague's call: a laboratory announces what cannot wait,
    /// a professional speaks for a patient and neither is asked a patient's questions.
    pub colleague: Option<Level>,
    /// No level may be lower.
    pub floor: Option<Level>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Looks at the facts. Adding facts never lowers the floor that red flags give.
#[must_use]
pub fn find<'a>(practice: &'a Practice, contact: &Contact, now: Instant) -> Findings<'a> {
    let facts = &contact.facts;
    let text = |key: &str| latest(facts, key).and_then(|fact| fact.value.as_text());
    let caller = text(keys::CALLER_KIND).unwrap_or("unknown");
    let motive = text(keys::MOTIVE).and_then(|id| practice.motive(&MotiveId::from(id)));
    let red_flags = red_flags::assess(&practice.red_flags, facts);
    let brought_up: Vec<RedFlag> =
        red_flags.unanswered.iter().filter(|flag| red_flags.brought_up.contains(&flag.id)).cloned().collect();

    let nature = match motive {
        _ if !red_flags.positive.is_empty() => Nature::Medical,
        _ if caller == "commercial" => Nature::Administrative,
        Some(motive) if motive.medical => Nature::Medical,
        // Signs in the words of somebody who asks for a paper: both.
        Some(_) if !brought_up.is_empty() => Nature::Mixed,
        Some(_) => Nature::Administrative,
        None => Nature::Mixed,
    };
    let to_ask = match nature {
        _ if NOT_ASKED.contains(&caller) => Vec::new(),
        Nature::Administrative => Vec::new(),
        Nature::Mixed if motive.is_some() => brought_up,
        Nature::Medical | Nature::Mixed => red_flags.unanswered.clone(),
    };

    let mut floor = red_flags.level();
    let mut found = red_flags.reasons();
    let mut raise = |level: Level, rule: String, facts: Vec<String>, text: &Text| {
        floor = Some(floor.map_or(level, |so_far| so_far.raised_to(level)));
        found.push(Reason { rule, facts, text: text.to_string() });
    };
    if let Some(motive) = motive.filter(|_| nature != Nature::Administrative) {
        if let Some(level) = motive.floor {
            let text = reasons::motive_floor(&motive.label);
            raise(level, format!("motive-floor.{}", motive.id), vec![keys::MOTIVE.to_owned()], &text);
        }
        let today = Zone::named_or_utc(&practice.time_zone).date(now);
        for modifier in red_flags::modifiers(&Circumstances::of(facts, today, contact.repeated)) {
            raise(modifier.floor, format!("modifier.{}", modifier.code), Vec::new(), &modifier.text);
        }
    }
    let colleague = match caller {
        "laboratory" => Some(Level::VeryUrgent),
        "professional" => Some(Level::SameDay),
        _ => None,
    };
    Findings { nature, motive, red_flags, to_ask, colleague, floor, reasons: found }
}
