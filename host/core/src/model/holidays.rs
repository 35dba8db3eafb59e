//! Days on which nobody answers at a site, whatever its week says: public holidays of its
//! territory, and days of its own.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Which public holidays hold at a place in France.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Territory {
    /// None: the site is open whenever its week says so.
    #[default]
    None,
    /// Code du travail, L3133-1.
    France,
    /// The same with Good Friday and 26 December (L3134-13).
    AlsaceMoselle,
    /// With 27 May, the abolition of slavery (L3422-2; so are those below).
    Guadeloupe,
    /// With 10 June.
    Guyane,
    /// With 22 May.
    Martinique,
    /// With 20 December.
    Reunion,
    /// With 27 April.
    Mayotte,
    /// With 9 October.
    SaintBarthelemy,
    /// With 28 May.
    SaintMartin,
}

/// Month and day of the holidays that every territory has.
const FIXED: [(i8, i8); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];

/// Easter Monday, Ascension and Whit Monday, in days after Easter.
const AFTER_EASTER: [i64; 3] = [1, 39, 50];

impl Territory {
    /// That of a time zone, as far as it says: all of metropolitan France has one zone, so
    /// Alsace and Moselle must be named. A zone outside France has none.
    #[must_use]
    pub fn of_zone(name: &str) -> Self {
        match name {
            "Europe/Paris" => Self::France,
            "America/Guadeloupe" => Self::Guadeloupe,
            "America/Cayenne" => Self::Guyane,
            "America/Martinique" => Self::Martinique,
            "Indian/Reunion" => Self::Reunion,
            "Indian/Mayotte" => Self::Mayotte,
            "America/St_Barthelemy" => Self::SaintBarthelemy,
            "America/Marigot" => Self::SaintMartin,
            _ => Self::None,
        }
    }

    /// Whether a day is a public holiday.
    #[must_use]
    pub fn is_holiday(self, day: Date) -> bool {
        let on = |(month, date): (i8, i8)| day.month() == month && day.day() == date;
        let after_easter =
            |days: i64| easter(day.year()).and_then(|easter| easter.checked_add(days.days()).ok()) == Some(day);
        let own = match self {
            Self::None => return false,
            Self::France => false,
            Self::AlsaceMoselle => on((12, 26)) || after_easter(-2),
            Self::Guadeloupe => on((5, 27)),
            Self::Guyane => on((6, 10)),
            Self::Martinique => on((5, 22)),
            Self::Reunion => on((12, 20)),
            Self::Mayotte => on((4, 27)),
            Self::SaintBarthelemy => on((10, 9)),
            Self::SaintMartin => on((5, 28)),
        };
        own || FIXED.into_iter().any(on) || AFTER_EASTER.into_iter().any(after_easter)
    }
}

/// When a site is closed although its week says that it is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closures {
    /// Whose public holidays it keeps.
    pub holidays: Territory,
    /// Days of its own: holidays of the team, a bridge.
    pub days: Vec<Date>,
}

impl Closures {
    /// Whether the site is closed all this day.
    #[must_use]
    pub fn hold(&self, day: Date) -> bool {
        self.holidays.is_holiday(day) || self.days.contains(&day)
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
fn easter(year: i16) -> Option<Date> {
    let year_i = i32::from(year);
    let golden = year_i % 19;
    let (century, of_century) = (year_i / 100, year_i % 100);
    let leap_shift = (century - (century + 8) / 25 + 1) / 3;
    let moon = (19 * golden + century - century / 4 - leap_shift + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let correction = (golden + 11 * moon + 22 * weekday) / 451;
    let months = moon + weekday - 7 * correction + 114;
    Date::new(year, i8::try_from(months / 31).ok()?, i8::try_from(months % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn easter_is_where_the_calendar_has_it() {
        for day in [
            date(2000, 4, 23),
            date(2008, 3, 23),
            date(2024, 3, 31),
            date(2026, 4, 5),
            date(2027, 3, 28),
            date(2038, 4, 25),
        ] {
            assert_eq!(easter(day.year()), Some(day));
        }
    }

    #[test]
    fn a_year_has_eleven_holidays_and_each_territory_its_own() {
        let holidays = |territory: Territory| {
            let mut day = date(2026, 1, 1);
            let mut found = Vec::new();
            while day.year() == 2026 {
                if territory.is_holiday(day) {
                    found.push(day);
                }
                day = day.tomorrow().unwrap();
            }
            found
        };
        let france = holidays(Territory::France);
        assert_eq!(france.len(), 11);
        for day in [date(2026, 4, 6), date(2026, 5, 14), date(2026, 5, 25), date(2026, 12, 25)] {
            assert!(france.contains(&day), "{day}");
        }
        for (territory, own) in [
            (Territory::Guadeloupe, date(2026, 5, 27)),
            (Territory::Guyane, date(2026, 6, 10)),
            (Territory::Martinique, date(2026, 5, 22)),
            (Territory::Reunion, date(2026, 12, 20)),
            (Territory::Mayotte, date(2026, 4, 27)),
            (Territory::SaintBarthelemy, date(2026, 10, 9)),
            (Territory::SaintMartin, date(2026, 5, 28)),
        ] {
            assert!(holidays(territory).contains(&own) && !france.contains(&own), "{territory:?}");
            assert_eq!(holidays(territory).len(), 12, "{territory:?}");
        }
        let alsace = holidays(Territory::AlsaceMoselle);
        assert!(alsace.contains(&date(2026, 4, 3)) && alsace.contains(&date(2026, 12, 26)) && alsace.len() == 13);
        assert!(holidays(Territory::None).is_empty());
    }

    #[test]
    fn a_time_zone_names_its_territory() {
        assert_eq!(Territory::of_zone("Indian/Reunion"), Territory::Reunion);
        assert_eq!(Territory::of_zone("Europe/Brussels"), Territory::None);
    }
}
