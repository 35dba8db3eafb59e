//! What all repositories do alike: documents in and out, versions, keys, pages.

use std::fmt::Display;

use greffon_core::ids::PracticeId;
use greffon_core::ports::storage::{Listed, Page, StorageError, Stored};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::cursor;

/// Longest text in an indexed column, in bytes. PostgreSQL refuses index rows
/// beyond a third of a page (2,704 bytes), so both databases refuse earlier.
const MAX_KEY_BYTES: usize = 1024;

/// A model that is stored as a document under an optimistic lock.
pub(crate) trait Document: Serialize {
    /// Its name in errors.
    const THING: &'static str;

    /// Whose.
    fn practice(&self) -> &PracticeId;

    /// Its lock.
    fn version(&mut self) -> &mut i64;
}

/// The JSON of `document` with the version that the row will have.
///
/// # Errors
/// `NotStorable` when it is another practice's than the transaction's.
pub(crate) fn next_version<T: Document>(practice: &PracticeId, document: &mut T) -> Stored<String> {
    if document.practice() != practice {
        return Err(StorageError::NotStorable {
            thing: T::THING,
            why: "it belongs to another practice than the transaction",
        });
    }
    let read = *document.version();
    *document.version() = read.saturating_add(1);
    let doc = encode(T::THING, document);
    *document.version() = read;
    doc
}

/// What a write of `document` came to: `written` rows. Moves the version on.
///
/// # Errors
/// `Exists` when it was an insert, `Stale` when it was an update of nothing.
pub(crate) fn saved<T: Document>(document: &mut T, written: u64) -> Stored<()> {
    if written == 0 {
        return Err(match *document.version() {
            0 => StorageError::Exists { thing: T::THING },
            _ => StorageError::Stale { thing: T::THING },
        });
    }
    *document.version() += 1;
    Ok(())
}

/// What an insert of several new rows came to: `written` of `expected` rows.
///
/// # Errors
/// `Exists` when one of them was there.
pub(crate) fn all_new(thing: &'static str, written: u64, expected: usize) -> Stored<()> {
    if usize::try_from(written).is_ok_and(|written| written == expected) {
        Ok(())
    } else {
        Err(StorageError::Exists { thing })
    }
}

/// The JSON of a model.
pub(crate) fn encode<T: Serialize>(thing: &'static str, model: &T) -> Stored<String> {
    serde_json::to_string(model).map_err(|_| StorageError::NotStorable { thing, why: "it does not become JSON" })
}

/// The model of a row. What serde says stays here: it quotes values.
pub(crate) fn decode<T: DeserializeOwned>(table: &'static str, row: impl Display, doc: &str) -> Stored<T> {
    serde_json::from_str(doc).map_err(|_| StorageError::Inconsistent { table, row: row.to_string() })
}

/// A text that may be written in an indexed column.
///
/// # Errors
/// `NotStorable` when it holds a NUL, which PostgreSQL cannot store, or is longer
/// than 1,024 bytes.
pub(crate) fn key<'t>(thing: &'static str, text: &'t str) -> Stored<&'t str> {
    if text.contains('\0') {
        return Err(StorageError::NotStorable { thing, why: "it holds a NUL character" });
    }
    bytes(thing, text)?;
    Ok(text)
}

/// The same for a column of bytes, where a NUL is welcome.
pub(crate) fn bytes<'t>(thing: &'static str, text: &'t str) -> Stored<&'t [u8]> {
    if text.len() > MAX_KEY_BYTES {
        return Err(StorageError::NotStorable { thing, why: "it is longer than 1024 bytes" });
    }
    Ok(text.as_bytes())
}

/// Whether a row of that key can exist: what cannot be written is not searched.
pub(crate) fn possible(text: &str) -> bool {
    key("key", text).is_ok()
}

row! {
    /// A row of a list that is ordered by an instant.
    pub(crate) struct DocRow {
        pub(crate) at_ms: i64,
        pub(crate) id: Uuid,
        pub(crate) doc: String,
    }
}

/// A place in such a list.
pub(crate) type Place = (i64, Uuid);

/// Before the first row of an ascending list.
pub(crate) const EARLIEST: Place = (i64::MIN, Uuid::nil());

/// Before the first row of a descending list.
pub(crate) const LATEST: Place = (i64::MAX, Uuid::max());

/// Where a page of a list begins.
pub(crate) fn place(table: &'static str, page: &Page, first: Place) -> Stored<Place> {
    Ok(cursor::place(table, page)?.unwrap_or(first))
}

/// How many rows to ask for: one more than a page, to know whether it is the last.
pub(crate) fn asked(page: &Page) -> i64 {
    i64::try_from(cursor::limit_of(page)).unwrap_or(i64::MAX).saturating_add(1)
}

/// The page that these rows are.
pub(crate) fn listed<T: DeserializeOwned>(
    table: &'static str,
    mut rows: Vec<DocRow>,
    page: &Page,
) -> Stored<Listed<T>> {
    let next = cut(&mut rows, page).map(|last| cursor::after(table, &(last.at_ms, last.id)));
    let items = rows.iter().map(|row| decode(table, row.id, &row.doc)).collect::<Stored<_>>()?;
    Ok(Listed { items, next })
}

/// Cuts what is beyond the page; its last row, if there was something to cut.
pub(crate) fn cut<'r, R>(rows: &'r mut Vec<R>, page: &Page) -> Option<&'r R> {
    let limit = cursor::limit_of(page);
    let more = rows.len() > limit;
    rows.truncate(limit);
    if more { rows.last() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_end_at_1024_bytes_and_hold_no_nul() {
        assert!(possible(&"k".repeat(1024)));
        assert!(!possible(&"k".repeat(1025)));
        assert!(!possible("a\0b"));
        assert!(bytes("key", "a\0b").is_ok());
    }

    #[test]
    fn an_unreadable_row_is_named_and_not_quoted() {
        let error = decode::<u32>("contacts", Uuid::nil(), "\"Mme Martin\"").unwrap_err();
        assert_eq!(error.to_string(), "row 00000000-0000-0000-0000-000000000000 of contacts is not readable");
    }
}
