//! How like the person that a caller tells of is to a patient of the registry.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::compare::{Nearness, dates, names, same_phone, whole_birth_date};
use super::{Patient, Traits};
use crate::model::civil::birth_days;
use crate::model::person::Person;
use crate::model::plain::plain;

/// Where a patient differs from what is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// The family name.
    FamilyName,
    /// The given names.
    GivenName,
    /// The birth date, or it is not known on one side.
    BirthDate,
    /// No telephone in common, though both have one.
    Telephone,
}

/// How like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Family name, given name and birth date are the same, and the telephone where both
    /// have one; or, where neither has a birth date, the names and the telephone.
    Same,
    /// It may be the same person: a person decides.
    Near(Vec<Difference>),
    /// Somebody else.
    Other,
}

/// How like the person that somebody tells of is to a patient. The name at birth and the
/// name in use count alike. Twins are told apart by their given names; a namesake born on
/// the same day by the telephone alone, so another telephone makes it a doubt.
#[must_use]
pub fn likeness(told: &Person, known: &Patient) -> Likeness {
    let (family, given) = family_and_given(told, &known.traits);
    let date = birth_date(told.birth_date.as_deref(), known.traits.birth_date.as_deref());
    let phone = telephone(told, known);
    let names_fit = family >= Nearness::Near && given >= Nearness::Near;
    let names_same = family == Nearness::Same && given == Nearness::Same;
    let may_be = match date {
        Told::Known(Nearness::Same) => names_fit || (given == Nearness::Same && family == Nearness::Other),
        Told::Known(Nearness::Near) => names_fit && (family == Nearness::Same || given == Nearness::Same),
        Told::Known(Nearness::Other) => names_same && phone == Some(true),
        Told::Unknown => names_same || (names_fit && phone == Some(true)),
    };
    if !may_be {
        return Likeness::Other;
    }
    let mut differences = Vec::new();
    let mut differs = |differs: bool, how: Difference| differences.extend(differs.then_some(how));
    differs(family != Nearness::Same, Difference::FamilyName);
    differs(given != Nearness::Same, Difference::GivenName);
    let dateless = told.birth_date.is_none() && known.traits.birth_date.is_none() && phone == Some(true);
    differs(date != Told::Known(Nearness::Same) && !dateless, Difference::BirthDate);
    differs(phone == Some(false), Difference::Telephone);
    if differences.is_empty() { Likeness::Same } else { Likeness::Near(differences) }
}

/// What two dates say, where both are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Unknown,
    Known(Nearness),
}

fn birth_date(told: Option<&str>, known: Option<&str>) -> Told {
    match (whole_birth_date(told), whole_birth_date(known)) {
        (Some(told), Some(known)) => Told::Known(dates(told, known)),
        _ => match (told.and_then(birth_days), known.and_then(birth_days)) {
            // A year alone proves nothing, but another year tells them apart.
            (Some(told), Some(known)) if apart(told, known) => Told::Known(Nearness::Other),
            _ => Told::Unknown,
        },
    }
}

fn apart(one: (Date, Date), other: (Date, Date)) -> bool {
    one.1 < other.0 || other.1 < one.0
}

fn family_and_given(told: &Person, known: &Traits) -> (Nearness, Nearness) {
    let first = told.given.first().map_or("", String::as_str);
    let families = || std::iter::once(known.family.as_str()).chain(known.used.as_deref());
    let family = families().map(|name| names(&told.family, name)).max().unwrap_or(Nearness::Other);
    let given = given_names(&told.given, &known.given);
    // Written into each other's fields.
    let turned = families().any(|name| names(first, name) == Nearness::Same)
        && known.given.first().is_some_and(|name| names(&told.family, name) == Nearness::Same);
    if turned { (Nearness::Near, Nearness::Near) } else { (family, given) }
}

/// `Marie` is the first of `Marie Claire Louise`, and may be `Marie-Claire`.
fn given_names(told: &[String], known: &[String]) -> Nearness {
    let words = |given: &[String]| plain(&given.join(" ")).trim().to_owned();
    let (told_all, known_all) = (words(told), words(known));
    if told_all.is_empty() || known_all.is_empty() {
        return Nearness::Other;
    }
    let official = |first: &String| plain(first).trim() == told_all;
    if told_all == known_all || known.first().is_some_and(official) {
        return Nearness::Same;
    }
    let parts = |all: &str| all.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (told_parts, known_parts) = (parts(&told_all), parts(&known_all));
    if known_parts.starts_with(&told_parts) && told.len() > 1 {
        return Nearness::Same;
    }
    let near = |one: &String| known_parts.iter().any(|other| names(one, other) >= Nearness::Near);
    if told_parts.iter().any(near) || names(&told_all, &known_all) == Nearness::Near {
        Nearness::Near
    } else {
        Nearness::Other
    }
}

/// Whether both have a telephone, and a common one.
fn telephone(told: &Person, known: &Patient) -> Option<bool> {
    let told = told.phone.as_deref()?;
    (!known.phones.is_empty()).then(|| known.phones.iter().any(|phone| same_phone(told, phone)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::PatientId;
    use crate::time::Instant;

    fn told(family: &str, given: &str, born: &str, phone: &str) -> Person {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Person {
            family: family.to_owned(),
            given: given.split_whitespace().map(str::to_owned).collect(),
            birth_date: some(born),
            phone: some(phone),
            ..Person::default()
        }
    }

    fn known(family: &str, given: &str, born: &str, phone: &str) -> Patient {
        let told = told(family, given, born, phone);
        Patient::told(PatientId(uuid::Uuid::nil()), "les-tilleuls".into(), &told, Vec::new(), Instant(0))
    }

    /// As they are said, and as they are known; `None` is somebody else.
    #[test]
    fn near_misses_are_never_taken_for_the_same() {
        use Difference::{BirthDate, FamilyName, GivenName, Telephone};
        const FIRST: &str = "+33639980001";
        const OTHER: &str = "+33639980002";
        type Traits = (&'static str, &'static str, &'static str, &'static str);
        let cases: [(Traits, Traits, Option<&[Difference]>); 32] = [
            // The same, however it is written.
            (
                ("lefevre dupont", "CHLOE", "1988-03-07", ""),
                ("Lefèvre-Dupont", "Chloé", "1988-03-07", FIRST),
                Some(&[]),
            ),
            (
                ("Lefèvre", "Chloé", "1988-03-07", "06 39 98 00 01"),
                ("Lefèvre", "Chloé", "1988-03-07", FIRST),
                Some(&[]),
            ),
            (("Petit", "Marie", "1970-01-02", ""), ("Petit", "Marie Claire Louise", "1970-01-02", ""), Some(&[])),
            (
                ("Petit", "Marie Claire", "1970-01-02", ""),
                ("Petit", "Marie Claire Louise", "1970-01-02", ""),
                Some(&[]),
            ),
            (("Petit", "Léa", "", FIRST), ("Petit", "Léa", "", FIRST), Some(&[])),
            // Twins, also such as are nearly called alike.
            (("Petit", "Léa", "2015-05-05", FIRST), ("Petit", "Tom", "2015-05-05", FIRST), None),
            (("Petit", "Léa", "2015-05-05", FIRST), ("Petit", "Léo", "2015-05-05", FIRST), Some(&[GivenName])),
            (
                ("Petit", "Marie", "2015-05-05", FIRST),
                ("Petit", "Marie-Claire", "2015-05-05", FIRST),
                Some(&[GivenName]),
            ),
            // A name by marriage, a part of a name, a slip, two fields for each other.
            (("Martin", "Chloé", "1988-03-07", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), Some(&[FamilyName])),
            (
                ("Lefèvre", "Chloé", "1988-03-07", ""),
                ("Lefèvre-Dupont", "Chloé", "1988-03-07", ""),
                Some(&[FamilyName]),
            ),
            (("Lefebvre", "Chloé", "1988-03-07", ""), ("Lefevre", "Chloé", "1988-03-07", ""), Some(&[FamilyName])),
            (("Legall", "Anne", "1950-11-30", ""), ("Le Gall", "Anne", "1950-11-30", ""), Some(&[FamilyName])),
            (
                ("Chloé", "Lefèvre", "1988-03-07", ""),
                ("Lefèvre", "Chloé", "1988-03-07", ""),
                Some(&[FamilyName, GivenName]),
            ),
            (("Lefèvre", "Cloé", "1988-03-07", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), Some(&[GivenName])),
            (("Lefèvre", "Jean", "1988-03-07", ""), ("Lefèvre", "Jean-Pierre", "1988-03-07", ""), Some(&[GivenName])),
            // Day and month for each other, a digit, another century, a part of a date.
            (("Lefèvre", "Chloé", "1988-07-03", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), Some(&[BirthDate])),
            (("Lefèvre", "Chloé", "1989-03-07", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), Some(&[BirthDate])),
            (("Lefèvre", "Chloé", "1988", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), Some(&[BirthDate])),
            (("Lefèvre", "Chloé", "1987", FIRST), ("Lefèvre", "Chloé", "1988-03-07", ""), None),
            (("Lefèvre", "Chloé", "", FIRST), ("Lefèvre", "Chloé", "1988-03-07", FIRST), Some(&[BirthDate])),
            (("Lefèvre", "Chloé", "", ""), ("Lefèvre", "Chloé", "", ""), Some(&[BirthDate])),
            // Father and son of one name, at one number.
            (("Petit", "Jean", "1950-01-02", FIRST), ("Petit", "Jean", "1980-06-15", FIRST), Some(&[BirthDate])),
            (("Petit", "Jean", "1950-01-02", OTHER), ("Petit", "Jean", "1980-06-15", FIRST), None),
            // Namesakes born on one day.
            (("Petit", "Jean", "1950-01-02", OTHER), ("Petit", "Jean", "1950-01-02", FIRST), Some(&[Telephone])),
            // A telephone that a family shares says nothing by itself.
            (("Petit", "Anne", "1952-03-04", FIRST), ("Petit", "Jean", "1950-01-02", FIRST), None),
            (("Roux", "Jean", "1950-01-02", FIRST), ("Petit", "Anne", "1952-03-04", FIRST), None),
            // Two slips at once are somebody else, unless the date is the same.
            (("Lefebvre", "Cloé", "1988-07-03", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), None),
            (
                ("Lefebvre", "Cloé", "1988-03-07", ""),
                ("Lefevre", "Chloé", "1988-03-07", ""),
                Some(&[FamilyName, GivenName]),
            ),
            // Others.
            (("Roux", "Paul", "1988-03-07", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), None),
            (("Lefèvre", "Inès", "1988-03-07", ""), ("Lefèvre", "Chloé", "1988-03-07", ""), None),
            (("", "", "1988-03-07", FIRST), ("Lefèvre", "Chloé", "1988-03-07", FIRST), None),
            (("Lefèvre", "", "1988-03-07", FIRST), ("Lefèvre", "Chloé", "1988-03-07", FIRST), None),
        ];
        for (said, stored, expected) in cases {
            let found = likeness(&told(said.0, said.1, said.2, said.3), &known(stored.0, stored.1, stored.2, stored.3));
            let expected = match expected {
                None => Likeness::Other,
                Some([]) => Likeness::Same,
                Some(differs) => Likeness::Near(differs.to_vec()),
            };
            assert_eq!(found, expected, "{said:?} {stored:?}");
        }
    }

    #[test]
    fn the_name_in_use_counts_like_the_one_at_birth() {
        let mut patient = known("Lefèvre", "Chloé", "1988-03-07", "");
        patient.traits.used = Some("Martin".to_owned());
        for family in ["Lefèvre", "Martin"] {
            assert_eq!(likeness(&told(family, "Chloé", "1988-03-07", ""), &patient), Likeness::Same, "{family}");
        }
    }
}
