//! One agenda at the vendor, for one call.

use greffon_sdk::agenda::{Error, Instant, Request, Result, Span};
use greffon_sdk::{calendar, settings as host};

use super::vendor;
use crate::api::client::Client;
use crate::api::failure::Failure;
use crate::api::list::List;
use crate::api::wire::{Entry, Item as _};
use crate::settings::{AgendaSetting, Settings};
use crate::time::{LAST_INSTANT, text};

/// How far around a time entries are read, in milliseconds: what overlaps it, and its day.
const AROUND_MS: i64 = 12 * 3_600_000;

/// Longest visit, in milliseconds: a day.
const LONGEST_MS: i64 = 86_400_000;

/// One agenda.
pub struct Place<'a> {
    /// Its id in the practice.
    pub id: &'a str,
    /// What the settings say of it.
    pub setting: &'a AgendaSetting,
    /// All settings.
    pub settings: &'a Settings,
    /// The vendor's interface.
    pub client: &'a Client,
    /// Which greffon this is.
    pub installation: String,
    /// The instant of this call.
    pub now: Instant,
}

impl<'a> Place<'a> {
    /// The agenda of an id. None: the settings do not name it.
    pub fn of(id: &'a str, settings: &'a Settings, client: &'a Client) -> Option<Self> {
        let setting = settings.agendas.get(id)?;
        Some(Self { id, setting, settings, client, installation: host::installation(), now: calendar::now() })
    }

    /// The agenda of a request.
    ///
    /// # Errors
    /// `Invalid` with the line to add to the settings.
    pub fn named(id: &'a str, settings: &'a Settings, client: &'a Client) -> Result<Self> {
        Self::of(id, settings, client).ok_or_else(|| vendor::unmapped_agenda(client, id))
    }

    /// Its zone.
    pub fn zone(&self) -> &'a str {
        self.settings.zone_of(self.setting)
    }

    /// The vendor's number of a motive.
    ///
    /// # Errors
    /// `Invalid` with the line to add to the settings.
    pub fn motive(&self, id: &str) -> Result<u64> {
        let mapped = self.settings.motives_of(self.setting).get(id).copied();
        mapped.ok_or_else(|| vendor::unmapped_motive(self.client, self.setting.vendor_id, id))
    }

    /// From when on the vendor's lists show what was sent at an instant, or nothing does.
    pub fn shown_from(&self, sent: Instant) -> Instant {
        sent.saturating_add(i64::from(self.settings.list_lag_s) * 1_000)
    }

    /// What takes time in a window of at most 366 days.
    pub fn entries(&self, window: Span) -> std::result::Result<List<Entry>, Failure> {
        let (from, to) = (text(window.start.max(0)), text(window.end.min(LAST_INSTANT)));
        let vendor = self.setting.vendor_id;
        let mut list = List::read(self.client, &format!("/v1/appointments?agenda_id={vendor}&from={from}&to={to}"))?;
        list.items.retain(|entry: &Entry| entry.agenda == vendor && entry.takes(window));
        Ok(list)
    }

    /// What was changed since an instant, cancelled entries too.
    pub fn changed_since(&self, at: Instant) -> std::result::Result<List<Entry>, Failure> {
        let vendor = self.setting.vendor_id;
        let since = text(at.clamp(0, LAST_INSTANT));
        let path = format!("/v1/appointments?agenda_id={vendor}&updated_since={since}");
        let mut list: List<Entry> = List::read(self.client, &path)?;
        list.items.retain(|entry| entry.agenda == vendor);
        Ok(list)
    }

    /// One entry of this agenda as it is now. None: there is none of this number.
    pub fn entry(&self, id: u64) -> std::result::Result<Option<Entry>, Failure> {
        Ok(entry(self.client, id)?.filter(|entry| entry.agenda == self.setting.vendor_id))
    }
}

/// One entry of any agenda as it is now. None: there is none of this number.
pub fn entry(client: &Client, id: u64) -> std::result::Result<Option<Entry>, Failure> {
    let Some(found) = client.find(&format!("/v1/appointments/{id}"))? else { return Ok(None) };
    let found = Entry::read(&found).filter(|entry| entry.id == id);
    found.map(Some).ok_or(Failure::Garbage("an appointment"))
}

/// The time around a period in which the vendor is asked what stands there.
pub fn around(period: Span) -> Span {
    Span { start: (period.start - AROUND_MS).max(0), end: (period.end + AROUND_MS).min(LAST_INSTANT) }
}

/// Refuses what is no time of a visit.
///
/// # Errors
/// `Invalid`.
pub fn checked_time(what: &Request) -> Result<Span> {
    let wrong = |why: &str| Err(Error::Invalid(("span".to_owned(), why.to_owned())));
    let Span { start, end } = what.span;
    if start >= end {
        return wrong("empty or reversed");
    }
    if start < 0 || end > LAST_INSTANT {
        return wrong("outside the years 1970 to 9998");
    }
    if end - start > LONGEST_MS {
        return wrong("longer than a day");
    }
    Ok(what.span)
}

/// A window to read, and whether that is all of it.
///
/// # Errors
/// `Invalid` for one that is empty.
pub fn checked_window(window: Span, longest_ms: i64) -> Result<(Span, bool)> {
    let start = window.start.clamp(0, LAST_INSTANT);
    let end = window.end.min(LAST_INSTANT).min(start.saturating_add(longest_ms));
    if start >= end {
        return Err(Error::Invalid(("window".to_owned(), "empty or reversed".to_owned())));
    }
    let read = Span { start, end };
    Ok((read, read.start == window.start && read.end == window.end))
}
