//! Instants as RFC 3339 text.

use std::borrow::Cow;

use greffon_core::time::{Instant, Span};
use greffon_words::fields;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

use crate::error::ApiError;

/// A point in time, RFC 3339, always UTC when greffon writes it:
/// `2026-11-21T08:30:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2026-11-21T08:30:00Z")]
pub(crate) struct Timestamp(pub(crate) Instant);

/// What serde says of a text that is no instant.
pub(crate) const EXPECTED: &str = "expected an instant with its offset";

impl From<Instant> for Timestamp {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        parse(&text).map(Self).ok_or_else(|| de::Error::custom(EXPECTED))
    }
}

/// An instant of a query.
fn instant_of(field: &str, text: &str) -> Result<Instant, ApiError> {
    parse(text).ok_or_else(|| ApiError::invalid(field, fields::instant()))
}

/// The window `[from, to)` of a query: both or neither.
pub(crate) fn window_of(from: Option<&str>, to: Option<&str>) -> Result<Option<Span>, ApiError> {
    match (from, to) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) => {
            let span = Span::new(instant_of("from", from)?, instant_of("to", to)?);
            span.map(Some).ok_or_else(|| ApiError::invalid("to", fields::instant_after_from()))
        }
        (Some(_), None) => Err(ApiError::invalid("to", fields::from_without_to())),
        (None, Some(_)) => Err(ApiError::invalid("from", fields::to_without_from())),
    }
}

/// What is finer than a millisecond is dropped, towards the past.
fn parse(text: &str) -> Option<Instant> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    let millis = timestamp.as_nanosecond().div_euclid(1_000_000);
    i64::try_from(millis).ok().map(Instant)
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, parse};
    use greffon_core::time::Instant;

    #[test]
    fn instants_are_read_with_any_offset_and_written_in_utc() {
        let read: Timestamp = serde_json::from_str("\"2026-11-21T09:30:00+01:00\"").unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"2026-11-21T08:30:00Z\"");
    }

    #[test]
    fn an_instant_without_offset_or_beyond_the_calendar_is_refused() {
        for wrong in
            ["2026-11-21T09:30:00", "2026-11-21", "12026-11-21T09:30:00Z", "1763713800000", "", "2026-13-01T00:00:00Z"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_instant_before_the_epoch_is_rounded_to_the_past() {
        assert_eq!(parse("1969-12-31T23:59:59.9995Z"), Some(Instant(-1)));
    }
}
