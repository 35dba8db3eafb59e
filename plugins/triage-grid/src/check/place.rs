//! Where a finding is.

use crate::settings::Protocol;

/// A protocol and where it stands.
pub(super) struct Place<'a> {
    pub(super) protocol: &'a Protocol,
    pub(super) path: String,
}

impl Place<'_> {
    /// Where a red flag of it stands.
    pub(super) fn red_flag(&self, index: usize) -> String {
        format!("{}/red-flags/{index}", self.path)
    }

    /// Where a question of it stands.
    pub(super) fn question(&self, index: usize) -> String {
        format!("{}/questions/{index}", self.path)
    }

    /// Where a rule of it stands.
    pub(super) fn rule(&self, index: usize) -> String {
        format!("{}/rules/{index}", self.path)
    }
}
