//! Tells the workers of this process that a job was committed.

use greffon_core::model::job::Lane;
use tokio::sync::Notify;

/// One bell a lane. A ring that nobody hears is kept for whoever listens next, so
/// that a job that is committed between two looks is not missed.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    bells: [Notify; Lane::ALL.len()],
}

impl Wake {
    pub(crate) fn ring(&self, lane: Lane) {
        self.bell(lane).notify_one();
    }

    pub(crate) async fn heard(&self, lane: Lane) {
        self.bell(lane).notified().await;
    }

    fn bell(&self, lane: Lane) -> &Notify {
        match lane {
            Lane::Alert => &self.bells[0],
            Lane::Urgent => &self.bells[1],
            Lane::Normal => &self.bells[2],
            Lane::Bulk => &self.bells[3],
            Lane::Watch => &self.bells[4],
        }
    }
}
