//! When two written traits are the same, and when one may be a slip of the other.

use jiff::civil::Date;

use crate::model::civil::birth_days;
use crate::model::plain::plain;

/// Digits of a subscriber's number that are the same in `06…` and `+336…`.
const SUBSCRIBER_DIGITS: usize = 9;

/// How near two traits are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Nearness {
    /// They differ.
    Other,
    /// One may be a slip of the other, or a part of it.
    Near,
    /// They are the same.
    Same,
}

/// Whether two names are the same: accents, case and hyphens do not count. Nothing is
/// the same as nothing.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    let one = plain(one);
    !one.trim().is_empty() && one.trim() == plain(other).trim()
}

/// A birth date that is known to the day.
#[must_use]
pub fn whole_birth_date(written: Option<&str>) -> Option<Date> {
    let (from, to) = birth_days(written?)?;
    (from == to).then_some(from)
}

/// Whether two numbers are one subscriber's. Short numbers are nobody's.
#[must_use]
pub fn same_phone(one: &str, other: &str) -> bool {
    subscriber(one).is_some_and(|digits| Some(digits) == subscriber(other))
}

/// The digits that tell a subscriber, however the country is written.
pub(super) fn subscriber(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= SUBSCRIBER_DIGITS).then(|| digits[digits.len() - SUBSCRIBER_DIGITS..].to_owned())
}

/// How near two names are: the same, or one slip of the keyboard apart, or one a whole
/// part of the other (`Lefèvre`, `Lefèvre-Dupont`).
pub(super) fn names(one: &str, other: &str) -> Nearness {
    let (one, other) = (plain(one), plain(other));
    let (one, other) = (one.trim(), other.trim());
    if one.is_empty() || other.is_empty() {
        return Nearness::Other;
    }
    if one == other {
        return Nearness::Same;
    }
    let part = |long: &str, short: &str| long.split(' ').any(|word| word == short);
    if part(one, other) || part(other, one) || one_slip(one, other) || one.replace(' ', "") == other.replace(' ', "") {
        return Nearness::Near;
    }
    Nearness::Other
}

/// Whether one text becomes the other by one letter more, less or other, or by two
/// neighbours that changed places. Short ones are never a slip of each other, but for
/// one letter in three or more.
fn one_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    if short.len() < 3 || long.len() - short.len() > 1 {
        return false;
    }
    let same_before = short.iter().zip(long.iter()).take_while(|(a, b)| a == b).count();
    let same_after = |skip_short: usize, skip_long: usize| short[skip_short..] == long[skip_long..];
    let at = same_before;
    if short.len() < long.len() {
        return same_after(at, at + 1);
    }
    let swapped = at + 1 < short.len() && short[at] == long[at + 1] && short[at + 1] == long[at];
    same_after(at + 1, at + 1) || (swapped && same_after(at + 2, at + 2))
}

/// How near two whole dates are: the same, or day and month changed places, or one digit
/// is another.
pub(super) fn dates(one: Date, other: Date) -> Nearness {
    if one == other {
        return Nearness::Same;
    }
    if swapped(one) == Some(other) {
        return Nearness::Near;
    }
    let (one, other) = (one.to_string(), other.to_string());
    let different = one.bytes().zip(other.bytes()).filter(|(a, b)| a != b).count();
    if different == 1 { Nearness::Near } else { Nearness::Other }
}

/// The date whose day and month changed places, where that is another one.
pub(super) fn swapped(date: Date) -> Option<Date> {
    Date::new(date.year(), date.day(), date.month()).ok().filter(|other| *other != date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_one_letter() {
        for (one, other) in
            [("Martin", "Martins"), ("Martin", "Marti"), ("Martin", "Martim"), ("Martin", "Matrin"), ("Léa", "Léo")]
        {
            assert_eq!(names(one, other), Nearness::Near, "{one} {other}");
            assert_eq!(names(other, one), Nearness::Near, "{other} {one}");
        }
        for (one, other) in [("Martin", "Matin d"), ("Li", "Lu"), ("Ng", "N"), ("Martin", "Morten"), ("", "")] {
            assert_eq!(names(one, other), Nearness::Other, "{one} {other}");
        }
        assert_eq!(names("Le Gall", "Legall"), Nearness::Near);
        assert_eq!(names("LE GALL", "le-gall"), Nearness::Same);
    }

    #[test]
    fn dates_are_mistaken_in_known_ways() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        for (one, other, near) in [
            ("1988-03-07", "1988-03-07", Nearness::Same),
            ("1988-03-07", "1988-07-03", Nearness::Near),
            ("1988-03-07", "1989-03-07", Nearness::Near),
            ("1988-03-07", "1988-03-17", Nearness::Near),
            ("1988-03-07", "1989-04-07", Nearness::Other),
            ("1988-03-17", "1988-11-07", Nearness::Other),
        ] {
            assert_eq!(dates(date(one), date(other)), near, "{one} {other}");
        }
        assert_eq!(swapped(date("1988-03-07")), Some(date("1988-07-03")));
        assert_eq!(swapped(date("1988-03-17")), None);
        assert_eq!(swapped(date("1988-03-03")), None);
    }

    #[test]
    fn one_subscriber_has_several_spellings() {
        assert!(same_phone("06 39 98 00 01", "+33639980001"));
        assert!(!same_phone("06 39 98 00 02", "+33639980001"));
        assert!(!same_phone("15", "15"));
    }
}
