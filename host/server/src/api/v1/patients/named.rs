//! Which patient a request is about.

use greffon_core::flow::Thing;
use greffon_core::ids::PatientId;

use crate::error::ApiError;

/// The patient that a path names.
pub(super) fn named(id: &str) -> Result<PatientId, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound(Thing::Patient))
}
