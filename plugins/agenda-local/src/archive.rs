//! Keys of the space, pages of appointments, and where past appointments go.
//!
//! | key | what |
//! | --- | --- |
//! | `register/<agenda>` | the register |
//! | `page/<agenda>/<op>/<number>` | the page of one appointment of the register |
//! | `past/<agenda>/<YYYY-MM>` | appointments that ended in that month (UTC), with their pages |

use greffon_sdk::keyvalue::{Error, Update};

use crate::item::Entry;
use crate::page::Page;
use crate::register::{FORMAT, Register};
use crate::space::Space;

/// How long an appointment stays in the register after its end.
const STAYS_MS: i64 = 14 * DAY_MS;

/// Least time between two sweeps of one agenda.
const SWEEP_EVERY_MS: i64 = DAY_MS / 2;

/// Most appointments put away in one call, so that no call becomes slow.
const SWEEP_AT_MOST: usize = 40;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An appointment that is put away.
type Past = (Entry, Option<Page>);

/// Key of the register of an agenda.
pub fn register_key(agenda: &str) -> String {
    format!("register/{agenda}")
}

fn page_key(agenda: &str, op: &str, number: u64) -> String {
    format!("page/{agenda}/{op}/{number}")
}

fn past_key(agenda: &str, month: Month) -> String {
    format!("past/{agenda}/{:04}-{:02}", month.0.div_euclid(12), month.0.rem_euclid(12) + 1)
}

/// A month, counted from the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Month(i64);

impl Month {
    /// The month (UTC) of an instant. Days to civil date in the proleptic Gregorian calendar, whose pattern repeats
    /// every 146,097 days; years are counted from March, so that the leap day is the last one.
    fn of(instant: i64) -> Self {
        let days = instant.div_euclid(DAY_MS) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        Self((era * 400 + year_of_era) * 12 + month_from_march + 2)
    }
}

/// Writes the page of an appointment.
pub fn write_page<S: Space>(space: &S, agenda: &str, op: &str, number: u64, page: &Page) -> Result<(), Error> {
    space.set(&page_key(agenda, op, number), page)
}

/// Reads the page of an appointment. None when it is gone or not readable.
pub fn read_page<S: Space>(space: &S, agenda: &str, op: &str, number: u64) -> Result<Option<Page>, Error> {
    match space.get(&page_key(agenda, op, number)) {
        Err(Error::Unreadable { .. }) => Ok(None),
        other => other,
    }
}

/// Removes the page of an appointment.
pub fn delete_page<S: Space>(space: &S, agenda: &str, op: &str, number: u64) -> Result<(), Error> {
    space.delete(&page_key(agenda, op, number))
}

/// Appointments put away that ended in the month of `end`.
pub fn past_of<S: Space>(space: &S, agenda: &str, end: i64) -> Result<Vec<Past>, Error> {
    Ok(space.get(&past_key(agenda, Month::of(end)))?.unwrap_or_default())
}

/// Puts appointments away that ended long ago, and removes months that the practice no longer keeps. Called after a
/// write, with the time of the last sweep; does nothing when that is not long ago. What fails is done next time: an
/// appointment leaves the register only after it was put away.
pub fn sweep<S: Space>(space: &S, agenda: &str, swept_at: i64, keep_months: u32, now: i64) {
    if now.saturating_sub(swept_at) >= SWEEP_EVERY_MS {
        // The write that this follows is done, whatever comes of the sweep.
        let _ = put_away(space, agenda, keep_months, now);
    }
}

fn put_away<S: Space>(space: &S, agenda: &str, keep_months: u32, now: i64) -> Result<(), Error> {
    let limit = now.saturating_sub(STAYS_MS);
    let Some(register) = space.get::<Register>(&register_key(agenda))?.filter(|register| register.format == FORMAT)
    else {
        return Ok(());
    };
    let ended: Vec<&Entry> = register.ended_before(limit, SWEEP_AT_MOST).collect();
    let mut months: Vec<(Month, Vec<Past>)> = Vec::new();
    for entry in &ended {
        let past = ((*entry).clone(), read_page(space, agenda, entry.id(), entry.page)?);
        let month = Month::of(entry.place.period.end);
        match months.iter_mut().find(|(known, _)| *known == month) {
            Some((_, entries)) => entries.push(past),
            None => months.push((month, vec![past])),
        }
    }
    for (month, entries) in months {
        space.update(&past_key(agenda, month), |before: Option<Vec<Past>>| {
            let mut all = before.unwrap_or_default();
            all.retain(|(known, _)| entries.iter().all(|(entry, _)| entry.id() != known.id()));
            all.extend(entries.iter().cloned());
            Ok::<_, Error>(Update::Write(all, ()))
        })?;
    }
    let left = space.update(&register_key(agenda), |current: Option<Register>| {
        let mut register = current.unwrap_or_default();
        // What changed since it was read stays until the next sweep.
        let leaving: Vec<&Entry> = ended.iter().copied().filter(|entry| register.entries.contains(entry)).collect();
        register.put_away(&leaving, limit);
        if ended.len() < SWEEP_AT_MOST {
            register.swept_at = now;
        }
        Ok::<_, Error>(Update::Write(register, leaving))
    })?;
    for entry in left {
        delete_page(space, agenda, entry.id(), entry.page)?;
    }
    let oldest_kept = Month::of(now).0 - i64::from(keep_months);
    for month in (oldest_kept - 3)..oldest_kept {
        space.delete(&past_key(agenda, Month(month)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        for (instant, key) in [
            (0, "past/a/1970-01"),
            (-1, "past/a/1969-12"),
            (951_782_400_000, "past/a/2000-02"),
            (951_868_799_999, "past/a/2000-02"),
            (951_868_800_000, "past/a/2000-03"),
            (1_798_761_599_999, "past/a/2026-12"),
            (1_798_761_600_000, "past/a/2027-01"),
        ] {
            assert_eq!(past_key("a", Month::of(instant)), key, "{instant}");
        }
    }
}
