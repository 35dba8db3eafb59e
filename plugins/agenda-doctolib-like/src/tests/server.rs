//! The vendor's interface in memory. Its agenda is open day and night.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use greffon_sdk::calendar;
use greffon_sdk::http::{Error, Request, Response};
use greffon_sdk::testing::at;
use serde_json::{Value, json};

use super::MINUTE_MS;
use crate::time::{Day, instant, text};

const ZONE: &str = "Europe/Paris";

type Act = Box<dyn FnOnce(&Server)>;

/// (a part of `METHOD /path?query`, what happens then).
type Acts = Vec<(&'static str, Act)>;

#[derive(Default)]
struct State {
    entries: BTreeMap<u64, Value>,
    patients: BTreeMap<u64, Value>,
    /// Lists that leave an object out.
    hidden: BTreeMap<u64, u32>,
    /// (fault, a part of `METHOD /path?query` that it strikes, how often).
    faults: Vec<(&'static str, &'static str, u32)>,
    before: Acts,
    after: Acts,
    next: u64,
    last_change: i64,
    page: usize,
    minutes: i64,
}

/// A handle on the server.
#[derive(Clone)]
pub struct Server(Rc<RefCell<State>>);

type Query = BTreeMap<String, String>;

impl Server {
    pub fn new() -> Self {
        Self(Rc::new(RefCell::new(State { next: 50_001, page: 50, minutes: 15, ..State::default() })))
    }

    /// Switches a fault on for so many requests whose `METHOD /path` has this in it.
    pub fn fault(&self, name: &'static str, on: &'static str, times: u32) {
        self.0.borrow_mut().faults.push((name, on, times));
    }

    /// Somebody else does this just before such a request.
    pub fn before(&self, on: &'static str, act: impl FnOnce(&Self) + 'static) {
        self.0.borrow_mut().before.push((on, Box::new(act)));
    }

    /// Somebody else does this just after such a request.
    pub fn after(&self, on: &'static str, act: impl FnOnce(&Self) + 'static) {
        self.0.borrow_mut().after.push((on, Box::new(act)));
    }

    pub fn page_size(&self, size: usize) {
        self.0.borrow_mut().page = size;
    }

    pub fn motive_minutes(&self, minutes: i64) {
        self.0.borrow_mut().minutes = minutes;
    }

    /// Writes an entry, whatever is there.
    pub fn put(&self, kind: &str, start: i64, end: i64) -> u64 {
        let mut state = self.0.borrow_mut();
        let (id, at) = (state.next(), state.tick());
        let entry = json!({
            "id": id, "kind": kind, "agenda_id": 101, "status": "booked", "start": text(start), "end": text(end),
            "notes": "", "updated_at": text(at),
        });
        state.entries.insert(id, entry);
        id
    }

    /// Changes members of an entry.
    pub fn change(&self, id: u64, members: &[(&str, Value)]) {
        let mut state = self.0.borrow_mut();
        let at = state.tick();
        let entry = state.entries.get_mut(&id).expect("the entry");
        for (name, value) in members {
            entry[*name] = value.clone();
        }
        entry["updated_at"] = json!(text(at));
    }

    pub fn move_to(&self, id: u64, start: i64) {
        let length = 15 * MINUTE_MS;
        self.change(id, &[("start", json!(text(start))), ("end", json!(text(start + length)))]);
    }

    pub fn strike_out(&self, id: u64) {
        self.change(id, &[("status", json!("cancelled"))]);
    }

    /// Takes an entry away without a trace.
    pub fn lose(&self, id: u64) {
        self.0.borrow_mut().entries.remove(&id);
    }

    pub fn patient(&self, family: &str, given: &str, born: &str) -> u64 {
        let mut state = self.0.borrow_mut();
        let id = state.next();
        state.patients.insert(id, json!({ "id": id, "last_name": family, "first_name": given, "birth_date": born }));
        id
    }

    pub fn patients(&self) -> Vec<Value> {
        self.0.borrow().patients.values().cloned().collect()
    }

    /// What takes time.
    pub fn standing(&self) -> Vec<Value> {
        self.0.borrow().entries.values().filter(|entry| entry["status"] != "cancelled").cloned().collect()
    }

    pub fn answer(&self, request: &Request) -> Result<Response, Error> {
        let path = request.url.strip_prefix("https://api.example").expect("the base URL");
        let name = format!("{} {path}", request.method);
        let actor = take(&mut self.0.borrow_mut().before, &name);
        if let Some(act) = actor {
            act(self);
        }
        let strike = |fault: &str| self.0.borrow_mut().strike(fault, &name);
        if strike("not-sent") {
            return Err(Error::NotSent("connection refused".to_owned()));
        }
        if strike("request-lost") {
            return Err(Error::ResponseLost("connection reset".to_owned()));
        }
        if strike("token-expires") {
            return Ok(refusal(401, "invalid_token", None));
        }
        if strike("rate-limited") {
            return Ok(refusal(429, "rate_limited", None).with_header("Retry-After", "9"));
        }
        if strike("forbidden") {
            return Ok(refusal(403, "forbidden", None));
        }
        let response = self.0.borrow_mut().serve(&name, path, &request.body);
        let actor = take(&mut self.0.borrow_mut().after, &name);
        if let Some(act) = actor {
            act(self);
        }
        let strike = |fault: &str| self.0.borrow_mut().strike(fault, &name);
        if strike("error-after-commit") {
            return Ok(refusal(500, "internal", None));
        }
        if strike("answer-lost") || strike("slow") {
            return Err(Error::ResponseLost("connection reset".to_owned()));
        }
        if strike("half-a-body") {
            let half = response.body[..response.body.len() / 2].to_vec();
            return Ok(Response { body: half, ..response });
        }
        Ok(response)
    }
}

fn take(acts: &mut Acts, name: &str) -> Option<Act> {
    let at = acts.iter().position(|(on, _)| name.contains(on))?;
    Some(acts.remove(at).1)
}

fn refusal(status: u16, code: &str, field: Option<&str>) -> Response {
    let error = json!({ "error": { "code": code, "message": "no", "field": field } });
    Response::new(status, error.to_string())
}

fn ok(status: u16, body: &Value) -> Response {
    Response::new(status, body.to_string())
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: String = rest.by_ref().take(2).map(char::from).collect();
            bytes.push(u8::from_str_radix(&hex, 16).expect("a percent-encoded byte"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("text")
}

fn takes(entry: &Value, start: i64, end: i64) -> bool {
    let at = |name: &str| entry[name].as_str().and_then(instant);
    // What has no time that can be read is in every list.
    let (Some(from), Some(to)) = (at("start"), at("end")) else { return true };
    entry["status"] != "cancelled" && from < end && start < to
}

impl State {
    fn strike(&mut self, fault: &str, name: &str) -> bool {
        let Some(at) = self.faults.iter().position(|(one, on, _)| *one == fault && name.contains(on)) else {
            return false;
        };
        self.faults[at].2 -= 1;
        if self.faults[at].2 == 0 {
            self.faults.remove(at);
        }
        true
    }

    fn next(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn tick(&mut self) -> i64 {
        self.last_change = calendar::now().max(self.last_change + 1);
        self.last_change
    }

    fn serve(&mut self, name: &str, path: &str, body: &[u8]) -> Response {
        let (route, query) = path.split_once('?').unwrap_or((path, ""));
        let query: Query = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), decoded(value)))
            .collect();
        let method = name.split(' ').next().unwrap_or_default();
        match (method, route) {
            ("GET", "/v1/agendas") => {
                let agendas = [json!({ "id": 101, "name": "Dr Camille Martin", "time_zone": ZONE })];
                self.list(name, &query, &agendas)
            }
            ("GET", "/v1/visit_motives") => {
                let motive = |id, label: &str, minutes: i64| json!({ "id": id, "name": label, "duration_minutes": minutes, "agenda_ids": [101] });
                let motives = [motive(201, "Consultation", self.minutes), motive(202, "Consultation de suivi", 20)];
                self.list(name, &query, &motives)
            }
            ("GET", "/v1/availabilities") => self.availabilities(name, &query),
            ("GET", "/v1/appointments") => self.appointments(name, &query),
            ("POST", "/v1/appointments") => self.book(name, &serde_json::from_slice(body).expect("JSON")),
            ("GET", "/v1/patients") => self.find_patients(name, &query),
            ("POST", "/v1/patients") => {
                let mut patient: Value = serde_json::from_slice(body).expect("JSON");
                let id = self.next();
                patient["id"] = json!(id);
                self.patients.insert(id, patient.clone());
                self.hide(name, id);
                ok(201, &patient)
            }
            (_, route) => {
                let id: u64 = route.strip_prefix("/v1/appointments/").and_then(|id| id.parse().ok()).unwrap_or(0);
                let Some(entry) = self.entries.get(&id).cloned() else { return refusal(404, "not_found", None) };
                if method == "GET" {
                    return ok(200, &entry);
                }
                if entry["status"] == "cancelled" {
                    return refusal(404, "not_found", None);
                }
                let at = self.tick();
                let entry = self.entries.get_mut(&id).expect("the entry");
                (entry["status"], entry["updated_at"]) = (json!("cancelled"), json!(text(at)));
                Response::new(204, "")
            }
        }
    }

    /// A page of a list, unless a fault makes something else of it.
    fn list(&mut self, name: &str, query: &Query, items: &[Value]) -> Response {
        let page: usize = query.get("page").map_or(1, |page| page.parse().expect("a page"));
        let total = items.len();
        let mut shown: Vec<Value> = items.iter().skip((page - 1) * self.page).take(self.page).cloned().collect();
        let mut next = json!(if page * self.page < total { Some(page + 1) } else { None });
        if self.strike("truncated-page", name) {
            shown.truncate(shown.len() / 2);
            next = Value::Null;
        }
        if self.strike("endless-pages", name) {
            next = json!(page + 1);
        }
        let now = text(calendar::now());
        ok(
            200,
            &json!({ "items": shown, "meta": { "total": total, "page": page, "next_page": next, "server_time": now } }),
        )
    }

    fn is_seen(&mut self, id: u64) -> bool {
        match self.hidden.get_mut(&id) {
            Some(reads @ 1..) => {
                *reads -= 1;
                false
            }
            _ => true,
        }
    }

    /// `late-visible`: in lists once two of patients, or four of appointments, left it out.
    fn hide(&mut self, name: &str, id: u64) {
        if self.strike("late-visible", name) {
            self.hidden.insert(id, if name.contains("/v1/patients") { 2 } else { 4 });
        }
    }

    fn appointments(&mut self, name: &str, query: &Query) -> Response {
        let since = query.get("updated_since").map(|at| instant(at).expect("an instant"));
        if since.is_some_and(|since| since < calendar::now() - 30 * super::DAY_MS) {
            return refusal(410, "changes_forgotten", None);
        }
        let at = |name: &str| query.get(name).and_then(|at| instant(at)).unwrap_or(0);
        let (from, to) = (at("from"), at("to"));
        assert!(since.is_some() || (from < to && to - from <= 366 * super::DAY_MS), "{query:?}");
        let changed = |entry: &Value| entry["updated_at"].as_str().and_then(instant).unwrap_or(i64::MAX);
        let mut found: Vec<Value> = self.entries.values().cloned().collect();
        found.retain(|entry| match since {
            Some(since) => changed(entry) >= since,
            None => takes(entry, from, to),
        });
        found.retain(|entry| self.is_seen(entry["id"].as_u64().unwrap_or(0)));
        found.sort_by_key(|entry| match since {
            Some(_) => text(changed(entry).min(crate::time::LAST_INSTANT)),
            None => entry["start"].as_str().unwrap_or_default().to_owned(),
        });
        self.list(name, query, &found)
    }

    fn availabilities(&mut self, name: &str, query: &Query) -> Response {
        let days: i64 = query["days"].parse().expect("days");
        assert!((1..=7).contains(&days), "{query:?}");
        let first = Day::read(&query["start_date"]).expect("a date");
        let midnight = |day: Day| at(&format!("{}T00:00:00", day.text()), ZONE);
        let (mut start, end) = (midnight(first), midnight(first.plus(days)));
        let stale = self.strike("stale-availability", name);
        let length = self.minutes * MINUTE_MS;
        let mut offers = Vec::new();
        while start + length <= end {
            let free = stale || !self.entries.values().any(|entry| takes(entry, start, start + length));
            if free && start > calendar::now() {
                offers.push(json!({ "agenda_id": 101, "visit_motive_id": query["visit_motive_id"].parse::<u64>().expect("a motive"), "start": text(start), "end": text(start + length) }));
            }
            start += length;
        }
        let size = std::mem::replace(&mut self.page, 1_000_000);
        let answer = self.list(name, query, &offers);
        self.page = size;
        answer
    }

    fn book(&mut self, name: &str, new: &Value) -> Response {
        let at = |name: &str| new[name].as_str().and_then(instant).expect("an instant");
        let (start, end) = (at("start"), at("end"));
        if end - start != self.minutes * MINUTE_MS {
            return refusal(422, "invalid", Some("end"));
        }
        if new["agenda_id"] != 101 || new["visit_motive_id"].as_u64().is_none_or(|id| !(201..=202).contains(&id)) {
            return refusal(404, "not_found", None);
        }
        let Some(patient) = new["patient_id"].as_u64().and_then(|id| self.patients.get(&id).cloned()) else {
            return refusal(404, "not_found", None);
        };
        let overlaps = self.entries.values().any(|entry| takes(entry, start, end));
        if overlaps && !self.strike("accepts-overlap", name) {
            return refusal(409, "slot_unavailable", None);
        }
        let (id, changed) = (self.next(), self.tick());
        let notes = if self.strike("notes-dropped", name) { json!("") } else { new["notes"].clone() };
        let entry = json!({
            "id": id, "kind": "appointment", "agenda_id": 101, "status": "booked", "start": text(start), "end": text(end),
            "notes": notes, "patient": patient, "updated_at": text(changed),
        });
        self.entries.insert(id, entry.clone());
        self.hide(name, id);
        ok(201, &entry)
    }

    fn find_patients(&mut self, name: &str, query: &Query) -> Response {
        let folded = crate::names::folded;
        let mut found: Vec<Value> = self.patients.values().cloned().collect();
        found.retain(|one| {
            one["birth_date"] == query["birth_date"].as_str()
                && folded(one["last_name"].as_str().expect("a name")) == folded(&query["last_name"])
        });
        found.retain(|one| self.is_seen(one["id"].as_u64().unwrap_or(0)));
        self.list(name, query, &found)
    }
}
