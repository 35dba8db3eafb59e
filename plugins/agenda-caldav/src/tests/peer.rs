//! The plugin against real servers, where `GREFFON_TEST_CALDAV` names calendars: `http://user:password@host:port/path/`,
//! several between blanks. They are emptied. Without it nothing runs, and one line says so.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use greffon_sdk::agenda::{Change, Found, SlotState, Status};
use greffon_sdk::http::{self, Request as HttpRequest, Response};
use greffon_sdk::practice::ByWhom;

use super::*;

/// A server of others, as the fakes of the host reach it.
struct Peer {
    practice: CalDav,
    _fakes: Fakes,
    origin: String,
    authorization: Option<String>,
    path: String,
}

fn answer_of(origin: &str, authorization: Option<&str>, request: &HttpRequest) -> Result<Response, http::Error> {
    let lost = |error: std::io::Error| http::Error::ResponseLost(error.to_string());
    let host = origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).map_err(|error| http::Error::NotSent(error.to_string()))?;
    let path = request.url.strip_prefix(origin).expect("the server of the settings");
    let mut head = format!("{} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n", request.method);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if let Some(authorization) = authorization {
        head.push_str(&format!("Authorization: Basic {authorization}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", request.body.len()));
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&request.body)).map_err(lost)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(lost)?;
    parse(&bytes).ok_or_else(|| http::Error::ResponseLost("no answer".to_owned()))
}

fn parse(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut body = bytes[end + 4..].to_vec();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        body = unchunked(&body)?;
    }
    if (100..200).contains(&status) {
        return parse(&bytes[end + 4..]);
    }
    Some(Response { status, headers, body })
}

fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(bytes.get(end + 2..end + 2 + size)?);
        bytes = bytes.get(end + 4 + size..)?;
    }
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = |chunk: &[u8]| {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let letter = |at: usize| char::from(LETTERS[(number >> (18 - 6 * at)) as usize & 63]);
        (0..4).map(|at| if at <= chunk.len() { letter(at) } else { '=' }).collect::<String>()
    };
    text.as_bytes().chunks(3).map(letters).collect()
}

impl Peer {
    fn new(url: &str) -> Self {
        let rest = url.strip_prefix("http://").expect("http");
        let (authority, path) = rest.split_at(rest.find('/').expect("a path"));
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let (origin, authorization) = (format!("http://{host}"), user.map(base64));
        let settings = format!(r#"{{"base-url":"{origin}","calendars":{{"dr-martin":"{path}"}}}}"#);
        let fakes = Fakes::new();
        fakes.set_now(noon());
        let (to, with) = (origin.clone(), authorization.clone());
        fakes.serve(move |request| answer_of(&to, with.as_deref(), request));
        let practice = CalDav::new(serde_json::from_str(&settings).unwrap()).unwrap();
        Self { practice, _fakes: fakes, origin, authorization, path: path.to_owned() }
    }

    /// What another calendar program does.
    fn other(&self, method: &str, name: &str, body: &str) -> u16 {
        let request = HttpRequest::new(method, format!("{}{}{name}", self.origin, self.path))
            .header("Content-Type", "text/calendar; charset=utf-8")
            .body(body.as_bytes());
        answer_of(&self.origin, self.authorization.as_deref(), &request).unwrap().status
    }

    fn put(&self, name: &str, lines: &str) {
        let stamp = "DTSTAMP:20260101T000000Z\r\nSUMMARY:x\r\n";
        let text =
            object(name, &format!("{stamp}{lines}")).replace("VERSION:2.0", "VERSION:2.0\r\nPRODID:-//other//FR");
        let status = self.other("PUT", name, &text);
        assert!((200..300).contains(&status), "{name}: {status}");
    }

    fn changes(&self, cursor: Option<&str>) -> greffon_sdk::agenda::Delta {
        let window = Span { start: tuesday("00:00"), end: tuesday("00:00") + 60 * 86_400_000 };
        self.practice.changes(&"dr-martin".to_owned(), cursor, window, 500).unwrap()
    }

    fn starts(&self) -> Vec<i64> {
        let window = Span { start: tuesday("00:00"), end: tuesday("00:00") + 60 * 86_400_000 };
        let page = self.practice.find_slots(&query(window)).unwrap();
        page.slots.iter().map(|slot| slot.span.start).collect()
    }
}

#[test]
fn the_plugin_works_on_real_servers() {
    let Ok(urls) = std::env::var("GREFFON_TEST_CALDAV") else {
        println!("peer absent: GREFFON_TEST_CALDAV names no calendar, the test on real servers did not run");
        return;
    };
    for url in urls.split_whitespace() {
        let peer = Peer::new(url);
        let (clock, product) = peer.practice.probe().map(|probed| (probed.clock, probed.product)).unwrap();
        println!("{url}: {product:?}, clock {clock}");
        let before = peer.changes(None);
        for change in &before.changes {
            if let Change::Upsert(entry) = change {
                let name = entry.entry.as_ref().unwrap().object.clone();
                peer.other("DELETE", &name, "");
            }
        }
        let mut known: BTreeMap<String, i64> = BTreeMap::new();
        let mut cursor: Option<String> = None;
        let mut follow = |what: &str| {
            let delta = peer.changes(cursor.as_deref());
            cursor = Some(delta.cursor.clone());
            for change in delta.changes {
                match change {
                    Change::Reset => known.clear(),
                    Change::Upsert(entry) => drop(known.insert(entry.id, entry.span.start)),
                    Change::Absence(absence) => drop(known.insert(absence.id, absence.span.start)),
                    Change::Removed(id) | Change::AbsenceRemoved(id) => drop(known.remove(&id)),
                }
            }
            let mut starts: Vec<i64> = known.values().copied().collect();
            starts.sort_unstable();
            assert_eq!(starts, peer.starts(), "{url}: {what}");
        };
        peer.put("leave.ics", "DTSTART;VALUE=DATE:20260305\r\nDTEND;VALUE=DATE:20260306");
        peer.put("birthday.ics", "DTSTART;VALUE=DATE:19580304\r\nRRULE:FREQ=YEARLY\r\nTRANSP:TRANSPARENT");
        peer.put(
            "weekly.ics",
            "DTSTART;TZID=Europe/Paris:20260303T090000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY;COUNT=6",
        );
        follow("foreign entries");
        // More where the owner of the calendar has hours of his own.
        assert!(peer.starts().len() >= 7, "{url}");
        let book = |op: &str, from: &str, to: &str| peer.practice.book(&op.to_owned(), &request(from, to), None);
        let ops: Vec<String> = (0..4).map(|number| format!("op-{number}-{clock}")).collect();
        assert_eq!(taken(book(&ops[0], "09:15", "09:45")).len(), 1, "{url}");
        let booked = book(&ops[0], "10:00", "10:15").unwrap();
        assert_eq!(book(&ops[0], "10:00", "10:15").unwrap(), booked, "{url}: again");
        follow("a booking");
        let moved =
            peer.practice.move_to(&ops[1], &booked.id, booked.version.as_ref(), &request("11:00", "11:15")).unwrap();
        follow("a move");
        let name = booked.id.rsplit('/').next().unwrap();
        let text = answer_of(
            &peer.origin,
            peer.authorization.as_deref(),
            &HttpRequest::new("GET", format!("{}{}{name}", peer.origin, peer.path)),
        );
        let noted =
            String::from_utf8(text.unwrap().body).unwrap().replace("SUMMARY:RDV", "SUMMARY:RDV\r\nDESCRIPTION:vu");
        assert!((200..300).contains(&peer.other("PUT", name, &noted)), "{url}");
        let cancel =
            |expected: Option<&String>| peer.practice.cancel(&ops[2], &booked.id, expected, ByWhom::Patient, "");
        let Err(Error::Stale(now)) = cancel(moved.version.as_ref()) else { panic!("{url}: a note was added") };
        assert_eq!(now.span, moved.span);
        assert_eq!(cancel(now.version.as_ref()).unwrap().status, Status::Cancelled);
        follow("a cancellation");
        peer.put(
            "weekly.ics",
            "DTSTART;TZID=Europe/Paris:20260303T093000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY;COUNT=3",
        );
        follow("a series that changed");
        peer.other("DELETE", "weekly.ics", "");
        peer.put("weekly.ics", "DTSTART;TZID=Europe/Paris:20260303T120000\r\nDURATION:PT30M");
        follow("deleted and written again");
        assert_eq!(taken(book(&ops[3], "12:00", "12:15")).len(), 1, "{url}");
        let absent = peer.practice.look_up(&ops[3], &request("12:00", "12:15")).unwrap();
        assert!(matches!(absent, Found::Absent), "{url}");
        // Some servers take what nobody can read: it closes its day there.
        let status =
            peer.other("PUT", "broken.ics", &object("broken", "DTSTAMP:20260101T000000Z\r\nDTSTART:20260304T99"));
        println!("{url}: an unreadable object is answered {status}");
        if (200..300).contains(&status) {
            let page = peer
                .practice
                .find_slots(&query(Span { start: tuesday("08:00") + 86_400_000, end: tuesday("18:00") + 86_400_000 }));
            assert_ne!(page.unwrap().slots[0].state, SlotState::Free, "{url}");
            book(&ops[3], "14:00", "14:15").unwrap();
            peer.other("DELETE", "broken.ics", "");
        }
        follow("an unreadable object");
    }
}
