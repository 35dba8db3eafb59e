//! Who tells a patient what a practitioner changed in the agenda.

use crate::model::standing::Difference;
use crate::time::Instant;

/// Whoever has an appointment sooner than this is told by a person, in minutes: nobody knows when
/// a message is read.
const IN_WRITING_MIN: i64 = 24 * 60;

/// Who tells a patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhoTells {
    /// Somebody at the reception, who has it as work.
    #[default]
    Person,
    /// A message, where the patient can be written to; else a person.
    Message,
}

/// What is done when a practitioner changes in the agenda what greffon wrote there. greffon
/// follows in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgendaChanges {
    /// When an appointment has another time.
    pub moved: WhoTells,
    /// When it is there no more.
    pub cancelled: WhoTells,
}

impl AgendaChanges {
    /// Whether a patient may be told of a difference by a message. `start` is that of the
    /// appointment, as it was or as it is now, whichever comes first. What only a person can settle
    /// is never written.
    #[must_use]
    pub fn in_writing(self, difference: Difference, start: Instant, now: Instant) -> bool {
        let tells = match difference {
            Difference::Moved(_) => self.moved,
            Difference::Gone => self.cancelled,
            Difference::Double | Difference::Unclear => return false,
        };
        tells == WhoTells::Message && start >= now.plus_minutes(IN_WRITING_MIN)
    }
}
