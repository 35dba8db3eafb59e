//! For how long what a practice knows of its patients is kept.

use greffon_core::model::retention::{LONGEST_RETENTION, Retention, SHORTEST_RETENTION};

use super::loader::{Loaded, Loader};

impl Loader<'_> {
    pub(super) fn retention(&self) -> Loaded<Retention> {
        let (written, default) = (&self.file.retention, Retention::default());
        let within = |key: &str, written: Option<u32>, of: fn(&Retention) -> u32| {
            let days = written.unwrap_or(of(&default));
            let (shortest, longest) = (of(&SHORTEST_RETENTION), of(&LONGEST_RETENTION));
            self.within(&format!("retention.{key}"), days, shortest, longest).map(|()| days)
        };
        Ok(Retention {
            contacts_days: within("contacts-days", written.contacts_days, |of| of.contacts_days)?,
            messages_days: within("messages-days", written.messages_days, |of| of.messages_days)?,
            patients_days: within("patients-days", written.patients_days, |of| of.patients_days)?,
            hold: written.hold,
        })
    }
}
