//! What is answered.

use axum::Json;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::doctolib_like::model::text;

/// What a request came to.
pub(super) type Answer = Result<Json<Value>, ApiError>;

/// A list that is told whole.
pub(super) fn whole(items: &[Value], now: i64) -> Json<Value> {
    let meta = json!({ "total": items.len(), "page": 1, "next_page": null, "server_time": text(now, &TimeZone::UTC) });
    Json(json!({ "items": items, "meta": meta }))
}

/// One page of a list, from 1. `cut`: it is cut short, and said to be the last.
pub(super) fn paged(items: &[Value], page: usize, size: usize, cut: bool, now: i64) -> Json<Value> {
    let total = items.len();
    let begin = page.saturating_sub(1).saturating_mul(size).min(total);
    let end = begin.saturating_add(size).min(total);
    let mut shown = &items[begin..end];
    let mut next = (end < total).then_some(page + 1);
    if cut {
        shown = &shown[..shown.len() / 2];
        next = None;
    }
    let meta = json!({ "total": total, "page": page, "next_page": next, "server_time": text(now, &TimeZone::UTC) });
    Json(json!({ "items": shown, "meta": meta }))
}
