//! The requests that the plugin makes. Each either brings what it is for, or a `Failure`.

use std::time::Duration;

use greffon_sdk::http::{Request, Response};

use super::failure::Failure;
use super::multistatus::Multistatus;
use super::place::Server;
use super::xml::{Ns, escape};

/// What a write is conditional on.
#[derive(Clone, Copy, Debug)]
pub enum Condition<'a> {
    /// There is nothing at the path yet.
    Absent,
    /// This version is there.
    Version(&'a str),
}

/// An object and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Got {
    /// Its version. Empty: the server tells none.
    pub etag: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// A CalDAV server.
pub struct Client {
    /// Where it is.
    pub server: Server,
    /// How long each part of a request may take.
    pub timeout: Duration,
}

const XML: &str = "application/xml; charset=utf-8";
const ICALENDAR: &str = "text/calendar; charset=utf-8";

impl Client {
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Result<Response, Failure> {
        let mut request = Request::new(method, self.server.url(path)).timeout(self.timeout);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body).send().map_err(Failure::Http)
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
             <D:prop><D:getetag/><C:calendar-data/></D:prop>{hrefs}</C:calendar-multiget>"
        );
        Ok(self.multistatus("REPORT", collection, "1", body)?.0)
    }

    /// Asks for one object. None: it is not there.
    pub fn get(&self, path: &str) -> Result<Option<Got>, Failure> {
        let response = self.send("GET", path, &[], Vec::new())?;
        match response.status {
            200 => Ok(Some(Got { etag: etag(&response).unwrap_or_default(), body: response.body })),
            404 | 410 => Ok(None),
            _ => Err(Failure::of(&response)),
        }
    }

    /// Writes an object. Returns its version, if the server tells it.
    pub fn put(&self, path: &str, condition: Condition<'_>, body: Vec<u8>) -> Result<Option<String>, Failure> {
        let condition = match condition {
            Condition::Absent => ("if-none-match", "*"),
            Condition::Version(etag) => ("if-match", etag),
        };
        let response = self.send("PUT", path, &[condition, ("content-type", ICALENDAR)], body)?;
        if response.is_success() { Ok(etag(&response)) } else { Err(Failure::of(&response)) }
    }

    /// Removes an object of this version. False: there is none.
    pub fn delete(&self, path: &str, etag: &str) -> Result<bool, Failure> {
        let response = self.send("DELETE", path, &[("if-match", etag)], Vec::new())?;
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

/// The version that an answer tells.
fn etag(response: &Response) -> Option<String> {
    response.header("etag").map(str::trim).filter(|etag| !etag.is_empty() && etag.len() <= 500).map(str::to_owned)
}

/// The object in a part of a multiget's answer, and its version.
pub fn got(part: &super::multistatus::Part) -> Option<Got> {
    let data = part.prop(Ns::CalDav, "calendar-data")?;
    Some(Got { etag: part.etag().unwrap_or_default().to_owned(), body: data.text.clone().into_bytes() })
}
