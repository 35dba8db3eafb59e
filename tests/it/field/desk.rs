//! The practitioner's own software: another client of the agenda server, which reads and writes
//! whole objects over plain HTTP and knows nothing of greffon.

use anyhow::Context as _;
use greffon_core::time::{Instant, Span};
use reqwest::{Client, Method, StatusCode};

/// Second of the last change of clocks of 2026 in Paris, and the offsets around it.
const WINTER_S: i64 = 1_792_890_000;
const SUMMER_OFFSET_S: i64 = 7_200;
const WINTER_OFFSET_S: i64 = 3_600;

const USER: &str = "cabinet";
const PASSWORD: &str = "secret";

/// A calendar, as this client has it.
#[derive(Clone)]
pub struct Desk {
    client: Client,
    origin: String,
    /// Path of the calendar, with its last slash.
    pub calendar: String,
}

/// An object, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Last segment of its path.
    pub name: String,
    /// Its version.
    pub etag: Option<String>,
    /// Its text.
    pub text: String,
}

impl Object {
    /// The value of a property of its first event.
    pub fn value(&self, property: &str) -> Option<&str> {
        let event = self.text.split("BEGIN:VEVENT").nth(1)?;
        event.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            (name.split(';').next() == Some(property)).then(|| value.trim_end())
        })
    }

    /// When its first event is, unless it is struck out or cannot be read.
    pub fn span(&self) -> Option<Span> {
        if self.value("STATUS") == Some("CANCELLED") {
            return None;
        }
        Span::new(instant(self.value("DTSTART")?)?, instant(self.value("DTEND")?)?)
    }

    /// Its text with another time of its first event, in UTC.
    pub fn moved_to(&self, to: Span) -> String {
        let line = |line: &str| match line.split([';', ':']).next() {
            Some("DTSTART") => format!("DTSTART:{}", utc(to.start)),
            Some("DTEND") => format!("DTEND:{}", utc(to.end)),
            _ => line.to_owned(),
        };
        self.text.lines().map(|text| line(text) + "\r\n").collect()
    }

    /// The op-id that greffon wrote it with, if it did.
    pub fn op(&self) -> Option<&str> {
        self.value("UID")?.strip_suffix("@greffon")
    }
}

impl Desk {
    /// A calendar of a server on this port.
    pub fn at(port: u16, calendar: &str) -> anyhow::Result<Self> {
        greffon::wire::provide_tls();
        let client = Client::builder().no_proxy().build()?;
        Ok(Self { client, origin: format!("http://127.0.0.1:{port}"), calendar: calendar.to_owned() })
    }

    /// Makes the calendar.
    pub async fn make(&self) -> anyhow::Result<()> {
        let method = Method::from_bytes(b"MKCALENDAR")?;
        let status = self.send(method, "", &[], String::new()).await?.status();
        anyhow::ensure!(status.is_success(), "MKCALENDAR {}: {status}", self.calendar);
        Ok(())
    }

    /// The object of this name.
    pub async fn get(&self, name: &str) -> anyhow::Result<Option<Object>> {
        let answer = self.send(Method::GET, name, &[], String::new()).await?;
        match answer.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => {
                let etag = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
                // Lines are folded at 75 octets (RFC 5545 §3.1).
                let text = answer.text().await?.replace("\r\n ", "").replace("\n ", "");
                Ok(Some(Object { name: name.to_owned(), etag, text }))
            }
            status => anyhow::bail!("GET {name}: {status}"),
        }
    }

    /// Every object, each read by itself.
    pub async fn all(&self) -> anyhow::Result<Vec<Object>> {
        let body = "<?xml version=\"1.0\"?><propfind xmlns=\"DAV:\"><prop><getetag/></prop></propfind>".to_owned();
        let method = Method::from_bytes(b"PROPFIND")?;
        let headers = [("depth", "1"), ("content-type", "application/xml; charset=utf-8")];
        let answer = self.send(method, "", &headers, body).await?;
        anyhow::ensure!(answer.status().is_success(), "PROPFIND: {}", answer.status());
        let text = answer.text().await?;
        let mut objects = Vec::new();
        for part in text.split("href>").filter(|part| part.contains(".ics</")) {
            let path = part.split('<').next().unwrap_or_default();
            let name = path.rsplit('/').next().context("a path has a last segment")?;
            if let Some(object) = self.get(name).await? {
                objects.push(object);
            }
        }
        objects.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(objects)
    }

    /// Writes an object, over whatever is there.
    pub async fn put(&self, name: &str, text: String) -> anyhow::Result<StatusCode> {
        let headers = [("content-type", "text/calendar; charset=utf-8")];
        Ok(self.send(Method::PUT, name, &headers, text).await?.status())
    }

    /// Removes an object; whether it was there.
    pub async fn delete(&self, name: &str) -> anyhow::Result<bool> {
        let status = self.send(Method::DELETE, name, &[], String::new()).await?.status();
        anyhow::ensure!(status.is_success() || status == StatusCode::NOT_FOUND, "DELETE {name}: {status}");
        Ok(status.is_success())
    }

    async fn send(
        &self,
        method: Method,
        name: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> anyhow::Result<reqwest::Response> {
        let mut request = self.client.request(method, format!("{}{}{name}", self.origin, self.calendar));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Ok(request.basic_auth(USER, Some(PASSWORD)).body(body).send().await?)
    }
}

/// An object of one event at this time, with more lines of it.
pub fn event(uid: &str, span: Span, more: &str) -> String {
    calendar(&format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:{}\r\nDTEND:{}\r\n{more}END:VEVENT\r\n",
        utc(span.start),
        utc(span.end)
    ))
}

/// An object of these components.
pub fn calendar(components: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bureau//FR\r\n{components}END:VCALENDAR\r\n")
}

/// An instant as iCalendar writes it in UTC.
pub fn utc(at: Instant) -> String {
    let text = at.to_string();
    let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
    seconds.chars().filter(|one| !matches!(one, '-' | ':')).collect::<String>() + "Z"
}

/// An instant as iCalendar writes it in Paris, in 2026.
pub fn paris(at: Instant) -> String {
    let offset = if at.0 / 1000 < WINTER_S { SUMMER_OFFSET_S } else { WINTER_OFFSET_S };
    let local = utc(at.plus_millis(offset * 1000));
    local.trim_end_matches('Z').to_owned()
}

/// Reads a time of an object: in UTC, or else in Paris in 2026.
pub fn instant(text: &str) -> Option<Instant> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let (hour, minute, second) = (number(9..11)?, number(11..13)?, number(13..15)?);
    // Days since 1970 of a date (Howard Hinnant, "days from civil").
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    let local = days * 86_400 + hour * 3_600 + minute * 60 + second;
    let offset = match text.ends_with('Z') {
        true => 0,
        false if local - SUMMER_OFFSET_S < WINTER_S => SUMMER_OFFSET_S,
        false => WINTER_OFFSET_S,
    };
    Some(Instant((local - offset) * 1000))
}
