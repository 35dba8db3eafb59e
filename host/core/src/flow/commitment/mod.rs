//! Commitments: promises that somebody made to a patient, until they are kept.

mod act;
mod instead;
mod promise;

use std::sync::Arc;

pub(crate) use self::promise::Pledge;
use super::act::Acts;
use super::message::Messages;
use crate::ports::storage::Storage;

/// Makes promises, and takes them to their end.
#[derive(Clone)]
pub struct Commitments {
    acts: Acts,
    storage: Arc<dyn Storage>,
    messages: Messages,
}

impl Commitments {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>, messages: Messages) -> Self {
        Self { acts, storage, messages }
    }
}
