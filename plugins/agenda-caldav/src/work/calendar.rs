//! One calendar, opened for one call: its place on the server and its mirror.

use greffon_sdk::agenda::{Error, Span};
use greffon_sdk::keyvalue::Bucket;

use super::told;
use crate::dav::client::Client;
use crate::dav::failure::Failure;
use crate::ical::zone::Zones;
use crate::mirror::object::{Mark, Period};
use crate::mirror::refresh::Refresh;
use crate::mirror::view::Busy;
use crate::mirror::{Mirror, Store, inbox};
use crate::settings::Settings;

/// Longest booking or absence, in milliseconds: a year.
const LONGEST_MS: i64 = 366 * 24 * 60 * 60 * 1000;

/// Widest window that is read, in milliseconds: three years.
const WIDEST_MS: i64 = 3 * LONGEST_MS;

/// Last instant of the year 9998: what RFC 5545 can write, with room for zones.
const LAST_INSTANT: i64 = 253_370_764_799_999;

/// One calendar.
pub struct Calendar<'a> {
    /// The practice's settings.
    pub settings: &'a Settings,
    /// The agenda's id.
    pub agenda: &'a str,
    /// The server.
    pub client: &'a Client,
    /// Path of the calendar, ending in a slash.
    pub collection: String,
    /// Its zones.
    pub zones: Zones,
    /// What is known of it.
    pub mirror: Mirror,
    /// The instant of this call.
    pub now: i64,
    store: Store<'a>,
}

impl<'a> Calendar<'a> {
    /// Opens a calendar. No network.
    pub fn open(
        settings: &'a Settings,
        agenda: &'a str,
        client: &'a Client,
        bucket: &'a Bucket,
        collection: String,
        now: i64,
    ) -> Result<Self, Error> {
        let details = settings.calendars.get(agenda).ok_or(Error::NotFound)?.details();
        let zone = details.zone.unwrap_or_else(|| settings.zone.clone());
        let source = format!("{} {zone}", client.server.url(&collection));
        let mut store = Store::new(bucket, agenda, source, now);
        let mirror = store.load().map_err(|error| Error::read_failed(&error))?;
        Ok(Self { settings, agenda, client, collection, zones: Zones::new(&zone), mirror, now, store })
    }

    /// Brings the mirror to the server's present state.
    pub fn refresh(&mut self) -> Result<(), Failure> {
        self.read(None)
    }

    fn read(&mut self, proof: Option<Period>) -> Result<(), Failure> {
        let Self { client, collection, zones, mirror, store, now, .. } = self;
        Refresh { client, collection, zones, proof }.run(mirror, |mirror| store.save(mirror))?;
        inbox::refresh(mirror, client, collection, zones, *now);
        Ok(())
    }

    /// As `refresh`, before a write into a period and for a comparison: everything must have been read.
    pub fn refresh_wholly(&mut self, proof: Option<Period>) -> Result<(), Error> {
        self.read(proof).map_err(|failure| failure.of_read())?;
        if self.mirror.has_unread() {
            return Err(Error::Unavailable(format!("calendar \"{}\" is still being read; ask again", self.agenda)));
        }
        Ok(())
    }

    /// As `refresh`, after a write into a period. The error is why that is not verified.
    pub fn reread(&mut self, period: Period) -> Result<(), &'static str> {
        self.read(Some(period)).map_err(|_| "the calendar could not be read again")?;
        if self.mirror.has_unread() { Err("others wrote more than could be read") } else { Ok(()) }
    }

    /// Stores what was learnt.
    pub fn close(mut self) {
        self.store.save(&mut self.mirror);
    }

    /// Path of an object.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.collection)
    }

    /// What is not free in a period, but for one object. `together`: patients of one group share the time, so that
    /// greffon's own bookings that begin with it are not in the way; whatever else stands there is.
    pub fn others(&self, period: Period, except: Option<&str>, together: bool) -> Vec<Busy<'_>> {
        let mut busy = self.mirror.view(period, except).busy;
        let joined = |other: &Busy<'_>| other.object.content.mark == Mark::Booking && other.period.0 == period.0;
        busy.retain(|other| !(together && joined(other)));
        busy
    }

    /// Why nothing may be written into a period. None: nothing is in the way.
    pub fn obstacle(&self, period: Period, except: Option<&str>, together: bool) -> Option<Error> {
        let others = self.others(period, except, together);
        if !others.is_empty() {
            return Some(told::taken(self.agenda, &others));
        }
        let unplaced = self.mirror.unplaced();
        (!unplaced.is_empty()).then(|| told::unplaced(&unplaced))
    }

    /// Name of a booking of this calendar, from its id.
    pub fn name_of<'i>(&self, id: &'i str) -> Result<&'i str, Error> {
        told::split(id).filter(|(agenda, _)| *agenda == self.agenda).map(|(_, name)| name).ok_or(Error::NotFound)
    }

    /// Refuses writes where the practice wants none.
    pub fn writable(&self) -> Result<(), Error> {
        if self.settings.read_only {
            return Err(Error::Denied("settings.read-only = true".to_owned()));
        }
        Ok(())
    }
}

/// A window to read, and whether that is all of it: endless series are not followed for ever.
pub fn checked_window(span: Span) -> Result<(Period, bool), Error> {
    let start = span.start.max(0);
    let window = Period(start, span.end.min(LAST_INSTANT).min(start.saturating_add(WIDEST_MS)));
    if window.0 >= window.1 {
        return Err(Error::Invalid(("window".to_owned(), "empty or reversed".to_owned())));
    }
    Ok((window, window == span.into()))
}

/// Refuses what is no period that a calendar can hold.
fn checked_period(field: &str, span: Span) -> Result<Period, Error> {
    let wrong = |why: &str| Err(Error::Invalid((field.to_owned(), why.to_owned())));
    if span.start >= span.end {
        return wrong("empty or reversed");
    }
    if span.start < 0 || span.end > LAST_INSTANT {
        return wrong("outside the years 1970 to 9998");
    }
    if span.end - span.start > LONGEST_MS {
        return wrong("longer than a year");
    }
    Ok(span.into())
}

/// As `checked_period`, for what is to be written: iCalendar has whole seconds.
pub fn checked_time(field: &str, span: Span) -> Result<Period, Error> {
    if span.start % 1000 != 0 || span.end % 1000 != 0 {
        return Err(Error::Invalid((field.to_owned(), "not in whole seconds".to_owned())));
    }
    checked_period(field, span)
}
