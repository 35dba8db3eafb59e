//! The requests that the plugin makes. Each either brings what it is for, or a `Failure`.

use std::time::Duration;

use greffon_sdk::calendar;
use greffon_sdk::http::{self, Request, Response};

use super::failure::Failure;
use super::multistatus::Multistatus;
use super::place::Server;
use super::xml::{Ns, escape};
use crate::mirror::object::{Content, Object};

/// What a write is conditional on.
#[derive(Clone, Copy, Debug)]
pub enum Condition<'a> {
    /// There is nothing at the path yet.
    Absent,
    /// Something is there.
    Present,
    /// This version is there (If-Match).
    Tag(&'a str),
    /// This version is there (If-Schedule-Tag-Match, RFC 6638 §8.3): answers of those who were invited do not count.
    Schedule(&'a str),
}

impl<'a> Condition<'a> {
    /// That the object is as it was told. Without any tag only that it is there can be asked.
    pub fn unchanged(etag: &'a str, schedule: Option<&'a str>) -> Self {
        match schedule {
            Some(tag) => Self::Schedule(tag),
            None if etag.is_empty() => Self::Present,
            None => Self::Tag(etag),
        }
    }

    fn header(self) -> (&'static str, &'a str) {
        match self {
            Self::Absent => ("if-none-match", "*"),
            Self::Present => ("if-match", "*"),
            Self::Tag(etag) => ("if-match", etag),
            Self::Schedule(tag) => ("if-schedule-tag-match", tag),
        }
    }
}

/// An object and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// Its version. Empty: the server tells none.
    pub etag: String,
    /// Its Schedule-Tag. None: it has none.
    pub schedule: Option<String>,
    /// Its bytes.
    pub body: Vec<u8>,
}

impl Got {
    /// What the next write must find there.
    pub fn condition(&self) -> Condition<'_> {
        Condition::unchanged(&self.etag, self.schedule.as_deref())
    }

    /// Whether its tag is weak, so that a strict server matches it with nothing (RFC 9110 §13.1.1).
    pub fn is_weak(&self) -> bool {
        self.schedule.is_none() && self.etag.starts_with("W/")
    }

    /// As an object of a mirror.
    pub fn object(&self, name: &str, stamp: String, content: Content) -> Object {
        let (etag, schedule) = (self.etag.clone(), self.schedule.clone());
        Object { name: name.to_owned(), read_etag: etag.clone(), etag, schedule, stamp, content }
    }
}

/// A CalDAV server.
pub struct Client {
    /// Where it is.
    pub server: Server,
    /// How long each part of a request may take.
    pub timeout: Duration,
}

/// How soon a request that never left must have failed to be sent again, in milliseconds.
const SOON_MS: i64 = 500;

const XML: &str = "application/xml; charset=utf-8";
const ICALENDAR: &str = "text/calendar; charset=utf-8";

impl Client {
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Response, Failure> {
        let mut request = Request::new(method, self.server.url(path)).timeout(self.timeout);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body);
        let begun = calendar::now();
        match request.clone().send() {
            // It certainly never left. Once more, unless the way there has eaten the time already.
            Err(http::Error::NotSent(_)) if calendar::now().saturating_sub(begun) < SOON_MS => request.send(),
            other => other,
        }
        .map_err(Failure::Http)
    }

    fn multistatus(
        &self,
        method: &str,
        path: &str,
        depth: &str,
        body: String,
    ) -> Result<(Multistatus, Response), Failure> {
        let response = self.send(method, path, &[("depth", depth), ("content-type", XML)], body.into_bytes())?;
        if response.status != 207 {
            return Err(Failure::of(&response));
        }
        match Multistatus::parse(&response.body, &self.server) {
            Some(found) => Ok((found, response)),
            None => Err(Failure::Garbage("a multistatus")),
        }
    }

    /// Asks for properties (inner XML of `DAV:prop`; prefixes `D`, `C`, `S`). Depth 0 or 1.
    pub fn properties(&self, path: &str, depth: u8, props: &str) -> Result<(Multistatus, Response), Failure> {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <D:propfind xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:S=\"http://calendarserver.org/ns/\">\
             <D:prop>{props}</D:prop></D:propfind>"
        );
        self.multistatus("PROPFIND", path, if depth == 0 { "0" } else { "1" }, body)
    }

    /// Asks what changed since a token; none: everything (RFC 6578 §3.2). No limit is asked for, because servers
    /// disagree on what it does.
    pub fn sync(&self, collection: &str, token: Option<&str>) -> Result<Multistatus, Failure> {
        let token = escape(token.unwrap_or_default());
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <D:sync-collection xmlns:D=\"DAV:\"><D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>\
             <D:prop><D:getetag/></D:prop></D:sync-collection>"
        );
        Ok(self.multistatus("REPORT", collection, "0", body)?.0)
    }

    /// Asks for several objects of a collection, by name.
    pub fn multiget(&self, collection: &str, names: &[&str]) -> Result<Multistatus, Failure> {
        let hrefs: String =
            names.iter().map(|name| format!("<D:href>{}</D:href>", escape(&format!("{collection}{name}")))).collect();
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <C:calendar-multiget xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
             <D:prop><D:getetag/><C:schedule-tag/><C:calendar-data/></D:prop>{hrefs}</C:calendar-multiget>"
        );
        Ok(self.multistatus("REPORT", collection, "1", body)?.0)
    }

    /// Asks for the events that the server finds between two times (`YYYYMMDDTHHMMSSZ`).
    pub fn query(&self, collection: &str, from: &str, to: &str) -> Result<Multistatus, Failure> {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
             <C:calendar-query xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\">\
             <D:prop><D:getetag/><C:schedule-tag/><C:calendar-data/></D:prop>\
             <C:filter><C:comp-filter name=\"VCALENDAR\"><C:comp-filter name=\"VEVENT\">\
             <C:time-range start=\"{from}\" end=\"{to}\"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
        );
        Ok(self.multistatus("REPORT", collection, "1", body)?.0)
    }

    /// Asks for one object. None: it is not there.
    pub fn get(&self, path: &str) -> Result<Option<Got>, Failure> {
        let response = self.send("GET", path, &[], Vec::new())?;
        match response.status {
            200 => {
                let (etag, schedule) = (tag(&response, "etag").unwrap_or_default(), tag(&response, "schedule-tag"));
                Ok(Some(Got { etag, schedule, body: response.body }))
            }
            404 | 410 => Ok(None),
            _ => Err(Failure::of(&response)),
        }
    }

    /// Writes an object. Returns its version, if the server tells it; none also where the server made something else
    /// of it that has to be read.
    pub fn put(&self, path: &str, condition: Condition<'_>, body: Vec<u8>) -> Result<Option<String>, Failure> {
        let response = self.send("PUT", path, &[condition.header(), ("content-type", ICALENDAR)], body)?;
        if !response.is_success() {
            return Err(Failure::of(&response));
        }
        // Whoever has a Schedule-Tag is read for it.
        Ok(tag(&response, "etag").filter(|_| response.header("schedule-tag").is_none()))
    }

    /// Writes over an object that was read. Where its tag is weak and was refused, what is there is compared itself.
    pub fn put_over(&self, path: &str, read: &Got, body: Vec<u8>) -> Result<Option<String>, Failure> {
        let result = self.put(path, read.condition(), body.clone());
        if self.is_refused_for_weakness(path, read, result.as_ref().err())? {
            return self.put(path, Condition::Present, body);
        }
        result
    }

    /// Removes an object that was read. False: there is none.
    pub fn delete_read(&self, path: &str, read: &Got) -> Result<bool, Failure> {
        let result = self.delete(path, read.condition());
        if self.is_refused_for_weakness(path, read, result.as_ref().err())? {
            return self.delete(path, Condition::Present);
        }
        result
    }

    fn is_refused_for_weakness(&self, path: &str, read: &Got, failure: Option<&Failure>) -> Result<bool, Failure> {
        if !read.is_weak() || failure.and_then(Failure::status) != Some(412) {
            return Ok(false);
        }
        Ok(self.get(path)?.is_some_and(|now| now.body == read.body))
    }

    /// Removes an object of this version. False: there is none.
    fn delete(&self, path: &str, condition: Condition<'_>) -> Result<bool, Failure> {
        let response = self.send("DELETE", path, &[condition.header()], Vec::new())?;
        match response.status {
            404 | 410 => Ok(false),
            // Some servers answer for the one resource in a multistatus (RFC 4918 §9.6.1).
            207 => match Multistatus::parse(&response.body, &self.server)
                .and_then(|all| all.responses.into_iter().next())
            {
                Some(part) if part.is_gone() => Ok(false),
                Some(part) if part.status.is_some_and(|status| (200..300).contains(&status)) => Ok(true),
                Some(part) => Err(Failure::of(&Response::new(part.status.unwrap_or(500), ""))),
                None => Err(Failure::Garbage("a multistatus")),
            },
            _ if response.is_success() => Ok(true),
            _ => Err(Failure::of(&response)),
        }
    }
}

/// A tag that an answer tells.
fn tag(response: &Response, name: &str) -> Option<String> {
    response.header(name).and_then(plausible)
}

fn plausible(tag: &str) -> Option<String> {
    Some(tag.trim()).filter(|tag| !tag.is_empty() && tag.len() <= 500).map(str::to_owned)
}

/// The object in a part of a multiget's answer, and its version.
pub fn got(part: &super::multistatus::Part) -> Option<Got> {
    let data = part.prop(Ns::CalDav, "calendar-data")?;
    let schedule = part.prop(Ns::CalDav, "schedule-tag").and_then(|tag| plausible(&tag.text));
    Some(Got { etag: part.etag().unwrap_or_default().to_owned(), schedule, body: data.text.clone().into_bytes() })
}
