//! A CalDAV server in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use greffon_sdk::http::{Error, Request, Response};

use crate::dav::xml::{Element, Ns, escape};

/// Something that happens to the next request of a method.
pub enum Fault {
    /// The connection is refused.
    Refused,
    /// The request is done and its answer is lost.
    AnswerLost,
    /// The request is lost before it is done.
    LostBefore,
    /// The request is done and answered like this.
    DoneBut(u16),
    /// The request is not done and answered like this.
    Instead(Response),
    /// Somebody else does this just before.
    Before(Box<dyn FnOnce(&Server)>),
    /// Somebody else does this just after.
    After(Box<dyn FnOnce(&Server)>),
}

/// How the server speaks.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// Knows sync-collection.
    pub syncs: bool,
    /// Status of an answer to a token that it does not know.
    pub bad_token: u16,
    /// Tells the version of what was put.
    pub tells_etag: bool,
    /// Most parts of one sync answer; more are cut with 507.
    pub sync_page: usize,
    /// Has a tag of the collection.
    pub has_ctag: bool,
    /// Status of an answer to a deletion.
    pub deleted: u16,
    /// How it tags objects.
    pub tags: Tags,
    /// Has Schedule-Tags for objects with somebody who is invited.
    pub schedules: bool,
}

/// How a server tags objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tags {
    /// No tag is used twice.
    Strong,
    /// Each object counts from one, also when it is created again.
    Reused,
    /// Weak tags, which no condition matches.
    Weak,
    /// None.
    Missing,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            syncs: true,
            bad_token: 403,
            tells_etag: true,
            sync_page: usize::MAX,
            has_ctag: true,
            deleted: 204,
            tags: Tags::Strong,
            schedules: false,
        }
    }
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, (u64, String)>,
    /// (number of the change, name).
    journal: Vec<(u64, String)>,
    number: u64,
    /// Tokens of other epochs are forgotten.
    epoch: u64,
    /// Objects over which a multiget fails.
    poison: BTreeSet<String>,
    /// Objects that cannot be got at all.
    rotten: BTreeSet<String>,
    /// What the owner's Inbox says of his availability. None: there is no Inbox.
    availability: Option<String>,
    faults: VecDeque<(&'static str, Fault)>,
    requests: Vec<String>,
    dialect: Dialect,
}

/// A handle on the server.
#[derive(Clone)]
pub struct Server {
    path: &'static str,
    state: Rc<RefCell<State>>,
}

impl Server {
    pub fn new(path: &'static str) -> Self {
        Self { path, state: Rc::default() }
    }

    /// Somebody else writes an object.
    pub fn put(&self, name: &str, body: &str) {
        let mut state = self.state.borrow_mut();
        state.number += 1;
        let number = state.number;
        let version = match state.dialect.tags {
            Tags::Reused => state.objects.get(name).map_or(1, |(version, _)| version + 1),
            _ => number,
        };
        state.objects.insert(name.to_owned(), (version, body.to_owned()));
        state.journal.push((number, name.to_owned()));
    }

    /// The tag of an object, and its Schedule-Tag: the length of what was agreed.
    fn tags(&self, version: u64, body: &str) -> (Option<String>, Option<String>) {
        let state = self.state.borrow();
        let etag = match state.dialect.tags {
            Tags::Strong | Tags::Reused => Some(format!("\"{version}\"")),
            Tags::Weak => Some(format!("W/\"{version}\"")),
            Tags::Missing => None,
        };
        let agreed = body.lines().filter(|line| !line.starts_with("ATTENDEE")).map(str::len).sum::<usize>();
        let schedules = state.dialect.schedules && body.contains("ATTENDEE");
        (etag, schedules.then(|| format!("\"s{agreed}\"")))
    }

    /// Somebody else removes an object.
    pub fn remove(&self, name: &str) {
        let mut state = self.state.borrow_mut();
        state.number += 1;
        let number = state.number;
        assert!(state.objects.remove(name).is_some(), "{name} is there");
        state.journal.push((number, name.to_owned()));
    }

    pub fn names(&self) -> Vec<String> {
        self.state.borrow().objects.keys().cloned().collect()
    }

    pub fn body(&self, name: &str) -> String {
        self.state.borrow().objects[name].1.clone()
    }

    pub fn poison(&self, name: &str) {
        self.state.borrow_mut().poison.insert(name.to_owned());
    }

    pub fn rot(&self, name: &str) {
        self.state.borrow_mut().rotten.insert(name.to_owned());
    }

    pub fn heal(&self) {
        let mut state = self.state.borrow_mut();
        state.poison.clear();
        state.rotten.clear();
    }

    pub fn forget_tokens(&self) {
        self.state.borrow_mut().epoch += 1;
    }

    /// Gives the owner an Inbox, with what it says of his availability.
    pub fn set_availability(&self, text: &str) {
        self.state.borrow_mut().availability = Some(text.to_owned());
    }

    pub fn speak(&self, dialect: Dialect) {
        self.state.borrow_mut().dialect = dialect;
    }

    pub fn fault(&self, method: &'static str, fault: Fault) {
        self.state.borrow_mut().faults.push_back((method, fault));
    }

    /// Methods of the requests since the last call.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state.borrow_mut().requests)
    }

    pub fn answer(&self, request: &Request) -> Result<Response, Error> {
        self.state.borrow_mut().requests.push(request.method.clone());
        let fault = {
            let mut state = self.state.borrow_mut();
            let at = state.faults.iter().position(|(method, _)| *method == request.method);
            at.and_then(|at| state.faults.remove(at)).map(|(_, fault)| fault)
        };
        let lost = || Err(Error::ResponseLost("connection reset".to_owned()));
        match fault {
            None => Ok(self.serve(request)),
            Some(Fault::Refused) => Err(Error::NotSent("connection refused".to_owned())),
            Some(Fault::LostBefore) => lost(),
            Some(Fault::AnswerLost) => {
                self.serve(request);
                lost()
            }
            Some(Fault::DoneBut(status)) => {
                self.serve(request);
                Ok(Response::new(status, ""))
            }
            Some(Fault::Instead(response)) => Ok(response),
            Some(Fault::Before(other)) => {
                other(self);
                Ok(self.serve(request))
            }
            Some(Fault::After(other)) => {
                let response = self.serve(request);
                other(self);
                Ok(response)
            }
        }
    }

    fn serve(&self, request: &Request) -> Response {
        let path = request.url.strip_prefix("https://dav.example").expect("the server of the settings");
        if request.method == "PROPFIND"
            && let Some(availability) = self.state.borrow().availability.as_ref()
        {
            match path {
                "/principals/martin/" => {
                    return prop(path, "<C:schedule-inbox-URL><href>/inbox/</href></C:schedule-inbox-URL>");
                }
                "/inbox/" => {
                    let text = format!("<C:calendar-availability>{}</C:calendar-availability>", xml(availability));
                    return prop(path, &text);
                }
                _ => {}
            }
        }
        let Some(name) = path.strip_prefix(self.path) else {
            return discover(path);
        };
        match (request.method.as_str(), name) {
            ("PROPFIND", "") => self.properties(request),
            ("REPORT", "") => self.report(request),
            ("GET", name) => self.get(name),
            ("PUT", name) => self.write(name, request),
            ("DELETE", name) => self.delete(name, request),
            _ => Response::new(405, ""),
        }
    }

    fn get(&self, name: &str) -> Response {
        let state = self.state.borrow();
        match state.objects.get(name) {
            Some(_) if state.rotten.contains(name) => Response::new(500, "Server got itself in trouble"),
            Some((version, body)) => {
                let (etag, schedule) = self.tags(*version, body);
                let response = Response::new(200, body.as_str());
                let response = etag.into_iter().fold(response, |response, tag| response.with_header("ETag", tag));
                schedule.into_iter().fold(response, |response, tag| response.with_header("Schedule-Tag", tag))
            }
            None => Response::new(404, ""),
        }
    }

    fn write(&self, name: &str, request: &Request) -> Response {
        let header =
            |wanted: &str| request.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        let present = self.state.borrow().objects.get(name).cloned();
        let fits = if header("if-none-match").is_some() { present.is_none() } else { self.matches(name, request) };
        if !fits {
            return Response::new(412, "");
        }
        assert_eq!(header("content-type").as_deref(), Some("text/calendar; charset=utf-8"));
        self.put(name, std::str::from_utf8(&request.body).expect("text"));
        let state = self.state.borrow();
        let response = Response::new(if present.is_some() { 204 } else { 201 }, "");
        let (version, body) = &state.objects[name];
        let (etag, schedule) = self.tags(*version, body);
        let etag = etag.filter(|_| state.dialect.tells_etag);
        let response = etag.into_iter().fold(response, |response, tag| response.with_header("ETag", tag));
        schedule.into_iter().fold(response, |response, tag| response.with_header("Schedule-Tag", tag))
    }

    /// Whether an object is there and as a condition wants it.
    fn matches(&self, name: &str, request: &Request) -> bool {
        let header = |wanted: &str| request.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
        let Some((version, body)) = self.state.borrow().objects.get(name).cloned() else { return false };
        let (etag, schedule) = self.tags(version, &body);
        match (header("if-match"), header("if-schedule-tag-match")) {
            (Some(wanted), _) if wanted == "*" => true,
            (Some(wanted), _) => etag.is_some_and(|etag| etag == *wanted && !etag.starts_with("W/")),
            (None, Some(wanted)) => schedule.as_ref() == Some(wanted),
            (None, None) => panic!("every write is conditional"),
        }
    }

    fn delete(&self, name: &str, request: &Request) -> Response {
        if !self.state.borrow().objects.contains_key(name) {
            return Response::new(404, "");
        }
        if !self.matches(name, request) {
            return Response::new(412, "");
        }
        self.remove(name);
        let status = self.state.borrow().dialect.deleted;
        let part = format!("<response><href>{}{name}</href><status>HTTP/1.1 200 OK</status></response>", self.path);
        Response::new(status, format!("<multistatus xmlns=\"DAV:\">{part}</multistatus>"))
    }

    fn part(&self, name: &str, version: u64, body: &str, more: &str) -> String {
        let (etag, schedule) = self.tags(version, body);
        let etag = etag.map(|tag| format!("<getetag>{}</getetag>", escape(&tag))).unwrap_or_default();
        let schedule = schedule.map(|tag| {
            format!("<C:schedule-tag xmlns:C=\"urn:ietf:params:xml:ns:caldav\">{}</C:schedule-tag>", escape(&tag))
        });
        format!(
            "<response><href>{}{name}</href><propstat><prop>{etag}{}{more}</prop>\
             <status>HTTP/1.1 200 OK</status></propstat></response>",
            self.path,
            schedule.unwrap_or_default()
        )
    }

    fn gone(&self, name: &str) -> String {
        format!("<response><href>{}{name}</href><status>HTTP/1.1 404 Not Found</status></response>", self.path)
    }

    fn properties(&self, request: &Request) -> Response {
        let state = self.state.borrow();
        let deep = request.headers.iter().any(|(name, value)| name == "depth" && value == "1");
        let ctag = format!("<CS:getctag xmlns:CS=\"http://calendarserver.org/ns/\">{}</CS:getctag>", state.number);
        let own = format!(
            "<response><href>{}</href><propstat><prop xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><resourcetype><collection/>\
             <C:calendar/></resourcetype>{}{}</prop>\
             <status>HTTP/1.1 200 OK</status></propstat></response>",
            self.path,
            if state.availability.is_some() { "<owner><href>/principals/martin/</href></owner>" } else { "" },
            if state.dialect.has_ctag { ctag.as_str() } else { "" }
        );
        let parts: String = state
            .objects
            .iter()
            .filter(|_| deep)
            .map(|(name, (version, body))| self.part(name, *version, body, "<resourcetype/>"))
            .collect();
        multistatus(&format!("{own}{parts}")).with_header("Date", "Mon, 02 Mar 2026 11:00:05 GMT")
    }

    fn report(&self, request: &Request) -> Response {
        let root = Element::parse(&request.body).expect("a report");
        if root.is(Ns::Dav, "sync-collection") {
            return self.sync(&root.child(Ns::Dav, "sync-token").expect("a token").text);
        }
        if root.is(Ns::CalDav, "calendar-query") {
            return self.query();
        }
        assert!(root.is(Ns::CalDav, "calendar-multiget"), "the server is asked for nothing else");
        let state = self.state.borrow();
        let names: Vec<&str> = root
            .all(Ns::Dav, "href")
            .map(|href| href.text.strip_prefix(self.path).expect("an href of the calendar"))
            .collect();
        if names.iter().any(|name| state.poison.contains(*name) || state.rotten.contains(*name)) {
            return Response::new(500, "Server got itself in trouble");
        }
        let parts: String = names
            .into_iter()
            .map(|name| match state.objects.get(name) {
                Some((version, body)) => self.part(name, *version, body, &data(body)),
                None => self.gone(name),
            })
            .collect();
        multistatus(&parts)
    }

    /// All objects: a server may find too much.
    fn query(&self) -> Response {
        let state = self.state.borrow();
        if !state.poison.is_empty() || !state.rotten.is_empty() {
            return Response::new(500, "Server got itself in trouble");
        }
        let all = state.objects.iter().map(|(name, (version, body))| self.part(name, *version, body, &data(body)));
        multistatus(&all.collect::<String>())
    }

    fn sync(&self, token: &str) -> Response {
        let state = self.state.borrow();
        if !state.dialect.syncs {
            return Response::new(501, "");
        }
        let prefix = format!("token-{}-", state.epoch);
        let since = match token.strip_prefix(&prefix).map(str::parse::<u64>) {
            None if token.is_empty() => 0,
            Some(Ok(number)) if number <= state.number => number,
            _ => return Response::new(state.dialect.bad_token, "<error xmlns=\"DAV:\"><valid-sync-token/></error>"),
        };
        let mut latest: BTreeMap<&str, u64> = BTreeMap::new();
        for (number, name) in state.journal.iter().filter(|(number, _)| *number > since) {
            latest.insert(name, *number);
        }
        let mut changed: Vec<(u64, &str)> = latest.into_iter().map(|(name, number)| (number, name)).collect();
        changed.sort_unstable();
        let cut = changed.len() > state.dialect.sync_page;
        changed.truncate(state.dialect.sync_page);
        let until = if cut { changed.last().map_or(since, |(number, _)| *number) } else { state.number };
        let mut parts: String = changed
            .into_iter()
            .filter_map(|(_, name)| match state.objects.get(name) {
                Some((version, body)) => Some(self.part(name, *version, body, "")),
                None if since == 0 => None,
                None => Some(self.gone(name)),
            })
            .collect();
        if cut {
            parts.push_str(&format!(
                "<response><href>{}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>",
                self.path
            ));
        }
        multistatus(&format!("{parts}<sync-token>{prefix}{until}</sync-token>"))
    }
}

fn data(body: &str) -> String {
    format!("<C:calendar-data xmlns:C=\"urn:ietf:params:xml:ns:caldav\">{}</C:calendar-data>", xml(body))
}

/// A text as XML, with line ends as the standard keeps them.
fn xml(body: &str) -> String {
    body.split('\r')
        .map(|part| part.split('\n').map(escape).collect::<Vec<_>>().join("\n"))
        .collect::<Vec<_>>()
        .join("&#13;")
}

fn multistatus(parts: &str) -> Response {
    Response::new(207, format!("<?xml version=\"1.0\"?><multistatus xmlns=\"DAV:\">{parts}</multistatus>"))
}

fn prop(path: &str, inner: &str) -> Response {
    multistatus(&format!(
        "<response><href>{path}</href><propstat><prop xmlns:C=\"urn:ietf:params:xml:ns:caldav\">{inner}</prop>\
         <status>HTTP/1.1 200 OK</status></propstat></response>"
    ))
}

fn discover(path: &str) -> Response {
    match path {
        "/.well-known/caldav" => Response::new(301, "").with_header("Location", "/dav/"),
        "/dav/" => prop(path, "<current-user-principal><href>/principals/cabinet</href></current-user-principal>"),
        "/principals/cabinet/" => prop(path, "<C:calendar-home-set><href>/cabinet</href></C:calendar-home-set>"),
        "/cabinet/" => {
            let calendar = |path: &str, name: &str| {
                format!(
                    "<response><href>{path}</href><propstat><prop xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><resourcetype>\
                     <collection/><C:calendar/></resourcetype><displayname>{name}</displayname></prop>\
                     <status>HTTP/1.1 200 OK</status></propstat></response>"
                )
            };
            let home = "<response><href>/cabinet/</href><propstat><prop><resourcetype><collection/></resourcetype></prop>\
                        <status>HTTP/1.1 200 OK</status></propstat></response>";
            multistatus(&format!(
                "{home}{}{}{}",
                calendar("/cabinet/agenda/", "Dr Martin &amp; associés"),
                calendar("/cabinet/b/", "Congés"),
                calendar("/cabinet/c/", "Congés")
            ))
        }
        _ => Response::new(404, ""),
    }
}
