//! The registry of patients: contacts are recognised in it and write into it; people look
//! into it, correct it, and say which records are one patient.

mod keep;
mod read;
mod recognise;
mod records;
mod resolve;

use std::sync::Arc;

pub use self::keep::NewPatient;
pub use self::read::{PatientSearch, ReadPatient};
pub(super) use self::recognise::Recognised;
pub(crate) use self::records::{records_in, records_of, records_with};
pub use self::resolve::NewJoin;
use super::act::Acts;
use crate::ports::storage::Storage;

/// More patients of one trait than this are not compared.
const MAX_FOUND: u32 = 200;

/// The registries of all practices.
#[derive(Clone)]
pub struct Patients {
    acts: Acts,
    storage: Arc<dyn Storage>,
}

impl Patients {
    pub(super) fn new(acts: Acts, storage: Arc<dyn Storage>) -> Self {
        Self { acts, storage }
    }
}
