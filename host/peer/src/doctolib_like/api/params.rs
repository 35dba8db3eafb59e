//! The query of a request.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::error::ApiError;
use crate::doctolib_like::model::instant;

/// Most ids of one parameter.
const MOST_IDS: usize = 50;

/// Parameters by name; the last one of a name counts.
pub(super) struct Params(BTreeMap<String, String>);

impl Params {
    pub(super) fn of(query: Option<&str>) -> Self {
        Self(form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn id(&self, name: &'static str) -> Result<u64, ApiError> {
        let id = self.text(name).and_then(|text| text.parse().ok());
        id.ok_or_else(|| ApiError::invalid(name, "a whole number is needed"))
    }

    pub(super) fn ids(&self, name: &'static str) -> Result<Vec<u64>, ApiError> {
        let ids: Option<Vec<u64>> =
            self.text(name).and_then(|text| text.split(',').map(|id| id.parse().ok()).collect());
        ids.filter(|ids| ids.len() <= MOST_IDS)
            .ok_or_else(|| ApiError::invalid(name, "1 to 50 whole numbers with commas are needed"))
    }

    pub(super) fn instant(&self, name: &'static str) -> Result<i64, ApiError> {
        let at = self.text(name).and_then(instant);
        at.ok_or_else(|| ApiError::invalid(name, "an instant of RFC 3339 with its offset is needed"))
    }

    pub(super) fn date(&self, name: &'static str) -> Result<Date, ApiError> {
        let date = self.text(name).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        date.ok_or_else(|| ApiError::invalid(name, "a date as YYYY-MM-DD is needed"))
    }

    /// A number from 1 to `most`; `usual` when absent.
    pub(super) fn count(&self, name: &'static str, usual: u32, most: u32) -> Result<u32, ApiError> {
        let count = match self.text(name) {
            None => Some(usual),
            Some(text) => text.parse().ok(),
        };
        count
            .filter(|count| (1..=most).contains(count))
            .ok_or_else(|| ApiError::invalid(name, format!("a number from 1 to {most} is needed")))
    }

    /// Which page, from 1.
    pub(super) fn page(&self) -> Result<usize, ApiError> {
        self.count("page", 1, 100_000).map(|page| page as usize)
    }
}
