//! What the host itself finds in the facts of a contact, before any plugin.

use std::borrow::Cow;

use greffon_words::{Text, reasons};

use super::{Contact, age_days, is_attended};
use crate::ids::MotiveId;
use crate::model::care::{Level, Nature, keys, latest};
use crate::model::civil::Zone;
use crate::model::laboratory::{self, Weighing};
use crate::model::practice::{Motive, Practice, RedFlag};
use crate::model::red_flags::{self, Circumstances, Ground};
use crate::model::triage::Reason;
use crate::time::Instant;

/// Who may call, as [`keys::CALLER_KIND`] says it.
pub const CALLER_KINDS: [&str; 7] =
    ["patient", "relative", "professional", "laboratory", "commercial", "internal", "unknown"];

/// How [`keys::CALLER_KIND`] says that a laboratory calls.
pub const LABORATORY: &str = "laboratory";

/// Callers in whose calls nobody is a patient: they are asked about what their words
/// bring up, and nothing else.
const NO_PATIENT: [&str; 3] = [LABORATORY, "commercial", "internal"];

/// What the host finds.
#[derive(Clone, Debug)]
pub struct Findings<'a> {
    /// What the request is about. Not knowing is `Mixed`.
    pub nature: Nature,
    /// The motive, once known.
    pub motive: Option<&'a Motive>,
    /// The red flags.
    pub red_flags: red_flags::Assessed,
    /// Red flags to be asked now one by one: those that words bring up, and all once the
    /// group question was answered with anything but no.
    pub to_ask: Vec<RedFlag>,
    /// Red flags to be asked now with one question, those that may concern the patient.
    pub to_ask_together: Vec<RedFlag>,
    /// The level of a colleague's call: a professional's is the same day's, a laboratory's
    /// what its result says. Neither is asked a patient's questions.
    pub colleague: Option<Level>,
    /// Whether a laboratory has still to say its result: nothing is concluded before.
    pub awaits_result: bool,
    /// No level may be lower.
    pub floor: Option<Level>,
    /// The same, without what only uncertain words bring up where nobody can be asked.
    pub known_floor: Option<Level>,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl Findings<'_> {
    /// Whether red flags wait for an answer.
    #[must_use]
    pub fn asks_red_flags(&self) -> bool {
        !self.to_ask.is_empty() || !self.to_ask_together.is_empty()
    }
}

/// Looks at the facts. Adding facts never lowers the floor that red flags give.
#[must_use]
pub fn find<'a>(practice: &'a Practice, contact: &Contact, now: Instant) -> Findings<'a> {
    let facts = &contact.facts;
    let text = |key: &str| latest(facts, key).and_then(|fact| fact.value.as_text());
    let caller = text(keys::CALLER_KIND).unwrap_or("unknown");
    let motive = text(keys::MOTIVE).and_then(|id| practice.motive(&MotiveId::from(id)));
    let hearing = contact.hearing.of(facts);
    let heard = if caller == LABORATORY { hearing.without_results() } else { Cow::Borrowed(&*hearing) };
    let mut red_flags = red_flags::assess(&practice.red_flags, facts, &heard);
    if let Some(lowered) = &contact.lowered {
        // A practitioner has decided on what had been said until then (S2).
        red_flags.brought_up.retain(|(_, mention)| !lowered.knew(facts, mention.fact));
    }
    let today = Zone::named_or_utc(&practice.time_zone).date(now);
    let own = &practice.laboratory;
    let of = Weighing {
        own,
        laboratory: caller == LABORATORY,
        professional: caller == "professional",
        age_days: age_days(facts, today),
    };
    // The same holds of results: those that came since are judged.
    let is_new = |number: usize| contact.lowered.as_ref().is_none_or(|lowered| !lowered.knew(facts, number));
    let since = facts.iter().enumerate().filter(|(number, _)| is_new(*number)).map(|(_, fact)| fact);
    let results = laboratory::judge(since, &of);

    let nature = match motive {
        _ if !red_flags.positive.is_empty() || caller == LABORATORY || results.alerts() => Nature::Medical,
        Some(motive) if motive.medical => Nature::Medical,
        // Signs in the words of somebody who asks for a paper, or sells something: both.
        _ if !red_flags.brought_up.is_empty() => Nature::Mixed,
        _ if caller == "commercial" => Nature::Administrative,
        Some(_) => Nature::Administrative,
        None => Nature::Mixed,
    };
    let circumstances = Circumstances::of(facts, today, contact.repeated);
    let no_patient = NO_PATIENT.contains(&caller);
    let one_by_one = red_flags.positive.iter().any(|one| one.ground == Ground::Group);
    let to_ask = match one_by_one {
        true => red_flags.unanswered().cloned().collect(),
        false => red_flags.brought_up.iter().map(|(flag, _)| flag.clone()).collect(),
    };
    let to_ask_together = match red_flags.group_answered || no_patient {
        true => Vec::new(),
        false => red_flags.unasked.iter().filter(|flag| circumstances.may_concern(flag)).cloned().collect(),
    };

    let mut floor = red_flags.level();
    let mut known_floor = floor;
    let mut found = red_flags.reasons();
    let higher = |so_far: Option<Level>, level: Level| Some(so_far.map_or(level, |so_far| so_far.raised_to(level)));
    let said = |rule: String, facts: Vec<String>, text: &Text| Reason { rule, facts, text: text.to_string() };
    let mut raise = |level: Level, reason: Reason| {
        floor = higher(floor, level);
        known_floor = higher(known_floor, level);
        found.push(reason);
    };
    if let Some(motive) = motive.filter(|_| nature != Nature::Administrative) {
        if let Some(level) = motive.floor {
            let text = reasons::motive_floor(&motive.label);
            raise(level, said(format!("motive-floor.{}", motive.id), vec![keys::MOTIVE.to_owned()], &text));
        }
        for modifier in red_flags::modifiers(&circumstances) {
            raise(modifier.floor, said(format!("modifier.{}", modifier.code), Vec::new(), &modifier.text));
        }
    }
    let can_be_asked = contact.channel.can_be_asked();
    let mut why = laboratory::reasons(&results);
    let mut awaits_result = false;
    if caller == LABORATORY && contact.lowered.is_none() && !results.alerts() && !results.is_within() {
        if can_be_asked {
            awaits_result = true;
        } else {
            why.push(missing_result());
        }
    }
    let colleague = match caller {
        _ if awaits_result => None,
        LABORATORY | "professional" if !why.is_empty() => Some(Level::VeryUrgent),
        LABORATORY | "professional" => Some(Level::SameDay),
        _ => None,
    };
    for reason in why {
        raise(Level::VeryUrgent, reason);
    }
    if let Some(level) = colleague {
        let facts = vec![keys::CALLER_KIND.to_owned()];
        for reason in laboratory::within(&results) {
            raise(level, reason);
        }
        raise(level, said(format!("caller.{caller}"), facts, &reasons::colleague()));
    }
    if hearing.foreign {
        raise(Level::SameDay, said("host.foreign-language".to_owned(), Vec::new(), &reasons::foreign_language()));
    }
    if !can_be_asked {
        let (heard, surely) = heard_level(practice, contact, &red_flags, now);
        for (flag, _) in &red_flags.brought_up {
            found.push(heard_reason(flag));
        }
        floor = heard.map_or(floor, |level| higher(floor, level));
        known_floor = surely.map_or(known_floor, |level| higher(known_floor, level));
    }
    let reasons = found;
    Findings {
        nature,
        motive,
        red_flags,
        to_ask,
        to_ask_together,
        colleague,
        awaits_result,
        floor,
        known_floor,
        reasons,
    }
}

/// Why a laboratory's call counts that ended, or was silent, before its result.
#[must_use]
pub fn missing_result() -> Reason {
    let facts = vec![keys::LABORATORY_VALUE.to_owned()];
    Reason { rule: "laboratory.missing".to_owned(), facts, text: reasons::result_missing().to_string() }
}

/// The level of what words bring up, and what of it is told at once: all of it while
/// somebody is there, at night only what was heard surely.
#[must_use]
pub fn heard_level(
    practice: &Practice,
    contact: &Contact,
    red_flags: &red_flags::Assessed,
    now: Instant,
) -> (Option<Level>, Option<Level>) {
    let (heard, surely) = red_flags.heard_level();
    if is_attended(practice, &contact.facts, now) { (heard, heard) } else { (heard, surely) }
}

/// Why a sign counts that was never asked about.
#[must_use]
pub fn heard_reason(flag: &RedFlag) -> Reason {
    let key = red_flags::answer_key(&flag.id);
    Reason {
        rule: format!("heard.{}", flag.id),
        facts: vec![key],
        text: reasons::heard(&red_flags::label(flag)).to_string(),
    }
}
