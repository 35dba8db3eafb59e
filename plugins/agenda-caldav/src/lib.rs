//! greffon plugin `agenda-caldav`: agendas on a CalDAV server (RFC 4791).
//!
//! The server excludes nothing by itself: see [`work`] for how a booking never stands twice, and [`mirror`] for how the
//! plugin knows what is taken.

mod dav;
mod ical;
mod mirror;
mod settings;
mod work;

#[cfg(test)]
mod tests;

use std::time::Duration;

use greffon_sdk::agenda::{
    Agenda, AgendaId, AgendaInfo, Appointment, AppointmentId, ByWhom, Caps, Delta, Descriptor, Error, Found, Hold,
    Instant, OpId, Probed, Request, Result, SlotPage, SlotQuery, Span, Version,
};
use greffon_sdk::keyvalue::Bucket;
use greffon_sdk::{calendar, export_agenda, log};
use serde::{Deserialize, Serialize};

use crate::dav::client::Client;
use crate::dav::discovery;
use crate::dav::place::{Server, canonical};
use crate::dav::xml::Ns;
use crate::settings::Settings;
use crate::work::{Calendar, find_slots};

/// The bucket of the plugin's space that holds everything.
const BUCKET: &str = "caldav";

/// Key of the calendars that were found on the server.
const FOUND: &str = "found";

/// How long a calendar that was found is taken to stay where it is, in milliseconds.
const FOUND_MS: i64 = 24 * 60 * 60 * 1000;

/// How long each part of a request may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The calendars of one practice.
struct CalDav {
    settings: Settings,
    client: Client,
}

/// Calendars that were found on the server.
#[derive(Serialize, Deserialize)]
struct FoundCalendars {
    origin: String,
    at: Instant,
    /// (path, name).
    calendars: Vec<(String, String)>,
}

impl CalDav {
    /// Does a work on one calendar, and keeps what was learnt of it, also when the work failed.
    fn with<T>(&self, agenda: &str, work: impl FnOnce(&mut Calendar<'_>) -> Result<T>) -> Result<T> {
        let bucket = Bucket::open(BUCKET).map_err(|error| Error::read_failed(&error))?;
        let now = calendar::now();
        let (collection, found) = self.place(agenda, &bucket, now)?;
        let mut calendar = Calendar::open(&self.settings, agenda, &self.client, &bucket, collection, now)?;
        let result = work(&mut calendar);
        if found && matches!(result, Err(Error::NotFound)) {
            // It may have been moved: look for it again next time.
            let _ = bucket.delete(FOUND);
        }
        calendar.close();
        result
    }

    /// Path of a calendar, and whether it was found rather than written in the settings.
    fn place(&self, agenda: &str, bucket: &Bucket, now: Instant) -> Result<(String, bool)> {
        let details = self.settings.calendars.get(agenda).ok_or(Error::NotFound)?.details();
        let key = format!("settings/calendars/{agenda}");
        if let Some(path) = &details.path {
            let path = self.client.server.path(path).ok_or_else(|| {
                Error::Invalid((key, "write a path of the server of base-url, such as /cabinet/agenda/".to_owned()))
            })?;
            return Ok((if path.ends_with('/') { path } else { path + "/" }, false));
        }
        let name = details.name.as_deref().unwrap_or(agenda);
        let calendars = self.calendars(bucket, now)?;
        let called: Vec<&discovery::Calendar> = calendars.iter().filter(|calendar| calendar.is_called(name)).collect();
        match called.as_slice() {
            [one] => Ok((one.path.clone(), true)),
            [] => {
                let known =
                    calendars.iter().map(|calendar| calendar.path.as_str()).take(20).collect::<Vec<_>>().join(", ");
                Err(Error::Invalid((key, format!("the server has no calendar \"{name}\"; it has: {known}"))))
            }
            several => {
                let paths =
                    several.iter().map(|calendar| calendar.path.as_str()).take(20).collect::<Vec<_>>().join(", ");
                Err(Error::Invalid((key, format!("several calendars are called \"{name}\": write one of {paths}"))))
            }
        }
    }

    /// The URL of a calendar as the server itself names it, so that one calendar has one identity whoever names it.
    fn identity(&self, agenda: &str, bucket: &Bucket, now: Instant) -> Result<String> {
        let (path, _) = self.place(agenda, bucket, now)?;
        let own = discovery::own_path(&self.client, &path).map_err(|failure| failure.of_read())?;
        Ok(self.client.server.url(&own))
    }

    fn calendars(&self, bucket: &Bucket, now: Instant) -> Result<Vec<discovery::Calendar>> {
        let origin = &self.client.server.origin;
        let known = bucket.get::<FoundCalendars>(FOUND).ok().flatten();
        let fresh = known.filter(|known| known.origin == *origin && (0..FOUND_MS).contains(&(now - known.at)));
        if let Some(known) = fresh {
            let calendars = known
                .calendars
                .into_iter()
                .filter_map(|(path, name)| canonical(&path).map(|path| discovery::Calendar { path, name }));
            return Ok(calendars.collect());
        }
        let calendars = discovery::calendars(&self.client).map_err(|failure| match failure.of_read() {
            Error::NotFound => Error::Unavailable("the server shows no calendars: write their paths".to_owned()),
            other => other,
        })?;
        let pairs = calendars.iter().map(|calendar| (calendar.path.clone(), calendar.name.clone())).collect();
        // Not to remember costs a few requests.
        let _ = bucket.set(FOUND, &FoundCalendars { origin: origin.clone(), at: now, calendars: pairs });
        Ok(calendars)
    }
}

/// The agenda of an id that this plugin made.
fn agenda_of(id: &str) -> Result<&str> {
    id.rsplit_once('/').map(|(agenda, _)| agenda).ok_or(Error::NotFound)
}

/// Name and version of the first product of a `Server` header (RFC 9110 §10.2.4).
fn software(header: Option<&str>) -> (Option<String>, Option<String>) {
    let first = header.and_then(|header| header.split_whitespace().next()).filter(|product| product.len() <= 100);
    match first.map(|product| product.split_once('/').map_or((product, None), |(name, version)| (name, Some(version))))
    {
        Some((name, version)) => (Some(name.to_owned()), version.map(str::to_owned)),
        None => (None, None),
    }
}

impl Agenda for CalDav {
    type Settings = Settings;

    fn new(settings: Settings) -> Result<Self> {
        let wrong = |key: &str, why: &str| Error::Invalid((format!("settings/{key}"), why.to_owned()));
        let server = Server::parse(&settings.base_url).map_err(|why| wrong("base-url", why))?;
        if settings.calendars.is_empty() {
            return Err(wrong("calendars", "name at least one calendar"));
        }
        Ok(Self { settings, client: Client { server, timeout: PATIENCE } })
    }

    fn describe(&self) -> Descriptor {
        Descriptor {
            name: "CalDAV".to_owned(),
            standard: "CalDAV (RFC 4791)".to_owned(),
            caps: Caps::IDEMPOTENT_CREATE
                | Caps::CONDITIONAL_WRITE
                | Caps::DELTA
                | Caps::MOVES
                | Caps::ABSENCES
                | Caps::TAKES_OVER,
            max_lookback_s: u32::try_from(mirror::REACH_MS / 1000).unwrap_or(u32::MAX),
            // At rest a poll is one small request.
            min_poll_s: 5,
            calls_per_min: None,
            write_timeout_ms: self.settings.write_timeout_ms,
        }
    }

    fn probe(&self) -> Result<Probed> {
        let (mut clock, mut product, mut version) = (None, None, None);
        for agenda in self.settings.calendars.keys() {
            self.with(agenda, |calendar| {
                let found = calendar.client.properties(&calendar.collection, 0, "<D:resourcetype/>");
                let (found, response) = found.map_err(|failure| failure.of_read())?;
                clock = response.header("date").and_then(dav::date::instant);
                (product, version) = software(response.header("server"));
                let is_calendar = found.responses.iter().any(|part| {
                    let kind = part.prop(Ns::Dav, "resourcetype");
                    kind.is_some_and(|kind| kind.child(Ns::CalDav, "calendar").is_some())
                });
                if is_calendar {
                    return Ok(());
                }
                let key = format!("settings/calendars/{agenda}");
                Err(Error::Invalid((key, format!("there is no calendar at {}", calendar.collection))))
            })?;
        }
        Ok(Probed { clock: clock.unwrap_or_else(calendar::now), product, version })
    }

    fn agendas(&self) -> Result<Vec<AgendaInfo>> {
        let bucket = Bucket::open(BUCKET).map_err(|error| Error::read_failed(&error))?;
        let now = calendar::now();
        let mut agendas = self.settings.describe_agendas();
        for agenda in &mut agendas {
            agenda.identity = self.identity(&agenda.id, &bucket, now).ok();
            if agenda.identity.is_none() {
                log::warn("calendar-not-identified", &[]);
            }
        }
        Ok(agendas)
    }

    fn find_slots(&self, query: &SlotQuery) -> Result<SlotPage> {
        find_slots(query, calendar::now(), |agenda, work| self.with(agenda, work))
    }

    fn changes(&self, of: &AgendaId, cursor: Option<&str>, window: Span, limit: u32) -> Result<Delta> {
        self.with(of, |calendar| calendar.changes(cursor, window, limit))
    }

    fn release_hold(&self, _op: &OpId, _token: &str) -> Result<()> {
        // There are no holds, so every hold is gone.
        Ok(())
    }

    fn book(&self, op: &OpId, what: &Request, _held: Option<&Hold>) -> Result<Appointment> {
        self.with(&what.agenda, |calendar| calendar.book(op, what))
    }

    fn look_up(&self, op: &OpId, what: &Request) -> Result<Found> {
        self.with(&what.agenda, |calendar| calendar.look_up(op, what))
    }

    fn move_to(&self, op: &OpId, id: &AppointmentId, expected: Option<&Version>, to: &Request) -> Result<Appointment> {
        self.with(agenda_of(id)?, |calendar| calendar.move_to(op, id, expected.map(String::as_str), to))
    }

    fn cancel(
        &self,
        op: &OpId,
        id: &AppointmentId,
        expected: Option<&Version>,
        _by: ByWhom,
        _reason: &str,
    ) -> Result<Appointment> {
        self.with(agenda_of(id)?, |calendar| calendar.cancel(op, id, expected.map(String::as_str)))
    }

    fn block(&self, op: &OpId, of: &AgendaId, over: Span, label: &str) -> Result<String> {
        self.with(of, |calendar| calendar.block(op, over, label))
    }

    fn unblock(&self, _op: &OpId, block_id: &str) -> Result<()> {
        self.with(agenda_of(block_id)?, |calendar| calendar.unblock(block_id))
    }
}

export_agenda!(CalDav);
