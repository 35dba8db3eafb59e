//! For how long what a practice knows of its patients is kept.

use greffon_core::model::retention::{LONGEST_RETENTION, Retention, SHORTEST_RETENTION};

use super::loader::{Loaded, Loader};

impl Loader<'_> {
    pub(super) fn retention(&self) -> Loaded<Retention> {
        let (written, default) = (&self.file.retention, Retention::default());
        let within = |key: &str, written: Option<u32>, default: u32, shortest: u32, longest: u32| match written {
            None => Ok(default),
            Some(days) if (shortest..=longest).contains(&days) => Ok(days),
            Some(days) => self.fail(
                &format!("retention.{key}"),
                format!("{days} days are out of bounds"),
                format!("write a number of days from {shortest} to {longest}"),
            ),
        };
        let (shortest, longest) = (SHORTEST_RETENTION, LONGEST_RETENTION);
        Ok(Retention {
            contacts_days: within(
                "contacts-days",
                written.contacts_days,
                default.contacts_days,
                shortest.contacts_days,
                longest.contacts_days,
            )?,
            messages_days: within(
                "messages-days",
                written.messages_days,
                default.messages_days,
                shortest.messages_days,
                longest.messages_days,
            )?,
            patients_days: within(
                "patients-days",
                written.patients_days,
                default.patients_days,
                shortest.patients_days,
                longest.patients_days,
            )?,
            hold: written.hold,
        })
    }
}
