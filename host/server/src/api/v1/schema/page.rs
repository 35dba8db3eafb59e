//! Lists, in pages.

use greffon_words::fields;

use greffon_core::ports::storage::{Listed, Page as Wanted};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::extract::number_within;
use crate::error::ApiError;

/// Longest cursor that greffon hands out, with room.
const LONGEST_CURSOR: usize = 512;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// What is on it.
    pub(crate) items: Vec<T>,
    /// Put it into `cursor` for the next page; null on the last one.
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    pub(crate) fn of<C>(listed: Listed<C>) -> Self
    where
        T: From<C>,
    {
        Self { items: super::each(listed.items), next: listed.next }
    }
}

/// The page that a query asks for.
pub(crate) fn wanted(limit: Option<&str>, cursor: Option<String>) -> Result<Wanted, ApiError> {
    if cursor.as_ref().is_some_and(|cursor| cursor.is_empty() || cursor.len() > LONGEST_CURSOR) {
        return Err(ApiError::invalid("cursor", fields::cursor()));
    }
    Ok(Wanted { limit: number_within("limit", limit, 50, 1, 200)?, cursor })
}

#[cfg(test)]
mod tests {
    use super::wanted;

    #[test]
    fn a_cursor_is_neither_empty_nor_longer_than_any_of_ours() {
        assert!(wanted(None, Some("x".repeat(512))).is_ok());
        assert!(wanted(None, Some("x".repeat(513))).is_err());
        assert!(wanted(None, Some(String::new())).is_err());
    }
}
