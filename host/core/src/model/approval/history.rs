//! Everything that is known of the contents of one practice.

use super::{Approval, Attestation};
use crate::ids::{FeatureId, PracticeId};
use crate::model::pin::SettingsDigest;
use crate::time::Instant;

/// What a file of signatures says of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It may be used.
    Approved {
        /// When that was said.
        at: Instant,
        /// From when on.
        begins: Instant,
    },
    /// It may be used no more.
    Withdrawn {
        /// When that was said.
        at: Instant,
    },
}

/// Everything that is known of the contents of one practice. Rows are added, and their
/// instants only grow: nothing that is known is forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approvals(Vec<Approval>);

impl Approvals {
    /// From the rows of one practice.
    #[must_use]
    pub fn new(rows: Vec<Approval>) -> Self {
        Self(rows)
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> &[Approval] {
        &self.0
    }

    fn row(&self, feature: &FeatureId, settings: SettingsDigest) -> Option<&Approval> {
        self.0.iter().find(|one| one.feature == *feature && one.settings == settings)
    }

    /// When a content was last withdrawn, under whatever name of a feature: to rename one
    /// brings nothing back.
    #[must_use]
    pub fn withdrawn_at(&self, settings: SettingsDigest) -> Option<Instant> {
        self.0.iter().filter(|one| one.settings == settings).filter_map(|one| one.withdrawn_at).max()
    }

    /// When another content of a feature was approved, and began, after what was said of
    /// this one at an instant. Of a feature that never had this content the others count
    /// that had it.
    #[must_use]
    pub fn replaced_at(
        &self,
        feature: &FeatureId,
        settings: SettingsDigest,
        said: Instant,
        now: Instant,
    ) -> Option<Instant> {
        let newer_in = |feature: &FeatureId| {
            let others = self.0.iter().filter(|one| one.feature == *feature && one.settings != settings);
            let begun = others.filter(|one| one.begins_at.is_some_and(|begins| begins <= now));
            begun.filter_map(|one| one.approved_at).filter(|at| *at > said).max()
        };
        if self.row(feature, settings).is_some_and(|own| own.approved_at.is_some()) {
            return newer_in(feature);
        }
        let had = self.0.iter().filter(|one| one.settings == settings && one.approved_at.is_some());
        newer_in(feature).or_else(|| had.filter_map(|one| newer_in(&one.feature)).max())
    }

    /// The attestation of a content.
    #[must_use]
    pub fn attestation(&self, feature: &FeatureId, settings: SettingsDigest) -> Option<&Attestation> {
        self.row(feature, settings)?.attestation.as_ref()
    }

    /// The attestations of all contents that a feature had.
    pub fn attestations(&self, feature: &FeatureId) -> impl Iterator<Item = (SettingsDigest, &Attestation)> {
        let own = self.0.iter().filter(move |one| one.feature == *feature);
        own.filter_map(|one| Some((one.settings, one.attestation.as_ref()?)))
    }

    /// The same with what a file of signatures says, and the rows that are new or changed by
    /// it. What was withdrawn or replaced before is not made new by a file that was put back.
    #[must_use]
    pub fn with(
        mut self,
        practice: &PracticeId,
        feature: &FeatureId,
        seen: impl IntoIterator<Item = (SettingsDigest, Seen)>,
        now: Instant,
    ) -> (Self, Vec<Approval>) {
        let before = self.clone();
        for (settings, said) in seen {
            if let Seen::Approved { at, .. } = said {
                let is_dead = before.withdrawn_at(settings).is_some_and(|withdrawn| at <= withdrawn)
                    || before.replaced_at(feature, settings, at, now).is_some();
                if is_dead {
                    continue;
                }
            }
            let row = self.row_mut(practice, feature, settings);
            match said {
                Seen::Approved { at, begins } => row.approve(at, begins),
                Seen::Withdrawn { at } => row.withdraw(at),
            }
        }
        let changed = self.0.iter().filter(|row| !before.0.contains(row)).cloned().collect();
        (self, changed)
    }

    /// The row of a content; a new one when there is none.
    pub fn row_mut(&mut self, practice: &PracticeId, feature: &FeatureId, settings: SettingsDigest) -> &mut Approval {
        let index = self.0.iter().position(|one| one.feature == *feature && one.settings == settings);
        let index = index.unwrap_or_else(|| {
            self.0.push(Approval::new(practice.clone(), feature.clone(), settings));
            self.0.len() - 1
        });
        &mut self.0[index]
    }

    /// Takes in what somebody else saw of the same contents; the rows that this changed.
    pub fn join(&mut self, seen: &[Approval]) -> Vec<Approval> {
        let mut changed = Vec::new();
        for one in seen {
            let row = self.row_mut(&one.practice, &one.feature, one.settings);
            let before = row.clone();
            if let (Some(at), Some(begins)) = (one.approved_at, one.begins_at) {
                row.approve(at, begins);
            }
            if let Some(at) = one.withdrawn_at {
                row.withdraw(at);
            }
            // Also a row that says nothing new is none.
            if *row != before {
                changed.push(row.clone());
            }
        }
        changed
    }

    /// Withdraws all contents that a feature has and had; the rows that this changed.
    pub fn withdraw(&mut self, feature: &FeatureId, at: Instant) -> Vec<Approval> {
        let own = self.0.iter_mut().filter(|one| one.feature == *feature);
        own.map(|row| {
            row.withdraw(at);
            row.clone()
        })
        .collect()
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
