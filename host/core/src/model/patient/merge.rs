//! Two records of one patient: a person says so, and may take it back. Nothing that
//! refers to a record is rewritten, so that taking it back loses nothing.

use greffon_words::refusals;

use super::Patient;
use crate::ids::PatientId;
use crate::model::refusal::Refusal;

/// Most records that are one patient: more is a mistake.
pub const MAX_MERGED: usize = 50;

/// `from` is found to be `into`. Both must stand for themselves.
///
/// # Errors
/// `NotAllowed("patient-merged")` when one was found to be another one before,
/// `NotAllowed("patient-same")` when they are one record, `NotAllowed("patient-distinct")`
/// when a person has told them apart, `NotAllowed("patient-too-many")`.
pub fn merge(from: &Patient, into: &Patient) -> Result<(Patient, Patient), Refusal> {
    if from.id == into.id {
        return Err(Refusal::not_allowed("patient-same", refusals::patient_same()));
    }
    if from.merged_into.is_some() || into.merged_into.is_some() {
        return Err(Refusal::not_allowed("patient-merged", refusals::patient_merged()));
    }
    if from.distinct.contains(&into.id) || into.distinct.contains(&from.id) {
        return Err(Refusal::not_allowed("patient-distinct", refusals::patient_distinct()));
    }
    if from.absorbed.len() + into.absorbed.len() + 1 > MAX_MERGED {
        return Err(Refusal::not_allowed("patient-too-many", refusals::patient_too_many()));
    }
    let (mut from, mut into) = (from.clone(), into.clone());
    from.merged_into = Some(into.id);
    into.absorbed.extend(from.all_names());
    into.resembles.retain(|one| *one != from.id);
    Ok((from, into))
}

/// `part` was no other patient after all: it leaves `whole` and everything above that,
/// given from its immediate one upwards, with those that were found to be it before.
///
/// # Errors
/// `NotAllowed("patient-not-merged")` when it stands for itself.
pub fn part(leaving: &Patient, above: &[Patient]) -> Result<(Patient, Vec<Patient>), Refusal> {
    if leaving.merged_into.is_none() {
        return Err(Refusal::not_allowed("patient-not-merged", refusals::patient_not_merged()));
    }
    let names: Vec<PatientId> = leaving.all_names();
    let mut leaving = leaving.clone();
    leaving.merged_into = None;
    let mut above = above.to_vec();
    for one in &mut above {
        one.absorbed.retain(|name| !names.contains(name));
    }
    Ok((leaving, above))
}

/// A person says that they are two people.
///
/// # Errors
/// `NotAllowed("patient-same")` when they are one record.
pub fn distinguish(one: &Patient, other: &Patient) -> Result<(Patient, Patient), Refusal> {
    if one.id == other.id {
        return Err(Refusal::not_allowed("patient-same", refusals::patient_same()));
    }
    let apart = |patient: &Patient, from: PatientId| {
        let mut patient = patient.clone();
        patient.resembles.retain(|name| *name != from);
        if !patient.distinct.contains(&from) {
            patient.distinct.push(from);
        }
        patient
    };
    Ok((apart(one, other.id), apart(other, one.id)))
}
