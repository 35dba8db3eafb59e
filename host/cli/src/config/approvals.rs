//! What the installation remembers and attests of grids and scripts, in mind while practice
//! files are read.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use greffon_core::ids::PracticeId;
use greffon_core::model::approval::{Approval, Approvals};

/// By practice. Empty without a database.
#[derive(Debug, Default)]
pub struct KnownApprovals(RwLock<BTreeMap<PracticeId, Arc<Approvals>>>);

impl KnownApprovals {
    /// Of one practice. The same `Arc` for as long as nothing changed.
    #[must_use]
    pub fn of(&self, practice: &PracticeId) -> Arc<Approvals> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(practice).map(Arc::clone).unwrap_or_default()
    }

    /// Whether it is still what is known of a practice.
    #[must_use]
    pub fn is_current(&self, practice: &PracticeId, known: &Arc<Approvals>) -> bool {
        let now = self.of(practice);
        Arc::ptr_eq(&now, known) || now == *known
    }

    /// Takes in what the database has, of all practices.
    pub fn replace(&self, rows: Vec<Approval>) {
        let mut by_practice: BTreeMap<PracticeId, Vec<Approval>> = BTreeMap::new();
        for row in rows {
            by_practice.entry(row.practice.clone()).or_default().push(row);
        }
        let new = by_practice.into_iter().map(|(practice, rows)| (practice, Arc::new(Approvals::new(rows)))).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = new;
    }
}
