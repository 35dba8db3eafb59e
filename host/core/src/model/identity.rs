//! Whether whoever is on the line speaks for the patient of an appointment: asked before
//! anything of it is changed.

use greffon_words::refusals;
use jiff::civil::Date;

use super::care::{Fact, keys, latest};
use super::civil::{birth_days, years_since};
use super::contact::patient_of;
use super::patient::{same_name, same_phone, whole_birth_date};
use super::person::Person;
use super::practice::{Disclosure, Needs};
use super::refusal::Refusal;

/// From this age on, in years, a relative is no parent who speaks for a child.
const OF_AGE: u32 = 18;

/// How well what is told fits what is known of a patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It is somebody else, or nobody can tell.
    None,
    /// The names are the same, and no birth date is known to compare.
    Named,
    /// Family name, given name and birth date are the same; or, where the appointment has
    /// no birth date, the names and the telephone.
    Matched,
}

/// How well a person whom somebody tells of fits one that is known. Accents, case and
/// hyphens do not count; twins differ in their given names, so these do.
#[must_use]
pub fn fit(told: &Person, known: &Person) -> Fit {
    let first = |person: &Person| person.given.first().cloned().unwrap_or_default();
    if !same_name(&told.family, &known.family) || !same_name(&first(told), &first(known)) {
        return Fit::None;
    }
    let day = |person: &Person| whole_birth_date(person.birth_date.as_deref());
    let phone = || same_phone(told.phone.as_deref().unwrap_or_default(), known.phone.as_deref().unwrap_or_default());
    match (day(told), day(known)) {
        (Some(told), Some(known)) if told == known => Fit::Matched,
        (Some(_), Some(_)) => Fit::None,
        (_, None) if phone() => Fit::Matched,
        _ => Fit::Named,
    }
}

/// Whether an appointment of this patient may be changed for whoever these facts are of.
///
/// # Errors
/// `NotAllowed` with `relation-missing`, `relation-not-allowed`, `identity-missing` or
/// `identity-unproven`; none of them says anything of the appointment.
pub fn may_change(rules: &Disclosure, facts: &[Fact], patient: &Person, today: Date) -> Result<(), Refusal> {
    let born = patient.birth_date.as_deref().and_then(birth_days);
    let is_child = born.and_then(|(_, latest)| years_since(latest, today)).is_some_and(|years| years < OF_AGE);
    let needs = match latest(facts, keys::CALLER_KIND).and_then(|fact| fact.value.as_text()) {
        Some("patient") => rules.patient,
        Some("relative") if is_child => rules.parent,
        Some("relative") => rules.relative,
        Some("professional") => rules.professional,
        Some("unknown") | None => return Err(Refusal::not_allowed("relation-missing", refusals::relation_missing())),
        Some(_) => Needs::Never,
    };
    let told = patient_of(facts);
    let fits = fit(&told, patient);
    match needs {
        Needs::Never => Err(Refusal::not_allowed("relation-not-allowed", refusals::relation_not_allowed())),
        Needs::Named if fits >= Fit::Named => Ok(()),
        Needs::Matched if fits == Fit::Matched => Ok(()),
        _ if told.family.is_empty() || told.given.is_empty() || told.birth_date.is_none() => {
            Err(Refusal::not_allowed("identity-missing", refusals::identity_missing()))
        }
        _ => Err(Refusal::not_allowed("identity-unproven", refusals::identity_unproven())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(family: &str, given: &str, born: Option<&str>) -> Person {
        Person {
            family: family.to_owned(),
            given: given.split_whitespace().map(str::to_owned).collect(),
            birth_date: born.map(str::to_owned),
            ..Person::default()
        }
    }

    #[test]
    fn near_misses_are_somebody_else() {
        let known = person("Lefèvre-Dupont", "Chloé", Some("1988-03-07"));
        for same in [("lefevre dupont", "Chloe"), ("LEFÈVRE-DUPONT", "chloé marie")] {
            assert_eq!(fit(&person(same.0, same.1, Some("1988-03-07")), &known), Fit::Matched, "{same:?}");
        }
        for (family, given, born) in [
            ("Lefèvre-Dupont", "Chloé", Some("1988-07-03")),
            ("Lefèvre-Dupont", "Chloé", Some("1989-03-07")),
            ("Lefèvre-Dupont", "Inès", Some("1988-03-07")),
            ("Lefèvre", "Chloé", Some("1988-03-07")),
            ("Dupont", "Chloé", Some("1988-03-07")),
            ("Lefebvre-Dupont", "Chloé", Some("1988-03-07")),
            ("", "", Some("1988-03-07")),
        ] {
            assert_eq!(fit(&person(family, given, born), &known), Fit::None, "{family} {given} {born:?}");
        }
        // A year alone proves nothing, and denies nothing.
        assert_eq!(fit(&person("Lefèvre-Dupont", "Chloé", Some("1988")), &known), Fit::Named);
        assert_eq!(fit(&person("Lefèvre-Dupont", "Chloé", None), &known), Fit::Named);
    }

    #[test]
    fn without_a_birth_date_the_telephone_proves_it() {
        let with = |phone: &str| Person { phone: Some(phone.to_owned()), ..person("Petit", "Léa", None) };
        assert_eq!(fit(&with("06 39 98 00 01"), &with("+33639980001")), Fit::Matched);
        assert_eq!(fit(&with("06 39 98 00 02"), &with("+33639980001")), Fit::Named);
        assert_eq!(fit(&with("15"), &with("15")), Fit::Named, "no subscriber's number");
        let born = Person { birth_date: Some("2001-01-01".to_owned()), ..with("+33639980001") };
        assert_eq!(fit(&with("+33639980001"), &born), Fit::Named, "who does not say the date does not know it");
    }
}
