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
    let written = civil.get(..10).unwrap_or(civil);
    let Some((year, month, day)) = parts(written) else { return civil.to_owned() };
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

/// A delay from now: `dans l'heure`, `dans les 24 heures`.
pub(crate) fn within(minutes: u32) -> String {
    match minutes {
        0 | 1 => "dans la minute".to_owned(),
        2..60 => format!("dans les {minutes} minutes"),
        60 => "dans l'heure".to_owned(),
        61..2880 => format!("dans les {} heures", minutes.div_ceil(60)),
        _ => format!("dans les {} jours", minutes.div_ceil(1440)),
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
    fn delays_are_rounded_up() {
        assert_eq!(within(0), "dans la minute");
        assert_eq!(within(30), "dans les 30 minutes");
        assert_eq!(within(60), "dans l'heure");
        assert_eq!(within(61), "dans les 2 heures");
        assert_eq!(within(1440), "dans les 24 heures");
        assert_eq!(within(2881), "dans les 3 jours");
    }
}
