//! What every request for a change of an appointment carries, checked.

use greffon_words::fields;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::flow::error::{Flow, FlowError};
use crate::ids::OpId;
use crate::model::audit::Actor;
use crate::model::person::{Identifier, IdentityTrust, Person};

/// How often a booking begins again because others changed the same things.
pub(in crate::flow) const MAX_TRIES: usize = 8;

/// Longest note, handle and name, in characters.
pub(in crate::flow) const MAX_TEXT: usize = 1000;

/// Who asks, as agendas keep it.
pub(in crate::flow) fn operator(actor: &Actor) -> Identifier {
    Identifier { system: "urn:greffon:subject".to_owned(), value: actor.subject.clone() }
}

/// Refuses an op-id that an agenda could not carry.
pub(in crate::flow) fn check_op(op: &OpId) -> Flow<()> {
    if op.is_well_formed() { Ok(()) } else { Err(FlowError::invalid("op_id", fields::op_id())) }
}

/// Refuses a text that no screen writes.
pub(in crate::flow) fn check_text(field: &str, text: Option<&str>) -> Flow<()> {
    match text {
        Some(text) if text.chars().count() > MAX_TEXT => Err(FlowError::invalid(field, fields::too_long(MAX_TEXT))),
        _ => Ok(()),
    }
}

/// A patient as somebody at the desk names them: a declared identity, and no national identifier
/// (RNIV). Refuses one without a name, or with more of it than anybody has.
pub(in crate::flow) fn declared(named: Person) -> Flow<Person> {
    let mut patient = Person { trust: IdentityTrust::Provisional, ..named };
    patient.identifiers.retain(|one| !one.system.starts_with(INS_SYSTEMS));
    if patient.family.trim().is_empty() {
        return Err(FlowError::invalid("patient.family", fields::patient_name_missing()));
    }
    let is_long = |text: &String| text.chars().count() > MAX_TEXT;
    let too_many = patient.given.len() > 20 || patient.identifiers.len() > 20;
    if too_many || is_long(&patient.family) || patient.given.iter().any(is_long) {
        return Err(FlowError::invalid("patient", fields::patient_name_too_long()));
    }
    Ok(patient)
}

/// Authorities of the national health identity (ANS: INS-NIR, INS-NIA and their
/// test values).
const INS_SYSTEMS: &str = "urn:oid:1.2.250.1.213.1.4.";

/// A digest of a request: another one under the same op-id is an error.
pub(in crate::flow) fn digest_of(request: &impl Serialize) -> String {
    // Requests are plain data: they always have a JSON form.
    let bytes = serde_json::to_vec(request).unwrap_or_default();
    Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
