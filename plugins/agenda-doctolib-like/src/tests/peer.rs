//! The plugin on a running stub, where `GREFFON_TEST_DOCTOLIB_LIKE` names one: `http://client:secret@host:port`. It holds
//! the demo's agendas. Without it nothing runs, and one line says so.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use greffon_sdk::agenda::{Change, Status};
use greffon_sdk::http::{self, Request as HttpRequest, Response};
use serde_json::{Value, json};

use super::*;

/// A stub, as the fakes of the host reach it.
struct Peer {
    plugin: DoctolibLike,
    fakes: Fakes,
    origin: String,
    /// Its clock when the test began.
    now: i64,
}

fn sent(origin: &str, token: &str, request: &HttpRequest) -> Result<Response, http::Error> {
    let lost = |error: std::io::Error| http::Error::ResponseLost(error.to_string());
    let host = origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).map_err(|error| http::Error::NotSent(error.to_string()))?;
    let path = request.url.strip_prefix(origin).expect("the stub of the settings");
    let mut head = format!("{} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", request.method);
    head.push_str(&format!("authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n", request.body.len()));
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&request.body)).map_err(lost)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).map_err(lost)?;
    let no_answer = || http::Error::ResponseLost("no answer".to_owned());
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(no_answer)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(no_answer)?;
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Ok(Response { status, headers, body: bytes[end + 4..].to_vec() })
}

fn token(origin: &str, client: &str, secret: &str) -> String {
    let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
    let request = HttpRequest::new("POST", format!("{origin}/oauth/token")).body(form);
    let answer: Value = sent(origin, "", &request).unwrap().json().unwrap();
    answer["access_token"].as_str().expect("a token").to_owned()
}

impl Peer {
    fn new(url: &str) -> Self {
        let (user, host) =
            url.strip_prefix("http://").and_then(|rest| rest.rsplit_once('@')).expect("http and a client");
        let (client, secret) = user.split_once(':').expect("a secret");
        let (origin, client, secret) = (format!("http://{host}"), client.to_owned(), secret.to_owned());
        let fakes = Fakes::new();
        let (to, mut access) = (origin.clone(), token(&origin, &client, &secret));
        fakes.serve(move |request| {
            let answer = sent(&to, &access, request);
            // What the host does: a token that was refused is had anew for the next request.
            if matches!(&answer, Ok(answer) if answer.status == 401) {
                access = token(&to, &client, &secret);
            }
            answer
        });
        let settings = json!({
            "base-url": origin, "account": 7, "list-lag-s": 5,
            "agendas": { "dr-martin": { "vendor-id": 101 } }, "motives": { "consultation": 201 },
        });
        let plugin = DoctolibLike::new(serde_json::from_value(settings).unwrap()).unwrap();
        let now = plugin.probe().unwrap().clock;
        fakes.set_now(now);
        Self { plugin, fakes, origin, now }
    }

    fn told(&self, path: &str, body: &str) -> u16 {
        let request = HttpRequest::new("POST", format!("{}{path}", self.origin)).body(body);
        sent(&self.origin, "", &request).unwrap().status
    }

    fn fault(&self, fault: &str, on: Option<&str>) {
        let switch = json!({ "fault": fault, "count": 1, "on": on, "reads": 4 });
        assert_eq!(self.told("/_faults", &switch.to_string()), 204, "{fault}");
    }

    /// The earliest free time.
    fn free(&self) -> Span {
        let window = Span { start: self.now, end: self.now + 21 * DAY_MS };
        let page = self.plugin.find_slots(&SlotQuery { limit: 1, ..query(window) }).unwrap();
        page.slots.first().expect("a free time").span
    }

    fn what(&self, span: Span) -> Request {
        Request { span, ..request("09:00") }
    }

    fn book(&self, op: &str, span: Span) -> Result<Appointment, Error> {
        self.plugin.book(&format!("{op}-{}", self.now), &self.what(span), None)
    }

    fn look_up(&self, op: &str, span: Span) -> Result<Found, Error> {
        self.plugin.look_up(&format!("{op}-{}", self.now), &self.what(span))
    }

    /// The practitioner's page.
    fn page(&self, path: &str, form: &str) {
        assert_eq!(self.told(path, form), 303, "{path}");
    }
}

#[derive(Default)]
struct Follower {
    known: BTreeMap<String, Span>,
    cursor: Option<String>,
}

impl Follower {
    /// Follows the agenda, and says whether it is what a reading of all of it tells.
    fn follow(&mut self, peer: &Peer, what: &str) {
        let window = Span { start: peer.now - DAY_MS, end: peer.now + 60 * DAY_MS };
        let read = |known: &mut BTreeMap<String, Span>, cursor: Option<&str>| {
            let delta = peer.plugin.changes(&"dr-martin".to_owned(), cursor, window, 500).unwrap();
            for change in delta.changes {
                match change {
                    Change::Reset => known.clear(),
                    Change::Upsert(entry) => drop(known.insert(entry.id, entry.span)),
                    Change::Absence(absence) => drop(known.insert(absence.id, absence.span)),
                    Change::Removed(id) | Change::AbsenceRemoved(id) => drop(known.remove(&id)),
                }
            }
            delta.cursor
        };
        self.cursor = Some(read(&mut self.known, self.cursor.as_deref()));
        let mut whole = BTreeMap::new();
        read(&mut whole, None);
        assert_eq!(self.known, whole, "{what}");
    }
}

#[test]
fn the_plugin_works_on_a_running_stub() {
    let Ok(url) = std::env::var("GREFFON_TEST_DOCTOLIB_LIKE") else {
        println!("peer absent: GREFFON_TEST_DOCTOLIB_LIKE names no stub, the test on a running one did not run");
        return;
    };
    let peer = Peer::new(&url);
    let mut follower = Follower::default();
    follower.follow(&peer, "at the beginning");
    let span = peer.free();
    let booked = peer.book("op-1", span).unwrap();
    assert_eq!(peer.book("op-1", span).unwrap(), booked);
    assert_eq!(taken(peer.book("op-2", span)), std::slice::from_ref(&booked.id));
    follower.follow(&peer, "a booking");
    for fault in
        ["error-after-commit", "answer-lost", "notes-dropped", "token-expires", "truncated-page", "late-visible"]
    {
        let on = ["token-expires"].contains(&fault).then_some("POST /v1/appointments");
        let free = peer.free();
        peer.fault(fault, on);
        let booked = peer.book(fault, free).unwrap_or_else(|error| panic!("{fault}: {error:?}"));
        assert!(matches!(peer.look_up(fault, free), Ok(Found::Present(_))), "{fault}");
        peer.plugin.cancel(&"op-c".to_owned(), &booked.id, booked.version.as_ref(), ByWhom::Patient, "").unwrap();
        assert_eq!(peer.told("/_faults", r#"{"fault":"slow","count":0}"#), 204);
    }
    let free = peer.free();
    peer.fault("request-lost", None);
    assert!(is_unknown(&peer.book("op-3", free)));
    assert!(is_unknown(&peer.book("op-3", free)));
    peer.fakes.set_now(peer.now + 5_000);
    assert_eq!(peer.look_up("op-3", free), Ok(Found::Absent));
    peer.fault("rate-limited", None);
    assert_eq!(peer.book("op-3", free), Err(Error::RateLimited(Some(2))));
    follower.follow(&peer, "faults");
    // The practitioner moves it, blocks time over it, and deletes it, at the vendor's own page.
    let zone = |at: i64| greffon_sdk::calendar::to_civil(at, "Europe/Paris").unwrap()[..16].to_owned();
    let later = span.start + 7 * DAY_MS;
    peer.page("/page/move", &format!("agenda=101&id={}&debut={}", booked.id, zone(later).replace(':', "%3A")));
    follower.follow(&peer, "a move");
    let Ok(Found::Present(moved)) = peer.look_up("op-1", span) else { panic!("moved to another week") };
    assert_eq!(moved.span.start, later);
    let (from, to) = (zone(later).replace(':', "%3A"), zone(later + HOUR_MS).replace(':', "%3A"));
    peer.page("/page/block", &format!("agenda=101&debut={from}&fin={to}&motif=x"));
    let Ok(Found::Ambiguous(all)) = peer.look_up("op-1", span) else { panic!("a block lies over it") };
    assert_eq!(all.len(), 2);
    follower.follow(&peer, "a block");
    peer.page("/page/cancel", &format!("id={}", all[1].id));
    peer.page("/page/cancel", &format!("id={}", booked.id));
    assert!(matches!(peer.look_up("op-1", span), Ok(Found::Present(gone)) if gone.status == Status::Cancelled));
    follower.follow(&peer, "a deletion");
}
