//! What changed in a calendar, page by page.
//!
//! A cursor holds the token from which the differences are counted, the token of the first page, the window that was
//! told, and how far the pages have come. Each page reads the differences again, so nothing is kept for it; what changes
//! between two pages is told again after the last one. Of a series that changed, the occurrences that are not there any
//! more are taken back one by one, from what the mirror remembers of it.

use std::collections::{BTreeMap, BTreeSet};

use greffon_sdk::agenda::{Absence, Change, Delta, Error, Span};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, checked_window};
use super::told;
use crate::dav::place::member;
use crate::mirror::expand::Expander;
use crate::mirror::inbox::AVAILABILITY;
use crate::mirror::object::{Mark, Object, Period};
use crate::mirror::refresh::{says_bad_token, says_no_sync};
use crate::mirror::view::{Busy, times};

/// Longest cursor of the contract, in bytes.
const CURSOR_BYTES: usize = 4_096;

/// What orders the differences: the name of the object; what is gone before what is there; which occurrence.
type Key = (String, bool, i64);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// When it was begun.
    at: i64,
    /// Token that the differences are counted from. None: everything is told.
    from: Option<String>,
    /// Token to count from when the pages are done. None: the server has no tokens.
    next: Option<String>,
    /// The window in which everything is known by whoever holds the cursor. None: nothing is.
    told: Option<Period>,
    /// The window of these pages.
    window: Period,
    /// What was told last. None: nothing yet.
    after: Option<Key>,
}

/// What is told of.
enum Scope {
    /// Everything.
    All,
    /// What changed, and what else is in these periods, which were not looked at before.
    News(BTreeSet<String>, Vec<Period>),
}

impl Calendar<'_> {
    /// Returns at most `limit` changes, of at most three years from the window's start.
    pub fn changes(&mut self, cursor: Option<&str>, window: Span, limit: u32) -> Result<Delta, Error> {
        let (window, _) = checked_window(window)?;
        let cursor = match cursor {
            Some(text) if text.len() > CURSOR_BYTES => return Err(Error::CursorExpired),
            Some(text) => Some(serde_json::from_str::<Cursor>(text).map_err(|_| Error::CursorExpired)?),
            None => None,
        };
        self.refresh_wholly(None)?;
        let mut changes = Vec::new();
        let (mut cursor, scope) = match cursor {
            // A page of everything goes on.
            Some(cursor @ Cursor { from: None, after: Some(_), .. }) => (cursor, Scope::All),
            Some(cursor) if cursor.from.is_some() && cursor.at >= self.mirror.earlier_from => {
                self.news(cursor, window)?
            }
            // A server without tokens tells everything each time, and so does a mirror that forgot what was told.
            None | Some(_) => {
                changes.push(Change::Reset);
                let next = self.mirror.token.clone();
                (Cursor { at: self.now, from: None, next, told: None, window, after: None }, Scope::All)
            }
        };
        let room = usize::try_from(limit.max(1)).unwrap_or(usize::MAX) - changes.len();
        let (news, complete) = self.told_of(&scope, &cursor);
        let mut news: Vec<(Key, Change)> = news.into_iter().collect();
        if let Some(after) = &cursor.after {
            news.retain(|(key, _)| key > after);
        }
        let more = news.len() > room;
        news.truncate(room);
        if more {
            // A page without room for anything but the reset begins before the first name.
            let last = news.last().map(|(key, _)| key.clone());
            cursor.after = last.or(cursor.after).or_else(|| Some((String::new(), false, i64::MIN)));
        } else {
            let told = Some(cursor.window);
            cursor = Cursor { from: cursor.next, next: None, told, after: None, ..cursor };
        }
        changes.extend(news.into_iter().map(|(_, change)| change));
        let cursor = serde_json::to_string(&cursor).map_err(|error| Error::Other(error.to_string()))?;
        Ok(Delta { changes, cursor, more, complete, as_of: self.now })
    }

    /// The differences since a cursor that is known.
    fn news(&self, cursor: Cursor, window: Period) -> Result<(Cursor, Scope), Error> {
        let mut names = self.names_since(cursor.from.as_deref().unwrap_or_default())?;
        if self.mirror.inbox.changed > cursor.at {
            names.insert(AVAILABILITY.to_owned());
        }
        let cursor = match &cursor.after {
            Some(_) => cursor,
            None => Cursor { at: self.now, next: self.mirror.token.clone(), window, ..cursor },
        };
        let told = cursor.told.unwrap_or(Period(cursor.window.0, cursor.window.0));
        let new = [Period(cursor.window.0, told.0), Period(told.1, cursor.window.1)];
        Ok((cursor, Scope::News(names, new.into_iter().filter(|part| part.0 < part.1).collect())))
    }

    /// Names of the objects that changed since a token: by what the mirror remembers, or else by the server's word.
    fn names_since(&self, token: &str) -> Result<BTreeSet<String>, Error> {
        if let Some(names) = self.mirror.names_since(token) {
            return Ok(names);
        }
        let mut token = Some(token.to_owned());
        let mut names = BTreeSet::new();
        loop {
            let page = match self.client.sync(&self.collection, token.as_deref()) {
                Err(failure) if says_bad_token(&failure) || says_no_sync(&failure) => return Err(Error::CursorExpired),
                other => other.map_err(|failure| failure.of_read())?,
            };
            names.extend(
                page.responses.iter().filter_map(|part| member(&self.collection, &part.path)).map(str::to_owned),
            );
            let more = page.responses.iter().any(|part| part.status == Some(507));
            if !more {
                return Ok(names);
            }
            if page.sync_token.is_none() || page.sync_token == token {
                return Err(Error::CursorExpired);
            }
            token = page.sync_token;
        }
    }

    /// The differences of a scope, in order, and whether everything in the window is known.
    fn told_of(&self, scope: &Scope, cursor: &Cursor) -> (BTreeMap<Key, Change>, bool) {
        let view = self.mirror.view(cursor.window, None);
        let wanted = |busy: &Busy<'_>| match scope {
            Scope::All => true,
            Scope::News(names, new) => {
                names.contains(&busy.object.name) || new.iter().any(|part| busy.period.overlaps(*part))
            }
        };
        let mut news: BTreeMap<Key, Change> =
            view.busy.iter().filter(|busy| wanted(busy)).map(|busy| self.there(busy)).collect();
        if let Scope::News(names, _) = scope {
            for name in names {
                news.extend(self.gone_of(name, cursor, &view.busy));
            }
        }
        (news, view.complete)
    }

    fn there(&self, busy: &Busy<'_>) -> (Key, Change) {
        let change = if is_absence(busy) {
            let (id, entry) = (told::busy_id(self.agenda, busy), Some(told::entry(busy)));
            Change::Absence(Absence { id, span: busy.period.into(), label: None, entry })
        } else {
            Change::Upsert(told::busy(self.agenda, busy))
        };
        ((busy.object.name.clone(), true, which(busy)), change)
    }

    /// What an object may have told and does not tell any more.
    fn gone_of(&self, name: &str, cursor: &Cursor, busy: &[Busy<'_>]) -> BTreeMap<Key, Change> {
        let told = cursor.told.unwrap_or(cursor.window);
        let hull = Period(told.0.min(cursor.window.0), told.1.max(cursor.window.1));
        let removal = |id: String, absence| if absence { Change::AbsenceRemoved(id) } else { Change::Removed(id) };
        let now: BTreeSet<(String, bool)> = busy
            .iter()
            .filter(|busy| busy.object.name == name)
            .map(|busy| (told::busy_id(self.agenda, busy), is_absence(busy)))
            .collect();
        let mut gone = BTreeMap::new();
        let mut expander = Expander::default();
        let whole = (told::id(self.agenda, name), told::is_absence_name(name));
        if !now.contains(&whole) {
            gone.insert((name.to_owned(), false, i64::MIN), removal(whole.0, whole.1));
        }
        for content in self.mirror.earlier_of(name) {
            let object = Object { name: name.to_owned(), content: content.clone(), ..Object::default() };
            for busy in times(&object, hull, &mut expander) {
                let id = (told::busy_id(self.agenda, &busy), is_absence(&busy));
                if busy.occurrence && !now.contains(&id) {
                    gone.insert((name.to_owned(), false, which(&busy)), removal(id.0, id.1));
                }
            }
        }
        gone
    }
}

/// Which occurrence a time is.
fn which(busy: &Busy<'_>) -> i64 {
    busy.recurrence.unwrap_or(busy.period.0)
}

/// Whether a time is told as an absence.
fn is_absence(busy: &Busy<'_>) -> bool {
    busy.closed || busy.object.content.mark == Mark::Absence
}
