//! Dates, times, delays and numbers, as they are said.

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

/// `2026-11-24T09:30…` as `mardi 24 novembre 2026`. What is no date stays as it is.
pub(crate) fn date(civil: &str) -> String {
    let Some((year, month, day)) = parts(written_day(civil)) else { return civil.to_owned() };
    format!("{} {}", DAYS[weekday(year, month, day)], day_month_year(year, month, day))
}

/// `2026-11-24T09:30…` as `9 h 30`. Nothing for what has no time.
pub(crate) fn time(civil: &str) -> String {
    let parts = civil.get(11..13).zip(civil.get(13..14)).zip(civil.get(14..16));
    match parts {
        Some(((hour, ":"), minute)) => {
            let hour = hour.strip_prefix('0').unwrap_or(hour);
            if minute == "00" { format!("{hour} h") } else { format!("{hour} h {minute}") }
        }
        _ => String::new(),
    }
}

/// A date of birth, known in full or in part, without its weekday.
pub(crate) fn birth_date(written: &str) -> String {
    if let Some((year, month, day)) = parts(written) {
        return day_month_year(year, month, day);
    }
    match written.split_once('-').map(|(year, month)| (year, month.parse::<usize>())) {
        Some((year, Ok(month @ 1..=12))) => format!("{} {year}", MONTHS[month - 1]),
        _ => written.to_owned(),
    }
}

/// A phone number in pairs: `+33199000001` as `01 99 00 00 01`.
pub(crate) fn phone(number: &str) -> String {
    let national = match number.strip_prefix("+33") {
        Some(rest) if rest.len() == 9 && rest.bytes().all(|byte| byte.is_ascii_digit()) => format!("0{rest}"),
        _ => return number.to_owned(),
    };
    let pairs: Vec<&str> = (0..5).map(|pair| &national[2 * pair..2 * pair + 2]).collect();
    pairs.join(" ")
}

/// When something is, as one says it on a given day: `aujourd'hui à 10 h`, `demain mardi à
/// 9 h`, `mardi 24 novembre à 9 h 30`; the year where it is another one.
pub(crate) fn when(civil: &str, now: &str) -> String {
    match time(civil) {
        time if time.is_empty() => day(civil, now),
        time => format!("{} à {time}", day(civil, now)),
    }
}

/// Until when something is promised: `aujourd'hui avant 18 h`, `avant mardi 24 novembre à
/// 9 h`. Nothing for what cannot be read.
pub(crate) fn by(civil: &str, now: &str) -> String {
    let time = time(civil);
    match days_ahead(civil, now) {
        None => String::new(),
        Some(0 | 1) => format!("{} avant {time}", day(civil, now)),
        Some(_) => format!("avant {}", when(civil, now)),
    }
}

/// Between which hours something is promised: `aujourd'hui entre 12 h et 13 h`, `mardi 24
/// novembre entre 22 h et minuit`.
pub(crate) fn between(start: &str, end: &str, now: &str) -> String {
    let end = match written_day(start) == written_day(end) {
        true => time(end),
        false => "minuit".to_owned(),
    };
    format!("{} entre {} et {end}", day(start, now), time(start))
}

fn day(civil: &str, now: &str) -> String {
    match (days_ahead(civil, now), parts(written_day(civil))) {
        (Some(0), _) => "aujourd'hui".to_owned(),
        (Some(1), Some((year, month, day))) => format!("demain {}", DAYS[weekday(year, month, day)]),
        (Some(_), Some((year, month, day))) if now.starts_with(&format!("{year:04}")) => {
            let written = day_month_year(year, month, day);
            format!("{} {}", DAYS[weekday(year, month, day)], written.trim_end_matches(&format!(" {year}")))
        }
        _ => date(civil),
    }
}

/// Days from one civil time to another.
fn days_ahead(civil: &str, now: &str) -> Option<i64> {
    let number = |civil: &str| {
        let (year, month, day) = parts(written_day(civil))?;
        let month = i64::try_from(month).ok()?;
        // Days since 1 March of the year 0, in the Gregorian calendar.
        let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
        Some(365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day)
    };
    Some(number(civil)? - number(now)?)
}

/// Whether somebody born then is younger than 18; a year alone counts from its end.
pub(crate) fn is_child(born: &str, now: &str) -> bool {
    let (Some(year), Some(day)) = (born.get(..4), now.get(..10)) else { return false };
    let Ok(year) = year.parse::<i64>() else { return false };
    let of_age =
        format!("{:04}{}", year.saturating_add(18), born.get(4..).filter(|rest| rest.len() == 6).unwrap_or("-12-31"));
    *day < *of_age
}

fn written_day(civil: &str) -> &str {
    civil.get(..10).unwrap_or(civil)
}

/// A place that is named after somebody: `Cabinet du Dr Morel` is `Cabinet du docteur
/// Morel`.
pub(crate) fn place(name: &str) -> String {
    name.replace(" Dr ", " docteur ")
}

/// A practitioner, as it is said: `Dr Claire Martin` is `le docteur Claire Martin`.
pub(crate) fn person(name: &str) -> String {
    let titles = [("Dr ", "le docteur "), ("Pr ", "le professeur "), ("M. ", "monsieur "), ("Mme ", "madame ")];
    titles
        .iter()
        .find_map(|(written, said)| Some(format!("{said}{}", name.strip_prefix(written)?)))
        .unwrap_or_else(|| name.to_owned())
}

/// A list as it is said: `la carte Vitale et l'ordonnance`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} et {last}", first.join(", ")),
    }
}

/// A label in the middle of a sentence: its first letter small, unless it is a name's or
/// an abbreviation's.
pub(crate) fn inside(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(letters).collect(),
        _ => label.to_owned(),
    }
}

fn day_month_year(year: i64, month: usize, day: i64) -> String {
    let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
    format!("{day} {} {year}", MONTHS[month - 1])
}

fn parts(written: &str) -> Option<(i64, usize, i64)> {
    let mut parts = written.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), day.len()) != (4, 2, 2) || parts.next().is_some() {
        return None;
    }
    let (year, month, day) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day) && year > 0).then_some((year, month, day))
}

/// Days since Monday (Zeller's congruence, Gregorian calendar).
fn weekday(year: i64, month: usize, day: i64) -> usize {
    let month = month as i64;
    let (year, month) = if month < 3 { (year - 1, month + 12) } else { (year, month) };
    let since_saturday = day + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400;
    ((since_saturday + 5).rem_euclid(7)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_said_with_their_weekday() {
        assert_eq!(date("2026-11-24T09:30"), "mardi 24 novembre 2026");
        assert_eq!(date("2026-09-01T00:00:00"), "mardi 1er septembre 2026");
        assert_eq!(date("2000-02-29"), "mardi 29 février 2000");
        assert_eq!(date("demain"), "demain");
        assert_eq!(date("né à é"), "né à é");
    }

    #[test]
    fn times_are_said_in_hours() {
        assert_eq!(time("2026-11-24T09:30"), "9 h 30");
        assert_eq!(time("2026-11-24T14:00:00"), "14 h");
        assert_eq!(time("2026-11-24T00:05"), "0 h 05");
        assert_eq!(time("2026-11-24"), "");
    }

    #[test]
    fn birth_dates_may_be_known_in_part() {
        assert_eq!(birth_date("1958-04-30"), "30 avril 1958");
        assert_eq!(birth_date("1958-04"), "avril 1958");
        assert_eq!(birth_date("1958"), "1958");
        assert_eq!(birth_date("1958-13"), "1958-13");
    }

    #[test]
    fn french_numbers_are_read_in_pairs() {
        assert_eq!(phone("+33199000001"), "01 99 00 00 01");
        assert_eq!(phone("+41220000000"), "+41220000000");
        assert_eq!(phone("15"), "15");
    }

    #[test]
    fn today_and_tomorrow_are_said_as_such() {
        let now = "2026-11-23T08:00:00";
        assert_eq!(when("2026-11-23T10:00", now), "aujourd'hui à 10 h");
        assert_eq!(when("2026-11-24T09:30", now), "demain mardi à 9 h 30");
        assert_eq!(when("2026-12-01T09:30", now), "mardi 1er décembre à 9 h 30");
        assert_eq!(when("2027-01-05T14:00", now), "mardi 5 janvier 2027 à 14 h");
        assert_eq!(when("2026-12-31", "2026-12-30T10:00"), "demain jeudi");
        assert_eq!(by("2026-11-23T18:00", now), "aujourd'hui avant 18 h");
        assert_eq!(by("2026-11-24T09:00", now), "demain mardi avant 9 h");
        assert_eq!(by("2026-11-26T09:00", now), "avant jeudi 26 novembre à 9 h");
        assert_eq!(by("2027-01-01T09:00", "2026-12-31T20:00"), "demain vendredi avant 9 h");
        assert_eq!(by("", now), "");
        let today = ("2026-11-23T12:00", "2026-11-23T13:00");
        assert_eq!(between(today.0, today.1, now), "aujourd'hui entre 12 h et 13 h");
        assert_eq!(between("2026-11-24T12:15", "2026-11-24T13:00", now), "demain mardi entre 12 h 15 et 13 h");
        let late = ("2026-11-26T22:00", "2026-11-27T00:00");
        assert_eq!(between(late.0, late.1, now), "jeudi 26 novembre entre 22 h et minuit");
    }

    #[test]
    fn a_child_is_younger_than_eighteen() {
        let now = "2026-11-23T08:00:00";
        for (born, child) in
            [("2008-11-24", true), ("2008-11-23", false), ("2008", true), ("2007", false), ("x", false), ("", false)]
        {
            assert_eq!(is_child(born, now), child, "{born}");
        }
    }

    #[test]
    fn people_and_lists_are_said_as_one_says_them() {
        assert_eq!(person("Dr Claire Martin"), "le docteur Claire Martin");
        assert_eq!(person("Mme Gaëlle Kermadec"), "madame Gaëlle Kermadec");
        assert_eq!(person("Drissa Traoré"), "Drissa Traoré");
        assert_eq!(place("Cabinet du Dr Morel"), "Cabinet du docteur Morel");
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!((list(&items), list(&items[..1]), list(&[])), ("a, b et c".into(), "a".into(), String::new()));
        assert_eq!(inside("Consultation de suivi"), "consultation de suivi");
        assert_eq!(inside("ECG de repos"), "ECG de repos");
    }
}
