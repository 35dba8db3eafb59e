//! The availability that the owner of a calendar keeps beside it, in the Inbox of his scheduling (RFC 7953 §7.2.4).

use greffon_sdk::log;

use super::object::{Content, Object};
use super::{Inbox, Mirror};
use crate::dav::client::Client;
use crate::dav::failure::Failure;
use crate::dav::multistatus::Multistatus;
use crate::dav::xml::Ns;
use crate::ical::object;
use crate::ical::zone::Zones;

/// Name in the mirror. No member of a collection has an `@` in its canonical name.
pub const AVAILABILITY: &str = "@availability";

/// How long an Inbox is taken to stay where it is, in milliseconds: a day.
const FOUND_MS: i64 = 24 * 60 * 60 * 1000;

/// How old what is known of it may be, in milliseconds: a minute.
const FRESH_MS: i64 = 60 * 1000;

/// Brings what the Inbox says into the mirror. One that cannot be read stays what it was.
pub fn refresh(mirror: &mut Mirror, client: &Client, collection: &str, zones: &Zones, now: i64) {
    let age = |since: i64| now.saturating_sub(since);
    if mirror.inbox.found.is_none_or(|found| !(0..FOUND_MS).contains(&age(found))) {
        match find(client, collection) {
            Ok(path) => {
                let found = Some(now);
                let read = if path == mirror.inbox.path { mirror.inbox.read } else { 0 };
                mirror.inbox = Inbox { found, path, read, ..mirror.inbox };
                mirror.changed = true;
            }
            Err(_) => return log::warn("inbox-not-found", &[]),
        }
    }
    let Some(path) = mirror.inbox.path.clone() else { return keep(mirror, None, now) };
    if (0..FRESH_MS).contains(&age(mirror.inbox.read)) {
        return;
    }
    let Ok((found, _)) = client.properties(&path, 0, "<C:calendar-availability/>") else {
        return log::warn("availability-not-read", &[]);
    };
    let told = found.responses.iter().find_map(|part| part.prop(Ns::CalDav, "calendar-availability"));
    let content = told.map(|told| object::object(told.text.trim_start().as_bytes(), zones));
    mirror.inbox.read = now;
    mirror.changed = true;
    keep(mirror, content, now);
}

fn keep(mirror: &mut Mirror, content: Option<Content>, now: i64) {
    if mirror.objects.get(AVAILABILITY).map(|object| &object.content) == content.as_ref() {
        return;
    }
    mirror.inbox.changed = now;
    match content {
        Some(content) => mirror.put(Object { name: AVAILABILITY.to_owned(), content, ..Object::default() }),
        None => mirror.remove(AVAILABILITY, None),
    }
}

/// The Inbox of a calendar's owner. None: its server knows no scheduling, or does not show it.
fn find(client: &Client, collection: &str) -> Result<Option<String>, Failure> {
    let Some(owner) = href(client, collection, "<D:owner/>", Ns::Dav, "owner")? else { return Ok(None) };
    href(client, &owner, "<C:schedule-inbox-URL/>", Ns::CalDav, "schedule-inbox-URL")
}

fn href(client: &Client, path: &str, asked: &str, ns: Ns, prop: &str) -> Result<Option<String>, Failure> {
    let found: Multistatus = match client.properties(path, 0, asked) {
        Ok((found, _)) => found,
        // A place that is not shown, or not there.
        Err(failure) if failure.status().is_some_and(|status| (400..500).contains(&status) && status != 429) => {
            return Ok(None);
        }
        Err(failure) => return Err(failure),
    };
    let told = found.responses.iter().find_map(|part| part.prop(ns, prop)?.child(Ns::Dav, "href"));
    Ok(told.and_then(|href| client.server.path(&href.text)))
}
