//! How long what a practice knows of its patients is kept.
//!
//! Each class has its own time, which the practice sets within bounds. What still has to
//! happen is never old: an open contact, a promise that nobody has kept, a time to come.

use crate::time::Instant;

const DAY_MIN: i64 = 24 * 60;

/// For how many days each class is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// A contact with its bookings, appointments, promises and alert, after all of that has
    /// ended. The practice's own record of the patient is elsewhere, and has its own law.
    pub contacts_days: u32,
    /// A message, after it was written.
    pub messages_days: u32,
    /// A patient of the registry, after the last contact; never before the contacts are gone.
    pub patients_days: u32,
    /// Nothing is removed as long as this is set: a complaint or a lawsuit is under way.
    pub hold: bool,
}

impl Default for Retention {
    /// Two years of contacts and one of messages: as long as somebody asks what was said.
    /// Five years of patients: as long as a file stays active after the last act (CNIL,
    /// retention periods in health, 2020; then it is archived for fifteen, elsewhere).
    fn default() -> Self {
        Self { contacts_days: 2 * 365, messages_days: 365, patients_days: 5 * 365, hold: false }
    }
}

/// The shortest times: a season of complaints and of promised appointments, a month of
/// messages, a year of patients.
pub const SHORTEST_RETENTION: Retention =
    Retention { contacts_days: 90, messages_days: 30, patients_days: 365, hold: false };

/// The longest: the twenty years for which a patient's record is kept (code de la santé
/// publique, R1112-7).
pub const LONGEST_RETENTION: Retention =
    Retention { contacts_days: 20 * 365, messages_days: 20 * 365, patients_days: 20 * 365, hold: false };

impl Retention {
    /// Contacts that ended before are old.
    #[must_use]
    pub fn contacts_before(&self, now: Instant) -> Instant {
        before(now, self.contacts_days)
    }

    /// Messages that were written before are old.
    #[must_use]
    pub fn messages_before(&self, now: Instant) -> Instant {
        before(now, self.messages_days)
    }

    /// Patients of whom nothing was heard since are old.
    #[must_use]
    pub fn patients_before(&self, now: Instant) -> Instant {
        before(now, self.patients_days)
    }
}

fn before(now: Instant, days: u32) -> Instant {
    now.plus_minutes(-i64::from(days) * DAY_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_the_default_and_each_other() {
        let ordered = |short: &Retention, long: &Retention| {
            short.contacts_days <= long.contacts_days
                && short.messages_days <= long.messages_days
                && short.patients_days <= long.patients_days
        };
        assert!(ordered(&SHORTEST_RETENTION, &Retention::default()));
        assert!(ordered(&Retention::default(), &LONGEST_RETENTION));
    }

    #[test]
    fn a_day_is_a_day() {
        let retention = Retention { messages_days: 30, ..Retention::default() };
        assert_eq!(retention.messages_before(Instant(30 * 86_400_000)), Instant(0));
    }
}
