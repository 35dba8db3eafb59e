//! Bringing the mirror up to date.

use std::collections::BTreeSet;

use greffon_sdk::{http, log};

use super::Mirror;
use super::inbox::AVAILABILITY;
use super::object::{Content, Object, Period};
use crate::dav::client::{Client, Got, got};
use crate::dav::failure::Failure;
use crate::dav::multistatus::Multistatus;
use crate::dav::place::member;
use crate::dav::xml::Ns;
use crate::ical::civil::{DAY_MS, utc_text};
use crate::ical::object;
use crate::ical::zone::Zones;

/// Objects that are asked for at once.
const BATCH: usize = 64;

/// Most requests for objects in one call, so that a first reading of a large calendar is done in several.
const MOST_REQUESTS: usize = 24;

/// Answers that may be lost before the calendar counts as unreachable. An object that is too large for the host to take
/// looks like a lost answer too.
const MOST_LOST: usize = 3;

/// Most answers that a sync may be cut into.
const MOST_PAGES: usize = 20;

/// Reads a calendar into a mirror.
pub struct Refresh<'a> {
    /// The server.
    pub client: &'a Client,
    /// Path of the calendar.
    pub collection: &'a str,
    /// Its zones.
    pub zones: &'a Zones,
    /// A period that must not be wrong, because somebody writes into it. None: a read.
    pub proof: Option<Period>,
}

impl Refresh<'_> {
    /// Brings the mirror to the server's present state; what could not be read yet stays `unread`. `store` is called
    /// now and then, so that what was read survives the end of the call.
    pub fn run(&self, mirror: &mut Mirror, mut store: impl FnMut(&mut Mirror)) -> Result<(), Failure> {
        match self.sync(mirror) {
            Err(failure) if says_no_sync(&failure) => self.list(mirror)?,
            other => other?,
        }
        self.read_objects(mirror, &mut store)?;
        match self.proof.filter(|_| mirror.rests_on_tags()) {
            Some(period) => self.ask(period, mirror),
            None => Ok(()),
        }
    }

    fn sync(&self, mirror: &mut Mirror) -> Result<(), Failure> {
        let mut whole = mirror.token.is_none();
        let mut token = mirror.token.clone();
        let mut told = BTreeSet::new();
        for _ in 0..MOST_PAGES {
            let page = match self.client.sync(self.collection, token.as_deref()) {
                Err(failure) if !whole && says_bad_token(&failure) => {
                    (whole, token) = (true, None);
                    told.clear();
                    continue;
                }
                other => other?,
            };
            // A part about the collection itself with 507 says that there is more (RFC 6578 §3.6).
            let more = page.responses.iter().any(|part| part.status == Some(507));
            let next = page.sync_token.clone().ok_or(Failure::Garbage("a sync-collection with its token"))?;
            self.take(&page, mirror, whole, &mut told);
            let stuck = more && token.as_deref() == Some(next.as_str());
            token = Some(next);
            if stuck {
                return Err(Failure::Garbage("a sync-collection that goes on"));
            }
            if !more {
                match mirror.token.take() {
                    _ if whole => {
                        keep_only(mirror, &told);
                        mirror.steps.clear();
                        mirror.changed = true;
                    }
                    before if before == token => {}
                    before => {
                        before.into_iter().for_each(|from| mirror.step(from, std::mem::take(&mut told)));
                        mirror.changed = true;
                    }
                }
                mirror.changed |= mirror.ctag.is_some();
                (mirror.token, mirror.ctag) = (token, None);
                return Ok(());
            }
        }
        Err(Failure::Garbage("a sync-collection that ends"))
    }

    /// `told`: the names that were told, for the whole without those that are gone.
    fn take(&self, page: &Multistatus, mirror: &mut Mirror, whole: bool, told: &mut BTreeSet<String>) {
        warn_of_strangers(page);
        for part in &page.responses {
            let Some(name) = member(self.collection, &part.path) else { continue };
            if part.is_gone() {
                mirror.remove(name, None);
            } else {
                // Told means changed, also under a tag that was seen before: it may have been gone in between.
                mirror.put_seen(name, part.etag().unwrap_or_default(), None);
            }
            if whole && part.is_gone() {
                told.remove(name);
            } else {
                told.insert(name.to_owned());
            }
        }
    }

    /// For servers without sync-collection: all names and versions, unless the collection's tag is the same. Before a
    /// write that tag is not enough.
    fn list(&self, mirror: &mut Mirror) -> Result<(), Failure> {
        let (found, _) = self.client.properties(self.collection, 0, "<S:getctag/>")?;
        let ctag = found.responses.first().and_then(|part| part.prop(Ns::CalendarServer, "getctag"));
        let ctag = ctag.map(|tag| tag.text.trim().to_owned()).filter(|tag| !tag.is_empty());
        if ctag.is_some() && ctag == mirror.ctag && self.proof.is_none() {
            return Ok(());
        }
        // The tag was read first: a change between the two requests is seen again next time.
        let props = "<D:getetag/><D:resourcetype/><D:getlastmodified/><D:getcontentlength/><D:creationdate/>";
        let (found, _) = self.client.properties(self.collection, 1, props)?;
        warn_of_strangers(&found);
        let mut present = BTreeSet::new();
        for part in &found.responses {
            let is_collection =
                part.prop(Ns::Dav, "resourcetype").is_some_and(|kind| kind.child(Ns::Dav, "collection").is_some());
            if let (Some(name), false) = (member(self.collection, &part.path), is_collection || part.is_gone()) {
                mirror.put_seen(name, part.etag().unwrap_or_default(), Some(&part.stamp()));
                present.insert(name.to_owned());
            }
        }
        keep_only(mirror, &present);
        mirror.steps.clear();
        mirror.changed |= mirror.token.is_some() || mirror.ctag != ctag;
        (mirror.token, mirror.ctag) = (None, ctag);
        Ok(())
    }

    /// Asks what the server itself finds in a period: beside what is known, never instead of it, since servers are
    /// wrong about recurring events. It finds what came there under a tag that was used before.
    fn ask(&self, period: Period, mirror: &mut Mirror) -> Result<(), Failure> {
        let around = (utc_text(period.0 - DAY_MS), utc_text(period.1 + DAY_MS));
        match self.client.query(self.collection, &around.0, &around.1) {
            Ok(found) => self.take_objects(&found, mirror),
            Err(failure) if may_be_about_content(&failure, &mut 0) || failure.status() == Some(403) => {
                log::warn("query-failed", &[]);
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    fn read_objects(&self, mirror: &mut Mirror, store: &mut impl FnMut(&mut Mirror)) -> Result<(), Failure> {
        let mut unread: Vec<(bool, String)> = mirror
            .objects
            .values()
            .filter(|object| object.content.unread)
            .map(|object| (object.content.blind, object.name.clone()))
            .collect();
        // Those that failed before come last.
        unread.sort();
        let mut requests = 0;
        let mut lost = 0;
        for batch in unread.chunks(BATCH) {
            if requests >= MOST_REQUESTS {
                break;
            }
            let names: Vec<&str> = batch.iter().map(|(_, name)| name.as_str()).collect();
            requests += 1;
            match self.client.multiget(self.collection, &names) {
                Ok(found) => self.take_objects(&found, mirror),
                Err(failure) if may_be_about_content(&failure, &mut lost) => log::warn("multiget-failed", &[]),
                Err(failure) => return Err(failure),
            }
            // What the answer left out is asked for one by one.
            for name in names {
                let left = mirror.objects.get(name).is_some_and(|object| object.content.unread);
                if left && requests < MOST_REQUESTS {
                    requests += 1;
                    self.read_one(name, mirror, &mut lost)?;
                }
            }
            if requests.is_multiple_of(4) {
                store(mirror);
            }
        }
        Ok(())
    }

    fn take_objects(&self, found: &Multistatus, mirror: &mut Mirror) {
        for part in &found.responses {
            let Some(name) = member(self.collection, &part.path) else { continue };
            if part.is_gone() {
                mirror.remove(name, None);
            } else if let Some(got) = got(part) {
                self.take_object(name, &got, mirror);
            }
        }
    }

    fn read_one(&self, name: &str, mirror: &mut Mirror, lost: &mut usize) -> Result<(), Failure> {
        match self.client.get(&format!("{}{name}", self.collection)) {
            Ok(Some(got)) => self.take_object(name, &got, mirror),
            Ok(None) => mirror.remove(name, None),
            Err(failure) if may_be_about_content(&failure, lost) => {
                log::warn("object-unreadable", &[]);
                if let Some(object) = mirror.objects.get(name).filter(|object| !object.content.blind).cloned() {
                    let content = Content { blind: true, ..object.content };
                    mirror.put(Object { content, ..object });
                }
            }
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    fn take_object(&self, name: &str, got: &Got, mirror: &mut Mirror) {
        let content = object::object(&got.body, self.zones);
        if !content.is_clear() {
            log::warn("object-unreadable", &[("bytes", got.body.len().into())]);
        }
        let before = mirror.objects.get(name);
        // One tag for two contents, which were read both.
        let times = |content: &Content| (content.busy.clone(), content.closed.clone(), content.unclear.clone());
        let twice = before.is_some_and(|object| {
            !got.etag.is_empty() && object.read_etag == got.etag && times(&object.content) != times(&content)
        });
        if twice && !mirror.doubtful {
            log::warn("tags-used-twice", &[]);
            (mirror.doubtful, mirror.changed) = (true, true);
        }
        let stamp = before.map(|object| object.stamp.clone()).unwrap_or_default();
        // With a sync token what is past need not be known any more; without one its version must be.
        if content.reaches(mirror.floor) || mirror.token.is_none() {
            mirror.put(got.object(name, stamp, content));
        } else {
            mirror.forget(name);
        }
    }
}

impl Mirror {
    /// Whether what is known rests on entity tags alone, or on some that are none or prove nothing.
    fn rests_on_tags(&self) -> bool {
        let weak = |object: &Object| object.etag.is_empty() || object.etag.starts_with("W/");
        let mut members = self.objects.values().filter(|object| object.name != AVAILABILITY);
        self.token.is_none() || self.doubtful || members.any(weak)
    }
}

fn keep_only(mirror: &mut Mirror, present: &BTreeSet<String>) {
    let vanished = |name: &&String| !present.contains(*name) && *name != AVAILABILITY;
    let vanished: Vec<String> = mirror.objects.keys().filter(vanished).cloned().collect();
    for name in vanished {
        mirror.remove(&name, None);
    }
}

fn warn_of_strangers(found: &Multistatus) {
    if found.strange > 0 {
        log::warn("hrefs-elsewhere", &[("count", found.strange.into())]);
    }
}

/// Whether the token is of no use any more: 403 (Radicale, Cyrus), 409 or 412 (Xandikos) with the precondition of
/// RFC 6578 §3.2. A 409 or 412 to a report has no other meaning.
pub fn says_bad_token(failure: &Failure) -> bool {
    match failure.status() {
        Some(403) => failure.names("valid-sync-token"),
        status => matches!(status, Some(409 | 412)),
    }
}

/// Whether the server does not know sync-collection.
pub fn says_no_sync(failure: &Failure) -> bool {
    match failure {
        Failure::Status { status: 400 | 405 | 415 | 422 | 501, .. } => true,
        Failure::Status { status: 403, .. } => failure.names("supported-report"),
        Failure::Garbage(expected) => *expected == "a sync-collection with its token",
        _ => false,
    }
}

/// Whether a failure may come from what is in the objects, rather than from the server or the way to it. `lost` counts
/// the answers that did not arrive.
fn may_be_about_content(failure: &Failure, lost: &mut usize) -> bool {
    match failure {
        Failure::Garbage(_) => true,
        Failure::Status { status, retry_after_s, .. } => {
            retry_after_s.is_none() && !matches!(status, 401 | 403 | 429 | 502..=504)
        }
        Failure::Http(http::Error::ResponseLost(_)) => {
            *lost += 1;
            *lost < MOST_LOST
        }
        Failure::Http(_) | Failure::Redirect { .. } => false,
    }
}
