//! What changed in a calendar, page by page.
//!
//! A cursor holds the token from which the differences are counted, the token of the first page, and how far the pages
//! have come. Each page asks the server for the differences again, so nothing is kept for it; what changes between two
//! pages is told again after the last one.

use std::collections::BTreeSet;

use greffon_sdk::agenda::{Absence, Change, Delta, Error, Span};
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, checked_window};
use super::told;
use crate::dav::place::member;
use crate::mirror::object::{Mark, Period};
use crate::mirror::refresh::{says_bad_token, says_no_sync};

/// Longest cursor of the contract, in bytes.
const CURSOR_BYTES: usize = 4_096;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// Token that the differences are counted from. None: everything is told.
    from: Option<String>,
    /// Token to count from when the pages are done. None: the server has no tokens.
    next: Option<String>,
    /// Name and start of what was told last. None: nothing yet.
    after: Option<(String, i64)>,
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
        self.refresh_wholly()?;
        let mut changes = Vec::new();
        let (mut cursor, names) = match cursor {
            None => (self.all(&mut changes), None),
            // A page of everything goes on.
            Some(cursor @ Cursor { from: None, after: Some(_), .. }) => (cursor, None),
            // A server without tokens tells everything each time.
            Some(Cursor { from: None, .. }) => (self.all(&mut changes), None),
            Some(cursor) => match self.names_since(cursor.from.as_deref())? {
                // Occurrences that were told one by one can only be taken back all together.
                names if names.iter().any(|name| self.mirror.recurred.contains(name)) => (self.all(&mut changes), None),
                names => (Cursor { next: cursor.next.or_else(|| self.mirror.token.clone()), ..cursor }, Some(names)),
            },
        };
        let room = usize::try_from(limit.max(1)).unwrap_or(usize::MAX) - changes.len();
        let mut news = self.news(names.as_ref(), window);
        if let Some(after) = &cursor.after {
            news.retain(|(key, _)| key > after);
        }
        let more = news.len() > room;
        news.truncate(room);
        if more {
            // A page without room for anything but the reset begins before the first name.
            let last = news.last().map(|(key, _)| key.clone());
            cursor.after = last.or(cursor.after).or_else(|| Some((String::new(), i64::MIN)));
        } else {
            cursor = Cursor { from: cursor.next, next: None, after: None };
        }
        changes.extend(news.into_iter().map(|(_, change)| change));
        let cursor = serde_json::to_string(&cursor).map_err(|error| Error::Other(error.to_string()))?;
        Ok(Delta { changes, cursor, more, as_of: self.now })
    }

    /// Begins to tell everything.
    fn all(&self, changes: &mut Vec<Change>) -> Cursor {
        changes.push(Change::Reset);
        Cursor { from: None, next: self.mirror.token.clone(), after: None }
    }

    fn names_since(&self, token: Option<&str>) -> Result<BTreeSet<String>, Error> {
        let mut token = token.map(str::to_owned);
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

    /// Changes with what orders them: of these names, or of everything that is there.
    fn news(&self, names: Option<&BTreeSet<String>>, window: Period) -> Vec<((String, i64), Change)> {
        let view = self.mirror.view(window, None);
        let wanted = |name: &String| names.is_none_or(|names| names.contains(name));
        let mut told = BTreeSet::new();
        let mut news = Vec::new();
        for busy in view.busy.iter().filter(|busy| wanted(&busy.object.name)) {
            let name = &busy.object.name;
            told.insert(name.clone());
            let change = if busy.object.content.mark == Mark::Absence {
                let (id, entry) = (told::id(self.agenda, name), Some(told::entry(busy)));
                Change::Absence(Absence { id, span: busy.period.into(), label: None, entry })
            } else {
                Change::Upsert(told::busy(self.agenda, busy))
            };
            news.push(((name.clone(), busy.period.0), change));
        }
        for name in names.into_iter().flatten().filter(|name| !told.contains(*name)) {
            let id = told::id(self.agenda, name);
            let gone = if told::is_absence_name(name) { Change::AbsenceRemoved(id) } else { Change::Removed(id) };
            news.push(((name.clone(), i64::MIN + 1), gone));
        }
        news.sort_by(|(a, _), (b, _)| a.cmp(b));
        news
    }
}
