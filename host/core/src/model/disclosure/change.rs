//! Whether an appointment may be moved or cancelled for whoever is on the line.

use greffon_words::refusals;
use jiff::civil::Date;

use super::matrix::{Disclosure, Information, Needs, Relation};
use super::standing::{Standing, standing};
use crate::model::contact::{Contact, patient_of};
use crate::model::patient::Patient;
use crate::model::person::Person;
use crate::model::refusal::Refusal;

/// Whether an appointment of this patient may be changed for whoever is on the line of a
/// contact; `records` are the patient's in the registry, as far as they are known.
///
/// # Errors
/// `NotAllowed` with `relation-missing`, `relation-not-allowed`, `identity-missing`,
/// `identity-unproven` or `identity-unconfirmed`; none of them says anything of the appointment.
pub fn may_change(
    rules: &Disclosure,
    contact: &Contact,
    patient: &Person,
    records: &[Patient],
    today: Date,
) -> Result<Standing, (Standing, Refusal)> {
    let standing = standing(contact, std::slice::from_ref(patient), records, today);
    let needs = rules.needs(Information::Change, standing.relation);
    let refusal = match needs {
        _ if standing.relation == Relation::Unknown => ("relation-missing", refusals::relation_missing()),
        Needs::Never => ("relation-not-allowed", refusals::relation_not_allowed()),
        needs if standing.verified.meets(needs) => return Ok(standing),
        needs if standing.verified.meets(needs.min(Needs::Matched)) => {
            ("identity-unconfirmed", refusals::identity_unconfirmed())
        }
        _ if is_untold(&patient_of(&contact.facts)) => ("identity-missing", refusals::identity_missing()),
        _ => ("identity-unproven", refusals::identity_unproven()),
    };
    Err((standing, Refusal::not_allowed(refusal.0, refusal.1)))
}

fn is_untold(told: &Person) -> bool {
    told.family.is_empty() || told.given.is_empty() || told.birth_date.is_none()
}
