//! Cursors: the place in a list's order where the next page begins. Opaque to
//! clients, and hostile when they come back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use greffon_core::ports::storage::{Page, StorageError, Stored};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest cursor that is looked at, in bytes: the longest keys, twice encoded.
const MAX_BYTES: usize = 8192;

/// Longest page.
const MAX_PAGE: u32 = 200;

/// Rows on a page: at least one, at most 200.
pub(crate) fn limit_of(page: &Page) -> usize {
    page.limit.clamp(1, MAX_PAGE) as usize
}

/// The cursor behind a row of `list`.
pub(crate) fn after<K: Serialize>(list: &str, place: &K) -> String {
    let json = serde_json::to_vec(&(list, place)).expect("numbers, text and ids always become JSON");
    URL_SAFE_NO_PAD.encode(json)
}

/// The place that a page begins after; `None` on the first page.
pub(crate) fn place<K: DeserializeOwned>(list: &str, page: &Page) -> Stored<Option<K>> {
    page.cursor.as_deref().map(|cursor| read(list, cursor).ok_or(StorageError::InvalidCursor)).transpose()
}

fn read<K: DeserializeOwned>(list: &str, cursor: &str) -> Option<K> {
    if cursor.len() > MAX_BYTES {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (of, place) = serde_json::from_slice::<(String, K)>(&json).ok()?;
    (of == list).then_some(place)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn page(cursor: String) -> Page {
        Page { limit: 10, cursor: Some(cursor) }
    }

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let there = (42_i64, Uuid::max());
        assert_eq!(place::<(i64, Uuid)>("contacts", &page(after("contacts", &there))).unwrap(), Some(there));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let cursor = after("messages", &(42_i64, Uuid::nil()));
        assert!(matches!(place::<(i64, Uuid)>("contacts", &page(cursor)), Err(StorageError::InvalidCursor)));
    }

    #[test]
    fn garbage_is_refused() {
        for cursor in ["", "€", "bm90IGpzb24", "W10", &"A".repeat(MAX_BYTES + 1)] {
            let read = place::<(i64, Uuid)>("contacts", &page(cursor.to_owned()));
            assert!(matches!(read, Err(StorageError::InvalidCursor)), "{cursor}");
        }
    }

    #[test]
    fn a_page_has_one_row_at_least_and_200_at_most() {
        for (asked, given) in [(0, 1), (1, 1), (200, 200), (201, 200), (u32::MAX, 200)] {
            assert_eq!(limit_of(&Page { limit: asked, cursor: None }), given);
        }
    }
}
