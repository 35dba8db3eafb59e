//! What the plugin remembers of its writes, in its own space. The vendor keeps no id of ours, so that after a lost answer
//! only this tells that something may still be under way. It only ever makes an answer more careful: without it, what is
//! found at the vendor counts.
//!
//! | key | what |
//! | --- | --- |
//! | `write/<op-id>` | a booking that has no certain end yet, or that the vendor's lists did not show with its mark |
//! | `kept/<number>` | an appointment that greffon wrote and whose mark the vendor did not keep |

use greffon_sdk::agenda::{Error, Instant, Result};
use greffon_sdk::keyvalue::Bucket;
use serde::{Deserialize, Serialize};

/// The bucket that holds everything.
const BUCKET: &str = "doctolib-like";

/// How long after a visit its keys are kept, in milliseconds: a week.
const KEPT_MS: i64 = 7 * 86_400_000;

/// How many keys are looked at when old ones are forgotten.
const SWEPT: usize = 20;

/// What is known of the writes of one op-id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writes {
    /// When a patient's record was sent last. None: it was not, or the answer came.
    pub patient_sent: Option<Instant>,
    /// The patient's record that was found or created.
    pub patient: Option<u64>,
    /// When the appointment was sent last. None: it was not.
    pub sent: Option<Instant>,
    /// The appointment's number. None: no answer told it.
    pub appointment: Option<u64>,
    /// When this is of no use any more.
    pub until: Instant,
}

/// The plugin's memory.
pub struct Memory(Bucket);

impl Memory {
    /// Opens it.
    ///
    /// # Errors
    /// `Denied` without the grant.
    pub fn open() -> Result<Self> {
        Bucket::open(BUCKET).map(Self).map_err(|error| Error::read_failed(&error))
    }

    /// What is known of an op-id.
    ///
    /// # Errors
    /// `Unavailable` when the space cannot be read.
    pub fn writes(&self, op: &str) -> Result<Writes> {
        let known = self.0.get(&write_key(op)).map_err(|error| Error::read_failed(&error))?;
        Ok(known.unwrap_or_default())
    }

    /// Keeps what is known of an op-id, before anything is sent.
    ///
    /// # Errors
    /// `Unavailable` when it could not be kept: nothing may be sent then.
    pub fn keep(&self, op: &str, writes: &Writes, visit_end: Instant) -> Result<()> {
        let writes = Writes { until: visit_end.saturating_add(KEPT_MS), ..writes.clone() };
        self.0.set(&write_key(op), &writes).map_err(|error| Error::read_failed(&error))
    }

    /// Forgets an op-id whose appointment bears its mark: the vendor tells all of it.
    pub fn forget(&self, op: &str) {
        // What stays makes a look-up of this op-id more careful, and is swept.
        let _ = self.0.delete(&write_key(op));
    }

    /// Remembers that greffon wrote an appointment that does not say so.
    ///
    /// # Errors
    /// `Unavailable` when it could not be kept.
    pub fn keep_unmarked(&self, appointment: u64, visit_end: Instant) -> Result<()> {
        let until = visit_end.saturating_add(KEPT_MS);
        self.0.set(&kept_key(appointment), &until).map_err(|error| Error::read_failed(&error))
    }

    /// Whether greffon wrote an appointment that does not say so. False also when nobody knows.
    pub fn is_unmarked(&self, appointment: u64) -> bool {
        self.0.exists(&kept_key(appointment)).unwrap_or(false)
    }

    /// Forgets some of what is of no use any more. For whoever leaves something behind.
    pub fn sweep(&self, now: Instant) {
        for key in self.0.keys("kept/").unwrap_or_default().iter().take(SWEPT) {
            if self.0.get::<Instant>(key).is_ok_and(|until| until.is_none_or(|until| until < now)) {
                let _ = self.0.delete(key);
            }
        }
        for key in self.0.keys("write/").unwrap_or_default().iter().take(SWEPT) {
            if self.0.get::<Writes>(key).is_ok_and(|writes| writes.is_none_or(|writes| writes.until < now)) {
                let _ = self.0.delete(key);
            }
        }
    }
}

fn write_key(op: &str) -> String {
    format!("write/{op}")
}

fn kept_key(appointment: u64) -> String {
    format!("kept/{appointment}")
}
