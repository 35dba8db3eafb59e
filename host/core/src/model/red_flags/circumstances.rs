//! What makes any request more urgent, whatever the grid says (S12).

use greffon_words::{Text, reasons};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::model::care::{Fact, Level, Value, keys, latest};
use crate::model::civil::{birth_days, years_since};
use crate::model::practice::RedFlag;

use super::core_set;

/// What the host knows of patient and caller. Every field can only raise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Younger than 92 days.
    pub infant: bool,
    /// Older than 75.
    pub aged: bool,
    /// Pregnant, or the question was asked and not answered with no.
    pub pregnant: bool,
    /// Somebody speaks for the patient.
    pub third_party: bool,
    /// Caller and operator do not understand each other well.
    pub language_barrier: bool,
    /// Other open contacts of the same origin in the last 24 hours.
    pub repeated: u32,
    /// How old the patient is, in whole years; of a date that is known in part, the
    /// oldest and the youngest that it may be.
    pub age_years: Option<(u32, u32)>,
}

impl Circumstances {
    /// Reads them from the facts. `today` is the practice's civil date;
    /// `repeated` comes from the contact.
    #[must_use]
    pub fn of(facts: &[Fact], today: Date, repeated: u32) -> Self {
        let any =
            |key: &str, wanted: fn(&Value) -> bool| facts.iter().any(|fact| fact.key == key && wanted(&fact.value));
        let born = latest(facts, keys::PATIENT_BIRTH_DATE).and_then(|fact| fact.value.as_text()).and_then(birth_days);
        let grown = today.saturating_sub(INFANT_DAYS.days());
        let asked_and_not_no = |value: &Value| *value != Value::No;
        Self {
            // Of a date that is known in part, the day that raises more.
            infant: born.is_some_and(|(first, last)| last > grown && first <= today),
            aged: born.and_then(|(first, _)| years_since(first, today)).is_some_and(|years| years > AGED_YEARS),
            pregnant: any(keys::PATIENT_PREGNANT, asked_and_not_no),
            third_party: any(keys::CALLER_KIND, |value| value.as_text() == Some("relative")),
            language_barrier: any(LANGUAGE_BARRIER, asked_and_not_no),
            repeated,
            age_years: born.and_then(|(first, last)| {
                Some((years_since(first, today)?, years_since(last.min(today), today).unwrap_or(0)))
            }),
        }
    }

    /// Whether a flag of which nobody has said a word may concern this patient.
    #[must_use]
    pub fn may_concern(&self, flag: &RedFlag) -> bool {
        let Some(core) = core_set().iter().find(|core| core.flag.id == flag.id) else { return true };
        let Some((oldest, youngest)) = self.age_years else { return true };
        core.of.is_meant(Some(oldest)) || core.of.is_meant(Some(youngest))
    }
}

/// Yes, no or unknown: whether caller and operator lack a common language.
const LANGUAGE_BARRIER: &str = "caller.language-barrier";
const INFANT_DAYS: i64 = 92;
const AGED_YEARS: u32 = 75;

/// One circumstance and the level that it asks for at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modifier {
    /// Stable: `infant`, `aged`, `pregnant`, `third-party`, `language-barrier`,
    /// `repeated`.
    pub code: &'static str,
    /// No conclusion of a medical contact may be lower.
    pub floor: Level,
    /// One line for the operator.
    pub text: Text,
}

/// The modifiers of a **medical** contact; an administrative one has none.
/// Floors, not steps: applying them again and again raises no further.
#[must_use]
pub fn modifiers(circumstances: &Circumstances) -> Vec<Modifier> {
    let repeated = match circumstances.repeated {
        0 | 1 => Level::Soon,
        _ => Level::SameDay,
    };
    [
        (circumstances.infant, "infant", Level::SameDay, reasons::infant()),
        (circumstances.pregnant, "pregnant", Level::SameDay, reasons::pregnant()),
        (circumstances.aged, "aged", Level::Soon, reasons::aged()),
        (circumstances.third_party, "third-party", Level::Soon, reasons::third_party()),
        (circumstances.language_barrier, "language-barrier", Level::Soon, reasons::language_barrier()),
        (circumstances.repeated > 0, "repeated", repeated, reasons::repeated()),
    ]
    .into_iter()
    .filter(|(applies, ..)| *applies)
    .map(|(_, code, floor, text)| Modifier { code, floor, text })
    .collect()
}
