//! How well what is told of a patient fits what is known of one: asked before anything of
//! theirs is said or changed.

use super::patient::{same_name, same_phone, whole_birth_date};
use super::person::Person;

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
