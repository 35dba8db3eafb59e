//! Another key for finding patients: what they are found by is hashed anew.

use greffon_core::ports::storage::Stored;

use crate::database::Database;
use crate::repository::patients;

/// Patients whose terms are hashed anew at a time.
const AT_ONCE: u32 = 500;

impl Database {
    /// Hashes what patients are found by with the present key, where another one was used
    /// before; says how many. May be called at any time, by several nodes at once. Until
    /// it has ended, patients that were written before are not found by search.
    ///
    /// # Errors
    /// `Unavailable` when the database does not answer; what was done stays done.
    pub async fn renew_lookup(&self) -> Stored<u64> {
        let key = self.lookup_key().await?;
        let mut renewed = 0;
        loop {
            let found = patients::of_other_keys(self.reader().await?.on(), &key, AT_ONCE).await?;
            if found.is_empty() {
                return Ok(renewed);
            }
            for (practice, patient) in found {
                let (mut open, turn) = self.open_for(&practice).await?;
                patients::renew_terms(open.on(), &key, &practice, patient).await?;
                open.commit().await?;
                drop(turn);
                renewed += 1;
            }
        }
    }
}
