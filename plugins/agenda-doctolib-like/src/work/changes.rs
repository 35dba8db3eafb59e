//! What changed in an agenda, page by page.
//!
//! A cursor holds the instant of the newest change that was told, and those shortly before it. Each call reads from a
//! while before that instant, as the vendor's lists may show a change later than they date it, and leaves out what was
//! told; so nothing is kept between calls, and at rest the cursor stays what it is.

use std::collections::BTreeMap;

use greffon_sdk::agenda::{Change, Delta, Error, Instant, Result, Span};
use serde::{Deserialize, Serialize};

use super::place::{Place, checked_window};
use super::told;
use crate::api::list::List;
use crate::api::wire::Entry;

/// Longest cursor of the contract, in bytes.
const CURSOR_BYTES: usize = 4_096;

/// Most changes that a cursor remembers; what it forgets is told again.
const REMEMBERED: usize = 80;

/// Widest window, in milliseconds: three years.
const WIDEST_MS: i64 = 3 * 366 * 86_400_000;

/// Longest list of the vendor's, in milliseconds: a year.
const LIST_MS: i64 = 366 * 86_400_000;

/// Where something stands among what is told: an instant, and the entry's number.
type Key = (Instant, u64);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// The newest change that was told, by the vendor's clock.
    newest: Instant,
    /// What was told of the time before that and is read again: (when, number).
    told: Vec<Key>,
    /// The window that was told.
    window: (Instant, Instant),
    /// Everything is being told.
    whole: bool,
    /// What was told last. None: nothing yet of these pages.
    after: Option<Key>,
    /// Something could not be read when everything was told.
    blind: bool,
}

impl Place<'_> {
    /// Returns at most `limit` changes, of at most three years from the window's start.
    pub fn changes(&self, cursor: Option<&str>, window: Span, limit: u32) -> Result<Delta> {
        let (window, all) = checked_window(window, WIDEST_MS)?;
        let cursor = match cursor {
            Some(text) if text.len() > CURSOR_BYTES => return Err(Error::CursorExpired),
            Some(text) => Some(serde_json::from_str::<Cursor>(text).map_err(|_| Error::CursorExpired)?),
            None => None,
        };
        let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
        let (changes, cursor) = match cursor {
            Some(cursor) if !cursor.whole => self.news(cursor, window, limit)?,
            whole => self.everything(whole, window, limit)?,
        };
        let (more, complete) = (cursor.after.is_some(), all && !cursor.blind);
        let cursor = serde_json::to_string(&cursor).map_err(|error| Error::Other(error.to_string()))?;
        Ok(Delta { changes, cursor, more, complete, as_of: self.now })
    }

    /// A page of everything, from the beginning or after what was told last.
    fn everything(&self, cursor: Option<Cursor>, window: Span, limit: usize) -> Result<(Vec<Change>, Cursor)> {
        let from = cursor.as_ref().and_then(|cursor| cursor.after);
        let start = from.map_or(window.start, |(at, _)| at.clamp(window.start, window.end - 1));
        let mut changes = if from.is_none() { vec![Change::Reset] } else { Vec::new() };
        let read = self.window(Span { start, end: window.end })?;
        // What changes from here on is told by the next call.
        let newest = read.server_time.unwrap_or(self.now).min(self.now.saturating_add(LIST_MS));
        let mut cursor = cursor.unwrap_or(Cursor {
            newest,
            told: Vec::new(),
            window: (window.start, window.end),
            whole: true,
            after: None,
            blind: false,
        });
        cursor.blind |= read.unreadable > 0;
        let key = |entry: &Entry| (entry.span.start, entry.id);
        let all: BTreeMap<Key, Entry> = read.items.into_iter().map(|entry| (key(&entry), entry)).collect();
        let rest: Vec<(Key, Entry)> = all.into_iter().filter(|(key, _)| from.is_none_or(|from| *key > from)).collect();
        let room = limit - changes.len();
        cursor.after =
            (rest.len() > room).then(|| rest.iter().take(room).next_back().map_or((i64::MIN, 0), |(key, _)| *key));
        cursor.whole = cursor.after.is_some();
        changes.extend(rest.iter().take(room).map(|(_, entry)| self.change(entry, window)));
        Ok((changes, cursor))
    }

    /// A page of what is new since a cursor.
    fn news(&self, mut cursor: Cursor, window: Span, limit: usize) -> Result<(Vec<Change>, Cursor)> {
        let lag_ms = self.shown_from(0) + 1_000;
        let since = cursor.newest.saturating_sub(lag_ms);
        let read = self.changed_since(since).map_err(|failure| match failure.status() {
            Some(410) => Error::CursorExpired,
            _ => failure.of_read(),
        })?;
        let mut blind = read.unreadable > 0;
        let key = |entry: &Entry| (entry.changed, entry.id);
        let mut news: BTreeMap<Key, Entry> = BTreeMap::new();
        for part in uncovered(cursor.window, window) {
            let beside = self.window(part)?;
            blind |= beside.unreadable > 0;
            news.extend(beside.items.into_iter().map(|entry| (key(&entry), entry)));
        }
        let mut recent: Vec<Key> = read.items.iter().map(key).collect();
        let fresh = read.items.into_iter().filter(|entry| !cursor.told.contains(&key(entry)));
        news.extend(fresh.map(|entry| (key(&entry), entry)));
        if let Some(after) = cursor.after {
            news.retain(|key, _| *key > after);
        }
        cursor.after = (news.len() > limit).then(|| news.keys().take(limit).next_back().copied()).flatten();
        cursor.blind |= blind;
        let changes = news.values().take(limit).map(|entry| self.change(entry, window)).collect();
        if cursor.after.is_none() {
            cursor.newest = recent.iter().map(|(at, _)| *at).fold(cursor.newest, Instant::max);
            recent.retain(|(at, _)| *at >= cursor.newest.saturating_sub(lag_ms));
            recent.sort_unstable();
            cursor.told = recent.split_off(recent.len().saturating_sub(REMEMBERED));
            cursor.window = (window.start, window.end);
        }
        Ok((changes, cursor))
    }

    /// What takes time in a window of any length.
    fn window(&self, window: Span) -> Result<List<Entry>> {
        let mut whole: Option<List<Entry>> = None;
        let mut start = window.start;
        while start < window.end {
            let end = window.end.min(start.saturating_add(LIST_MS));
            let part = self.entries(Span { start, end }).map_err(|failure| failure.of_read())?;
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => {
                    whole.items.extend(part.items);
                    whole.unreadable += part.unreadable;
                }
            }
            start = end;
        }
        whole.ok_or_else(|| Error::Invalid(("window".to_owned(), "empty or reversed".to_owned())))
    }

    fn change(&self, entry: &Entry, window: Span) -> Change {
        let id = entry.id.to_string();
        match (entry.takes(window), entry.is_block) {
            (true, true) => Change::Absence(told::absence(entry)),
            (true, false) => Change::Upsert(told::entry(self, entry)),
            (false, true) => Change::AbsenceRemoved(id),
            (false, false) => Change::Removed(id),
        }
    }
}

/// What of a window was not told yet.
fn uncovered(told: (Instant, Instant), window: Span) -> impl Iterator<Item = Span> {
    let before = Span { start: window.start, end: window.end.min(told.0) };
    let after = Span { start: window.start.max(told.1), end: window.end };
    [before, after].into_iter().filter(|part| part.start < part.end)
}
