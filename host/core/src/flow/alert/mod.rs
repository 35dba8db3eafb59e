//! Alerts, from the transaction that raises a level to what came of it.

mod act;
mod link;
mod raise;
mod test;
mod watch;

use std::sync::Arc;

pub use self::act::{NewAcknowledgement, NewEnd};
pub use self::link::{LinkedAlert, Opened};
pub(crate) use self::test::{Reached, TestEnd};
use super::act::Acts;
use super::error::{Flow, FlowError, Thing};
use super::message::Messages;
use crate::ids::{AlertId, PracticeId};
use crate::model::alert::Alert;
use crate::ports::storage::Storage;

/// Raises alerts, tells rung after rung, and takes what people say of them.
#[derive(Clone)]
pub struct Alerts {
    acts: Acts,
    storage: Arc<dyn Storage>,
    messages: Messages,
}

impl Alerts {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>, messages: Messages) -> Self {
        Self { acts, storage, messages }
    }

    async fn stored(&self, practice: &PracticeId, id: AlertId) -> Flow<Alert> {
        self.storage.alert(practice, id).await?.ok_or(FlowError::NotFound(Thing::Alert))
    }
}
